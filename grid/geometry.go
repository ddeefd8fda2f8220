package grid

import "github.com/paulmach/orb"

// What lookup decides by, for the packages that judge and mend boundaries, so that they decide alike.

// Orient is +1 if a, b, c turn left, -1 if they turn right and 0 if they lie exactly on one line. It is never wrong by
// rounding and odd in each exchange of two points. The points must be finite.
func Orient(a, b, c orb.Point) int { return orient(a, b, c) }

// CompareCodes is the order of cells in a plan, and with it the rule of the border: of cells that touch a point, the
// first in this order owns it.
func CompareCodes(a, b Code) int { return compareCodes(a, b) }

// MetresPerDegree is the length of a degree eastwards and northwards at a latitude of the WGS-84 ellipsoid.
func MetresPerDegree(lat float64) (east, north float64) {
	m := metricAt(lat)
	return m.east, m.north
}

// InnerPoint is a point inside a shape and away from its edge, as a place to point at. Of a shape so thin that rounding
// misses its inside it is a vertex. The shape must have one.
func InnerPoint(shape orb.MultiPolygon) orb.Point {
	if pt, ok := inner(shape, func(orb.Point) bool { return true }); ok {
		return pt
	}
	return shape[0][0][0]
}
