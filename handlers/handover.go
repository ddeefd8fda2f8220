package handlers

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/handover"
)

// handoverRoutes are what people have in hand, and handing it over.
func handoverRoutes() []Route {
	const base = "/api/v1/handovers"
	page := []string{"limit", "cursor"}
	step := func(segment string, a mediation.Action, handle func(*API, *Call) (Reply, error)) Route {
		return Route{Method: http.MethodPost, Path: base + "/:id/" + segment, Action: a, Sight: (*API).seesHandOver, Create: true, Change: true, Cost: Write,
			Handle: handle, Again: (*API).handOverAgain}
	}
	return []Route{
		{Method: http.MethodGet, Path: "/api/v1/matters/:id", Action: mediation.HandOverRead, Sight: (*API).seesMatters, Query: []string{"format"}, Handle: (*API).matters},
		{Method: http.MethodGet, Path: base, Action: mediation.HandOverRead, Query: page, Handle: (*API).handOvers},
		{Method: http.MethodPost, Path: base, Action: mediation.HandOverPropose, Create: true, Cost: Write, Handle: (*API).openHandOver, Again: (*API).handOverAgain},
		{Method: http.MethodGet, Path: base + "/:id", Action: mediation.HandOverRead, Sight: (*API).seesHandOver, Query: []string{"format"}, Handle: (*API).handOver},
		step("proposal", mediation.HandOverPropose, (*API).proposeHandOver),
		step("acceptance", mediation.HandOverAnswer, (*API).acceptHandOver),
		step("refusal", mediation.HandOverAnswer, (*API).refuseHandOver),
		step("cancellation", mediation.HandOverPropose, (*API).cancelHandOver),
	}
}

// seesHandOver tells whether the caller sees the hand-over of the path's id and may do the route's action to it.
func (a *API) seesHandOver(c *Call) error {
	return a.HandOvers.Sees(c.Context, c.Actor, c.Route.Action, c.PathID("id"))
}

// seesMatters tells whether the caller may see what the person of the path's id has in hand.
func (a *API) seesMatters(c *Call) error {
	_, _, err := a.HandOvers.Matters(c.Context, c.Actor, c.PathID("id"))
	return err
}

// matterView is one thing that somebody has in hand. It holds nothing of the parties but the masked name of whom a helper acts for.
type matterView struct {
	Kind         string          `json:"kind"`
	KindText     string          `json:"kindText"`
	CaseID       string          `json:"caseId,omitzero"`
	Number       string          `json:"number,omitzero"`
	State        mediation.State `json:"state,omitzero"`
	StateText    string          `json:"stateText,omitzero"`
	CategoryText string          `json:"categoryText,omitzero"`
	Area         *placeView      `json:"area"`
	Role         mediation.Role  `json:"role,omitzero"`
	Unit         string          `json:"unit,omitzero"`
	Cases        int             `json:"cases,omitzero"`
	Due          time.Time       `json:"due,omitzero"`
	Clock        *dueView        `json:"clock"` // why it is due then; null where nothing is, or an earlier release wrote the matter down
	// Resident is for whom errands are run, masked; Errands how many of theirs are under way.
	Resident string `json:"resident,omitzero"`
	Errands  int    `json:"errands,omitzero"`
	Shared   bool   `json:"shared"`
	// Hindrances are why the proposed successor cannot take it over.
	Hindrances []reasonView `json:"hindrances,omitzero"`
	// Outcome is what became of it: moved, ended or released.
	Outcome     string `json:"outcome,omitzero"`
	OutcomeText string `json:"outcomeText,omitzero"`
}

type mattersView struct {
	Person  personRef    `json:"person"`
	AsOf    time.Time    `json:"asOf"`
	Matters []matterView `json:"matters"`
}

type handoverView struct {
	ID        string           `json:"id"`
	Revision  int64            `json:"revision"`
	State     handover.State   `json:"state"`
	StateText string           `json:"stateText"`
	Leaver    personRef        `json:"leaver"`
	Successor *personRef       `json:"successor"`
	By        personRef        `json:"by"`
	Area      *placeView       `json:"area"`
	Reason    string           `json:"reason,omitzero"`
	File      string           `json:"file,omitzero"` // the leaver's, kept with it, for who may read it
	Force     bool             `json:"force"`
	Opened    time.Time        `json:"opened"`
	Matters   []matterView     `json:"matters"`
	History   []handoverLineOf `json:"history"`
}

type handoverLineOf struct {
	At       time.Time  `json:"at"`
	By       personRef  `json:"by"`
	What     string     `json:"what"`
	WhatText string     `json:"whatText"`
	Who      *personRef `json:"who,omitzero"`
	Note     string     `json:"note,omitzero"`
}

// matterOf shows a matter with the masked name of whom it is for.
func (a *API) matterOf(c *Call, l labels, m handover.Matter) (matterView, error) {
	v := l.matter(m)
	name, err := a.Cases.Open(c.Context, m.Name)
	v.Resident = maskName(name)
	return v, err
}

func (l labels) matter(m handover.Matter) matterView {
	v := matterView{Kind: m.Room, KindText: l.word(matterWords, m.Room), CaseID: m.Case, Number: m.Number, State: m.State, Area: l.place(m.Area), Role: m.Role,
		Unit: m.Unit, Cases: m.Cases, Due: m.Due, Errands: m.Errands, Shared: m.Shared}
	if m.State != "" {
		v.StateText = choose(l.zh, m.State.Info().Zh, m.State.Info().En)
	}
	if m.Category != "" {
		v.CategoryText = l.category(m.Category)
	}
	return v
}

func (a *API) viewHandOver(c *Call, look *handover.Look) (handoverView, error) {
	l, err := a.labels(c, "")
	if err != nil {
		return handoverView{}, err
	}
	ids := []string{look.Leaver, look.Successor, look.By}
	for _, line := range look.History {
		ids = append(ids, line.By, line.Who)
	}
	names, err := a.named(c, ids)
	if err != nil {
		return handoverView{}, err
	}
	who := func(id string) *personRef {
		if id == "" {
			return nil
		}
		return &personRef{ID: id, Name: names[id]}
	}
	v := handoverView{ID: look.ID, Revision: look.Revision, State: look.State, StateText: l.word(handoverWords, string(look.State)), Leaver: *who(look.Leaver),
		Successor: who(look.Successor), By: *who(look.By), Area: l.place(look.Area), Reason: look.Reason, File: fileLink(c, look), Force: look.Force, Opened: look.Opened.UTC(),
		Matters: []matterView{}, History: []handoverLineOf{}}
	clocks, err := a.matterClocks(c, look.Matters)
	if err != nil {
		return handoverView{}, err
	}
	for i, m := range look.Matters {
		if !look.Known(c.Actor, i) {
			continue
		}
		mv, err := a.matterOf(c, l, m)
		if err != nil {
			return handoverView{}, err
		}
		mv.Clock = clocks[i]
		if i < len(look.Hindrances) && len(look.Hindrances[i]) > 0 {
			mv.Hindrances = l.reasons(look.Hindrances[i])
		}
		for _, o := range look.Outcomes {
			if o.Room == m.Room && o.Key == m.Key {
				mv.Outcome, mv.OutcomeText = string(o.Passed), l.word(outcomeWords, string(o.Passed))
			}
		}
		v.Matters = append(v.Matters, mv)
	}
	for i, h := range look.History {
		v.History = append(v.History, handoverLineOf{h.At.UTC(), *who(h.By), h.What, l.word(lineWords, h.What), who(h.Who), look.Notes[i]})
	}
	return v, nil
}

// fileLink leads to the leaver's file (一人一档), in which what was handed over is kept.
func fileLink(c *Call, look *handover.Look) string {
	if look.File.At.IsZero() || !mediation.MayArea(c.Actor, mediation.ScorecardRead, look.Area) {
		return ""
	}
	return "/api/v1/officials/" + look.Leaver + "/file"
}

func (a *API) showHandOver(c *Call, id string) (Reply, error) {
	look, err := a.HandOvers.Look(c.Context, c.Actor, id)
	if err != nil {
		return Reply{}, err
	}
	v, err := a.viewHandOver(c, &look)
	return Reply{View: v, Revision: v.Revision, Ref: v.ID}, err
}

func (a *API) handOverAgain(c *Call, ref string) (Reply, error) { return a.showHandOver(c, ref) }

// handOver shows a hand-over, as JSON or as a table for a spreadsheet.
func (a *API) handOver(c *Call) (Reply, error) {
	reply, err := a.showHandOver(c, c.PathID("id"))
	if err != nil {
		return reply, err
	}
	return a.asAsked(c, reply, reply.View.(handoverView).Matters)
}

// matters lists what somebody has in hand.
func (a *API) matters(c *Call) (Reply, error) {
	who, list, err := a.HandOvers.Matters(c.Context, c.Actor, c.PathID("id"))
	if err != nil {
		return Reply{}, err
	}
	l, err := a.labels(c, "")
	if err != nil {
		return Reply{}, err
	}
	v := mattersView{Person: personRef{ID: who.ID, Name: who.Name}, AsOf: mediation.Instant(a.Cases.Now()), Matters: []matterView{}}
	clocks, err := a.matterClocks(c, list)
	if err != nil {
		return Reply{}, err
	}
	for i, m := range list {
		if !m.Known(c.Actor, who.ID) {
			continue
		}
		mv, err := a.matterOf(c, l, m)
		if err != nil {
			return Reply{}, err
		}
		mv.Clock = clocks[i]
		v.Matters = append(v.Matters, mv)
	}
	return a.asAsked(c, Reply{View: v}, v.Matters)
}

func (a *API) asAsked(c *Call, reply Reply, list []matterView) (Reply, error) {
	switch format := c.QueryText("format"); format {
	case "", "json":
		return reply, nil
	case "csv":
		l, err := a.labels(c, "")
		if err != nil {
			return Reply{}, err
		}
		return csvReply(l.matterSheet(list))
	default:
		return Reply{}, invalid("unknown_value", "format", "value", printable(format))
	}
}

func (a *API) handOvers(c *Call) (Reply, error) {
	limit, err := a.limit(c)
	if err != nil {
		return Reply{}, err
	}
	list, next, err := a.HandOvers.List(c.Context, c.Actor, c.QueryText("cursor"), limit)
	if err != nil {
		return Reply{}, err
	}
	views := make([]handoverView, len(list))
	for i := range list {
		look, err := a.HandOvers.Read(c.Context, list[i])
		if err == nil {
			err = a.HandOvers.For(c.Context, c.Actor, &look)
		}
		if err != nil {
			return Reply{}, err
		}
		if views[i], err = a.viewHandOver(c, &look); err != nil {
			return Reply{}, err
		}
	}
	return Reply{View: NewPage(views, next)}, nil
}

// openHandOver begins a hand-over, of the caller's own or of somebody whom they are over.
func (a *API) openHandOver(c *Call) (Reply, error) {
	var b struct {
		Leaver    string `json:"leaver" max:"64"`
		Successor string `json:"successor" max:"64"`
		Reason    string `json:"reason" max:"200"`
		Force     bool   `json:"force"`
	}
	if err := c.decodeBounded(&b); err != nil {
		return Reply{}, err
	}
	if err := required("leaver", b.Leaver, "reason", b.Reason); err != nil {
		return Reply{}, err
	}
	h, err := a.HandOvers.Open(c.Context, c.Actor, handover.Proposal{Leaver: b.Leaver, Successor: b.Successor, Reason: b.Reason, Force: b.Force, Key: c.Key})
	if err != nil {
		return Reply{}, err
	}
	reply, err := a.showHandOver(c, h.ID)
	reply.Status, reply.Location = http.StatusCreated, "/api/v1/handovers/"+h.ID
	return reply, err
}

func (a *API) proposeHandOver(c *Call) (Reply, error) {
	var b struct {
		Successor string `json:"successor" max:"64"`
		Force     bool   `json:"force"`
	}
	if err := c.decodeBounded(&b); err != nil {
		return Reply{}, err
	}
	if err := required("successor", b.Successor); err != nil {
		return Reply{}, err
	}
	h, err := a.HandOvers.Propose(c.Context, c.Actor, c.PathID("id"), c.Revision, b.Successor, b.Force)
	return a.afterHandOver(c, h, err)
}

// acceptHandOver takes over everything; where the caller lacks a right to anything of it, the answer says to what and why.
func (a *API) acceptHandOver(c *Call) (Reply, error) {
	var b struct{}
	if err := c.decodeBounded(&b); err != nil {
		return Reply{}, err
	}
	h, err := a.HandOvers.Accept(c.Context, c.Actor, c.PathID("id"), c.Revision)
	var no *handover.Refused
	if errors.As(err, &no) {
		return Reply{}, lacksRight(no)
	}
	return a.afterHandOver(c, h, err)
}

// lacksRight names every matter that the successor has no right to, with each reason.
func lacksRight(no *handover.Refused) *Problem {
	p := mediationProblem(no.Why)
	shown := 0
	for i, why := range no.Reasons {
		field := "matters[" + strconv.Itoa(shown) + "]"
		if no.Matters[i].Restricted != "" && len(why) > 0 {
			field, why = "matters", []mediation.Reason{mediation.NewReason(mediation.ReasonPost)} // it is not shown to who may not have it
		} else {
			shown++
		}
		for _, r := range why {
			p.Errors = append(p.Errors, FieldError{Field: field, Code: r.Code, Params: r.Params})
		}
	}
	return p
}

func (a *API) refuseHandOver(c *Call) (Reply, error) {
	reason, err := handoverReason(c)
	if err != nil {
		return Reply{}, err
	}
	h, err := a.HandOvers.Refuse(c.Context, c.Actor, c.PathID("id"), c.Revision, reason)
	return a.afterHandOver(c, h, err)
}

func (a *API) cancelHandOver(c *Call) (Reply, error) {
	reason, err := handoverReason(c)
	if err != nil {
		return Reply{}, err
	}
	h, err := a.HandOvers.Cancel(c.Context, c.Actor, c.PathID("id"), c.Revision, reason)
	return a.afterHandOver(c, h, err)
}

func handoverReason(c *Call) (string, error) {
	var b reasonBody
	err := c.decodeBounded(&b)
	if err == nil {
		err = required("reason", b.Reason)
	}
	return b.Reason, err
}

// afterHandOver shows a hand-over after a step; with nothing, if the step took it out of the caller's sight: who has refused does not
// take part any more.
func (a *API) afterHandOver(c *Call, h handover.HandOver, err error) (Reply, error) {
	if err != nil {
		return Reply{}, err
	}
	reply, err := a.showHandOver(c, h.ID)
	if errors.Is(err, mediation.ErrNotFound) {
		return Reply{Ref: h.ID}, nil
	}
	return reply, err
}
