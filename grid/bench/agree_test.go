package bench

import (
	"testing"

	"fengqiao/grid"
	"fengqiao/grid/survey"

	"github.com/paulmach/orb"
)

func TestTheGroundHasNeitherGapsNorOverlaps(t *testing.T) {
	cells := weave(2_000, 7)
	for _, f := range survey.Inspect(cells, survey.Options{Schema: grid.ChinaSchema()}) {
		t.Errorf("%s: cells %v at %v, %v", f.Kind, f.Codes, f.At, f.Size)
	}
	parts, holes := 0, 0
	for _, c := range cells {
		parts += len(c.Shape)
		for _, poly := range c.Shape {
			holes += len(poly) - 1
		}
	}
	if parts == len(cells) || holes < 2*(parts-len(cells)) {
		t.Errorf("%d cells of %d parts with %d holes: islands or exclaves are missing", len(cells), parts, holes)
	}
}

// byRule is the stated rule and nothing else: of the cells, in code order, the first that touches the point, found by asking
// each, with rational numbers and a ray to the north.
func byRule(cells []grid.Cell, pt orb.Point) int32 {
	for i, c := range cells {
		if !c.Shape.Bound().Contains(pt) {
			continue
		}
		for _, poly := range c.Shape {
			touched := slowly(poly[0], pt) != outside
			for _, hole := range poly[1:] {
				touched = touched && slowly(hole, pt) != inside
			}
			if touched {
				return int32(i)
			}
		}
	}
	return -1
}

const (
	outside = iota
	border
	inside
)

func slowly(r orb.Ring, pt orb.Point) int {
	odd := false
	for i := 1; i < len(r); i++ {
		a, b := r[i-1], r[i]
		turn := turnsRational(a, b, pt)
		box := orb.MultiPoint([]orb.Point{a, b}).Bound()
		if turn == 0 && box.Contains(pt) {
			return border
		}
		if (a[0] <= pt[0]) != (b[0] <= pt[0]) && turn < 0 == (b[0] > a[0]) {
			odd = !odd // the edge runs north of the point
		}
	}
	if odd {
		return inside
	}
	return outside
}

func TestAllGiveTheCellThatTheRuleGives(t *testing.T) {
	cells := weave(2_000, 7)
	plan, grids, tree := newPlan(t, cells), newUniform(cells), byRTree(cells)
	for i := range cells {
		if plan.CodeAt(i) != cells[i].Code {
			t.Fatalf("cell %d is %s by the plan and %s by the peers", i, plan.CodeAt(i), cells[i].Code)
		}
	}
	for name, pts := range map[string][]orb.Point{
		"anywhere": anywhere(1_000, 8), "hard": hard(cells, 2_000, 9),
		"outside": {{west - 1e-9, south + 0.5}, {west + 0.5, south + 1.0001}, {0, 0}},
	} {
		for _, pt := range pts {
			want := byRule(cells, pt)
			batch := []int32{-2}
			plan.LocateAll([]orb.Point{pt}, batch)
			got := [...]int32{ours(plan)(pt), batch[0], grids.byPlanar(pt), grids.byRing(pt), tree(pt)}
			if got != [...]int32{want, want, want, want, want} {
				t.Errorf("%s: %v lies in cell %d; fengqiao, in a batch, orb-grid, grid and rtree say %d", name, pt, want, got)
			}
		}
	}
}
