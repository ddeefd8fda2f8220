// Package village keeps what petition-free villages (无信访村) were assessed at. Package scorecard reckons an assessment from the cases as they
// stand; here it is frozen when its period is over, so that what is done to a case later moves nothing:
//
//	round (a card's period) ──sweep, when it is over──▶ a result of each village ──▶ version 1
//	                                                        ▲ correction by the county, or an objection that it upheld: another version
//
// A result holds the cases that it was reckoned from, as they stood. So a correction says which case is left out or counted and the rest
// follows by the same card; nobody types a result. Every version stays, with who made it, when and why. The reasons that people write are sealed
// under the key of the case that they speak of, so that they go when the case is erased.
package village

import (
	"slices"
	"strings"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/figures"
	"fengqiao/mediation/scorecard"

	"github.com/google/uuid"
)

// namespace of the room's ids.
var namespace = uuid.MustParse("8d1c2f5e-6b0a-5f39-8a77-3f1e5a90c4d2")

func idOf(parts ...string) string {
	return uuid.NewSHA1(namespace, []byte(strings.Join(parts, "\x00"))).String()
}

// Round (一期) is one period of one card, assessed by the version of the card that was in force when it was frozen.
type Round struct {
	ID          string
	Key, Period string
	From, Until time.Time
	Ground      grid.Code // whose villages are assessed
	// Card is the version's id, "" before it is frozen.
	Card string
	At   time.Time // when it was frozen; zero: not yet
	By   string    // the account that froze it, "": the sweep
	// Dropped is that by its end the card assessed no villages any more, or over other periods.
	Dropped bool

	// Bookkeeping.
	NextDue time.Time
	Stumble int
}

// RoundID is the id of a card's period.
func RoundID(key, period string) string { return idOf("round", key, period) }

// Result is what one village was assessed at in a round.
type Result struct {
	ID, Round   string
	Key, Period string
	Card        string // the version's id
	Village     grid.Code
	From, Until time.Time
	Ground      grid.Code
	Frozen      time.Time
	// Contest is until when the village may object; zero: it may not.
	Contest time.Time
	// Rows are the cases that are or once were counted, as they stood when they came in.
	Rows []Row
	// Left is how many cases there were where these are more than MaxRows; then there are no Rows, and nothing is corrected.
	Left       int
	Versions   []Version // the newest last
	Objections []Objection
	Commands   []string // keys of corrections, so that none is carried out twice

	// Bookkeeping.
	NextDue time.Time
	Stumble int
	Version int64
}

// Row is a case that a result counts.
type Row struct {
	Case  mediation.Summary // what figures count of it, and nothing of a person
	Added bool              // by a correction; not counted when it was frozen
}

// Version is what the village came to by one reckoning.
type Version struct {
	At time.Time
	By string // the account; "": the sweep
	// Objection is the one that led to it, "" for none. Changes are what was put right; none in the first.
	Objection string
	Changes   []Change
	Passed    bool
	Found     []scorecard.Found // of the card's criteria
}

// Change is that a case is counted, or is not, and why.
type Change struct {
	Case   string
	Counts bool
	Reason mediation.Sealed
}

// Objection (异议) is that a village does not agree.
type Objection struct {
	ID     string
	At     time.Time
	By     string
	Points []Point
	// Clock is until when the county must have decided.
	Clock     mediation.Clock
	Decided   time.Time // zero: not yet
	DecidedBy string
	// Version is the number of the version that came of it, from 1; 0: none.
	Version int
}

// Point is one case that an objection names: whether it ought to count, why, and what was decided.
type Point struct {
	Change
	Upheld  bool
	Verdict mediation.Sealed // the reason of the decision
}

// Limits of a result.
const (
	MaxRows       = 4000
	MaxPoints     = 20
	MaxObjections = 10
	MaxVersions   = 30
	MaxReason     = 500 // characters
)

// Newest is the version that holds.
func (r *Result) Newest() *Version { return &r.Versions[len(r.Versions)-1] }

// Open is the objection that waits for its decision; nil if there is none.
func (r *Result) Open() *Objection {
	if i := slices.IndexFunc(r.Objections, func(o Objection) bool { return o.Decided.IsZero() }); i >= 0 {
		return &r.Objections[i]
	}
	return nil
}

// Counted tells of every case of the result whether a version counts it: the n-th, from 1.
func (r *Result) Counted(n int) map[string]bool {
	counted := map[string]bool{}
	for i := range r.Rows {
		counted[r.Rows[i].Case.ID] = !r.Rows[i].Added
	}
	for _, v := range r.Versions[:n] {
		for _, c := range v.Changes {
			counted[c.Case] = c.Counts
		}
	}
	return counted
}

// Belongs tells whether a case is a matter of a period: it was opened in it, or a limit of it first passed in it.
func Belongs(s *mediation.Summary, from, until time.Time) bool {
	within := func(t time.Time) bool { return !t.IsZero() && !t.Before(from) && t.Before(until) }
	return s.Counts() && (within(s.Opened) || within(s.Course.Breached))
}

// kept is what figures count of a case.
func kept(s *mediation.Summary) mediation.Summary {
	k := mediation.Summary{ID: s.ID, State: s.State, Area: s.Area, Category: s.Category, Channel: s.Channel, Opened: s.Opened, Closed: s.Closed, Overdue: s.Overdue, Repeats: s.Repeats,
		Satisfied: s.Satisfied, Dissatisfied: s.Dissatisfied, Counted: s.Counted, Petition: s.Petition, Apart: s.Apart, PetitionKind: s.PetitionKind, BroughtAgain: s.BroughtAgain, Rating: s.Rating, Course: s.Course}
	k.Course.Officials = nil
	return k
}

// Query is the cases of the result's village and period.
func (r *Result) Query() figures.Query { return query(r.Village, r.From, r.Until) }

// reckon assesses the village over the cases that count, by the card, as of the end of the period.
func (r *Result) reckon(card *scorecard.Card, counted map[string]bool) scorecard.Village {
	book := &figures.Book{}
	for i := range r.Rows {
		if s := r.Rows[i].Case; counted[s.ID] {
			if !r.Village.Contains(s.Area) {
				s.Area = r.Village // a correction says that it is this village's
			}
			book.Put(&s)
		}
	}
	return card.Assess(book, r.Query(), []grid.Code{r.Village})[0]
}

// query is the cases of an area over a period. What is late is judged as of its end, however much later it is frozen.
func query(area grid.Code, from, until time.Time) figures.Query {
	return figures.Query{Sight: mediation.Visible{Area: &area}, From: from, Until: until, Now: until}
}

// Sees tells whether somebody reads the result of a village: by their area, which holds it, or because theirs lies in it.
func Sees(actor mediation.Actor, village grid.Code) bool {
	return SeesWhole(actor, village) || mediation.May(actor, mediation.VillageRead) && village.Contains(actor.Area)
}

// SeesWhole tells whether somebody reads all of it, the cases and what was said of them, too. Who looks after a part of the village alone
// reads of the cases of that part, and what they have written themselves.
func SeesWhole(actor mediation.Actor, village grid.Code) bool {
	return mediation.MayArea(actor, mediation.VillageRead, village)
}

// MayObject tells whether somebody may object for a village.
func MayObject(actor mediation.Actor, village grid.Code) bool {
	return mediation.MayArea(actor, mediation.VillageObject, village) || mediation.May(actor, mediation.VillageObject) && village.Contains(actor.Area)
}
