// Package tiletest makes ground to draw tiles of.
package tiletest

import (
	"fmt"
	"math/rand/v2"

	"fengqiao/grid"
	"fengqiao/grid/quilttest"

	"github.com/paulmach/orb"
)

// Quilt is a tessellation without gaps around a place: cols by rows cells of so many degrees, whose borders are rough
// lines in so many steps, each the same on both sides.
type Quilt struct {
	West, South, Size float64
	Cols, Rows, Steps int
	Seed              uint64
}

// Code is the cell in a column and a row: 25 to a grid, 4 grids to a village, 5 villages to a township, row by row.
func (q Quilt) Code(c, r int) grid.Code {
	n := r*q.Cols + c
	return grid.Code(fmt.Sprintf("33.01.11.%03d.%03d.%03d.%02d", 1+n/500, 1+n/100%5, 1+n/25%4, 1+n%25))
}

// Cells are the cells, named.
func (q Quilt) Cells() []grid.Cell {
	w := quilttest.Quilt{Rng: rand.New(rand.NewPCG(q.Seed, 3)), West: q.West, South: q.South, Size: q.Size, Cols: q.Cols, Rows: q.Rows, Steps: q.Steps, Rough: 0.16}
	var out []grid.Cell
	for r := range q.Rows {
		for c := range q.Cols {
			out = append(out, grid.Cell{Code: q.Code(c, r), Name: fmt.Sprintf("第%d微网格", r*q.Cols+c), Shape: orb.MultiPolygon{{w.Ring(c, r)}}})
		}
	}
	return out
}
