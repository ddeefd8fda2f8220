package survey

import (
	"math"
	"slices"

	"fengqiao/grid"

	"github.com/paulmach/orb"
)

// westOf is the half-edge that a walker due west from the point comes upon first, in the direction that has the walker
// on its left; -1 if there is none. Pieces count their southern end only, so that a common end of two is met once.
func (f *faces) westOf(b *bins, pt orb.Point) int32 {
	best, bestX := int32(-1), math.Inf(-1)
	row := b.row(pt[1])
	for col := b.col(pt[0]); col >= 0; col-- {
		for _, i := range b.of(row*b.cols + col) {
			p, q := f.places[f.pieces[i].a], f.places[f.pieces[i].b]
			h := 2 * i
			if p[1] < q[1] { // southwards has the east on its left
				p, q, h = q, p, h+1
			}
			if q[1] > pt[1] || p[1] <= pt[1] || grid.Orient(p, q, pt) <= 0 {
				continue
			}
			if x := p[0] + (pt[1]-p[1])/(q[1]-p[1])*(q[0]-p[0]); x > bestX || x == bestX && f.eastOf(h, best) {
				best, bestX = h, x
			}
		}
		if best >= 0 && bestX > b.west+float64(col)*b.width {
			break
		}
	}
	return best
}

// eastOf tells which of two southward half-edges that seem to meet a level at the same point lies farther east there.
func (f *faces) eastOf(g, h int32) bool {
	a, b := f.places[f.from(h)], f.places[f.to(h)]
	return grid.Orient(a, b, f.places[f.from(g)])+grid.Orient(a, b, f.places[f.to(g)]) > 0
}

// enclose finds the rings around each face: outside there are none, and each piece that is crossed adds or takes away
// its own.
func (f *faces) enclose() {
	f.around = make([][]int32, len(f.cycles))
	known := make([]bool, len(f.cycles))
	known[0] = true
	for todo := []int32{0}; len(todo) > 0; {
		face := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		f.edges(face, func(h int32) {
			if beyond := f.face[f.cycle[h^1]]; !known[beyond] {
				known[beyond] = true
				f.around[beyond] = toggle(f.around[face], f.pieces[h>>1].rings)
				todo = append(todo, beyond)
			}
		})
	}
}

// edges calls yield for every half-edge around a face.
func (f *faces) edges(face int32, yield func(h int32)) {
	for _, c := range f.cycles[face] {
		h := f.first[c]
		for {
			yield(h)
			if h = f.next[h]; h == f.first[c] {
				break
			}
		}
	}
}

// toggle is what is in one of two ascending lists alone.
func toggle(a, b []int32) []int32 {
	var out []int32
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] == b[0]:
			a, b = a[1:], b[1:]
		case a[0] < b[0]:
			out, a = append(out, a[0]), a[1:]
		default:
			out, b = append(out, b[0]), b[1:]
		}
	}
	return append(append(out, a...), b...)
}

// covering are the cells that cover a face, ascending: those of whose polygons it lies in the shell and in no hole.
func (f *faces) covering(face int32) (cells []int) {
	around := f.around[face]
	for i := 0; i < len(around); {
		r := &f.rings[around[i]]
		end := i + 1
		for end < len(around) && f.rings[around[end]].cell == r.cell && f.rings[around[end]].polygon == r.polygon {
			end++
		}
		if r.shell() && end == i+1 && !slices.Contains(cells, r.cell) {
			cells = append(cells, r.cell)
		}
		i = end
	}
	return cells
}

// strays are the holes around a face that their shells are not around.
func (f *faces) strays(face int32) (holes []int32) {
	shell := int32(-1)
	for _, i := range f.around[face] {
		r := &f.rings[i]
		if r.shell() {
			shell = i
		} else if shell < 0 || f.rings[shell].cell != r.cell || f.rings[shell].polygon != r.polygon {
			holes = append(holes, i)
		}
	}
	return holes
}

// ground is a face as a polygon: around it anticlockwise, around what lies in it clockwise.
func (f *faces) ground(face int32) orb.Polygon {
	var poly orb.Polygon
	for _, c := range f.cycles[face] {
		var r orb.Ring
		h := f.first[c]
		for {
			r = append(r, f.places[f.from(h)])
			if h = f.next[h]; h == f.first[c] {
				break
			}
		}
		poly = append(poly, append(r, r[0]))
	}
	// The one cycle that encloses the face bounds it to the outside.
	for k := range poly {
		if wide(poly[k]) > wide(poly[0]) {
			poly[0], poly[k] = poly[k], poly[0]
		}
	}
	return poly
}

func wide(r orb.Ring) float64 {
	b := r.Bound()
	return b.Max[0] - b.Min[0]
}
