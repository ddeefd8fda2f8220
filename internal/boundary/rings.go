package boundary

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// maxSorting is how many edges may be asked to find the shells of a shape's holes.
const maxSorting = 1 << 28

// shell is a ring that holds ground, with its polygon's place in the shape.
type shell struct {
	ring  orb.Ring
	bound orb.Bound
	area  float64
	at    int
}

// assemble groups the rings of a Shapefile, which come in any order: clockwise ones are shells, the others are holes of the
// smallest shell around them. A ring against the clock that no shell holds is a shell itself: many writers do not know the
// rule, and such a shape would lose its ground. Rings stay as they are, in their order.
func assemble(rings []orb.Ring) (shape orb.MultiPolygon, reason, detail string) {
	var shells []shell
	var holes []orb.Ring
	shape = orb.MultiPolygon{}
	for _, r := range rings {
		if a := turn(r); a > 0 {
			holes = append(holes, r)
		} else {
			shells = append(shells, shell{r, r.Bound(), -a, len(shape)})
			shape = append(shape, orb.Polygon{r})
		}
	}
	slices.SortStableFunc(shells, func(a, b shell) int { return cmp.Compare(a.area, b.area) })
	work := 0
	for _, hole := range holes {
		i, asked := around(shells, hole)
		if work += asked + len(shells); work > maxSorting {
			return nil, "too_large", "the holes have too many shells to be sorted into"
		}
		if i < 0 {
			shape = append(shape, orb.Polygon{hole})
		} else {
			shape[shells[i].at] = append(shape[shells[i].at], hole)
		}
	}
	return shape, "", ""
}

// turn is twice the area of a ring, above zero against the clock; relative to its first point, so that small rings far
// from the origin keep their sign.
func turn(r orb.Ring) float64 {
	sum := 0.0
	for i := 2; i < len(r); i++ {
		ax, ay := r[i-1][0]-r[0][0], r[i-1][1]-r[0][1]
		bx, by := r[i][0]-r[0][0], r[i][1]-r[0][1]
		sum += ax*by - bx*ay
	}
	return sum
}

// around is the first shell that holds the hole, -1 for none, and how many edges were asked for it.
func around(shells []shell, hole orb.Ring) (at, asked int) {
	if len(hole) == 0 {
		return -1, 0
	}
	bound := hole.Bound()
	for i, s := range shells {
		if s.bound.Min[0] > bound.Min[0] || s.bound.Min[1] > bound.Min[1] || s.bound.Max[0] < bound.Max[0] || s.bound.Max[1] < bound.Max[1] {
			continue
		}
		for k, pt := range hole {
			asked += len(s.ring)
			in, on := covers(s.ring, pt)
			if on && k+1 < len(hole) && asked <= maxSorting { // a hole may touch its shell: the next point says more
				continue
			}
			if in || on {
				return i, asked
			}
			break
		}
		if asked > maxSorting {
			break
		}
	}
	return -1, asked
}

// covers tells whether a point lies in a ring by the even-odd rule, and whether it lies on it as far as doubles tell.
func covers(r orb.Ring, pt orb.Point) (in, on bool) {
	for i, j := 0, len(r)-1; i < len(r); j, i = i, i+1 {
		a, b := r[j], r[i]
		cross := (b[0]-a[0])*(pt[1]-a[1]) - (pt[0]-a[0])*(b[1]-a[1])
		if cross == 0 && math.Min(a[0], b[0]) <= pt[0] && pt[0] <= math.Max(a[0], b[0]) &&
			math.Min(a[1], b[1]) <= pt[1] && pt[1] <= math.Max(a[1], b[1]) {
			return false, true
		}
		if (a[1] > pt[1]) != (b[1] > pt[1]) && (cross > 0) == (b[1] > a[1]) {
			in = !in
		}
	}
	return in, false
}
