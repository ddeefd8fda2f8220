package handlers

import (
	"net/http"
	"slices"
	"time"

	"fengqiao/internal/account"
	"fengqiao/mediation"
)

// chargeRoutes show what leaders are in charge of.
func chargeRoutes() []Route {
	return []Route{{Method: http.MethodGet, Path: "/api/v1/leaders", Action: mediation.LeadersRead, Handle: (*API).leaders}}
}

// chargeView is a leader's charge of a case; the plan is for those who read words.
type chargeView struct {
	Leader    personRef    `json:"leader"`
	Body      string       `json:"body"`
	BodyText  string       `json:"bodyText"`
	Since     time.Time    `json:"since"`
	Plan      string       `json:"plan,omitzero"`
	Planned   time.Time    `json:"planned"`
	ReviewDue time.Time    `json:"reviewDue,omitzero"`
	Reviews   []reviewView `json:"reviews"`
}

type reviewView struct {
	Due     time.Time  `json:"due"`
	Done    time.Time  `json:"done,omitzero"`
	By      *personRef `json:"by,omitzero"`
	Notes   string     `json:"notes,omitzero"`
	Overdue bool       `json:"overdue"`
	Clock   *dueView   `json:"clock"` // why it falls on that day; null once it is done
}

// leaderView is a leader with their load.
type leaderView struct {
	personRef
	Body       string    `json:"body"`
	BodyText   string    `json:"bodyText"`
	Unit       string    `json:"unit"`
	Open       int       `json:"open"`
	Overdue    int       `json:"overdue"`
	NextReview time.Time `json:"nextReview,omitzero"`
}

// bodyLoad is what the leaders of one body are in charge of together.
type bodyLoad struct {
	Body     string `json:"body"`
	BodyText string `json:"bodyText"`
	Unit     string `json:"unit"`
	Leaders  int    `json:"leaders"`
	Open     int    `json:"open"`
	Overdue  int    `json:"overdue"`
}

// leadersView is each leader with their load, and each body's: all that the policy names, those without a leader too.
type leadersView struct {
	Page[leaderView]
	Bodies []bodyLoad `json:"bodies"`
}

// chargePeople are the users whom a charge speaks of.
func chargePeople(k *mediation.Charge) []string {
	if k == nil {
		return nil
	}
	ids := []string{k.Leader}
	for _, r := range k.Reviews {
		ids = append(ids, r.By, r.Clock.By)
	}
	return ids
}

// charge shows who is in charge, to those who see the meetings.
func (v *caseViewer) charge() *chargeView {
	k := v.k.Charge
	if k == nil || !v.sees[mediation.PartMeetings] && v.k.Charge.Leader != v.c.Actor.ID {
		return nil
	}
	out := &chargeView{Leader: v.person(k.Leader), Body: k.Body, BodyText: v.body(k.Body), Since: k.Since, Plan: v.words(mediation.PartWords, k.Plan),
		Planned: k.Planned, ReviewDue: v.k.ReviewDue(), Reviews: []reviewView{}}
	for _, r := range k.Reviews {
		out.Reviews = append(out.Reviews, reviewView{Due: r.Clock.Due, Done: r.Done, By: v.someone(r.By), Notes: v.words(mediation.PartWords, r.Notes),
			Overdue: r.Done.IsZero() && !r.Clock.Breached.IsZero(), Clock: v.clock(r.Term(v.rules))})
	}
	return out
}

// body is the name of a body of leaders; one that the policy no longer has is shown by its word.
func (l labels) body(key string) string {
	if b, ok := l.pol.Charge.Body(key); ok {
		return l.text(b.Name)
	}
	return key
}

// leaders lists the leaders of the four bodies whose area meets the caller's, with what they are in charge of.
func (a *API) leaders(c *Call) (Reply, error) {
	l, err := a.labels(c, "")
	if err != nil {
		return Reply{}, err
	}
	people, err := account.Persons{Service: a.Accounts}.Holders(c.Context, mediation.Leader, "")
	if err != nil {
		return Reply{}, err
	}
	list, bodies := []leaderView{}, make([]bodyLoad, len(l.pol.Charge.Bodies))
	for i, b := range l.pol.Charge.Bodies {
		bodies[i] = bodyLoad{Body: b.Key, BodyText: l.text(b.Name), Unit: b.Unit}
	}
	for _, p := range people {
		body := l.pol.Charge.BodyOf(p.Unit)
		if body == "" || !p.Area.Contains(c.Actor.Area) && !c.Actor.Area.Contains(p.Area) {
			continue
		}
		load, err := a.Cases.LoadOf(c.Context, c.Actor, p.ID)
		if err != nil {
			return Reply{}, err
		}
		list = append(list, leaderView{personRef: personRef{ID: p.ID, Name: p.Name}, Body: body, BodyText: l.body(body), Unit: p.Unit, Open: load.Open,
			Overdue: load.Overdue, NextReview: load.Next})
		sum := &bodies[slices.IndexFunc(bodies, func(b bodyLoad) bool { return b.Body == body })]
		sum.Leaders, sum.Open, sum.Overdue = sum.Leaders+1, sum.Open+load.Open, sum.Overdue+load.Overdue
	}
	return Reply{View: leadersView{NewPage(list, ""), bodies}}, nil
}

// The bodies of commands about a leader's charge.
type (
	chargeBody struct {
		Leader  string      `json:"leader" max:"64"`
		Plan    string      `json:"plan"`
		Reviews []time.Time `json:"reviews"`
	}
	chargePlanBody struct {
		Plan    string      `json:"plan"`
		Reviews []time.Time `json:"reviews"`
	}
	reviewBody struct {
		Notes string `json:"notes"`
	}
	releaseBody reasonRemarkBody
)

func (b chargeBody) command() (mediation.Command, error) {
	return mediation.TakeCharge{Leader: b.Leader, Plan: b.Plan, Reviews: storedAll(b.Reviews)}, nil
}

func (b chargePlanBody) command() (mediation.Command, error) {
	return mediation.PlanCharge{Plan: b.Plan, Reviews: storedAll(b.Reviews)}, nil
}

func (b reviewBody) command() (mediation.Command, error) { return mediation.ReviewCharge(b), nil }

func (b releaseBody) command() (mediation.Command, error) {
	return mediation.ReleaseCharge{Reason: b.Reason, Remark: b.Remark}, nil
}

func storedAll(times []time.Time) []time.Time {
	out := make([]time.Time, len(times))
	for i, t := range times {
		out[i] = stored(t)
	}
	return out
}
