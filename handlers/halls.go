package handlers

import (
	"cmp"
	"net/http"
	"slices"

	"fengqiao/mediation"
	"fengqiao/mediation/hall"
)

// hallRoutes are the one-stop hall's: numbers, windows, the board on the wall, figures.
func hallRoutes() []Route {
	const get, post, base = http.MethodGet, http.MethodPost, "/api/v1/halls"
	const one, visit = base + "/:hall", base + "/:hall/visits/:id"
	routes := []Route{
		{Method: get, Path: base, Action: mediation.HallRead, Handle: (*API).halls},
		// It hangs on the wall: numbers and windows, nothing about people.
		{Method: get, Path: one + "/board", Public: true, Handle: (*API).hallBoard},
		{Method: get, Path: one + "/stats", Action: mediation.HallRead, Sight: (*API).seesHall, Query: []string{"from", "until", "by"}, Handle: (*API).hallStats},
		{Method: get, Path: one + "/visits", Action: mediation.HallRead, Sight: (*API).seesHall, Query: []string{"from", "until", "function", "outcome", "limit", "cursor"}, Handle: (*API).hallVisits},
		{Method: post, Path: one + "/visits", Action: mediation.HallServe, Sight: (*API).seesHall, Create: true, OwnKey: true, Cost: Write, Handle: (*API).registerVisit},
		{Method: post, Path: one + "/windows/:window/next", Action: mediation.HallServe, Sight: (*API).seesHall, Create: true, Cost: Write, Handle: (*API).callVisit, Again: (*API).againVisit},
		{Method: get, Path: visit, Action: mediation.HallRead, Sight: (*API).seesHall, Handle: (*API).oneVisit},
		{Method: post, Path: visit + "/link", Action: mediation.HallServe, Sight: (*API).seesHall, Create: true, Change: true, Cost: Write, Handle: (*API).linkVisit, Again: (*API).againVisit},
	}
	for _, step := range hall.Steps {
		routes = append(routes, Route{Method: post, Path: visit + "/" + string(step), Action: mediation.HallServe, Sight: (*API).seesHall, Create: true, Change: true, Cost: Write,
			Handle: func(a *API, c *Call) (Reply, error) { return a.takeVisit(c, step) }, Again: (*API).againVisit})
	}
	return routes
}

// seesHall tells whether the caller sees the hall of the path and may do the route's action in it.
func (a *API) seesHall(c *Call) error {
	return a.Halls.Sees(c.Context, c.Actor, c.PathID("hall"), c.Route.Action)
}

func (a *API) halls(c *Call) (Reply, error) {
	list, err := a.Halls.Halls(c.Context, c.Actor)
	if err != nil {
		return Reply{}, err
	}
	l, err := a.labels(c, "")
	if err != nil {
		return Reply{}, err
	}
	v := hallListView{Items: []hallView{}}
	for i := range list {
		v.Items = append(v.Items, l.hall(&list[i]))
	}
	return Reply{View: v}, nil
}

func (a *API) hallBoard(c *Call) (Reply, error) {
	b, err := a.Halls.Board(c.Context, c.PathID("hall"))
	if err != nil {
		return Reply{}, err
	}
	l, err := a.hallLabels(c)
	if err != nil {
		return Reply{}, err
	}
	return Reply{View: l.board(&b)}, nil
}

func (a *API) registerVisit(c *Call) (Reply, error) {
	var b struct {
		ClientID string `json:"clientId" max:"64"`
		Function string `json:"function" max:"40"`
	}
	if err := c.Decode(&b); err != nil {
		return Reply{}, err
	}
	v, again, err := a.Halls.Register(c.Context, c.Actor, c.PathID("hall"), b.ClientID, b.Function)
	if err != nil {
		return Reply{}, err
	}
	if again {
		c.Set("Idempotency-Replayed", "true")
	}
	reply, err := a.showVisit(c, &v, nil)
	reply.Status, reply.Location = http.StatusCreated, "/api/v1/halls/"+v.Hall+"/visits/"+v.ID
	return reply, err
}

func (a *API) callVisit(c *Call) (Reply, error) {
	v, err := a.Halls.CallNext(c.Context, c.Actor, c.PathID("hall"), c.PathID("window"))
	return a.showVisit(c, &v, err)
}

func (a *API) takeVisit(c *Call, step hall.Step) (Reply, error) {
	var b struct {
		Function string `json:"function" max:"40"`
	}
	if err := c.decodeBounded(&b); err != nil {
		return Reply{}, err
	}
	if b.Function != "" && step != hall.PassOn {
		return Reply{}, invalid("unknown_field", "function")
	}
	v, err := a.Halls.Take(c.Context, c.Actor, c.PathID("hall"), c.PathID("id"), c.Revision, hall.Order{Step: step, To: b.Function})
	return a.showVisit(c, &v, err)
}

func (a *API) linkVisit(c *Call) (Reply, error) {
	var b struct {
		Report string `json:"report" max:"64"`
		Case   string `json:"case" max:"64"`
	}
	if err := c.decodeBounded(&b); err != nil {
		return Reply{}, err
	}
	v, err := a.Halls.Link(c.Context, c.Actor, c.PathID("hall"), c.PathID("id"), c.Revision, b.Report, b.Case)
	return a.showVisit(c, &v, err)
}

func (a *API) oneVisit(c *Call) (Reply, error) { return a.againVisit(c, c.PathID("id")) }

func (a *API) againVisit(c *Call, ref string) (Reply, error) {
	v, err := a.Halls.Look(c.Context, c.Actor, c.PathID("hall"), ref)
	return a.showVisit(c, &v, err)
}

func (a *API) showVisit(c *Call, v *hall.Visit, err error) (Reply, error) {
	if err != nil {
		return Reply{}, err
	}
	l, err := a.hallLabels(c)
	if err != nil {
		return Reply{}, err
	}
	view, err := a.viewVisit(c, l, v)
	return Reply{View: view, Revision: v.Version, Ref: v.ID}, err
}

// hallPeriod reads the days that are asked for.
func hallPeriod(c *Call) hall.Period {
	return hall.Period{From: c.QueryText("from"), Until: cmp.Or(c.QueryText("until"), c.QueryText("from"))}
}

func (a *API) hallVisits(c *Call) (Reply, error) {
	limit, err := a.limit(c)
	if err != nil {
		return Reply{}, err
	}
	outcome := hall.Outcome(c.QueryText("outcome"))
	known := outcome == "" || slices.ContainsFunc(hall.Figures, func(f hall.Figure) bool { return f.Outcome == outcome })
	if !known {
		return Reply{}, invalid("unknown_value", "outcome", "value", printable(string(outcome)))
	}
	list, next, err := a.Halls.List(c.Context, c.Actor, c.PathID("hall"), hallPeriod(c), c.QueryText("function"), outcome, c.QueryText("cursor"), limit)
	if err != nil {
		return Reply{}, err
	}
	l, err := a.hallLabels(c)
	if err != nil {
		return Reply{}, err
	}
	views := make([]visitView, len(list))
	for i := range list {
		if views[i], err = a.viewVisit(c, l, &list[i]); err != nil {
			return Reply{}, err
		}
	}
	return Reply{View: NewPage(views, next)}, nil
}

func (a *API) hallStats(c *Call) (Reply, error) {
	by := hall.By(c.QueryText("by"))
	groups, period, err := a.Halls.Count(c.Context, c.Actor, c.PathID("hall"), hallPeriod(c), by)
	if err != nil {
		return Reply{}, err
	}
	l, err := a.hallLabels(c)
	if err != nil {
		return Reply{}, err
	}
	return Reply{View: l.hallStats(by, period, groups, a.Cases.Now())}, nil
}
