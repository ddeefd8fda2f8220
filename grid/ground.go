package grid

import (
	"github.com/paulmach/orb"
)

// ground is the shapes of all cells in flat arrays. A piece of border that two rings share is stored once, as an arc:
// the vertices between two points where the sharing changes, both ends included. A ring is the list of its arcs.
//
//	cells   cell i owns refs[cells[i]:cells[i+1]]
//	refs    its polygons one after another, the outer ring of each first
//	arcs    arc k owns the vertices arcs[k] ≤ v < arcs[k+1]
type ground struct {
	points
	arcs  []uint32
	refs  []ref
	cells []uint32
}

// ref is one arc of a ring: its number and three marks.
type ref uint32

const (
	refBack  ref = 1 << iota // the ring runs along it backwards
	refRing                  // first of a ring
	refOuter                 // … which is a polygon's outer one
	refBits  = iota
)

func (r ref) arc() uint32 { return uint32(r >> refBits) }

func (g *ground) refsOf(cell int) []ref { return g.refs[g.cells[cell]:g.cells[cell+1]] }

// nextRing cuts the first ring off a list of them.
func nextRing(refs []ref) (ring, rest []ref) {
	n := 1
	for n < len(refs) && refs[n]&refRing == 0 {
		n++
	}
	return refs[:n], refs[n:]
}

// shape builds a cell's shape anew, as it was given.
func (g *ground) shape(cell int) orb.MultiPolygon {
	var shape orb.MultiPolygon
	for _, r := range g.refsOf(cell) {
		if r&refOuter != 0 {
			shape = append(shape, nil)
		}
		poly := &shape[len(shape)-1]
		if r&refRing != 0 {
			*poly = append(*poly, nil)
		}
		ring := &(*poly)[len(*poly)-1]
		*ring = g.follow(*ring, r)
	}
	return shape
}

// follow appends an arc to the ring that it continues; the first vertex is already there unless the ring is empty.
func (g *ground) follow(ring orb.Ring, r ref) orb.Ring {
	first, end := g.arcs[r.arc()], g.arcs[r.arc()+1]
	skip := uint32(min(len(ring), 1))
	if ring == nil {
		ring = make(orb.Ring, 0, end-first)
	}
	if r&refBack != 0 {
		for v := end - skip; v > first; v-- {
			ring = append(ring, g.at(v-1))
		}
		return ring
	}
	for v := first + skip; v < end; v++ {
		ring = append(ring, g.at(v))
	}
	return ring
}

// bound is the box of a cell. Holes lie within, or count for nothing.
func (g *ground) bound(cell int) orb.Bound {
	b, outer := nowhere, false
	for _, r := range g.refsOf(cell) {
		if r&refRing != 0 {
			outer = r&refOuter != 0
		}
		if !outer {
			continue
		}
		for v := g.arcs[r.arc()]; v < g.arcs[r.arc()+1]; v++ {
			pt := g.at(v)
			b = join(b, orb.Bound{Min: pt, Max: pt})
		}
	}
	return b
}

// edges calls yield for every edge of a cell, in no particular direction, until it says false.
func (g *ground) edges(cell int, yield func(a, b orb.Point) bool) {
	for _, r := range g.refsOf(cell) {
		v, end := g.arcs[r.arc()], g.arcs[r.arc()+1]
		a := g.at(v)
		for v++; v < end; v++ {
			b := g.at(v)
			if !yield(a, b) {
				return
			}
			a = b
		}
	}
}
