package grid

import (
	"math"

	"github.com/paulmach/orb"
)

// index finds cells by place. It answers three questions and hides how, so that it can be exchanged: first (which cell
// owns a point), nearest, and around (which cells come near a box).
//
// Points go through buckets, a raster over the plan. A bucket lists, in code order, the cells that reach into it, each
// either as surely covering it whole or as to be tested; the list ends at the first that covers it. In a county most
// buckets lie inside one cell and answer without geometry. The raster errs on the side of testing, so it never changes
// an answer. Boxes and distances go through blocks, the bounds of cells that stand in a row, which code order keeps
// near each other on the ground.
type index struct {
	buckets
	blocks []orb.Bound
}

// blockSize is the number of cells in a block.
const blockSize = 32

func newIndex(cells []outline) index {
	ix := index{buckets: newBuckets(cells)}
	for i := range cells {
		if i%blockSize == 0 {
			ix.blocks = append(ix.blocks, cells[i].bound)
		}
		last := len(ix.blocks) - 1
		ix.blocks[last] = ix.blocks[last].Union(cells[i].bound)
	}
	return ix
}

// first is the first cell in order that covers the point.
func (ix *index) first(cells []outline, pt orb.Point) (int, bool) {
	for _, e := range ix.at(pt) {
		if i := e.cell(); e.whole() || cells[i].covers(pt) {
			return i, true
		}
	}
	return 0, false
}

// nearest is the cell whose edge comes nearest to a point and the nearest point of that edge; -1 if there is none
// within twice the limit.
func (ix *index) nearest(cells []outline, pt orb.Point, maxMetres float64) (int, orb.Point) {
	s := newSearch(pt, maxMetres)
	start, least := -1, math.Inf(1)
	for b := range ix.blocks {
		if d := s.m.toBound2(&ix.blocks[b], pt); d <= s.dist2 && d < least {
			start, least = b, d
		}
	}
	if start < 0 {
		return -1, orb.Point{}
	}
	s.block(cells, start) // the likely one first, so that the others are mostly passed over
	for b := range ix.blocks {
		if b != start && s.m.toBound2(&ix.blocks[b], pt) <= s.dist2 {
			s.block(cells, b)
		}
	}
	return s.cell, s.edge
}

func (s *search) block(cells []outline, b int) {
	for i := b * blockSize; i < min((b+1)*blockSize, len(cells)); i++ {
		s.try(i, &cells[i])
	}
}

// around calls yield for every cell whose bound meets the box, in order.
func (ix *index) around(cells []outline, box orb.Bound, yield func(int)) {
	for b := range ix.blocks {
		if !ix.blocks[b].Intersects(box) {
			continue
		}
		for i := b * blockSize; i < min((b+1)*blockSize, len(cells)); i++ {
			if cells[i].bound.Intersects(box) {
				yield(i)
			}
		}
	}
}
