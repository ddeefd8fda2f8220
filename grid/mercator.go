package grid

import (
	"math"

	"github.com/paulmach/orb"
)

// Web maps (Web Mercator, EPSG:3857) cut the world into 2^zoom by 2^zoom tiles, here of TilePixels each way. MaxZoom is
// where a pixel is some four centimetres; maps stretch those tiles when they go nearer.
const (
	TilePixels = 4096
	tilePower  = 12
	MaxZoom    = 18
)

// Pixel is a place on the web map of a zoom, counted from the north-west corner of the world.
type Pixel struct{ X, Y int32 }

// mercator projects degrees to pixels of a zoom. Every vertex lands on the same pixel in whichever tile it is drawn: the
// curve of a band of latitudes is a function of the latitude alone, and right to far less than a pixel. The last one is
// kept, since what is drawn together lies together.
type mercator struct {
	world float64 // pixels around the equator
	band  float64 // the latitude of the curve, in steps
	curve [4]float64
}

// bandSteps is into how many bands a degree is cut.
const bandSteps = 64

func mercatorOf(zoom int) mercator {
	return mercator{world: float64(int64(1) << (zoom + tilePower)), band: math.NaN()}
}

// mercatorTop is the latitude where the map ends, beyond which the poles run off to infinity.
var mercatorTop = mercatorLat(math.Pi)

func (m *mercator) pixel(pt orb.Point) Pixel {
	lat := min(max(pt[1], -mercatorTop), mercatorTop)
	if band := math.Round(lat * bandSteps); band != m.band {
		m.bend(band)
	}
	d := (lat - m.band/bandSteps) * (math.Pi / 180)
	x := (pt[0] + 180) / 360
	y := m.curve[0] + d*(m.curve[1]+d*(m.curve[2]+d*m.curve[3]))
	return Pixel{int32(math.Floor(x*m.world + 0.5)), int32(math.Floor(y*m.world + 0.5))}
}

// bend finds the curve of a band: Taylor's of asinh(tan φ), of which the fourth term is too small to matter.
func (m *mercator) bend(band float64) {
	sin, cos := math.Sincos(band / bandSteps * (math.Pi / 180))
	tan, sec := sin/cos, 1/cos
	const share = -1 / (2 * math.Pi)
	m.band = band
	m.curve = [4]float64{0.5 + share*math.Asinh(tan), share * sec, share * sec * tan / 2, share * sec * (tan*tan + sec*sec) / 6}
}

// degrees is the place of a pixel.
func (m *mercator) degrees(p Pixel) orb.Point {
	return orb.Point{
		float64(p.X)/m.world*360 - 180,
		mercatorLat(math.Pi * (1 - 2*float64(p.Y)/m.world)),
	}
}

// View is a rectangle of the web map.
type View struct {
	Zoom     int   // 0 … MaxZoom
	Min, Max Pixel // corners, rim included
	// CRS is the datum of the map that the view is laid over; "" is WGS-84.
	CRS CRS
}

// mostShift is farther than any datum moves a point, in degrees.
const mostShift = 0.05

// bound is the ground that may come into the view.
func (v *View) bound() orb.Bound {
	m := mercatorOf(v.Zoom)
	nw, se := m.degrees(v.Min), m.degrees(v.Max)
	b := orb.Bound{Min: orb.Point{nw[0], se[1]}, Max: orb.Point{se[0], nw[1]}}
	half := 180 / m.world // a pixel holds what rounds to it
	if v.Projection().crs != "" {
		half += mostShift
	}
	return b.Pad(half)
}

// At is the pixel of a place. What has no place in the view's datum stays where it is.
func (v *View) At(pt orb.Point) Pixel {
	p := v.Projection()
	return p.At(pt)
}

// Projection finds the pixels of many places. It is for one goroutine at a time.
type Projection struct {
	mercator
	crs CRS
}

// Projection is the view's.
func (v *View) Projection() Projection {
	p := Projection{mercator: mercatorOf(v.Zoom)}
	if v.CRS != WGS84 {
		p.crs = v.CRS
	}
	return p
}

// At is View.At.
func (p *Projection) At(pt orb.Point) Pixel {
	if p.crs != "" {
		if moved, err := FromWGS84(pt, p.crs); err == nil {
			pt = moved
		}
	}
	return p.pixel(pt)
}

// Holds tells whether a pixel lies in the view.
func (v *View) Holds(p Pixel) bool {
	return p.X >= v.Min.X && p.X <= v.Max.X && p.Y >= v.Min.Y && p.Y <= v.Max.Y
}
