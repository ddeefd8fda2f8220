package survey

import (
	"cmp"
	"math"
	"slices"

	"fengqiao/grid"

	"github.com/paulmach/orb"
)

// joining lets neighbours have the same vertices.
type joining struct {
	*mending
	*net
	held   []bool    // cells whose borders stay
	owners [][]int32 // the cells of each vertex, ascending
	fixes  []Fix
}

// join moves vertices onto each other and inserts missing ones. Cells that would come to cross themselves are held, and all
// is done again without them.
func (m *mending) join() {
	n := newNet(m.cells, m.usableCell)
	found, ok := n.contacts(false)
	if !ok {
		return
	}
	given := n.rings
	was := n.knotted(found)
	held := slices.Clone(m.held)
	for r := range was {
		held[given[r].cell] = true
	}
	for {
		n.rings = slices.Clone(given)
		n.fillLines()
		j := &joining{mending: m, net: n, held: held}
		j.own()
		j.snap()
		j.insert()
		if len(j.fixes) == 0 {
			return
		}
		found, ok := n.contacts(false)
		if !ok {
			return
		}
		if !j.hold(given, n.knotted(found)) {
			j.keep(given)
			return
		}
	}
}

// hold adds the cells that joining spoils to those that are held, and tells whether there are any.
func (j *joining) hold(given []ring, knotted map[int32]bool) (more bool) {
	for r := range j.rings {
		cell := j.rings[r].cell
		if j.held[cell] || slices.Equal(given[r].path, j.rings[r].path) {
			continue
		}
		if knotted[int32(r)] || direction(j.ringOf(given[r].path)) != direction(j.ringOf(j.rings[r].path)) {
			j.held[cell], more = true, true
		}
	}
	return more
}

// keep puts the joined rings into the cells.
func (j *joining) keep(given []ring) {
	cloned := map[int]bool{}
	for i, r := range j.rings {
		if slices.Equal(given[i].path, r.path) {
			continue
		}
		c := &j.mending.cells[r.cell]
		if !cloned[r.cell] {
			cloned[r.cell] = true
			c.Shape = c.Shape.Clone()
		}
		c.Shape[r.polygon][r.ring] = j.ringOf(r.path)
	}
	j.mending.fixes = append(j.mending.fixes, j.fixes...)
}

func (n *net) ringOf(path []vertex) orb.Ring {
	r := make(orb.Ring, len(path))
	for k, v := range path {
		r[k] = n.places[v]
	}
	return r
}

// knotted are the rings that cross themselves or run along themselves.
func (n *net) knotted(found []contact) map[int32]bool {
	out := map[int32]bool{}
	for r, m := range n.meetings(found) {
		if len(m.crossed) > 0 {
			out[r] = true
		}
		for v, passes := range m.passes {
			if n.judge(v, passes) == SelfCrossing {
				out[r] = true
			}
		}
	}
	n.doubled(found, func(r int32, _, _ orb.Point) { out[r] = true })
	return out
}

func (j *joining) own() {
	j.owners = make([][]int32, len(j.places))
	for i := range j.rings {
		cell := int32(j.rings[i].cell)
		for _, v := range j.rings[i].path {
			j.add(v, cell)
		}
	}
}

func (j *joining) add(v vertex, cell int32) {
	if at, has := slices.BinarySearch(j.owners[v], cell); !has {
		j.owners[v] = slices.Insert(j.owners[v], at, cell)
	}
}

// free tells whether none of a vertex's cells is held.
func (j *joining) free(v vertex) bool {
	return !slices.ContainsFunc(j.owners[v], func(cell int32) bool { return j.held[cell] })
}

// apart tells whether two vertices have no cell in common.
func (j *joining) apart(v, w vertex) bool {
	return !slices.ContainsFunc(j.owners[v], func(cell int32) bool { return slices.Contains(j.owners[w], cell) })
}

// snap goes through the vertices in code order. Each stays, or moves onto the nearest of those that stayed within the
// tolerance and belong to other cells. So of those that stayed no two are left that could move.
func (j *joining) snap() {
	order := make([]int32, len(j.rings))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(j.rank[j.rings[a].cell], j.rank[j.rings[b].cell]) })
	near := j.newNearby()
	to := make([]vertex, len(j.places))
	for v := range to {
		to[v] = -1
	}
	for _, i := range order {
		for _, v := range j.rings[i].path {
			if to[v] >= 0 {
				continue
			}
			to[v] = v
			if a, metres := near.nearest(v); a >= 0 && j.free(v) {
				to[v] = a
				j.fix(MovedPoint, j.places[v], metres, j.owners[v])
				for _, cell := range j.owners[v] {
					j.add(a, cell)
				}
			} else {
				near.put(v)
			}
		}
	}
	for i := range j.rings {
		path := slices.Clone(j.rings[i].path)
		for k, v := range path {
			path[k] = to[v]
		}
		j.rings[i].path = path
	}
	for v := range to {
		if to[v] >= 0 && to[v] != vertex(v) {
			j.owners[v] = nil
		}
	}
	j.fillLines()
}

func (j *joining) fix(k FixKind, at orb.Point, size float64, cells []int32) {
	list := make([]int, len(cells))
	for i, cell := range cells {
		list[i] = int(cell)
	}
	about := j.about("", list...)
	j.fixes = append(j.fixes, Fix{Kind: k, Cells: list, Codes: about.Codes, Polygon: -1, Ring: -1, At: at, Size: size})
}

// nearby are vertices by where they lie, in squares at least as wide as the tolerance.
type nearby struct {
	*joining
	lon, lat float64
	squares  map[[2]int64][]vertex
}

func (j *joining) newNearby() *nearby {
	near := &nearby{joining: j, squares: map[[2]int64][]vertex{}}
	east, north := math.Inf(1), math.Inf(1)
	for _, lat := range j.latitudes() {
		e, n := grid.MetresPerDegree(lat)
		east, north = min(east, e), min(north, n)
	}
	near.lon, near.lat = min(j.o.tolerance()/max(east, 1), 1)*1.01, min(j.o.tolerance()/max(north, 1), 1)*1.01
	return near
}

// latitudes are the least, the greatest and the equator if it lies between: a degree is shortest at one of them.
func (j *joining) latitudes() []float64 {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, pt := range j.places {
		lo, hi = min(lo, pt[1]), max(hi, pt[1])
	}
	if lo < 0 && hi > 0 {
		return []float64{lo, 0, hi}
	}
	return []float64{lo, hi}
}

func (n *nearby) square(pt orb.Point) [2]int64 {
	return [2]int64{int64(math.Floor(pt[0] / n.lon)), int64(math.Floor(pt[1] / n.lat))}
}

func (n *nearby) put(v vertex) {
	s := n.square(n.places[v])
	n.squares[s] = append(n.squares[s], v)
}

// nearest is the nearest vertex within the tolerance that has no cell in common with v; -1 if there is none.
func (n *nearby) nearest(v vertex) (best vertex, metres float64) {
	best, metres = -1, n.o.tolerance()
	s := n.square(n.places[v])
	for dx := int64(-1); dx <= 1; dx++ {
		for dy := int64(-1); dy <= 1; dy++ {
			for _, w := range n.squares[[2]int64{s[0] + dx, s[1] + dy}] {
				if d := grid.Distance(n.places[v], n.places[w]); (d < metres || d == metres && best < 0) && n.apart(v, w) {
					best, metres = w, d
				}
			}
		}
	}
	return best, metres
}
