package grid

import (
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

// refContested answers with rational numbers, cell by cell.
func refContested(p *Plan, pt orb.Point) (others []Code) {
	owner, ok := refLocate(p, pt)
	if !ok {
		return nil
	}
	claims := []Code{owner}
	for i := range p.Len() {
		c := p.At(i)
		background := slices.ContainsFunc(claims, func(over Code) bool { return c.Code.Contains(over) })
		if c.Code != owner && !background && refShape(c.Shape, pt) == inside {
			claims, others = append(claims, c.Code), append(others, c.Code)
		}
	}
	return others
}

func TestContestedAreTheOtherCellsInWhoseInsideAPointLies(t *testing.T) {
	contested := 0
	rapid.Check(t, func(t *rapid.T) {
		cells := dirtyCells(t)
		if len(cells) > 2 && rapid.Bool().Draw(t, "one is the background of the rest") {
			cells[len(cells)-1].Code = "a"
		}
		plan, err := NewPlan("v", councils(), nil, cells)
		if err != nil {
			t.Fatal(err)
		}
		pts := rapid.SliceOfN(latticePoint, 1, 20).Draw(t, "points")
		for _, c := range cells {
			pts = append(pts, rapid.SliceOfN(rapid.SampledFrom(temptations(c.Shape)), 8, 8).Draw(t, "tempting")...)
		}
		for _, pt := range pts {
			want := refContested(plan, pt)
			if got := plan.Contested(pt); !slices.Equal(got, want) {
				t.Fatalf("at %v: %q, want %q", pt, got, want)
			}
			contested += len(want)
		}
	})
	if contested == 0 {
		t.Error("no point was contested: the sample shows nothing")
	}
}

func TestNothingIsContestedInATessellation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := newQuilt(rapid.Uint64().Draw(t, "seed"), 4, 4, rapid.IntRange(1, 5).Draw(t, "pieces"))
		plan, err := NewPlan("v", ChinaSchema(), nil, q.cells())
		if err != nil {
			t.Fatal(err)
		}
		shape := plan.At(q.Rng.IntN(plan.Len())).Shape
		pts := vertices(shape)
		for range 20 {
			pts = append(pts, randomIn(q.Rng, plan.Bound("")))
		}
		for _, pt := range pts {
			if got := plan.Contested(pt); got != nil {
				t.Fatalf("at %v: %q", pt, got)
			}
		}
	})
}

func TestWhatIsContestedAndWhatIsNot(t *testing.T) {
	plan := mustPlan(t, councils(), nil, []Cell{
		cell("a.1", orb.Polygon{box(0, 0, 2, 2)}),
		cell("a.2", orb.Polygon{box(1, 0, 3, 2)}),
		cell("a.3", orb.Polygon{box(1, 1, 3, 3)}),
		cell("b", orb.Polygon{box(10, 0, 13, 3)}),
		cell("b.left", orb.Polygon{box(10, 0, 11, 3)}),
		cell("b.right", orb.Polygon{box(11, 0, 12, 3)}),
		cell("c.twice", orb.Polygon{box(20, 0, 21, 1)}, orb.Polygon{box(20, 0, 22, 1)}),
		cell("c.entire", orb.Polygon{box(20, 0, 22, 1)}),
	})
	for _, tc := range []struct {
		situation string
		pt        orb.Point
		want      []Code
	}{
		{"in one cell", orb.Point{0.5, 0.5}, nil},
		{"in none", orb.Point{5, 5}, nil},
		{"in two", orb.Point{1.5, 0.5}, []Code{"a.2"}},
		{"in three", orb.Point{1.5, 1.5}, []Code{"a.2", "a.3"}},
		{"on the border of the first, inside another", orb.Point{2, 0.5}, []Code{"a.2"}},
		{"inside the first, on the border of another", orb.Point{1, 0.5}, nil},
		{"on the borders of two, inside a third", orb.Point{2, 2}, []Code{"a.3"}},
		{"detail over its background", orb.Point{10.5, 1}, nil},
		{"between two details", orb.Point{11, 1}, nil},
		{"the background alone", orb.Point{12.5, 1}, nil},
		{"in both parts of one cell", orb.Point{20.5, 0.5}, []Code{"c.twice"}},
		{"on the border of one part, inside the other", orb.Point{21, 0.5}, []Code{"c.twice"}},
	} {
		if got := plan.Contested(tc.pt); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %q, want %q", tc.situation, got, tc.want)
		}
	}
	if got := new(Plan).Contested(orb.Point{1, 1}); got != nil {
		t.Errorf("without a plan: %q", got)
	}
}
