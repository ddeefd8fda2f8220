package handlers

import (
	"fengqiao/grid"
	"fengqiao/mediation"

	"github.com/paulmach/orb"
)

type planView struct {
	Version string      `json:"version"`
	Cells   int         `json:"cells"`
	Levels  []levelText `json:"levels"`
	// Bound is west, south, east and north (RFC 7946 section 5); null for a plan without cells.
	Bound []float64  `json:"bound"`
	Roots []unitView `json:"roots"`
}

type unitView struct {
	Code  grid.Code `json:"code"`
	Name  string    `json:"name"`
	Level string    `json:"level"`
	Cell  bool      `json:"cell"` // the unit is a cell itself
}

func unitsOf(plan *grid.Plan, units []grid.Unit) []unitView {
	views := make([]unitView, len(units))
	schema := plan.Schema()
	for i, u := range units {
		level, _ := schema.LevelOf(u.Code)
		_, cell := plan.IndexOf(u.Code)
		views[i] = unitView{u.Code, u.Name, level.Key, cell}
	}
	return views
}

func boundIn(crs grid.CRS, b orb.Bound) []float64 {
	if b.IsEmpty() {
		return nil
	}
	var bound []float64
	for _, corner := range []orb.Point{b.Min, b.Max} {
		for _, o := range pointIn(crs, corner).Coordinates {
			bound = append(bound, float64(o))
		}
	}
	return bound
}

func (a *API) planHead(c *Call) (Reply, error) {
	crs, err := c.queryCRS()
	if err != nil {
		return Reply{}, err
	}
	return a.planReply(c, a.Atlas.Load(), crs)
}

// planReply shows the plan that this instance works with. While another has been put in force and is not noticed here yet,
// there is no revision to decide on.
func (a *API) planReply(c *Call, plan *grid.Plan, crs grid.CRS) (Reply, error) {
	version, revision, err := a.Plans.InForce(c.Context)
	if err != nil {
		return Reply{}, err
	}
	if version != plan.Version() {
		revision = 0
	}
	return Reply{View: planSummary(plan, crs), Revision: revision}, nil
}

func planSummary(plan *grid.Plan, crs grid.CRS) planView {
	v := planView{Version: plan.Version(), Cells: plan.Len(), Levels: []levelText{}, Bound: boundIn(crs, plan.Bound("")), Roots: unitsOf(plan, plan.Roots())}
	for _, l := range plan.Schema().Levels {
		v.Levels = append(v.Levels, levelText(l))
	}
	return v
}

type unitList struct {
	Parent *placeView `json:"parent"` // null above the roots
	Items  []unitView `json:"items"`
}

func (a *API) planUnits(c *Call) (Reply, error) {
	plan, parent := a.Atlas.Load(), grid.Code(c.QueryText("parent"))
	if err := checkCode(plan, "parent", parent); err != nil {
		return Reply{}, err
	}
	return Reply{View: unitList{placeOf(plan, parent), unitsOf(plan, plan.Children(parent))}}, nil
}

type cellView struct {
	placeView
	Centre     *wirePoint  `json:"centre"`
	Bound      []float64   `json:"bound"`
	Neighbours []grid.Code `json:"neighbours"`
	Shape      wireShape   `json:"shape"`
}

func (a *API) planCell(c *Call) (Reply, error) {
	crs, err := c.queryCRS()
	if err != nil {
		return Reply{}, err
	}
	plan := a.Atlas.Load()
	cell, ok := plan.Cell(grid.Code(c.PathID("code")))
	if !ok {
		return Reply{}, mediation.ErrNotFound
	}
	v := cellView{placeView: *placeOf(plan, cell.Code), Bound: boundIn(crs, plan.Bound(cell.Code)),
		Neighbours: list(plan.Neighbours(cell.Code)), Shape: shapeIn(crs, cell.Shape)}
	if centre, ok := plan.Centre(cell.Code); ok {
		v.Centre = pointIn(crs, centre)
	}
	return Reply{View: v}, nil
}

// locateView says in which cell a point lies.
type locateView struct {
	Place *placeView `json:"place"` // null outside every cell
	// Nearest is the cell beside which a point outside lies, within a kilometre.
	Nearest *nearView `json:"nearest"`
	// MaybeSwapped: the point lies far away, and in the plan with longitude and latitude exchanged.
	MaybeSwapped bool       `json:"maybeSwapped"`
	Suggested    *placeView `json:"suggested"`
}

type nearView struct {
	Place  *placeView `json:"place"`
	Metres float64    `json:"metres"`
}

// nearMetres is how far away a cell is still worth naming.
const nearMetres = 1000

func (a *API) planLocate(c *Call) (Reply, error) {
	plan := a.Atlas.Load()
	pt, swapped, err := c.queryPoint(plan)
	if err != nil {
		return Reply{}, err
	}
	v := locateView{MaybeSwapped: swapped}
	if swapped {
		if cell, ok := plan.Locate(orb.Point{pt[1], pt[0]}); ok {
			v.Suggested = placeOf(plan, cell.Code)
		}
	} else if cell, ok := plan.Locate(pt); ok {
		v.Place = placeOf(plan, cell.Code)
	} else if code, m, ok := plan.Nearest(pt, nearMetres); ok {
		v.Nearest = &nearView{placeOf(plan, code), m}
	}
	return Reply{View: v}, nil
}
