package grid

import (
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// grower makes the lines of tiles, one tile after another. Places are counted from the tile's south-west corner.
type grower struct {
	*rasterBuilder
	*lot
	x0, y0   float64   // the tile's corner
	parts    []uint32  // the polygons that have to do with the tile, in order; a plot calls them by position
	cells    []uint32  // beside parts: the cell of each
	strange  []bool    // beside parts: not plain
	segments []segment // the edges that may touch the tile, arc after arc
	edges    stack[uint32]
	words    stack[uint64]
	draft    draft
	left     int       // how many boxes may still be looked at in this tile
	boxes    []settled // those that are settled, in the order of halving
}

// segment is an edge with the polygons on its two sides.
type segment struct {
	ax, ay, bx, by float64
	v, arc         uint32
	sides          [2]int32 // positions in parts; the second may be -1
}

// plot is a box that is not settled yet.
type plot struct {
	x, y       float64
	wide, high float64
	cuts       int    // how often the tile was halved
	way        uint64 // in which half it lies, cut by cut, the first in the highest bit: 1 in the east or north
	edges      []uint32
	in         set       // the polygons that the anchor lies in
	anchor     orb.Point // the lattice's corner, or the float next to it
	lost       bool      // the anchor lies on a border: in does not say all
	stuck      int       // how many cuts in a row have left most edges together
}

const (
	lastCut   = 34 // of the smallest boxes
	mostStuck = 8
	// boxesPerEdge bounds the work on borders that cross each other without measure; of others not one in ten is needed.
	boxesPerEdge = 4
)

// steps are how wide and how high a step of the box's lattice is.
func (p *plot) steps() (x, y float64) { return p.wide / latticeSide, p.high / latticeSide }

// tile makes the lines of one tile.
func (g *grower) tile(t int) {
	g.boxes = g.boxes[:0]
	g.x0, g.y0 = float64(t%g.cols)*tileUnits, float64(t/g.cols)*tileUnits
	root := plot{wide: tileUnits, high: tileUnits}
	if runs, covering := g.runs.of(t), g.covering.of(t); len(runs) > 0 {
		g.divide(&root, runs, covering)
	} else if len(covering) > 0 {
		g.boxes = append(g.boxes, settled{line: newLeaf(int(g.weld.parts[covering[0]]))})
	} else {
		g.boxes = append(g.boxes, settled{line: newLeaf(-1)})
	}
	g.tiles[t] = g.lay(g.boxes)
}

// divide makes the boxes of a tile with borders in it.
func (g *grower) divide(root *plot, runs []run, covering []uint32) {
	defer g.edges.release(g.edges.mark())
	defer g.words.release(g.words.mark())
	g.gather(runs, covering)
	all := g.edges.take(len(g.segments))
	for i := range all {
		all[i] = uint32(i)
	}
	root.edges = g.touching(root, all)
	root.in = g.words.take((len(g.parts) + 63) / 64)
	root.anchor = g.corner(root)
	for i, part := range g.parts {
		if _, whole := slices.BinarySearch(covering, part); whole {
			root.in.put(i, true)
		} else {
			g.ask(root, i, part)
		}
	}
	g.left = 1000 + boxesPerEdge*len(g.segments)
	g.grow(root)
}

// gather lists the polygons and edges of a tile.
func (g *grower) gather(runs []run, covering []uint32) {
	g.parts = append(g.parts[:0], covering...)
	for _, r := range runs {
		for _, part := range g.borders[r.arc] {
			if part != none {
				g.parts = append(g.parts, part)
			}
		}
	}
	slices.Sort(g.parts)
	g.parts = slices.Compact(g.parts)
	g.cells, g.strange, g.segments = g.cells[:0], g.strange[:0], g.segments[:0]
	for _, part := range g.parts {
		g.cells = append(g.cells, g.weld.parts[part])
		g.strange = append(g.strange, g.odd[part])
	}
	for _, r := range runs {
		s := segment{arc: r.arc}
		for k, part := range g.borders[r.arc] {
			s.sides[k] = -1
			if at, ok := slices.BinarySearch(g.parts, part); ok {
				s.sides[k] = int32(at)
			}
		}
		s.bx, s.by = g.local(g.ground.at(r.first))
		for s.v = r.first; s.v < r.end; s.v++ {
			s.ax, s.ay = s.bx, s.by
			s.bx, s.by = g.local(g.ground.at(s.v + 1))
			g.segments = append(g.segments, s)
		}
	}
}

func (g *grower) local(pt orb.Point) (x, y float64) {
	x, y = g.units(pt)
	return x - g.x0, y - g.y0
}

// touching are the edges of a list that come near the lattice of a box.
func (g *grower) touching(p *plot, edges []uint32) []uint32 {
	sx, sy := p.steps()
	x, y, rx, ry := p.x+p.wide/2, p.y+p.high/2, p.wide/2+3*sx, p.high/2+3*sy
	out := g.edges.take(len(edges))[:0]
	for _, i := range edges {
		if g.segments[i].meets(x, y, rx, ry) {
			out = append(out, i)
		}
	}
	g.edges.trim(len(edges) - len(out))
	return out
}

// meets tells whether an edge comes into the box that reaches so far around a point; it may say so wrongly, not the other way.
func (s *segment) meets(x, y, rx, ry float64) bool {
	ax, ay, bx, by := s.ax-x, s.ay-y, s.bx-x, s.by-y
	if min(ax, bx) > rx || max(ax, bx) < -rx || min(ay, by) > ry || max(ay, by) < -ry {
		return false
	}
	dx, dy := bx-ax, by-ay
	return math.Abs(ax*dy-ay*dx) <= (rx*math.Abs(dy)+ry*math.Abs(dx))*(1+0x1p-30)
}

// corner is where the anchor of a box belongs.
func (g *grower) corner(p *plot) orb.Point {
	sx, sy := p.steps()
	return g.degrees(g.x0+p.x-latticePad*sx, g.y0+p.y-latticePad*sy)
}

// ask finds out from the exact shape whether the anchor lies in a polygon.
func (g *grower) ask(p *plot, i int, part uint32) {
	p.in.put(i, false)
	switch g.ground.side(g.part(part), p.anchor) {
	case inside:
		p.in.put(i, true)
	case onEdge:
		p.lost = true
	}
}

// grow settles a box, or halves it.
func (g *grower) grow(p *plot) {
	if l, ok := g.settle(p); ok {
		g.boxes = append(g.boxes, settled{p.way, p.cuts, l})
		return
	}
	for k := range 2 {
		g.half(p, k)
	}
}

// half grows one of the two halves of a box: west and east first, then south and north, and so on.
func (g *grower) half(p *plot, k int) {
	edges, words := g.edges.mark(), g.words.mark()
	q := plot{x: p.x, y: p.y, wide: p.wide, high: p.high, cuts: p.cuts + 1, way: p.way | uint64(k)<<(63-p.cuts)}
	if p.cuts&1 == 0 {
		q.wide /= 2
		q.x += float64(k) * q.wide
	} else {
		q.high /= 2
		q.y += float64(k) * q.high
	}
	q.edges = g.touching(&q, p.edges)
	if len(q.edges) > len(p.edges)*17/20 {
		q.stuck = p.stuck + 1
	}
	q.in = g.words.take(len(p.in))
	q.anchor = g.corner(&q)
	g.move(p, &q)
	g.grow(&q)
	g.edges.release(edges)
	g.words.release(words)
}

// move finds what the anchor of q, a half of p, lies in. The way there from the anchor of p runs straight east or north;
// each edge that it crosses leads into or out of the polygons on its sides.
func (g *grower) move(p, q *plot) {
	copy(q.in, p.in)
	sure, odd := !p.lost, false
	west, south := g.local(p.anchor)
	east, north := g.local(q.anchor)
	for _, i := range p.edges {
		s := &g.segments[i]
		for _, side := range s.sides {
			odd = odd || side >= 0 && g.strange[side]
		}
		if !sure || s.beside(west, south, east, north) {
			continue
		}
		var crossed bool
		if crossed, sure = g.crosses(s, p.anchor, q.anchor, p.cuts&1); crossed {
			for _, side := range s.sides {
				if side >= 0 {
					q.in.flip(int(side))
				}
			}
		}
	}
	if sure && !odd {
		return
	}
	for _, i := range p.edges {
		for _, side := range g.segments[i].sides {
			if side >= 0 && (!sure || g.strange[side]) {
				g.ask(q, int(side), g.parts[side])
			}
		}
	}
}

// beside tells whether an edge lies wholly on one side of a box. Places are rounded, but alike: what is farther north
// than another stays so, or they become equal.
func (s *segment) beside(west, south, east, north float64) bool {
	return min(s.ax, s.bx) > east || max(s.ax, s.bx) < west || min(s.ay, s.by) > north || max(s.ay, s.by) < south
}

// crosses tells whether an edge crosses the straight way from a to c, which runs east (axis 0) or north (1); not sure
// if one of the two lies on the edge's line.
func (g *grower) crosses(s *segment, a, c orb.Point, axis int) (crossed, sure bool) {
	p, q := g.ground.at(s.v), g.ground.at(s.v+1)
	if level := a[1-axis]; (p[1-axis] > level) == (q[1-axis] > level) {
		return false, true
	}
	from, to := orient(p, q, a), orient(p, q, c)
	return from != to, from*to != 0
}
