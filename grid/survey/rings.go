package survey

import (
	"fengqiao/grid"

	"github.com/paulmach/orb"
)

// ringByRing tells what can be seen of a ring alone.
func (in *inspection) ringByRing() {
	for i := range in.cells {
		if in.left[i] {
			continue
		}
		for j, poly := range in.cells[i].Shape {
			for k, r := range poly {
				in.ring(r, i, j, k)
			}
		}
	}
}

func (in *inspection) ring(r orb.Ring, cell, polygon, number int) {
	about := func(k Kind) Finding {
		f := in.about(k, cell)
		f.Polygon, f.Ring = polygon, number
		return f
	}
	if first, last := r[0], r[len(r)-1]; first != last {
		f := about(Unclosed)
		f.Size = grid.Distance(first, last)
		in.tell(f, last)
	}
	f := about(DuplicatePoints)
	for k := 1; k < len(r); k++ {
		if r[k] == r[k-1] {
			f.Points = append(f.Points, r[k])
		}
	}
	if len(f.Points) > 0 {
		f.Size = float64(len(f.Points))
		in.tell(f, f.Points[0])
	}
	if direction(closed(r)) == wrong(number) {
		f := about(RingOrder)
		f.Size = 1
		in.tell(f, r[0])
	}
}

// wrong is the direction that a ring must not have: an outer ring runs anticlockwise, a hole clockwise.
func wrong(number int) int {
	if number == 0 {
		return -1
	}
	return 1
}

// closed is the ring with its first point repeated at the end.
func closed(r orb.Ring) orb.Ring {
	if r[0] != r[len(r)-1] {
		r = append(r[:len(r):len(r)], r[0])
	}
	return r
}
