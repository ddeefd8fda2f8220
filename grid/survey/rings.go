package survey

import (
	"math"

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
			in.splinter(poly, i, j)
		}
	}
}

// splinterArea is below what, in square metres, nobody looks after ground of its own.
const splinterArea = 1

func (in *inspection) splinter(poly orb.Polygon, cell, polygon int) {
	size := math.Abs(area(orb.Polygon{closed(poly[0])}))
	if len(in.cells[cell].Shape) < 2 || size >= splinterArea {
		return
	}
	f := in.about(Splinter, cell)
	f.Polygon, f.Ring, f.Size = polygon, 0, size
	in.tell(f, poly[0][0])
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
		in.tell(about(RingOrder), r[0])
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
