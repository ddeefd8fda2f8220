package grid

import (
	"math"

	"github.com/paulmach/orb"
)

// frame lays a raster over a plan's bound: fields of equal size, about square on the ground, eight by eight of them a
// tile. Places are counted in units, 2³² to a field, from the south-west corner. Degrees become units by a subtraction
// and a multiplication, both monotone even when they round, and right to some 2⁻⁵² of the plan's width.
type frame struct {
	bound      orb.Bound
	cols, rows int     // fields, whole tiles
	perLon     float64 // units per degree
	perLat     float64
}

const (
	fieldBits = 32 // a field is 2³² units wide
	tileBits  = 3  // a tile is 2³ fields wide
	tileSide  = 1 << tileBits
	// maxFields bounds the table of fields in one direction.
	maxFields = 1 << 14
	// leastField is the least width of a field in degrees (0.1 µm): plans of no extent have one field.
	leastField = 1e-12
)

// newFrame chooses fields so that there are about as many as wanted.
func newFrame(bound orb.Bound, want float64) frame {
	f := frame{bound: bound}
	m := metricAt(bound.Center()[1])
	width, height := bound.Max[0]-bound.Min[0], bound.Max[1]-bound.Min[1]
	side := math.Sqrt(max(width*m.east, 1e-9) * max(height*m.north, 1e-9) / want)
	f.cols, f.perLon = fields(width, side/m.east)
	f.rows, f.perLat = fields(height, side/m.north)
	return f
}

// fields is how many fields of about the given size cover a width, and the units per degree.
func fields(width, size float64) (n int, perDegree float64) {
	size = max(size, width/maxFields, leastField)
	n = (int(width/size) + tileSide) &^ (tileSide - 1)
	// A little less than would fill the fields, lest the far edge round beyond them.
	return n, float64(n) * (1 - 0x1p-20) / max(width, float64(n)*leastField) * (1 << fieldBits)
}

// units is where a point of the bound lies.
func (f *frame) units(pt orb.Point) (x, y float64) {
	return (pt[0] - f.bound.Min[0]) * f.perLon, (pt[1] - f.bound.Min[1]) * f.perLat
}

// degrees is about the point at a place.
func (f *frame) degrees(x, y float64) orb.Point {
	return orb.Point{f.bound.Min[0] + x/f.perLon, f.bound.Min[1] + y/f.perLat}
}

func (f *frame) tileCols() int { return f.cols >> tileBits }
func (f *frame) tileRows() int { return f.rows >> tileBits }
func (f *frame) tiles() int    { return f.tileCols() * f.tileRows() }

// tileUnits is the width of a tile.
const tileUnits = 1 << (fieldBits + tileBits)

// tileAt is the tile of a place of the bound.
func (f *frame) tileAt(x, y float64) int {
	return int(y/tileUnits)*f.tileCols() + int(x/tileUnits)
}

// window is a rectangle of tiles, ends included.
type window struct{ c0, c1, r0, r1 int }

// window is the tiles that a box of units meets.
func (f *frame) window(x0, y0, x1, y1 float64) window {
	clamp := func(v float64, n int) int { return max(0, min(int(v/tileUnits), n-1)) }
	return window{clamp(x0, f.tileCols()), clamp(x1, f.tileCols()), clamp(y0, f.tileRows()), clamp(y1, f.tileRows())}
}

func (w window) single() bool { return w.c0 == w.c1 && w.r0 == w.r1 }
