package grid

import (
	"github.com/paulmach/orb"
)

// raster finds the cell of a point. It is a quadtree of boxes, flattened at the top into a table of fields and below
// into nodes of four. Where a box lies in one cell, or in none, its entry names the cell. Else the entry leads
// to a leaf, which holds the borders in the box coarsely and answers nearly every point by itself (see leaf), or to a
// list of the cells that come into question, for boxes where too many meet.
//
// A lookup reads one field, as a rule one node and one leaf: three lines of memory. The exact shapes are asked only for
// points that lie so near a border that a leaf cannot tell.
//
// All is flat arrays without pointers: a plan of a million cells costs the collector nothing, and could be written to a
// file and read back as it stands.
type raster struct {
	frame
	fields []entry // row by row
	nodes  []node
	leaves []byte   // in slots of leafSlot bytes
	lists  []uint32 // each its length, then cells in order
}

// entry is what is known of a box: its kind and a number.
type entry uint32

const (
	entryCell entry = iota // the number is a cell's position plus one, or 0 for no cell
	entryLeaf              // … a slot of leaves
	entryNode              // … a node
	entryList              // … a place in lists
	entryBits = 2
)

func newEntry(kind entry, n int) entry { return entry(n)<<entryBits | kind }

func (e entry) kind() entry { return e & (1<<entryBits - 1) }
func (e entry) number() int { return int(e >> entryBits) }

// node is a box cut into four: south-west, south-east, north-west, north-east.
type node [4]entry

// locate is the position of the first cell in order that covers the point, -1 if none does.
func (r *raster) locate(g *ground, pt orb.Point) int32 {
	if !within(&r.bound, pt) {
		return -1
	}
	fx, fy := r.units(pt)
	x, y := uint64(int64(fx)), uint64(int64(fy))
	k := (y>>fieldBits)*uint64(r.cols) + x>>fieldBits
	if k >= uint64(len(r.fields)) { // no plan
		return -1
	}
	e := r.fields[k]
	if e.kind() == entryNode {
		e = r.descend(e, x, y)
	}
	if e.kind() == entryLeaf {
		return r.leaf(e).locate(g, pt, x, y)
	}
	return r.plainly(g, pt, e)
}

// descend follows nodes to the entry of the smallest box around the place.
func (r *raster) descend(e entry, x, y uint64) entry {
	for shift := fieldBits - 1; e.kind() == entryNode; shift-- {
		e = r.nodes[e.number()][y>>shift&1<<1|x>>shift&1]
	}
	return e
}

// plainly answers where there is no leaf.
func (r *raster) plainly(g *ground, pt orb.Point, e entry) int32 {
	if e.kind() == entryCell {
		return int32(e.number()) - 1
	}
	for _, cell := range r.list(e) {
		if g.covers(int(cell), pt) {
			return int32(cell)
		}
	}
	return -1
}

func (r *raster) list(e entry) []uint32 {
	at := e.number()
	n := int(r.lists[at])
	return r.lists[at+1 : at+1+n]
}

func (r *raster) leaf(e entry) *leaf {
	return (*leaf)(r.leaves[e.number()*leafSlot:])
}

func within(b *orb.Bound, pt orb.Point) bool {
	return pt[0] >= b.Min[0] && pt[0] <= b.Max[0] && pt[1] >= b.Min[1] && pt[1] <= b.Max[1]
}
