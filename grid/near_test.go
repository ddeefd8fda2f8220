package grid

import (
	"math"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

func TestCellsNearAreAllThatComeSoNear(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := newQuilt(rapid.Uint64().Draw(t, "seed"), rapid.IntRange(1, 7).Draw(t, "columns"), rapid.IntRange(1, 7).Draw(t, "rows"), 2)
		p, err := NewPlan("v", ChinaSchema(), nil, q.cells())
		if err != nil {
			t.Fatal(err)
		}
		pt := randomIn(q.Rng, p.Bound("").Pad(0.005))
		limit := rapid.SampledFrom([]float64{0, 50, 700, 3000}).Draw(t, "metres")
		got := p.CellsNear(pt, limit)
		if !slices.IsSortedFunc(got, func(a, b Near) int { return int(math.Copysign(1, a.Metres-b.Metres)) }) {
			t.Fatalf("not the nearest first: %v", got)
		}
		for i := range p.Len() {
			want := refMetres(p.At(i).Shape, pt)
			if math.Abs(want-limit) < 0.002*limit {
				continue // the reference is not good enough to say which side
			}
			at := slices.IndexFunc(got, func(n Near) bool { return n.Code == p.CodeAt(i) })
			if (at >= 0) != (want <= limit) || at >= 0 && math.Abs(got[at].Metres-want) > 0.002*want+0.001 {
				t.Fatalf("within %v m of %v: %v; %s is at %v m", limit, pt, got, p.CodeAt(i), want)
			}
		}
	})
}

func TestCellsNearRefusesWhatIsNoPointOrNoDistance(t *testing.T) {
	p := fuyang(t)
	for _, tc := range []struct {
		pt     orb.Point
		metres float64
	}{{orb.Point{119.905, 30.005}, -1}, {orb.Point{119.905, 30.005}, math.NaN()}, {orb.Point{math.NaN(), 30}, 10}, {orb.Point{30, 119.9}, 1e7}} {
		if got := p.CellsNear(tc.pt, tc.metres); got != nil {
			t.Errorf("within %v m of %v: %v", tc.metres, tc.pt, got)
		}
	}
	if got := p.CellsNear(orb.Point{119.905, 30.005}, math.Inf(1)); len(got) != p.Len() {
		t.Errorf("without limit: %v", got)
	}
}

// refMeets tells with rational numbers whether a shape meets a box.
func refMeets(shape orb.MultiPolygon, box orb.Bound) bool {
	if !shape.Bound().Intersects(box) { // only the border of a hole that sticks out may come there
		return false
	}
	rim := box.ToRing()
	for _, corner := range rim {
		if refShape(shape, corner) != outside {
			return true
		}
	}
	for _, poly := range shape {
		for _, r := range poly {
			for i := 1; i < len(r); i++ {
				if box.Contains(r[i]) {
					return true
				}
				for k := 1; k < len(rim); k++ {
					a, b, c, d := r[i-1], r[i], rim[k-1], rim[k]
					if refOrient(a, b, c)*refOrient(a, b, d) <= 0 && refOrient(c, d, a)*refOrient(c, d, b) <= 0 &&
						orb.MultiPoint([]orb.Point{a, b}).Bound().Intersects(orb.MultiPoint([]orb.Point{c, d}).Bound()) {
						return true
					}
				}
			}
		}
	}
	return false
}

func TestCellsInABoxAreThoseThatMeetIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cells := dirtyCells(t)
		p, err := NewPlan("v", councils(), nil, cells)
		if err != nil {
			t.Fatal(err)
		}
		a, b := latticePoint.Draw(t, "a"), latticePoint.Draw(t, "b")
		if rapid.Bool().Draw(t, "off the lattice") {
			a = orb.Point{a[0] + 0.0003, a[1] + 0.0002}
		}
		box := orb.MultiPoint([]orb.Point{a, b}).Bound()
		var want []Code
		for _, c := range cells {
			if refMeets(c.Shape, box) {
				want = append(want, c.Code)
			}
		}
		if got := p.CellsIn(box); !slices.Equal(got, want) {
			t.Fatalf("in %v: %q, want %q", box, got, want)
		}
		most := rapid.IntRange(0, 5).Draw(t, "most")
		if got, more := p.SomeCellsIn(box, most); !slices.Equal(got, want[:min(most, len(want))]) || more != (len(want) > most) {
			t.Fatalf("at most %d in %v: %q, more %v; there are %q", most, box, got, more, want)
		}
	})
	if got := fuyang(t).CellsIn(nowhere); got != nil {
		t.Errorf("in no box at all: %q", got)
	}
	if got := new(Plan).CellsIn(orb.Bound{Max: orb.Point{1, 1}}); got != nil {
		t.Errorf("without a plan: %q", got)
	}
}
