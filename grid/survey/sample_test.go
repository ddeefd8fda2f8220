package survey

import (
	"fmt"
	"math/rand/v2"

	"fengqiao/grid"
	"fengqiao/grid/quilttest"

	"github.com/paulmach/orb"
)

// quilt is a clean tessellation.
type quilt struct{ quilttest.Quilt }

func newQuilt(seed uint64, cols, rows, steps int) *quilt {
	return &quilt{quilttest.Quilt{Rng: rand.New(rand.NewPCG(seed, 7)), West: 119.5, South: 29.75, Size: 0.005, Cols: cols, Rows: rows, Steps: steps, Rough: 0.08}}
}

func (q *quilt) cells() (cells []grid.Cell) {
	for r := range q.Rows {
		for c := range q.Cols {
			cells = append(cells, grid.Cell{Code: grid.Code(fmt.Sprintf("q.%03d.%03d", r, c)), Shape: orb.MultiPolygon{{q.Ring(c, r)}}})
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
			r[k][0] += (2*q.Rng.Float64() - 1) * by
			r[k][1] += (2*q.Rng.Float64() - 1) * by
		}
		r[len(r)-1] = r[0]
	}
	return cells
}
