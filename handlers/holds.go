package handlers

import (
	"net/http"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/retention"
)

// holdRoutes keep records beside cases from erasure, for a court or an inquiry (依法保留).
func holdRoutes() []Route {
	const base = "/api/v1/holds"
	return []Route{
		{Method: http.MethodGet, Path: base, Action: mediation.HoldRead, Query: []string{"limit", "cursor", "open"}, Handle: (*API).holds},
		{Method: http.MethodPost, Path: base, Action: mediation.HoldPlace, Create: true, Cost: Write, Handle: (*API).placeHold, Again: (*API).againHold},
		{Method: http.MethodGet, Path: base + "/:id", Action: mediation.HoldRead, Sight: (*API).seesHold, Handle: (*API).hold},
		{Method: http.MethodPost, Path: base + "/:id/lift", Action: mediation.HoldLift, Sight: (*API).seesHold, Create: true, Cost: Write, Handle: (*API).liftHold, Again: (*API).againHold},
	}
}

// seesHold tells whether the caller sees the hold of the path's id and may do the route's action to it.
func (a *API) seesHold(c *Call) error {
	return a.Holds.SeesHold(c.Context, c.Actor, c.Route.Action, c.PathID("id"))
}

// heldView is a record that is held, with how that came.
type heldView struct {
	ID     string     `json:"id"`
	Kind   string     `json:"kind"`
	Record string     `json:"record"`
	Area   *placeView `json:"area"`
	Open   bool       `json:"open"`
	Turns  []heldTurn `json:"turns"`
}

type heldTurn struct {
	At     time.Time `json:"at"`
	By     personRef `json:"by"`
	Held   bool      `json:"held"`
	Reason string    `json:"reason"`
}

func (a *API) viewHold(c *Call, h *retention.Hold) (heldView, error) {
	l, err := a.labels(c, "")
	if err != nil {
		return heldView{}, err
	}
	var ids []string
	for _, t := range h.Turns {
		ids = append(ids, t.By)
	}
	names, err := a.named(c, ids)
	v := heldView{ID: h.ID, Kind: h.Kind, Record: h.Record, Area: l.place(h.Area), Open: h.Open, Turns: []heldTurn{}}
	for _, t := range h.Turns {
		v.Turns = append(v.Turns, heldTurn{t.At.UTC(), personRef{t.By, names[t.By]}, t.Held, t.Reason})
	}
	return v, err
}

func (a *API) afterHold(c *Call, h retention.Hold, err error) (Reply, error) {
	if err != nil {
		return Reply{}, err
	}
	v, err := a.viewHold(c, &h)
	return Reply{View: v, Ref: h.ID}, err
}

func (a *API) againHold(c *Call, ref string) (Reply, error) {
	h, err := a.Holds.Holds.Load(c.Context, ref)
	return a.afterHold(c, h, err)
}

func (a *API) hold(c *Call) (Reply, error) {
	if err := a.seesHold(c); err != nil {
		return Reply{}, err
	}
	return a.againHold(c, c.PathID("id"))
}

// holds lists what is, or was, held by somebody's word in the caller's area.
func (a *API) holds(c *Call) (Reply, error) {
	limit, err := a.limit(c)
	if err != nil {
		return Reply{}, err
	}
	open, given, err := c.QueryBool("open")
	if err != nil {
		return Reply{}, err
	}
	var only *bool
	if given {
		only = &open
	}
	list, next, err := a.Holds.ListHolds(c.Context, c.Actor, only, c.QueryText("cursor"), limit)
	if err != nil {
		return Reply{}, err
	}
	views := make([]heldView, len(list))
	for i := range list {
		if views[i], err = a.viewHold(c, &list[i]); err != nil {
			return Reply{}, err
		}
	}
	return Reply{View: NewPage(views, next)}, nil
}

func (a *API) placeHold(c *Call) (Reply, error) {
	var b struct {
		Kind   string `json:"kind" max:"20"`
		Record string `json:"record" max:"100"`
		Reason string `json:"reason" max:"200"`
	}
	if err := c.decodeBounded(&b); err != nil {
		return Reply{}, err
	}
	if err := required("kind", b.Kind, "record", b.Record, "reason", b.Reason); err != nil {
		return Reply{}, err
	}
	h, err := a.Holds.Place(c.Context, c.Actor, b.Kind, b.Record, b.Reason)
	reply, err := a.afterHold(c, h, err)
	reply.Status, reply.Location = http.StatusCreated, "/api/v1/holds/"+h.ID
	return reply, err
}

func (a *API) liftHold(c *Call) (Reply, error) {
	reason, err := handoverReason(c)
	if err != nil {
		return Reply{}, err
	}
	h, err := a.Holds.Lift(c.Context, c.Actor, c.PathID("id"), reason)
	return a.afterHold(c, h, err)
}
