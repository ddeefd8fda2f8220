package boundary

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/paulmach/orb"
)

// Parts are the files of one Shapefile.
type Parts struct {
	Shp, Dbf io.Reader // Dbf is nil if there is none, which is refused
	Prj, Cpg string    // their texts, "" if there is none
}

// shpReader reads a Shapefile (ESRI technical description, July 1998): shapes and rows of attributes run side by side. The
// index (.shx) is not needed, because all is read.
type shpReader struct {
	src    *bufio.Reader
	table  *table
	parts  Parts
	left   int64 // bytes of the .shp that its head promises and that are not read
	offset int64
	kind   uint32
	count  int // records read
	given  int // features given out: those marked as deleted are not
	head   Head
	failed error
	opened bool
	raw    []byte
}

const (
	shpMagic   = 9994
	shpHeader  = 100
	shpNull    = 0
	shpPolygon = 5 // and with Z 15, with M 25
)

// NewShapefile reads polygons with their attributes. Errors: see Reader.
func NewShapefile(p Parts) Reader { return &shpReader{parts: p} }

func (s *shpReader) Head() Head { return s.head }

func (s *shpReader) Next() (*Feature, error) {
	if s.failed != nil {
		return nil, s.failed
	}
	f, err := s.next()
	if err != nil {
		s.failed = err
	}
	return f, err
}

func (s *shpReader) next() (*Feature, error) {
	if !s.opened {
		if err := s.open(); err != nil {
			return nil, err
		}
		s.opened = true
	}
	for s.left > 0 {
		f := &Feature{Index: s.count, Offset: s.offset}
		shape, reason, detail, err := s.record()
		if err != nil {
			return nil, err
		}
		deleted, err := s.table.row(f)
		if err != nil {
			return nil, err
		}
		s.count++
		if reason != "" && f.Wrong == nil {
			f.refuse(reason, detail)
		} else if f.Wrong == nil {
			f.Shape = shape
		}
		if !deleted {
			s.given++
			return f, nil
		}
	}
	switch rows, err := s.table.rest(); {
	case err != nil:
		return nil, err
	case rows > 0:
		return nil, Whole("dbf_rows", fmt.Sprintf("%d / %d", s.count, s.count+rows))
	case s.given == 0:
		return nil, Whole("no_features", "")
	}
	return nil, io.EOF
}

// open reads the heads of all parts.
func (s *shpReader) open() error {
	if s.parts.Dbf == nil {
		return Whole("dbf_missing", "")
	}
	if s.parts.Prj != "" {
		name, crs, ok := projection(s.parts.Prj)
		if !ok {
			return Whole("crs", name)
		}
		s.head.CRS = crs
	}
	s.src = bufio.NewReaderSize(s.parts.Shp, 256<<10)
	var h [shpHeader]byte
	if n, err := io.ReadFull(s.src, h[:]); n == 0 && err == io.EOF {
		return Whole("shapefile", "empty")
	} else if err != nil {
		return s.cut(err)
	}
	magic, version := binary.BigEndian.Uint32(h[:]), binary.LittleEndian.Uint32(h[28:])
	if magic != shpMagic || version != 1000 {
		return Whole("shapefile", fmt.Sprintf("file code %d, version %d", magic, version))
	}
	if s.kind = binary.LittleEndian.Uint32(h[32:]); s.kind != shpNull && s.kind%10 != shpPolygon || s.kind > 25 {
		return Whole("geometry_type", kindName(s.kind))
	}
	s.left, s.offset = 2*int64(binary.BigEndian.Uint32(h[24:]))-shpHeader, shpHeader
	if s.left < 0 {
		return Whole("shapefile", "a length below that of the head")
	}
	var err error
	s.table, err = openTable(s.parts.Dbf, s.parts.Cpg)
	return err
}

// kindName is what the number of a kind of shape means.
func kindName(kind uint32) string {
	kinds := map[uint32]string{0: "Null", 1: "Point", 3: "PolyLine", 5: "Polygon", 8: "MultiPoint"}
	if name, ok := kinds[kind%10]; ok && kind < 30 {
		return name
	}
	if kind == 31 {
		return "MultiPatch"
	}
	return fmt.Sprintf("shape type %d", kind)
}

// cut is the error where the .shp ended too early.
func (s *shpReader) cut(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return Findings{{Feature: -1, Reason: "truncated", Detail: fmt.Sprintf(".shp, feature %d", s.count), Offset: s.offset}}
	}
	return err
}

func (s *shpReader) broken(detail string) error {
	return Findings{{Feature: -1, Reason: "shapefile", Detail: fmt.Sprintf("feature %d: %s", s.count, detail), Offset: s.offset}}
}

// read gives the next n bytes, which are good until the next call.
func (s *shpReader) read(n int) ([]byte, error) {
	if cap(s.raw) < n {
		s.raw = make([]byte, n)
	}
	b := s.raw[:n]
	if _, err := io.ReadFull(s.src, b); err != nil {
		return nil, s.cut(err)
	}
	return b, nil
}

// record reads one shape; reason says why the feature has none.
func (s *shpReader) record() (shape orb.MultiPolygon, reason, detail string, err error) {
	b, err := s.read(8)
	if err != nil {
		return nil, "", "", err
	}
	length := 2 * int64(binary.BigEndian.Uint32(b[4:]))
	if length < 4 || length+8 > s.left {
		return nil, "", "", s.broken(fmt.Sprintf("a record of %d bytes", length))
	}
	if b, err = s.read(4); err != nil {
		return nil, "", "", err
	}
	body := length - 4
	kind := binary.LittleEndian.Uint32(b)
	switch {
	case kind == shpNull:
		reason, detail = "geometry_type", "null"
	case kind != s.kind:
		return nil, "", "", s.broken("a shape of another kind: " + kindName(kind))
	default:
		var taken int64
		shape, taken, reason, detail, err = s.polygon(body)
		if err != nil {
			return nil, "", "", err
		}
		body -= taken
	}
	if _, err := s.src.Discard(int(body)); err != nil { // Z and M, and what was too large
		return nil, "", "", s.cut(err)
	}
	s.left -= 8 + length
	s.offset += 8 + length
	return shape, reason, detail, nil
}

// polygon reads the shape of a record of so many bytes, and says how many it took.
func (s *shpReader) polygon(body int64) (shape orb.MultiPolygon, taken int64, reason, detail string, err error) {
	const fixed = 40 // a box of four doubles, and two counts
	if body < fixed {
		return nil, 0, "", "", s.broken("a record too short")
	}
	b, err := s.read(fixed)
	if err != nil {
		return nil, 0, "", "", err
	}
	rings, points := int64(binary.LittleEndian.Uint32(b[32:])), int64(binary.LittleEndian.Uint32(b[36:]))
	switch size := 4*rings + 16*points; {
	case fixed+size > body:
		return nil, 0, "", "", s.broken(fmt.Sprintf("%d rings and %d points in %d bytes", rings, points, body))
	case rings > MaxRings:
		return nil, fixed, "too_large", atMost(MaxRings, "rings"), nil
	case points > MaxPoints:
		return nil, fixed, "too_large", atMost(MaxPoints, "points"), nil
	default:
		if b, err = s.read(int(size)); err != nil {
			return nil, 0, "", "", err
		}
		list, reason, detail := ringsOf(b[:4*rings], b[4*rings:])
		if reason == "" {
			shape, reason, detail = assemble(list)
		}
		return shape, fixed + size, reason, detail, nil
	}
}

// ringsOf cuts the row of points into rings; starts holds the index at which each begins.
func ringsOf(starts, raw []byte) (list []orb.Ring, reason, detail string) {
	points := make([]orb.Point, len(raw)/16)
	for i := range points {
		x, y := math.Float64frombits(binary.LittleEndian.Uint64(raw[16*i:])), math.Float64frombits(binary.LittleEndian.Uint64(raw[16*i+8:]))
		if x-x != 0 || y-y != 0 {
			return nil, "coordinates", fmt.Sprintf("point %d: %v %v", i, x, y)
		}
		points[i] = orb.Point{x, y}
	}
	list = make([]orb.Ring, len(starts)/4)
	for i := range list {
		from, to := int(binary.LittleEndian.Uint32(starts[4*i:])), len(points)
		if i+1 < len(list) {
			to = int(binary.LittleEndian.Uint32(starts[4*i+4:]))
		}
		if i == 0 && from != 0 || from > to || to > len(points) {
			return nil, "coordinates", fmt.Sprintf("ring %d goes from point %d to %d of %d", i, from, to, len(points))
		}
		list[i] = points[from:to:to]
	}
	if len(list) == 0 && len(points) > 0 {
		return nil, "coordinates", "points without a ring"
	}
	return list, "", ""
}
