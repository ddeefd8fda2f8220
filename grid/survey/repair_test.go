package survey

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"fengqiao/grid"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

// metre is about a metre in degrees of latitude.
const metre = 9e-6

func TestEachRepairMendsItsFaultAndNothingElse(t *testing.T) {
	const d = 0.001
	a, b := grid.Code("a"), grid.Code("b")
	square := func(ring ...orb.Point) orb.Polygon { return orb.Polygon{append(orb.Ring(ring), ring[0])} }
	for _, tc := range []struct {
		situation   string
		given, want []grid.Cell
		fixes       []FixKind
		owner       grid.Code
	}{
		{situation: "nothing is wrong", given: []grid.Cell{cell(a, orb.Polygon{box(0, 0, d, d)}), cell(b, orb.Polygon{box(d, 0, 2*d, d)})},
			want: []grid.Cell{cell(a, orb.Polygon{box(0, 0, d, d)}), cell(b, orb.Polygon{box(d, 0, 2*d, d)})}},
		{situation: "a ring that is open, repeats points, and runs clockwise",
			given: []grid.Cell{cell(a, orb.Polygon{{{0, 0}, {0, d}, {0, d}, {d, d}, {d, 0}}})},
			want:  []grid.Cell{cell(a, orb.Polygon{{{0, 0}, {d, 0}, {d, d}, {0, d}, {0, 0}}})},
			fixes: []FixKind{Closed, RemovedPoints, Turned}},
		{situation: "spikes at the beginning and within",
			given: []grid.Cell{cell(a, orb.Polygon{{{-d, 0}, {d, 0}, {d, 3 * d}, {d, d}, {0, d}, {0, 0}, {-d, 0}}})},
			want:  []grid.Cell{cell(a, orb.Polygon{{{d, 0}, {d, d}, {0, d}, {0, 0}, {d, 0}}})},
			fixes: []FixKind{RemovedSpikes}},
		{situation: "a corner a hand off the neighbour's",
			given: []grid.Cell{cell(a, orb.Polygon{box(0, 0, d, d)}), cell(b, square(orb.Point{d + 0.05*metre, 0}, orb.Point{2 * d, 0}, orb.Point{2 * d, d}, orb.Point{d, d}))},
			want:  []grid.Cell{cell(a, orb.Polygon{box(0, 0, d, d)}), cell(b, orb.Polygon{box(d, 0, 2*d, d)})},
			fixes: []FixKind{MovedPoint}},
		{situation: "a corner a metre off the neighbour's stays, as it may be meant",
			given: []grid.Cell{cell(a, orb.Polygon{box(0, 0, d, d)}), cell(b, square(orb.Point{d + metre, 0}, orb.Point{2 * d, 0}, orb.Point{2 * d, d}, orb.Point{d + metre, d}))},
			want:  []grid.Cell{cell(a, orb.Polygon{box(0, 0, d, d)}), cell(b, square(orb.Point{d + metre, 0}, orb.Point{2 * d, 0}, orb.Point{2 * d, d}, orb.Point{d + metre, d}))}},
		{situation: "a neighbour's vertex beside an edge",
			given: []grid.Cell{cell(a, orb.Polygon{box(0, 0, d, d)}), cell(b, square(orb.Point{d, 0}, orb.Point{2 * d, 0}, orb.Point{2 * d, d}, orb.Point{d, d}, orb.Point{d - 0.05*metre, d / 2}))},
			want: []grid.Cell{cell(a, square(orb.Point{0, 0}, orb.Point{d, 0}, orb.Point{d - 0.05*metre, d / 2}, orb.Point{d, d}, orb.Point{0, d})),
				cell(b, square(orb.Point{d, 0}, orb.Point{2 * d, 0}, orb.Point{2 * d, d}, orb.Point{d, d}, orb.Point{d - 0.05*metre, d / 2}))},
			fixes: []FixKind{InsertedPoint}},
		{situation: "two squares of one ring",
			given: []grid.Cell{cell(a, orb.Polygon{{{0, 0}, {d, 0}, {d, d}, {2 * d, d}, {2 * d, 2 * d}, {d, 2 * d}, {d, d}, {0, d}, {0, 0}}})},
			want:  []grid.Cell{cell(a, orb.Polygon{box(0, 0, d, d)}, orb.Polygon{box(d, d, 2*d, 2*d)})},
			fixes: []FixKind{Split}},
		{situation: "a bow tie is for people to mend", given: []grid.Cell{cell(a, orb.Polygon{{{0, 0}, {2 * d, 2 * d}, {2 * d, 0}, {0, 3 * d}, {0, 0}}})},
			want: []grid.Cell{cell(a, orb.Polygon{{{0, 0}, {2 * d, 2 * d}, {2 * d, 0}, {0, 3 * d}, {0, 0}}})}},
	} {
		t.Run(tc.situation, func(t *testing.T) {
			before := clone(tc.given)
			got, fixes := Repair(tc.given, Options{})
			if !reflect.DeepEqual(tc.given, before) {
				t.Errorf("the cells given were changed: %v", tc.given)
			}
			var kinds []FixKind
			for _, f := range fixes {
				kinds = append(kinds, f.Kind)
			}
			if !slices.Equal(kinds, tc.fixes) {
				t.Errorf("did %v, want %v", kinds, tc.fixes)
			}
			for i := range got {
				if !sameShape(got[i].Shape, tc.want[i].Shape) {
					t.Errorf("%s is %v, want %v", got[i].Code, got[i].Shape, tc.want[i].Shape)
				}
			}
		})
	}
}

func clone(cells []grid.Cell) []grid.Cell {
	out := slices.Clone(cells)
	for i := range out {
		out[i].Shape = out[i].Shape.Clone()
	}
	return out
}

// sameShape compares shapes whose rings may begin anywhere.
func sameShape(a, b orb.MultiPolygon) bool {
	return slices.EqualFunc(a, b, func(p, q orb.Polygon) bool {
		return slices.EqualFunc(p, q, func(r, s orb.Ring) bool {
			if len(r) != len(s) {
				return false
			}
			for turn := range len(s) - 1 {
				if slices.Equal(append(append(orb.Ring{}, r[:len(r)-1]...), r[0]), append(append(append(orb.Ring{}, s[turn:len(s)-1]...), s[:turn]...), s[turn])) {
					return true
				}
			}
			return false
		})
	})
}

// Two borders drawn so that they cross each other all along: slivers of overlap and of gap in turn. Joining their vertices
// would mend them already, so this looks at the giving away alone.
func TestSliversGoToTheFirstInCodeOrder(t *testing.T) {
	const d = 0.001
	var left, right orb.Ring
	for k := 0; k <= 10; k++ {
		off := 0.03 * metre * float64(1-2*(k%2))
		y := d * float64(k) / 10
		if k == 0 || k == 10 {
			off = 0
		}
		left, right = append(left, orb.Point{d + off, y}), append(right, orb.Point{d - off, y + 0.3*metre*float64(min(k%10, 1))})
	}
	a := append(slices.Clone(left), orb.Point{0, d}, orb.Point{0, 0}, left[0])
	right.Reverse()
	b := append(slices.Clone(right), orb.Point{2 * d, 0}, orb.Point{2 * d, d}, right[0])
	for _, codes := range [][2]grid.Code{{"a", "b"}, {"b", "a"}} {
		cells := []grid.Cell{cell(codes[0], orb.Polygon{a}), cell(codes[1], orb.Polygon{b})}
		o := Options{LeastArea: 1e-9}
		m := newMending(cells, o)
		m.slivers()
		got, fixes := m.cells, m.fixes
		given := map[FixKind]int{}
		for _, f := range fixes {
			given[f.Kind]++
			if f.Owner != "" && f.Owner != "a" {
				t.Errorf("%s got a sliver", f.Owner)
			}
		}
		if given[GaveOverlap] < 3 || given[FilledGap] < 3 {
			t.Errorf("%v", given)
		}
		if found := Inspect(got, o); len(found) > 0 {
			t.Errorf("left: %+v", found)
		}
	}
}

// dirtied is a tessellation with some of everything done to it, all within the tolerance of a metre.
func dirtied(t *rapid.T) []grid.Cell {
	q, _ := drawn(t)
	cells := q.cells()
	by := rapid.Float64Range(0, 0.4).Draw(t, "metres") * metre
	for _, c := range cells {
		r := c.Shape[0][0]
		for k := range len(r) - 1 {
			if q.Rng.IntN(2) == 0 {
				r[k][0] += (2*q.Rng.Float64() - 1) * by
				r[k][1] += (2*q.Rng.Float64() - 1) * by
			}
		}
		r[len(r)-1] = r[0]
		switch q.Rng.IntN(6) {
		case 0:
			r.Reverse()
		case 1:
			r = r[:len(r)-1]
		case 2:
			k := q.Rng.IntN(len(r))
			r = slices.Insert(r, k, r[k])
		case 3: // a vertex more than the neighbour has
			k := q.Rng.IntN(len(r) - 1)
			r = slices.Insert(r, k+1, orb.Point{r[k][0] + (r[k+1][0]-r[k][0])/2, r[k][1] + (r[k+1][1]-r[k][1])/2})
		}
		c.Shape[0][0] = r
	}
	return cells
}

var mend = Options{Tolerance: 1, LeastArea: 1e-3}

func TestADirtiedTessellationIsWholeAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cells := dirtied(t)
		got, fixes := Repair(cells, mend)
		if found := Inspect(got, mend); len(found) > 0 {
			t.Fatalf("left: %+v\nafter %d repairs", found, len(fixes))
		}
	})
}

func TestRepairingTwiceChangesNothingMore(t *testing.T) {
	twice := func(t *rapid.T, cells []grid.Cell, o Options) {
		once, _ := Repair(cells, o)
		again, fixes := Repair(once, o)
		if len(fixes) > 0 || !reflect.DeepEqual(again, once) {
			t.Fatalf("%+v", fixes)
		}
	}
	rapid.Check(t, func(t *rapid.T) { twice(t, dirtied(t), mend) })
	rapid.Check(t, func(t *rapid.T) {
		twice(t, tangle(t), Options{Tolerance: rapid.SampledFrom([]float64{0.1, 3, 10, 30, 60, 150}).Draw(t, "metres")})
	})
}

func TestRepairMovesNoBorderFartherThanItSaysAndKeepsTheGroundOfAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cells := dirtied(t)
		got, _ := Repair(cells, mend)
		before, after, length := 0.0, 0.0, 0.0
		for i := range cells {
			for _, r := range [...]orb.Ring{closed(cells[i].Shape[0][0])} {
				length += perimeter(orb.Polygon{r})
			}
			for _, poly := range got[i].Shape {
				for _, r := range poly {
					for _, pt := range r {
						if d := off(closed(cells[i].Shape[0][0]), pt); d > 2*mend.Tolerance {
							t.Fatalf("%v of %s lies %v m off its old border", pt, got[i].Code, d)
						}
					}
				}
			}
		}
		before, after = union(cells), union(got)
		if math.Abs(after-before) > 3*mend.Tolerance*length {
			t.Fatalf("the ground was %v m² and is %v", before, after)
		}
	})
}

// off is how far a point lies from a ring, in metres.
func off(r orb.Ring, pt orb.Point) float64 {
	best := math.Inf(1)
	for k := 1; k < len(r); k++ {
		_, d := foot(r[k-1], r[k], pt)
		best = min(best, d)
	}
	return best
}

// union is the area of the ground that cells cover.
func union(cells []grid.Cell) (sum float64) {
	n := newNet(cells, func(int) bool { return true })
	found, _ := n.contacts(false)
	n.cut(found)
	f := newFaces(n)
	for face := range f.cycles {
		if face > 0 && len(f.covering(int32(face))) > 0 {
			sum += area(f.ground(int32(face)))
		}
	}
	return sum
}

// A clean tessellation is left alone, to the bit.
func TestRepairLeavesACleanTessellationAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		_, cells := drawn(t)
		got, fixes := Repair(cells, Options{})
		if len(fixes) > 0 || !reflect.DeepEqual(got, cells) {
			t.Fatalf("%+v", fixes)
		}
	})
}
