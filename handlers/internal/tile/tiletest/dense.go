package tiletest

import (
	"math/rand/v2"

	"fengqiao/grid"

	"github.com/paulmach/orb"
)

// Dense is the ground and the points of one full tile, as benchmarks draw it: about 5,000 cells of 26 vertices, cells
// beyond the rim around them, and 20,000 points.
type Dense struct {
	Z, X, Y int
	Cells   []grid.Cell
	Points  []orb.Point
}

// NewDense makes the tile 12/3411/1689, in Fuyang.
func NewDense() Dense {
	d := Dense{Z: 12, X: 3411, Y: 1689}
	// The tile is 0.08789° wide and, at this latitude, 0.0761° high.
	const west, south, width, height = 119.794921875, 29.9930023, 0.087890625, 0.0760
	const size = 0.00116
	d.Cells = Quilt{West: west - 5*size, South: south - 5*size, Size: size, Cols: 86, Rows: 76, Steps: 7, Seed: 1}.Cells()
	rng := rand.New(rand.NewPCG(5, 6))
	for range 20_000 {
		d.Points = append(d.Points, orb.Point{west + rng.Float64()*width, south + rng.Float64()*height})
	}
	return d
}
