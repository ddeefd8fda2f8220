package grid

import (
	"math"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

// ulps moves a number by some of its smallest steps.
func ulps(v float64, n int) float64 {
	for ; n > 0; n-- {
		v = math.Nextafter(v, math.Inf(1))
	}
	for ; n < 0; n++ {
		v = math.Nextafter(v, math.Inf(-1))
	}
	return v
}

func TestOrientIsExactWherePlainArithmeticErrs(t *testing.T) {
	coordinate := rapid.OneOf(
		rapid.Float64Range(-180, 180),
		rapid.Float64Range(119.5, 120.5),
		rapid.Float64Range(-1e-300, 1e-300),
		rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 1, 120, 180, math.SmallestNonzeroFloat64, -5e-324, 1e-130, 1e-160, 1e-310}),
	)
	point := rapid.Custom(func(t *rapid.T) orb.Point {
		return orb.Point{coordinate.Draw(t, "lon"), coordinate.Draw(t, "lat")}
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := point.Draw(t, "a"), point.Draw(t, "b")
		c := point.Draw(t, "c")
		if rapid.Bool().Draw(t, "near the line") {
			s := rapid.Float64Range(-1, 2).Draw(t, "s")
			c = orb.Point{
				ulps(a[0]+s*(b[0]-a[0]), rapid.IntRange(-2, 2).Draw(t, "x steps")),
				ulps(a[1]+s*(b[1]-a[1]), rapid.IntRange(-2, 2).Draw(t, "y steps")),
			}
		}
		want := refOrient(a, b, c)
		if got := orient(a, b, c); got != want {
			t.Fatalf("orient(%v, %v, %v) = %d, want %d", a, b, c, got, want)
		}
		if orient(b, a, c) != -want || orient(b, c, a) != want {
			t.Fatalf("orient(%v, %v, %v) changes with the order of its points", a, b, c)
		}
	})
}

// The example of Kettner, Mehlhorn, Pion, Schirra and Yap, Classroom examples of robustness problems in geometric
// computations (2008): steps of one ulp around (0.5, 0.5) against the line through (12, 12) and (24, 24), where the
// plain determinant is wrong in most places.
func TestOrientOnTheClassroomExample(t *testing.T) {
	b, c := orb.Point{12, 12}, orb.Point{24, 24}
	const step = 0x1p-53
	for i := range 64 {
		for j := range 64 {
			a := orb.Point{0.5 + float64(i)*step, 0.5 + float64(j)*step}
			if got, want := orient(a, b, c), refOrient(a, b, c); got != want {
				t.Fatalf("at %d, %d: %d, want %d", i, j, got, want)
			}
		}
	}
}

func TestOrientDoesNotAllocate(t *testing.T) {
	a, b := orb.Point{119.9, 30.05}, orb.Point{119.90001, 30.050007}
	on := mid(a, b)
	if n := testing.AllocsPerRun(100, func() { orient(a, b, on) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
