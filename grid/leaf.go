package grid

import (
	"math/bits"

	"github.com/paulmach/orb"
)

// leaf is a box with the borders in it, drawn on a lattice of 256 by 256 points, within one line of memory:
//
//	7 bytes   the head, see below
//	n bytes   how far north each vertex lies, chain after chain
//	n bytes   how far east
//	c bytes   which two of the leaf's cells each chain bounds, half a byte each
//	at last   the cells, three bytes each, the first in order at the very end
//
// The anchor is the lattice's south-west corner, a little outside the box. The way from the point west to the lattice's
// edge and then south to the anchor crosses the chains; each crossing of a cell's border leads into the cell or out of
// it. So the cells that the point lies in are those of the anchor, with two bits flipped for each crossing. Where cells
// overlap all of them come out, and the first in order is the answer.
//
// That holds for the true borders, and for the drawn ones as well if the point is not near them: sliding every vertex
// by at most half a step to its place on the lattice moves no border across a point that is farther from it than that.
// For a point nearer to a border the cells on its two sides are asked for their exact shapes.
type leaf [leafSize]byte

const (
	leafSize  = 64
	maxChoice = 15
	noChoice  = 15 // the sixteenth half byte says "no cell"
	maxPoints = 24
	cellBytes = 3
	// mostCells is how many cells a plan may have.
	mostCells = 1 << (8 * cellBytes)
)

// leafHead is what a leaf begins with.
//
//	bit 0–14   which of the leaf's cells the anchor lies in
//	bit 15     the box is half as wide as high
//	bit 16–39  the vertices that end a chain
//	bit 40–45  the height of the box: 2 to this power, in units
//	bit 46–50  the number of vertices, or what else the line is
type leafHead uint64

const (
	headHalf   = 15
	headEnds   = 16
	headHeight = 40
	headCount  = 46
	headBytes  = 7
)

// Lines that are no leaves have a number of vertices that no leaf has, and eight bytes after the beginning …
const (
	countBlock = 30 // … a block, for a box that a block's six cuts do not settle
	countList  = 31 // … a place in lists, for a box where too many cells meet
)

func (h leafHead) anchor() uint32 { return uint32(h) & (1<<maxChoice - 1) }
func (h leafHead) ends() uint32   { return uint32(h>>headEnds) & (1<<maxPoints - 1) }
func (h leafHead) height() uint64 { return uint64(h>>headHeight) & 63 }
func (h leafHead) width() uint64  { return h.height() - uint64(h>>headHalf)&1 }
func (h leafHead) count() int     { return int(h>>headCount) & 31 }

func (l *leaf) head() leafHead { return leafHead(le.Uint64(l[:])) }

// newLeaf is a box without a border: all of it lies in one cell, or in none (-1).
func newLeaf(cell int) (l leaf) {
	if cell >= 0 {
		l[0] = 1
		l.putCell(0, uint32(cell))
	}
	return l
}

func listLine(at int) (l leaf) {
	le.PutUint64(l[:], countList<<headCount)
	le.PutUint32(l[8:], uint32(at))
	return l
}

func blockLine(b block) (l leaf) {
	le.PutUint64(l[:], countBlock<<headCount)
	le.PutUint32(l[8:], b.first)
	le.PutUint64(l[16:], b.starts)
	return l
}

// shift moves where a line leads.
func (l *leaf) shift(lines, lists int) {
	if l.head().count() == countBlock {
		le.PutUint32(l[8:], l.number()+uint32(lines))
	} else {
		le.PutUint32(l[8:], l.number()+uint32(lists))
	}
}

// number is the place in lists of one line, the first line of the block of another.
func (l *leaf) number() uint32 { return le.Uint32(l[8:]) }

// block is the block that a line leads to.
func (l *leaf) block() block { return block{le.Uint64(l[16:]), l.number()} }

// The lattice has room for borders that pass just outside the box, so that the whole way to the anchor is on it.
const (
	latticeMax  = 255
	latticeSide = 250 // steps of the lattice across the box
	latticePad  = 2.5 // steps outside it on every side
	fineBits    = 8   // the point's place is known to 1/256 step
	fine        = 1 << fineBits
	// blur is how far from a drawn border, along either axis, the true one may run: half a step of rounding, and some
	// for the rounding of floats and of the point's place.
	blur = fine/2 + 4
)

func (l *leaf) locate(g *ground, h leafHead, pt orb.Point, x, y uint64) int32 {
	in, near := l.follow(h, onLattice(x, h.width()), onLattice(y, h.height()))
	if near != 0 {
		return l.settle(g, pt, in, near)
	}
	if in == 0 {
		return -1
	}
	return l.cell(bits.TrailingZeros32(in))
}

// onLattice is a coordinate on the lattice, in fine steps, of a box that is 2 to a power units wide or high.
func onLattice(units, power uint64) int {
	return int(units&(1<<(power&63)-1)*(latticeSide*fine)>>(power&63)) + latticePad*fine
}

func (l *leaf) cell(i int) int32 {
	k := (leafSize - 4 - cellBytes*i) & (leafSize - 1) // a byte before it, so as to read four
	return int32(le.Uint32(l[k:]) >> 8)
}

func (l *leaf) putCell(i int, cell uint32) {
	k := leafSize - cellBytes - cellBytes*i
	l[k], l[k+1], l[k+2] = byte(cell), byte(cell>>8), byte(cell>>16)
}

// settle asks the cells whose border is near for their exact shapes.
func (l *leaf) settle(g *ground, pt orb.Point, in, near uint32) int32 {
	for rest := in | near; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros32(rest)
		if cell := l.cell(i); near>>i&1 == 0 || g.covers(int(cell), pt) {
			return cell
		}
	}
	return -1
}

// follow walks from the anchor to a place: the cells that it lies in, and those whose border is too near to say.
//
// Where the place stands between the vertices from south to north is found for eight of them at once. Then only edges
// that cross its latitude matter, one or two as a rule; each is judged without branches, which no processor could
// foresee. A place that has a vertex within the blur of its latitude goes the slow way.
func (l *leaf) follow(h leafHead, x, y int) (in, near uint32) {
	n, ends := h.count(), h.ends()
	lo, hi := newBar((y-blur+fine-1)>>fineBits), newBar((y+blur)>>fineBits+1)
	v, w := le.Uint64(l[headBytes:]), le.Uint64(l[headBytes+8:])
	all := uint32(1)<<(n&31) - 1
	north := hi.reached(v) | hi.reached(w)<<8
	level := (lo.reached(v) | lo.reached(w)<<8) ^ north
	if n > 16 {
		v = le.Uint64(l[headBytes+16:])
		north |= hi.reached(v) << 16
		level |= (lo.reached(v) ^ hi.reached(v)) << 16
	}
	edges := (north ^ north>>1) &^ ends & all
	if level&all != 0 {
		return l.trudge(h, x, y, (level|level>>1|edges)&^ends&all)
	}
	in = h.anchor()
	for ; edges != 0; edges &= edges - 1 {
		i := bits.TrailingZeros32(edges)
		k := headBytes + i
		ax, ay := l.at(k+n), l.at(k)
		dx, dy := l.at(k+n+1)-ax, l.at(k+1)-ay
		turn := (ax<<fineBits-x)*dy - (ay<<fineBits-y)*dx // negative: the place lies east of an edge that rises
		a, b := l.sides(n, ends, i)
		in ^= (a ^ b) &^ uint32((turn^-dy)>>63)
		near |= (a | b) & uint32((abs(turn)-blur*(abs(dx)+abs(dy))-1)>>63)
	}
	return in & cells, near & cells
}

// sides are the cells on the two sides of an edge.
func (l *leaf) sides(n int, ends uint32, edge int) (a, b uint32) {
	s := l.at(headBytes + 2*n + bits.OnesCount32(ends&(1<<(edge&31)-1)))
	return 1 << (s & 15), 1 << (s >> 4 & 15)
}

// cells are the bits that stand for cells, without the one for "no cell".
const cells = 1<<maxChoice - 1

// trudge is follow for any number of edges that come to the place's latitude, give or take the blur.
func (l *leaf) trudge(h leafHead, x, y int, edges uint32) (in, near uint32) {
	n := h.count()
	in = h.anchor()
	for ; edges != 0; edges &= edges - 1 {
		i := bits.TrailingZeros32(edges)
		k := headBytes + i
		ay, by := l.at(k)<<fineBits-y, l.at(k+1)<<fineBits-y
		ax, bx := l.at(k+n)<<fineBits-x, l.at(k+n+1)<<fineBits-x
		crossed, unsure := pass(ax, ay, bx, by)
		a, b := l.sides(n, h.ends(), i)
		if unsure {
			near |= a | b
		} else if crossed {
			in ^= a ^ b
		}
	}
	return in & cells, near & cells
}

func (l *leaf) at(k int) int { return int(l[k&(leafSize-1)]) }

// pass tells whether the edge from a to b crosses the way from the origin westward, and whether it comes too near the
// origin to say.
func pass(ax, ay, bx, by int) (crossed, unsure bool) {
	if min(ax, bx) > blur {
		return false, false
	}
	crossed = (ay > 0) != (by > 0)
	if max(ax, bx) < -blur {
		return crossed, false
	}
	dx, dy := bx-ax, by-ay
	turn := ax*dy - ay*dx // negative: the origin lies east of an edge that rises
	if abs(turn) <= blur*(abs(dx)+abs(dy)) {
		return false, true
	}
	return crossed && (turn < 0) == (dy > 0), false
}

func abs(v int) int {
	s := v >> 63
	return v ^ s - s
}

// bar is a number to compare the bytes of a word with.
type bar struct{ low, high uint64 }

const (
	lowBits  = 0x7f7f7f7f7f7f7f7f
	highBits = 0x8080808080808080
)

func newBar(b int) bar {
	all := uint64(b) * 0x0101010101010101
	return bar{all & lowBits, all & highBits}
}

// reached are the bytes, a bit for each, that are not below the bar.
func (b bar) reached(v uint64) uint32 {
	// Without its high bit a byte that does not reach the bar's low bits loses the high bit lent to it.
	low := (v | highBits) - b.low
	high := (v&low | (v|low)&^b.high) & highBits
	return uint32(high >> 7 * 0x0102040810204080 >> 56)
}
