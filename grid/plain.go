package grid

import (
	"github.com/paulmach/orb"
)

// plain tells whether a polygon is plain: a point lies in it if it lies in an odd number of its rings. That is so if
// every hole lies in the outer ring and outside the other holes, touching each in at most one point. Of other polygons
// (a hole that crosses the rim, holes that overlap) it may be so too, but nobody counts on it.
func (g *ground) plain(refs []ref) bool {
	var rings []hoop
	for len(refs) > 0 {
		var ring []ref
		ring, refs = nextRing(refs)
		rings = append(rings, g.hoop(ring))
	}
	for i := 1; i < len(rings); i++ {
		for j := range i {
			want := outside
			if j == 0 {
				want = inside
			}
			if !g.apart(&rings[i], &rings[j], want) {
				return false
			}
		}
	}
	return true
}

// hoop is a ring with its vertices at hand.
type hoop struct {
	refs  []ref
	pts   orb.Ring
	bound orb.Bound
}

func (g *ground) hoop(refs []ref) hoop {
	h := hoop{refs: refs}
	for _, r := range refs {
		h.pts = g.follow(h.pts, r)
	}
	h.bound = h.pts.Bound()
	return h
}

// apart tells whether two rings meet in at most one point, with a on the wanted side of b and b outside a.
func (g *ground) apart(a, b *hoop, want side) bool {
	if !a.bound.Intersects(b.bound) {
		return want == outside
	}
	var touch []orb.Point
	for _, e := range a.near(b.bound) {
		for _, f := range b.near(a.bound) {
			met, crossed := meet(e, f)
			if crossed {
				return false
			}
			for _, pt := range met {
				if len(touch) > 0 && touch[0] != pt {
					return false
				}
				touch = append(touch[:0], pt)
			}
		}
	}
	return g.away(a, b, touch) == want && g.away(b, a, touch) == outside
}

// near are the edges that may meet a box.
func (h *hoop) near(box orb.Bound) (out [][2]orb.Point) {
	for i := 1; i < len(h.pts); i++ {
		a, b := h.pts[i-1], h.pts[i]
		if max(a[0], b[0]) >= box.Min[0] && min(a[0], b[0]) <= box.Max[0] && max(a[1], b[1]) >= box.Min[1] && min(a[1], b[1]) <= box.Max[1] {
			out = append(out, [2]orb.Point{a, b})
		}
	}
	return out
}

// meet is which ends of two edges lie on the other, and whether the edges cross between their ends.
func meet(e, f [2]orb.Point) (ends []orb.Point, crossed bool) {
	f0, f1 := orient(e[0], e[1], f[0]), orient(e[0], e[1], f[1])
	e0, e1 := orient(f[0], f[1], e[0]), orient(f[0], f[1], e[1])
	if f0*f1 < 0 && e0*e1 < 0 {
		return nil, true
	}
	for _, end := range [...]struct {
		turn int
		pt   orb.Point
		on   [2]orb.Point
	}{{f0, f[0], e}, {f1, f[1], e}, {e0, e[0], f}, {e1, e[1], f}} {
		if a, b := end.on[0], end.on[1]; end.turn == 0 &&
			min(a[0], b[0]) <= end.pt[0] && end.pt[0] <= max(a[0], b[0]) && min(a[1], b[1]) <= end.pt[1] && end.pt[1] <= max(a[1], b[1]) {
			ends = append(ends, end.pt)
		}
	}
	return ends, false
}

// away is where the first vertex of a ring that is not the touching point lies relative to the other ring.
func (g *ground) away(a, b *hoop, touch []orb.Point) side {
	for _, pt := range a.pts {
		if len(touch) == 0 || pt != touch[0] {
			p := g.probe(pt)
			return p.ring(b.refs)
		}
	}
	return onEdge
}
