package grid

import "math/bits"

// settled is a box of a tile that is settled, found by its way from there.
type settled struct {
	way  uint64 // as a plot's
	cuts int
	line leaf
}

const (
	// mostDeep is one of how many boxes of a tile may lie so deep that a lookup reads a second line. That is cheaper than
	// blocks so small that no box does, of which fewer would stay in the processor's cache.
	mostDeep = 10
	// leastBoxes is how many boxes a tile must have for each of its blocks. As a rule they have 25.
	leastBoxes = 4
)

// lay puts the boxes of a tile, which are given in the order of halving, into blocks.
func (l *lot) lay(boxes []settled) tile {
	cuts := blockDepth(boxes)
	t := newTile(len(l.blocks), cuts)
	for len(boxes) > 0 {
		n := together(boxes, cuts)
		b := l.block(boxes[:n], cuts)
		for range 1 << max(0, cuts-boxes[0].cuts) { // a large box fills several blocks
			l.blocks = append(l.blocks, b)
		}
		boxes = boxes[n:]
	}
	return t
}

// blockDepth is how often a tile must be halved to give blocks that have a place for nearly every box.
func blockDepth(boxes []settled) int {
	var at [lastCut + 1]int // how many boxes are cut so often
	for i := range boxes {
		at[boxes[i].cuts]++
	}
	deep, most := 0, lastCut
	for ; most > blockCuts && (deep+at[most])*mostDeep <= len(boxes); most-- {
		deep += at[most]
	}
	return max(0, min(most-blockCuts, mostCuts, bits.Len(uint(len(boxes)/leastBoxes))-1))
}

// together is how many of the first boxes share their first so many cuts.
func together(boxes []settled, cuts int) int {
	n := 1
	for n < len(boxes) && (boxes[n].way^boxes[0].way)>>(64-cuts) == 0 {
		n++
	}
	return n
}

// block makes the block of the boxes that lie in a box, and its lines.
func (l *lot) block(boxes []settled, cuts int) block {
	b := block{first: uint32(len(l.lines))}
	places := cuts + blockCuts
	for rest := boxes; len(rest) > 0; rest = rest[together(rest, places):] {
		b.starts |= 1 << (rest[0].way >> (64 - places) & 63)
		l.lines = append(l.lines, rest[0].line)
	}
	at := int(b.first)
	for rest := boxes; len(rest) > 0; at++ {
		n := together(rest, places)
		if n > 1 {
			l.lines[at] = blockLine(l.block(rest[:n], places))
			l.refer = append(l.refer, at)
		} else if rest[0].line.head().count() == countList {
			l.refer = append(l.refer, at)
		}
		rest = rest[n:]
	}
	return b
}
