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
		at[i] = p.placeOf(i)
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

// placeOf is the centroid of a cell if the cell owns it, else a point that it does own. A cell that others overlap
// whole owns no ground; then any point of its shape stands for it.
func (p *Plan) placeOf(i int) place {
	o := &p.outlines[i]
	centre, area := planar.CentroidArea(p.cells[i].Shape)
	if !(area > 0) { // a figure of eight may enclose nothing on balance
		area = math.SmallestNonzeroFloat32
	}
	owns := func(pt orb.Point) bool {
		owner, ok := p.Index(pt)
		return ok && owner == i
	}
	if owns(centre) { // never true for NaN
		return place{centre: centre, weight: area}
	}
	if pt, ok := o.inner(owns); ok {
		return place{centre: pt, weight: area}
	}
	if pt, ok := o.inner(o.covers); ok {
		return place{centre: pt, weight: area}
	}
	return place{centre: o.rings[0].pts[0], weight: area} // its holes swallow it whole
}

// inner is an acceptable point away from the shape's edge: in the widest stretch that one of a few level lines cuts out
// of it, in the middle if that is acceptable. A shape so thin that rounding misses it answers with a vertex.
func (o *outline) inner(accept func(orb.Point) bool) (orb.Point, bool) {
	for _, part := range [...]float64{1. / 2, 1. / 3, 2. / 3, 1. / 5, 4. / 5, 1. / 11, 10. / 11} {
		y := o.bound.Min[1] + part*(o.bound.Max[1]-o.bound.Min[1])
		xs := o.crossings(y)
		best, wide := orb.Point{}, 0.0
		for i := 1; i < len(xs); i++ {
			w := xs[i] - xs[i-1]
			for _, along := range [...]float64{1. / 2, 1. / 8, 7. / 8} {
				if pt := (orb.Point{xs[i-1] + along*w, y}); w > wide && accept(pt) {
					best, wide = pt, w
				}
			}
		}
		if wide > 0 {
			return best, true
		}
	}
	for _, r := range o.rings {
		if i := slices.IndexFunc(r.pts, accept); i >= 0 {
			return r.pts[i], true
		}
	}
	return orb.Point{}, false
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
