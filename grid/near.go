package grid

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// Near is a cell with its distance from a point in metres, which is 0 only if the point touches it.
type Near struct {
	Code   Code
	Metres float64
}

// CellsNear are the cells that come within so many metres of the point, the nearest first, of cells equally near the
// first in code order. Nil if there are none, if metres is negative or NaN, or if the point is not finite or out of
// range. Distances are Distance's; the edges that they lead to are chosen on a flat map around the point.
func (p *Plan) CellsNear(pt orb.Point, metres float64) []Near {
	if !(metres >= 0) || CheckPoint(pt) != nil {
		return nil
	}
	var out []Near
	reach := newSearch(pt, metres)
	p.boxes.nearest(reach.m, pt, &reach.dist2, func(i int) {
		if p.ground.covers(i, pt) {
			out = append(out, Near{Code: p.CodeAt(i)})
			return
		}
		s := reach
		if s.try(i, &p.ground); s.cell < 0 {
			return
		}
		if d := Distance(pt, s.edge); d <= metres {
			out = append(out, Near{p.CodeAt(i), max(d, math.SmallestNonzeroFloat64)})
		}
	})
	slices.SortFunc(out, func(a, b Near) int {
		return cmp.Or(cmp.Compare(a.Metres, b.Metres), compareCodes(a.Code, b.Code))
	})
	return out
}

// CellsIn are the cells whose ground or border has a point in common with the box, rim included, in code order.
func (p *Plan) CellsIn(box orb.Bound) []Code {
	codes, _ := p.SomeCellsIn(box, p.Len())
	return codes
}

// SomeCellsIn are the first of CellsIn, most of them at most, and whether there are more. Those beyond cost little.
func (p *Plan) SomeCellsIn(box orb.Bound, most int) (codes []Code, more bool) {
	if !(box.Min[0] <= box.Max[0]) || !(box.Min[1] <= box.Max[1]) {
		return nil, false
	}
	p.boxes.meeting(box, func(i int) {
		if more || !p.ground.bound(i).Intersects(box) || !p.ground.meets(i, &box) {
			return
		}
		if more = len(codes) == most; !more {
			codes = append(codes, p.CodeAt(i))
		}
	})
	return codes, more
}

// meets tells, exactly, whether an edge of the cell comes into the box or the cell holds the box whole.
func (g *ground) meets(cell int, box *orb.Bound) bool {
	met := false
	g.edges(cell, func(a, b orb.Point) bool {
		met = cuts(box, a, b)
		return !met
	})
	return met || g.covers(cell, box.Min)
}

// cuts tells whether an edge has a point in common with a box: it does unless it lies wholly beyond one of the sides,
// or all corners lie on one side of its line.
func cuts(box *orb.Bound, a, b orb.Point) bool {
	if max(a[0], b[0]) < box.Min[0] || min(a[0], b[0]) > box.Max[0] || max(a[1], b[1]) < box.Min[1] || min(a[1], b[1]) > box.Max[1] {
		return false
	}
	if within(box, a) || within(box, b) {
		return true
	}
	first := orient(a, b, box.Min)
	for _, corner := range [...]orb.Point{{box.Max[0], box.Min[1]}, box.Max, {box.Min[0], box.Max[1]}} {
		if orient(a, b, corner) != first {
			return true
		}
	}
	return first == 0
}

// within tells whether a box, its edges included, has a point.
func within(b *orb.Bound, pt orb.Point) bool {
	return pt[0] >= b.Min[0] && pt[0] <= b.Max[0] && pt[1] >= b.Min[1] && pt[1] <= b.Max[1]
}
