package grid

import (
	"math"

	"github.com/paulmach/orb"
)

// points are kept so that each comes back bit for bit. Boundaries are as a rule written with a fixed number of
// decimals: then a coordinate is a whole number divided by a power of ten, which rounds to the very float that reading
// the decimals gave, and half the memory does. Others are kept as they are. One of the two slices is nil.
type points struct {
	steps [][2]uint32  // from base, in units of 1/per
	raw   [][2]float64 // degrees
	base  [2]int64
	per   float64
}

// decimals are the powers of ten tried; the first that fits all points is taken.
var decimals = [...]float64{1e7, 1e8, 1e9, 1e10}

// newPoints copies the points. All must lie in the bound.
func newPoints(pts []orb.Point, bound orb.Bound) points {
	for _, per := range decimals {
		if v := (points{per: per}); v.fit(pts, bound) {
			return v
		}
	}
	v := points{raw: make([][2]float64, len(pts))}
	for i, pt := range pts {
		v.raw[i] = pt
	}
	return v
}

// fit fills steps and tells whether every point is one exactly.
func (v *points) fit(pts []orb.Point, bound orb.Bound) bool {
	for axis := range 2 {
		lo, hi := math.Floor(bound.Min[axis]*v.per)-1, math.Ceil(bound.Max[axis]*v.per)+1
		if hi-lo >= math.MaxUint32-1 {
			return false
		}
		v.base[axis] = int64(lo)
	}
	exact := func(pt orb.Point) (step [2]uint32, ok bool) {
		for axis := range 2 {
			n := int64(math.Round(pt[axis] * v.per))
			if float64(n)/v.per != pt[axis] {
				return step, false
			}
			step[axis] = uint32(n - v.base[axis])
		}
		return step, true
	}
	// A look at a few first: most misfits show at once.
	for i := 0; i < len(pts); i += len(pts)/64 + 1 {
		if _, ok := exact(pts[i]); !ok {
			return false
		}
	}
	steps := make([][2]uint32, len(pts))
	for i, pt := range pts {
		step, ok := exact(pt)
		if !ok {
			return false
		}
		steps[i] = step
	}
	v.steps = steps
	return true
}

func (v *points) at(i uint32) orb.Point {
	if v.steps == nil {
		return v.raw[i]
	}
	s := v.steps[i]
	return orb.Point{float64(v.base[0]+int64(s[0])) / v.per, float64(v.base[1]+int64(s[1])) / v.per}
}

// level is a coordinate as the vertices spell theirs: v >= level.from is "not below it", v >= level.above "beyond it".
type level[T uint32 | float64] struct{ from, above T }

func (l level[T]) equals(v T) bool { return v >= l.from && v < l.above }

// stepLevels are the levels of a point among steps.
func (v *points) stepLevels(pt orb.Point) (x, y level[uint32]) {
	return v.stepLevel(0, pt[0]), v.stepLevel(1, pt[1])
}

// stepLevel finds, exactly, where a coordinate lies between steps: division is monotone, so a few steps around the
// rounded product decide. Steps end short of the greatest number, which therefore stands for "none".
func (v *points) stepLevel(axis int, value float64) level[uint32] {
	least := -float64(v.base[axis])
	n := math.Floor(value*v.per) - 1
	if n+least >= math.MaxUint32-4 {
		return level[uint32]{math.MaxUint32, math.MaxUint32}
	}
	n = max(n, -least)
	var l level[uint32]
	for ; n/v.per < value; n++ {
	}
	l.from = uint32(n + least)
	for ; n/v.per <= value; n++ {
	}
	l.above = uint32(n + least)
	return l
}

// rawLevels are the levels of a point among plain coordinates.
func rawLevels(pt orb.Point) (x, y level[float64]) {
	return level[float64]{pt[0], math.Nextafter(pt[0], math.Inf(1))}, level[float64]{pt[1], math.Nextafter(pt[1], math.Inf(1))}
}
