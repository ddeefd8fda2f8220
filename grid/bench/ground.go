package bench

import (
	"fmt"
	"math"
	"math/rand/v2"

	"fengqiao/grid"
	"fengqiao/grid/quilttest"

	"github.com/paulmach/orb"
)

// The ground is one degree of longitude by one of latitude.
const west, south = 119.5, 29.5

// weave makes about n cells, in code order: a tessellation without gaps, whose cells are 17 times as long at one end of
// either axis as at the other, as a county has a town and hills. In every fiftieth lies an island, in turn a cell of its
// own and an exclave of the cell before. A cell has 28 vertices, written with seven decimals, as boundary files are. One
// seed makes the same cells always.
func weave(n int, seed uint64) []grid.Cell {
	side := max(2, int(math.Round(math.Sqrt(float64(n)*100/101)))) // of a hundred squares one holds an island of its own
	q := quilttest.Quilt{Rng: rand.New(rand.NewPCG(seed, 1)), Size: 1 / float64(side), Cols: side, Rows: side, Steps: 7, Rough: 0.08}
	cells := make([]grid.Cell, 0, n+n/50)
	add := func(shape orb.MultiPolygon) { cells = append(cells, grid.Cell{Code: code(len(cells)), Shape: shape}) }
	for k := range side * side {
		c, r := k%side, k/side
		shape := orb.Polygon{warp(q.Ring(c, r))}
		if k%50 != 25 {
			add(orb.MultiPolygon{shape})
			continue
		}
		island := isle((float64(c)+0.5)*q.Size, (float64(r)+0.5)*q.Size, 0.12*q.Size)
		hole := island.Clone()
		hole.Reverse()
		add(orb.MultiPolygon{append(shape, hole)})
		if k%100 == 25 {
			add(orb.MultiPolygon{{island}})
		} else {
			before := &cells[len(cells)-2].Shape
			*before = append(*before, orb.Polygon{island})
		}
	}
	return cells
}

// isle is a ring of twelve vertices, anticlockwise, around a place of the quilt.
func isle(x, y, radius float64) orb.Ring {
	var r orb.Ring
	for i := range 12 {
		sin, cos := math.Sincos(float64(i) / 12 * 2 * math.Pi)
		r = append(r, orb.Point{x + radius*cos, y + radius*sin})
	}
	return warp(append(r, r[0]))
}

// warp brings a ring of the quilt, which fills the unit square, onto the ground.
func warp(r orb.Ring) orb.Ring {
	out := make(orb.Ring, len(r)) // no longer than it must be: what the peers keep is weighed
	for i, pt := range r {
		at := place(pt)
		out[i] = orb.Point{math.Round(at[0]*1e7) / 1e7, math.Round(at[1]*1e7) / 1e7}
	}
	return out
}

// place is where a point of the unit square lies on the ground: evenly spread points give each cell as many.
func place(pt orb.Point) orb.Point {
	stretch := func(v float64) float64 { return (v + 4*v*v*v*v) / 5 }
	return orb.Point{west + stretch(pt[0]), south + stretch(pt[1])}
}

// code gives the n-th cell its place in the hierarchy: 99 cells a grid, ten grids a village, 99 villages a township.
func code(n int) grid.Code {
	return grid.Code(fmt.Sprintf("33.01.%02d.%03d.%03d.%03d.%02d", 1+n/9_702_900, 1+n/98_010%99, 1+n/990%99, 1+n/99%10, 1+n%99))
}

// anywhere are points of which each cell gets about as many.
func anywhere(n int, seed uint64) []orb.Point {
	rng := rand.New(rand.NewPCG(seed, 2))
	pts := make([]orb.Point, n)
	for i := range pts {
		pts[i] = place(orb.Point{rng.Float64(), rng.Float64()})
	}
	return pts
}

// hard are points at which lookups go wrong: vertices, points of edges as well as floats can say them, and as many again
// within 1e-7 degree of either. None lies off the ground.
func hard(cells []grid.Cell, n int, seed uint64) []orb.Point {
	rng := rand.New(rand.NewPCG(seed, 3))
	pts := make([]orb.Point, n)
	for i := range pts {
		shape := cells[rng.IntN(len(cells))].Shape
		poly := shape[rng.IntN(len(shape))]
		ring := poly[rng.IntN(len(poly))]
		k := rng.IntN(len(ring) - 1)
		a, b, t := ring[k], ring[k+1], 0.0
		if i%2 == 1 {
			t = rng.Float64()
		}
		pts[i] = orb.Point{a[0] + t*(b[0]-a[0]), a[1] + t*(b[1]-a[1])}
		if i%4 >= 2 {
			pts[i][0] = min(max(pts[i][0]+1e-7*(2*rng.Float64()-1), west), west+1)
			pts[i][1] = min(max(pts[i][1]+1e-7*(2*rng.Float64()-1), south), south+1)
		}
	}
	return pts
}
