package handlers

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/study"
)

// studyRoutes are escalated studies (提级研判).
func studyRoutes() []Route {
	const base, one = "/api/v1/studies", "/api/v1/studies/:id"
	const get, post = http.MethodGet, http.MethodPost
	make := func(path string, action mediation.Action, handle func(*API, *Call) (Reply, error)) Route {
		return Route{Method: post, Path: one + path, Action: action, Sight: (*API).seesStudy, Create: true, Cost: Write, Handle: handle, Again: (*API).againStudy}
	}
	return []Route{
		{Method: post, Path: "/api/v1/cases/:id/studies", Action: mediation.StudyLead, Sight: (*API).seesCaseArea, Create: true, Cost: Write, Handle: (*API).callStudy, Again: (*API).againStudy},
		{Method: get, Path: base, Action: mediation.StudyRead, Query: []string{"limit", "cursor", "case", "open"}, Handle: (*API).studies},
		{Method: get, Path: one, Action: mediation.StudyRead, Sight: (*API).seesStudy, Handle: (*API).oneStudy},
		make("/members", mediation.StudyLead, (*API).joinStudy),
		make("/members/:member/leave", mediation.StudyLead, (*API).leaveStudy),
		make("/materials", mediation.StudyPart, (*API).putMaterial),
		make("/conclusion", mediation.StudyLead, (*API).concludeStudy),
		make("/orders", mediation.StudyLead, (*API).giveOrder),
		make("/orders/:order/report", mediation.StudyPart, (*API).reportOrder),
	}
}

// seesStudy tells whether the caller sees the study that the path names, and may do the route's action to it.
func (a *API) seesStudy(c *Call) error {
	return a.Studies.May(c.Context, c.Actor, c.PathID("id"), c.Route.Action)
}

// seesCaseArea tells whether the caller sees the case, and may do the route's action in its area.
func (a *API) seesCaseArea(c *Call) error {
	k, err := a.Cases.Cases.Load(c.Context, c.PathID("id"))
	if err != nil {
		return err
	}
	if !mediation.MayCase(c.Actor, mediation.CaseRead, &k) {
		return mediation.ErrNotFound
	}
	return permitted(mediation.MayArea(c.Actor, c.Route.Action, k.Area))
}

func (a *API) callStudy(c *Call) (Reply, error) {
	var b struct {
		Reason string `json:"reason" max:"64"`
		Text   string `json:"text"`
	}
	if err := c.decodeBounded(&b); err != nil {
		return Reply{}, err
	}
	st, err := a.Studies.Call(c.Context, c.Actor, c.PathID("id"), c.Key, b.Reason, b.Text)
	reply, err := a.afterStudy(c, &st, err)
	reply.Status, reply.Location = http.StatusCreated, "/api/v1/studies/"+st.ID
	return reply, err
}

// afterStudy answers a change of a study with it as it stands now.
func (a *API) afterStudy(c *Call, st *study.Study, err error) (Reply, error) {
	if err != nil {
		return Reply{}, err
	}
	v, err := a.viewStudy(c, st)
	return Reply{View: v, Ref: st.ID}, err
}

func (a *API) againStudy(c *Call, ref string) (Reply, error) {
	st, err := a.Studies.Look(c.Context, c.Actor, ref)
	return a.afterStudy(c, &st, err)
}

// oneStudy shows a study; that its words were read is on record with the case.
func (a *API) oneStudy(c *Call) (Reply, error) {
	st, err := a.Studies.Look(c.Context, c.Actor, c.PathID("id"))
	if err != nil {
		return Reply{}, err
	}
	if err := a.looked(c, mediation.Look{Case: st.Case, What: "study"}); err != nil {
		return Reply{}, err
	}
	return a.afterStudy(c, &st, nil)
}

// studies lists what the caller takes part in, or what lies in their area, without words.
func (a *API) studies(c *Call) (Reply, error) {
	limit, err := a.limit(c)
	if err != nil {
		return Reply{}, err
	}
	open, given, err := c.QueryBool("open")
	if err != nil {
		return Reply{}, err
	}
	f := study.Filter{Case: c.QueryText("case")}
	if given {
		f.Open = &open
	}
	list, next, err := a.Studies.List(c.Context, c.Actor, f, c.QueryText("cursor"), limit)
	if err != nil {
		return Reply{}, err
	}
	l, err := a.labels(c, "")
	if err != nil {
		return Reply{}, err
	}
	views := make([]studyHead, len(list))
	for i := range list {
		views[i] = l.studyHead(&list[i])
	}
	return Reply{View: NewPage(views, next)}, nil
}

// partyBody names a person or a unit.
type partyBody struct {
	User string `json:"user" max:"64"`
	Unit string `json:"unit" max:"100"`
}

func (b partyBody) party() study.Party { return study.Party{User: b.User, Unit: b.Unit} }

func (a *API) joinStudy(c *Call) (Reply, error) {
	var b partyBody
	if err := c.decodeBounded(&b); err != nil {
		return Reply{}, err
	}
	st, err := a.Studies.Join(c.Context, c.Actor, c.PathID("id"), c.Key, b.party())
	return a.afterStudy(c, &st, err)
}

func (a *API) leaveStudy(c *Call) (Reply, error) {
	if err := c.decodeBounded(&struct{}{}); err != nil {
		return Reply{}, err
	}
	st, err := a.Studies.Leave(c.Context, c.Actor, c.PathID("id"), c.PathID("member"))
	return a.afterStudy(c, &st, err)
}

// wordsOf reads a body that holds a text and nothing else.
func wordsOf(c *Call) (string, error) {
	var b struct {
		Text string `json:"text"`
	}
	err := c.decodeBounded(&b)
	return b.Text, err
}

func (a *API) putMaterial(c *Call) (Reply, error) {
	var b struct {
		Text   string   `json:"text"`
		Photos []string `json:"photos"`
	}
	if err := c.decodeBounded(&b); err != nil {
		return Reply{}, err
	}
	if err := a.shownAtStudy(c, b.Photos); err != nil {
		return Reply{}, err
	}
	st, err := a.Studies.Put(c.Context, c.Actor, c.PathID("id"), c.Key, b.Text, b.Photos)
	return a.afterStudy(c, &st, err)
}

// shownAtStudy ties the caller's own fresh photos to the study's case, and refuses those that are not of its album or that the caller does not see.
func (a *API) shownAtStudy(c *Call, photos []string) error {
	if len(photos) == 0 {
		return nil
	}
	st, err := a.Studies.Look(c.Context, c.Actor, c.PathID("id"))
	if err != nil {
		return err
	}
	if !st.Open() || !study.SeesWhole(c.Actor, &st) || len(photos) > study.MaxPhotos {
		return nil // the study says so
	}
	var fresh []string
	for i, id := range photos {
		p, of, err := a.visiblePhotoOf(c, id)
		own := err == nil && p.Case == "" && p.Report == "" && p.Owner == c.Actor.ID
		if errors.Is(err, mediation.ErrNotFound) || err == nil && !own && of != st.Case {
			return invalid("unknown_value", "photos["+strconv.Itoa(i)+"]", "value", printable(id))
		}
		if err != nil {
			return err
		}
		if own {
			fresh = append(fresh, id)
		}
	}
	return a.Media.Attach(c.Context, c.Actor.ID, fresh, "", st.Case)
}

func (a *API) concludeStudy(c *Call) (Reply, error) {
	text, err := wordsOf(c)
	if err != nil {
		return Reply{}, err
	}
	st, err := a.Studies.Conclude(c.Context, c.Actor, c.PathID("id"), text)
	return a.afterStudy(c, &st, err)
}

func (a *API) giveOrder(c *Call) (Reply, error) {
	var b struct {
		partyBody
		Text string    `json:"text"`
		Due  time.Time `json:"due"`
	}
	if err := c.decodeBounded(&b); err != nil {
		return Reply{}, err
	}
	if b.Due.IsZero() {
		return Reply{}, invalid("required", "due")
	}
	st, err := a.Studies.Give(c.Context, c.Actor, c.PathID("id"), c.Key, b.party(), b.Text, b.Due)
	return a.afterStudy(c, &st, err)
}

func (a *API) reportOrder(c *Call) (Reply, error) {
	text, err := wordsOf(c)
	if err != nil {
		return Reply{}, err
	}
	st, err := a.Studies.Report(c.Context, c.Actor, c.PathID("id"), c.PathID("order"), text)
	return a.afterStudy(c, &st, err)
}
