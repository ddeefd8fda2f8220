package bench

import (
	"math"
	"math/big"

	"github.com/paulmach/orb"
)

// covers tells, exactly, whether a closed polygon has the point; within, whether the point lies inside and on no border.
// A hole takes away what lies strictly inside it, as in package grid.
func covers(poly orb.Polygon, pt orb.Point) (covered, within bool) {
	covered, on := ringHas(poly[0], pt)
	if !covered {
		return false, false
	}
	for _, hole := range poly[1:] {
		in, onHole := ringHas(hole, pt)
		if in && !onHole {
			return false, false
		}
		on = on || onHole
	}
	return true, !on
}

// ringHas is orb's ring test, a ray whose crossings are counted, with the side of an edge decided without rounding and
// without its divisions. The ray runs east.
func ringHas(r orb.Ring, pt orb.Point) (in, on bool) {
	a := r[0]
	for _, b := range r[1:] {
		switch {
		case (a[1] > pt[1]) != (b[1] > pt[1]):
			if a[0] < pt[0] && b[0] < pt[0] {
				break
			}
			if a[0] > pt[0] && b[0] > pt[0] {
				in = !in
				break
			}
			turn := turns(a, b, pt)
			if turn == 0 {
				return true, true
			}
			if turn > 0 == (b[1] > a[1]) {
				in = !in
			}
		case b == pt || a[1] == pt[1] && b[1] == pt[1] && min(a[0], b[0]) <= pt[0] && pt[0] <= max(a[0], b[0]):
			return true, true
		}
		a = b
	}
	return in, false
}

// turns is +1 if a, b, c turn left, -1 if right, 0 if they lie on one line: the plain determinant where its error cannot
// matter, else rational numbers.
func turns(a, b, c orb.Point) int {
	left, right := float64((a[0]-c[0])*(b[1]-c[1])), float64((a[1]-c[1])*(b[0]-c[0]))
	det := left - right
	if enough := 4e-16 * (math.Abs(left) + math.Abs(right)); det > enough {
		return 1
	} else if det < -enough {
		return -1
	}
	return turnsRational(a, b, c)
}

func turnsRational(a, b, c orb.Point) int {
	less := func(x, y float64) *big.Rat {
		return new(big.Rat).Sub(new(big.Rat).SetFloat64(x), new(big.Rat).SetFloat64(y))
	}
	left := new(big.Rat).Mul(less(a[0], c[0]), less(b[1], c[1]))
	right := new(big.Rat).Mul(less(a[1], c[1]), less(b[0], c[0]))
	return left.Cmp(right)
}
