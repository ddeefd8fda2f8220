package grid

import (
	"math"
	"math/bits"
)

// draft draws leaves, one after another.
type draft struct {
	cells  []uint32
	choice []int32 // by position in the tile's parts: which of the leaf's cells, for those that the leaf has
	in     leafHead
	sides  []byte // of each chain
	xs, ys []byte // of all vertices
	parts  []byte // … which quarter of the step they lie in
	blunt  bool   // quarters were lost
	joined uint64 // the vertices from which an edge leads to the next
	open   int    // where the chain being drawn begins, -1 for none
	x      float64
	cuts   int
}

// cornerReach is how near, in steps, a border may come to the anchor: rounding must not draw it on the other side.
const cornerReach = 0.6

// draw tells whether the box makes a leaf; leaf is that leaf then.
func (d *draft) draw(g *grower, p *plot, met set, last int) bool {
	if p.lost || !d.choose(g, p, met, last) || !g.trusts(p) {
		return false
	}
	d.sides, d.xs, d.ys, d.parts, d.blunt = d.sides[:0], d.xs[:0], d.ys[:0], d.parts[:0], false
	d.joined, d.open, d.cuts = 0, -1, p.cuts
	var before *segment
	for _, i := range p.edges {
		s := &g.segments[i]
		if s.sides[0] == s.sides[1] { // a spike, which is border but leads nowhere
			return false
		}
		sides := byte(0)
		for _, side := range s.sides {
			if side >= 0 && int(side) <= last {
				if g.strange[side] {
					return false
				}
				sides |= 1 << d.choice[side]
			}
		}
		if sides == 0 {
			continue
		}
		e := lineOn(s, p)
		if e.near(0, 0, cornerReach) {
			return false
		}
		goesOn := before != nil && before.arc == s.arc && before.v+1 == s.v
		before = s
		if d.edge(e, sides, goesOn); !d.fits() {
			return false
		}
	}
	d.end()
	return d.fits()
}

func (d *draft) fits() bool {
	return len(d.xs) <= maxPoints && d.room() >= 0
}

// room is how many bytes the leaf has left.
func (d *draft) room() int {
	return leafSize - headBytes - 2*len(d.xs) - len(d.sides) - cellBytes*len(d.cells)
}

// choose gives the cells of the leaf their numbers.
func (d *draft) choose(g *grower, p *plot, met set, last int) bool {
	d.cells, d.in = d.cells[:0], 0
	if len(d.choice) < len(g.parts) {
		d.choice = make([]int32, len(g.parts))
	}
	for i := range last + 1 {
		if !p.in.has(i) && !met.has(i) {
			continue
		}
		if len(d.cells) == maxChoice {
			return false
		}
		if p.in.has(i) {
			d.in |= 1 << len(d.cells)
		}
		d.choice[i] = int32(len(d.cells))
		d.cells = append(d.cells, g.cells[i])
	}
	return true
}

// trusts tells whether the anchor, rounded to a float, is still the lattice's corner for all that matters.
func (g *grower) trusts(p *plot) bool {
	x, y := g.units(p.anchor)
	sx, sy := p.steps()
	const slip = 0.05 // steps
	return math.Abs(x-g.x0-p.x+latticePad*sx) < slip*sx && math.Abs(y-g.y0-p.y+latticePad*sy) < slip*sy
}

// line is an edge in steps of a lattice.
type line struct{ ax, ay, bx, by float64 }

func lineOn(s *segment, p *plot) line {
	sx, sy := p.steps()
	return line{
		(s.ax-p.x)/sx + latticePad, (s.ay-p.y)/sy + latticePad,
		(s.bx-p.x)/sx + latticePad, (s.by-p.y)/sy + latticePad,
	}
}

func (l line) near(x, y, reach float64) bool {
	s := segment{ax: l.ax, ay: l.ay, bx: l.bx, by: l.by}
	return s.meets(x, y, reach, reach)
}

// edge draws what of an edge lies on the lattice.
func (d *draft) edge(e line, sides byte, goesOn bool) {
	in, out, ok := e.clip()
	if !ok {
		d.end()
		return
	}
	if d.open < 0 || !goesOn || in > 0 {
		d.end()
		d.begin(sides)
		d.point(e.at(in))
		d.rim()
	}
	d.point(e.at(out))
	if out < 1 {
		d.end()
	}
}

func (d *draft) begin(sides byte) {
	d.open = len(d.xs)
	d.sides = append(d.sides, sides)
}

// rim leads a chain that has come to the western rim, or begins there, along it to the north. So a way that goes from
// a point west and then along the rim to the anchor crosses what begins on the rim south of it.
func (d *draft) rim() {
	if d.x != 0 {
		return
	}
	if at := len(d.ys) - 1; at == d.open { // at the beginning: from the corner to here
		d.append(0, d.ys[at], d.parts[at])
		d.ys[at], d.parts[at] = latticeMax, middle
		return
	}
	d.append(0, latticeMax, middle)
}

func (d *draft) point(x, y float64) {
	d.x = x
	bx, qx := quarter(x)
	by, qy := quarter(y)
	part := qx | qy<<2
	if last := len(d.xs) - 1; last < d.open || d.xs[last] != bx || d.ys[last] != by {
		d.append(bx, by, part)
	} else if d.parts[last] != part {
		d.blunt = true
	}
}

// quarter is the nearest step, and which quarter of what is nearest to it a place lies in.
func quarter(v float64) (step, part byte) {
	step = byte(math.Round(v))
	return step, byte(int(v*4) - 4*int(step) + 2)
}

// middle is the part of a place on a step exactly.
const middle = 2 | 2<<2

func (d *draft) append(x, y, part byte) {
	if last := len(d.xs) - 1; last >= d.open {
		d.joined |= 1 << last
	}
	d.xs, d.ys, d.parts = append(d.xs, x), append(d.ys, y), append(d.parts, part)
}

// end closes the chain being drawn, if any.
func (d *draft) end() {
	if d.open < 0 {
		return
	}
	d.rim()
	if last := len(d.xs) - 1; last == d.open { // smaller than a step: a point, lest it be forgotten
		d.append(d.xs[last], d.ys[last], d.parts[last])
	}
	d.open = -1
}

// clip is the part of the edge on the lattice, as parts of its length.
func (l line) clip() (in, out float64, ok bool) {
	in, out = 0, 1
	for _, side := range [...][2]float64{{l.ax, l.bx}, {l.ay, l.by}, {latticeMax - l.ax, latticeMax - l.bx}, {latticeMax - l.ay, latticeMax - l.by}} {
		a, b := side[0], side[1] // inside where not negative
		switch {
		case a < 0 && b < 0:
			return 0, 0, false
		case a < 0:
			in = max(in, a/(a-b))
		case b < 0:
			out = min(out, a/(a-b))
		}
	}
	return in, out, in <= out
}

// at is a point of the edge, on the lattice.
func (l line) at(t float64) (x, y float64) {
	switch t {
	case 0:
		x, y = l.ax, l.ay
	case 1:
		x, y = l.bx, l.by
	default:
		x, y = l.ax+t*(l.bx-l.ax), l.ay+t*(l.by-l.ay)
	}
	if x < 0x1p-20 { // on the western rim but for rounding
		x = 0
	}
	return min(max(x, 0), latticeMax), min(max(y, 0), latticeMax)
}

// leaf is the leaf that was drawn.
func (d *draft) leaf() (l leaf) {
	const left = 64 - tileBits
	head := d.in | leafHead(d.joined)<<headJoined | leafHead(len(d.xs))<<headCount
	head |= leafHead(left+(d.cuts+1)/2)<<headWide | leafHead(left+d.cuts/2)<<headHigh
	fine := !d.blunt && d.room() >= (len(d.xs)+1)/2
	if fine {
		head |= 1 << headFine
	}
	le.PutUint64(l[:], uint64(head))
	at := headBytes
	for _, v := range [...][]byte{d.ys, d.xs} {
		for _, step := range v {
			l[at] = bits.RotateLeft8(step, -1)
			at++
		}
	}
	at += copy(l[at:], d.sides)
	if fine {
		for i, part := range d.parts {
			l[at+i/2] |= part << (i & 1 * 4)
		}
	}
	for i, cell := range d.cells {
		l.putCell(i, cell)
	}
	return l
}
