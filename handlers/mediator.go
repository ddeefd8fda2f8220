package handlers

import (
	"net/http"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
)

// mediatorView is a mediator as staff and they themselves see them. Phones are for papers, not for lists.
type mediatorView struct {
	mediatorRef
	Revision   int64       `json:"revision"`
	User       string      `json:"user,omitzero"`
	Point      *wirePoint  `json:"point,omitzero"`
	Categories []string    `json:"categories"`
	Dialects   []string    `json:"dialects"`
	Unit       string      `json:"unit,omitzero"`
	Cap        int         `json:"cap"` // 0: the policy's
	Held       int         `json:"held"`
	Available  bool        `json:"available"`
	OnLeave    bool        `json:"onLeave"`
	Leaves     []leaveView `json:"leaves"`
	Cases      []string    `json:"cases"`
}

type leaveView struct {
	ID   string    `json:"id"`
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

func (a *API) viewMediator(l labels, m *mediation.Mediator) mediatorView {
	v := mediatorView{mediatorRef: l.mediatorRef(m), Revision: m.Version, User: m.User, Categories: list(m.Categories), Dialects: list(m.Dialects),
		Unit: m.Unit, Cap: m.Cap, Held: len(m.Seats), Available: m.Available, OnLeave: m.OnLeave(a.Cases.Now()), Leaves: []leaveView{}, Cases: []string{}}
	if m.Point != [2]float64{} {
		v.Point = pointIn(grid.WGS84, m.Point)
	}
	for _, x := range m.Leaves {
		v.Leaves = append(v.Leaves, leaveView(x))
	}
	for _, s := range m.Seats {
		v.Cases = append(v.Cases, s.Case)
	}
	return v
}

func (a *API) showMediator(c *Call, m *mediation.Mediator) (Reply, error) {
	l, err := a.labels(c, "")
	if err != nil {
		return Reply{}, err
	}
	return Reply{View: a.viewMediator(l, m), Revision: m.Version, Ref: m.ID}, nil
}

func (a *API) ownMediator(c *Call) (Reply, error) { return a.againMediator(c, "") }

func (a *API) againMediator(c *Call, _ string) (Reply, error) {
	m, err := a.Cases.Me(c.Context, c.Actor)
	if err != nil {
		return Reply{}, err
	}
	return a.showMediator(c, &m)
}

func (a *API) patchMediator(c *Call) (Reply, error) {
	var b struct {
		Available *bool `json:"available"`
	}
	if err := c.Decode(&b); err != nil {
		return Reply{}, err
	}
	if b.Available == nil {
		return Reply{}, invalid("required", "available")
	}
	m, err := a.Cases.SetAvailable(c.Context, c.Actor, c.Revision, *b.Available)
	if err != nil {
		return Reply{}, err
	}
	return a.showMediator(c, &m)
}

func (a *API) addLeave(c *Call) (Reply, error) {
	var b struct {
		From time.Time `json:"from"`
		To   time.Time `json:"to"`
	}
	if err := c.Decode(&b); err != nil {
		return Reply{}, err
	}
	if b.From.IsZero() {
		return Reply{}, invalid("required", "from")
	}
	if b.To.IsZero() {
		return Reply{}, invalid("required", "to")
	}
	m, err := a.Cases.AddLeave(c.Context, c.Actor, c.Revision, b.From, b.To)
	if err != nil {
		return Reply{}, err
	}
	reply, err := a.showMediator(c, &m)
	reply.Status = http.StatusCreated
	return reply, err
}

func (a *API) removeLeave(c *Call) (Reply, error) {
	m, err := a.Cases.RemoveLeave(c.Context, c.Actor, c.Revision, c.PathID("id"))
	if err != nil {
		return Reply{}, err
	}
	return a.showMediator(c, &m)
}

// listMediators pages the mediators of the caller's area, or of a part of it.
func (a *API) listMediators(c *Call) (Reply, error) {
	limit, err := a.limit(c)
	if err != nil {
		return Reply{}, err
	}
	area := grid.Code(c.QueryText("area"))
	if err := checkCode(a.Atlas.Load(), "area", area); err != nil {
		return Reply{}, err
	}
	switch {
	case area.Contains(c.Actor.Area):
		area = c.Actor.Area
	case !c.Actor.Area.Contains(area):
		return Reply{View: NewPage[mediatorView](nil, "")}, nil
	}
	found, next, err := a.Mediators.List(c.Context, area, c.QueryText("cursor"), limit)
	if err != nil {
		return Reply{}, err
	}
	l, err := a.labels(c, "")
	if err != nil {
		return Reply{}, err
	}
	views := make([]mediatorView, len(found))
	for i := range found {
		views[i] = a.viewMediator(l, &found[i])
	}
	return Reply{View: NewPage(views, next)}, nil
}
