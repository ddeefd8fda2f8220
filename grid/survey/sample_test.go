package survey

import (
	"fmt"
	"math/rand/v2"

	"fengqiao/grid"

	"github.com/paulmach/orb"
)

// quilt is a clean tessellation of cols × rows cells: neighbours have the same vertices, and every side has so many
// pieces.
type quilt struct {
	rng        *rand.Rand
	cols, rows int
	steps      int
	size       float64 // of a cell in degrees
	nodes      map[[4]int]orb.Point
}

func newQuilt(seed uint64, cols, rows, steps int) *quilt {
	return &quilt{rand.New(rand.NewPCG(seed, 7)), cols, rows, steps, 0.005, map[[4]int]orb.Point{}}
}

func (q *quilt) shake(amount float64) float64 { return (2*q.rng.Float64() - 1) * amount * q.size }

// node is a corner (k = 0) or a point of the side that leads east (dir 0) or north (dir 1) from it.
func (q *quilt) node(c, r, dir, k int) orb.Point {
	if k == q.steps {
		c, r, k = c+1-dir, r+dir, 0
	}
	if k == 0 {
		dir = 0
	}
	key := [4]int{c, r, dir, k}
	if pt, ok := q.nodes[key]; ok {
		return pt
	}
	pt := orb.Point{119.5 + float64(c)*q.size, 29.75 + float64(r)*q.size}
	if k == 0 {
		pt[0] += q.shake(0.2)
		pt[1] += q.shake(0.2)
	} else {
		a, b := q.node(c, r, dir, 0), q.node(c, r, dir, q.steps)
		t := float64(k) / float64(q.steps)
		pt = orb.Point{a[0] + t*(b[0]-a[0]), a[1] + t*(b[1]-a[1])}
		pt[1-dir] += q.shake(0.08 * min(t, 1-t))
	}
	q.nodes[key] = pt
	return pt
}

func (q *quilt) ring(c, r int) orb.Ring {
	var out orb.Ring
	for k := range q.steps {
		out = append(out, q.node(c, r, 0, k))
	}
	for k := range q.steps {
		out = append(out, q.node(c+1, r, 1, k))
	}
	for k := q.steps; k > 0; k-- {
		out = append(out, q.node(c, r+1, 0, k))
	}
	for k := q.steps; k > 0; k-- {
		out = append(out, q.node(c, r, 1, k))
	}
	return append(out, out[0])
}

func (q *quilt) cells() (cells []grid.Cell) {
	for r := range q.rows {
		for c := range q.cols {
			cells = append(cells, grid.Cell{Code: grid.Code(fmt.Sprintf("q.%03d.%03d", r, c)), Shape: orb.MultiPolygon{{q.ring(c, r)}}})
		}
	}
	return cells
}

// box is a rectangle, anticlockwise; hole the same clockwise.
func box(x0, y0, x1, y1 float64) orb.Ring {
	return orb.Ring{{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}, {x0, y0}}
}

func hole(x0, y0, x1, y1 float64) orb.Ring {
	r := box(x0, y0, x1, y1)
	r.Reverse()
	return r
}

func cell(code grid.Code, polygons ...orb.Polygon) grid.Cell {
	return grid.Cell{Code: code, Shape: polygons}
}

// drawnTwice is the tessellation with every vertex of every cell moved on its own, by up to so many degrees.
func drawnTwice(q *quilt, by float64) []grid.Cell {
	cells := q.cells()
	for _, c := range cells {
		r := c.Shape[0][0]
		for k := range len(r) - 1 {
			r[k][0] += (2*q.rng.Float64() - 1) * by
			r[k][1] += (2*q.rng.Float64() - 1) * by
		}
		r[len(r)-1] = r[0]
	}
	return cells
}
