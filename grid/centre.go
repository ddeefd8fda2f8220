package grid

import (
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// placeCentres computes the centre of every cell from its shape and of every area from its cells.
func (p *Plan) placeCentres() {
	at := make([]place, len(p.cells))
	for i := range p.cells {
		at[i] = placeOf(p.cells[i].Shape, &p.outlines[i])
	}
	for _, n := range p.tree.nodes {
		switch {
		case n.first < 0:
		case n.last-n.first == 1:
			n.place = at[n.first]
		default:
			n.place = p.middle(int(n.first), at[n.first:n.last])
		}
	}
	if len(at) > 0 {
		p.tree.total = p.middle(0, at)
	}
}

// middle is the weighted mean of the places of the cells first…; if no such cell owns that point, the place nearest
// to it.
func (p *Plan) middle(first int, at []place) place {
	var sum place
	for _, a := range at {
		sum.weight += a.weight
	}
	for _, a := range at {
		w := a.weight / sum.weight
		sum.centre[0] += w * a.centre[0]
		sum.centre[1] += w * a.centre[1]
	}
	if i, ok := p.Index(sum.centre); ok && i >= first && i < first+len(at) {
		return sum
	}
	m, want := metricAt(sum.centre[1]), sum.centre
	best := math.Inf(1)
	for _, a := range at {
		if x, y := m.flat(want, a.centre); x*x+y*y < best {
			best, sum.centre = x*x+y*y, a.centre
		}
	}
	return sum
}

// placeOf is the centroid of a cell if it lies in the cell, else a point of the cell on a line through its middle.
func placeOf(shape orb.MultiPolygon, o *outline) place {
	centre, area := planar.CentroidArea(shape)
	if !(area > 0) { // a figure of eight may enclose nothing on balance
		area = math.SmallestNonzeroFloat32
	}
	if !o.covers(centre) { // false for NaN too
		centre = o.inner()
	}
	return place{centre: centre, weight: area}
}

// inner is a point of the shape away from its edge: the middle of the widest stretch that one of a few level lines has
// inside it. A shape so thin that rounding misses it answers with a vertex, if possible one that no hole swallows.
func (o *outline) inner() orb.Point {
	for _, part := range [...]float64{1. / 2, 1. / 3, 2. / 3, 1. / 5, 4. / 5, 1. / 11, 10. / 11} {
		y := o.bound.Min[1] + part*(o.bound.Max[1]-o.bound.Min[1])
		xs := o.crossings(y)
		best, wide := orb.Point{}, 0.0
		for i := 1; i < len(xs); i++ {
			mid := orb.Point{xs[i-1] + (xs[i]-xs[i-1])/2, y}
			if w := xs[i] - xs[i-1]; w > wide && o.covers(mid) {
				best, wide = mid, w
			}
		}
		if wide > 0 {
			return best
		}
	}
	for _, r := range o.rings {
		if i := slices.IndexFunc(r.pts, o.covers); i >= 0 {
			return r.pts[i]
		}
	}
	return o.rings[0].pts[0]
}

// crossings are the longitudes, ascending, where the shape's edges meet a latitude.
func (o *outline) crossings(y float64) []float64 {
	var xs []float64
	for _, r := range o.rings {
		for i := 1; i < len(r.pts); i++ {
			a, b := r.pts[i-1], r.pts[i]
			if (a[1] > y) != (b[1] > y) {
				xs = append(xs, a[0]+(y-a[1])/(b[1]-a[1])*(b[0]-a[0]))
			}
		}
	}
	slices.Sort(xs)
	return xs
}
