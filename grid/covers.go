package grid

import (
	"github.com/paulmach/orb"
)

// side says where a point lies relative to a ring or polygon.
type side int8

const (
	outside side = iota
	onEdge
	inside
)

// covers tells, exactly, whether a cell's closed shape contains the point.
func (g *ground) covers(cell int, pt orb.Point) bool { return g.side(g.refsOf(cell), pt) != outside }

// side is where the point lies relative to the polygons: inside one of them, else on the border of one, else outside.
// Inside a polygon is what lies in its outer ring and not strictly inside a hole.
func (g *ground) side(refs []ref, pt orb.Point) side {
	p := g.probe(pt)
	best, polygon := outside, outside
	for len(refs) > 0 {
		var ring []ref
		ring, refs = nextRing(refs)
		outer := ring[0]&refOuter != 0
		switch {
		case outer && polygon == inside:
			return inside
		case outer:
			best, polygon = max(best, polygon), p.ring(ring)
		case polygon != outside:
			switch p.ring(ring) {
			case inside:
				polygon = outside
			case onEdge:
				polygon = onEdge
			}
		}
	}
	return max(best, polygon)
}

// probe is a point made ready to be compared with vertices.
type probe struct {
	g      *ground
	pt     orb.Point
	sx, sy level[uint32]
	rx, ry level[float64]
}

func (g *ground) probe(pt orb.Point) probe {
	p := probe{g: g, pt: pt}
	if g.raw == nil {
		p.sx, p.sy = g.stepLevels(pt)
	} else {
		p.rx, p.ry = rawLevels(pt)
	}
	return p
}

// ring casts a ray eastwards and counts the edges it crosses (even-odd rule). An edge counts if its ends lie on
// different sides of the ray's latitude, the latitude itself counted as below, so that a vertex on the ray is counted
// once; points on the ring are found on the way. The direction of the arcs does not matter.
func (p *probe) ring(refs []ref) side {
	odd := false
	for _, r := range refs {
		first, end := p.g.arcs[r.arc()], p.g.arcs[r.arc()+1]
		var crossed, on bool
		if p.g.raw == nil {
			crossed, on = scan(p, p.g.steps[first:end], first, p.sx, p.sy)
		} else {
			crossed, on = scan(p, p.g.raw[first:end], first, p.rx, p.ry)
		}
		if on {
			return onEdge
		}
		odd = odd != crossed
	}
	if odd {
		return inside
	}
	return outside
}

// scan follows one arc: whether the ray crosses it an odd number of times, and whether the point lies on it.
func scan[T uint32 | float64](p *probe, arc [][2]T, first uint32, x, y level[T]) (odd, on bool) {
	a := arc[0]
	if x.equals(a[0]) && y.equals(a[1]) {
		return false, true
	}
	for i := 1; i < len(arc); i++ {
		b := arc[i]
		switch {
		case (a[1] >= y.above) != (b[1] >= y.above):
			if a[0] < x.from && b[0] < x.from {
				break // wholly west: the ray does not meet it
			}
			if a[0] >= x.above && b[0] >= x.above {
				odd = !odd // wholly east: it does
				break
			}
			turn := orient(p.g.at(first+uint32(i)-1), p.g.at(first+uint32(i)), p.pt)
			if turn == 0 {
				return false, true
			}
			if (turn > 0) == (b[1] > a[1]) {
				odd = !odd
			}
		case y.equals(b[1]) && (x.equals(b[0]) || y.equals(a[1]) && (a[0] >= x.above) != (b[0] >= x.above)):
			return false, true // a vertex, or a level edge on the ray
		}
		a = b
	}
	return odd, false
}
