package grid

import (
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// cellsPerTile is how many cells a tile has, cells being of very different size.
const cellsPerTile = 32

// tilesFor is how many tiles a plan is to have. Cells that lie on each other without measure get a coarser raster, so
// that listing what covers what stays within bounds.
func tilesFor(whole orb.Bound, bounds []orb.Bound) float64 {
	area := func(b orb.Bound) float64 { return (b.Max[0] - b.Min[0]) * (b.Max[1] - b.Min[1]) }
	sum := 0.0
	for _, b := range bounds {
		sum += area(b)
	}
	const mostVisits = 1 << 24 // of a cell to a tile
	deep := max(1, sum/max(area(whole), math.SmallestNonzeroFloat64))
	return max(1, min(float64(len(bounds))/cellsPerTile, mostVisits/deep))
}

func newRaster(w *weld, f frame) raster {
	b := rasterBuilder{weld: w, frame: f, odd: w.oddParts(), tiles: make([]tile, f.tiles())}
	b.runs = b.sortRuns()
	b.covering = b.sortCovering()
	lots := make([]lot, tasks)
	spread(tasks, func(task int) {
		first, end := portion(len(b.tiles), task, tasks)
		g := grower{rasterBuilder: &b, lot: &lots[task]}
		for t := first; t < end; t++ {
			g.tile(t)
		}
	})
	return b.join(lots)
}

// rasterBuilder is what all tiles of a raster in the making share.
type rasterBuilder struct {
	*weld
	frame
	odd      []bool         // polygons that are not plain
	runs     sorted[run]    // the edges that may touch each tile
	covering sorted[uint32] // the polygons that cover each tile whole, in order
	tiles    []tile         // blocks counted as in their lot
}

// run is a row of edges of one arc: vertices first to end are their ends.
type run struct{ arc, first, end uint32 }

// lot is what one task made; numbers of blocks, lines and lists count from its own beginning.
type lot struct {
	blocks []block
	lines  []leaf
	lists  []uint32
	refer  []int // the lines that hold such a number
}

// oddParts are the polygons with holes that are not plain.
func (w *weld) oddParts() []bool {
	odd := make([]bool, len(w.parts))
	spread(tasks, func(task int) {
		first, end := portion(len(w.parts), task, tasks)
		for part := first; part < end; part++ {
			refs := w.part(uint32(part))
			holes := slices.ContainsFunc(refs, func(r ref) bool { return r&(refRing|refOuter) == refRing })
			odd[part] = holes && !w.ground.plain(refs)
		}
	})
	return odd
}

// part is the arcs of one polygon.
func (w *weld) part(i uint32) []ref { return w.ground.refs[w.starts[i]:w.starts[i+1]] }

// margin is how far outside a tile an edge still counts as touching it: all its boxes look less far.
const margin = tileUnits * 4 / latticeSide

// sortRuns finds the edges that may touch each tile.
func (b *rasterBuilder) sortRuns() sorted[run] {
	g := &b.ground
	return sortInto(len(b.tiles), tasks, func(task int, emit func(int, run)) {
		first, end := portion(len(b.borders), task, tasks)
		for arc := first; arc < end; arc++ {
			b.eachRun(uint32(arc), g.arcs[arc], g.arcs[arc+1], emit)
		}
	})
}

func (b *rasterBuilder) eachRun(arc, first, end uint32, emit func(int, run)) {
	open, tile := run{arc: arc}, -1
	flush := func() {
		if tile >= 0 {
			emit(tile, open)
		}
		tile = -1
	}
	ax, ay := b.units(b.ground.at(first))
	for v := first + 1; v < end; v++ {
		bx, by := b.units(b.ground.at(v))
		w := b.window(min(ax, bx)-margin, min(ay, by)-margin, max(ax, bx)+margin, max(ay, by)+margin)
		if w.single() {
			if at := w.r0*b.cols + w.c0; at != tile {
				flush()
				tile, open.first = at, v-1
			}
			open.end = v
		} else {
			flush()
			b.trace(ax, ay, bx, by, w, func(c, r int) { emit(r*b.cols+c, run{arc, v - 1, v}) })
		}
		ax, ay = bx, by
	}
	flush()
}

// trace calls yield for the tiles of a window that an edge may touch, row by row.
func (b *rasterBuilder) trace(ax, ay, bx, by float64, w window, yield func(c, r int)) {
	if ay > by {
		ax, ay, bx, by = bx, by, ax, ay
	}
	at := func(y float64) float64 {
		return ax + min(max((y-ay)/(by-ay), 0), 1)*(bx-ax)
	}
	for r := w.r0; r <= w.r1; r++ {
		c0, c1 := w.c0, w.c1
		if w.r0 < w.r1 && ay < by {
			x0, x1 := at(float64(r)*tileUnits-margin), at(float64(r+1)*tileUnits+margin)
			row := b.window(min(x0, x1)-margin, 0, max(x0, x1)+margin, 0)
			c0, c1 = row.c0, row.c1
		}
		for c := c0; c <= c1; c++ {
			yield(c, r)
		}
	}
}

// sortCovering finds the polygons that cover tiles whole. Tiles in a row without an edge of the polygon between them
// lie all inside it or all outside, so one test answers for the row.
func (b *rasterBuilder) sortCovering() sorted[uint32] {
	return sortInto(len(b.tiles), tasks, func(task int, emit func(int, uint32)) {
		first, end := portion(len(b.parts), task, tasks)
		var touched []bool
		for part := first; part < end; part++ {
			touched = b.fill(uint32(part), touched, emit)
		}
	})
}

func (b *rasterBuilder) fill(part uint32, touched []bool, emit func(int, uint32)) []bool {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, r := range b.part(part) {
		for v := b.ground.arcs[r.arc()]; v < b.ground.arcs[r.arc()+1]; v++ {
			x, y := b.units(b.ground.at(v))
			x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x), max(y1, y)
		}
	}
	w := b.window(x0-margin, y0-margin, x1+margin, y1+margin)
	cols := w.c1 - w.c0 + 1
	if cols < 3 || w.r1-w.r0 < 2 {
		return touched // no tile inside
	}
	n := cols * (w.r1 - w.r0 + 1)
	touched = slices.Grow(touched[:0], n)[:n]
	clear(touched)
	for _, r := range b.part(part) {
		b.eachRun(r.arc(), b.ground.arcs[r.arc()], b.ground.arcs[r.arc()+1], func(tile int, _ run) {
			touched[(tile/b.cols-w.r0)*cols+tile%b.cols-w.c0] = true
		})
	}
	for row := range w.r1 - w.r0 + 1 {
		known, covered := false, false
		for col := range cols {
			c, r := w.c0+col, w.r0+row
			if touched[row*cols+col] {
				known = false
				continue
			}
			if !known {
				middle := b.degrees((float64(c)+0.5)*tileUnits, (float64(r)+0.5)*tileUnits)
				known, covered = true, b.ground.side(b.part(part), middle) == inside
			}
			if covered {
				emit(r*b.cols+c, part)
			}
		}
	}
	return touched
}

// join puts the lots in a row and shifts their numbers.
func (b *rasterBuilder) join(lots []lot) raster {
	type base struct{ block, line, list int }
	bases := make([]base, len(lots)+1)
	for i, l := range lots {
		bases[i+1] = base{bases[i].block + len(l.blocks), bases[i].line + len(l.lines), bases[i].list + len(l.lists)}
	}
	all := bases[len(lots)]
	r := raster{frame: b.frame, tiles: b.tiles, blocks: make([]block, all.block), lines: make([]leaf, all.line), lists: make([]uint32, all.list)}
	spread(len(lots), func(task int) {
		l, by := &lots[task], bases[task]
		for _, at := range l.refer {
			l.lines[at].shift(by.line, by.list)
		}
		copy(r.lines[by.line:], l.lines)
		copy(r.lists[by.list:], l.lists)
		for i, made := range l.blocks {
			r.blocks[by.block+i] = block{made.starts, made.first + uint32(by.line)}
		}
		first, end := portion(len(b.tiles), task, len(lots))
		for i := first; i < end; i++ {
			r.tiles[i] += tile(by.block << leftBits)
		}
	})
	return r
}
