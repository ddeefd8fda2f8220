package handlers

import (
	"net/http"
	"reflect"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/patrol"

	"github.com/google/uuid"
)

// patrolRoutes are what grid workers send of their rounds, and what staff see of the cells: never who was where.
func patrolRoutes() []Route {
	const get, base = http.MethodGet, "/api/v1/patrols"
	return []Route{
		{Method: http.MethodPost, Path: base + "/checkins", Action: mediation.PatrolCheckIn, Create: true, OwnKey: true, Cost: Write, Handle: (*API).checkIn},
		{Method: get, Path: base + "/checkins", Action: mediation.PatrolCheckIn, Query: []string{"limit", "cursor"}, Handle: (*API).ownCheckins},
		{Method: get, Path: base + "/cells", Action: mediation.PatrolRead, Query: []string{"area", "overdue", "notSince", "limit", "cursor"}, Handle: (*API).patrolCells},
		{Method: get, Path: base + "/figures", Action: mediation.PatrolRead, Query: []string{"area"}, Handle: (*API).patrolFigures},
		{Method: get, Path: base + ".geojson", Action: mediation.PatrolRead, Query: []string{"area", "overdue", "notSince", "crs"}, Handle: (*API).patrolMap},
	}
}

// checkinBody is a check-in as a phone sends it.
type checkinBody struct {
	ClientID       string     `json:"clientId" max:"64"`
	Point          *wirePoint `json:"point"`
	AccuracyMetres float64    `json:"accuracyMetres"`
	PhoneTime      time.Time  `json:"phoneTime"`
}

// checkinView is a check-in as its own person sees it. It has no point: none was kept.
type checkinView struct {
	ID        string           `json:"id"`
	Cell      grid.Code        `json:"cell"`
	Name      string           `json:"name"`
	At        time.Time        `json:"at"`
	PhoneTime time.Time        `json:"phoneTime,omitzero"`
	Received  time.Time        `json:"received"`
	Counts    bool             `json:"counts"`
	Marks     []mediation.Mark `json:"marks,omitzero"`
}

func (a *API) viewCheckin(k *patrol.Checkin) checkinView {
	v := checkinView{ID: k.ID, Cell: k.Cell, At: k.At.UTC(), Received: k.Received.UTC(), Counts: k.Counts(), Marks: k.Marks}
	v.Name, _ = a.Atlas.Load().Name(k.Cell)
	if !k.PhoneTime.IsZero() {
		v.PhoneTime = k.PhoneTime.UTC()
	}
	return v
}

// checkIn takes a check-in in. The same again, from a phone that had no answer, is the same one.
func (a *API) checkIn(c *Call) (Reply, error) {
	var b checkinBody
	if err := c.Decode(&b); err != nil {
		return Reply{}, err
	}
	if err := checkLengths(reflect.ValueOf(&b).Elem(), ""); err != nil {
		return Reply{}, err
	}
	if b.Point == nil {
		return Reply{}, invalid("required", "point")
	}
	if id, err := uuid.Parse(b.ClientID); err == nil {
		b.ClientID = id.String() // however it was spelled
	}
	pt, err := b.Point.read("point")
	if err != nil {
		return Reply{}, err
	}
	k, again, err := a.Patrols.CheckIn(c.Context, c.Actor, patrol.Input{ClientID: b.ClientID, Point: *pt, AccuracyM: b.AccuracyMetres, PhoneTime: b.PhoneTime})
	if err != nil {
		return Reply{}, err
	}
	if again {
		c.Set("Idempotency-Replayed", "true")
	}
	return Reply{Status: http.StatusCreated, View: a.viewCheckin(&k)}, nil
}

func (a *API) ownCheckins(c *Call) (Reply, error) {
	limit, err := a.limit(c)
	if err != nil {
		return Reply{}, err
	}
	list, next, err := a.Patrols.Own(c.Context, c.Actor, c.QueryText("cursor"), limit)
	if err != nil {
		return Reply{}, err
	}
	views := make([]checkinView, len(list))
	for i := range list {
		views[i] = a.viewCheckin(&list[i])
	}
	return Reply{View: NewPage(views, next)}, nil
}

// patrolCellView is how a micro-grid stands.
type patrolCellView struct {
	Cell    grid.Code `json:"cell"`
	Name    string    `json:"name"`
	Last    time.Time `json:"lastVisit,omitzero"`
	Every   string    `json:"every"`
	Due     time.Time `json:"dueAt,omitzero"`
	Overdue bool      `json:"overdue"`
	// Clock is why the next visit is due when it is; left out on the map, and where nobody was ever there.
	Clock *dueView `json:"clock,omitzero"`
}

func (a *API) viewPatrolCell(k *patrol.Cell) patrolCellView {
	v := patrolCellView{Cell: k.Code, Every: k.Every.String(), Overdue: k.Overdue}
	v.Name, _ = a.Atlas.Load().Name(k.Code)
	if !k.Last.IsZero() {
		v.Last, v.Due = k.Last.UTC(), k.Due.UTC()
	}
	return v
}

// patrolQuery reads what the caller asks of the cells.
func (a *API) patrolQuery(c *Call) (q patrol.Query, err error) {
	q.Area = grid.Code(c.QueryText("area"))
	if err := checkCode(a.Atlas.Load(), "area", q.Area); err != nil {
		return q, err
	}
	if q.Overdue, _, err = c.QueryBool("overdue"); err != nil {
		return q, err
	}
	q.NotSince, err = c.queryTime("notSince")
	return q, err
}

func (a *API) patrolCells(c *Call) (Reply, error) {
	limit, err := a.limit(c)
	if err != nil {
		return Reply{}, err
	}
	q, err := a.patrolQuery(c)
	if err != nil {
		return Reply{}, err
	}
	list, next, err := a.Patrols.Cells(c.Context, c.Actor, q, c.QueryText("cursor"), limit)
	if err != nil {
		return Reply{}, err
	}
	x, err := a.explainer(c, "")
	if err != nil {
		return Reply{}, err
	}
	views := make([]patrolCellView, len(list))
	for i := range list {
		views[i] = a.viewPatrolCell(&list[i])
		views[i].Clock = x.clock(list[i].Term(&x.pol.Patrols))
	}
	return Reply{View: NewPage(views, next)}, nil
}

// patrolCount is how the cells of an area stand, in figures.
type patrolCount struct {
	Area    grid.Code `json:"area"`
	Name    string    `json:"name"`
	Cells   int       `json:"cells"`
	Visited int       `json:"visited"`
	Overdue int       `json:"overdue"`
	Never   int       `json:"never"`
}

// patrolFigures are the figures of an area and of the parts directly below it.
type patrolFigures struct {
	patrolCount
	Parts []patrolCount `json:"parts"`
}

func (a *API) viewPatrolCount(n *patrol.Count) patrolCount {
	v := patrolCount{Area: n.Area, Cells: n.Cells, Visited: n.Visited, Overdue: n.Overdue, Never: n.Never}
	v.Name, _ = a.Atlas.Load().Name(n.Area)
	return v
}

func (a *API) patrolFigures(c *Call) (Reply, error) {
	q, err := a.patrolQuery(c)
	if err != nil {
		return Reply{}, err
	}
	whole, parts, err := a.Patrols.Figures(c.Context, c.Actor, q)
	if err != nil {
		return Reply{}, err
	}
	v := patrolFigures{patrolCount: a.viewPatrolCount(&whole), Parts: make([]patrolCount, len(parts))}
	for i := range parts {
		v.Parts[i] = a.viewPatrolCount(&parts[i])
	}
	return Reply{View: v}, nil
}

// patrolProperties are one micro-grid on the map.
type patrolProperties struct {
	Kind string `json:"kind"` // "patrol"
	patrolCellView
}

// patrolMap draws the cells at their centres; their ground is to be had from /plan.geojson, which changes with the plan alone.
func (a *API) patrolMap(c *Call) (Reply, error) {
	q, err := a.patrolQuery(c)
	if err != nil {
		return Reply{}, err
	}
	crs, err := c.queryCRS()
	if err != nil {
		return Reply{}, err
	}
	l, err := a.labels(c, "")
	if err != nil {
		return Reply{}, err
	}
	found, next, err := a.Patrols.Cells(c.Context, c.Actor, q, "", maxMapped)
	if err != nil {
		return Reply{}, err
	}
	out := featureCollection{Type: "FeatureCollection", Features: make([]feature, 0, len(found)), Truncated: next != "", CRS: string(crs), Version: l.plan.Version()}
	for i := range found {
		v := a.viewPatrolCell(&found[i])
		out.Features = append(out.Features, feature{Type: "Feature", ID: "patrol/" + string(v.Cell), Geometry: l.centre(v.Cell, crs), Properties: patrolProperties{"patrol", v}})
	}
	return Reply{View: out}, nil
}
