// Package docket is the periodic review list (会办清单): every month, or quarter, the leaders sit over the cases that by the policy's rule must be
// looked at together, decide who does what by when, and at the next list see what has become of it.
//
//	period begins ──▶ list, frozen ──▶ decisions ──▶ the next list shows each: done, ended, late, open
//
// A list is frozen by the rule as its period begins: it holds exactly the cases that met the rule at that moment, read from their timelines,
// so that a sweep that comes by days late makes the same list. Nobody puts a case on it or takes one off. A decision is a document of its
// own; its words are sealed under the case's key, so that they go when the case is erased.
package docket

import (
	"fmt"
	"slices"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/campaign"
	"fengqiao/mediation/policy"
)

// Period is a month or a quarter of the county's calendar, from inclusive, until exclusive.
type Period struct {
	Name        string // 2026-04, 2026-Q2
	From, Until time.Time
}

// PeriodOf is the period that a moment lies in.
func PeriodOf(every string, at time.Time, zone *time.Location) Period {
	local := at.In(zone)
	year, month := local.Year(), local.Month()
	if every == policy.EveryQuarter {
		quarter := (int(month) - 1) / 3
		from := time.Date(year, time.Month(quarter*3+1), 1, 0, 0, 0, 0, zone)
		return Period{fmt.Sprintf("%04d-Q%d", year, quarter+1), from.UTC(), from.AddDate(0, 3, 0).UTC()}
	}
	from := time.Date(year, month, 1, 0, 0, 0, 0, zone)
	return Period{from.Format("2006-01"), from.UTC(), from.AddDate(0, 1, 0).UTC()}
}

// After is the first period that does not begin before a moment.
func After(every string, at time.Time, zone *time.Location) Period {
	p := PeriodOf(every, at, zone)
	for p.From.Before(at) {
		p = PeriodOf(every, p.Until, zone)
	}
	return p
}

// List is a review list, as it was frozen.
type List struct {
	ID     string // key.period
	Key    string // the policy's
	Policy string // version that it was frozen by
	Area   grid.Code
	Period
	Frozen time.Time // when the sweep came by: hardly later than From
	Items  []Item    // the oldest case first
	Total  int       // how many those are
	Meets  time.Time // when they sit; zero: no date is set
	// Minutes are of when they sat, the first one first. Erased: their words are gone.
	Minutes []Minutes
	Erased  bool
	// Earlier is the id of the list before, "" for the first.
	Earlier string

	Reminded int // how many reminders of Meets are over
	NextDue  time.Time
	Stumble  int
	Version  int64
}

// IDOf is the id of a list.
func IDOf(key string, p Period) string { return key + "." + p.Name }

// Item is a case that stands on a list, as it stood when the list was frozen.
type Item struct {
	Case    string
	Area    grid.Code
	Opened  time.Time
	Reasons []string // the policy's words, in its order
	Turns   int      // how often it had been reopened
	Leader  string   // user in charge, "" for none
	Unit    string   // that it lay with, "" for none
}

// MaxItems is how many cases a list holds at most: the oldest are taken where there are more.
const MaxItems = 20_000

// Item returns the list's item of a case, or nil.
func (l *List) Item(id string) *Item {
	if i := slices.IndexFunc(l.Items, func(x Item) bool { return x.Case == id }); i >= 0 {
		return &l.Items[i]
	}
	return nil
}

// Facts are what a rule asks of a case, as it stood at a moment.
type Facts struct {
	Open   bool // neither over nor closed
	Opened time.Time
	Source string
	// Category is by the events; "" where they name none: the case's own is meant then.
	Category string
	Turns    int
	Late     bool // one of its limits had run out
	Leader   string
}

// FactsOf reads how a case stood just before a moment from its whole timeline.
func FactsOf(h *mediation.Summary, events []mediation.Event, at time.Time) Facts {
	then := campaign.CourseOf(events).At(at)
	f := Facts{Open: then.Class == campaign.Open, Opened: h.Opened, Turns: then.Turns}
	for i := range events {
		e := &events[i]
		if !e.At.Before(at) {
			break
		}
		if category := e.Data["category"]; category != "" && (e.Kind == "opened" || e.Kind == string(mediation.CmdReclassify)) {
			f.Category = category
		}
		switch {
		case e.Kind == "breached":
			f.Late = true
		case e.Kind == string(mediation.CmdRelease), e.Kind == "kept_apart" && e.Data["unled"] != "":
			f.Leader = ""
		case e.Kind == string(mediation.CmdCharge), (e.Kind == "handed_over" || e.Kind == "kept_apart") && e.Data["leader"] != "":
			f.Leader = e.Data["leader"]
		}
	}
	return f
}

// FactsNow reads how a case stands that has not moved since the moment.
func FactsNow(h *mediation.Summary) Facts {
	return Facts{Open: !h.State.Over() && h.State != mediation.Closed, Opened: h.Opened, Turns: h.Repeats, Late: !h.Course.Breached.IsZero(), Leader: h.Leader}
}

// Reasons are those for which the rule has the case stand on the list; none: it does not.
func Reasons(rule *policy.ReviewList, f Facts, at time.Time) []string {
	if !f.Open || !f.Opened.Before(at) {
		return nil
	}
	var why []string
	for i := range rule.Reasons {
		if holds(&rule.Reasons[i], f, at) {
			why = append(why, rule.Reasons[i].Key)
		}
	}
	return why
}

func holds(r *policy.ReviewReason, f Facts, at time.Time) bool {
	switch {
	case r.OlderThan > 0 && f.Opened.After(at.Add(-r.OlderThan)):
	case f.Turns < r.Reopened:
	case r.Overdue && !f.Late:
	case r.Charged && f.Leader == "":
	case len(r.Sources) > 0 && !slices.Contains(r.Sources, f.Source):
	case len(r.Categories) > 0 && !slices.Contains(r.Categories, f.Category):
	default:
		return true
	}
	return false
}

// Sees tells whether the caller sees that there is a list: it concerns whose area meets its own. Of its cases they see those that they see
// anyhow.
func Sees(actor mediation.Actor, l *List) bool {
	return mediation.May(actor, mediation.DocketRead) && (actor.Area.Contains(l.Area) || l.Area.Contains(actor.Area))
}

// Decides tells whether the actor may decide over a case of a list: their role sits, and may by mediation.Permits.
func Decides(actor mediation.Actor, rule *policy.ReviewList, c *mediation.Case) bool {
	return rule.Seats(string(actor.Role)) && mediation.MayCase(actor, mediation.DocketDecide, c)
}
