package survey

import (
	"cmp"
	"math"
	"slices"

	"fengqiao/grid"

	"github.com/paulmach/orb"
)

// contact is a place where two lines meet that is not an end of both.
type contact struct {
	line, other int32
	at          vertex
	crossing    bool // inside both; else it is an end of other
}

// mostContacts bounds the work on a file whose borders are drawn at random.
func (n *net) mostContacts() int { return 1_000_000 + 16*len(n.lines) }

// contacts finds where lines meet, each place once for each line that it is inside of, and false if there are too many.
// If bent, only lines that rounding has bent are held against the others.
func (n *net) contacts(bent bool) ([]contact, bool) {
	b := n.newBins(len(n.lines), func(i int) (vertex, vertex) { return n.lines[i].a, n.lines[i].b })
	var found []contact
	for bin := range b.cols * b.rows {
		items := b.of(bin)
		for k, i := range items {
			for _, j := range items[:k] {
				if !bent || n.lines[i].bent || n.lines[j].bent {
					found = n.meet(found, i, j)
				}
			}
		}
		if len(found) > n.mostContacts() {
			return nil, false
		}
	}
	slices.SortFunc(found, func(x, y contact) int {
		return cmp.Or(cmp.Compare(x.line, y.line), cmp.Compare(x.at, y.at), cmp.Compare(x.other, y.other))
	})
	return slices.Compact(found), true
}

// meet appends the contacts of two lines.
func (n *net) meet(found []contact, i, j int32) []contact {
	e, f := &n.lines[i], &n.lines[j]
	ea, eb := n.ends(e)
	fa, fb := n.ends(f)
	if min(ea[0], eb[0]) > max(fa[0], fb[0]) || max(ea[0], eb[0]) < min(fa[0], fb[0]) ||
		min(ea[1], eb[1]) > max(fa[1], fb[1]) || max(ea[1], eb[1]) < min(fa[1], fb[1]) {
		return found
	}
	f0, f1 := grid.Orient(ea, eb, fa), grid.Orient(ea, eb, fb)
	if f0*f1 > 0 {
		return found
	}
	e0, e1 := grid.Orient(fa, fb, ea), grid.Orient(fa, fb, eb)
	if f0*f1 < 0 && e0*e1 < 0 {
		at := n.crossingAt(crossing(ea, eb, fa, fb))
		return append(found, contact{i, j, at, true}, contact{j, i, at, true})
	}
	if f0 == 0 && within(ea, eb, fa) {
		found = append(found, contact{i, j, f.a, false})
	}
	if f1 == 0 && within(ea, eb, fb) {
		found = append(found, contact{i, j, f.b, false})
	}
	if e0 == 0 && within(fa, fb, ea) {
		found = append(found, contact{j, i, e.a, false})
	}
	if e1 == 0 && within(fa, fb, eb) {
		found = append(found, contact{j, i, e.b, false})
	}
	return found
}

// within tells whether a point of a line's straight lies between its ends, these left out.
func within(a, b, pt orb.Point) bool {
	return pt != a && pt != b &&
		min(a[0], b[0]) <= pt[0] && pt[0] <= max(a[0], b[0]) && min(a[1], b[1]) <= pt[1] && pt[1] <= max(a[1], b[1])
}

// crossing is about where two lines that cross do, within the boxes of both.
func crossing(a, b, c, d orb.Point) orb.Point {
	ux, uy, vx, vy := b[0]-a[0], b[1]-a[1], d[0]-c[0], d[1]-c[1]
	t := 0.5
	if det := ux*vy - uy*vx; det != 0 {
		t = ((c[0]-a[0])*vy - (c[1]-a[1])*vx) / det
	}
	t = max(0, min(t, 1))
	pt := orb.Point{a[0] + t*ux, a[1] + t*uy}
	for axis := range 2 {
		lo := max(min(a[axis], b[axis]), min(c[axis], d[axis]))
		hi := min(max(a[axis], b[axis]), max(c[axis], d[axis]))
		pt[axis] = max(lo, min(pt[axis], hi))
	}
	return pt
}

// grain is how near, in degrees, a crossing must come to a place to be taken for it: about a tenth of a micrometre, some
// seventy times the distance of neighbouring floats. Without it, rounding would make ever new crossings between lines
// that are one but for their last bits.
const grain = 1e-12

// grit is a square of the ground as wide as a grain.
type grit [2]int64

func gritOf(pt orb.Point) grit {
	return grit{int64(math.Floor(pt[0] / grain)), int64(math.Floor(pt[1] / grain))}
}

// crossingAt is the place of a crossing: the one that is there already, or a new one.
func (n *net) crossingAt(pt orb.Point) vertex {
	for ; n.gritted < len(n.places); n.gritted++ {
		g := gritOf(n.places[n.gritted])
		if _, taken := n.grits[g]; !taken {
			n.grits[g] = vertex(n.gritted)
		}
	}
	g := gritOf(pt)
	for dx := int64(-1); dx <= 1; dx++ {
		for dy := int64(-1); dy <= 1; dy++ {
			if v, ok := n.grits[grit{g[0] + dx, g[1] + dy}]; ok {
				return v
			}
		}
	}
	return n.at(pt)
}

// mostRounds is how often bent lines are laid over the others again. Each round bends by a grain what crossed; two are
// the rule.
const mostRounds = 8

// cut divides the lines where they meet, until they meet at their ends alone. It tells whether that came to an end.
func (n *net) cut(found []contact) bool {
	for range mostRounds {
		if len(found) == 0 {
			return true
		}
		n.divide(found)
		var ok bool
		if found, ok = n.contacts(true); !ok {
			return false
		}
	}
	return len(found) == 0
}

// divide replaces the lines by their pieces. Contacts come in the order of lines.
func (n *net) divide(found []contact) {
	var steps []step
	for i := range n.lines {
		l := &n.lines[i]
		stops, bent := []vertex{l.a}, false
		for ; len(found) > 0 && found[0].line == int32(i); found = found[1:] {
			if c := found[0]; c.at != l.a && c.at != l.b && c.at != stops[len(stops)-1] {
				stops = append(stops, c.at)
				bent = bent || c.crossing
			}
		}
		n.sortAlong(l, stops[1:])
		stops = append(stops, l.b)
		for k := 1; k < len(stops); k++ {
			for _, r := range l.runs {
				s := newStep(stops[k-1], stops[k], r)
				s.bent = bent
				steps = append(steps, s)
			}
		}
	}
	n.lines = gather(steps)
}

func (n *net) sortAlong(l *line, stops []vertex) {
	if len(stops) < 2 {
		return
	}
	a, b := n.ends(l)
	along := func(v vertex) float64 {
		pt := n.places[v]
		return (pt[0]-a[0])*(b[0]-a[0]) + (pt[1]-a[1])*(b[1]-a[1])
	}
	slices.SortFunc(stops, func(x, y vertex) int { return cmp.Compare(along(x), along(y)) })
}
