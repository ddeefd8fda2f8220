package handlers

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"fengqiao/grid"
	"fengqiao/grid/edition"
	"fengqiao/internal/boundary"
)

// PlanOptions says how a file of boundaries is to be read as a plan. The zero value reads the product's own plan files
// (fixtures/README.md).
type PlanOptions struct {
	// Code and Name are the properties of a feature that hold its code and name; "" means "code" and "name".
	Code, Name string
	// Parent is the property with the code of the unit above, ParentName the one with its name. With either, a cell's own
	// code is one segment below that unit; with neither it is the whole path.
	Parent, ParentName string
	// Levels names the hierarchy: "china", or the levels outermost first, as "region,council" or "county:6,grid:3" with the
	// digits of a segment. "" takes the file's own schema; without one it is China's, or, where cells have a parent
	// property, two free levels.
	Levels string
	// Version names this edition; "" takes the file's, or else makes one from its content, so that the same file has
	// the same version.
	Version string
	// CRS is the system of the coordinates; "" is the file's own, or WGS-84. It also holds where a file declares WGS-84, as
	// writers do who know no Chinese map's datum. A file that declares any other system cannot be told to be in a third.
	CRS grid.CRS
	// Geometry is the column of a CSV that holds the shapes as WKT; "" finds it by its name or content.
	Geometry string
}

// PlanInput is what a plan is made of, as grid.NewPlan wants it.
type PlanInput struct {
	Version string
	edition.Drawing
}

// PlanFinding is one thing wrong with a plan file, PlanFindings all of them. They are an error where nothing could be read.
type (
	PlanFinding  = boundary.Finding
	PlanFindings = boundary.Findings
)

// planMembers are the members of a GeoJSON collection that a plan file has beside its features.
var planMembers = []string{"version", "schema", "units"}

// OpenPlan opens a file of boundaries in any format that boundary reads. Errors: those of boundary.Open.
func OpenPlan(name string, o PlanOptions) (*boundary.File, error) {
	return boundary.Open(name, boundary.Options{Members: planMembers, Geometry: o.Geometry})
}

// StreamPlan reads a stream of any format but Shapefile. Errors: those of boundary.From.
func StreamPlan(r io.Reader, o PlanOptions) (*boundary.File, error) {
	return boundary.From(r, boundary.Options{Members: planMembers, Geometry: o.Geometry})
}

// ReadPlan reads GeoJSON as a plan, a collection or a sequence, feature by feature. Features that cannot be used are left
// out and told among the findings; the error, then of type PlanFindings or the source's own, means that nothing can be
// used. What comes back has not been checked as a whole: grid.NewPlan does that.
func ReadPlan(r io.Reader, o PlanOptions) (*PlanInput, PlanFindings, error) {
	sum := sha256.New()
	return readPlan(boundary.NewGeoJSON(io.TeeReader(r, sum), boundary.Options{Members: planMembers}), o,
		func() ([]byte, error) { return sum.Sum(nil), nil })
}

// ReadPlanFile reads an open file as ReadPlan does.
func ReadPlanFile(f *boundary.File, o PlanOptions) (*PlanInput, PlanFindings, error) {
	return readPlan(f, o, f.Sum)
}

// readPlan reads features and makes a plan of them; sum is the content's, for a file without a version.
func readPlan(src boundary.Reader, o PlanOptions, sum func() ([]byte, error)) (*PlanInput, PlanFindings, error) {
	p := planReader{PlanOptions: o}
	for {
		f, err := src.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, nil, fatal(err)
		}
		p.feature(f)
	}
	if err := p.readHead(src.Head()); err != nil {
		return nil, nil, err
	}
	if p.Version == "" {
		content, err := sum()
		if err != nil {
			return nil, nil, fatal(err)
		}
		p.Version = "sha256-" + hex.EncodeToString(content[:8])
	}
	return p.finish()
}

// fatal passes findings on as they are, and says of other errors whose they are.
func fatal(err error) error {
	var found PlanFindings
	if errors.As(err, &found) {
		return found
	}
	return fmt.Errorf("handlers: plan: %w", err)
}

// planReader is one reading of a plan file.
type planReader struct {
	PlanOptions
	head     planHead
	features []planFeature
	found    PlanFindings
}

// planHead is the members of a collection that stand beside its features.
type planHead struct {
	Version string
	Schema  *planSchema
	Units   []unitText
}

type planSchema struct {
	Levels []levelText `json:"levels"`
}

type levelText struct {
	Key      string `json:"key"`
	NameZh   string `json:"nameZh"`
	NameEn   string `json:"nameEn"`
	Width    int    `json:"width"`
	ZeroVoid bool   `json:"zeroVoid"`
}

type unitText struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// planFeature is a feature whose shape is read; its codes wait for the schema, and its shape for the coordinate system,
// which may stand behind the features.
type planFeature struct {
	*boundary.Feature
	code, name         string
	parent, parentName string
}

func (p *planReader) refuse(f planFeature, reason, detail string) {
	p.found = append(p.found, PlanFinding{Feature: f.Index, Code: f.code, Reason: reason, Detail: detail, Line: f.Line, Offset: f.Offset})
}

// readHead takes what the file says of itself, now that all of it is read.
func (p *planReader) readHead(head boundary.Head) error {
	for i, to := range []any{&p.head.Version, &p.head.Schema, &p.head.Units} { // as in planMembers
		if raw := head.Members[planMembers[i]]; raw != nil {
			if err := json.Unmarshal(raw, to); err != nil {
				return boundary.Whole("json", planMembers[i]+": "+err.Error())
			}
		}
	}
	if p.Version == "" {
		p.Version = p.head.Version
	}
	switch declared, plain := head.CRS, []grid.CRS{"", grid.WGS84, grid.CGCS2000}; {
	case slices.Contains(plain, declared) || declared == p.CRS:
	case slices.Contains(plain, p.CRS):
		p.CRS = declared
	default:
		return boundary.Whole("crs_clash", string(declared)+" / "+string(p.CRS))
	}
	return nil
}
