package grid

import (
	"fmt"
	"math"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"pgregory.net/rapid"
)

// everywhere is a view of the whole world.
func everywhere(zoom int) View {
	return View{Zoom: zoom, Max: Pixel{math.MaxInt32, math.MaxInt32}}
}

// drawn is a copy of what a pen draws of a chart.
func drawn(c *Chart, v View) map[Code][]Ring {
	out := map[Code][]Ring{}
	new(Pen).Draw(c, v, func(patch int, rings []Ring) {
		for _, r := range rings {
			out[c.Code(patch)] = append(out[c.Code(patch)], Ring{r.Outer, append([]Pixel(nil), r.Points...)})
		}
	})
	return out
}

// onePatch is the only patch drawn.
func onePatch(t *testing.T, c *Chart, v View) []Ring {
	t.Helper()
	all := drawn(c, v)
	if len(all) != 1 {
		t.Fatalf("%d patches", len(all))
	}
	for _, rings := range all {
		return rings
	}
	return nil
}

// lone counts the edges that no ring runs along the other way, of rings that all run with their ground on the right of
// the map's eye: clockwise outside, anticlockwise around holes.
func lone(all map[Code][]Ring) map[[2]Pixel]int {
	edges := map[[2]Pixel]int{}
	for _, rings := range all {
		for _, r := range rings {
			clockwise := twiceArea(r.Points) > 0
			for i, a := range r.Points {
				b := r.Points[(i+1)%len(r.Points)]
				if clockwise != r.Outer {
					a, b = b, a
				}
				for _, step := range steps(a, b) {
					if back := [2]Pixel{step[1], step[0]}; edges[back] > 0 {
						if edges[back]--; edges[back] == 0 {
							delete(edges, back)
						}
					} else {
						edges[step]++
					}
				}
			}
		}
	}
	return edges
}

// steps cuts an edge at the pixels that it goes through the middle of: a neighbour may have a vertex there that a third,
// too thin to be drawn, has put between them.
func steps(a, b Pixel) (out [][2]Pixel) {
	dx, dy := b.X-a.X, b.Y-a.Y
	n := dx
	for m := dy; m != 0; {
		n, m = m, n%m
	}
	if n < 0 {
		n = -n
	}
	if n > 1000 { // of the rim, which has no neighbours
		return [][2]Pixel{{a, b}}
	}
	for i := range n {
		out = append(out, [2]Pixel{{a.X + dx/n*i, a.Y + dy/n*i}, {a.X + dx/n*(i+1), a.Y + dy/n*(i+1)}})
	}
	return out
}

// rim is the outline of a plan that fills a rectangle.
type rim struct{ nw, se Pixel }

func rimOf(p *Plan, v View) rim {
	b := p.Bound("")
	return rim{v.At(orb.Point{b.Min[0], b.Max[1]}), v.At(orb.Point{b.Max[0], b.Min[1]})}
}

// along tells whether an edge runs along the rim, as far as simplified lines do.
func (r rim) along(e [2]Pixel) bool {
	near := func(a, b, at int32) bool { return max(a, b) <= at+blunt && min(a, b) >= at-blunt }
	a, b := e[0], e[1]
	return near(a.X, b.X, r.nw.X) || near(a.X, b.X, r.se.X) || near(a.Y, b.Y, r.nw.Y) || near(a.Y, b.Y, r.se.Y)
}

func areaOf(rings []Ring) (twice int64) {
	for _, r := range rings {
		a := twiceArea(r.Points)
		if a < 0 {
			a = -a
		}
		if !r.Outer {
			a = -a
		}
		twice += a
	}
	return twice
}

func TestNeighboursShareTheirBordersAtEveryZoomAndLevel(t *testing.T) {
	q := newQuilt(7, 23, 17, 6)
	p := mustPlan(t, ChinaSchema(), nil, q.cells())
	for depth := 3; depth <= 7; depth++ {
		c := p.Chart(depth)
		for zoom := 0; zoom <= MaxZoom; zoom++ {
			v := everywhere(zoom)
			r := rimOf(p, v)
			all := drawn(c, v)
			for e := range lone(all) {
				if !r.along(e) {
					t.Fatalf("depth %d, zoom %d: the edge %v has no neighbour", depth, zoom, e)
				}
			}
			var sum int64
			for _, rings := range all {
				sum += areaOf(rings)
			}
			width, height := int64(r.se.X-r.nw.X), int64(r.se.Y-r.nw.Y)
			if off := 2*width*height - sum; off < 0 || off > 4*blunt*(width+height) {
				t.Errorf("depth %d, zoom %d: patches cover %d of %d", depth, zoom, sum, 2*width*height)
			}
		}
	}
}

func TestAnyTessellationIsDrawnWithoutGaps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := newQuilt(rapid.Uint64().Draw(t, "seed"), rapid.IntRange(1, 12).Draw(t, "cols"), rapid.IntRange(1, 12).Draw(t, "rows"), rapid.IntRange(1, 9).Draw(t, "steps"))
		cells := q.cells()
		for i := range cells { // units of any shape, in several parts, around one another
			cells[i].Code = Code(fmt.Sprintf("%d.%04d", rapid.IntRange(1, 4).Draw(t, "unit"), i))
		}
		p, err := NewPlan("v", Schema{Levels: []Level{{Key: "unit"}, {Key: "cell"}}}, nil, cells)
		if err != nil {
			t.Fatal(err)
		}
		// Further out a cell is a few pixels wide, and what is left of a ring may cross itself there and enclose nothing by its area:
		// it is left out as what is smaller than a pixel is.
		v := everywhere(rapid.IntRange(7, MaxZoom).Draw(t, "zoom"))
		r := rimOf(p, v)
		for depth := 1; depth <= 2; depth++ {
			for e := range lone(drawn(p.Chart(depth), v)) {
				if !r.along(e) {
					t.Fatalf("depth %d: the edge %v has no neighbour", depth, e)
				}
			}
		}
	})
}

func TestAUnitIsTheUnionOfItsCells(t *testing.T) {
	q := newQuilt(3, 20, 20, 5)
	p := mustPlan(t, ChinaSchema(), nil, q.cells())
	c := p.Chart(6)
	if c.Len() != 8 {
		t.Fatalf("%d grids", c.Len())
	}
	want := map[Code]float64{}
	for i := range p.Len() {
		if got := c.Code(c.PatchOf(i)); !got.Contains(p.CodeAt(i)) || got.Depth() != 6 {
			t.Fatalf("%s lies in %s", p.CodeAt(i), got)
		}
		want[p.CodeAt(i).Prefix(6)] += planar.Area(p.At(i).Shape)
	}
	perPixel := 360 / float64(int64(1)<<(MaxZoom+tilePower))
	for code, rings := range drawn(c, everywhere(MaxZoom)) {
		if len(rings) != 1 {
			t.Errorf("%s has %d rings: borders inside it stayed", code, len(rings))
		}
		// A degree of latitude is longer on the map by the secant of the latitude.
		got := float64(areaOf(rings)) / 2 * perPixel * perPixel * math.Cos(p.Bound(code).Center()[1]*math.Pi/180)
		if math.Abs(got/want[code]-1) > 1e-3 {
			t.Errorf("%s covers %g, its cells %g", code, got, want[code])
		}
	}
}

func TestHolesAndIslandsAreDrawn(t *testing.T) {
	around := func(x0, y0, x1, y1 float64) orb.Ring {
		r := box(x0, y0, x1, y1)
		r.Reverse()
		return r
	}
	cells := []Cell{
		cell("a.1", orb.Polygon{box(0, 0, 6, 6), around(2, 2, 4, 4)}),
		cell("b.1", orb.Polygon{box(2, 2, 4, 4), around(2.5, 2.5, 3, 3)}),
		cell("a.3", orb.Polygon{box(2.5, 2.5, 3, 3)}),
	}
	p := mustPlan(t, Schema{Levels: []Level{{Key: "unit"}, {Key: "cell"}}}, nil, cells)
	for depth, parts := range map[int]map[Code]string{
		1: {"a": "outer hole outer ", "b": "outer hole "},
		2: {"a.1": "outer hole ", "b.1": "outer hole ", "a.3": "outer "},
	} {
		all := drawn(p.Chart(depth), everywhere(6))
		for code, want := range parts {
			got := ""
			for _, r := range all[code] {
				got += map[bool]string{true: "outer ", false: "hole "}[r.Outer]
			}
			if got != want {
				t.Errorf("depth %d: %s is drawn as %q, want %q", depth, code, got, want)
			}
		}
		r := rimOf(p, everywhere(6))
		for e := range lone(all) {
			if !r.along(e) {
				t.Errorf("depth %d: the edge %v has no neighbour", depth, e)
			}
		}
	}
}

func TestRingsGivenTheWrongWayRoundUniteAsWell(t *testing.T) {
	cells := newQuilt(5, 6, 6, 3).cells()
	want := onePatch(t, mustPlan(t, ChinaSchema(), nil, cells).Chart(3), everywhere(12))
	for _, c := range cells {
		c.Shape[0][0].Reverse()
	}
	got := onePatch(t, mustPlan(t, ChinaSchema(), nil, cells).Chart(3), everywhere(12))
	if len(want) != 1 || len(got) != 1 || areaOf(got) != areaOf(want) {
		t.Errorf("%d rings of %d, want %d of %d", len(got), areaOf(got), len(want), areaOf(want))
	}
}

func TestPartsThatTouchInAPointStayApart(t *testing.T) {
	p := mustPlan(t, Schema{Levels: []Level{{Key: "unit"}, {Key: "cell"}}}, nil, []Cell{
		cell("a.1", orb.Polygon{box(0, 0, 1, 1)}), cell("a.2", orb.Polygon{box(1, 1, 2, 2)}),
		cell("b.1", orb.Polygon{box(1, 0, 2, 1)}), cell("b.2", orb.Polygon{box(0, 1, 1, 2)}),
	})
	for code, rings := range drawn(p.Chart(1), everywhere(8)) {
		if len(rings) != 2 || !rings[0].Outer || !rings[1].Outer || len(rings[0].Points) != 4 {
			t.Errorf("%s: %v", code, rings)
		}
	}
}

func TestWhereALevelIsMissingTheUnitAboveStandsIn(t *testing.T) {
	p := mustPlan(t, ChinaSchema(), nil, []Cell{
		cell("33.03.83.-.001.001.01", orb.Polygon{box(120, 27, 120.1, 27.1)}),
		cell("33.03.83.-.002", orb.Polygon{box(120.1, 27, 120.2, 27.1)}),
	})
	for depth, want := range map[int][]Code{4: {"33.03.83"}, 5: {"33.03.83.-.001", "33.03.83.-.002"}, 7: {"33.03.83.-.001.001.01", "33.03.83.-.002"}} {
		c := p.Chart(depth)
		var got []Code
		for i := range c.Len() {
			got = append(got, c.Code(i))
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("depth %d: %v, want %v", depth, got, want)
		}
	}
}

func TestALineIsTheSameInEveryView(t *testing.T) {
	q := newQuilt(11, 12, 12, 8)
	p := mustPlan(t, ChinaSchema(), nil, q.cells())
	for _, depth := range []int{6, 7} {
		c := p.Chart(depth)
		whole := drawn(c, everywhere(13))
		at := everywhere(13)
		centre := at.At(p.Bound("").Center())
		part := drawn(c, View{Zoom: 13, Min: Pixel{centre.X - 400, centre.Y - 400}, Max: Pixel{centre.X + 400, centre.Y + 400}})
		if len(part) == 0 || depth == 7 && len(part) == len(whole) {
			t.Fatalf("the part shows %d of %d patches", len(part), len(whole))
		}
		for code, rings := range part {
			if fmt.Sprint(rings) != fmt.Sprint(whole[code]) {
				t.Errorf("%s is drawn differently", code)
			}
		}
	}
}

func TestAMapInAnotherDatumIsShiftedWithIt(t *testing.T) {
	p := mustPlan(t, ChinaSchema(), nil, newQuilt(2, 3, 3, 2).cells())
	plain, gcj := onePatch(t, p.Chart(3), everywhere(16)), View{Zoom: 16, CRS: GCJ02}
	gcj.Max = everywhere(16).Max
	moved, err := FromWGS84(p.At(0).Shape[0][0][0], GCJ02)
	if err != nil {
		t.Fatal(err)
	}
	here, there := everywhere(16), gcj
	if a, b := here.At(moved), there.At(p.At(0).Shape[0][0][0]); a != b {
		t.Errorf("%v, want %v", b, a)
	}
	shifted := onePatch(t, p.Chart(3), gcj)
	if plain[0].Points[0] == shifted[0].Points[0] {
		t.Error("the ring is where it was")
	}
}

func TestAnEmptyPlanHasAnEmptyChart(t *testing.T) {
	c := new(Plan).Chart(3)
	if c.Len() != 0 || len(drawn(c, everywhere(3))) != 0 {
		t.Errorf("%d patches", c.Len())
	}
}

func TestDirtyShapesAreDrawnAllTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cells := dirtyCells(t)
		if len(cells) == 0 {
			return
		}
		p, err := NewPlan("v", Schema{Levels: []Level{{Key: "unit"}, {Key: "cell"}}}, nil, cells)
		if err != nil {
			t.Fatal(err)
		}
		for depth := 1; depth <= 2; depth++ {
			for _, rings := range drawn(p.Chart(depth), everywhere(rapid.IntRange(0, MaxZoom).Draw(t, "zoom"))) {
				if !rings[0].Outer {
					t.Fatal("a hole comes first")
				}
				for _, r := range rings {
					if len(r.Points) < 3 || twiceArea(r.Points) == 0 {
						t.Fatalf("a ring of %d points that encloses nothing", len(r.Points))
					}
				}
			}
		}
	})
}
