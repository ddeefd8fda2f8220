package chart

import (
	"encoding/json"
	"io"

	"github.com/paulmach/orb"

	"fengqiao/grid/survey"
)

// The parts of GeoJSON (RFC 7946) that are written here. orb's own package for it would do, but the form is small.
type (
	collection struct {
		Type     string    `json:"type"`
		Features []feature `json:"features"`
	}
	feature struct {
		Type       string    `json:"type"`
		Properties any       `json:"properties"`
		Geometry   *geometry `json:"geometry"`
	}
	geometry struct {
		Type        string `json:"type"`
		Coordinates any    `json:"coordinates"`
	}
)

// WriteGeoJSON writes a feature for every finding and every repair: ground as a MultiPolygon, several places as a MultiPoint,
// else a Point. Properties are those of the report.
func (c *Chart) WriteGeoJSON(w io.Writer) error {
	out := collection{"FeatureCollection", []feature{}}
	for _, f := range c.Found {
		out.Features = append(out.Features, feature{"Feature", findingOf(f), geometryOf(f)})
	}
	for _, f := range c.Fixes {
		out.Features = append(out.Features, feature{"Feature", repairOf(f), &geometry{"Point", f.At}})
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(out)
}

func geometryOf(f survey.Finding) *geometry {
	switch {
	case len(f.Ground) > 0:
		return &geometry{"MultiPolygon", [][]orb.Ring(polygons(f.Ground))}
	case len(f.Points) > 1:
		return &geometry{"MultiPoint", f.Points}
	case f.HasPlace:
		return &geometry{"Point", f.At}
	}
	return nil // RFC 7946, section 3.2: a feature without a place
}

func polygons(shape orb.MultiPolygon) (out [][]orb.Ring) {
	for _, p := range shape {
		out = append(out, p)
	}
	return out
}
