// Package quilttest weaves ground for tests. It knows nothing of package grid, so that grid's own tests can use it.
package quilttest

import (
	"math/rand/v2"

	"github.com/paulmach/orb"
)

// Quilt is a tessellation without gaps: a lattice whose inner corners are shaken and whose sides are drawn as rough lines, each with the
// same vertices on both sides. It fills a rectangle exactly.
type Quilt struct {
	Rng         *rand.Rand
	West, South float64 // its corner in degrees
	Size        float64 // of a cell in degrees
	Cols, Rows  int
	Steps       int     // pieces of a side
	Rough       float64 // how far a side strays at most, at its middle by half of it, as a share of Size

	corners map[[2]int]orb.Point
	sides   map[[3]int][]orb.Point
}

func (q *Quilt) shake(share float64) float64 { return (2*q.Rng.Float64() - 1) * share * q.Size }

// corner is shaken by up to a fifth of a cell, which keeps all sides within 45° of their axis and so apart.
func (q *Quilt) corner(c, r int) orb.Point {
	k := [2]int{c, r}
	p, ok := q.corners[k]
	if !ok {
		p = orb.Point{q.West + float64(c)*q.Size, q.South + float64(r)*q.Size}
		if c > 0 && c < q.Cols {
			p[0] += q.shake(0.2)
		}
		if r > 0 && r < q.Rows {
			p[1] += q.shake(0.2)
		}
		q.corners[k] = p
	}
	return p
}

// side leads from a corner east (dir 0) or north (dir 1), without the last point. The rim is straight.
func (q *Quilt) side(c, r, dir int) []orb.Point {
	k := [3]int{c, r, dir}
	if line, ok := q.sides[k]; ok {
		return line
	}
	a, b := q.corner(c, r), q.corner(c+1-dir, r+dir)
	rim := dir == 0 && (r == 0 || r == q.Rows) || dir == 1 && (c == 0 || c == q.Cols)
	line := []orb.Point{a}
	for i := 1; i < q.Steps; i++ {
		t := float64(i) / float64(q.Steps)
		p := orb.Point{a[0] + t*(b[0]-a[0]), a[1] + t*(b[1]-a[1])}
		if !rim {
			p[1-dir] += q.shake(q.Rough * min(t, 1-t))
		}
		line = append(line, p)
	}
	q.sides[k] = line
	return line
}

// Ring is the cell in a column and a row, anticlockwise.
func (q *Quilt) Ring(c, r int) orb.Ring {
	if q.corners == nil {
		q.corners, q.sides = map[[2]int]orb.Point{}, map[[3]int][]orb.Point{}
	}
	var ring orb.Ring
	ring = append(ring, q.side(c, r, 0)...)
	ring = append(ring, q.side(c+1, r, 1)...)
	ring = append(ring, back(q.side(c, r+1, 0), q.corner(c+1, r+1))...)
	ring = append(ring, back(q.side(c, r, 1), q.corner(c, r+1))...)
	return append(ring, ring[0])
}

// back is a line from its end to before its beginning.
func back(line []orb.Point, end orb.Point) []orb.Point {
	out := []orb.Point{end}
	for i := len(line) - 1; i > 0; i-- {
		out = append(out, line[i])
	}
	return out
}
