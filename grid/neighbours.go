package grid

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

const (
	// seamGap is how far apart, in metres, two edges may run and still count as one border: surveyed boundaries are
	// drawn twice and seldom alike.
	seamGap = 0.1
	// seamLength is how long, in metres, they must run so, lest a sharp corner that only touches counts.
	seamLength = 1.0
)

// Neighbours are the cells that share a piece of border with the cell, in code order: two edges lie on one line and
// overlap (exactly, however short), or run within 10 cm of each other for more than a metre. A common vertex is not
// enough. Nil if the code is no cell.
func (p *Plan) Neighbours(code Code) []Code {
	self, ok := p.IndexOf(code)
	if !ok {
		return nil
	}
	bound := p.ground.bound(self)
	m := metricAt(bound.Center()[1])
	mine := p.ground.edgesIn(self, grow(bound, m))
	var out []Code
	p.boxes.meeting(grow(bound, m), func(i int) {
		if i != self && m.border(mine, p.ground.edgesIn(i, grow(bound, m))) {
			out = append(out, p.CodeAt(i))
		}
	})
	return out
}

// grow widens a box by the gap that a border may have.
func grow(b orb.Bound, m metric) orb.Bound {
	// At a pole a degree of longitude has no length; a degree is then as wide as any.
	dx, dy := min(seamGap/m.east, 1), seamGap/m.north
	return orb.Bound{Min: orb.Point{b.Min[0] - dx, b.Min[1] - dy}, Max: orb.Point{b.Max[0] + dx, b.Max[1] + dy}}
}

// edge is a piece of a ring with its bound.
type edge struct {
	a, b  orb.Point
	bound orb.Bound
}

// border tells whether two lists of edges, by their western end, share a piece.
func (m metric) border(mine, theirs []edge) bool {
	west := 0 // before it, theirs end west of all that is to come
	widest := 0.0
	for i := range theirs {
		widest = max(widest, theirs[i].bound.Max[0]-theirs[i].bound.Min[0])
	}
	for i := range mine {
		box := grow(mine[i].bound, m)
		for west < len(theirs) && theirs[west].bound.Min[0]+2*widest < box.Min[0] {
			west++
		}
		for j := west; j < len(theirs) && theirs[j].bound.Min[0] <= box.Max[0]; j++ {
			if theirs[j].bound.Intersects(box) && m.seam(mine[i], theirs[j]) {
				return true
			}
		}
	}
	return false
}

// edgesIn are a cell's edges that meet the box, by their western end.
func (g *ground) edgesIn(cell int, box orb.Bound) []edge {
	var out []edge
	g.edges(cell, func(a, b orb.Point) bool {
		e := edge{a, b, orb.Bound{
			Min: orb.Point{min(a[0], b[0]), min(a[1], b[1])},
			Max: orb.Point{max(a[0], b[0]), max(a[1], b[1])},
		}}
		if a != b && e.bound.Intersects(box) {
			out = append(out, e)
		}
		return true
	})
	slices.SortFunc(out, func(x, y edge) int { return cmp.Compare(x.bound.Min[0], y.bound.Min[0]) })
	return out
}

// seam tells whether two edges share a piece.
func (m metric) seam(e, f edge) bool { return e.overlaps(f) || m.along(e, f) > seamLength }

// overlaps tells, exactly, whether two edges lie on one line and have more than a point in common.
func (e edge) overlaps(f edge) bool {
	if orient(e.a, e.b, f.a) != 0 || orient(e.a, e.b, f.b) != 0 {
		return false
	}
	// On one line the order along it is that along an axis on which the edge has length.
	axis := 0
	if e.a[0] == e.b[0] {
		axis = 1
	}
	return max(e.bound.Min[axis], f.bound.Min[axis]) < min(e.bound.Max[axis], f.bound.Max[axis])
}

// along is for how many metres e runs beside f: the part of e whose foot falls on f and whose distance from f's line
// is at most seamGap. Both conditions are linear along e, so each leaves one stretch of it.
func (m metric) along(e, f edge) float64 {
	fx, fy := m.flat(f.a, f.b)
	length := math.Hypot(fx, fy)
	if length == 0 {
		return 0
	}
	foot := func(pt orb.Point) (on, off float64) {
		x, y := m.flat(f.a, pt)
		return (x*fx + y*fy) / length, (x*fy - y*fx) / length
	}
	on0, off0 := foot(e.a)
	on1, off1 := foot(e.b)
	s := stretch{0, 1}.cut(on0, on1, 0, length).cut(off0, off1, -seamGap, seamGap)
	if s.to <= s.from {
		return 0
	}
	ex, ey := m.flat(e.a, e.b)
	return (s.to - s.from) * math.Hypot(ex, ey)
}

// stretch is a part of an edge, 0 its beginning and 1 its end.
type stretch struct{ from, to float64 }

// cut keeps what has a value within [lo, hi], the value going evenly from v0 to v1 along the whole edge.
func (s stretch) cut(v0, v1, lo, hi float64) stretch {
	if v0 == v1 {
		if v0 < lo || v0 > hi {
			return stretch{}
		}
		return s
	}
	t0, t1 := (lo-v0)/(v1-v0), (hi-v0)/(v1-v0)
	return stretch{max(s.from, min(t0, t1)), min(s.to, max(t0, t1))}
}
