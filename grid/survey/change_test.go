package survey

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"fengqiao/grid"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

// sized is the ground of a shape whose rings run as they should.
func sized(shape orb.MultiPolygon) (sum float64) {
	for _, poly := range shape {
		sum += area(poly)
	}
	return sum
}

func planOfCells(t interface{ Fatal(...any) }, cells []grid.Cell) *grid.Plan {
	p, err := grid.NewPlan("v", grid.Schema{Levels: []grid.Level{{Key: "a"}, {Key: "b"}, {Key: "c"}}}, nil, cells)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestSharesSayWhoseGroundGoesToWhom(t *testing.T) {
	a, b := cell("a.1", orb.Polygon{box(120, 30, 120.01, 30.01)}), cell("a.2", orb.Polygon{box(120.01, 30, 120.02, 30.01)})
	after := []grid.Cell{
		cell("a.1", orb.Polygon{box(120, 30, 120.0075, 30.01)}),     // three quarters of the first
		cell("a.2", orb.Polygon{box(120.0075, 30, 120.015, 30.01)}), // its rest and half of the second
		cell("a.3", orb.Polygon{box(120.02, 30, 120.03, 30.01)}),    // new ground
	}
	whole := sized(a.Shape)
	got, err := Shares([]grid.Cell{a, b}, after)
	if err != nil {
		t.Fatal(err)
	}
	want := []Share{{Nobody, 2, whole}, {0, 0, 0.75 * whole}, {0, 1, 0.25 * whole}, {1, Nobody, 0.5 * whole}, {1, 1, 0.5 * whole}}
	if len(got) != len(want) {
		t.Fatalf("%v", got)
	}
	for i, w := range want {
		if g := got[i]; g.Before != w.Before || g.After != w.After || math.Abs(g.SquareMetres-w.SquareMetres) > 1 {
			t.Errorf("%v instead of %v", g, w)
		}
	}
}

// What several cells of one drawing cover is the first one's, as it is at lookup; and a ring that runs the wrong way round
// covers the same ground.
func TestSharesOfGroundThatTwoCoverAreTheFirstOnes(t *testing.T) {
	before := []grid.Cell{cell("a.2", orb.Polygon{box(120, 30, 120.02, 30.01)}), cell("a.1", orb.Polygon{hole(120.01, 30, 120.03, 30.01)})}
	after := []grid.Cell{cell("b", orb.Polygon{box(120, 30, 120.03, 30.01)})}
	got, err := Shares(before, after)
	if err != nil || len(got) != 2 {
		t.Fatal(got, err)
	}
	if two, one := got[0], got[1]; two.Before != 0 || one.Before != 1 || math.Abs(one.SquareMetres/two.SquareMetres-2) > 1e-3 {
		t.Errorf("%v", got)
	}
}

func TestACellIsSeveredWithoutLosingGround(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := newQuilt(rapid.Uint64().Draw(t, "seed"), 3, 3, rapid.IntRange(1, 8).Draw(t, "steps"))
		cells := q.cells()
		middle := cells[4]
		b := middle.Shape.Bound()
		at := func(name string, lo, hi float64) float64 { return lo + (hi-lo)*rapid.Float64Range(0, 1).Draw(t, name) }
		line := orb.LineString{{at("x0", b.Min[0], b.Max[0]), b.Min[1] - 0.001}, {at("x1", b.Min[0], b.Max[0]), at("y1", b.Min[1], b.Max[1])}, {at("x2", b.Min[0], b.Max[0]), b.Max[1] + 0.001}}
		s, err := Sever(middle, line)
		if errors.Is(err, ErrNotThrough) {
			return // the middle point lies beside the cell
		}
		if err != nil {
			t.Fatal(err)
		}
		if got, want := sized(s.Left)+sized(s.Right), sized(middle.Shape); math.Abs(got-want) > 1e-5*want {
			t.Fatalf("%v m² of %v", got, want)
		}
		after := append(cells[:4:4], cells[5:]...)
		for i := range after {
			after[i].Shape = s.Complete(after[i].Shape)
		}
		after = append(after, grid.Cell{Code: "q.009.001", Shape: s.Left}, grid.Cell{Code: "q.009.002", Shape: s.Right})
		for _, f := range Inspect(after, Options{}) {
			if f.Kind == Overlap || f.Kind == Gap || f.Kind == SelfCrossing {
				t.Fatalf("%+v", f)
			}
		}
		p := planOfCells(t, after)
		// Where nothing was rounded, left is left.
		rng := rand.New(rand.NewPCG(1, rapid.Uint64().Draw(t, "points")))
		for range 200 {
			pt := orb.Point{b.Min[0] + rng.Float64()*(b.Max[0]-b.Min[0]), b.Min[1] + rng.Float64()*(b.Max[1]-b.Min[1])}
			owner, ok := p.Locate(pt)
			if !ok {
				t.Fatalf("nobody owns %v", pt)
			}
			if (owner.Code == "q.009.001" || owner.Code == "q.009.002") != encloses(middle.Shape[0][0], pt) {
				t.Fatalf("%v is %s's", pt, owner.Code)
			}
		}
		joined, err := Unite([]grid.Cell{{Code: "q.009.001", Shape: s.Left}, {Code: "q.009.002", Shape: s.Right}})
		if err != nil || math.Abs(sized(joined)-sized(middle.Shape)) > 1e-5*sized(middle.Shape) {
			t.Fatalf("joined again it is %v, %v", joined, err)
		}
	})
}

func encloses(r orb.Ring, pt orb.Point) bool {
	odd := false
	for i := 1; i < len(r); i++ {
		a, b := r[i-1], r[i]
		if b[1] < a[1] {
			a, b = b, a
		}
		if a[1] <= pt[1] && pt[1] < b[1] && grid.Orient(a, b, pt) > 0 {
			odd = !odd
		}
	}
	return odd
}

func TestALineMustLeadThrough(t *testing.T) {
	c := cell("a.1", orb.Polygon{box(120, 30, 120.01, 30.01), hole(120.004, 30.004, 120.006, 30.006)}, orb.Polygon{box(121, 30, 121.001, 30.001)})
	for name, line := range map[string]orb.LineString{
		"ends inside":      {{119.9, 30.005}, {120.002, 30.005}},
		"begins inside":    {{120.002, 30.005}, {120.003, 30.02}},
		"passes by":        {{119.9, 30.02}, {120.1, 30.02}},
		"along the border": {{120, 29.9}, {120, 30.1}},
		"touches a corner": {{119.99, 30.01}, {120.01, 30.02}},
		"is a point":       {{120.005, 30.002}, {120.005, 30.002}},
		"ends in a hole":   {{119.9, 30.005}, {120.005, 30.005}},
	} {
		if s, err := Sever(c, line); !errors.Is(err, ErrNotThrough) {
			t.Errorf("a line that %s: %v, %v", name, s, err)
		}
	}
	s, err := Sever(c, orb.LineString{{119.9, 30.0025}, {120.1, 30.0025}})
	if err != nil || len(s.Left) != 2 || len(s.Right) != 1 || len(s.Left[0]) != 2 {
		t.Errorf("the exclave and the hole go with the larger part: %v, %v", s, err)
	}
	s, err = Sever(c, orb.LineString{{119.9, 30.0051}, {120.1, 30.0051}})
	if err != nil || len(s.Left) != 1 || len(s.Right) != 2 || len(s.Left[0]) != 1 {
		t.Errorf("through the hole: %v, %v", s, err)
	}
}

func TestUnitedCellsHaveNoBorderBetween(t *testing.T) {
	a, b, c := cell("a.1", orb.Polygon{box(120, 30, 120.01, 30.01)}), cell("a.2", orb.Polygon{box(120.01, 30, 120.02, 30.01)}), cell("a.3", orb.Polygon{box(120.02, 30, 120.03, 30.01)})
	shape, err := Unite([]grid.Cell{a, b})
	if err != nil || len(shape) != 1 || len(shape[0]) != 1 || len(shape[0][0]) != 7 {
		t.Errorf("%v, %v", shape, err)
	}
	if shape, err := Unite([]grid.Cell{a, c}); !errors.Is(err, ErrApart) {
		t.Errorf("cells with another between: %v, %v", shape, err)
	}
	corner := cell("a.4", orb.Polygon{box(120.01, 30.01, 120.02, 30.02)})
	if shape, err := Unite([]grid.Cell{a, corner}); !errors.Is(err, ErrApart) {
		t.Errorf("cells that meet in a corner: %v, %v", shape, err)
	}
	if shape, err = Unite([]grid.Cell{a, corner, b}); err != nil || len(shape) != 1 {
		t.Errorf("%v, %v", shape, err)
	}
	island := cell("a.5", orb.Polygon{box(120.004, 30.004, 120.006, 30.006)})
	ringed := cell("a.6", orb.Polygon{box(120, 30, 120.01, 30.01), hole(120.004, 30.004, 120.006, 30.006)})
	if shape, err = Unite([]grid.Cell{ringed, island}); err != nil || len(shape) != 1 || len(shape[0]) != 1 {
		t.Errorf("an island and what is around it: %v, %v", shape, err)
	}
}

func BenchmarkShares(b *testing.B) {
	for _, side := range []int{10, 30, 100} {
		q := newQuilt(1, side, side, 7)
		before := q.cells()
		after := drawnTwice(q, 1e-5)
		b.Run(fmt.Sprintf("%d", side*side), func(b *testing.B) {
			for b.Loop() {
				if _, err := Shares(before, after); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
