package handlers

import (
	"math"
	"net/http"
	"strconv"
	"strings"

	"fengqiao/grid"

	"github.com/paulmach/orb"
)

// Questions to the plan in force about a point, a box and many points at once. What looks like longitude and latitude
// exchanged is said to, and never turned round: the answer to another question than the one asked helps nobody.

// queryPoint is the point that the parameters lon, lat and crs name, in WGS-84. swapped: it lies far away, and in the plan
// with longitude and latitude exchanged; then it is no place on earth, perhaps.
func (c *Call) queryPoint(plan *grid.Plan) (pt orb.Point, swapped bool, err error) {
	w := wirePoint{Type: "Point", CRS: c.QueryText("crs"), Coordinates: make([]ordinate, 2)}
	if _, err := c.queryCRS(); err != nil {
		return pt, false, err
	}
	for i, name := range []string{"lon", "lat"} {
		v, err := strconv.ParseFloat(c.QueryText(name), 64)
		if err != nil || v != v {
			return pt, false, invalid("not_a_number", name)
		}
		w.Coordinates[i] = ordinate(v)
	}
	read, err := w.read("point")
	if err != nil {
		return pt, false, err
	}
	if grid.LikelySwapped(*read, plan.Bound("")) {
		return *read, true, nil
	}
	if err := grid.CheckPoint(*read); err != nil {
		return pt, false, &Problem{Status: http.StatusUnprocessableEntity, Code: "bad_point", Field: "lat", Cause: err}
	}
	return *read, false, nil
}

// mostMetres bounds how far around a point cells are looked for.
const mostMetres = 10_000

type nearList struct {
	Version      string     `json:"version"`
	Items        []nearView `json:"items"`
	Truncated    bool       `json:"truncated"` // there are more than the limit
	MaybeSwapped bool       `json:"maybeSwapped"`
}

// planNear lists the cells that come within so many metres of a point, the nearest first.
func (a *API) planNear(c *Call) (Reply, error) {
	g := a.places()
	pt, swapped, err := c.queryPoint(g.plan)
	if err != nil {
		return Reply{}, err
	}
	metres, err := strconv.ParseFloat(c.QueryText("metres"), 64)
	if err != nil {
		return Reply{}, invalid("not_a_number", "metres")
	}
	if !(metres >= 0 && metres <= mostMetres) {
		return Reply{}, invalid("out_of_range", "metres", "min", "0", "max", strconv.Itoa(mostMetres))
	}
	limit, err := a.limit(c)
	if err != nil {
		return Reply{}, err
	}
	v := nearList{Version: g.plan.Version(), Items: []nearView{}, MaybeSwapped: swapped}
	if swapped {
		return Reply{View: v}, nil
	}
	near := g.plan.CellsNear(pt, metres)
	v.Truncated = len(near) > limit
	for _, n := range near[:min(limit, len(near))] {
		v.Items = append(v.Items, nearView{g.place(n.Code), n.Metres})
	}
	return Reply{View: v}, nil
}

// maxCellsIn is the most cells that a box may hold; whoever wants more asks for smaller ones.
const maxCellsIn = 5000

type cellsInView struct {
	Version      string     `json:"version"`
	Items        []unitText `json:"items"`
	MaybeSwapped bool       `json:"maybeSwapped"`
}

// planCellsIn lists the cells that meet a box, in code order.
func (a *API) planCellsIn(c *Call) (Reply, error) {
	crs, err := c.queryCRS()
	if err != nil {
		return Reply{}, err
	}
	asked, ok := readBox(c.QueryText("bbox"))
	if !ok {
		return Reply{}, invalid("bad_bbox", "bbox")
	}
	plan := a.Atlas.Load()
	v := cellsInView{Version: plan.Version(), Items: []unitText{}}
	turned := orb.Bound{Min: orb.Point{asked.Min[1], asked.Min[0]}, Max: orb.Point{asked.Max[1], asked.Max[0]}}
	if whole := plan.Bound(""); !whole.Intersects(asked) && whole.Intersects(turned) {
		v.MaybeSwapped = true
		return Reply{View: v}, nil
	}
	box, ok := boxFrom(crs, asked)
	if !ok {
		return Reply{}, invalid("bad_bbox", "bbox")
	}
	codes, more := plan.SomeCellsIn(box, maxCellsIn)
	if more {
		return Reply{}, invalid("too_many", "bbox", "max", strconv.Itoa(maxCellsIn))
	}
	for _, code := range codes {
		name, _ := plan.Name(code)
		v.Items = append(v.Items, unitText{string(code), name})
	}
	return Reply{View: v}, nil
}

// readBox reads west, south, east and north; false unless they are four numbers within ±180 in this order.
func readBox(text string) (b orb.Bound, ok bool) {
	parts := strings.Split(text, ",")
	if len(parts) != 4 {
		return b, false
	}
	var v [4]float64
	for i, part := range parts {
		n, err := strconv.ParseFloat(part, 64)
		if err != nil || !(math.Abs(n) <= 180) {
			return b, false
		}
		v[i] = n
	}
	b = orb.Bound{Min: orb.Point{v[0], v[1]}, Max: orb.Point{v[2], v[3]}}
	return b, b.Min[0] <= b.Max[0] && b.Min[1] <= b.Max[1]
}

// boxFrom is the box around the corners of one in another datum, since its sides are no parallels in WGS-84. False if a
// corner is no place on earth.
func boxFrom(crs grid.CRS, asked orb.Bound) (orb.Bound, bool) {
	if crs == grid.WGS84 {
		return asked, grid.CheckPoint(asked.Min) == nil && grid.CheckPoint(asked.Max) == nil
	}
	corners := make(orb.MultiPoint, 4)
	for i, corner := range asked.ToRing()[:4] {
		pt, err := grid.ToWGS84(corner, crs)
		if err != nil {
			return orb.Bound{}, false
		}
		corners[i] = pt
	}
	return corners.Bound(), true
}

// maxPoints is how many points one request may locate.
const maxPoints = 10_000

// wirePoints is a GeoJSON MultiPoint with the datum that wirePoint has.
type wirePoints struct {
	Type        string       `json:"type"`
	Coordinates [][]ordinate `json:"coordinates"`
	CRS         string       `json:"crs"`
}

type locatedView struct {
	Cell *grid.Code `json:"cell"` // null outside every cell
	// Problem is why there is no answer, "bad_point": not a place on earth.
	Problem      string    `json:"problem,omitzero"`
	MaybeSwapped bool      `json:"maybeSwapped,omitzero"`
	Suggested    grid.Code `json:"suggested,omitzero"` // the cell, if longitude and latitude were exchanged
}

type locatedList struct {
	Version string        `json:"version"`
	Items   []locatedView `json:"items"` // in the order of the points
}

// planLocateAll gives each of many points its cell. One that is no place on earth, or looks exchanged, spoils no other.
func (a *API) planLocateAll(c *Call) (Reply, error) {
	var body wirePoints
	if err := c.Decode(&body); err != nil {
		return Reply{}, err
	}
	crs, err := body.check()
	if err != nil {
		return Reply{}, err
	}
	plan := a.Atlas.Load()
	whole := plan.Bound("")
	v := locatedList{Version: plan.Version(), Items: make([]locatedView, len(body.Coordinates))}
	var pts []orb.Point
	var asked []int // which of the points these are
	for i, position := range body.Coordinates {
		given := orb.Point{float64(position[0]), float64(position[1])}
		pt, err := grid.ToWGS84(given, crs)
		switch item := &v.Items[i]; {
		case grid.LikelySwapped(pt, whole): // a point beyond the poles stands as it was given
			item.MaybeSwapped = true
			if pt, err := grid.ToWGS84(orb.Point{given[1], given[0]}, crs); err == nil {
				cell, _ := plan.Locate(pt)
				item.Suggested = cell.Code
			}
		case err != nil:
			item.Problem = "bad_point"
		default:
			pts, asked = append(pts, pt), append(asked, i)
		}
	}
	cells := make([]int32, len(pts))
	plan.LocateAll(pts, cells)
	for k, at := range cells {
		if at >= 0 {
			code := plan.CodeAt(int(at))
			v.Items[asked[k]].Cell = &code
		}
	}
	return Reply{View: v}, nil
}

func (p *wirePoints) check() (grid.CRS, error) {
	if p.Type != "MultiPoint" {
		return "", invalid("unknown_value", "type", "value", printable(p.Type))
	}
	if p.Coordinates == nil {
		return "", invalid("required", "coordinates")
	}
	if len(p.Coordinates) > maxPoints {
		return "", invalid("too_many", "coordinates", "max", strconv.Itoa(maxPoints))
	}
	for i, position := range p.Coordinates {
		if n := len(position); n != 2 && n != 3 {
			return "", invalid("bad_point", "coordinates["+strconv.Itoa(i)+"]")
		}
	}
	crs, err := grid.ParseCRS(p.CRS)
	if err != nil {
		return "", invalid("unknown_crs", "crs", "value", printable(p.CRS))
	}
	return crs, nil
}
