package grid

import (
	"math"

	"github.com/paulmach/orb"
)

// frame lays tiles of equal size, about square on the ground, over a plan's bound. Places are counted in units from the
// south-west corner, tileUnits to a tile. Degrees become units by a subtraction and a multiplication, both monotone even
// when they round, and right to some 2⁻⁵² of the plan's width.
type frame struct {
	bound      orb.Bound
	cols, rows int     // tiles
	perLon     float64 // units per degree
	perLat     float64
}

const (
	tileBits  = 35
	tileUnits = 1 << tileBits // the width of a tile
	// maxTiles bounds the table of tiles in one direction.
	maxTiles = 1 << 11
	// leastTile is the least width of a tile in degrees (1 µm): plans of no extent have one tile.
	leastTile = 8e-12
)

// newFrame chooses tiles so that there are about as many as wanted, or more.
func newFrame(bound orb.Bound, want float64) frame {
	f := frame{bound: bound}
	m := metricAt(bound.Center()[1])
	width, height := bound.Max[0]-bound.Min[0], bound.Max[1]-bound.Min[1]
	side := math.Sqrt(max(width*m.east, 1e-9) * max(height*m.north, 1e-9) / want)
	f.cols, f.perLon = across(width, side/m.east)
	f.rows, f.perLat = across(height, side/m.north)
	return f
}

// across is how many tiles of about the given size cover a width, and the units per degree.
func across(width, size float64) (n int, perDegree float64) {
	size = max(size, width/maxTiles, leastTile)
	n = int(width/size) + 1
	// A little less than would fill the tiles, lest the far edge round beyond them.
	return n, float64(n) * (1 - 0x1p-20) / max(width, float64(n)*leastTile) * tileUnits
}

// units is where a point of the bound lies.
func (f *frame) units(pt orb.Point) (x, y float64) {
	return (pt[0] - f.bound.Min[0]) * f.perLon, (pt[1] - f.bound.Min[1]) * f.perLat
}

// degrees is about the point at a place.
func (f *frame) degrees(x, y float64) orb.Point {
	return orb.Point{f.bound.Min[0] + x/f.perLon, f.bound.Min[1] + y/f.perLat}
}

func (f *frame) tiles() int { return f.cols * f.rows }

// tileAt is the tile of a place of the bound.
func (f *frame) tileAt(x, y float64) int {
	return int(y/tileUnits)*f.cols + int(x/tileUnits)
}

// window is a rectangle of tiles, ends included.
type window struct{ c0, c1, r0, r1 int }

// window is the tiles that a box of units meets.
func (f *frame) window(x0, y0, x1, y1 float64) window {
	clamp := func(v float64, n int) int { return max(0, min(int(v/tileUnits), n-1)) }
	return window{clamp(x0, f.cols), clamp(x1, f.cols), clamp(y0, f.rows), clamp(y1, f.rows)}
}

func (w window) single() bool { return w.c0 == w.c1 && w.r0 == w.r1 }
