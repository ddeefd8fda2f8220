package survey

import (
	"math"
	"math/big"
	"slices"
	"testing"

	"fengqiao/grid"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"pgregory.net/rapid"
)

// drawn is a clean tessellation of at least 3 × 3 cells.
func drawn(t *rapid.T) (*quilt, []grid.Cell) {
	q := newQuilt(rapid.Uint64().Draw(t, "seed"), rapid.IntRange(3, 7).Draw(t, "columns"), rapid.IntRange(3, 7).Draw(t, "rows"), rapid.IntRange(1, 5).Draw(t, "pieces"))
	cells := q.cells()
	for _, c := range cells { // begin anywhere
		r := c.Shape[0][0]
		n := q.Rng.IntN(len(r) - 1)
		c.Shape[0][0] = append(append(slices.Clone(r[n:len(r)-1]), r[:n]...), r[n])
	}
	q.Rng.Shuffle(len(cells), func(i, j int) { cells[i], cells[j] = cells[j], cells[i] })
	return q, cells
}

func TestACleanTessellationHasNoFindings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		_, cells := drawn(t)
		if found := Inspect(cells, Options{}); len(found) > 0 {
			t.Fatalf("%+v", found)
		}
	})
}

// fault is one thing done to a clean tessellation, and what must be found of it: of these cells, near this place.
type fault struct {
	kind  Kind
	cells []int
	at    orb.Point
	near  float64 // degrees
}

func (f fault) matches(g Finding) bool {
	return g.Kind == f.kind && g.HasPlace && math.Hypot(g.At[0]-f.at[0], g.At[1]-f.at[1]) <= f.near &&
		!slices.ContainsFunc(f.cells, func(i int) bool { return !slices.Contains(g.Cells, i) })
}

// faults are what may be done to cell i of a tessellation, whose centre is about at; each leaves the other cells alone.
var faults = map[string]func(q *quilt, cells []grid.Cell, i int, centre orb.Point) fault{
	"turned round": func(q *quilt, cells []grid.Cell, i int, centre orb.Point) fault {
		cells[i].Shape[0][0].Reverse()
		return fault{RingOrder, []int{i}, centre, q.Size}
	},
	"left open": func(q *quilt, cells []grid.Cell, i int, centre orb.Point) fault {
		r := &cells[i].Shape[0][0]
		*r = (*r)[:len(*r)-1]
		return fault{Unclosed, []int{i}, (*r)[len(*r)-1], 0}
	},
	"a point repeated": func(q *quilt, cells []grid.Cell, i int, centre orb.Point) fault {
		r := &cells[i].Shape[0][0]
		k := q.Rng.IntN(len(*r))
		*r = slices.Insert(*r, k, (*r)[k])
		return fault{DuplicatePoints, []int{i}, (*r)[k], 0}
	},
	"a spike inwards": func(q *quilt, cells []grid.Cell, i int, centre orb.Point) fault {
		r := &cells[i].Shape[0][0]
		k := q.Rng.IntN(len(*r) - 1)
		from := (*r)[k]
		tip := orb.Point{from[0] + (centre[0]-from[0])/2, from[1] + (centre[1]-from[1])/2}
		*r = slices.Insert(*r, k+1, tip, from)
		return fault{RunsBack, []int{i}, from, q.Size}
	},
	"a knot in the middle": func(q *quilt, cells []grid.Cell, i int, centre orb.Point) fault {
		// The way there and back crosses itself near the centre.
		r := &cells[i].Shape[0][0]
		k := q.Rng.IntN(len(*r) - 1)
		from, to := (*r)[k], (*r)[k+1]
		d := 0.1 * q.Size
		ux, uy := centre[0]-(from[0]+to[0])/2, centre[1]-(from[1]+to[1])/2
		l := math.Hypot(ux, uy)
		ux, uy = ux/l, uy/l
		*r = slices.Insert(*r, k+1, orb.Point{centre[0] + d*(ux+uy), centre[1] + d*(uy-ux)}, orb.Point{centre[0] + d*(ux-uy), centre[1] + d*(uy+ux)})
		if l := (*r); grid.Orient(l[k], l[k+1], l[k+3]) == grid.Orient(l[k], l[k+1], l[k+2]) {
			l[k+1], l[k+2] = l[k+2], l[k+1]
		}
		return fault{SelfCrossing, []int{i}, centre, q.Size}
	},
	"another cell on it": func(q *quilt, cells []grid.Cell, i int, centre orb.Point) fault {
		d := 0.05 * q.Size
		j := (i + 1) % len(cells)
		cells[j].Shape = append(cells[j].Shape, orb.Polygon{box(centre[0]-d, centre[1]-d, centre[0]+d, centre[1]+d)})
		return fault{Overlap, []int{i, j}, centre, 2 * d}
	},
	"a hole that nobody fills": func(q *quilt, cells []grid.Cell, i int, centre orb.Point) fault {
		d := 0.05 * q.Size
		cells[i].Shape[0] = append(cells[i].Shape[0], hole(centre[0]-d, centre[1]-d, centre[0]+d, centre[1]+d))
		return fault{Gap, []int{i}, centre, 2 * d}
	},
	"a hole elsewhere": func(q *quilt, cells []grid.Cell, i int, centre orb.Point) fault {
		d := 0.05 * q.Size
		j := (i + 1) % len(cells)
		cells[j].Shape[0] = append(cells[j].Shape[0], hole(centre[0]-d, centre[1]-d, centre[0]+d, centre[1]+d))
		return fault{HoleOutside, []int{j}, centre, 2 * d}
	},
	"a corner moved into the neighbours": func(q *quilt, cells []grid.Cell, i int, centre orb.Point) fault {
		r := cells[i].Shape[0][0]
		k := 1 + q.Rng.IntN(len(r)-2)
		was := r[k]
		r[k] = orb.Point{was[0] + 0.02*(was[0]-centre[0]), was[1] + 0.02*(was[1]-centre[1])}
		if !shared(cells, i, was) {
			return fault{} // at the rim of the whole
		}
		return fault{Overlap, []int{i}, was, q.Size}
	},
	"the code of another": func(q *quilt, cells []grid.Cell, i int, centre orb.Point) fault {
		j := (i + 1) % len(cells)
		cells[i].Code = cells[j].Code
		return fault{DuplicateCode, []int{i, j}, cells[min(i, j)].Shape[0][0][0], 0}
	},
	"no code": func(q *quilt, cells []grid.Cell, i int, centre orb.Point) fault {
		cells[i].Code = ""
		return fault{MissingCode, []int{i}, centre, 2 * q.Size}
	},
}

// shared tells whether all cells around a vertex of cell i are there: they turn by a whole circle.
func shared(cells []grid.Cell, i int, pt orb.Point) bool {
	sum := 0.0
	for _, c := range cells {
		r := c.Shape[0][0]
		for k := range len(r) - 1 {
			if r[k] == pt {
				a, b := r[(k+len(r)-2)%(len(r)-1)], r[k+1]
				angle := math.Atan2(a[1]-pt[1], a[0]-pt[0]) - math.Atan2(b[1]-pt[1], b[0]-pt[0])
				sum += math.Mod(angle+4*math.Pi, 2*math.Pi)
			}
		}
	}
	return math.Abs(sum-2*math.Pi) < 1e-6
}

func TestEachFaultPutIntoATessellationIsFoundAtItsPlace(t *testing.T) {
	for name, spoil := range faults {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				q, cells := drawn(t)
				i := rapid.IntRange(0, len(cells)-1).Draw(t, "cell")
				want := spoil(q, cells, i, grid.InnerPoint(cells[i].Shape))
				found := Inspect(cells, Options{LeastArea: 1e-6})
				if want.kind != "" && !slices.ContainsFunc(found, want.matches) {
					t.Fatalf("want %+v, found %+v", want, found)
				}
			})
		})
	}
}

// tangle is cells on a coarse lattice, which cross themselves and each other, run along each other and touch all the
// time; their holes lie anywhere.
func tangle(t *rapid.T) (cells []grid.Cell) {
	point := rapid.Custom(func(t *rapid.T) orb.Point {
		return orb.Point{119.9 + 0.001*float64(rapid.IntRange(0, 9).Draw(t, "x")), 30.05 + 0.001*float64(rapid.IntRange(0, 9).Draw(t, "y"))}
	})
	closedRing := rapid.Custom(func(t *rapid.T) orb.Ring {
		r := orb.Ring(rapid.SliceOfN(point, 3, 7).Draw(t, "ring"))
		return append(r, r[0])
	})
	polygon := rapid.Custom(func(t *rapid.T) orb.Polygon { return rapid.SliceOfN(closedRing, 1, 3).Draw(t, "polygon") })
	for i := range rapid.IntRange(1, 5).Draw(t, "cells") {
		c := cell(grid.Code("a."+string(rune('a'+i))), rapid.SliceOfN(polygon, 1, 2).Draw(t, "shape")...)
		if b := c.Shape.Bound(); unusable(c.Shape) == "" && b.Min[0] < b.Max[0] && b.Min[1] < b.Max[1] {
			cells = append(cells, c)
		}
	}
	return cells
}

// onBorder tells whether a point lies within a billionth of a degree of a border.
func onBorder(cells []grid.Cell, pt orb.Point) bool {
	for _, c := range cells {
		for _, poly := range c.Shape {
			for _, r := range poly {
				if planar.DistanceFrom(orb.LineString(r), pt) < 1e-9 {
					return true
				}
			}
		}
	}
	return false
}

// Lookup knows nothing of faces: cell by cell it says what covers a point.
func TestGroundOfFindingsIsWhatLookupSaysOfIt(t *testing.T) {
	free := grid.Schema{Levels: []grid.Level{{Key: "area"}, {Key: "cell"}}}
	rapid.Check(t, func(t *rapid.T) {
		cells := tangle(t)
		plans := make([]*grid.Plan, len(cells))
		for i, c := range cells {
			var err error
			if plans[i], err = grid.NewPlan("v", free, nil, []grid.Cell{c}); err != nil {
				t.Fatal(err)
			}
		}
		found := Inspect(cells, Options{LeastArea: 1e-9})
		for range 40 {
			pt := orb.Point{rapid.Float64Range(119.899, 119.91).Draw(t, "lon"), rapid.Float64Range(30.049, 30.06).Draw(t, "lat")}
			if onBorder(cells, pt) { // a border is of both sides, and ground has no border
				continue
			}
			var on []int
			for i, p := range plans {
				if _, ok := p.Index(pt); ok {
					on = append(on, i)
				}
			}
			inGap := false
			for _, f := range found {
				contained := planar.MultiPolygonContains(f.Ground, pt)
				if want := slices.Contains(on, f.Cells[0]) && slices.Contains(on, f.Cells[len(f.Cells)-1]); f.Kind == Overlap && contained != want {
					t.Fatalf("%v is covered by %v; overlap of %v: %v", pt, on, f.Cells, contained)
				}
				inGap = inGap || f.Kind == Gap && contained
			}
			for _, i := range on {
				for _, j := range on {
					if i < j && !slices.ContainsFunc(found, func(f Finding) bool { return f.Kind == Overlap && slices.Equal(f.Cells, []int{i, j}) }) {
						t.Fatalf("%v is covered by %v, and no overlap of %d and %d is told", pt, on, i, j)
					}
				}
			}
			if inGap && len(on) > 0 {
				t.Fatalf("%v lies in a gap and is covered by %v", pt, on)
			}
		}
	})
}

// Crossings are those that rational arithmetic finds edge by edge.
func TestCrossingsAreThoseOfExactArithmetic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cells := tangle(t)
		found := Inspect(cells, Options{})
		for i, c := range cells {
			for j, poly := range c.Shape {
				for k, r := range poly {
					crosses := false
					for a := 1; a < len(r); a++ {
						for b := 1; b < a; b++ {
							crosses = crosses || refTurn(r[a-1], r[a], r[b-1])*refTurn(r[a-1], r[a], r[b]) < 0 && refTurn(r[b-1], r[b], r[a-1])*refTurn(r[b-1], r[b], r[a]) < 0
						}
					}
					told := slices.ContainsFunc(found, func(f Finding) bool {
						return f.Kind == SelfCrossing && f.Cells[0] == i && f.Polygon == j && f.Ring == k
					})
					if crosses && !told {
						t.Fatalf("%v crosses itself, and that is not told", r)
					}
				}
			}
		}
	})
}

// refTurn is the sense of a turn by rational numbers.
func refTurn(a, b, c orb.Point) int {
	diff := func(x, y float64) *big.Rat {
		return new(big.Rat).Sub(new(big.Rat).SetFloat64(x), new(big.Rat).SetFloat64(y))
	}
	left := new(big.Rat).Mul(diff(b[0], a[0]), diff(c[1], a[1]))
	return left.Cmp(new(big.Rat).Mul(diff(b[1], a[1]), diff(c[0], a[0])))
}
