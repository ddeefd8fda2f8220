package grid

import (
	"math"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

func TestAShapeComesBackAsItWasGiven(t *testing.T) {
	same := func(t *rapid.T, cells []Cell) {
		p, err := NewPlan("v", ChinaSchema(), nil, cells)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cells {
			got, ok := p.Cell(c.Code)
			if !ok || !got.Shape.Equal(c.Shape) {
				t.Fatalf("%s: %v, want %v", c.Code, got.Shape, c.Shape)
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		cells := dirtyCells(t) // vertices repeat, edges run back on themselves, rings share edges
		for i := range cells {
			cells[i].Code = Code([]string{"33.01.11.001", "33.01.11.002", "33.01.11.003", "33.01.11.004", "33.01.11.005"}[i])
		}
		same(t, cells)
	})
	rapid.Check(t, func(t *rapid.T) {
		q := newQuilt(rapid.Uint64().Draw(t, "seed"), rapid.IntRange(1, 5).Draw(t, "columns"), rapid.IntRange(1, 5).Draw(t, "rows"), rapid.IntRange(1, 5).Draw(t, "pieces"))
		cells := q.cells()
		for _, c := range cells { // begin anywhere, run either way round
			r := c.Shape[0][0]
			n := q.Rng.IntN(len(r) - 1)
			turned := append(append(slices.Clone(r[n:len(r)-1]), r[:n]...), r[n])
			if q.Rng.IntN(2) == 0 {
				slices.Reverse(turned)
			}
			c.Shape[0][0] = turned
		}
		q.Rng.Shuffle(len(cells), func(i, j int) { cells[i], cells[j] = cells[j], cells[i] })
		same(t, cells)
	})
}

func TestNeighboursShareTheirBorderInMemory(t *testing.T) {
	q := newQuilt(1, 10, 10, 7)
	p := mustPlan(t, ChinaSchema(), nil, q.cells())
	// 220 sides of 7 edges each, where alone the 100 cells have 400; at three corners of the whole two sides are one arc.
	if got, want := len(p.ground.raw)+len(p.ground.steps), 220*8-3; got != want {
		t.Errorf("%d vertices are kept, want %d", got, want)
	}
}

// short tells whether a number has at most ten decimals: of those drawn with twelve, whole ones have.
func short(v float64) bool { return math.Round(v*1e10)/1e10 == v }

func TestPointsComeBackBitForBit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		per := rapid.SampledFrom([]float64{1e5, 1e7, 1e8, 1e9, 1e12, 0}).Draw(t, "per degree")
		coordinate := func(limit float64) float64 {
			v := rapid.Float64Range(-limit, limit).Draw(t, "degrees")
			if per > 0 {
				v = math.Round(v*per) / per
			}
			return v
		}
		var pts []orb.Point
		for range rapid.IntRange(1, 20).Draw(t, "points") {
			pts = append(pts, orb.Point{coordinate(180), coordinate(90)})
		}
		v := newPoints(pts, boundOf(pts))
		fine := slices.ContainsFunc(pts, func(pt orb.Point) bool { return !short(pt[0]) || !short(pt[1]) })
		if wrong := v.steps == nil && (per == 1e5 || per == 1e7) || v.steps != nil && per == 1e12 && fine; wrong && len(pts) > 1 {
			t.Fatalf("%v per degree: steps %v", per, v.steps != nil)
		}
		for i, pt := range pts {
			if v.at(uint32(i)) != pt {
				t.Fatalf("%v came back as %v", pt, v.at(uint32(i)))
			}
		}
		if v.steps == nil {
			return
		}
		// The order of steps is that of degrees, also against a value between them or beyond all.
		against := pts[0]
		if rapid.Bool().Draw(t, "any") {
			against = orb.Point{rapid.Float64Range(-180, 180).Draw(t, "lon"), rapid.Float64Range(-90, 90).Draw(t, "lat")}
		}
		x, y := v.stepLevels(against)
		for axis, l := range []level[uint32]{x, y} {
			for i, pt := range pts {
				if s := v.steps[i][axis]; (s >= l.from) != (pt[axis] >= against[axis]) || (s >= l.above) != (pt[axis] > against[axis]) {
					t.Fatalf("%v against %v: step %d, level %v", pt[axis], against[axis], s, l)
				}
			}
		}
	})
}

func TestPolygonsWhoseHolesLieWellArePlain(t *testing.T) {
	rim := box(0, 0, 10, 10)
	for _, tc := range []struct {
		situation string
		poly      orb.Polygon
		plain     bool
	}{
		{"no hole", orb.Polygon{rim}, true},
		{"a hole", orb.Polygon{rim, box(1, 1, 2, 2)}, true},
		{"two holes", orb.Polygon{rim, box(1, 1, 2, 2), box(3, 3, 4, 4)}, true},
		{"a hole that touches the rim in a vertex", orb.Polygon{rim, {{0, 0}, {2, 1}, {1, 2}, {0, 0}}}, true},
		{"a hole that stands on the rim with a vertex", orb.Polygon{rim, {{5, 0}, {6, 2}, {4, 2}, {5, 0}}}, true},
		{"two holes that touch", orb.Polygon{rim, box(1, 1, 2, 2), box(2, 2, 3, 3)}, true},
		{"a hole on the rim", orb.Polygon{rim, box(0, 1, 2, 2)}, false},
		{"a hole across the rim", orb.Polygon{rim, box(9, 1, 12, 2)}, false},
		{"a hole outside", orb.Polygon{rim, box(12, 1, 13, 2)}, false},
		{"a hole around", orb.Polygon{rim, box(-1, -1, 11, 11)}, false},
		{"holes that overlap", orb.Polygon{rim, box(1, 1, 3, 3), box(2, 2, 4, 4)}, false},
		{"a hole in a hole", orb.Polygon{rim, box(1, 1, 5, 5), box(2, 2, 3, 3)}, false},
		{"the same hole twice", orb.Polygon{rim, box(1, 1, 2, 2), box(1, 1, 2, 2)}, false},
		{"a hole between two points of the rim", orb.Polygon{{{0, 0}, {10, 0}, {10, 10}, {5, 1}, {0, 10}, {0, 0}}, {{0, 10}, {10, 10}, {5, 5}, {0, 10}}}, false},
	} {
		c := []Cell{cell("a", tc.poly)}
		_, whole := boundsOf(c)
		f := newFrame(whole, 1)
		if w := weldTogether(c, &f); w.ground.plain(w.part(0)) != tc.plain {
			t.Errorf("%s: plain %v", tc.situation, !tc.plain)
		}
	}
}
