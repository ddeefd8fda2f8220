// Package policy is a county's rules as validated data: what comes in, how panels are made, how offers climb, which clocks
// run and what a closing needs. It knows no case; mediation reads it.
package policy

import (
	"slices"
	"time"
	_ "time/tzdata" // zones are known on machines without zone files, too
)

// Policy is one version of a county's rules. It is immutable once loaded.
type Policy struct {
	// ID names this version: county, label and the first bytes of the hash of the source text.
	ID     string
	County string // division code in dotted form, e.g. 33.01.11
	Name   Text
	Label  string // the author's version label, e.g. "2026-01"
	Source []byte // the YAML as it was imported
	// AppliesTo is OpenCases or NewCases, the zero value.
	AppliesTo string

	Intake   Intake
	Matching Matching
	Tiers    []Tier
	Clocks   Clocks
	Closing  Closing
	// Stages are the clocks of how fast a matter is taken in hand; the zero value has none.
	Stages Stages
	// Suspension says for which reasons clocks stand still.
	Suspension Suspension
	// Petition is the course of petitions; the zero value knows none.
	Petition     Petition
	Confirmation Confirmation
	// Loop is what must have been done before a case may be closed.
	Loop Loop
	// Desks says what outside desks may do with each other's matters.
	Desks Desks
	// Study says when an escalated study is called.
	Study Study
	// Duty is the roster's posts; the zero value has none.
	Duty Duty
	// DispatchRules send cases to units and to who is on duty; the first that fits is taken.
	DispatchRules []DispatchRule
	// CatchAll is what becomes of matters that have got no case.
	CatchAll CatchAll
	// Retention says how long words are kept; the zero value keeps them for ever.
	Retention Retention
	// Backlog says how the pile of open cases is looked at.
	Backlog Backlog
	// Rankings put areas and units in order.
	Rankings []Ranking
	// ReviewLists are what leaders look at together every month or quarter; none: they do not.
	ReviewLists []ReviewList
	// Halls are the one-stop halls.
	Halls []Hall
	// Slips are the papers of supervision; the zero value has none.
	Slips Slips
	// Joint says how several units handle a case together; the zero value: they do not.
	Joint Joint
	// Charge says which leaders take charge of named cases; the zero value: none do.
	Charge Charge
	// Proxies says who runs errands for residents; the zero value: whoever may report.
	Proxies Proxies
	// Patrols are the rounds of grid workers; the zero value has none.
	Patrols Patrols
	// Deliberation is the villagers'; the zero value has none.
	Deliberation Deliberation
	// Opinions are residents' suggestions; the zero value has none.
	Opinions Opinions
	// Teams are those of grids and micro-grids, of each level one; none: there are no teams.
	Teams []GridTeam
	// Uptake says what the use of the app is measured by; the zero value: it is not.
	Uptake Uptake
}

// What a policy applies to. A case keeps the version that it was opened under, unless a policy says that open cases are judged by it too.
const (
	NewCases  = "new"
	OpenCases = "open"
)

// Text is shown to people: Chinese first, English beside it.
type Text struct{ Zh, En string }

// Intake says what comes in and what becomes of it.
type Intake struct {
	Channels   []Channel
	Sources    []Source // that the channels belong to
	Categories []Category
	Routes     []Route
	// EmergencyRoute is the route (a desk) that danger and crime go to at once (PML 25).
	EmergencyRoute string
	// SnapMetres: a point this far outside every cell still belongs to the nearest one.
	SnapMetres float64
	// MaxAccuracyMetres: a worse fix is marked coarsePosition.
	MaxAccuracyMetres float64
	// ClockSkew: a phone time further in the future is marked; ClockOld: further back is marked.
	ClockSkew, ClockOld time.Duration
	Join                JoinRule
	// OnReceipt: what may be settled at once.
	OnReceipt OnReceipt
	// NumberFormat of a case number, with {unit}, {year}, {n}, e.g. "富阳矛调〔{year}〕第{n}号".
	NumberFormat string
	// NumberLevel: numbers run per unit of this many code segments (3 = county, 4 = township) and year.
	NumberLevel int
}

// Channel is where reports come from.
type Channel struct {
	Key  string
	Name Text
	// By are the roles that may register a matter by it; none: whoever may report.
	By []string
}

// Category is a kind of dispute.
type Category struct {
	Key  string
	Name Text
	// Mediable: people's mediation may take it; otherwise Route says where it belongs.
	Mediable bool
	Route    string
	// AutoAccept: accepted without a person up to this severity (0: always a person).
	AutoAccept int
	// Accusation: it is one against somebody in office (检举控告), which must not reach them: it lies with the unit of so many code
	// segments, out of sight below. 0: it is none.
	Accusation int
}

// Route is a lawful way (法定途径) with the norm it rests on.
type Route struct {
	Key  string
	Name Text
	Norm string
	// Desk is the unit that receives a transfer on this route, "" if the person is only told.
	Desk string
}

// JoinRule says when reports are the same matter. Joining by itself happens only for the same reporter or a shared party at
// the same place and category; everything else within these bounds is suggested to a person.
type JoinRule struct {
	Within time.Duration
	Metres float64
}

// Matching says who is asked.
type Matching struct {
	Panels []Panel
	// LoadCap for mediators without one of their own.
	LoadCap int
	// Weights of the score's parts, each part 0…1.
	Weights Weights
	// RestAfterDeclines: after so many declines in a row a mediator's score is halved until they accept one.
	RestAfterDeclines int
}

// Weights of the score.
type Weights struct {
	Distance, Load, Category, SameArea, Dialect, Record float64
}

// Panel is a composition for some categories and severities; the first that fits is taken.
type Panel struct {
	Categories  []string // empty: any
	MinSeverity int
	Seats       []Seat
}

// Seat is one place of a composition.
type Seat struct {
	Kinds    []string
	Number   int
	Lead     bool
	Required bool
	// Outsider: a relative, neighbour or expert who joins only with the parties' consent (PML 20).
	Outsider bool
}

// Tier is one rung of the ladder (村 → 镇 → 县).
type Tier struct {
	Key  string
	Name Text
	// Level: mediators whose area shares so many code segments with the case's cell (5 village, 4 township, 3 county).
	Level int
	// RadiusMetres bounds the distance; 0 = none.
	RadiusMetres float64
	// Waves on this tier, WaveSize offers per free seat in each, Answer the time to answer.
	Waves    int
	WaveSize int
	Answer   Span
}

// Clocks of the case.
type Clocks struct {
	Calendar Calendar
	States   map[string]Limit
	Whole    Limit
}

// Limit is how long something may take, and when to remind.
type Limit struct {
	Within Span
	// Remind: so long before the end.
	Remind []Span
	// Basis is the norm it rests on, "" if the policy names none.
	Basis string
}

// Span is a length of time as norms say it: hours and minutes on the clock, calendar days, or working days.
type Span struct {
	Clock       time.Duration
	Days        int
	WorkingDays int
	// Whole: the working days are counted as norms count days, each whole: that of the start is not counted, and the last runs to its end. Otherwise
	// opening time is counted, as a county sets its own offices a pace. Load sets it where a limit is the law's; no file says it.
	Whole bool
}

// Zero tells whether the span is nothing.
func (s Span) Zero() bool { return s == Span{} }

// Calendar says which days are working days.
type Calendar struct {
	Zone string // IANA name, e.g. Asia/Shanghai
	// Holidays are days off, Workdays are weekend days worked instead (调休), both as YYYY-MM-DD.
	Holidays, Workdays []string
	// Opens and Closes bound the working day, as minutes after midnight.
	Opens, Closes int

	zone *time.Location // as Load found it, so that reading a policy's clock touches no file
}

// Location returns the zone's rules; no zone means UTC.
func (c Calendar) Location() (*time.Location, error) {
	if c.zone != nil {
		return c.zone, nil
	}
	return time.LoadLocation(c.Zone)
}

// Closing says what a close needs.
type Closing struct {
	// Needs are closing needs that must be met, from ClosingNeeds.
	Needs []string
	// FollowUpAfter: the return visit is due so long after closing.
	FollowUpAfter Span
	// SettleWithoutWord: a case whose return visit says resolved is settled although no party has spoken.
	SettleWithoutWord bool
}

// ClosingNeeds are the words that closing.needs may use.
var ClosingNeeds = []string{
	"session",        // a session on record (PML 27)
	"two_parties",    // both sides entered
	"agreement",      // an agreement in effect
	"all_signed",     // every party signed or their refusal was witnessed
	"performed",      // performance recorded
	"committee_seal", // the committee's seal is on a written agreement
	"sub_tasks",      // no sub-task of a joint handling is open; finishing elsewhere waits for it, too
}

// Category returns the category of that key.
func (p *Policy) Category(key string) (Category, bool) {
	for _, c := range p.Intake.Categories {
		if c.Key == key {
			return c, true
		}
	}
	return Category{}, false
}

// Route returns the route of that key.
func (p *Policy) Route(key string) (Route, bool) {
	for _, r := range p.Intake.Routes {
		if r.Key == key {
			return r, true
		}
	}
	return Route{}, false
}

// PanelFor returns the composition for a category and severity.
func (p *Policy) PanelFor(category string, severity int) (Panel, bool) {
	if i := p.panelFor(category, severity); i >= 0 {
		return p.Matching.Panels[i], true
	}
	return Panel{}, false
}

func (p *Policy) panelFor(category string, severity int) int {
	return slices.IndexFunc(p.Matching.Panels, func(panel Panel) bool {
		return severity >= panel.MinSeverity && (len(panel.Categories) == 0 || slices.Contains(panel.Categories, category))
	})
}
