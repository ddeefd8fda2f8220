package grid

import (
	"github.com/paulmach/orb"
)

// outline is a cell's shape made ready for questions: its rings in a row, each with its bound, the first ring of a
// polygon marked as its outer one.
type outline struct {
	bound orb.Bound
	rings []loop
}

type loop struct {
	bound orb.Bound
	pts   orb.Ring
	outer bool
}

// side says where a point lies relative to a ring.
type side int8

const (
	outside side = iota
	onEdge
	inside
)

func newOutline(shape orb.MultiPolygon) outline {
	var o outline
	for _, poly := range shape {
		for i, r := range poly {
			o.rings = append(o.rings, loop{bound: r.Bound(), pts: r, outer: i == 0})
		}
	}
	o.bound = shape.Bound()
	return o
}

// covers tells whether the closed shape contains the point: in or on an outer ring and not strictly inside a hole of
// the same polygon.
func (o *outline) covers(pt orb.Point) bool {
	if !within(&o.bound, pt) {
		return false
	}
	in := false
	for i := range o.rings {
		r := &o.rings[i]
		if r.outer {
			if in {
				return true
			}
			in = r.side(pt) != outside
		} else if in && r.side(pt) == inside {
			in = false
		}
	}
	return in
}

// side casts a ray eastwards and counts the edges it crosses (even-odd rule). An edge counts if its ends lie on
// different sides of the ray's latitude, the latitude itself counted as below, so that a vertex on the ray is counted
// once; points on the ring are found on the way.
func (l *loop) side(pt orb.Point) side {
	if !within(&l.bound, pt) {
		return outside
	}
	odd := false
	x, y := pt[0], pt[1]
	a := l.pts[0]
	for _, b := range l.pts[1:] {
		switch {
		case (a[1] > y) != (b[1] > y):
			if a[0] < x && b[0] < x {
				break // wholly west: the ray does not meet it
			}
			if a[0] > x && b[0] > x {
				odd = !odd // wholly east: it does
				break
			}
			turn := orient(a, b, pt)
			if turn == 0 {
				return onEdge
			}
			if (turn > 0) == (b[1] > a[1]) {
				odd = !odd
			}
		case b[1] == y && (b[0] == x || a[1] == y && (a[0] <= x) != (b[0] <= x)):
			return onEdge // a vertex, or a level edge on the ray
		}
		a = b
	}
	if odd {
		return inside
	}
	return outside
}

func within(b *orb.Bound, pt orb.Point) bool {
	return pt[0] >= b.Min[0] && pt[0] <= b.Max[0] && pt[1] >= b.Min[1] && pt[1] <= b.Max[1]
}
