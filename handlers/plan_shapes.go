package handlers

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"fengqiao/grid"
	"fengqiao/internal/boundary"
	"fengqiao/mediation"
)

// maxShapes is the most cells that one answer draws; whoever wants more asks area by area.
const maxShapes = 20000

// planShapes draws the cells of an area. It depends on nothing but the plan's edition, so clients may keep it.
func (a *API) planShapes(c *Call) (Reply, error) {
	crs, err := c.queryCRS()
	if err != nil {
		return Reply{}, err
	}
	plan, area := a.Atlas.Load(), grid.Code(c.QueryText("area"))
	if err := checkCode(plan, "area", area); err != nil {
		return Reply{}, err
	}
	codes := plan.CellsOf(area)
	if len(codes) > maxShapes {
		return Reply{}, invalid("too_many", "area", "max", strconv.Itoa(maxShapes))
	}
	out := featureCollection{Type: "FeatureCollection", Features: make([]feature, 0, len(codes)), CRS: string(crs), Version: plan.Version()}
	for _, code := range codes {
		cell, _ := plan.Cell(code)
		out.Features = append(out.Features, feature{Type: "Feature", ID: string(code), Geometry: shapeIn(crs, cell.Shape), Properties: unitText{string(code), cell.Name}})
	}
	text, err := json.Marshal(out)
	if err != nil {
		return Reply{}, err
	}
	return Reply{Raw: &Raw{Type: "application/geo+json", Body: text, Cache: "private, max-age=300"}}, nil
}

// importPlan reads GeoJSON as the plan, keeps it and puts it in force.
func (a *API) importPlan(c *Call) (Reply, error) {
	in, plan, err := a.readPlan(c)
	if err != nil {
		return Reply{}, err
	}
	before, _, err := a.Plans.InForce(c.Context)
	if err != nil {
		return Reply{}, err
	}
	if err := a.Plans.Import(c.Context, c.Revision, a.newEdition(c, plan, mediation.Imported, before), in.Drawing, plan); err != nil {
		return Reply{}, err
	}
	return a.planReply(c, plan, grid.WGS84)
}

// readPlan reads the body as a plan. One thing wrong refuses the whole: a plan with holes would leave reports unplaced.
// holdsPlan has judged the plan in force; the new one must lie inside the caller's area as well.
func (a *API) readPlan(c *Call) (*PlanInput, *grid.Plan, error) {
	crs, err := c.queryCRS()
	if err != nil {
		return nil, nil, err
	}
	body := &bounded{src: c.Stream(), left: c.Route.Body}
	in, found, err := ReadPlan(body, PlanOptions{Code: c.QueryText("code"), Name: c.QueryText("name"), Parent: c.QueryText("parent"),
		ParentName: c.QueryText("parentName"), Levels: c.QueryText("levels"), Version: c.QueryText("version"), CRS: crs})
	var whole PlanFindings
	switch {
	case body.over:
		return nil, nil, c.tooLarge()
	case errors.As(err, &whole):
		return nil, nil, planProblem(whole)
	case err != nil:
		return nil, nil, &Problem{Status: http.StatusBadRequest, Code: "body_cut_off", Cause: err}
	case len(found) > 0:
		return nil, nil, planProblem(found)
	}
	plan, err := grid.NewPlan(in.Version, in.Schema, in.Units, in.Cells)
	if err != nil {
		return nil, nil, planProblem(planProblems(err))
	}
	if !mediation.MayPlan(c.Actor, c.Route.Action, plan) {
		return nil, nil, beyondArea()
	}
	return in, plan, nil
}

// planProblems turns grid's reasons into findings.
func planProblems(err error) PlanFindings {
	var joined interface{ Unwrap() []error }
	if !errors.As(err, &joined) {
		return boundary.Whole("refused", err.Error())
	}
	var found PlanFindings
	for _, one := range joined.Unwrap() {
		f := PlanFinding{Feature: -1, Reason: "refused", Detail: one.Error()}
		var p *grid.Problem
		if errors.As(one, &p) {
			f.Code, f.Detail = string(p.Code), p.Reason
		}
		found = append(found, f)
	}
	return found
}

// planProblem tells the first findings, as many as one reads.
func planProblem(f PlanFindings) *Problem {
	const most = 100
	p := invalid("plan.refused", "", "count", strconv.Itoa(len(f)))
	for _, x := range f[:min(most, len(f))] {
		field := ""
		if x.Feature >= 0 {
			field = "features[" + strconv.Itoa(x.Feature) + "]"
		}
		p.Errors = append(p.Errors, FieldError{Field: field, Code: "plan." + x.Reason, Params: map[string]string{"code": printable(x.Code), "detail": printable(x.Detail)}})
	}
	return p
}
