package survey

import (
	"cmp"
	"maps"
	"slices"

	"fengqiao/grid"

	"github.com/paulmach/orb"
)

// itself finds where rings cross themselves and where they run along themselves, in a net not cut yet.
func (in *inspection) itself(n *net, found []contact) {
	meetings := n.meetings(found)
	for _, r := range slices.Sorted(maps.Keys(meetings)) {
		m := meetings[r]
		crossed, touched := m.crossed, []vertex(nil)
		for _, v := range slices.Sorted(maps.Keys(m.passes)) {
			switch n.judge(v, m.passes[v]) {
			case SelfCrossing:
				crossed = append(crossed, v)
			case SelfTouching:
				touched = append(touched, v)
			}
		}
		in.tellPoints(SelfCrossing, n, r, crossed)
		in.tellPoints(SelfTouching, n, r, touched)
	}
	in.runsBack(n, found)
}

func (in *inspection) tellPoints(k Kind, n *net, r int32, points []vertex) {
	slices.Sort(points)
	if points = slices.Compact(points); len(points) == 0 {
		return
	}
	f := in.ofRing(k, n, r)
	f.Size = float64(len(points))
	for _, v := range points {
		f.Points = append(f.Points, n.places[v])
	}
	in.tell(f, f.Points[0])
}

func (in *inspection) ofRing(k Kind, n *net, r int32) Finding {
	f := in.about(k, n.rings[r].cell)
	f.Polygon, f.Ring = n.rings[r].polygon, n.rings[r].ring
	return f
}

// meeting is where a ring meets itself: edges that cross, and the ways in which it passes the places that it comes to
// twice.
type meeting struct {
	crossed []vertex
	passes  map[vertex][]pass
}

// pass is a ring's way through a place: where it comes from and where it goes.
type pass struct{ from, to vertex }

func (n *net) meetings(found []contact) map[int32]*meeting {
	all := map[int32]*meeting{}
	of := func(r int32) *meeting {
		if all[r] == nil {
			all[r] = &meeting{passes: map[vertex][]pass{}}
		}
		return all[r]
	}
	for _, c := range found {
		l := &n.lines[c.line]
		for _, r := range common(l.runs, n.lines[c.other].runs) {
			if c.crossing {
				of(r).crossed = append(of(r).crossed, c.at)
			} else if p := (pass{l.a, l.b}); !slices.Contains(of(r).passes[c.at], p) {
				of(r).passes[c.at] = append(of(r).passes[c.at], p)
			}
		}
	}
	for i := range n.rings {
		r := int32(i)
		for _, v := range twice(n.rings[i].path) {
			if _, ok := of(r).passes[v]; !ok {
				of(r).passes[v] = nil
			}
		}
		if m := all[r]; m != nil {
			m.vertices(n.rings[i].path)
		}
	}
	return all
}

// vertices adds how the ring passes the places in question at its own vertices.
func (m *meeting) vertices(path []vertex) {
	last := len(path) - 1
	for k := range last {
		if passes, ok := m.passes[path[k]]; ok {
			m.passes[path[k]] = append(passes, pass{path[(k+last-1)%last], path[k+1]})
		}
	}
}

// twice are the places that a ring comes to more than once, its end not counted.
func twice(path []vertex) (out []vertex) {
	if len(path) == 0 {
		return nil
	}
	path = slices.Sorted(slices.Values(path[1:]))
	for k := 1; k < len(path); k++ {
		if path[k] == path[k-1] && (len(out) == 0 || out[len(out)-1] != path[k]) {
			out = append(out, path[k])
		}
	}
	return out
}

// common are the rings that run along both lines.
func common(a, b []run) (rings []int32) {
	for _, x := range a {
		for _, y := range b {
			if x.ring == y.ring && !slices.Contains(rings, x.ring) {
				rings = append(rings, x.ring)
			}
		}
	}
	return rings
}

// judge tells whether a ring crosses itself at a place that it passes more than once, or only touches itself. Passes that
// leave in the same direction are not judged: the ring runs along itself there, which is told as such.
func (n *net) judge(at vertex, passes []pass) (k Kind) {
	p := n.places[at]
	for i, x := range passes {
		for _, y := range passes[:i] {
			a, b, c, d := n.places[x.from], n.places[x.to], n.places[y.from], n.places[y.to]
			switch {
			case along(p, a, c) || along(p, a, d) || along(p, b, c) || along(p, b, d):
			case sector(p, a, b, c) != sector(p, a, b, d):
				return SelfCrossing
			default:
				k = SelfTouching
			}
		}
	}
	return k
}

// along tells whether two points lie in the same direction from p.
func along(p, a, b orb.Point) bool { return half(p, a) == half(p, b) && grid.Orient(p, a, b) == 0 }

// sector tells whether c lies anticlockwise behind a and before b, seen from p.
func sector(p, a, b, c orb.Point) bool {
	if turn(p, a, b) <= 0 {
		return turn(p, a, c) < 0 && turn(p, c, b) < 0
	}
	return turn(p, a, c) < 0 || turn(p, c, b) < 0
}

// runsBack tells rings that lie on themselves.
func (in *inspection) runsBack(n *net, found []contact) {
	metres, at := map[int32]float64{}, map[int32]orb.Point{}
	n.doubled(found, func(r int32, a, b orb.Point) {
		if metres[r] == 0 {
			at[r] = a
		}
		metres[r] += grid.Distance(a, b)
	})
	for _, r := range slices.Sorted(maps.Keys(metres)) {
		f := in.ofRing(RunsBack, n, r)
		f.Size = metres[r]
		in.tell(f, at[r])
	}
}

// doubled calls yield for every stretch that a ring runs along more than once.
func (n *net) doubled(found []contact, yield func(r int32, a, b orb.Point)) {
	for i := range n.lines {
		l := &n.lines[i]
		for k := 1; k < len(l.runs); k++ {
			if l.runs[k].ring == l.runs[k-1].ring {
				a, b := n.ends(l)
				yield(l.runs[k].ring, a, b)
			}
		}
	}
	for _, s := range n.shared(found) {
		for _, r := range common(n.lines[s.line].runs, n.lines[s.other].runs) {
			yield(r, s.from, s.to)
		}
	}
}

// stretch is a piece that two different lines have in common.
type stretch struct {
	line, other int32
	from, to    orb.Point
}

// shared are the stretches that lines have in common, each once. Where two lines lie on one straight, each contact is an
// end of one inside the other.
func (n *net) shared(found []contact) (out []stretch) {
	for _, c := range found {
		if c.crossing {
			continue
		}
		a, b := n.ends(&n.lines[c.line])
		p, q := n.ends(&n.lines[c.other])
		if grid.Orient(a, b, p) != 0 || grid.Orient(a, b, q) != 0 {
			continue
		}
		points := []orb.Point{a, b, p, q}
		slices.SortFunc(points, func(x, y orb.Point) int {
			if before(x, y) {
				return -1
			}
			return 1
		})
		out = append(out, stretch{min(c.line, c.other), max(c.line, c.other), points[1], points[2]})
	}
	slices.SortFunc(out, func(x, y stretch) int { return cmp.Or(cmp.Compare(x.line, y.line), cmp.Compare(x.other, y.other)) })
	return slices.Compact(out) // two lines have one stretch in common, met at either of its ends
}
