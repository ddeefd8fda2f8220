package handlers

import (
	"net/http"
	"time"

	"fengqiao/grid"
	"fengqiao/grid/edition"
	"fengqiao/mediation"
)

// registerView is the editions of the plan and which was in force when.
type registerView struct {
	InForce  string        `json:"inForce"`
	Next     *termView     `json:"next"`     // null: nothing is planned
	Terms    []termView    `json:"terms"`    // the newest first
	Editions []editionView `json:"editions"` // the newest first
}

type termView struct {
	Version string     `json:"version"`
	From    *time.Time `json:"from"`  // null where an earlier release did not note it
	Until   *time.Time `json:"until"` // null: in force, or not yet
	By      *personRef `json:"by"`    // null: somebody at the machine
	Note    string     `json:"note"`
	// Settled is when cases and people had been given their new places; null while that is under way.
	Settled *time.Time `json:"settled"`
	Cases   int        `json:"cases"`
	People  int        `json:"people"`
}

type editionView struct {
	Version string                  `json:"version"`
	Made    *time.Time              `json:"made"`
	By      *personRef              `json:"by"`
	How     mediation.EditionSource `json:"how"`
	Of      string                  `json:"of"` // the version it was drawn from
	Cells   int                     `json:"cells"`
}

// moment is a time, null for none.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// newEdition is the entry of a plan that the caller has made.
func (a *API) newEdition(c *Call, plan *grid.Plan, how mediation.EditionSource, of string) mediation.Edition {
	e := mediation.NewEdition(plan, how, a.Cases.Now())
	e.By, e.Of = c.Actor.ID, of
	return e
}

func (a *API) planRegister(c *Call) (Reply, error) {
	reg, revision, err := a.Plans.Register(c.Context)
	if err != nil {
		return Reply{}, err
	}
	return a.registerReply(c, &reg, revision)
}

func (a *API) registerReply(c *Call, reg *mediation.Register, revision int64) (Reply, error) {
	var ids []string
	for _, t := range reg.Terms {
		ids = append(ids, t.By)
	}
	for _, e := range reg.Editions {
		ids = append(ids, e.By)
	}
	if reg.Next != nil {
		ids = append(ids, reg.Next.By)
	}
	names, err := a.named(c, ids)
	if err != nil {
		return Reply{}, err
	}
	v := registerView{InForce: reg.InForce(), Terms: []termView{}, Editions: []editionView{}}
	person := func(id string) *personRef {
		if id == "" {
			return nil
		}
		return &personRef{ID: id, Name: names[id]}
	}
	term := func(t *mediation.Term, until time.Time) termView {
		return termView{Version: t.Version, From: moment(t.From), Until: moment(until), By: person(t.By), Note: t.Note, Settled: moment(t.Settled), Cases: t.Cases, People: t.People}
	}
	for i := len(reg.Terms) - 1; i >= 0; i-- {
		v.Terms = append(v.Terms, term(&reg.Terms[i], reg.Until(i)))
	}
	for i := len(reg.Editions) - 1; i >= 0; i-- {
		e := &reg.Editions[i]
		v.Editions = append(v.Editions, editionView{e.Version, moment(e.Made), person(e.By), e.How, e.Of, e.Cells})
	}
	if reg.Next != nil {
		next := term(reg.Next, time.Time{})
		v.Next = &next
	}
	return Reply{View: v, Revision: revision}, nil
}

// keepPlan reads GeoJSON as an edition and keeps it, without putting it in force.
func (a *API) keepPlan(c *Call) (Reply, error) {
	in, plan, err := a.readPlan(c)
	if err != nil {
		return Reply{}, err
	}
	return a.keep(c, plan, in.Drawing, mediation.Imported, a.Atlas.Load().Version())
}

// keep stores an edition and answers with what it would change.
func (a *API) keep(c *Call, plan *grid.Plan, d edition.Drawing, how mediation.EditionSource, of string) (Reply, error) {
	if err := a.Plans.Keep(c.Context, a.newEdition(c, plan, how, of), d, plan); err != nil {
		return Reply{}, err
	}
	reply, err := a.differenceReply(c, plan)
	reply.Status, reply.Location = http.StatusCreated, "/api/v1/plan/editions/"+plan.Version()+"/difference"
	return reply, err
}

// theEdition is the plan that the path names; it must lie inside the caller's area, as must the one in force (holdsPlan).
func (a *API) theEdition(c *Call) (*grid.Plan, error) {
	if err := a.holdsPlan(c); err != nil { // a reading goes without being asked before
		return nil, err
	}
	plan, err := a.Plans.Load(c.Context, c.PathID("version"))
	if err != nil {
		return nil, err
	}
	if !mediation.MayPlan(c.Actor, c.Route.Action, plan) {
		return nil, beyondArea()
	}
	return plan, nil
}

func (a *API) planDifference(c *Call) (Reply, error) {
	plan, err := a.theEdition(c)
	if err != nil {
		return Reply{}, err
	}
	return a.differenceReply(c, plan)
}

// noteBody names the decision that a change of plans rests on.
type noteBody struct {
	Note string `json:"note" max:"200"`
}

// latest is how far back a moment may lie that is meant as now: clocks differ.
const latest = time.Minute

// enactPlan puts an edition in force, at once or at a time to come.
func (a *API) enactPlan(c *Call) (Reply, error) {
	var b struct {
		From time.Time `json:"from"`
		noteBody
	}
	if err := c.decodeBounded(&b); err != nil {
		return Reply{}, err
	}
	now := mediation.Instant(a.Cases.Now())
	b.From = mediation.Instant(b.From)
	if !b.From.IsZero() && b.From.Before(now.Add(-latest)) {
		return Reply{}, invalid("plan.past", "from")
	}
	plan, err := a.theEdition(c)
	if err != nil {
		return Reply{}, err
	}
	return a.amend(c, func(r *mediation.Register) error {
		return r.Enact(mediation.Term{Version: plan.Version(), From: b.From, By: c.Actor.ID, Note: b.Note}, now)
	})
}

// rollBackPlan puts the edition in force again that was so before the present one.
func (a *API) rollBackPlan(c *Call) (Reply, error) {
	var b noteBody
	if err := c.decodeBounded(&b); err != nil {
		return Reply{}, err
	}
	reg, _, err := a.Plans.Register(c.Context)
	if err != nil {
		return Reply{}, err
	}
	if n := len(reg.Terms); n > 1 {
		plan, err := a.Plans.Load(c.Context, reg.Terms[n-2].Version)
		if err != nil {
			return Reply{}, err
		}
		if !mediation.MayPlan(c.Actor, c.Route.Action, plan) {
			return Reply{}, beyondArea()
		}
	}
	now := mediation.Instant(a.Cases.Now())
	return a.amend(c, func(r *mediation.Register) error { return r.RollBack(c.Actor.ID, b.Note, now) })
}

// cancelPlan strikes the edition that is planned.
func (a *API) cancelPlan(c *Call) (Reply, error) {
	return a.amend(c, func(r *mediation.Register) error { r.Cancel(); return nil })
}

// amend changes the register at the revision that the caller saw.
func (a *API) amend(c *Call, fn func(*mediation.Register) error) (Reply, error) {
	if _, _, err := a.Plans.Amend(c.Context, c.Revision, fn); err != nil {
		return Reply{}, err
	}
	return a.planRegister(c)
}
