package survey

import (
	"cmp"
	"maps"
	"slices"

	"fengqiao/grid"

	"github.com/paulmach/orb"
)

// parting gives slivers of ground to one owner each.
type parting struct {
	*mending
	*faces
	held    []bool          // cells whose borders stay
	was     [][]int         // the cells of each face
	cover   [][]int         // … as they are to be
	changed map[int]bool    // cells that get or lose ground, or whose rings are split
	hot     map[vertex]bool // places along slivers: whoever borders there gets them as vertices
	facesOf [][]int32       // of each cell, as they are to be
	ringsOf [][]int32       // of each cell, as they were
}

// slivers lays the borders over each other and gives away the faces that are narrow enough.
func (m *mending) slivers() {
	n := newNet(m.cells, m.usableCell)
	found, ok := n.contacts(false)
	if !ok {
		return
	}
	knotted := n.knotted(found)
	touching := n.touching(found)
	if !n.cut(found) {
		return
	}
	p := &parting{mending: m, faces: newFaces(n), held: slices.Clone(m.held), changed: map[int]bool{}, hot: map[vertex]bool{}}
	for r := range knotted {
		p.held[n.rings[r].cell] = true
	}
	p.was = make([][]int, len(p.cycles))
	for face := range p.was {
		p.was[face] = p.covering(int32(face))
		for _, hole := range p.strays(int32(face)) {
			p.held[n.rings[hole].cell] = true
		}
	}
	p.cover = slices.Clone(p.was)
	p.giveAway()
	p.split(touching)
	p.redraw()
}

// touching are the places where rings touch themselves.
func (n *net) touching(found []contact) map[int32][]vertex {
	out := map[int32][]vertex{}
	for r, m := range n.meetings(found) {
		for _, v := range slices.Sorted(maps.Keys(m.passes)) {
			if n.judge(v, m.passes[v]) == SelfTouching {
				out[r] = append(out[r], v)
			}
		}
	}
	return out
}

// giveAway decides who owns the slivers. What it decides of one face does not hang on what it decides of another.
func (p *parting) giveAway() {
	seen := make([]bool, len(p.was))
	p.bare(0, seen)
	for face := int32(1); int(face) < len(p.was); face++ {
		cells := p.was[face]
		switch {
		case len(cells) > 1:
			p.giveOverlap(face)
		case len(cells) == 0 && !seen[face]:
			if gap, rim := p.bare(face, seen); len(gap) == 1 {
				p.fillGap(face, rim)
			}
		}
	}
}

// giveOverlap gives a face of several cells to the first, if none of the others' borders moves too far.
func (p *parting) giveOverlap(face int32) {
	cells := p.was[face]
	owner := p.foremost(cells)
	for k, i := range cells {
		if p.held[i] || slices.ContainsFunc(cells[:k], func(j int) bool { return p.layered(i, j) }) {
			return
		}
	}
	size, slim := p.slim(face)
	if !slim {
		return
	}
	for _, i := range cells {
		if i != owner && !p.movesLittle(face, i) {
			return
		}
	}
	p.give(face, GaveOverlap, owner, size, cells)
}

// fillGap gives a face of no cell to the first of those along it whose border moves little thereby.
func (p *parting) fillGap(face int32, rim []int) {
	size, slim := p.slim(face)
	if !slim || slices.ContainsFunc(rim, func(i int) bool { return p.held[i] }) {
		return
	}
	slices.SortFunc(rim, func(a, b int) int { return cmp.Compare(p.rank[a], p.rank[b]) })
	for _, i := range rim {
		if p.movesLittle(face, i) {
			slices.Sort(rim)
			p.give(face, FilledGap, i, size, rim)
			return
		}
	}
}

// slim tells whether a face can be a sliver at all: its area is no more than its length times the tolerance.
func (p *parting) slim(face int32) (size float64, ok bool) {
	poly := p.faces.ground(face)
	size = max(area(poly), 0)
	return size, size <= p.o.tolerance()*perimeter(poly)/2
}

func (p *parting) give(face int32, k FixKind, owner int, size float64, cells []int) {
	p.cover[face] = []int{owner}
	for _, i := range p.was[face] {
		if i != owner {
			p.changed[i] = true
		}
	}
	if k == FilledGap {
		p.changed[owner] = true
	}
	p.edges(face, func(h int32) { p.hot[p.from(h)] = true })
	at := grid.InnerPoint(orb.MultiPolygon{p.faces.ground(face)})
	p.did(k, at, size, cells...).Owner = p.mending.cells[owner].Code
}

// movesLittle tells whether a cell's border, passing from one side of a face to the other, moves by no more than the
// tolerance anywhere.
func (p *parting) movesLittle(face int32, cell int) bool {
	var mine, other []segment
	p.edges(face, func(h int32) {
		s := segment{p.places[p.from(h)], p.places[p.to(h)]}
		// A piece is the cell's border if the cell lies on one side alone.
		if slices.Contains(p.was[p.face[p.cycle[h^1]]], cell) != slices.Contains(p.was[face], cell) {
			mine = append(mine, s)
		} else {
			other = append(other, s)
		}
	})
	return allNear(mine, other, p.o.tolerance()) && allNear(other, mine, p.o.tolerance())
}

// segment is a piece of border as it lies on the ground.
type segment struct{ a, b orb.Point }

// allNear tells whether every point of some segments lies within so many metres of others. Where both ends of a piece are
// near one and the same segment, all of it is; else it is halved until it is much shorter than the distance.
func allNear(list, others []segment, metres float64) bool {
	if len(others) == 0 {
		return false
	}
	for _, s := range list {
		if !s.near(others, metres) {
			return false
		}
	}
	return true
}

func (s segment) near(others []segment, metres float64) bool {
	reached := false
	for _, o := range others {
		_, a := foot(o.a, o.b, s.a)
		_, b := foot(o.a, o.b, s.b)
		if a <= metres && b <= metres {
			return true
		}
		reached = reached || a <= metres
	}
	if !reached || grid.Distance(s.a, s.b) < metres/16 {
		return false
	}
	mid := orb.Point{s.a[0] + (s.b[0]-s.a[0])/2, s.a[1] + (s.b[1]-s.a[1])/2}
	return segment{s.a, mid}.near(others, metres) && segment{mid, s.b}.near(others, metres)
}
