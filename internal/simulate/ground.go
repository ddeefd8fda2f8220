package simulate

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Ground is a map read on its own: the same file as the plan's, but with none of the product's code, so that what the
// product says of a point can be checked against something else.
type Ground struct{ areas []area }

type area struct {
	code       string
	polygons   [][][][2]float64
	west, east float64
}

// ReadGround reads a GeoJSON file of Polygons and MultiPolygons in WGS-84 degrees; property names their code.
func ReadGround(r io.Reader, property string) (*Ground, error) {
	var file struct {
		Features []struct {
			Properties map[string]any
			Geometry   struct {
				Type        string
				Coordinates json.RawMessage
			}
		}
	}
	if err := json.NewDecoder(r).Decode(&file); err != nil {
		return nil, err
	}
	g := &Ground{}
	for i, f := range file.Features {
		a := area{code: strings.TrimSpace(fmt.Sprint(f.Properties[property])), west: 180, east: -180}
		err := json.Unmarshal(f.Geometry.Coordinates, &a.polygons)
		if f.Geometry.Type == "Polygon" {
			a.polygons = make([][][][2]float64, 1)
			err = json.Unmarshal(f.Geometry.Coordinates, &a.polygons[0])
		}
		if err != nil {
			return nil, fmt.Errorf("feature %d: %w", i, err)
		}
		for _, p := range a.polygons {
			for _, ring := range p {
				for _, pt := range ring {
					a.west, a.east = min(a.west, pt[0]), max(a.east, pt[0])
				}
			}
		}
		g.areas = append(g.areas, a)
	}
	return g, nil
}

// At lists the codes of all areas that the point lies in. Neighbours that overlap give several.
func (g *Ground) At(lon, lat float64) []string {
	var codes []string
	for _, a := range g.areas {
		if lon >= a.west && lon <= a.east && a.holds(lon, lat) {
			codes = append(codes, a.code)
		}
	}
	return codes
}

// holds counts how often a ray from the point to the east crosses the rings of one polygon: odd is inside, holes included
// (the even-odd rule, as in Shimrat, Algorithm 112, CACM 1962).
func (a *area) holds(lon, lat float64) bool {
	for _, rings := range a.polygons {
		odd := false
		for _, ring := range rings {
			for i := 1; i < len(ring); i++ {
				p, q := ring[i-1], ring[i]
				if (p[1] > lat) != (q[1] > lat) && lon < p[0]+(lat-p[1])*(q[0]-p[0])/(q[1]-p[1]) {
					odd = !odd
				}
			}
		}
		if odd {
			return true
		}
	}
	return false
}
