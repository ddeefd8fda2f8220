package grid

import (
	"math"
	"math/big"

	"github.com/paulmach/orb"
)

const (
	// orientBound is the relative error of the plain determinant, ccwerrboundA = (3 + 16ε)ε with ε = 2⁻⁵³, in
	// J. R. Shewchuk, Adaptive Precision Floating-Point Arithmetic and Fast Robust Geometric Predicates,
	// Discrete & Computational Geometry 18 (1997), pages 305–363.
	orientBound = (3 + 16*0x1p-53) * 0x1p-53
	// orientFloor is where the plain determinant may have lost bits by underflow, which Shewchuk's bound leaves out.
	orientFloor = 0x1p-900
	// tiny is the size below which a coordinate's products may underflow in expansion arithmetic.
	tiny = 0x1p-400
)

// orient is +1 if a, b, c turn left, -1 if they turn right and 0 if they lie exactly on one line. The answer is that of
// infinitely precise arithmetic: the plain determinant where its error bound allows, else expansions, and math/big for
// coordinates so near to zero that expansions underflow. It is odd in each exchange of two points, so that the two
// cells of a shared edge always get opposite answers. Only the last way allocates.
func orient(a, b, c orb.Point) int {
	acx, acy := a[0]-c[0], a[1]-c[1]
	bcx, bcy := b[0]-c[0], b[1]-c[1]
	// The conversions keep the compiler from fusing multiply and subtract on machines that have such an instruction.
	left, right := float64(acx*bcy), float64(acy*bcx)
	det := left - right
	if sum := math.Abs(left) + math.Abs(right); sum > orientFloor && math.Abs(det) >= orientBound*sum {
		return sign(det)
	}
	if (acx == 0 || bcy == 0) && (acy == 0 || bcx == 0) {
		return 0
	}
	for _, v := range [...]float64{a[0], a[1], b[0], b[1], c[0], c[1]} {
		if v != 0 && math.Abs(v) < tiny {
			return orientBig(a, b, c)
		}
	}
	return orientExpansion(a, b, c)
}

// orientExpansion adds the six products of the expanded determinant
// ax·by − ay·bx + bx·cy − by·cx + cx·ay − cy·ax without rounding (Shewchuk's Grow-Expansion).
func orientExpansion(a, b, c orb.Point) int {
	var e expansion
	e.addProduct(a[0], b[1])
	e.addProduct(-a[1], b[0])
	e.addProduct(b[0], c[1])
	e.addProduct(-b[1], c[0])
	e.addProduct(c[0], a[1])
	e.addProduct(-c[1], a[0])
	return e.sign()
}

// expansion is a sum of components that do not overlap, smallest first.
type expansion struct {
	part [12]float64
	n    int
}

func (e *expansion) addProduct(x, y float64) {
	p := float64(x * y)
	e.add(math.FMA(x, y, -p)) // the product's rounding error, exact
	e.add(p)
}

func (e *expansion) add(q float64) {
	for i := range e.n {
		// Knuth's Two-Sum: s + err is exactly q + part.
		s := q + e.part[i]
		v := s - q
		e.part[i] = (q - (s - v)) + (e.part[i] - v)
		q = s
	}
	e.part[e.n] = q
	e.n++
}

// sign is that of the largest component that is not zero.
func (e *expansion) sign() int {
	for i := e.n - 1; i >= 0; i-- {
		if e.part[i] != 0 {
			return sign(e.part[i])
		}
	}
	return 0
}

func orientBig(a, b, c orb.Point) int {
	r := func(v float64) *big.Rat { return new(big.Rat).SetFloat64(v) }
	diff := func(x, y float64) *big.Rat { return new(big.Rat).Sub(r(x), r(y)) }
	left := new(big.Rat).Mul(diff(a[0], c[0]), diff(b[1], c[1]))
	right := new(big.Rat).Mul(diff(a[1], c[1]), diff(b[0], c[0]))
	return left.Cmp(right)
}

func sign(v float64) int {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}
