package grid

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/paulmach/orb"
)

// CRS is the datum of a coordinate pair. Records hold WGS84 alone; the others are converted at the edge.
type CRS string

const (
	// WGS84 is what GPS chips, GeoJSON and this package speak.
	WGS84 CRS = "wgs84"
	// GCJ02 (国测局坐标) is that of Chinese web maps such as Amap (高德) and Tencent: some 500 m off.
	GCJ02 CRS = "gcj02"
	// BD09 is Baidu's, GCJ02 with a further offset.
	BD09 CRS = "bd09"

	// Files of boundaries come in these as well; phones and web maps do not speak them, so ParseCRS does not know them.

	// CGCS2000 (国家大地坐标系, EPSG:4490) is China's official datum. It differs from WGS-84 by centimetres, less than the
	// realisations of either differ among themselves, and is taken as it stands.
	CGCS2000 CRS = "cgcs2000"
	// WebMercator (EPSG:3857) is WGS-84 in the metres of web maps.
	WebMercator CRS = "epsg3857"
)

// ErrUnknownCRS is wrapped by ParseCRS and the conversions.
var ErrUnknownCRS = errors.New("unknown coordinate system")

// ParseCRS reads "wgs84", "gcj02" or "bd09" in any case; "" is WGS84.
func ParseCRS(text string) (CRS, error) {
	c := CRS(strings.ToLower(strings.TrimSpace(text)))
	switch c {
	case "":
		return WGS84, nil
	case WGS84, GCJ02, BD09:
		return c, nil
	}
	return "", fmt.Errorf("%w %q: use wgs84, gcj02 or bd09", ErrUnknownCRS, text)
}

// The box within which Chinese maps shift coordinates. It is the customary one and covers foreign land as well, which
// is then shifted too; Hong Kong, Macao and Taiwan lie in it although their maps as a rule do not shift.
var shifted = orb.Bound{Min: orb.Point{72.004, 0.8293}, Max: orb.Point{137.8347, 55.8271}}

// The formulas are not published; these are the known reconstructions: GCJ-02 on the Krasovsky 1940 ellipsoid as in
// github.com/googollee/eviltransform, BD-09 as in github.com/wandergis/coordtransform (the former's BD-09 leaves out
// the factor 3000/180 and is up to 40 m off).
const (
	gcjAxis = 6378245.0
	gcjEcc2 = 0.00669342162296594323
	bdPi    = math.Pi * 3000 / 180
)

// FromWGS84 expresses a WGS-84 point in another system. Outside the box of China it comes back untouched. Errors:
// ErrNotFinite, ErrOutOfRange (WebMercator knows no poles), ErrUnknownCRS.
func FromWGS84(pt orb.Point, to CRS) (orb.Point, error) {
	if to == WebMercator {
		return toMercator(pt)
	}
	shift, err := shiftOf(pt, to)
	if err != nil || shift == nil {
		return pt, err
	}
	return shift(pt), nil
}

// ToWGS84 is the inverse of FromWGS84, solved by iteration to far less than a centimetre. Whether the point lies in the
// box of China is asked of the point as given, so within about a kilometre of the box's own edge (sea and foreign
// land) the two are not exact inverses. Errors: ErrNotFinite, ErrOutOfRange, ErrUnknownCRS.
func ToWGS84(pt orb.Point, from CRS) (orb.Point, error) {
	if from == WebMercator {
		return fromMercator(pt)
	}
	shift, err := shiftOf(pt, from)
	if err != nil || shift == nil {
		return pt, err
	}
	// The shift itself hardly changes over a step, so each pass wins more than a digit and about eight suffice.
	const passes, enough = 30, 1e-13
	guess := pt
	for range passes {
		image := shift(guess)
		dx, dy := pt[0]-image[0], pt[1]-image[1]
		guess[0] += dx
		guess[1] += dy
		if math.Abs(dx) < enough && math.Abs(dy) < enough {
			break
		}
	}
	return guess, nil
}

// shiftOf is the map from WGS-84 that holds at the point, nil where nothing is shifted.
func shiftOf(pt orb.Point, crs CRS) (func(orb.Point) orb.Point, error) {
	if err := CheckPoint(pt); err != nil {
		return nil, err
	}
	var shift func(orb.Point) orb.Point
	switch crs {
	case WGS84, CGCS2000:
		return nil, nil
	case GCJ02:
		shift = wgsToGCJ
	case BD09:
		shift = wgsToBD
	default:
		return nil, fmt.Errorf("%w %q", ErrUnknownCRS, crs)
	}
	if !within(&shifted, pt) {
		return nil, nil
	}
	return shift, nil
}

func wgsToGCJ(pt orb.Point) orb.Point {
	x, y := pt[0]-105, pt[1]-35
	root := math.Sqrt(math.Abs(x))
	wave := 20*math.Sin(6*math.Pi*x) + 20*math.Sin(2*math.Pi*x)
	east := 300 + x + 2*y + 0.1*x*x + 0.1*x*y + 0.1*root +
		(wave+20*math.Sin(math.Pi*x)+40*math.Sin(math.Pi/3*x)+150*math.Sin(math.Pi/12*x)+300*math.Sin(math.Pi/30*x))*2/3
	north := -100 + 2*x + 3*y + 0.2*y*y + 0.1*x*y + 0.2*root +
		(wave+20*math.Sin(math.Pi*y)+40*math.Sin(math.Pi/3*y)+160*math.Sin(math.Pi/12*y)+320*math.Sin(math.Pi/30*y))*2/3
	sin, cos := math.Sincos(pt[1] * degree)
	w := 1 - gcjEcc2*sin*sin
	n := gcjAxis / math.Sqrt(w)
	return orb.Point{
		pt[0] + east/(n*cos*degree),
		pt[1] + north/(n*(1-gcjEcc2)/w*degree),
	}
}

func wgsToBD(pt orb.Point) orb.Point {
	g := wgsToGCJ(pt)
	r := math.Hypot(g[0], g[1]) + 0.00002*math.Sin(g[1]*bdPi)
	sin, cos := math.Sincos(math.Atan2(g[1], g[0]) + 0.000003*math.Cos(g[0]*bdPi))
	return orb.Point{r*cos + 0.0065, r*sin + 0.006}
}

// mercatorAxis is the radius of the sphere that EPSG:3857 makes of the ellipsoid, mercatorEdge half the side of its square,
// which reaches from about 85.0511° south to as much north.
const (
	mercatorAxis = 6378137.0
	mercatorEdge = math.Pi * mercatorAxis
)

func toMercator(pt orb.Point) (orb.Point, error) {
	if err := CheckPoint(pt); err != nil {
		return pt, err
	}
	out := orb.Point{mercatorAxis * pt[0] * degree, mercatorAxis * math.Atanh(math.Sin(pt[1]*degree))}
	if math.Abs(out[1]) > mercatorEdge*(1+1e-12) {
		return pt, fmt.Errorf("%w: %v has no place in Web Mercator", ErrOutOfRange, pt)
	}
	return out, nil
}

func fromMercator(pt orb.Point) (orb.Point, error) {
	const edge = mercatorEdge * (1 + 1e-12) // files write the edge itself with fewer digits
	switch {
	case pt[0]-pt[0] != 0 || pt[1]-pt[1] != 0:
		return pt, ErrNotFinite
	case math.Abs(pt[0]) > edge || math.Abs(pt[1]) > edge:
		return pt, fmt.Errorf("%w: %v lies outside Web Mercator's square", ErrOutOfRange, pt)
	}
	lon := math.Max(-180, math.Min(180, pt[0]/mercatorAxis/degree))
	return orb.Point{lon, mercatorLat(pt[1] / mercatorAxis)}, nil
}

// mercatorLat is the latitude in degrees so many radii of the sphere north of the equator on the map.
func mercatorLat(north float64) float64 { return math.Atan(math.Sinh(north)) / degree }

// LikelySwapped tells whether latitude and longitude of a point were probably exchanged: as given it lies outside the
// bound, which should be a plan's, and exchanged inside. It judges points out of range too: ask it before CheckPoint.
func LikelySwapped(pt orb.Point, inside orb.Bound) bool {
	return !within(&inside, pt) && within(&inside, orb.Point{pt[1], pt[0]})
}
