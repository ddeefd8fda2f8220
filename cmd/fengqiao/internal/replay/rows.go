// Package replay sends reports from a file into a running server over HTTP, as phones would: signed in, each with an id of
// its own, again after a lost answer, and it counts what became of them.
package replay

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"fengqiao/cmd/fengqiao/internal/sheet"
)

// Fields are what columns can be mapped to.
var Fields = []string{"id", "lat", "lon", "at", "category", "text", "severity", "emergency", "address"}

// Format says how the file is read.
type Format struct {
	Columns map[string]string // field → column
	// Layout of the time column in Go's notation, Zone where its clock hangs. RFC 3339 if empty.
	Layout string
	Zone   *time.Location
	// Categories: what stands in the file → the policy's key. Default is for what is not in it; without one the file's own
	// word is taken if it has the form of a key.
	Categories map[string]string
	Default    string
	Severity   int // where the file says none
	Channel    string
}

// ParseMap reads "lat=latitude,lon=longitude,id=srnumber".
func ParseMap(text string) (map[string]string, error) {
	columns := map[string]string{}
	for pair := range strings.SplitSeq(text, ",") {
		field, column, ok := strings.Cut(strings.TrimSpace(pair), "=")
		if !ok || column == "" {
			return nil, fmt.Errorf("--map: %q is not FIELD=COLUMN", pair)
		}
		if !slices.Contains(Fields, field) {
			return nil, fmt.Errorf("--map: unknown field %q; the fields are %s", field, strings.Join(Fields, ", "))
		}
		columns[field] = column
	}
	for _, needed := range []string{"id", "category"} {
		if columns[needed] == "" {
			return nil, fmt.Errorf("--map: %s is needed", needed)
		}
	}
	return columns, nil
}

// Report is one row, ready to be sent.
type Report struct {
	Line int
	At   time.Time
	Body body
}

// body is the wire form of POST /api/v1/reports.
type body struct {
	ClientID  string     `json:"clientId"`
	Channel   string     `json:"channel"`
	Text      string     `json:"text"`
	Category  string     `json:"category"`
	Severity  int        `json:"severity"`
	Emergency bool       `json:"emergency"`
	Point     *point     `json:"point,omitempty"`
	Address   string     `json:"address,omitempty"`
	PhoneTime *time.Time `json:"phoneTime,omitempty"`
}

type point struct {
	Type        string     `json:"type"`
	Coordinates [2]float64 `json:"coordinates"`
}

// namespace of the ids: the same row has the same id in every replay, so that a second one stores nothing new.
var namespace = uuid.MustParse("1d0c5b7e-9a52-5f0e-8c1b-6f2f4d6f7a11")

// ClientID is the UUID under which a row is sent: its own id, if that is one, or one made from it.
func ClientID(id string) string {
	if u, err := uuid.Parse(id); err == nil {
		return u.String()
	}
	return uuid.NewSHA1(namespace, []byte(id)).String()
}

// errRow is why a row cannot be sent; its text is the reason's name in the table.
type errRow string

func (e errRow) Error() string { return string(e) }

// source reads reports from a CSV file, gzipped or not.
type source struct {
	Format
	rows  *sheet.Reader
	index map[string]int // field → position
}

func newSource(r io.Reader, f Format) (*source, error) {
	in := bufio.NewReader(r)
	if magic, _ := in.Peek(2); string(magic) == "\x1f\x8b" {
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, err
		}
		in = bufio.NewReader(z)
	}
	s := &source{Format: f, rows: sheet.NewReader(in), index: map[string]int{}}
	header, err := s.rows.Header()
	if err != nil {
		return nil, fmt.Errorf("the first line is no header: %w", err)
	}
	for field, column := range f.Columns {
		i := slices.Index(header, column)
		if i < 0 {
			return nil, fmt.Errorf("line 1: there is no column %q", column)
		}
		s.index[field] = i
	}
	return s, nil
}

// next reads one row: io.EOF at the end, an errRow for one that cannot be sent.
func (s *source) next() (Report, error) {
	record, line, err := s.rows.Read()
	var broken sheet.Broken
	if errors.As(err, &broken) {
		return Report{Line: line}, errRow("row: " + broken.Error())
	}
	if err != nil {
		return Report{}, err
	}
	rep := Report{Line: line}
	get := func(field string) string {
		if i, ok := s.index[field]; ok {
			return strings.TrimSpace(record[i])
		}
		return ""
	}
	return rep, s.fill(&rep, get)
}

var categoryForm = regexp.MustCompile(`^[a-z0-9_]{1,64}$`)

func (s *source) fill(rep *Report, get func(string) string) error {
	b := &rep.Body
	id := get("id")
	if id == "" {
		return errRow("row: no id")
	}
	b.ClientID = ClientID(id)
	word := get("category")
	b.Category = s.Categories[word]
	if b.Category == "" {
		b.Category = s.Default
	}
	if b.Category == "" && categoryForm.MatchString(word) {
		b.Category = word
	}
	if b.Category == "" {
		return errRow("row: no category for " + strconv.Quote(word))
	}
	b.Channel, b.Address, b.Severity = s.Channel, get("address"), s.Severity
	if b.Text = get("text"); b.Text == "" {
		b.Text = word
	}
	if text := get("severity"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			return errRow("row: severity")
		}
		b.Severity = n
	}
	if text := get("emergency"); text != "" {
		yes, err := strconv.ParseBool(text)
		if err != nil {
			return errRow("row: emergency")
		}
		b.Emergency = yes
	}
	if err := s.when(rep, get("at")); err != nil {
		return err
	}
	return s.where(rep, get("lon"), get("lat"))
}

func (s *source) when(rep *Report, text string) (err error) {
	if text == "" {
		return nil
	}
	if s.Layout == "" {
		rep.At, err = time.Parse(time.RFC3339, text)
	} else {
		rep.At, err = time.ParseInLocation(s.Layout, text, s.Zone)
	}
	if err != nil {
		return errRow("row: time")
	}
	at := rep.At.UTC()
	rep.Body.PhoneTime = &at
	return nil
}

// where reads the point. Out-of-range numbers are sent: to judge them is the server's business.
func (s *source) where(rep *Report, lon, lat string) error {
	if lon == "" && lat == "" {
		return nil
	}
	x, errX := strconv.ParseFloat(lon, 64)
	y, errY := strconv.ParseFloat(lat, 64)
	if errX != nil || errY != nil || math.IsNaN(x+y) || math.IsInf(x+y, 0) {
		return errRow("row: coordinates")
	}
	rep.Body.Point = &point{"Point", [2]float64{x, y}}
	return nil
}
