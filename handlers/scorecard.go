package handlers

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"fengqiao/grid"
	"fengqiao/internal/sheet"
	"fengqiao/mediation"
	"fengqiao/mediation/policy"
	"fengqiao/mediation/scorecard"
)

// scorecardRoutes are the routes of scorecards: what they measure by, what comes of it, and the months that are frozen.
func scorecardRoutes(l Limits) []Route {
	const base, get = "/api/v1/scorecards", http.MethodGet
	return []Route{
		{Method: get, Path: base, Action: mediation.PolicyRead, Handle: (*API).scorecards},
		{Method: get, Path: base + "/:key", Action: mediation.PolicyRead, Query: []string{"format"}, Handle: (*API).oneScorecard},
		{Method: http.MethodPut, Path: base, Action: mediation.ScorecardImport, Sight: (*API).holdsPlan, Cost: Upload, Change: true, First: true, Body: l.Import,
			Deadline: importDeadline, Handle: (*API).importScorecard},
		{Method: get, Path: base + "/:key/results", Action: mediation.ScorecardRead, Query: []string{"by", "period", "area", "trend", "subject", "format"}, Handle: (*API).scorecardResults},
		{Method: get, Path: base + "/:key/reports", Action: mediation.ScorecardRead, Query: []string{"by", "period", "area", "format"}, Cost: Upload, Deadline: importDeadline,
			Handle: (*API).scorecardReports},
		{Method: get, Path: base + "/:key/villages", Action: mediation.VillageRead, Query: []string{"period", "area", "live", "format"}, Handle: (*API).villages},
		{Method: get, Path: base + "/:key/villages/rounds", Action: mediation.VillageRead, Handle: (*API).villageRounds},
		{Method: http.MethodPost, Path: base + "/:key/villages/rounds", Action: mediation.ScorecardFreeze, Sight: (*API).holdsPlan, Create: true, OwnKey: true, Cost: Write,
			Deadline: importDeadline, Handle: (*API).freezeVillages},
		{Method: get, Path: base + "/:key/snapshots", Action: mediation.ScorecardRead, Handle: (*API).scorecardSnapshots},
		{Method: http.MethodPost, Path: base + "/:key/snapshots", Action: mediation.ScorecardFreeze, Sight: (*API).holdsPlan, Create: true, OwnKey: true, Cost: Write,
			Deadline: importDeadline, Handle: (*API).freezeScorecard},
		{Method: get, Path: base + "/:key/snapshots/:month", Action: mediation.ScorecardRead, Query: []string{"by"}, Handle: (*API).scorecardSnapshot},
	}
}

// scorecardsView is the cards in force.
type scorecardsView struct {
	Items []scorecardHead `json:"items"`
}

type scorecardHead struct {
	Key        string `json:"key"`
	ID         string `json:"id"` // the version's
	Label      string `json:"label"`
	Text       string `json:"text"`
	Dimensions int    `json:"dimensions"`
	Indicators int    `json:"indicators"`
}

// scorecardView is what a card measures by. The whole is the YAML (?format=yaml).
type scorecardView struct {
	scorecardHead
	Units []string `json:"units"`
	scorecardForm
}

func (l labels) scorecardHead(c *scorecard.Card) scorecardHead {
	return scorecardHead{c.Key, c.ID, c.Label, l.text(c.Name), len(c.Dimensions), len(c.Indicators())}
}

func (a *API) scorecards(c *Call) (Reply, error) {
	cards, revision, err := a.Scorecards.Cards.InForce(c.Context)
	if err != nil {
		return Reply{}, err
	}
	l, err := a.labels(c, "")
	if err != nil {
		return Reply{}, err
	}
	v := scorecardsView{Items: []scorecardHead{}}
	for _, card := range cards {
		v.Items = append(v.Items, l.scorecardHead(card))
	}
	return Reply{View: v, Revision: revision}, nil
}

func (a *API) oneScorecard(c *Call) (Reply, error) {
	card, _, err := a.Scorecards.Card(c.Context, c.PathID("key"))
	if err != nil {
		return Reply{}, err
	}
	l, err := a.labels(c, "")
	if err != nil {
		return Reply{}, err
	}
	switch format := c.QueryText("format"); format {
	case "", "json":
		return Reply{View: scorecardView{l.scorecardHead(card), list(card.Units), l.scorecardForm(card)}}, nil
	case "yaml":
		return Reply{Raw: &Raw{Type: "application/yaml", Body: card.Source}}, nil
	default:
		return Reply{}, invalid("unknown_value", "format", "value", printable(format))
	}
}

// importScorecard checks a card and puts it in force under the key that it names.
func (a *API) importScorecard(c *Call) (Reply, error) {
	src, err := c.Bytes()
	if err != nil {
		return Reply{}, err
	}
	_, err = a.Scorecards.Import(c.Context, c.Revision, "scorecard.yaml", src)
	var found policy.Findings
	if errors.As(err, &found) {
		return Reply{}, policyProblem(found, c.Lang)
	}
	if err != nil {
		return Reply{}, err
	}
	return a.scorecards(c)
}

// measuredBy reckons what a call asks for.
func (a *API) measuredBy(c *Call, by scorecard.By) (scorecard.Answer, error) {
	if err := a.counted(); err != nil {
		return scorecard.Answer{}, err
	}
	ask := scorecard.Ask{Key: c.PathID("key"), By: by, Period: c.QueryText("period"), Area: grid.Code(c.QueryText("area")), Trend: 1}
	if err := checkCode(a.Atlas.Load(), "area", ask.Area); err != nil {
		return scorecard.Answer{}, err
	}
	n, given, err := c.QueryNumber("trend", 0, scorecard.MaxTrend)
	if err != nil {
		return scorecard.Answer{}, err
	}
	if given {
		ask.Trend = n
	}
	return a.Scorecards.Measure(c.Context, c.Actor, ask)
}

func (a *API) scorecardResults(c *Call) (Reply, error) {
	by := scorecard.By(c.QueryText("by"))
	if by == "" {
		return Reply{}, invalid("required", "by")
	}
	answer, err := a.measuredBy(c, by)
	if err != nil {
		return Reply{}, err
	}
	l, err := a.labels(c, "")
	if err != nil {
		return Reply{}, err
	}
	view, err := only(l.scorecardResults(&answer, a.Cases.Now()), c.QueryText("subject"))
	if err != nil {
		return Reply{}, err
	}
	return a.sheets(c, view, func() *sheet.Book { return l.scorecardBook(&view) })
}

// only keeps the line of one subject, "" keeps all.
func only(v resultsView, subject string) (resultsView, error) {
	if subject == "" {
		return v, nil
	}
	v.Items = slices.DeleteFunc(v.Items, func(l lineView) bool { return l.Key != subject })
	if len(v.Items) == 0 {
		return v, mediation.ErrNotFound
	}
	return v, nil
}

// snapshotView says that a month is frozen.
type snapshotView struct {
	Scorecard string    `json:"scorecard"`
	ID        string    `json:"id"` // of the card's version
	Month     string    `json:"month"`
	Area      grid.Code `json:"area"`
	At        time.Time `json:"at"`
	FrozenBy  personRef `json:"frozenBy"`
	Due       time.Time `json:"due,omitzero"` // when the card has it frozen
	Late      bool      `json:"late"`         // it was frozen later, by what the cases had come to by then
}

func viewSnapshot(s *scorecard.Snapshot, names map[string]string) snapshotView {
	return snapshotView{s.Key, s.Card, s.Month, s.Ground, s.At.UTC(), personRef{ID: s.By, Name: names[s.By]}, s.Due.UTC(), s.Late}
}

// mostSnapshots is how many are listed: ten years.
const mostSnapshots = 120

func (a *API) scorecardSnapshots(c *Call) (Reply, error) {
	if _, _, err := a.Scorecards.Card(c.Context, c.PathID("key")); err != nil {
		return Reply{}, err
	}
	found, err := a.Scorecards.Snapshots.List(c.Context, c.PathID("key"), mostSnapshots)
	if err != nil {
		return Reply{}, err
	}
	var ids []string
	for i := range found {
		ids = append(ids, found[i].By)
	}
	names, err := a.Names.Named(c.Context, ids)
	if err != nil {
		return Reply{}, err
	}
	views := make([]snapshotView, len(found))
	for i := range found {
		views[i] = viewSnapshot(&found[i], names)
	}
	return Reply{View: NewPage(views, "")}, nil
}

// freezeScorecard keeps a month that is over; the same month again is answered with what was kept.
func (a *API) freezeScorecard(c *Call) (Reply, error) {
	var b struct {
		Month string `json:"month"`
	}
	if err := c.Decode(&b); err != nil {
		return Reply{}, err
	}
	if err := a.counted(); err != nil {
		return Reply{}, err
	}
	s, fresh, err := a.Scorecards.Freeze(c.Context, c.Actor, c.PathID("key"), b.Month)
	if err != nil {
		return Reply{}, err
	}
	names, err := a.Names.Named(c.Context, []string{s.By})
	if err != nil {
		return Reply{}, err
	}
	if !fresh {
		c.Set("Idempotency-Replayed", "true")
	}
	return Reply{View: viewSnapshot(&s, names), Status: http.StatusCreated, Location: "/api/v1/scorecards/" + s.Key + "/snapshots/" + s.Month}, nil
}

func (a *API) scorecardSnapshot(c *Call) (Reply, error) {
	if err := a.counted(); err != nil {
		return Reply{}, err
	}
	by := scorecard.By(c.QueryText("by"))
	if by == "" {
		return Reply{}, invalid("required", "by")
	}
	f, err := a.Scorecards.Frozen(c.Context, c.Actor, c.PathID("key"), c.PathID("month"), by)
	if err != nil {
		return Reply{}, err
	}
	names, err := a.Names.Named(c.Context, []string{f.Snapshot.By})
	if err != nil {
		return Reply{}, err
	}
	l, err := a.labels(c, "")
	if err != nil {
		return Reply{}, err
	}
	return Reply{View: l.frozen(&f, viewSnapshot(&f.Snapshot, names))}, nil
}
