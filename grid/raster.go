package grid

import (
	"math/bits"

	"github.com/paulmach/orb"
)

// raster finds the cell of a point. Every tile is halved again and again, west from east, then south from north, until
// each box is settled: its line of memory holds the borders in it coarsely and answers nearly every point by itself (see
// leaf). The exact shapes are asked only for points that lie so near a border that the line cannot tell.
//
// A box has no number of its own and no box refers to its halves. What says where the line of a box lies is small, some
// one and a half bytes a cell, and stays in the processor's cache: so a lookup waits for memory once, for the line.
//
// All is flat arrays without pointers: a plan of a million cells costs the collector nothing, and is written to a file
// and read back as it stands.
type raster struct {
	frame
	tiles  []tile // row by row
	blocks []block
	lines  []leaf
	lists  []uint32 // each its length, then cells in order
}

// tile is where a tile's blocks begin, and how many turns a path has left behind the block to which it leads.
type tile uint32

const (
	leftBits = 5
	// mostCuts is how often a tile may be halved to give its blocks.
	mostCuts = pathTurns - blockCuts
)

func newTile(first, cuts int) tile { return tile(first<<leftBits | (pathTurns - cuts)) }

func (t tile) first() int { return int(t >> leftBits) }
func (t tile) left() uint { return uint(t & (1<<leftBits - 1)) }

// block is a box and what it is cut into. It has 64 places, as many as halving it six times gives boxes, in the order of
// the halving. A box that is less often halved has several of them in a row. The lines of its boxes stand in a row.
type block struct {
	starts uint64 // the places where a box begins
	first  uint32 // the line of the first
}

const blockCuts = 6

// line is the line of the box that has a place, of which six bits count.
func (b *block) line(place uint) int {
	return int(b.first) + bits.OnesCount64(b.starts<<(^place&63)) - 1
}

// locate is the position of the first cell in order that covers the point, -1 if none does.
func (r *raster) locate(g *ground, pt orb.Point) int32 {
	s := r.find(&pt)
	if s.line < 0 {
		return -1
	}
	return r.answer(g, &pt, s)
}

// spot is a place in units and the line for it, -1 outside the plan.
type spot struct {
	x, y uint64
	line int
	left uint // turns that the path has behind the block
}

// find reads all but the line.
func (r *raster) find(pt *orb.Point) spot {
	east, north := (pt[0]-r.bound.Min[0])*r.perLon, (pt[1]-r.bound.Min[1])*r.perLat
	if !(east >= 0 && north >= 0) { // or no numbers
		return spot{line: -1}
	}
	x, y := uint64(int64(east)), uint64(int64(north))
	col, row := x>>tileBits, y>>tileBits
	if col >= uint64(r.cols) || row >= uint64(r.rows) {
		return spot{line: -1}
	}
	t := r.tiles[row*uint64(r.cols)+col]
	way, left := path(x, y), t.left()
	b := &r.blocks[t.first()+int(way>>(left&31))]
	return spot{x, y, b.line(way >> ((left - blockCuts) & 31)), left}
}

// answer is what the line at a spot says.
func (r *raster) answer(g *ground, pt *orb.Point, s spot) int32 {
	l := &r.lines[s.line]
	h := l.head()
	if h.count() > maxPoints {
		if l = r.lead(l, s); l.head().count() == countList {
			return r.first(g, *pt, l.number())
		}
		h = l.head()
	}
	in, near := l.follow(h, s.x, s.y)
	if near != 0 {
		return l.settle(g, *pt, in, near)
	}
	if in == 0 {
		return -1
	}
	return l.cell(bits.TrailingZeros32(in))
}

// lead goes from line to line, to one that is no block.
func (r *raster) lead(l *leaf, s spot) *leaf {
	for cuts := pathTurns - s.left; l.head().count() == countBlock; {
		cuts += blockCuts
		b := l.block()
		l = &r.lines[b.line(turns(s.x, s.y, cuts))]
	}
	return l
}

// first is the first cell of a list that covers the point.
func (r *raster) first(g *ground, pt orb.Point, list uint32) int32 {
	for _, cell := range r.lists[list+1:][:r.lists[list]] {
		if g.covers(int(cell), pt) {
			return int32(cell)
		}
	}
	return -1
}

// pathTurns is how many turns a path has.
const pathTurns = 16

// path leads from a tile to a place: in which half the place lies, cut by cut.
func path(x, y uint64) uint {
	return uint(spaced[uint8(x>>(tileBits-8))])<<1 | uint(spaced[uint8(y>>(tileBits-8))])
}

// spaced are the bits of a byte with room between them.
var spaced = func() (s [256]uint16) {
	for i := range s {
		for k := range 8 {
			s[i] |= uint16(i) >> k & 1 << (2 * k)
		}
	}
	return s
}()

// turns are those of a path after so many cuts, as many as a block has.
func turns(x, y uint64, cuts uint) uint {
	x, y = x<<((cuts+1)/2), y<<(cuts/2)
	if cuts&1 == 1 {
		x, y = y, x // the next cut is one of south and north
	}
	return path(x, y) >> (pathTurns - blockCuts)
}
