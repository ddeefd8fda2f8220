package bench

import (
	"math"

	"fengqiao/grid"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"github.com/tidwall/rtree"
)

// lookup is the position, in code order, of the cell that owns the point, -1 for none: of the cells that touch it the first.
type lookup func(orb.Point) int32

// part is one polygon of a cell with its box, as the peers keep it. They read orb's polygons in place.
type part struct {
	poly  orb.Polygon
	bound orb.Bound
	cell  int32
}

func partsOf(cells []grid.Cell) []part {
	n := 0
	for _, c := range cells {
		n += len(c.Shape)
	}
	parts := make([]part, 0, n)
	for i, c := range cells {
		for _, poly := range c.Shape {
			parts = append(parts, part{poly, poly.Bound(), int32(i)})
		}
	}
	return parts
}

// uniform is a uniform grid with about one bucket a cell, each with the parts whose box meets it, in code order.
type uniform struct {
	parts   []part
	bound   orb.Bound
	side    int
	buckets [][]int32
}

func newUniform(cells []grid.Cell) *uniform {
	u := &uniform{parts: partsOf(cells)}
	u.side = int(math.Sqrt(float64(len(u.parts))))
	u.buckets = make([][]int32, u.side*u.side)
	u.bound = u.parts[0].bound
	for _, p := range u.parts {
		u.bound = u.bound.Union(p.bound)
	}
	for k, p := range u.parts {
		x0, y0 := u.bucket(p.bound.Min)
		x1, y1 := u.bucket(p.bound.Max)
		for y := y0; y <= y1; y++ {
			for x := x0; x <= x1; x++ {
				u.buckets[y*u.side+x] = append(u.buckets[y*u.side+x], int32(k))
			}
		}
	}
	return u
}

func (u *uniform) bucket(pt orb.Point) (x, y int) {
	at := func(axis int) int {
		v := (pt[axis] - u.bound.Min[axis]) / (u.bound.Max[axis] - u.bound.Min[axis]) * float64(u.side)
		return min(max(int(v), 0), u.side-1)
	}
	return at(0), at(1)
}

// byRing asks with the exact ring test alone: the parts stand in code order, so the first that covers the point has its cell.
func (u *uniform) byRing(pt orb.Point) int32 {
	x, y := u.bucket(pt)
	for _, k := range u.buckets[y*u.side+x] {
		if p := &u.parts[k]; p.bound.Contains(pt) {
			if covered, _ := covers(p.poly, pt); covered {
				return p.cell
			}
		}
	}
	return -1
}

// byPlanar asks with orb's own test, which rounds. Where it says yes the exact one has to agree that the point lies inside;
// else the exact one has the word alone. Inside one part is inside no other, for the ground has no overlaps.
func (u *uniform) byPlanar(pt orb.Point) int32 {
	x, y := u.bucket(pt)
	for _, k := range u.buckets[y*u.side+x] {
		if p := &u.parts[k]; p.bound.Contains(pt) && planar.PolygonContains(p.poly, pt) {
			if _, within := covers(p.poly, pt); within {
				return p.cell
			}
			break
		}
	}
	return u.byRing(pt)
}

// byRTree finds the boxes with an R-tree and asks the exact ring test. The boxes come in no order: a better answer may still
// follow, unless the point lies inside a part.
func byRTree(cells []grid.Cell) lookup {
	parts := partsOf(cells)
	var tree rtree.RTreeG[int32]
	for k, p := range parts {
		tree.Insert(p.bound.Min, p.bound.Max, int32(k))
	}
	return func(pt orb.Point) int32 {
		best := int32(-1)
		tree.Search(pt, pt, func(_, _ [2]float64, k int32) bool {
			p := &parts[k]
			if best >= 0 && p.cell >= best {
				return true
			}
			covered, within := covers(p.poly, pt)
			if covered {
				best = p.cell
			}
			return !within
		})
		return best
	}
}
