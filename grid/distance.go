package grid

import (
	"math"

	"github.com/paulmach/orb"
)

// The WGS-84 ellipsoid (NIMA TR8350.2): equatorial radius in metres, flattening, eccentricity squared.
const (
	earthAxis       = 6378137.0
	earthFlattening = 1 / 298.257223563
	earthEcc2       = earthFlattening * (2 - earthFlattening)
	degree          = math.Pi / 180
)

// Distance is the length in metres of the shortest way from a to b on the WGS-84 ellipsoid, by Lambert's formula
// (W. D. Lambert, The distance between two widely separated points on the surface of the earth, J. Washington Academy
// of Sciences 32(5), 1942): good to about one part in a million inside a county, some ten metres over thousands of
// kilometres. Near the antipodes, where the formula has no meaning, it is that of a sphere of the equatorial radius.
func Distance(a, b orb.Point) float64 {
	if a == b {
		return 0
	}
	b1 := math.Atan((1 - earthFlattening) * math.Tan(a[1]*degree))
	b2 := math.Atan((1 - earthFlattening) * math.Tan(b[1]*degree))
	// From half the differences: for near points the cosine formula would lose all digits.
	sinLat, sinLon := math.Sin((b2-b1)/2), math.Sin((b[0]-a[0])/2*degree)
	h := min(sinLat*sinLat+math.Cos(b1)*math.Cos(b2)*sinLon*sinLon, 1) // sin²(σ/2)
	angle := 2 * math.Asin(math.Sqrt(h))
	if h == 0 || h > 1-1e-9 {
		return earthAxis * angle
	}
	p, q := (b1+b2)/2, (b2-b1)/2
	sinP, cosP, sinQ, cosQ := math.Sin(p), math.Cos(p), math.Sin(q), math.Cos(q)
	x := (angle - math.Sin(angle)) * sinP * sinP * cosQ * cosQ / (1 - h)
	y := (angle + math.Sin(angle)) * cosP * cosP * sinQ * sinQ / h
	return earthAxis * (angle - earthFlattening/2*(x+y))
}

// metric is a flat map of the neighbourhood of a latitude: metres per degree eastwards and northwards.
type metric struct{ east, north float64 }

func metricAt(lat float64) metric {
	sin, cos := math.Sincos(lat * degree)
	w := 1 - earthEcc2*sin*sin
	n := earthAxis / math.Sqrt(w) // radius of the prime vertical; n·(1−e²)/w is that of the meridian
	return metric{east: n * cos * degree, north: n * (1 - earthEcc2) / w * degree}
}

// flat is the vector from a to b in metres.
func (m metric) flat(a, b orb.Point) (x, y float64) {
	return (b[0] - a[0]) * m.east, (b[1] - a[1]) * m.north
}

// toBound2 is the squared distance in metres from pt to the bound, 0 inside.
func (m metric) toBound2(b *orb.Bound, pt orb.Point) float64 {
	dx := max(b.Min[0]-pt[0], pt[0]-b.Max[0], 0) * m.east
	dy := max(b.Min[1]-pt[1], pt[1]-b.Max[1], 0) * m.north
	return dx*dx + dy*dy
}

// toSegment is the point of the edge a–b that is nearest to pt, and its squared distance in metres.
func (m metric) toSegment(a, b, pt orb.Point) (orb.Point, float64) {
	ax, ay := m.flat(pt, a)
	dx, dy := m.flat(a, b)
	t := 0.0
	if l2 := dx*dx + dy*dy; l2 > 0 {
		t = min(max(-(ax*dx+ay*dy)/l2, 0), 1)
	}
	x, y := ax+t*dx, ay+t*dy
	return orb.Point{a[0] + t*(b[0]-a[0]), a[1] + t*(b[1]-a[1])}, x*x + y*y
}
