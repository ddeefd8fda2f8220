package survey

import (
	"fmt"
	"slices"

	"fengqiao/grid"

	"github.com/paulmach/orb"
)

// unusable says why a shape cannot be laid on the ground, "" if it can. Swapped coordinates beyond the globe are left to
// the look for these.
func unusable(shape orb.MultiPolygon) string {
	if len(shape) == 0 {
		return "the shape is empty"
	}
	for i, poly := range shape {
		if len(poly) == 0 {
			return fmt.Sprintf("polygon %d has no ring", i+1)
		}
		for j, r := range poly {
			if len(distinct(r)) < 3 {
				return fmt.Sprintf("polygon %d ring %d has fewer than three different points", i+1, j+1)
			}
			for k, pt := range r {
				if err := grid.CheckPoint(pt); err != nil && grid.CheckPoint(turned(pt)) != nil {
					return fmt.Sprintf("polygon %d ring %d point %d: %v", i+1, j+1, k+1, err)
				}
			}
		}
	}
	return ""
}

func turned(pt orb.Point) orb.Point { return orb.Point{pt[1], pt[0]} }

// distinct are the first few different points of a ring, as many as an area needs.
func distinct(r orb.Ring) (few []orb.Point) {
	for _, pt := range r {
		if !slices.Contains(few, pt) {
			few = append(few, pt)
		}
		if len(few) == 3 {
			break
		}
	}
	return few
}

// swapped finds cells that lie where they should once latitude and longitude are exchanged, and sets them aside.
func (in *inspection) swapped() {
	inside := in.o.Inside
	if inside == (orb.Bound{}) {
		inside = in.bulk()
	}
	for i := range in.cells {
		if in.left[i] {
			continue
		}
		b := in.cells[i].Shape.Bound()
		beyond := grid.CheckPoint(b.Min) != nil || grid.CheckPoint(b.Max) != nil
		if !beyond && !grid.LikelySwapped(b.Center(), inside) {
			continue
		}
		in.left[i] = true
		if beyond {
			in.found = append(in.found, in.about(Swapped, i))
		} else {
			in.tell(in.about(Swapped, i), b.Center())
		}
	}
}

// bulk is where most cells lie: the middle half of their centres, and four times its width beyond on each side.
func (in *inspection) bulk() orb.Bound {
	var along [2][]float64
	for i := range in.cells {
		if !in.left[i] {
			c := in.cells[i].Shape.Bound().Center()
			along[0], along[1] = append(along[0], c[0]), append(along[1], c[1])
		}
	}
	var b orb.Bound
	for axis, values := range along {
		if len(values) == 0 {
			return b
		}
		slices.Sort(values)
		lo, hi := values[len(values)/4], values[len(values)-1-len(values)/4]
		margin := max(4*(hi-lo), 0.1) // cells at one place still have an extent
		b.Min[axis], b.Max[axis] = lo-margin, hi+margin
	}
	return b
}
