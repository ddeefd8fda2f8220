package grid

import "github.com/paulmach/orb"

// index finds cells by place.
type index struct{}

func newIndex([]outline) index { return index{} }

func (index) first(cells []outline, pt orb.Point) (int, bool) {
	for i := range cells {
		if cells[i].covers(pt) {
			return i, true
		}
	}
	return 0, false
}

func (index) nearest(cells []outline, pt orb.Point, maxMetres float64) (int, orb.Point) {
	s := newSearch(pt, maxMetres)
	for i := range cells {
		s.try(i, &cells[i])
	}
	return s.cell, s.edge
}
