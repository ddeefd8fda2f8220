package grid

import (
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// grower makes the boxes of tiles, one tile after another. Places are counted from the tile's south-west corner.
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
	boxes    int // how many may still be made of this tile
}

// segment is an edge with the polygons on its two sides.
type segment struct {
	ax, ay, bx, by float64
	v, arc         uint32
	sides          [2]int32 // positions in parts; the second may be -1
}

// plot is a box that is not settled yet.
type plot struct {
	x, y   float64
	bits   int // 2 to this power units wide
	edges  []uint32
	in     set       // the polygons that the anchor lies in
	anchor orb.Point // the lattice's corner, or the float next to it
	lost   bool      // the anchor lies on a border: in does not say all
	stuck  int       // how many cuts in a row have left most edges together
}

const (
	leastBits = fieldBits - 14 // of the smallest boxes
	mostStuck = 4
	// boxesPerEdge bounds the work on borders that cross each other without measure; of others not one in ten is needed.
	boxesPerEdge = 4
)

func (p *plot) step() float64 { return math.Ldexp(1.0/latticeSide, p.bits) }

// tile makes all entries of one tile.
func (g *grower) tile(t int) {
	col, row := t%g.tileCols(), t/g.tileCols()
	g.x0, g.y0 = float64(col)*tileUnits, float64(row)*tileUnits
	root := plot{bits: fieldBits + tileBits}
	runs, covering := g.runs.of(t), g.covering.of(t)
	if len(runs) == 0 {
		e := newEntry(entryCell, 0)
		if len(covering) > 0 {
			e = newEntry(entryCell, int(g.weld.parts[covering[0]])+1)
		}
		g.place(&root, e)
		return
	}
	defer g.edges.release(g.edges.mark())
	defer g.words.release(g.words.mark())
	g.gather(runs, covering)
	all := g.edges.take(len(g.segments))
	for i := range all {
		all[i] = uint32(i)
	}
	root.edges = all
	root.edges = g.touching(&root, all)
	root.in = g.words.take((len(g.parts) + 63) / 64)
	g.drop(&root)
	for i, part := range g.parts {
		if _, whole := slices.BinarySearch(covering, part); whole {
			root.in.put(i, true)
		} else {
			g.ask(&root, i, part)
		}
	}
	g.boxes = 1000 + boxesPerEdge*len(g.segments)
	g.grow(&root)
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
	half := math.Ldexp(0.5, p.bits)
	x, y, reach := p.x+half, p.y+half, half+3*p.step()
	out := g.edges.take(len(edges))[:0]
	for _, i := range edges {
		if g.segments[i].meets(x, y, reach) {
			out = append(out, i)
		}
	}
	g.edges.trim(len(edges) - len(out))
	return out
}

// meets tells whether an edge comes into the square around a point; it may say so wrongly, not the other way.
func (s *segment) meets(x, y, reach float64) bool {
	ax, ay, bx, by := s.ax-x, s.ay-y, s.bx-x, s.by-y
	if min(ax, bx) > reach || max(ax, bx) < -reach || min(ay, by) > reach || max(ay, by) < -reach {
		return false
	}
	dx, dy := bx-ax, by-ay
	return math.Abs(ax*dy-ay*dx) <= reach*(math.Abs(dx)+math.Abs(dy))*(1+0x1p-30)
}

// drop puts the anchor of a box in its place.
func (g *grower) drop(p *plot) {
	pad := latticePad * p.step()
	p.anchor = g.degrees(g.x0+p.x-pad, g.y0+p.y-pad)
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

// grow settles a box at least as wide as a field, or cuts it.
func (g *grower) grow(p *plot) {
	if e, ok := g.settle(p); ok {
		g.place(p, e)
		return
	}
	if p.bits == fieldBits {
		g.place(p, g.branch(p))
		return
	}
	for k := range 4 {
		g.quarter(p, k, g.grow)
	}
}

// place writes an entry into all the fields of a box.
func (g *grower) place(p *plot, e entry) {
	n := 1 << (p.bits - fieldBits)
	col, row := int(g.x0+p.x)>>fieldBits, int(g.y0+p.y)>>fieldBits
	for y := row; y < row+n; y++ {
		for x := col; x < col+n; x++ {
			g.fields[y*g.cols+x] = e
		}
	}
}

// branch makes a node of a box that is not settled.
func (g *grower) branch(p *plot) entry {
	at := len(g.nodes)
	g.nodes = append(g.nodes, node{})
	for k := range 4 {
		g.quarter(p, k, func(q *plot) {
			e, ok := g.settle(q)
			if !ok {
				e = g.branch(q)
			}
			g.nodes[at][k] = e
		})
	}
	return newEntry(entryNode, at)
}

// quarter makes one of the four boxes of a box: 0 and 1 in the south, 2 and 3 in the north.
func (g *grower) quarter(p *plot, k int, then func(*plot)) {
	edges, words := g.edges.mark(), g.words.mark()
	half := math.Ldexp(0.5, p.bits)
	q := plot{x: p.x + float64(k&1)*half, y: p.y + float64(k>>1)*half, bits: p.bits - 1}
	q.edges = g.touching(&q, p.edges)
	if len(q.edges) > len(p.edges)*7/10 {
		q.stuck = p.stuck + 1
	}
	q.in = g.words.take(len(p.in))
	g.drop(&q)
	g.move(p, &q)
	then(&q)
	g.edges.release(edges)
	g.words.release(words)
}

// move finds what the anchor of q, a quarter of p, lies in. The way there from the anchor of p runs east, then north;
// each edge that it crosses leads into or out of the polygons on its sides.
func (g *grower) move(p, q *plot) {
	copy(q.in, p.in)
	bend := orb.Point{q.anchor[0], p.anchor[1]}
	sure := !p.lost
	odd := false
	lon, lat := g.local(bend)
	for _, i := range p.edges {
		s := &g.segments[i]
		for _, side := range s.sides {
			odd = odd || side >= 0 && g.strange[side]
		}
		if !sure || s.aside(lon, lat) {
			continue
		}
		var crossed bool
		if crossed, sure = g.crosses(s, p.anchor, bend, q.anchor); crossed {
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

// aside tells whether an edge lies wholly north or south of a latitude and wholly east or west of a longitude. Places
// are rounded, but alike: what is farther north than another stays so, or they become equal.
func (s *segment) aside(lon, lat float64) bool {
	return (min(s.ay, s.by) > lat || max(s.ay, s.by) < lat) && (min(s.ax, s.bx) > lon || max(s.ax, s.bx) < lon)
}

// crosses tells whether an edge crosses the way from a level to the bend and from there upright to c an odd number of
// times; not sure if one of the three points lies on the edge's line.
func (g *grower) crosses(s *segment, a, bend, c orb.Point) (crossed, sure bool) {
	p, q := g.ground.at(s.v), g.ground.at(s.v+1)
	level, upright := (p[1] > a[1]) != (q[1] > a[1]), (p[0] > c[0]) != (q[0] > c[0])
	if !level && !upright {
		return false, true
	}
	at := orient(p, q, bend)
	if level {
		from := orient(p, q, a)
		if from*at == 0 {
			return false, false
		}
		crossed = from != at
	}
	if upright {
		to := orient(p, q, c)
		if to*at == 0 {
			return false, false
		}
		crossed = crossed != (at != to)
	}
	return crossed, true
}
