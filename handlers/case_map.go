package handlers

import (
	"slices"

	"fengqiao/grid"
	"fengqiao/mediation"
)

// Bounds of a map: more cases are no picture any more. Exact spots cost an unsealing each.
const (
	maxMapped = 2000
	maxExact  = 200
	mapPage   = 100
)

// cellProperties are the figures of one cell. Its ground is to be had from /plan.geojson, which changes with the plan alone.
type cellProperties struct {
	Kind      string         `json:"kind"` // "cell"
	Code      grid.Code      `json:"code"`
	Name      string         `json:"name"`
	Cases     int            `json:"cases"`
	Emergency int            `json:"emergency"`
	Breached  int            `json:"breached"`
	States    map[string]int `json:"states"`
}

// caseProperties are one case on the map.
type caseProperties struct {
	Kind string `json:"kind"` // "case"
	// Exact: the point is the spot itself and not its cell's centre.
	Exact bool `json:"exact"`
	summaryView
}

// mapCases draws the cases that a filter selects: a point for each cell with its figures, and one for each case at its
// cell's centre. ?exact=true puts cases that the caller handles on their own spot, as many as maxExact, and notes the look.
func (a *API) mapCases(c *Call) (Reply, error) {
	f, err := a.caseFilter(c)
	if err != nil {
		return Reply{}, err
	}
	crs, err := c.queryCRS()
	if err != nil {
		return Reply{}, err
	}
	exact, _, err := c.QueryBool("exact")
	if err != nil {
		return Reply{}, err
	}
	if f.Open == nil && len(f.States) == 0 {
		open := true
		f.Open = &open
	}
	most := maxMapped
	if exact {
		most = maxExact
	}
	found, more, err := a.mapped(c, f, most)
	if err != nil {
		return Reply{}, err
	}
	l, err := a.labels(c, "")
	if err != nil {
		return Reply{}, err
	}
	out := featureCollection{Type: "FeatureCollection", Features: l.cellFeatures(found, crs), Truncated: more, CRS: string(crs), Version: l.plan.Version()}
	for i := range found {
		one, err := a.caseFeature(c, l, &found[i], crs, exact)
		if err != nil {
			return Reply{}, err
		}
		out.Features = append(out.Features, one)
	}
	return Reply{View: out}, nil
}

// mapped gathers pages up to a bound.
func (a *API) mapped(c *Call, f mediation.Filter, most int) ([]mediation.Summary, bool, error) {
	var all []mediation.Summary
	cursor := ""
	for {
		found, next, err := a.Cases.List(c.Context, c.Actor, f, cursor, min(mapPage, most-len(all)))
		if err != nil {
			return nil, false, err
		}
		all = append(all, found...)
		if cursor = next; cursor == "" || len(all) >= most {
			return all, cursor != "", nil
		}
	}
}

func (l labels) cellFeatures(found []mediation.Summary, crs grid.CRS) []feature {
	cells := map[grid.Code]*cellProperties{}
	for i := range found {
		s := &found[i]
		if s.Cell == "" {
			continue
		}
		p := cells[s.Cell]
		if p == nil {
			name, _ := l.plan.Name(s.Cell)
			p = &cellProperties{Kind: "cell", Code: s.Cell, Name: name, States: map[string]int{}}
			cells[s.Cell] = p
		}
		p.Cases++
		p.States[string(s.State)]++
		if s.Emergency {
			p.Emergency++
		}
		if s.Breached {
			p.Breached++
		}
	}
	codes := make([]grid.Code, 0, len(cells))
	for code := range cells {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	features := make([]feature, 0, len(codes)+len(found))
	for _, code := range codes {
		features = append(features, feature{Type: "Feature", ID: "cell/" + string(code), Geometry: l.centre(code, crs), Properties: cells[code]})
	}
	return features
}

// centre is a cell's centre as a GeoJSON geometry, null where the plan has no such cell.
func (l labels) centre(code grid.Code, crs grid.CRS) any {
	pt, ok := l.plan.Centre(code)
	if !ok || code == "" {
		return nil
	}
	return pointIn(crs, pt)
}

func (a *API) caseFeature(c *Call, l labels, s *mediation.Summary, crs grid.CRS, exact bool) (feature, error) {
	p := caseProperties{Kind: "case", summaryView: l.summary(s)}
	out := feature{Type: "Feature", ID: "case/" + s.ID, Geometry: l.centre(s.Cell, crs)}
	if exact {
		k, err := a.Cases.Cases.Load(c.Context, s.ID)
		if err != nil {
			return out, err
		}
		pt, err := a.Cases.PointOf(c.Context, c.Actor, &k)
		if err != nil {
			return out, err
		}
		if pt != nil {
			if err := a.looked(c, mediation.Look{Case: s.ID, What: "point"}); err != nil {
				return out, err
			}
			out.Geometry, p.Exact = pointIn(crs, *pt), true
		}
	}
	out.Properties = p
	return out, nil
}
