package handlers

import (
	"errors"
	"math"
	"strconv"
	"strings"

	"fengqiao/grid"

	"github.com/go-json-experiment/json"
	"github.com/paulmach/orb"
)

// wirePoint is a GeoJSON point (RFC 7946) with a member of ours that names the datum: phones and web maps in China speak
// GCJ-02 or BD-09, and GeoJSON knows only WGS-84.
type wirePoint struct {
	Type string `json:"type"`
	// Coordinates are longitude and latitude in degrees; a third number (altitude) is read over.
	Coordinates []ordinate `json:"coordinates"`
	CRS         string     `json:"crs,omitempty"`
}

// ordinate is a number of a position.
type ordinate float64

// UnmarshalJSON refuses null, which passes for 0 elsewhere: a phone without a fix would report from the Gulf of Guinea.
func (o *ordinate) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return errors.New("handlers: null is no ordinate")
	}
	return json.Unmarshal(b, (*float64)(o))
}

// read gives the point in WGS-84; nil for none. A point that is no place on earth comes back as it was given: longitude
// and latitude may stand exchanged, and what to do about that is the service's to say.
func (p *wirePoint) read(field string) (*orb.Point, error) {
	if p == nil {
		return nil, nil
	}
	if p.Type != "Point" {
		return nil, invalid("unknown_value", field+".type", "value", printable(p.Type))
	}
	if n := len(p.Coordinates); n != 2 && n != 3 {
		return nil, invalid("bad_point", field+".coordinates")
	}
	crs, err := grid.ParseCRS(p.CRS)
	if err != nil {
		return nil, invalid("unknown_crs", field+".crs", "value", printable(p.CRS))
	}
	pt := orb.Point{float64(p.Coordinates[0]), float64(p.Coordinates[1])}
	if math.Abs(pt[0]) > 180 || math.Abs(pt[1]) > 180 {
		return nil, invalid("bad_point", field+".coordinates")
	}
	if crs == grid.WGS84 || grid.CheckPoint(pt) != nil {
		return &pt, nil
	}
	if pt, err = grid.ToWGS84(pt, crs); err != nil {
		return nil, &Problem{Status: 422, Code: "bad_point", Field: field + ".coordinates", Cause: err}
	}
	return &pt, nil
}

// queryCRS is the datum in which the caller wants points.
func (c *Call) queryCRS() (grid.CRS, error) {
	text := c.QueryText("crs")
	crs, err := grid.ParseCRS(text)
	if err != nil {
		return "", invalid("unknown_crs", "crs", "value", printable(text))
	}
	return crs, nil
}

// pointIn writes a WGS-84 point in a datum. What cannot be converted, being no place on earth, stays as it is.
func pointIn(crs grid.CRS, pt orb.Point) *wirePoint {
	out, err := grid.FromWGS84(pt, crs)
	if err != nil {
		out, crs = pt, grid.WGS84
	}
	return &wirePoint{Type: "Point", Coordinates: []ordinate{ordinate(degrees(out[0])), ordinate(degrees(out[1]))}, CRS: string(crs)}
}

// degrees rounds to 1e-7 degrees, about a centimetre.
func degrees(v float64) float64 { return math.Round(v*1e7) / 1e7 }

// feature is one GeoJSON feature.
type feature struct {
	Type       string `json:"type"`
	ID         string `json:"id,omitempty"`
	Geometry   any    `json:"geometry"`
	Properties any    `json:"properties"`
}

// featureCollection is a GeoJSON FeatureCollection with members of ours.
type featureCollection struct {
	Type     string    `json:"type"`
	Features []feature `json:"features"`
	// Truncated: there is more than is shown.
	Truncated bool   `json:"truncated"`
	CRS       string `json:"crs"`
	// Version of the plan that cells are of.
	Version string `json:"version"`
}

// wireShape is a cell's ground.
type wireShape struct {
	Type        string           `json:"type"`
	Coordinates orb.MultiPolygon `json:"coordinates"`
}

// shapeIn writes a shape in a datum.
func shapeIn(crs grid.CRS, shape orb.MultiPolygon) wireShape {
	out := make(orb.MultiPolygon, len(shape))
	for i, polygon := range shape {
		out[i] = make(orb.Polygon, len(polygon))
		for j, ring := range polygon {
			out[i][j] = make(orb.Ring, len(ring))
			for k, pt := range ring {
				if moved, err := grid.FromWGS84(pt, crs); err == nil {
					pt = moved
				}
				out[i][j][k] = orb.Point{degrees(pt[0]), degrees(pt[1])}
			}
		}
	}
	return wireShape{Type: "MultiPolygon", Coordinates: out}
}

// spot reads an opened point, "lon,lat" (mediation.Report.Point).
func spot(text string) (orb.Point, bool) {
	lon, lat, ok := strings.Cut(text, ",")
	x, errX := strconv.ParseFloat(lon, 64)
	y, errY := strconv.ParseFloat(lat, 64)
	return orb.Point{x, y}, ok && errX == nil && errY == nil
}
