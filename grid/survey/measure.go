package survey

import (
	"math"
	"math/big"

	"fengqiao/grid"

	"github.com/paulmach/orb"
)

// area is the square metres of a polygon, rings counted by their direction, anticlockwise positive.
func area(poly orb.Polygon) (sum float64) {
	for _, r := range poly {
		b := r.Bound()
		east, north := grid.MetresPerDegree((b.Min[1] + b.Max[1]) / 2)
		sum += shoelace(r) * east * north
	}
	return sum
}

// shoelace is a ring's area in square degrees, anticlockwise positive. Points are taken relative to the first, so that
// a small ring far from the origin keeps its digits.
func shoelace(r orb.Ring) (sum float64) {
	for k := 2; k < len(r); k++ {
		ux, uy, vx, vy := r[k-1][0]-r[0][0], r[k-1][1]-r[0][1], r[k][0]-r[0][0], r[k][1]-r[0][1]
		sum += ux*vy - uy*vx
	}
	return sum / 2
}

// perimeter is the length in metres of all rings.
func perimeter(poly orb.Polygon) (sum float64) {
	for _, r := range poly {
		for k := 1; k < len(r); k++ {
			sum += grid.Distance(r[k-1], r[k])
		}
	}
	return sum
}

// direction is +1 for a ring that runs anticlockwise on balance, -1 for clockwise, 0 if it encloses as much this way as
// that. It is never wrong by rounding.
func direction(r orb.Ring) int {
	sum, size := 0.0, 0.0
	for k := 2; k < len(r); k++ {
		ux, uy, vx, vy := r[k-1][0]-r[0][0], r[k-1][1]-r[0][1], r[k][0]-r[0][0], r[k][1]-r[0][1]
		sum += ux*vy - uy*vx
		size += math.Abs(ux*vy) + math.Abs(uy*vx)
	}
	// Each of the sums' terms is off by some 2⁻⁵¹ of its size, and each addition by 2⁻⁵³ of the whole.
	if math.Abs(sum) > float64(len(r)+8)*0x1p-50*size {
		if sum > 0 {
			return 1
		}
		return -1
	}
	return exactDirection(r)
}

func exactDirection(r orb.Ring) int {
	sum := new(big.Rat)
	exact := func(v float64) *big.Rat { return new(big.Rat).SetFloat64(v) }
	for k := 1; k < len(r); k++ {
		a, b := r[k-1], r[k]
		sum.Add(sum, new(big.Rat).Mul(exact(a[0]), exact(b[1])))
		sum.Sub(sum, new(big.Rat).Mul(exact(a[1]), exact(b[0])))
	}
	return sum.Sign()
}
