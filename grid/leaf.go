package grid

import (
	"math/bits"

	"github.com/paulmach/orb"
)

// leaf is a box with the borders in it, drawn on a lattice of 256 by 256 points, within one line of memory:
//
//	6 bytes   the head, see below
//	n bytes   how far north each vertex lies, chain after chain; the lowest bit stands in the place of the highest
//	n bytes   how far east, alike
//	c bytes   which two of the leaf's cells each chain bounds, a bit for each
//	n/2 bytes if there is room, which quarter of a step each vertex lies in, two bits east and two bits north
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
	maxChoice = 8
	maxPoints = 20
	cellBytes = 3
	// mostCells is how many cells a plan may have.
	mostCells = 1 << (8 * cellBytes)
)

// leafHead is what a leaf begins with.
//
//	bit 0–7    which of the leaf's cells the anchor lies in
//	bit 8–27   the vertices from which an edge leads to the next: all but the last of each chain
//	bit 28–32  the number of vertices, or what else the line is
//	bit 33–38  how far left a place in units must move so that the box is as wide as a word of 64 bits
//	bit 39–44  … as high
//	bit 45     quarters of steps are known
type leafHead uint64

const (
	headJoined = 8
	headCount  = 28
	headWide   = 33
	headHigh   = 39
	headFine   = 45
	headBytes  = 6
)

// Lines that are no leaves have a number of vertices that no leaf has, and eight bytes after the beginning …
const (
	countBlock = 30 // … a block, for a box that a block's six cuts do not settle
	countList  = 31 // … a place in lists, for a box where too many cells meet
)

func (h leafHead) anchor() uint32 { return uint32(h) & (1<<maxChoice - 1) }
func (h leafHead) joined() uint32 { return uint32(h>>headJoined) & (1<<maxPoints - 1) }
func (h leafHead) fine() bool     { return h>>headFine&1 == 1 }
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
	// fineBlur is the blur where quarters of steps are known.
	fineBlur = fine/8 + 4
)

// place is where a point lies on the lattice, in fine steps.
func (h leafHead) place(x, y uint64) (east, north int) {
	return onLattice(x << (h >> headWide & 63)), onLattice(y << (h >> headHigh & 63))
}

// onLattice takes a part of the box's width or height, as a part of 2⁶⁴.
func onLattice(part uint64) int {
	steps, _ := bits.Mul64(part, latticeSide*fine)
	return int(steps) + latticePad*fine
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
