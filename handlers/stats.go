package handlers

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"fengqiao/grid"
	"fengqiao/internal/sheet"
	"fengqiao/mediation"
	counts "fengqiao/mediation/figures"
	"fengqiao/mediation/policy"
)

// statsFilters are what figures are narrowed by, and compared.
var statsFilters = []string{"area", "category", "channel", "unit", "source", "from", "until", "compareFrom", "compareUntil"}

// statsRoutes are the routes of the figures.
func statsRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Path: "/api/v1/stats/summary", Action: mediation.StatsRead, Query: append(slices.Clone(statsFilters), "format"), Handle: (*API).statsSummary},
		{Method: http.MethodGet, Path: "/api/v1/stats/breakdown", Action: mediation.StatsRead, Query: append(slices.Clone(statsFilters), "by", "format"), Handle: (*API).statsBreakdown},
	}
}

// asked is what somebody wants to know: of which cases, and which earlier ones to compare them with.
type asked struct {
	counts.Query
	by      counts.By
	cuts    []time.Time
	earlier *counts.Query
	asOf    time.Time
}

func (a *API) statsSummary(c *Call) (Reply, error) {
	q, err := a.statsQuery(c)
	if err != nil {
		return Reply{}, err
	}
	l, err := a.labels(c, "")
	if err != nil {
		return Reply{}, err
	}
	tally := a.Figures.Count(q.Query)
	var before *counts.Tally
	if q.earlier != nil {
		t := a.Figures.Count(*q.earlier)
		before = &t
	}
	view := statsSummaryView{statsHead: q.head(q.Now), Figures: make([]figureView, len(counts.All))}
	for i, f := range counts.All {
		view.Figures[i] = figureView{l.meaning(&f), valueOf(f, &tally, before, q.links(f, "", l.plan))}
	}
	return a.table(c, view, func() *sheet.Book { return l.summaryBook(&view) })
}

// statsQuery reads what is asked for. What the caller does not see is not counted, whatever they ask for.
func (a *API) statsQuery(c *Call) (asked, error) {
	q := asked{}
	if err := a.counted(); err != nil {
		return q, err
	}
	q.asOf = a.Figures.AsOf()
	q.Query = counts.Query{Sight: mediation.VisibleBy(c.Actor, mediation.StatsRead), Area: grid.Code(c.QueryText("area")),
		Category: c.QueryText("category"), Channel: c.QueryText("channel"), Unit: c.QueryText("unit"), Now: a.Cases.Now()}
	if err := checkCode(a.Atlas.Load(), "area", q.Area); err != nil {
		return q, err
	}
	pol, err := a.Policies.Current(c.Context)
	if err != nil {
		return q, err
	}
	q.Source, q.SourceOf = c.QueryText("source"), pol.Intake.SourceOf
	if _, err := sourceChannels(pol, q.Source); err != nil {
		return q, err
	}
	var compare [2]time.Time
	if err := a.knownWords(pol, &q); err != nil {
		return q, err
	}
	for name, t := range map[string]*time.Time{"from": &q.From, "until": &q.Until, "compareFrom": &compare[0], "compareUntil": &compare[1]} {
		var err error
		if *t, err = c.queryTime(name); err != nil {
			return q, err
		}
	}
	return q, q.period(compare)
}

// knownWords refuses a category or a channel that neither the policy in force has nor any case ever had: none of it would look like an answer.
func (a *API) knownWords(pol *policy.Policy, q *asked) error {
	_, category := pol.Category(q.Category)
	channel := slices.ContainsFunc(pol.Intake.Channels, func(x policy.Channel) bool { return x.Key == q.Channel })
	switch {
	case q.Category != "" && !category && !slices.Contains(a.Figures.Categories(), q.Category):
		return invalid("unknown_value", "category", "value", printable(q.Category))
	case q.Channel != "" && !channel && !slices.Contains(a.Figures.Channels(), q.Channel):
		return invalid("unknown_value", "channel", "value", printable(q.Channel))
	}
	return nil
}

// counted refuses while the book of figures has not been filled.
func (a *API) counted() error {
	if a.Figures == nil || a.Figures.AsOf().IsZero() {
		return &Problem{Status: http.StatusServiceUnavailable, Code: "stats.filling", RetryAfter: retrySoon}
	}
	return nil
}

// sourceChannels are the channels of a source, none of "".
func sourceChannels(pol *policy.Policy, source string) ([]string, error) {
	if source == "" {
		return nil, nil
	}
	s, ok := pol.Intake.Source(source)
	if !ok {
		return nil, invalid("unknown_value", "source", "value", printable(source))
	}
	return s.Channels, nil
}

// strayChannels are the channels that belong to no source: the policy's, and those that cases came by when it had them. There is always one,
// so that a list of none is not a list of all.
func (a *API) strayChannels(pol *policy.Policy) []string {
	stray := []string{""}
	note := func(channel string) {
		if pol.Intake.SourceOf(channel) == "" && !slices.Contains(stray, channel) {
			stray = append(stray, channel)
		}
	}
	for _, x := range pol.Intake.Channels {
		note(x.Key)
	}
	if a.Figures != nil {
		for _, channel := range a.Figures.Channels() {
			note(channel)
		}
	}
	return stray
}

// queryTime is a moment, to the second; zero if it is not there.
func (c *Call) queryTime(name string) (time.Time, error) {
	text := c.QueryText(name)
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, invalid("not_a_time", name)
	}
	if t.Year() < 1970 || t.Year() > 2105 {
		return t, invalid("out_of_range", name, "min", "1970", "max", "2105")
	}
	return t.UTC().Truncate(time.Second), nil
}

// period completes the period and what it is compared with: a chosen earlier one, else the one of the same length just before.
func (q *asked) period(compare [2]time.Time) error {
	if !q.From.IsZero() && q.Until.IsZero() {
		q.Until = q.Now.UTC().Truncate(time.Second).Add(time.Second) // what has just come in counts
	}
	if !q.From.IsZero() && q.Until.Before(q.From) {
		return invalid("out_of_order", "until")
	}
	switch given := [2]bool{!compare[0].IsZero(), !compare[1].IsZero()}; {
	case given[0] != given[1]:
		return invalid("required", map[bool]string{true: "compareUntil", false: "compareFrom"}[given[0]])
	case given[0] && compare[1].Before(compare[0]):
		return invalid("out_of_order", "compareUntil")
	case given[0]:
	case !q.From.IsZero():
		compare = [2]time.Time{q.From.Add(-q.Until.Sub(q.From)), q.From}
	default:
		return nil
	}
	earlier := q.Query
	earlier.From, earlier.Until = compare[0], compare[1]
	q.earlier = &earlier
	return nil
}

func (a *API) statsBreakdown(c *Call) (Reply, error) {
	q, err := a.statsQuery(c)
	if err != nil {
		return Reply{}, err
	}
	l, err := a.labels(c, "")
	if err != nil {
		return Reply{}, err
	}
	if q.by = counts.By(c.QueryText("by")); !slices.Contains(counts.Breakdowns, q.by) {
		if q.by == "" {
			return Reply{}, invalid("required", "by")
		}
		return Reply{}, invalid("unknown_value", "by", "value", printable(string(q.by)))
	}
	if q.by == counts.ByMonth {
		zone, err := l.pol.Clocks.Calendar.Location()
		if err != nil {
			return Reply{}, err
		}
		if q.cuts, err = months(q.From, q.Until, zone); err != nil {
			return Reply{}, err
		}
	}
	groups := a.Figures.Break(q.Query, q.by, q.cuts)
	if c.QueryText("format") == "pdf" { // more columns than a paper is wide
		return Reply{}, invalid("unknown_value", "format", "value", "pdf")
	}
	view := l.breakdown(&q, groups, a.before(&q))
	return a.table(c, view, func() *sheet.Book { return l.breakdownBook(&view) })
}

// before is the earlier period by the same groups. Months have none: each stands beside the one before.
func (a *API) before(q *asked) map[string]*counts.Tally {
	if q.earlier == nil || q.by == counts.ByMonth {
		return nil
	}
	groups, of := a.Figures.Break(*q.earlier, q.by, nil), map[string]*counts.Tally{}
	for i := range groups {
		of[groups[i].Key] = &groups[i].Tally
	}
	return of
}

// maxMonths is how many months a breakdown has at most: ten years.
const maxMonths = 120

// months are the moments at which a period's months begin in the county's time zone; the first month may begin in its midst.
func months(from, until time.Time, zone *time.Location) ([]time.Time, error) {
	if from.IsZero() {
		return nil, invalid("required", "from")
	}
	var cuts []time.Time
	for at := from; at.Before(until); {
		if len(cuts) == maxMonths {
			return nil, invalid("too_many", "from", "max", "120")
		}
		cuts = append(cuts, at.UTC())
		local := at.In(zone)
		at = time.Date(local.Year(), local.Month()+1, 1, 0, 0, 0, 0, zone)
	}
	return cuts, nil
}

// links are the lists of the cases behind a figure: those that it counts, and, of a share, those that it is of.
func (q *asked) links(f counts.Figure, group string, plan *grid.Plan) caseLinks {
	return caseLinks{q.link(f.List, group, plan), q.link(f.Below, group, plan)}
}

// link is a list of cases, as the filters of /api/v1/cases say it; nil where they cannot. group is the line of a breakdown.
func (q *asked) link(list map[string][]string, group string, plan *grid.Plan) *string {
	if list == nil {
		return nil
	}
	set, ok := q.groupFilters(group, plan)
	if !ok {
		return nil
	}
	from, until := q.From, q.Until
	if q.by == counts.ByMonth {
		from, until = q.month(group)
	}
	dated := [2]string{"openedFrom", "openedUntil"}
	for name, values := range list {
		if name == counts.ByLateness {
			dated = [2]string{"lateFrom", "lateUntil"}
			continue
		}
		set[name] = strings.Join(values, ",")
	}
	for name, t := range map[string]time.Time{dated[0]: from, dated[1]: until} {
		if !t.IsZero() {
			set[name] = t.Format(time.RFC3339)
		}
	}
	text := "/api/v1/cases" + encodedQuery(set)
	return &text
}

// mostLainDepth is the narrowest area, by the parts of its code, whose past a list can be asked for.
const mostLainDepth = 5

// groupFilters are what narrows a list to the cases of a group, period aside; false where no filter says it.
func (q *asked) groupFilters(group string, plan *grid.Plan) (map[string]string, bool) {
	set := map[string]string{"area": string(q.Area), "category": q.Category, "channel": q.Channel, "unit": q.Unit, "source": q.Source}
	switch q.by {
	case counts.ByMonth, counts.Whole:
	case counts.ByArea:
		// The list of an area holds all that lies below it too, unless it is asked for the area itself; and it knows the areas of the plan in force
		// alone.
		base := *q.Sight.Area
		if base.Contains(q.Area) {
			base = q.Area
		}
		if _, known := plan.Name(grid.Code(group)); !known {
			return nil, false
		}
		if set["area"] = group; group == string(base) {
			set["itself"] = "true"
		}
	case counts.ByLain:
		if _, known := plan.Name(grid.Code(group)); !known || grid.Code(group).Depth() > mostLainDepth {
			return nil, false
		}
		set["lain"] = group
	default:
		if group != "" {
			set[string(q.by)] = group
			break
		}
		none := map[counts.By]string{counts.ByUnit: "noUnit", counts.BySource: "noSource"}[q.by]
		if none == "" {
			return nil, false // every case has a category, a channel
		}
		set[none] = "true"
	}
	return set, true
}

// month is from when until when a group of months goes.
func (q *asked) month(group string) (from, until time.Time) {
	for i, cut := range q.cuts {
		if cut.Format(time.RFC3339) != group {
			continue
		}
		if i+1 < len(q.cuts) {
			return cut, q.cuts[i+1]
		}
		return cut, q.Until
	}
	return q.From, q.Until
}
