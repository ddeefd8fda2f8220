package handlers

import (
	"net/http"
	"strconv"
	"time"

	"fengqiao/internal/sheet"
	"fengqiao/mediation"
	"fengqiao/mediation/docket"
)

// docketRoutes are the periodic review lists (会办清单), and what was decided over their cases.
func docketRoutes() []Route {
	const lists, decisions = "/api/v1/review-lists", "/api/v1/review-decisions"
	const get, post = http.MethodGet, http.MethodPost
	return []Route{
		{Method: get, Path: lists, Action: mediation.DocketRead, Query: []string{"key", "limit", "cursor"}, Handle: (*API).dockets},
		{Method: get, Path: lists + "/:id", Action: mediation.DocketRead, Sight: (*API).seesDocket, Query: []string{"limit", "cursor", "format"}, Handle: (*API).oneDocket},
		{Method: get, Path: lists + "/:id/follow-up", Action: mediation.DocketRead, Sight: (*API).seesDocket, Handle: (*API).followDocket},
		{Method: post, Path: lists + "/:id/decisions", Action: mediation.DocketDecide, Sight: (*API).seesDocket, Create: true, Cost: Write, Handle: (*API).decideDocket, Again: (*API).againDecision},
		{Method: post, Path: lists + "/:id/minutes", Action: mediation.DocketMinute, Sight: (*API).seesDocket, Create: true, Cost: Write, Handle: (*API).minuteDocket, Again: (*API).againDocket},
		{Method: get, Path: decisions, Action: mediation.DocketFollow, Query: []string{"list", "case", "open", "limit", "cursor"}, Handle: (*API).decisions},
		{Method: get, Path: decisions + "/:id", Action: mediation.DocketFollow, Sight: (*API).seesDecision, Handle: (*API).oneDecision},
		{Method: post, Path: decisions + "/:id/report", Action: mediation.DocketReport, Sight: (*API).seesDecision, Create: true, Cost: Write, Handle: (*API).reportDecision, Again: (*API).againDecision},
	}
}

// seesDocket tells whether the caller sees the list of the path's id, and has the route's action at all; over which of its cases they may
// decide hangs on the case.
func (a *API) seesDocket(c *Call) error {
	l, err := a.Dockets.Look(c.Context, c.Actor, c.PathID("id"))
	if err != nil {
		return err
	}
	if c.Route.Action == mediation.DocketMinute { // of the whole list
		return permitted(mediation.MayArea(c.Actor, c.Route.Action, l.Area))
	}
	return permitted(mediation.May(c.Actor, c.Route.Action))
}

// seesDecision tells whether the caller sees the decision of the path's id, and may do the route's action to it.
func (a *API) seesDecision(c *Call) error {
	return a.Dockets.May(c.Context, c.Actor, c.PathID("id"), c.Route.Action)
}

func (a *API) dockets(c *Call) (Reply, error) {
	limit, err := a.limit(c)
	if err != nil {
		return Reply{}, err
	}
	list, next, err := a.Dockets.All(c.Context, c.Actor, c.QueryText("key"), c.QueryText("cursor"), limit)
	if err != nil {
		return Reply{}, err
	}
	views := make([]docketHead, len(list))
	for i := range list {
		l, err := a.labels(c, list[i].Policy)
		if err != nil {
			return Reply{}, err
		}
		views[i] = l.docketHead(&list[i])
	}
	return Reply{View: NewPage(views, next)}, nil
}

// oneDocket shows a list. Sheets hold all that the caller sees of it, and no words of decisions: those are read here, where the reading is on
// record.
func (a *API) oneDocket(c *Call) (Reply, error) {
	limit, err := a.limit(c)
	if err != nil {
		return Reply{}, err
	}
	offset := 0
	if cursor := c.QueryText("cursor"); cursor != "" {
		if offset, err = strconv.Atoi(cursor); err != nil || offset < 0 || offset > docket.MaxItems {
			return Reply{}, invalid("bad_cursor", "cursor")
		}
	}
	l, err := a.Dockets.Look(c.Context, c.Actor, c.PathID("id"))
	if err != nil {
		return Reply{}, err
	}
	v := &docketViewer{a: a, c: c, list: &l, looked: map[string]bool{}}
	switch format := c.QueryText("format"); format {
	case "", "json":
		view, err := v.view(offset, limit)
		return Reply{View: view}, err
	default:
		book, err := v.book()
		if err != nil {
			return Reply{}, err
		}
		return a.table(c, nil, func() *sheet.Book { return book })
	}
}

// followDocket shows what has become of what the list before decided.
func (a *API) followDocket(c *Call) (Reply, error) {
	l, err := a.Dockets.Look(c.Context, c.Actor, c.PathID("id"))
	if err != nil {
		return Reply{}, err
	}
	v := &docketViewer{a: a, c: c, list: &l, looked: map[string]bool{}}
	view, err := v.followUp()
	return Reply{View: view}, err
}

func (a *API) decideDocket(c *Call) (Reply, error) {
	var b struct {
		Case string `json:"case" max:"64"`
		partyBody
		Text string    `json:"text"`
		Due  time.Time `json:"due"`
	}
	if err := c.decodeBounded(&b); err != nil {
		return Reply{}, err
	}
	d, err := a.Dockets.Decide(c.Context, c.Actor, c.PathID("id"), docket.Resolve{Key: c.Key, Case: b.Case, Text: b.Text, Party: docket.Party{User: b.User, Unit: b.Unit}, Due: b.Due})
	if err != nil {
		return Reply{}, err
	}
	reply, err := a.showDecision(c, d.ID)
	reply.Status, reply.Location = http.StatusCreated, "/api/v1/review-decisions/"+d.ID
	return reply, err
}

// showDecision answers with a decision as it stands now; that its words were read is on record with the case.
func (a *API) showDecision(c *Call, id string) (Reply, error) {
	f, err := a.Dockets.Read(c.Context, c.Actor, id)
	if err != nil {
		return Reply{}, err
	}
	v := &docketViewer{a: a, c: c, looked: map[string]bool{}}
	views, err := v.decisions([]docket.Followed{f})
	if err != nil {
		return Reply{}, err
	}
	return Reply{View: views[0], Ref: id}, nil
}

func (a *API) againDecision(c *Call, ref string) (Reply, error) { return a.showDecision(c, ref) }

func (a *API) oneDecision(c *Call) (Reply, error) { return a.showDecision(c, c.PathID("id")) }

func (a *API) reportDecision(c *Call) (Reply, error) {
	text, err := wordsOf(c)
	if err != nil {
		return Reply{}, err
	}
	if _, err := a.Dockets.Report(c.Context, c.Actor, c.PathID("id"), text); err != nil {
		return Reply{}, err
	}
	return a.showDecision(c, c.PathID("id"))
}

// decisions lists those of the caller's area, or that they are to carry out.
func (a *API) decisions(c *Call) (Reply, error) {
	limit, err := a.limit(c)
	if err != nil {
		return Reply{}, err
	}
	open, given, err := c.QueryBool("open")
	if err != nil {
		return Reply{}, err
	}
	f := docket.Filter{List: c.QueryText("list"), Case: c.QueryText("case")}
	if given {
		f.Open = &open
	}
	list, next, err := a.Dockets.Theirs(c.Context, c.Actor, f, c.QueryText("cursor"), limit)
	if err != nil {
		return Reply{}, err
	}
	v := &docketViewer{a: a, c: c, looked: map[string]bool{}}
	views, err := v.decisions(list)
	return Reply{View: NewPage(views, next)}, err
}
