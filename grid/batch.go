package grid

import (
	"github.com/paulmach/orb"
)

// LocateAll is Index of many points: out[i] becomes the position of the cell that owns pts[i], for At, or -1. out must
// be as long as pts. It neither locks nor allocates.
//
// One lookup waits for memory, one read after another. Here a group of points goes through each stage together, so that
// their reads wait side by side: a large plan answers several times as fast as by single lookups.
func (p *Plan) LocateAll(pts []orb.Point, out []int32) {
	_ = out[:len(pts)]
	for first := 0; first < len(pts); first += batch {
		end := min(first+batch, len(pts))
		p.raster.locateAll(&p.ground, pts[first:end], out[first:end])
	}
}

// batch is how many points go together.
const batch = 32

func (r *raster) locateAll(g *ground, pts []orb.Point, out []int32) {
	var at [batch]struct {
		x, y uint64
		t    tile
		line int // -1 outside the plan
	}
	for i, pt := range pts {
		a := &at[i]
		a.line = -1
		if !within(&r.bound, pt) {
			continue
		}
		fx, fy := r.units(pt)
		a.x, a.y = uint64(int64(fx)), uint64(int64(fy))
		if k := (a.y>>tileBits)*uint64(r.cols) + a.x>>tileBits; k < uint64(len(r.tiles)) {
			a.t, a.line = r.tiles[k], 0
		}
	}
	for i := range pts {
		if a := &at[i]; a.line >= 0 {
			a.line = r.line(a.t, a.x, a.y)
		}
	}
	touched := byte(0)
	for i := range pts {
		if a := &at[i]; a.line >= 0 {
			touched |= r.lines[a.line][0]
		}
	}
	r.touch(touched)
	for i, pt := range pts {
		out[i] = -1
		if a := &at[i]; a.line >= 0 {
			out[i] = r.answer(g, pt, a.x, a.y, a.line, a.t)
		}
	}
}

// touch keeps the compiler from leaving the reads out.
//
//go:noinline
func (r *raster) touch(byte) {}
