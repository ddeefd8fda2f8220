package grid

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// union joins the cells of each patch: the borders that two cells of one patch share fall away, and what is left is
// chained into rings.
type union struct {
	g      *ground
	of     []uint32
	beside [2][]uint32          // by arc: the patch on its left, run forwards and backwards; or none
	halves sorted[ref]          // by patch: what is left, with the patch on its left
	ends   map[orb.Point]uint32 // how many arcs that are left end at a point
	lineOf []ref                // by arc: its line, once it has one, and whether that runs along it backwards
	out    outlines
}

// noLine is the line of an arc that has none yet.
const noLine = ref(math.MaxUint32)

func unite(g *ground, of []uint32, patches int) outlines {
	u := &union{g: g, of: of, ends: make(map[orb.Point]uint32)}
	u.sift(patches)
	u.lineOf = make([]ref, len(g.arcs)-1)
	for i := range u.lineOf {
		u.lineOf[i] = noLine
	}
	u.out.starts, u.out.lines = make([]uint32, 1, patches+1), make([]uint32, 1)
	for patch := range patches {
		u.draw(u.halves.of(patch))
		u.out.starts = append(u.out.starts, uint32(len(u.out.refs)))
	}
	return u.out
}

// sift keeps the halves of arcs (an arc as one of its rings runs along it) that part two patches.
func (u *union) sift(patches int) {
	arcs := len(u.g.arcs) - 1
	for i := range u.beside {
		u.beside[i] = make([]uint32, arcs)
		for k := range u.beside[i] {
			u.beside[i][k] = none
		}
	}
	// Cells are taken one after another, since both sides of an arc are written to.
	u.each(0, len(u.of), func(patch uint32, r ref) { u.beside[r&refBack][r.arc()] = patch })
	u.halves = sortInto(patches, tasks, func(task int, emit func(int, ref)) {
		first, end := portion(len(u.of), task, tasks)
		u.each(first, end, func(patch uint32, r ref) {
			if u.beside[r&refBack^refBack][r.arc()] != patch {
				emit(int(patch), r)
			}
		})
	})
	counted := make(set, arcs/64+1)
	for _, r := range u.halves.items {
		if k := int(r.arc()); !counted.has(k) {
			counted.put(k, true)
			u.ends[u.g.start(r)]++
			u.ends[u.g.start(r^refBack)]++
		}
	}
}

// each calls yield for the halves of some cells with the cell's ground on the left, whichever way round a ring was
// given.
func (u *union) each(first, end int, yield func(patch uint32, r ref)) {
	for cell := first; cell < end; cell++ {
		for refs := u.g.refsOf(cell); len(refs) > 0; {
			var ring []ref
			ring, refs = nextRing(refs)
			flip := ref(0)
			if outer := ring[0]&refOuter != 0; outer != (u.g.area(ring) > 0) {
				flip = refBack
			}
			for _, r := range ring {
				yield(u.of[cell], r&^(refRing|refOuter)^flip)
			}
		}
	}
}

// start is where a ref begins.
func (g *ground) start(r ref) orb.Point {
	if r&refBack != 0 {
		return g.at(g.arcs[r.arc()+1] - 1)
	}
	return g.at(g.arcs[r.arc()])
}

// second is the vertex behind the start.
func (g *ground) second(r ref) orb.Point {
	if r&refBack != 0 {
		return g.at(g.arcs[r.arc()+1] - 2)
	}
	return g.at(g.arcs[r.arc()] + 1)
}

// area is twice the area that a ring encloses in square degrees, positive if it runs anticlockwise.
func (g *ground) area(refs []ref) float64 {
	sum, origin := 0.0, g.start(refs[0])
	for _, r := range refs {
		v, end := g.arcs[r.arc()], g.arcs[r.arc()+1]
		part, a := 0.0, g.at(v)
		for v++; v < end; v++ {
			b := g.at(v)
			part += (a[0]-origin[0])*(b[1]-origin[1]) - (b[0]-origin[0])*(a[1]-origin[1])
			a = b
		}
		if r&refBack != 0 {
			part = -part
		}
		sum += part
	}
	return sum
}

// draw adds the rings of one patch: every outer one with its holes behind it.
func (u *union) draw(halves []ref) {
	byStart := func(a, b ref) int { return comparePoints(u.g.start(a), u.g.start(b)) }
	slices.SortStableFunc(halves, byStart)
	used := make([]bool, len(halves))
	var rings []circuit
	for i := range halves {
		if !used[i] {
			rings = append(rings, u.circuit(halves, used, i))
		}
	}
	for i := range rings {
		if outer := &rings[i]; outer.area > 0 {
			u.ring(outer.refs, refRing|refOuter)
			for k := range rings {
				if hole := &rings[k]; hole.area < 0 && u.around(rings, hole) == i {
					u.ring(hole.refs, refRing)
				}
			}
		}
	}
}

func comparePoints(a, b orb.Point) int {
	return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
}

// circuit is a ring of a patch.
type circuit struct {
	refs  []ref
	area  float64
	shape orb.Ring // filled when asked for
}

// circuit follows the halves from one of them until it is back there. Where several go on from a point it takes the one
// that bounds the same wedge of ground, so that parts that touch in a point stay apart. Every ring enters a point as
// often as it leaves, so there is always a way on.
func (u *union) circuit(halves []ref, used []bool, first int) circuit {
	var c circuit
	for at := first; ; {
		used[at] = true
		c.refs = append(c.refs, halves[at])
		next := u.next(halves, used, first, halves[at])
		if next == first {
			c.area = u.g.area(c.refs)
			return c
		}
		at = next
	}
}

func (u *union) next(halves []ref, used []bool, first int, r ref) int {
	end := u.g.start(r ^ refBack)
	at, _ := slices.BinarySearchFunc(halves, end, func(h ref, pt orb.Point) int { return comparePoints(u.g.start(h), pt) })
	best, bestTurn := first, math.Inf(1)
	for ; at < len(halves) && u.g.start(halves[at]) == end; at++ {
		if used[at] && at != first {
			continue
		}
		if turn := clockwise(end, u.g.second(r^refBack), u.g.second(halves[at])); turn < bestTurn {
			best, bestTurn = at, turn
		}
	}
	return best
}

// clockwise is the angle by which the ray from a point to b lies clockwise of that to a, 0 < angle ≤ 2π.
func clockwise(from, a, b orb.Point) float64 {
	turn := math.Atan2(a[1]-from[1], a[0]-from[0]) - math.Atan2(b[1]-from[1], b[0]-from[0])
	if turn <= 0 {
		turn += 2 * math.Pi
	}
	return turn
}

// around is the smallest outer ring that holds a hole, -1 if none does.
func (u *union) around(rings []circuit, hole *circuit) int {
	best := -1
	for i := range rings {
		r := &rings[i]
		if r.area < -hole.area || best >= 0 && r.area >= rings[best].area {
			continue
		}
		if r.shape == nil {
			for _, x := range r.refs {
				r.shape = u.g.follow(r.shape, x)
			}
		}
		if encloses(r.shape, u.g.second(hole.refs[0])) {
			best = i
		}
	}
	return best
}

// encloses tells whether a ring lies around a point, by the even-odd rule.
func encloses(ring orb.Ring, pt orb.Point) bool {
	odd := false
	for i := 1; i < len(ring); i++ {
		a, b := ring[i-1], ring[i]
		if (a[1] > pt[1]) != (b[1] > pt[1]) && pt[0] < a[0]+(pt[1]-a[1])/(b[1]-a[1])*(b[0]-a[0]) {
			odd = !odd
		}
	}
	return odd
}

// ring adds a ring, cut into lines at the points where more than two arcs meet. Both patches beside a line cut it there,
// so each finds the other's.
func (u *union) ring(refs []ref, marks ref) {
	cut := func(r ref) bool { return u.ends[u.g.start(r)] != 2 }
	begin := slices.IndexFunc(refs, cut)
	whole := begin < 0
	if whole { // an island's: any beginning will do
		begin = 0
	}
	refs = append(slices.Clone(refs[begin:]), refs[:begin]...)
	for len(refs) > 0 {
		n := 1
		for n < len(refs) && (whole || !cut(refs[n])) {
			n++
		}
		u.out.refs = append(u.out.refs, u.line(refs[:n])|marks)
		refs, marks = refs[n:], 0
	}
}

// line is the line of a run of arcs, made by the first patch that has it.
func (u *union) line(run []ref) ref {
	if known := u.lineOf[run[0].arc()]; known != noLine {
		return known ^ run[0]&refBack
	}
	k := ref(len(u.out.lines)-1) << refBits
	for _, r := range run {
		u.lineOf[r.arc()] = k | r&refBack
	}
	u.out.parts = append(u.out.parts, run...)
	u.out.lines = append(u.out.lines, uint32(len(u.out.parts)))
	return k
}
