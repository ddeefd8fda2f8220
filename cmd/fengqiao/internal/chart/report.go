package chart

import (
	"encoding/json"
	"io"

	"fengqiao/cmd/fengqiao/internal/words"
	"fengqiao/grid"
	"fengqiao/grid/survey"

	"github.com/paulmach/orb"
)

// report is the JSON form; fixtures/README.md explains it.
type report struct {
	Version  string    `json:"version"`
	Cells    int       `json:"cells"`
	Repairs  []repair  `json:"repairs"`
	Findings []finding `json:"findings"`
}

type finding struct {
	Kind      survey.Kind `json:"kind"`
	Cells     []int       `json:"cells"`
	Codes     []grid.Code `json:"codes"`
	Polygon   *int        `json:"polygon,omitempty"`
	Ring      *int        `json:"ring,omitempty"`
	At        *orb.Point  `json:"at"`
	Size      float64     `json:"size"`
	Unit      survey.Unit `json:"unit"`
	Ambiguous bool        `json:"ambiguous"`
	Points    []orb.Point `json:"points,omitempty"`
	Detail    string      `json:"detail,omitempty"`
	Zh        string      `json:"zh"`
	En        string      `json:"en"`
}

type repair struct {
	Kind    survey.FixKind `json:"kind"`
	Cells   []int          `json:"cells"`
	Codes   []grid.Code    `json:"codes"`
	Polygon *int           `json:"polygon,omitempty"`
	Ring    *int           `json:"ring,omitempty"`
	At      orb.Point      `json:"at"`
	Size    float64        `json:"size"`
	Unit    survey.Unit    `json:"unit"`
	Owner   grid.Code      `json:"owner,omitempty"`
	Zh      string         `json:"zh"`
	En      string         `json:"en"`
}

func findingOf(f survey.Finding) finding {
	out := finding{Kind: f.Kind, Cells: f.Cells, Codes: f.Codes, Size: f.Size, Unit: f.Kind.Unit(), Ambiguous: f.Kind.Ambiguous(),
		Points: f.Points, Detail: f.Detail, Zh: findingLine(f, words.Chinese), En: findingLine(f, words.English)}
	if f.Polygon >= 0 {
		out.Polygon, out.Ring = &f.Polygon, &f.Ring
	}
	if f.HasPlace {
		out.At = &f.At
	}
	if f.Cells == nil {
		out.Cells, out.Codes = []int{}, []grid.Code{}
	}
	return out
}

func repairOf(f survey.Fix) repair {
	out := repair{Kind: f.Kind, Cells: f.Cells, Codes: f.Codes, At: f.At, Size: f.Size, Unit: f.Kind.Unit(), Owner: f.Owner,
		Zh: fixLine(f, words.Chinese), En: fixLine(f, words.English)}
	if f.Polygon >= 0 {
		out.Polygon, out.Ring = &f.Polygon, &f.Ring
	}
	return out
}

// WriteReport writes all findings and repairs as JSON.
func (c *Chart) WriteReport(w io.Writer) error {
	r := report{Version: c.Version, Cells: len(c.Cells), Repairs: []repair{}, Findings: []finding{}}
	for _, f := range c.Fixes {
		r.Repairs = append(r.Repairs, repairOf(f))
	}
	for _, f := range c.Found {
		r.Findings = append(r.Findings, findingOf(f))
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	return enc.Encode(r)
}
