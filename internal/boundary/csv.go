package boundary

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"fengqiao/grid"
)

// geometryColumns are the usual names of a column with WKT, in any case.
var geometryColumns = []string{"wkt", "geom", "geometry", "the_geom", "wkt_geom", "shape", "几何"}

// csvReader reads a table (RFC 4180; comma, semicolon or tab) with a header and a column of WKT.
type csvReader struct {
	Options
	src      *capped
	rows     *csv.Reader
	wkt      wktReader
	header   []string
	geometry int      // index of the column
	pending  []string // the first row, where it told the column
	count    int
	srid     string
	head     Head
	failed   error
}

// NewCSV reads a table with a column of WKT. Errors: see Reader.
func NewCSV(src io.Reader, o Options) Reader {
	return &csvReader{Options: o, src: &capped{src: src}}
}

func (c *csvReader) Head() Head { return c.head }

func (c *csvReader) Next() (*Feature, error) {
	if c.failed != nil {
		return nil, c.failed
	}
	f, err := c.next()
	if err != nil {
		c.failed = c.fault(err)
		return nil, c.failed
	}
	c.count++
	return f, nil
}

// fault turns what the reader of rows says into findings.
func (c *csvReader) fault(err error) error {
	var broken *csv.ParseError
	switch {
	case errors.Is(err, errRowTooLarge):
		return Whole("too_large", atMost(MaxRow, "bytes of a row"))
	case errors.As(err, &broken):
		return Findings{{Feature: -1, Reason: "csv", Detail: broken.Err.Error(), Line: broken.Line}}
	case err == io.EOF && c.count == 0:
		return Whole("no_features", "")
	}
	return err
}

func (c *csvReader) next() (*Feature, error) {
	if c.header == nil {
		if err := c.open(); err != nil {
			return nil, err
		}
	}
	row := c.pending
	if c.pending = nil; row == nil {
		var err error
		if row, err = c.row(); err != nil {
			return nil, err
		}
	}
	line, _ := c.rows.FieldPos(0)
	f := &Feature{Index: c.count, Line: line}
	for i, name := range c.header {
		if i == c.geometry {
			continue
		}
		if !utf8.ValidString(row[i]) {
			return nil, Findings{{Feature: -1, Reason: "utf8", Detail: name, Line: line}}
		}
		f.Properties = append(f.Properties, Property{Name: name, Value: strings.Clone(row[i])})
	}
	s := c.wkt.read(row[c.geometry])
	if err := c.declare(s.srid, line); err != nil {
		return nil, err
	}
	if f.Shape = s.shape; s.reason != "" {
		f.refuse(s.reason, s.detail)
	}
	return f, nil
}

func (c *csvReader) row() ([]string, error) {
	c.src.left = MaxRow
	return c.rows.Read()
}

// open reads the header and finds the column of WKT.
func (c *csvReader) open() error {
	c.src.left = MaxRow
	src := bufio.NewReaderSize(c.src, 64<<10)
	if bom, _ := src.Peek(3); bytes.Equal(bom, []byte("\xef\xbb\xbf")) {
		_, _ = src.Discard(3)
	}
	start, err := src.Peek(64 << 10)
	if len(start) == 0 {
		if err == io.EOF {
			return Whole("csv", "empty")
		}
		return err
	}
	c.rows = csv.NewReader(src)
	c.rows.Comma, c.rows.ReuseRecord = delimiter(start), true
	header, err := c.row()
	if err == io.EOF {
		return Whole("csv", "empty")
	}
	if err != nil {
		return err
	}
	if len(header) > MaxProperties {
		return Whole("too_large", atMost(MaxProperties, "columns"))
	}
	for i, name := range header {
		if !utf8.ValidString(name) {
			return Findings{{Feature: -1, Reason: "utf8", Line: 1}}
		}
		header[i] = strings.Clone(strings.TrimSpace(name))
	}
	c.header = slices.Clone(header)
	return c.findGeometry()
}

// delimiter is the one that the header has most of.
func delimiter(start []byte) rune {
	line, _, _ := bytes.Cut(start, []byte("\n"))
	best := ','
	for _, d := range ";\t" {
		if bytes.Count(line, []byte(string(d))) > bytes.Count(line, []byte(string(best))) {
			best = d
		}
	}
	return best
}

func (c *csvReader) findGeometry() error {
	c.geometry = slices.IndexFunc(c.header, func(name string) bool {
		if c.Geometry != "" {
			return name == c.Geometry
		}
		return slices.Contains(geometryColumns, strings.ToLower(name))
	})
	if c.geometry >= 0 {
		return nil
	}
	if c.Geometry != "" {
		return Whole("no_wkt", c.Geometry)
	}
	row, err := c.row()
	if err != nil && err != io.EOF {
		return err
	}
	c.geometry = slices.IndexFunc(row, func(cell string) bool {
		start := strings.ToUpper(strings.TrimSpace(cell[:min(len(cell), 64)]))
		return strings.HasPrefix(start, "POLYGON") || strings.HasPrefix(start, "MULTIPOLYGON") || strings.HasPrefix(start, "SRID=")
	})
	if c.geometry < 0 {
		return Whole("no_wkt", strings.Join(c.header[:min(len(c.header), 20)], ","))
	}
	c.pending = row
	return nil
}

// declare takes the system that a row of PostGIS names. 0 is its way of saying nothing.
func (c *csvReader) declare(srid string, line int) error {
	if srid == "" || srid == "0" || srid == c.srid {
		return nil
	}
	crs, ok := codes[srid]
	switch {
	case !ok:
		return Findings{{Feature: -1, Reason: "crs", Detail: "SRID " + strconv.Quote(srid), Line: line}}
	case c.head.CRS != "" && c.head.CRS != crs:
		return Findings{{Feature: -1, Reason: "crs_clash", Detail: string(c.head.CRS) + " / SRID " + srid, Line: line}}
	}
	c.srid, c.head.CRS = srid, grid.CRS(crs)
	return nil
}

var errRowTooLarge = errors.New("boundary: row too large")

// capped gives at most so many bytes until somebody says that there may be more: encoding/csv holds a row as a whole,
// however long it is.
type capped struct {
	src  io.Reader
	left int
}

func (c *capped) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, errRowTooLarge
	}
	n, err := c.src.Read(p[:min(len(p), c.left)])
	c.left -= n
	return n, err
}
