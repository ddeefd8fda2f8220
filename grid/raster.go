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

// tile is where a tile's blocks begin, and how often the tile is halved to give them.
type tile uint32

const (
	tileCutBits = 4
	mostCuts    = pathTurns - blockCuts
)

func newTile(first, cuts int) tile { return tile(first<<tileCutBits | cuts) }

func (t tile) first() int { return int(t >> tileCutBits) }
func (t tile) cuts() uint { return uint(t & (1<<tileCutBits - 1)) }

// block is a box and what it is cut into. It has 64 places, as many as halving it six times gives boxes, in the order of
// the halving. A box that is less often halved has several of them in a row. The lines of its boxes stand in a row.
type block struct {
	starts uint64 // the places where a box begins
	first  uint32 // the line of the first
}

const blockCuts = 6

// line is the line of the box that has a place.
func (b *block) line(place uint) int {
	return int(b.first) + bits.OnesCount64(b.starts<<(63-place&63)) - 1
}

// locate is the position of the first cell in order that covers the point, -1 if none does.
func (r *raster) locate(g *ground, pt orb.Point) int32 {
	if !within(&r.bound, pt) {
		return -1
	}
	fx, fy := r.units(pt)
	x, y := uint64(int64(fx)), uint64(int64(fy))
	k := (y>>tileBits)*uint64(r.cols) + x>>tileBits
	if k >= uint64(len(r.tiles)) { // no plan
		return -1
	}
	t := r.tiles[k]
	return r.answer(g, pt, x, y, r.line(t, x, y), t)
}

// line is the number of the line at a place of a tile.
func (r *raster) line(t tile, x, y uint64) int {
	way := path(x, y)
	b := &r.blocks[t.first()+int(way>>(pathTurns-t.cuts()))]
	return b.line(way >> (mostCuts - t.cuts()))
}

// answer is what the line at a place of a tile says.
func (r *raster) answer(g *ground, pt orb.Point, x, y uint64, line int, t tile) int32 {
	l := &r.lines[line]
	h := l.head()
	for cuts := t.cuts(); h.count() > maxPoints; h = l.head() {
		if h.count() == countList {
			return r.first(g, pt, l.number())
		}
		cuts += blockCuts
		b := l.block()
		l = &r.lines[b.line(turns(x, y, cuts))]
	}
	return l.locate(g, h, pt, x, y)
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

func within(b *orb.Bound, pt orb.Point) bool {
	return pt[0] >= b.Min[0] && pt[0] <= b.Max[0] && pt[1] >= b.Min[1] && pt[1] <= b.Max[1]
}

// pathTurns is how many turns a path has.
const pathTurns = 16

// path leads from a tile to a place: in which half the place lies, cut by cut.
func path(x, y uint64) uint {
	// Eight bits each are spread, with room for one between two, and put into each other.
	v := x>>(tileBits-8)&0xff<<32 | y>>(tileBits-8)&0xff
	v = (v | v<<4) & 0x0f0f0f0f0f0f0f0f
	v = (v | v<<2) & 0x3333333333333333
	v = (v | v<<1) & 0x5555555555555555
	return uint(v>>31|v) & (1<<pathTurns - 1)
}

// turns are those of a path after so many cuts, as many as a block has.
func turns(x, y uint64, cuts uint) uint {
	x, y = x<<((cuts+1)/2), y<<(cuts/2)
	if cuts&1 == 1 {
		x, y = y, x // the next cut is one of south and north
	}
	return path(x, y) >> (pathTurns - blockCuts)
}
