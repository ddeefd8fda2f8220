// Package tiletest makes ground to draw tiles of.
package tiletest

import (
	"fmt"
	"math/rand/v2"

	"fengqiao/grid"

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
	w := weaver{Quilt: q, rng: rand.New(rand.NewPCG(q.Seed, 3)), corners: map[[2]int]orb.Point{}, edges: map[[3]int][]orb.Point{}}
	var out []grid.Cell
	for r := range q.Rows {
		for c := range q.Cols {
			out = append(out, grid.Cell{Code: q.Code(c, r), Name: fmt.Sprintf("第%d微网格", r*q.Cols+c), Shape: orb.MultiPolygon{{w.ring(c, r)}}})
		}
	}
	return out
}

type weaver struct {
	Quilt
	rng     *rand.Rand
	corners map[[2]int]orb.Point
	edges   map[[3]int][]orb.Point
}

// shake is by up to some share of a cell.
func (w *weaver) shake(share float64) float64 { return (2*w.rng.Float64() - 1) * share * w.Size }

func (w *weaver) corner(c, r int) orb.Point {
	k := [2]int{c, r}
	p, ok := w.corners[k]
	if !ok {
		p = orb.Point{w.West + float64(c)*w.Size, w.South + float64(r)*w.Size}
		if c > 0 && c < w.Cols {
			p[0] += w.shake(0.2)
		}
		if r > 0 && r < w.Rows {
			p[1] += w.shake(0.2)
		}
		w.corners[k] = p
	}
	return p
}

// edge leads from a corner east (dir 0) or north (dir 1), without the last point. The rim is straight.
func (w *weaver) edge(c, r, dir int) []orb.Point {
	k := [3]int{c, r, dir}
	if line, ok := w.edges[k]; ok {
		return line
	}
	a, b := w.corner(c, r), w.corner(c+1-dir, r+dir)
	rim := dir == 0 && (r == 0 || r == w.Rows) || dir == 1 && (c == 0 || c == w.Cols)
	line := []orb.Point{a}
	for i := 1; i < w.Steps; i++ {
		t := float64(i) / float64(w.Steps)
		p := orb.Point{a[0] + t*(b[0]-a[0]), a[1] + t*(b[1]-a[1])}
		if !rim {
			p[1-dir] += w.shake(0.16 * min(t, 1-t))
		}
		line = append(line, p)
	}
	w.edges[k] = line
	return line
}

func (w *weaver) ring(c, r int) orb.Ring {
	back := func(line []orb.Point, end orb.Point) []orb.Point {
		out := []orb.Point{end}
		for i := len(line) - 1; i > 0; i-- {
			out = append(out, line[i])
		}
		return out
	}
	var ring orb.Ring
	ring = append(ring, w.edge(c, r, 0)...)
	ring = append(ring, w.edge(c+1, r, 1)...)
	ring = append(ring, back(w.edge(c, r+1, 0), w.corner(c+1, r+1))...)
	ring = append(ring, back(w.edge(c, r, 1), w.corner(c, r+1))...)
	return append(ring, ring[0])
}
