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
	var at [batch]spot
	for i := range pts {
		at[i] = r.find(&pts[i])
	}
	touched := byte(0)
	for i := range pts {
		if s := &at[i]; s.line >= 0 {
			touched |= r.lines[s.line][0]
		}
	}
	r.touch(touched)
	for i := range pts {
		out[i] = -1
		if s := &at[i]; s.line >= 0 {
			out[i] = r.answer(g, &pts[i], *s)
		}
	}
}

// touch keeps the compiler from leaving the reads out.
//
//go:noinline
func (r *raster) touch(byte) {}
