package grid

import (
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"sync/atomic"

	"github.com/paulmach/orb"
)

// complete makes the plan of what was read whole, once every number that leads to a place in memory leads to one.
func (p *Plan) complete(other *flat) (err error) {
	n := p.labels.n
	switch {
	case p.version == "":
		return errors.New("its version is empty")
	case len(p.centres) != n || len(other.boxes) != n:
		return errors.New("not every cell has a centre and a box")
	}
	err = errors.Join(p.schema.Check(), p.labels.check())
	if err == nil && n > 0 {
		err = errors.Join(p.ground.check(n), checkPoints(p.centres))
	}
	if err == nil {
		err = p.raster.check(&p.ground, n)
	}
	if err == nil {
		p.boxes = pile(other.boxes)
		p.tree, err = other.tree.grown(n)
	}
	return err
}

// check tells whether there are n texts.
func (t *texts) check(n int) error {
	if t.starts == nil && t.all == "" {
		return nil
	}
	if !rising(t.starts, n, len(t.all), 0) {
		return errors.New("its texts are cut wrongly")
	}
	return nil
}

// rising tells whether there are n ranges in a row that fill so many places, each with at least some.
func rising(starts []uint32, n, places int, least uint32) bool {
	if len(starts) == 0 || len(starts) != n+1 || starts[0] != 0 || int(starts[n]) != places {
		return false
	}
	for i := range n {
		if starts[i] > starts[i+1] || starts[i+1]-starts[i] < least {
			return false
		}
	}
	return true
}

func (l *labels) check() error {
	if err := errors.Join(l.codes.check(l.n), l.names.check(l.n)); err != nil {
		return err
	}
	for i := 1; i < l.n; i++ {
		if compareCodes(l.code(i-1), l.code(i)) >= 0 {
			return fmt.Errorf("its cells are not in order at %q", l.code(i))
		}
	}
	return nil
}

// check looks at the shapes of n cells.
func (g *ground) check(n int) error {
	if !rising(g.arcs, len(g.arcs)-1, len(g.steps)+len(g.raw), 2) || !rising(g.cells, n, len(g.refs), 1) {
		return errors.New("its borders are cut wrongly")
	}
	for _, first := range g.cells[:n] {
		if g.refs[first]&(refRing|refOuter) != refRing|refOuter {
			return errors.New("a cell does not begin with a ring")
		}
	}
	arcs := uint32(len(g.arcs) - 1)
	for _, r := range g.refs {
		if r.arc() >= arcs || r&(refRing|refOuter) == refOuter {
			return errors.New("a ring has a border that is not there")
		}
	}
	return g.points.check()
}

// check tells whether every vertex is a place on earth.
func (v *points) check() error {
	switch {
	case v.steps == nil:
		return checkPoints(v.raw)
	case v.raw != nil || !slices.Contains(decimals[:], v.per):
		return errors.New("its vertices are spelled in no known way")
	}
	lo, hi := v.steps[0], v.steps[0]
	for _, s := range v.steps {
		lo[0], lo[1], hi[0], hi[1] = min(lo[0], s[0]), min(lo[1], s[1]), max(hi[0], s[0]), max(hi[1], s[1])
	}
	for axis, far := range [...]float64{180, 90} {
		// The base lies a little beyond the outermost vertex, see fit.
		if base := float64(v.base[axis]); base < -far*v.per-2 || base+float64(lo[axis]) < -far*v.per || base+float64(hi[axis]) > far*v.per {
			return errors.New("a vertex lies off the earth")
		}
	}
	return nil
}

func checkPoints[T ~[2]float64](pts []T) error {
	for _, pt := range pts {
		// A NaN is neither.
		if !(pt[0] >= -180 && pt[0] <= 180 && pt[1] >= -90 && pt[1] <= 90) {
			return CheckPoint(orb.Point(pt))
		}
	}
	return nil
}

// check looks at every tile, block and line of an index of n cells.
func (r *raster) check(g *ground, n int) error {
	if n == 0 {
		if len(r.tiles) > 0 {
			return errors.New("its index has cells that are not there")
		}
		return nil
	}
	if err := errors.Join(CheckPoint(r.bound.Min), CheckPoint(r.bound.Max)); err != nil {
		return err
	}
	if r.cols <= 0 || r.rows <= 0 || len(r.tiles) != r.cols*r.rows {
		return errors.New("its index has not the size that it says")
	}
	lists, ok := r.listStarts(n)
	if !ok || !r.shallow() {
		return errors.New("its index is tangled")
	}
	var wrong atomic.Bool
	each := func(things int, sound func(i int) bool) {
		spread(tasks, func(task int) {
			first, end := portion(things, task, tasks)
			for i := first; i < end; i++ {
				if !sound(i) {
					wrong.Store(true)
				}
			}
		})
	}
	each(len(r.tiles), func(i int) bool {
		t := r.tiles[i]
		return t.left() >= blockCuts && t.left() <= pathTurns && t.first()+1<<(pathTurns-t.left()) <= len(r.blocks)
	})
	each(len(r.blocks), func(i int) bool { return r.blocks[i].sound(len(r.lines)) })
	each(len(r.lines), func(i int) bool {
		switch l := &r.lines[i]; l.head().count() {
		case countBlock:
			b := l.block()
			return b.sound(len(r.lines))
		case countList:
			return int(l.number()) < len(r.lists) && lists.has(int(l.number()))
		default:
			return l.sound(n)
		}
	})
	if wrong.Load() {
		return errors.New("its index leads to a place that is not there")
	}
	return nil
}

// sound tells whether every place of a block has one of so many lines.
func (b *block) sound(lines int) bool { return b.starts&1 == 1 && b.line(1<<blockCuts-1) < lines }

// listStarts are the places where a list begins; false if one is too long or names a cell that is not there.
func (r *raster) listStarts(n int) (set, bool) {
	starts := make(set, len(r.lists)/64+1)
	for at := 0; at < len(r.lists); {
		starts.put(at, true)
		first, end := at+1, at+1+int(r.lists[at])
		if end > len(r.lists) {
			return nil, false
		}
		for _, cell := range r.lists[first:end] {
			if int(cell) >= n {
				return nil, false
			}
		}
		at = end
	}
	return starts, true
}

// shallow tells whether no line leads so deep that a box would be smaller than a unit. A line that leads on stands before
// those that it leads to.
func (r *raster) shallow() bool {
	depth := make([]uint8, len(r.lines))
	for i := range r.lines {
		if r.lines[i].head().count() != countBlock {
			continue
		}
		b := r.lines[i].block()
		last := b.line(1<<blockCuts - 1)
		if int(b.first) <= i || last >= len(r.lines) || int(depth[i]) >= (lastCut-1)/blockCuts {
			return false
		}
		for k := int(b.first); k <= last; k++ {
			depth[k] = max(depth[k], depth[i]+1)
		}
	}
	return true
}

// sound tells whether a leaf has all that its head and its sides speak of, and cells that are there.
func (l *leaf) sound(n int) bool {
	h := l.head()
	points, joined := h.count(), h.joined()
	if points > maxPoints || joined>>max(0, points-1) != 0 {
		return false
	}
	sides, end := headBytes+2*points, headBytes+3*points-bits.OnesCount32(joined)
	if end > leafSize {
		return false
	}
	in := h.anchor()
	for _, s := range l[sides:end] {
		in |= uint32(s)
	}
	if h.fine() {
		end += (points + 1) / 2
	}
	if end+cellBytes*bits.Len32(in) > leafSize {
		return false
	}
	for ; in != 0; in &= in - 1 {
		if cell := l.cell(bits.TrailingZeros32(in)); cell < 0 || int(cell) >= n {
			return false
		}
	}
	return true
}
