package grid

import (
	"math"

	"github.com/paulmach/orb"
)

// weld makes the ground of a plan's shapes: it finds the edges that two rings share and cuts the rings into arcs.
type weld struct {
	pts     []orb.Point // of all rings, in order, the closing vertex included
	rings   []seam
	twin    []uint32 // by half-edge (pts[h] to pts[h+1]): the one that runs the same way back, or none
	parts   []uint32 // the cell of each polygon
	starts  []uint32 // where each polygon's arcs begin, and the end
	ground  ground
	borders [][2]uint32 // the polygons that an arc bounds, one or two
	line    []orb.Point // vertices of the arcs so far
}

// seam is a ring before it is cut: a range of pts.
type seam struct {
	first, last uint32 // the closing vertex is pts[last]
	part        uint32
	marks       ref
}

// none is the twin of an edge that is not shared and the second polygon of an arc that bounds one alone.
const none = math.MaxUint32

func weldTogether(cells []Cell, f *frame) *weld {
	w := new(weld)
	w.lay(cells)
	w.pair(f)
	w.cut(cells)
	w.ground.points = newPoints(w.line, f.bound)
	return w
}

// lay puts all rings in a row.
func (w *weld) lay(cells []Cell) {
	n := 0
	for i := range cells {
		for _, poly := range cells[i].Shape {
			for _, r := range poly {
				n += len(r)
			}
		}
	}
	w.pts = make([]orb.Point, 0, n)
	for i := range cells {
		for _, poly := range cells[i].Shape {
			for k, r := range poly {
				first := uint32(len(w.pts))
				w.pts = append(w.pts, r...)
				marks := refRing
				if k == 0 {
					marks |= refOuter
				}
				w.rings = append(w.rings, seam{first, uint32(len(w.pts) - 1), uint32(len(w.parts)), marks})
			}
			w.parts = append(w.parts, uint32(i))
		}
	}
}

// pair finds the twins. The edges are sorted by tile first, so that looking for a twin stays in near memory.
func (w *weld) pair(f *frame) {
	w.twin = make([]uint32, len(w.pts))
	bins := sortInto(f.tiles(), tasks, func(task int, emit func(int, uint32)) {
		first, end := portion(len(w.rings), task, tasks)
		for _, s := range w.rings[first:end] {
			for h := s.first; h < s.last; h++ {
				a, _ := ascending(w.pts[h], w.pts[h+1])
				emit(f.tileAt(f.units(a)), h)
			}
		}
	})
	spread(tasks, func(task int) {
		var known pairing
		first, end := portion(f.tiles(), task, tasks)
		for tile := first; tile < end; tile++ {
			known.pair(w.pts, w.twin, bins.of(tile))
		}
	})
}

func ascending(a, b orb.Point) (lo, hi orb.Point) {
	if b[0] < a[0] || b[0] == a[0] && b[1] < a[1] {
		return b, a
	}
	return a, b
}

// pairing is a hash table of half-edges that wait for their twin, kept to be used again.
type pairing struct{ slots []uint32 }

func (p *pairing) pair(pts []orb.Point, twin, edges []uint32) {
	size := 8
	for size < 2*len(edges) {
		size *= 2
	}
	if len(p.slots) < size {
		p.slots = make([]uint32, size)
	}
	slots := p.slots[:size]
	for i := range slots {
		slots[i] = none
	}
	for _, h := range edges {
		a, b := pts[h], pts[h+1]
		twin[h] = none
		k := hash(ascending(a, b)) & uint64(size-1)
		for ; slots[k] != none; k = (k + 1) & uint64(size-1) {
			if t := slots[k]; twin[t] == none && pts[t] == b && pts[t+1] == a && a != b {
				twin[h], twin[t] = t, h
				break
			}
		}
		if twin[h] == none {
			slots[k] = h
		}
	}
}

func hash(a, b orb.Point) uint64 {
	h := uint64(0)
	for _, v := range [...]float64{a[0], a[1], b[0], b[1]} {
		h = (h ^ math.Float64bits(v)) * 0x9e3779b97f4a7c15
		h ^= h >> 29
	}
	return h
}

// cut makes arcs of the longest runs of edges that are shared by the same two rings, or by none. An arc is stored by
// the first ring that runs along it, and the other refers to it.
func (w *weld) cut(cells []Cell) {
	g := &w.ground
	g.cells = make([]uint32, 0, len(cells)+1)
	for _, s := range w.rings {
		for cell := w.parts[s.part]; len(g.cells) <= int(cell); {
			g.cells = append(g.cells, uint32(len(g.refs)))
		}
		marks := s.marks
		if marks&refOuter != 0 {
			w.starts = append(w.starts, uint32(len(g.refs)))
		}
		for h := s.first; h < s.last; {
			end := h + 1
			for end < s.last && w.goesOn(end) {
				end++
			}
			g.refs = append(g.refs, w.arc(h, end, s.part)|marks)
			h, marks = end, 0
		}
	}
	w.starts = append(w.starts, uint32(len(g.refs)))
	g.arcs = append(g.arcs, uint32(len(w.line)))
	for len(g.cells) <= len(cells) {
		g.cells = append(g.cells, uint32(len(g.refs)))
	}
}

// goesOn tells whether the edge h belongs to the arc of the edge before it.
func (w *weld) goesOn(h uint32) bool {
	before := w.twin[h-1]
	if before == none || w.twin[h] == none {
		return before == w.twin[h]
	}
	return w.twin[h] == before-1
}

// arc is the arc of the edges first ≤ h < end.
func (w *weld) arc(first, end, part uint32) ref {
	g := &w.ground
	if t := w.twin[first]; t != none && t < first {
		// Stored already: the twin of the first edge is the last of that arc and holds its number.
		k := w.twin[t]
		w.borders[k][1] = part
		return ref(k)<<refBits | refBack
	}
	k := uint32(len(g.arcs))
	g.arcs = append(g.arcs, uint32(len(w.line)))
	w.borders = append(w.borders, [2]uint32{part, none})
	w.line = append(w.line, w.pts[first:end+1]...)
	if w.twin[first] != none {
		w.twin[end-1] = k
	}
	return ref(k) << refBits
}
