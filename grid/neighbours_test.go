package grid

import (
	"slices"
	"testing"

	"github.com/paulmach/orb"
)

func TestNeighboursShareAnEdgeAndNotOnlyACorner(t *testing.T) {
	p := mustPlan(t, councils(), nil, []Cell{
		// Four quarters: 1 2 below, 3 4 above.
		cell("q.1", orb.Polygon{box(0, 0, 0.01, 0.01)}),
		cell("q.2", orb.Polygon{box(0.01, 0, 0.02, 0.01)}),
		cell("q.3", orb.Polygon{box(0, 0.01, 0.01, 0.02)}),
		cell("q.4", orb.Polygon{box(0.01, 0.01, 0.02, 0.02)}),
		// A long side against two short ones, without a vertex where those meet.
		cell("t.long", orb.Polygon{box(1, 0, 1.01, 0.02)}),
		cell("t.north", orb.Polygon{box(1.01, 0.01, 1.02, 0.02)}),
		cell("t.south", orb.Polygon{box(1.01, 0, 1.02, 0.01)}),
		cell("t.away", orb.Polygon{box(1.01, 0.03, 1.02, 0.04)}),
		// A town in the hole of another.
		cell("u.around", orb.Polygon{box(2, 0, 2.03, 0.03), box(2.01, 0.01, 2.02, 0.02)}),
		cell("u.town", orb.Polygon{box(2.01, 0.01, 2.02, 0.02)}),
		// Drawn twice: 5 cm apart, and 1 m apart.
		cell("v.1", orb.Polygon{box(3, 0, 3.01, 0.01)}),
		cell("v.2", orb.Polygon{box(3.0100004, 0, 3.02, 0.01)}),
		cell("v.3", orb.Polygon{box(3.020009, 0, 3.03, 0.01)}),
		// A wedge whose point stands on the middle of a side.
		cell("w.base", orb.Polygon{box(4, 0, 4.02, 0.01)}),
		cell("w.wedge", orb.Polygon{{{4.01, 0.01}, {4.012, 0.02}, {4.008, 0.02}, {4.01, 0.01}}}),
		// A side on one line with another and only touching at the end.
		cell("x.1", orb.Polygon{box(5, 0, 5.01, 0.01)}),
		cell("x.2", orb.Polygon{box(5.01, 0.01, 5.02, 0.02)}),
		// Shorter than a metre but exactly shared.
		cell("y.1", orb.Polygon{box(6, 0, 6.000001, 0.000001)}),
		cell("y.2", orb.Polygon{box(6.000001, 0, 6.000002, 0.000001)}),
	})
	for code, want := range map[Code][]Code{
		"q.1":      {"q.2", "q.3"},
		"q.4":      {"q.2", "q.3"},
		"t.long":   {"t.north", "t.south"},
		"t.north":  {"t.long", "t.south"},
		"t.away":   nil,
		"u.town":   {"u.around"},
		"u.around": {"u.town"},
		"v.1":      {"v.2"},
		"v.2":      {"v.1"},
		"v.3":      nil,
		"w.base":   nil,
		"w.wedge":  nil,
		"x.1":      nil,
		"y.1":      {"y.2"},
		"q":        nil,
		"zzz":      nil,
	} {
		if got := p.Neighbours(code); !slices.Equal(got, want) {
			t.Errorf("Neighbours(%q) = %q, want %q", code, got, want)
		}
	}
}

func TestNeighboursInATessellationAreThoseOfTheLattice(t *testing.T) {
	q := newQuilt(11, 9, 8, 4)
	p := mustPlan(t, ChinaSchema(), nil, q.cells())
	for r := range q.Rows {
		for c := range q.Cols {
			var want []Code
			for _, d := range [][2]int{{0, -1}, {-1, 0}, {1, 0}, {0, 1}} {
				if x, y := c+d[0], r+d[1]; x >= 0 && x < q.Cols && y >= 0 && y < q.Rows {
					want = append(want, q.code(x, y))
				}
			}
			slices.SortFunc(want, compareCodes)
			if got := p.Neighbours(q.code(c, r)); !slices.Equal(got, want) {
				t.Errorf("column %d row %d: %q, want %q", c, r, got, want)
			}
		}
	}
}
