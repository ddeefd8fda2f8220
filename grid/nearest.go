package grid

import (
	"math"

	"github.com/paulmach/orb"
)

// Nearest is the cell that owns the point, at 0 metres, or else the one whose edge is nearest to it, with the distance
// in metres along the ground; false if that is more than maxMetres, if maxMetres is negative or NaN, or if the point
// is not finite. Of cells equally near, the first in code order. The search measures on a flat map around the point,
// which picks the right cell among those within some tens of kilometres; the metres of the answer are Distance's.
func (p *Plan) Nearest(pt orb.Point, maxMetres float64) (code Code, metres float64, ok bool) {
	if !(maxMetres >= 0) || CheckPoint(pt) != nil {
		return "", 0, false
	}
	if i, in := p.Index(pt); in {
		return p.CodeAt(i), 0, true
	}
	s := newSearch(pt, maxMetres)
	p.boxes.nearest(s.m, pt, &s.dist2, func(i int) { s.try(i, &p.ground) })
	if s.cell < 0 {
		return "", 0, false
	}
	if metres = Distance(pt, s.edge); metres > maxMetres {
		return "", 0, false
	}
	return p.CodeAt(s.cell), metres, true
}

// search is the state of one look for the nearest edge.
type search struct {
	at    orb.Point
	m     metric
	cell  int       // best so far, -1 for none
	edge  orb.Point // its nearest point
	dist2 float64   // and that one's squared distance in flat metres
}

func newSearch(pt orb.Point, maxMetres float64) search {
	// Twice the limit: the flat map is not the ground, and the last word is Distance's.
	reach := 2*maxMetres + 1
	return search{at: pt, m: metricAt(pt[1]), cell: -1, dist2: min(reach*reach, math.MaxFloat64)}
}

// try compares a cell with the best one.
func (s *search) try(i int, g *ground) {
	g.edges(i, func(a, b orb.Point) bool {
		edge, d2 := s.m.toSegment(a, b, s.at)
		if d2 < s.dist2 || d2 == s.dist2 && (s.cell < 0 || i < s.cell) {
			s.cell, s.edge, s.dist2 = i, edge, d2
		}
		return true
	})
}
