package tile

import (
	"slices"
	"sync"

	"fengqiao/grid"
	"fengqiao/handlers/internal/mvt"
)

// Figures are the open cases of a patch or of a place.
type Figures struct {
	Cases, Emergency, Reports int
	// Clock is the worst colour of their clocks.
	Clock string
}

// Mark is a point on the map: a case on its own spot, with an ID, or some cases in one place.
type Mark struct {
	At   grid.Pixel
	Code grid.Code // the cell that they lie in, "" of several
	Figures
	// ID and what follows is of one case.
	ID, State, Category string
	Severity            int
	Opened              int64 // seconds since 1970
}

// ZipLevel is the level of gzip that tiles go out with, chosen by measure (handlers/bench): a tile is written once and
// read once, so time counts as much as bytes.
const ZipLevel = 2

// The layers and their keys, by which clients style them.
var (
	areaKeys = []string{"code", "name", "level", "cases", "emergency", "clock", "more"}
	caseKeys = []string{"kind", "cases", "emergency", "reports", "clock", "cell", "id", "state", "category", "severity", "opened"}
)

const (
	areaCode = iota
	areaName
	areaLevel
	areaCases
	areaEmergency
	areaClock
	areaMore
)

const (
	caseKind = iota
	caseCases
	caseEmergency
	caseReports
	caseClock
	caseCell
	caseID
	caseState
	caseCategory
	caseSeverity
	caseOpened
)

// Canvas writes a tile. Its memory is used again: give it back when the bytes are no longer needed.
type Canvas struct {
	areas, cases *mvt.Layer
	path, out    []byte
}

var canvases = sync.Pool{New: func() any {
	return &Canvas{areas: mvt.NewLayer("areas", areaKeys...), cases: mvt.NewLayer("cases", caseKeys...)}
}}

// NewCanvas is an empty tile.
func NewCanvas() *Canvas {
	c := canvases.Get().(*Canvas)
	c.areas.Clear()
	c.cases.Clear()
	return c
}

// Done gives the memory back.
func (c *Canvas) Done() { canvases.Put(c) }

// Areas draws the patches of a sheet that lie inside an area, with the level's key and the figures that there are of
// them. more says that there are more cases than the figures hold.
func (c *Canvas) Areas(s *Sheet, own grid.Code, level func(grid.Code) string, figures map[int]Figures, more bool) {
	l, from := c.areas, uint32(0)
	for i, patch := range s.patches {
		path := s.paths[from:s.ends[i]]
		from = s.ends[i]
		code := s.Chart.Code(int(patch))
		if !own.Contains(code) {
			continue
		}
		l.Unique(areaCode, string(code))
		if name := s.Chart.Name(int(patch)); name != "" {
			l.Text(areaName, name)
		}
		l.Text(areaLevel, level(code))
		f := figures[int(patch)]
		l.Number(areaCases, uint64(f.Cases))
		if f.Cases > 0 {
			l.Number(areaEmergency, uint64(f.Emergency))
			l.Text(areaClock, f.Clock)
		}
		if more {
			l.Flag(areaMore, true)
		}
		l.Put(uint64(patch)+1, mvt.Polygon, path)
	}
}

// Shows tells whether a patch comes into the tile.
func (s *Sheet) Shows(patch int) bool {
	_, ok := slices.BinarySearch(s.patches, uint32(patch))
	return ok
}

// Marks draws points.
func (c *Canvas) Marks(at At, marks []Mark) {
	origin := at.origin()
	for i := range marks {
		m := &marks[i]
		path := mvt.Begin(c.path[:0], origin)
		path.Point(m.At)
		c.path = path.Bytes()
		if m.ID != "" {
			c.one(m)
		} else {
			c.some(m)
		}
		c.cases.Put(0, mvt.Point, c.path)
	}
}

func (c *Canvas) one(m *Mark) {
	l := c.cases
	l.Text(caseKind, "case")
	l.Unique(caseID, m.ID)
	l.Text(caseState, m.State)
	l.Text(caseCategory, m.Category)
	l.Number(caseSeverity, uint64(m.Severity))
	l.Number(caseEmergency, uint64(m.Emergency))
	l.Text(caseClock, m.Clock)
	l.UniqueNumber(caseOpened, uint64(m.Opened))
}

func (c *Canvas) some(m *Mark) {
	l := c.cases
	if m.Code == "" {
		l.Text(caseKind, "cluster")
	} else {
		l.Text(caseKind, "cell")
		l.Unique(caseCell, string(m.Code))
	}
	l.Number(caseCases, uint64(m.Cases))
	l.Number(caseEmergency, uint64(m.Emergency))
	l.Number(caseReports, uint64(m.Reports))
	l.Text(caseClock, m.Clock)
}

// Bytes is the tile, good until Done.
func (c *Canvas) Bytes() []byte {
	c.out = c.cases.AppendTo(c.areas.AppendTo(c.out[:0]))
	return c.out
}
