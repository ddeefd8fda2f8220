package survey

import (
	"cmp"
	"slices"

	"fengqiao/grid"

	"github.com/paulmach/orb"
)

// faces are what the lines of a net, cut where they meet, divide the ground into. A line is two half-edges: 2k runs from
// its end a to b, 2k+1 back; the face of a half-edge is the one on its left.
type faces struct {
	*net
	pieces []piece
	fan    [][]int32 // the half-edges that leave each place, anticlockwise from due east
	next   []int32   // the half-edge behind each, around its face
	cycle  []int32   // the cycle of each half-edge
	first  []int32   // a half-edge of each cycle
	face   []int32   // the face of each cycle; 0 is the ground outside
	cycles [][]int32
	around [][]int32 // the rings around each face, ascending
}

// piece is a line that some ring runs along an odd number of times: crossing it leaves or enters these rings. One that
// somebody drew across the cells is a piece as well, though crossing it does neither.
type piece struct {
	a, b  vertex
	rings []int32
	drawn int // +1 from a to b, -1 from b to a, 0 not at all
}

// newFaces makes the faces of a net that has been cut.
func newFaces(n *net) *faces {
	f := &faces{net: n}
	for i := range n.lines {
		p := piece{a: n.lines[i].a, b: n.lines[i].b, rings: odd(n.lines[i].runs)}
		if k := slices.IndexFunc(p.rings, n.isDrawn); k >= 0 {
			p.drawn = n.along(&n.lines[i])
			p.rings = slices.Delete(p.rings, k, k+1)
		}
		if len(p.rings) > 0 || p.drawn != 0 {
			f.pieces = append(f.pieces, p)
		}
	}
	f.spread()
	f.chain()
	f.nest()
	f.enclose()
	return f
}

// odd are the rings that appear an odd number of times, runs being sorted by ring.
func odd(runs []run) (rings []int32) {
	for i := 0; i < len(runs); {
		end := i
		for end < len(runs) && runs[end].ring == runs[i].ring {
			end++
		}
		if (end-i)%2 == 1 {
			rings = append(rings, runs[i].ring)
		}
		i = end
	}
	return rings
}

func (f *faces) from(h int32) vertex {
	if h&1 == 0 {
		return f.pieces[h>>1].a
	}
	return f.pieces[h>>1].b
}

func (f *faces) to(h int32) vertex { return f.from(h ^ 1) }

// spread sorts the half-edges around each place.
func (f *faces) spread() {
	starts := make([]int32, len(f.places)+1)
	for h := range int32(2 * len(f.pieces)) {
		starts[f.from(h)+1]++
	}
	for i := 1; i < len(starts); i++ {
		starts[i] += starts[i-1]
	}
	f.fan = make([][]int32, len(f.places))
	out := f.fan
	all := make([]int32, 2*len(f.pieces))
	for v := range out {
		out[v] = all[starts[v]:starts[v]:starts[v+1]]
	}
	for h := range int32(2 * len(f.pieces)) {
		out[f.from(h)] = append(out[f.from(h)], h)
	}
	for v := range out {
		p := f.places[v]
		slices.SortFunc(out[v], func(g, h int32) int { return turn(p, f.places[f.to(g)], f.places[f.to(h)]) })
	}
}

// turn compares the directions from p to a and b, anticlockwise from due east.
func turn(p, a, b orb.Point) int {
	if c := cmp.Compare(half(p, a), half(p, b)); c != 0 {
		return c
	}
	return -grid.Orient(p, a, b)
}

// half is 0 for directions from due east to before due west, anticlockwise, and 1 for the others.
func half(p, a orb.Point) int {
	if a[1] > p[1] || a[1] == p[1] && a[0] > p[0] {
		return 0
	}
	return 1
}

// chain links the half-edges around the faces: behind u→v comes the edge that lies next clockwise of v→u.
func (f *faces) chain() {
	f.next = make([]int32, 2*len(f.pieces))
	for _, out := range f.fan {
		for k, h := range out {
			f.next[h^1] = out[(k+len(out)-1)%len(out)]
		}
	}
	f.cycle = make([]int32, len(f.next))
	for h := range f.cycle {
		f.cycle[h] = -1
	}
	for h := range f.next {
		if f.cycle[h] >= 0 {
			continue
		}
		c := int32(len(f.first))
		f.first = append(f.first, int32(h))
		for g := int32(h); f.cycle[g] < 0; g = f.next[g] {
			f.cycle[g] = c
		}
	}
}

const (
	inner   = -1 // a cycle that bounds a face of its own
	outside = -2 // the outer cycle of a part that lies in no face
)

// nest joins the outer cycle of every connected part of the net with the face in which the part lies.
func (f *faces) nest() {
	around := make([]int32, len(f.first)) // by cycle: a cycle of the face around the part, or one of the above
	for c := range around {
		around[c] = inner
	}
	b := f.newBins(len(f.pieces), func(i int) (vertex, vertex) { return f.pieces[i].a, f.pieces[i].b })
	for _, h := range f.parts() {
		around[f.cycle[h]] = outside
		if g := f.westOf(b, f.places[f.from(h)]); g >= 0 {
			around[f.cycle[h]] = f.cycle[g]
		}
	}
	f.face = make([]int32, len(f.first))
	count := int32(1)
	for c := range f.face {
		if around[c] == inner {
			f.face[c] = count
			count++
		}
	}
	f.cycles = make([][]int32, count)
	for c := range f.face {
		in := int32(c)
		// Parts lie in parts, never in a circle; the count is for a net that could not be cut wholly.
		for k := 0; around[in] >= 0 && k < len(around); k++ {
			in = around[in]
		}
		if around[in] == inner {
			f.face[c] = f.face[in]
		}
		f.cycles[f.face[c]] = append(f.cycles[f.face[c]], int32(c))
	}
}

// parts is, for every connected part, the half-edge at its westernmost (of these, southernmost) place that has the
// ground around the part on its left.
func (f *faces) parts() []int32 {
	seen := make([]bool, len(f.places))
	out := f.fan
	var parts []int32
	for v := range out {
		if seen[v] || len(out[v]) == 0 {
			continue
		}
		west, todo := vertex(v), []vertex{vertex(v)}
		seen[v] = true
		for len(todo) > 0 {
			u := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			if before(f.places[u], f.places[west]) {
				west = u
			}
			for _, h := range out[u] {
				if w := f.to(h); !seen[w] {
					seen[w] = true
					todo = append(todo, w)
				}
			}
		}
		parts = append(parts, f.facingWest(out[west], f.places[west]))
	}
	return parts
}

func before(a, b orb.Point) bool { return a[0] < b[0] || a[0] == b[0] && a[1] < b[1] }

// facingWest is the last direction before due west, anticlockwise: of a part's westernmost place it has the outside on
// its left.
func (f *faces) facingWest(out []int32, p orb.Point) int32 {
	last := out[len(out)-1]
	for _, h := range out {
		if half(p, f.places[f.to(h)]) == 1 {
			break
		}
		last = h
	}
	return last
}
