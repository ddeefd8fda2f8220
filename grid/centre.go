package grid

import (
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// placeCentres computes the centre of every cell from its shape and of every area from its cells.
func (p *Plan) placeCentres(cells []Cell) {
	at := make([]place, len(cells))
	p.centres = make([]orb.Point, len(cells))
	spread(tasks, func(task int) {
		first, end := portion(len(cells), task, tasks)
		for i := first; i < end; i++ {
			at[i] = p.placeOf(i, cells[i].Shape)
			p.centres[i] = at[i].centre
		}
	})
	for _, n := range p.tree.nodes {
		n.place = p.middle(n.first, at[n.first:n.last])
	}
	p.tree.top.place = p.middle(0, at)
}

// middle is the weighted mean of the places of the cells first…; if no such cell owns that point, the place nearest
// to it.
func (p *Plan) middle(first int, at []place) place {
	switch len(at) {
	case 0:
		return place{}
	case 1:
		return at[0]
	}
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
func (p *Plan) placeOf(i int, shape orb.MultiPolygon) place {
	centre, area := planar.CentroidArea(shape)
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
	if pt, ok := inner(shape, owns); ok {
		return place{centre: pt, weight: area}
	}
	if pt, ok := inner(shape, func(pt orb.Point) bool { return p.ground.covers(i, pt) }); ok {
		return place{centre: pt, weight: area}
	}
	return place{centre: shape[0][0][0], weight: area} // its holes swallow it whole
}

// inner is an acceptable point away from the shape's edge: in the widest stretch that one of a few level lines cuts out
// of it, in the middle if that is acceptable. A shape so thin that rounding misses it answers with a vertex.
func inner(shape orb.MultiPolygon, accept func(orb.Point) bool) (orb.Point, bool) {
	bound := shape.Bound()
	for _, part := range [...]float64{1. / 2, 1. / 3, 2. / 3, 1. / 5, 4. / 5, 1. / 11, 10. / 11} {
		y := bound.Min[1] + part*(bound.Max[1]-bound.Min[1])
		xs := crossings(shape, y)
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
	for _, poly := range shape {
		for _, r := range poly {
			if i := slices.IndexFunc(r, accept); i >= 0 {
				return r[i], true
			}
		}
	}
	return orb.Point{}, false
}

// crossings are the longitudes, ascending, where the shape's edges meet a latitude.
func crossings(shape orb.MultiPolygon, y float64) []float64 {
	var xs []float64
	for _, poly := range shape {
		for _, r := range poly {
			for i := 1; i < len(r); i++ {
				if a, b := r[i-1], r[i]; (a[1] > y) != (b[1] > y) {
					xs = append(xs, a[0]+(y-a[1])/(b[1]-a[1])*(b[0]-a[0]))
				}
			}
		}
	}
	slices.Sort(xs)
	return xs
}
