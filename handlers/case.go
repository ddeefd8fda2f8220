package handlers

import (
	"net/http"
	"strconv"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

// oneCase shows a case; the service notes that the caller looked.
func (a *API) oneCase(c *Call) (Reply, error) {
	k, err := a.Cases.Case(c.Context, c.Actor, c.PathID("id"))
	if err != nil {
		return Reply{}, err
	}
	view, err := a.viewCase(c, &k)
	return Reply{View: view, Revision: view.Revision}, err
}

func (a *API) listCases(c *Call) (Reply, error) {
	limit, err := a.limit(c)
	if err != nil {
		return Reply{}, err
	}
	f, err := a.caseFilter(c)
	if err != nil {
		return Reply{}, err
	}
	found, next, err := a.Cases.List(c.Context, c.Actor, f, c.QueryText("cursor"), limit)
	if err != nil {
		return Reply{}, err
	}
	return a.showCases(c, found, next)
}

func (a *API) showCases(c *Call, found []mediation.Summary, next string) (Reply, error) {
	l, err := a.labels(c, "")
	if err != nil {
		return Reply{}, err
	}
	views := make([]summaryView, len(found))
	for i := range found {
		views[i] = l.summary(&found[i])
	}
	return Reply{View: casePage(NewPage(views, next))}, nil
}

// searchCases finds a party's cases by a number that they are known by.
func (a *API) searchCases(c *Call) (Reply, error) {
	var b struct {
		Number string `json:"number"`
	}
	if err := c.Decode(&b); err != nil {
		return Reply{}, err
	}
	found, err := a.Cases.FindParty(c.Context, c.Actor, b.Number)
	if err != nil {
		return Reply{}, err
	}
	return a.showCases(c, found, "")
}

// maxCount is the most cases that are counted; an exact figure beyond it helps nobody and costs a walk.
const maxCount = 10000

type countView struct {
	Count int `json:"count"`
	// More: there are at least so many.
	More bool `json:"more"`
}

func (a *API) countCases(c *Call) (Reply, error) {
	most, given, err := c.QueryNumber("max", 1, maxCount)
	if err != nil {
		return Reply{}, err
	}
	if !given {
		most = maxCount
	}
	f, err := a.caseFilter(c)
	if err != nil {
		return Reply{}, err
	}
	n, err := a.Cases.Count(c.Context, c.Actor, f, most)
	return Reply{View: countView{n, n >= most}}, err
}

// caseFilter reads the filter of a list of cases.
func (a *API) caseFilter(c *Call) (mediation.Filter, error) {
	f := mediation.Filter{Category: c.QueryText("category"), Channel: c.QueryText("channel"), Unit: c.QueryText("unit"), HadBy: c.QueryText("had"), Lain: grid.Code(c.QueryText("lain")), Official: c.QueryText("official"),
		Owner: c.QueryText("owner"), Area: grid.Code(c.QueryText("area")), Cell: grid.Code(c.QueryText("cell"))}
	plan := a.Atlas.Load()
	if number := c.QueryText("number"); number != "" {
		pol, err := a.Policies.Current(c.Context)
		if err != nil {
			return f, err
		}
		f.Number = numberSought(number, pol, plan)
	}
	if err := a.sourceFilter(c, &f); err != nil {
		return f, err
	}
	if err := a.wayFilter(c, &f); err != nil {
		return f, err
	}
	if err := a.countedFilter(c, &f); err != nil {
		return f, err
	}
	if err := checkCode(plan, "area", f.Area); err != nil {
		return f, err
	}
	if err := checkCode(plan, "lain", f.Lain); err != nil {
		return f, err
	}
	if d := f.Lain.Depth(); f.Lain != "" && (d < 3 || d > mostLainDepth) {
		return f, invalid("out_of_range", "lain", "min", "3", "max", strconv.Itoa(mostLainDepth))
	}
	if err := checkCode(plan, "cell", f.Cell); err != nil {
		return f, err
	}
	for _, s := range c.QueryAll("state") {
		if mediation.State(s).Info().PlainEn == "" {
			return f, invalid("unknown_value", "state", "value", printable(s))
		}
		f.States = append(f.States, mediation.State(s))
	}
	var err error
	if f.Severity, _, err = c.QueryNumber("severity", 1, 4); err != nil {
		return f, err
	}
	open, given, err := c.QueryBool("open")
	if err != nil {
		return f, err
	}
	if given {
		f.Open = &open
	}
	if f.NeedsHand, _, err = c.QueryBool("needsHand"); err != nil {
		return f, err
	}
	if f.Unplaced, _, err = c.QueryBool("unplaced"); err != nil {
		return f, err
	}
	overdue, _, err := c.QueryBool("overdue")
	if err != nil {
		return f, err
	}
	if overdue {
		f.OverdueAt = a.Cases.Now()
	}
	if err := a.openedFilter(c, &f); err != nil {
		return f, err
	}
	if q := c.QueryText("q"); q != "" {
		if f.WordHashes = a.Cases.WordHashes(q); len(f.WordHashes) == 0 {
			return f, invalid("too_short", "q", "min", "2")
		}
	}
	return f, nil
}

// sourceFilter reads from where cases come: a source, or none that the policy names.
func (a *API) sourceFilter(c *Call, f *mediation.Filter) error {
	source := c.QueryText("source")
	none, _, err := c.QueryBool("noSource")
	if err != nil || source == "" && !none {
		return err
	}
	pol, err := a.Policies.Current(c.Context)
	switch {
	case err != nil:
		return err
	case none && source != "":
		return invalid("invalid_value", "noSource")
	case none:
		f.Channels = a.strayChannels(pol)
		return nil
	}
	f.Channels, err = sourceChannels(pol, source)
	return err
}

// countedFilter reads what narrows a list to the cases behind a figure.
func (a *API) countedFilter(c *Call, f *mediation.Filter) (err error) {
	if f.Counted = mediation.Counted(c.QueryText("counted")); f.Counted != "" {
		if _, known := f.Counted.Info(); !known {
			return invalid("unknown_value", "counted", "value", printable(string(f.Counted)))
		}
	}
	if f.NoUnit, _, err = c.QueryBool("noUnit"); err != nil {
		return err
	}
	if f.Itself, _, err = c.QueryBool("itself"); err == nil && f.Itself && f.Area == "" {
		err = invalid("required", "area")
	}
	return err
}

// openedFilter reads when cases were opened: between two times, or at least so long ago; and when they were first late.
func (a *API) openedFilter(c *Call, f *mediation.Filter) error {
	for name, to := range map[string]*time.Time{"openedFrom": &f.Opened[0], "openedUntil": &f.Opened[1], "lateFrom": &f.Late[0], "lateUntil": &f.Late[1]} {
		if text := c.QueryText(name); text != "" {
			t, err := time.Parse(time.RFC3339, text)
			if err != nil {
				return invalid("wrong_type", name, "want", "time (RFC 3339)")
			}
			*to = t
		}
	}
	if f.Late != ([2]time.Time{}) && f.Counted != mediation.CountedLate {
		return invalid("invalid_value", "lateFrom") // they narrow those that were ever late
	}
	if text := c.QueryText("age"); text != "" {
		d, err := policy.ParseDuration(text)
		if err != nil || d <= 0 {
			return invalid("wrong_type", "age", "want", "7d, 24h")
		}
		until := a.Cases.Now().Add(-d)
		if f.Opened[1].IsZero() || until.Before(f.Opened[1]) {
			f.Opened[1] = until
		}
	}
	return nil
}

// timelinePage is a part of a timeline; After is the number behind which the next part begins.
type timelinePage struct {
	Items []eventView `json:"items"`
	After *int        `json:"after"` // null at the end
}

func (a *API) timeline(c *Call) (Reply, error) {
	limit, err := a.limit(c)
	if err != nil {
		return Reply{}, err
	}
	after, _, err := c.QueryNumber("after", 0, 1<<31-1)
	if err != nil {
		return Reply{}, err
	}
	id := c.PathID("id")
	events, err := a.Cases.Timeline(c.Context, c.Actor, id, after, limit)
	if err != nil {
		return Reply{}, err
	}
	k, err := a.Cases.Cases.Load(c.Context, id)
	if err != nil {
		return Reply{}, err
	}
	views, err := a.viewEvents(c, &k, events)
	if err != nil {
		return Reply{}, err
	}
	page := timelinePage{Items: views}
	if len(events) == limit {
		last := events[limit-1].Seq
		page.After = &last
	}
	return Reply{View: page}, nil
}

type lookView struct {
	ID     string         `json:"id"`
	Who    personRef      `json:"who"`
	Role   mediation.Role `json:"role"`
	What   string         `json:"what"`
	Report string         `json:"report,omitzero"`
	At     time.Time      `json:"at"`
}

func (a *API) looks(c *Call) (Reply, error) {
	limit, err := a.limit(c)
	if err != nil {
		return Reply{}, err
	}
	found, next, err := a.Cases.LooksAt(c.Context, c.Actor, c.PathID("id"), c.QueryText("cursor"), limit)
	if err != nil {
		return Reply{}, err
	}
	return a.lookPage(c, found, next)
}

func (a *API) reportLooks(c *Call) (Reply, error) {
	limit, err := a.limit(c)
	if err != nil {
		return Reply{}, err
	}
	found, next, err := a.Cases.LooksAtReport(c.Context, c.Actor, c.PathID("id"), c.QueryText("cursor"), limit)
	if err != nil {
		return Reply{}, err
	}
	return a.lookPage(c, found, next)
}

func (a *API) lookPage(c *Call, found []mediation.Look, next string) (Reply, error) {
	ids := make([]string, len(found))
	for i, l := range found {
		ids[i] = l.Actor
	}
	names, err := a.named(c, ids)
	if err != nil {
		return Reply{}, err
	}
	views := make([]lookView, len(found))
	for i, l := range found {
		views[i] = lookView{l.ID, personRef{l.Actor, names[l.Actor]}, l.Role, l.What, l.Report, l.At}
	}
	return Reply{View: NewPage(views, next)}, nil
}

type candidateView struct {
	Mediator mediatorRef  `json:"mediator"`
	Seat     int          `json:"seat"`
	Score    float64      `json:"score"`
	Metres   *float64     `json:"metres"`
	Eligible bool         `json:"eligible"`
	Reasons  []reasonView `json:"reasons"`
	// Excluded is why they cannot be offered the seat, Overrulable whether force assigns them all the same.
	Excluded    []reasonView `json:"excluded"`
	Overrulable bool         `json:"overrulable"`
}

type mediatorRef struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Kind     string    `json:"kind"`
	KindText string    `json:"kindText"`
	Tier     string    `json:"tier"`
	Area     grid.Code `json:"area"`
}

type candidateList struct {
	Items []candidateView `json:"items"`
}

// candidates judges everybody for a seat: what staff look at before they assign by hand.
func (a *API) candidates(c *Call) (Reply, error) {
	seat := 0
	if text := c.QueryText("seat"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			return Reply{}, invalid("not_a_number", "seat")
		}
		seat = n
	}
	found, err := a.Cases.Candidates(c.Context, c.Actor, c.PathID("id"), seat)
	if err != nil {
		return Reply{}, err
	}
	l, err := a.labels(c, "")
	if err != nil {
		return Reply{}, err
	}
	views := make([]candidateView, len(found))
	for i, x := range found {
		views[i] = candidateView{Mediator: l.mediatorRef(&x.Mediator), Seat: x.Seat, Score: score(x.Score), Metres: metres(x.Metres),
			Eligible: len(x.Excluded) == 0, Reasons: l.reasons(x.Reasons), Excluded: l.reasons(x.Excluded), Overrulable: true}
		for _, r := range x.Excluded {
			views[i].Overrulable = views[i].Overrulable && mediation.Overrulable(r)
		}
	}
	return Reply{Status: http.StatusOK, View: candidateList{views}}, nil
}
