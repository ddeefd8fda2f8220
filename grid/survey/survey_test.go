package survey

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"fengqiao/grid"

	"github.com/paulmach/orb"
)

// side is a thousandth of a degree of latitude at the equator, in metres; a box of one has about side² square metres.
var side = func() float64 { _, north := grid.MetresPerDegree(0); return north / 1000 }()

func TestEachFaultIsFoundWithItsPlaceAndSize(t *testing.T) {
	const d = 0.001
	whole := box(0, 0, 4*d, 4*d)
	for _, tc := range []struct {
		situation string
		cells     []grid.Cell
		schema    grid.Schema
		kind      Kind
		about     []int
		at        orb.Bound // where the place must lie
		size      float64
		more      []Kind // found beside it
	}{
		{situation: "a bow tie", cells: []grid.Cell{cell("a", orb.Polygon{{{0, 0}, {2 * d, 2 * d}, {2 * d, 0}, {0, d}, {0, 0}}})},
			kind: SelfCrossing, about: []int{0}, at: orb.Bound{Min: orb.Point{0.0006, 0.0006}, Max: orb.Point{0.0007, 0.0007}}, size: 1, more: []Kind{RingOrder}},
		{situation: "a figure of eight through a common vertex", cells: []grid.Cell{cell("a", orb.Polygon{{{0, 0}, {d, d}, {2 * d, 2 * d}, {2 * d, 0}, {d, d}, {0, 2 * d}, {0, 0}}})},
			kind: SelfCrossing, about: []int{0}, at: orb.Bound{Min: orb.Point{d, d}, Max: orb.Point{d, d}}, size: 1},
		{situation: "a ring that crosses itself through a vertex on an edge", cells: []grid.Cell{cell("a", orb.Polygon{{{0, 0}, {4 * d, 0}, {4 * d, 2 * d}, {2 * d, 0}, {d, -d}, {0, 2 * d}, {0, 0}}})},
			kind: SelfCrossing, about: []int{0}, at: orb.Bound{Max: orb.Point{4 * d, d}}, size: 2},
		{situation: "two squares of one ring that touch at a corner", cells: []grid.Cell{cell("a", orb.Polygon{{{0, 0}, {d, 0}, {d, d}, {2 * d, d}, {2 * d, 2 * d}, {d, 2 * d}, {d, d}, {0, d}, {0, 0}}})},
			kind: SelfTouching, about: []int{0}, at: orb.Bound{Min: orb.Point{d, d}, Max: orb.Point{d, d}}, size: 1},
		{situation: "an outer ring that runs clockwise", cells: []grid.Cell{cell("a", orb.Polygon{hole(0, 0, d, d)})},
			kind: RingOrder, about: []int{0}, at: orb.Bound{Max: orb.Point{d, d}}},
		{situation: "a hole that runs anticlockwise", cells: []grid.Cell{cell("a", orb.Polygon{whole, box(d, d, 2*d, 2*d)}), cell("b", orb.Polygon{box(d, d, 2*d, 2*d)})},
			kind: RingOrder, about: []int{0}, at: orb.Bound{Min: orb.Point{d, d}, Max: orb.Point{2 * d, 2 * d}}},
		{situation: "a point given three times", cells: []grid.Cell{cell("a", orb.Polygon{{{0, 0}, {d, 0}, {d, 0}, {d, 0}, {d, d}, {0, d}, {0, 0}}})},
			kind: DuplicatePoints, about: []int{0}, at: orb.Bound{Min: orb.Point{d, 0}, Max: orb.Point{d, 0}}, size: 2},
		{situation: "a ring that does not close", cells: []grid.Cell{cell("a", orb.Polygon{{{0, 0}, {d, 0}, {d, d}, {0, d}}})},
			kind: Unclosed, about: []int{0}, at: orb.Bound{Min: orb.Point{0, d}, Max: orb.Point{0, d}}, size: side},
		{situation: "a spike", cells: []grid.Cell{cell("a", orb.Polygon{{{0, 0}, {d, 0}, {d, d}, {d, 2 * d}, {d, d}, {0, d}, {0, 0}}})},
			kind: RunsBack, about: []int{0}, at: orb.Bound{Min: orb.Point{d, d}, Max: orb.Point{d, 2 * d}}, size: side},
		{situation: "a spike that comes back farther than it went", cells: []grid.Cell{cell("a", orb.Polygon{{{0, 0}, {d, 0}, {d, 2 * d}, {d, d}, {0, d}, {0, 0}}})},
			kind: RunsBack, about: []int{0}, at: orb.Bound{Min: orb.Point{d, d}, Max: orb.Point{d, 2 * d}}, size: side},
		{situation: "two cells that overlap", cells: []grid.Cell{cell("a", orb.Polygon{box(0, 0, 2*d, 2*d)}), cell("b", orb.Polygon{box(d, 0, 3*d, 2*d)})},
			kind: Overlap, about: []int{0, 1}, at: orb.Bound{Min: orb.Point{d, 0}, Max: orb.Point{2 * d, 2 * d}}, size: 2 * side * side},
		{situation: "the same cell under two codes", cells: []grid.Cell{cell("a", orb.Polygon{box(0, 0, d, d)}), cell("b", orb.Polygon{box(0, 0, d, d)})},
			kind: Overlap, about: []int{0, 1}, at: orb.Bound{Max: orb.Point{d, d}}, size: side * side},
		{situation: "a cell in the midst of another", cells: []grid.Cell{cell("a", orb.Polygon{whole}), cell("b", orb.Polygon{box(d, d, 2*d, 2*d)})},
			kind: Overlap, about: []int{0, 1}, at: orb.Bound{Min: orb.Point{d, d}, Max: orb.Point{2 * d, 2 * d}}, size: side * side},
		{situation: "a gap in the midst of a cell, with an island", cells: []grid.Cell{cell("a", orb.Polygon{whole, hole(d, d, 3*d, 3*d)}), cell("b", orb.Polygon{box(1.5*d, 1.5*d, 2.5*d, 2.5*d)})},
			kind: Gap, about: []int{0, 1}, at: orb.Bound{Min: orb.Point{d, d}, Max: orb.Point{3 * d, 3 * d}}, size: 3 * side * side},
		{situation: "a gap between cells", cells: []grid.Cell{
			cell("a", orb.Polygon{box(0, 0, 4*d, d)}), cell("b", orb.Polygon{box(0, 3*d, 4*d, 4*d)}),
			cell("c", orb.Polygon{box(0, d, d, 3*d)}), cell("d", orb.Polygon{box(2*d, d, 4*d, 3*d)})},
			kind: Gap, about: []int{0, 1, 2, 3}, at: orb.Bound{Min: orb.Point{d, d}, Max: orb.Point{2 * d, 3 * d}}, size: 2 * side * side},
		{situation: "a hole beside its shell", cells: []grid.Cell{cell("a", orb.Polygon{whole, hole(5*d, 0, 6*d, d)})},
			kind: HoleOutside, about: []int{0}, at: orb.Bound{Min: orb.Point{5 * d, 0}, Max: orb.Point{6 * d, d}}, size: side * side},
		{situation: "a hole across its shell", cells: []grid.Cell{cell("a", orb.Polygon{whole, hole(3*d, 0, 6*d, d)})},
			kind: HoleOutside, about: []int{0}, at: orb.Bound{Min: orb.Point{4 * d, 0}, Max: orb.Point{6 * d, d}}, size: 2 * side * side},
		{situation: "a crumb far from its cell", cells: []grid.Cell{cell("a", orb.Polygon{whole}, orb.Polygon{box(1, 1, 1+d/200, 1+d/200)})},
			kind: Splinter, about: []int{0}, at: orb.Bound{Min: orb.Point{1, 1}, Max: orb.Point{1.1, 1.1}}, size: side * side / 40000},
		{situation: "a cell without code", cells: []grid.Cell{cell("", orb.Polygon{whole})}, kind: MissingCode, about: []int{0}, at: orb.Bound{Max: orb.Point{4 * d, 4 * d}}},
		{situation: "a code given twice", cells: []grid.Cell{cell("a", orb.Polygon{box(0, 0, d, d)}), cell("a", orb.Polygon{box(d, 0, 2*d, d)})},
			kind: DuplicateCode, about: []int{0, 1}, at: orb.Bound{Max: orb.Point{d, d}}, size: 2},
		{situation: "a code of another schema", cells: []grid.Cell{cell("33.1", orb.Polygon{whole})}, schema: grid.ChinaSchema(),
			kind: InconsistentCode, about: []int{0}, at: orb.Bound{Max: orb.Point{4 * d, 4 * d}}},
		{situation: "a shape without extent", cells: []grid.Cell{cell("a", orb.Polygon{{{0, 0}, {d, d}, {0, 0}, {0, 0}}})}, kind: Unusable, about: []int{0}, at: orb.Bound{Max: orb.Point{d, d}}},
		{situation: "a coordinate that is no number", cells: []grid.Cell{cell("a", orb.Polygon{{{math.NaN(), 0}, {d, d}, {0, d}, {0, 0}}})}, kind: Unusable, about: []int{0}, at: orb.Bound{Max: orb.Point{d, d}}},
	} {
		t.Run(tc.situation, func(t *testing.T) {
			found := Inspect(tc.cells, Options{Schema: tc.schema})
			kinds := append([]Kind{tc.kind}, tc.more...)
			if got := kindsOf(found); !slices.Equal(sorted(got), sorted(kinds)) {
				t.Fatalf("found %v, want %v", got, kinds)
			}
			f := found[slices.IndexFunc(found, func(f Finding) bool { return f.Kind == tc.kind })]
			if !slices.Equal(f.Cells, tc.about) || len(f.Codes) != len(f.Cells) || f.Codes[0] != tc.cells[f.Cells[0]].Code {
				t.Errorf("about %v %q, want %v", f.Cells, f.Codes, tc.about)
			}
			if !f.HasPlace || !tc.at.Contains(f.At) {
				t.Errorf("at %v, want it in %v", f.At, tc.at)
			}
			if math.Abs(f.Size-tc.size) > 0.01*tc.size {
				t.Errorf("size %v, want about %v", f.Size, tc.size)
			}
		})
	}
}

func kindsOf(found []Finding) (kinds []Kind) {
	for _, f := range found {
		kinds = append(kinds, f.Kind)
	}
	return kinds
}

func sorted(kinds []Kind) []Kind { return slices.Sorted(slices.Values(kinds)) }

func TestDetailOverItsBackgroundIsNoOverlap(t *testing.T) {
	cells := []grid.Cell{cell("a", orb.Polygon{box(0, 0, 4, 4)}), cell("a.b", orb.Polygon{box(1, 1, 2, 2)})}
	if found := Inspect(cells, Options{}); len(found) > 0 {
		t.Errorf("%+v", found)
	}
}

func TestGroundBetweenPartsOfDifferentCellsIsOutsideUnlessTheyEncloseIt(t *testing.T) {
	open := []grid.Cell{cell("a", orb.Polygon{{{0, 0}, {3, 0}, {3, 1}, {1, 1}, {1, 2}, {3, 2}, {3, 3}, {0, 3}, {0, 0}}})}
	if found := Inspect(open, Options{}); len(found) > 0 {
		t.Errorf("an open bay: %+v", found)
	}
	shut := append(open, cell("b", orb.Polygon{box(3, 0, 4, 3)}))
	if found := Inspect(shut, Options{}); len(found) != 1 || found[0].Kind != Gap {
		t.Errorf("the same with a lid: %v", kindsOf(found))
	}
}

func TestSwappedCoordinatesAreFoundAmongThoseThatAreRight(t *testing.T) {
	turn := func(c grid.Cell) grid.Cell {
		for k, pt := range c.Shape[0][0] {
			c.Shape[0][0][k] = turned(pt)
		}
		c.Shape[0][0].Reverse()
		return c
	}
	for name, make := range map[string]func() []grid.Cell{
		"in China, beyond the globe": func() []grid.Cell { return newQuilt(1, 4, 4, 2).cells() },
		"in Africa": func() []grid.Cell {
			cells := newQuilt(1, 4, 4, 2).cells()
			for _, c := range cells {
				for k := range c.Shape[0][0] {
					c.Shape[0][0][k][0] -= 100
				}
			}
			return cells
		},
	} {
		cells := make()
		// At the rim, so that its absence is no gap.
		cells[3] = turn(cells[3])
		found := Inspect(cells, Options{})
		if len(found) != 1 || found[0].Kind != Swapped || !slices.Equal(found[0].Cells, []int{3}) {
			t.Errorf("%s: %+v", name, found)
		}
	}
}

func TestAStrayCellFarAwayDoesNotHideTheRest(t *testing.T) {
	cells := newQuilt(1, 12, 12, 3).cells()
	cells = append(cells, cell("z", orb.Polygon{box(-170, -80, -169, -79)}))
	cells[50].Shape = orb.MultiPolygon{{hole(119.5+2*0.005+0.001, 29.75+4*0.005+0.001, 119.5+2*0.005+0.002, 29.75+4*0.005+0.002)}}
	got := strings.Join(strings.Fields(fmt.Sprint(sorted(kindsOf(Inspect(cells, Options{}))))), " ")
	if got != "[gap ring_order]" {
		t.Errorf("found %s", got)
	}
}

func TestBordersDrawnAtRandomAreGivenUpInTime(t *testing.T) {
	q := newQuilt(3, 1, 1, 1)
	var r orb.Ring
	for range 4000 {
		r = append(r, orb.Point{119 + q.Rng.Float64(), 30 + q.Rng.Float64()})
	}
	found := Inspect([]grid.Cell{cell("a", orb.Polygon{append(r, r[0])})}, Options{})
	if !slices.Contains(kindsOf(found), Tangled) {
		t.Errorf("found %v", kindsOf(found))
	}
}
