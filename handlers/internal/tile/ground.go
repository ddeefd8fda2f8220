package tile

import (
	"sync"

	"fengqiao/grid"
	"fengqiao/handlers/internal/mvt"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// Ground keeps the geometry of tiles of the plan that was last asked for, up to a number of bytes; the ones longest
// unused go first. Nothing in it is anybody's own: whose figures and which areas are shown is decided over it.
type Ground struct {
	most int64
	pens sync.Pool

	mu     sync.Mutex
	plan   *grid.Plan
	charts map[int]func() *grid.Chart
	sheets *simplelru.LRU[sheetKey, *Sheet]
	held   int64
}

type sheetKey struct {
	at    At
	depth int
}

// mostSheets bounds the number of sheets; far more than are ever held, since the bytes are counted.
const mostSheets = 1 << 20

// NewGround keeps so many bytes of geometry.
func NewGround(most int64) (*Ground, error) {
	g := &Ground{most: most}
	g.pens.New = func() any { return new(drawer) }
	var err error
	g.sheets, err = simplelru.NewLRU(mostSheets, func(_ sheetKey, s *Sheet) { g.held -= s.size() })
	return g, err
}

// Held is how many bytes are kept.
func (g *Ground) Held() int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.held
}

// Sheet is the ground of a tile at a level of the hierarchy.
func (g *Ground) Sheet(plan *grid.Plan, at At, depth int) *Sheet {
	key := sheetKey{at, depth}
	sheet, chart := g.find(plan, key)
	if sheet != nil {
		return sheet
	}
	pen := g.pens.Get().(*drawer)
	sheet = pen.sheet(chart(), at)
	g.pens.Put(pen)
	g.keep(plan, key, sheet)
	return sheet
}

// find is the sheet that is kept, or else the chart to draw it from. Another plan than before sweeps everything away.
func (g *Ground) find(plan *grid.Plan, key sheetKey) (*Sheet, func() *grid.Chart) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.plan != plan {
		g.sheets.Purge()
		g.plan, g.charts = plan, map[int]func() *grid.Chart{}
	}
	if sheet, ok := g.sheets.Get(key); ok {
		return sheet, nil
	}
	chart, ok := g.charts[key.depth]
	if !ok {
		chart = sync.OnceValue(func() *grid.Chart { return plan.Chart(key.depth) })
		g.charts[key.depth] = chart
	}
	return nil, chart
}

func (g *Ground) keep(plan *grid.Plan, key sheetKey, sheet *Sheet) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.plan != plan || sheet.size() > g.most {
		return
	}
	g.sheets.Remove(key) // of two that drew at once the later stays
	g.sheets.Add(key, sheet)
	for g.held += sheet.size(); g.held > g.most; {
		g.sheets.RemoveOldest()
	}
}

// Sheet is the geometry of one tile, as it goes out.
type Sheet struct {
	Chart   *grid.Chart
	patches []uint32 // in order
	ends    []uint32 // where each one's path ends in paths
	paths   []byte
}

// sheetOverhead is about what a sheet takes besides its slices.
const sheetOverhead = 256

func (s *Sheet) size() int64 {
	return sheetOverhead + int64(4*cap(s.patches)+4*cap(s.ends)+cap(s.paths))
}

// drawer draws sheets.
type drawer struct {
	pen grid.Pen
	scissors
	patches, ends []uint32
	paths         []byte
}

func (d *drawer) sheet(chart *grid.Chart, at At) *Sheet {
	view, origin := at.view(), at.origin()
	d.min, d.max = view.Min, view.Max
	d.patches, d.ends, d.paths = d.patches[:0], d.ends[:0], d.paths[:0]
	d.pen.Draw(chart, view, func(patch int, rings []grid.Ring) {
		before := len(d.paths)
		if d.patch(rings, origin); len(d.paths) > before {
			d.patches = append(d.patches, uint32(patch))
			d.ends = append(d.ends, uint32(len(d.paths)))
		}
	})
	return &Sheet{Chart: chart, patches: exactly(d.patches), ends: exactly(d.ends), paths: exactly(d.paths)}
}

func exactly[T any](s []T) []T { return append(make([]T, 0, len(s)), s...) }

// patch writes the path of one patch.
func (d *drawer) patch(rings []grid.Ring, origin grid.Pixel) {
	path := mvt.Begin(d.paths, origin)
	before, shown := path, false // the polygon at hand
	whole := 2 * int64(d.max.X-d.min.X) * int64(d.max.Y-d.min.Y)
	for _, r := range rings {
		if !r.Outer && !shown {
			continue // its polygon is not in the tile
		}
		ring := d.cut(r.Points)
		area := int64(0)
		if len(ring) >= 3 {
			area = twiceArea(ring)
		}
		switch {
		case r.Outer:
			before, shown = path, area != 0
		case area == whole || area == -whole:
			path, shown = before, false // the tile lies in the hole
			continue
		}
		if area != 0 {
			path.Ring(ring, (area > 0) != r.Outer)
		}
	}
	d.paths = path.Bytes()
}
