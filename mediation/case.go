// Package mediation is the case: how a report becomes one, who may do what with it in which state, who is asked to
// mediate, what the law demands on the way, and when each step is due. state.go has the states, permit.go who may do what,
// ports.go what it stands on; docs/decisions tell the protocols between documents.
package mediation

import (
	"strconv"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation/clock"
)

// Number is a case's human number: the N-th case of a series (unit and year), e.g. 富阳矛调〔2026〕第00012号.
type Number struct {
	Series string // "33.01.11/2026"
	N      int64  // issued by the store with the insert, without gaps
}

// String is the number as people write it, "33.01.11/2026/12".
func (n Number) String() string { return n.Series + "/" + strconv.FormatInt(n.N, 10) }

// Case (案件) is a dispute in hand. One document: everything a decision needs is inside.
type Case struct {
	ID string
	// Revision counts business changes; If-Match compares it. Bookkeeping (outbox, chores, spill) leaves it alone.
	Revision int64
	Number   Number
	// Home is where the case was opened and never changes; Area is where it belongs now (a cell, or the unit that has it).
	Home, Area  grid.Code
	Cell        grid.Code // "" while unplaced
	PlanVersion string    // the edition of the plan that Cell and Area are of
	// Earlier is where the case lay before a change of plans moved it; nil when a person has placed it since.
	Earlier *Lay

	State State
	// Held is what a suspended case goes back to, HeldClock that state's clock as it stood.
	Held      State
	HeldClock Clock
	// Left are the clocks of states that it has left in this turn and may come back to.
	Left []LeftClock

	Category  string
	Severity  int // 1 slight … 4 grave
	Emergency bool
	Channel   string
	// Accusation (检举控告): it must not reach whom it accuses, the respondents, or their unit. Its area is that of the unit it is
	// raised to, so that nobody below sees it.
	Accusation bool
	// Petitioned is when the matter first came in by a channel of petitions, which the regulation counts from; zero: it did not.
	Petitioned time.Time
	Unit       string // department it lies with, if any
	// Sent are whom dispatch rules have sent it to, the newest last.
	Sent []Sent
	// Had are the departments that it has lain with, in the order in which it came to them: an objection or a reopening takes it from one, and it
	// has had it all the same.
	Had []string
	// Lain are the areas that it has lain with and that it was passed on from, to another part of the ground, in that order: it has lain there all
	// the same. What a change of plans moved has not been passed on.
	Lain []grid.Code
	// Joint is how several units handle it together; nil: they do not.
	Joint *Joint
	// Errands are what helpers did for parties.
	Errands []Errand
	// Charge is the leader in charge of it; nil: none is.
	Charge *Charge

	Key string // seal key of the case's words
	// Hold keeps it from erasure, for a court or an inquiry; nil: nothing does.
	Hold *Hold
	// Erased: its words have been erased; what is sealed opens no more.
	Erased bool
	Words  Sealed // what it is about, from the first report
	Point  Sealed // exact WGS-84 "lon,lat" degrees, sealed: those who handle the case see it, others the cell

	Reporter string   // user id of the first reporter
	Reports  []string // ids, first one first: the case's words and point are that one's
	// Filers are the user ids of those who sent Reports, in their order, "" for one filed for a resident; Reporters the same without doubles.
	Filers, Reporters []string
	// Came are the channels by which Reports came, in their order; an earlier release kept the first one's alone, as Channel.
	Came []string
	// Recalled are those of Reports that their senders have withdrawn since.
	Recalled []string
	// Outside are the work orders of outside desks among Reports.
	Outside []OutsideOrder
	// Passes are its ways from one outside desk to another, Calls the calls that desks had about it, both in order.
	Passes []DeskPass
	// Loop is what was done of the steps that a closing waits for, in this turn.
	Loop    []LoopMark
	Calls   []DeskCall
	Parties []Party
	Removed []RemovedParty

	Tier      int // index into the policy's tiers
	Wave      int // waves sent on this tier
	Offers    []Offer
	Panel     Panel
	NeedsHand bool // offers are exhausted: a person must assign (人工指派)

	Sessions  []Session
	Agreement *Agreement
	Former    []Agreement // agreements of earlier turns that took effect, the oldest first
	Performed time.Time
	// Answer is the latest that was given to whoever brought this turn in; nil: none yet.
	Answer *Answer
	// Heard is who was told of this turn's end.
	Heard     Heard
	FollowUps []FollowUp
	Outcome   *Outcome // why it was refused, transferred, failed, exited

	// JoinedTo is the case this one was joined to (并案); Joined the cases joined to this one; Suggested what a person
	// should look at as possibly the same.
	JoinedTo  string
	Joined    []string
	Apart     Apart  // how it stood when it was joined
	Late      []Late // those of Joined that were late
	Suggested []Suggestion
	Repeats   int // reopened so often

	// Suspension is why it is suspended, Stops when clocks of it have stood still so, in order.
	Suspension Suspension
	Stops      []clock.Pause

	StateClock Clock  // of the state; each has one in a turn, which goes on when the case comes back to it
	ClockFor   string // the unit, road or area whose turn that is, of what is passed on
	WholeClock Clock  // never resets
	// Stages are the clocks of this turn beside them; none where the policy has none for its channel.
	Stages []Stage

	// Petition is the petition regulation's course of it; nil: it is no petition.
	Petition *Petition

	Policy string // version id of the policy it is judged under

	Opened  time.Time
	Changed time.Time
	Closed  time.Time
	// Course is what figures ask of the whole timeline; not Known in what an earlier release opened (CourseOf reads it from the timeline).
	Course Course

	// Events are the newest events of the timeline; older ones have been written to immutable pages (Spilled of them).
	Events  []Event
	Spilled int
	Head    []byte // hash of the newest event

	// Bookkeeping, not part of the revision.
	Unsent   []Notice  // announcements stored with the change and not yet handed to the outbox
	Chores   []Chore   // what the sweep still has to do for this case in other documents
	NextDue  time.Time // when the sweep must look again; zero = never
	CatchDue time.Time // when a case no clock of which runs is given to somebody anew; zero: one runs
	Stumble  int       // failed sweeps in a row
}

// Hold (依法保留) is who wants the case kept, since when and why.
type Hold struct {
	At     time.Time
	By     string
	Reason string
}

// Answer (答复) is what was told to whoever brought the matter in.
type Answer struct {
	At    time.Time
	By    string
	Words Sealed
}

// Outcome is an end that is not an agreement, with what the law wants told.
type Outcome struct {
	At     time.Time
	Route  string   // policy's legal route or desk
	Unit   string   // receiving unit, for transfers
	Reason string   // policy's or catalogue's reason code
	Routes []string // further ways told to the parties (PML 26)
	Words  Sealed
}

// Suggestion is a case that may be about the same thing.
type Suggestion struct {
	Case    string
	Reasons []string
	Metres  float64
}

// Session (调解) is one meeting.
type Session struct {
	ID       string
	At       time.Time
	By       string
	Place    grid.Code
	Attended []string // party ids
	Open     bool     // PML 23: parties may ask for an open or closed session
	Notes    Sealed
}

// FollowUp (回访) is the visit after closing that decides between settled and not.
type FollowUp struct {
	At       time.Time
	By       string
	Kept     bool // the agreement is kept
	Resolved bool // the quarrel is over
	Notes    Sealed
}

// Clock is one running limit.
type Clock struct {
	Since    time.Time
	Due      time.Time // zero: this state has no limit
	Reminded int       // how many of the policy's reminders went out
	Breached time.Time // zero: not breached
	Paused   time.Time // zero: running
	By       string    // who named its end, a user id; "": the policy's rule made it
	// Pauses are the times in which it stood still, in order.
	Pauses []clock.Pause
}

// Chore is work in another document that this case's last change made necessary.
type Chore struct {
	Kind   ChoreKind
	Target string // mediator id, case id, report id
	Offer  string // the declined offer, of ChoreCount
	Since  time.Time
}

// ChoreKind names a chore.
type ChoreKind string

// The chores.
const (
	ChoreMatch       ChoreKind = "match"        // find candidates and send the next wave
	ChoreReleaseSeat ChoreKind = "release_seat" // give a mediator's seat back
	ChoreCount       ChoreKind = "count"        // note in the mediator's record that they declined
	ChoreRecuse      ChoreKind = "recuse"       // take off the panel whom the parties now known conflict with
	ChoreKeepApart   ChoreKind = "keep_apart"   // take off their parts in it whom it is kept from
	ChoreIndexWords  ChoreKind = "index_words"  // make the words findable
	ChoreAdopt       ChoreKind = "adopt"        // the case joined to takes this case's reports
	ChoreDisown      ChoreKind = "disown"       // the case formerly joined to gives them back
	ChorePetitioner  ChoreKind = "petitioner"   // find out whether it is the petitioner's first petition on the matter
	ChoreStudy       ChoreKind = "study"        // an escalated study is to be called; the target is why
	ChoreDispatch    ChoreKind = "dispatch"     // a dispatch rule sends the case to a unit or who is on duty; the target is the rule
	ChoreOpenReport  ChoreKind = "open_report"  // open a case of its own for a detached report
)

// Party returns the party of that id, or nil.
func (c *Case) Party(id string) *Party {
	for i := range c.Parties {
		if c.Parties[i].ID == id {
			return &c.Parties[i]
		}
	}
	return nil
}

// Offer returns the offer of that id, or nil.
func (c *Case) Offer(id string) *Offer {
	for i := range c.Offers {
		if c.Offers[i].ID == id {
			return &c.Offers[i]
		}
	}
	return nil
}

// Summary is a case as lists show it: no personal values, small, kept beside the case.
type Summary struct {
	ID         string
	Revision   int64
	Number     Number
	State      State
	Category   string
	Severity   int
	Emergency  bool
	Area, Cell grid.Code
	// PlanVersion is the case's, "" in what an earlier release stored; EarlierPlans those of the place it had before.
	PlanVersion  string
	EarlierPlans []string
	Channel      string
	Unit         string
	Had          []string // the departments that it has lain with
	Lain         []grid.Code
	Came         []string // the channel of each of its reports
	Reporters    []string
	Match        []string // keyed hashes of its parties
	Seated       []string // mediator ids on the panel
	Reports      int
	NeedsHand    bool
	Repeats      int
	Leader       string    // user id of who is in charge
	ReviewDue    time.Time // when they must look after it next
	StateDue     time.Time
	WholeDue     time.Time
	StageDue     time.Time // the latest end of its stages' clocks that run
	BesideDue    time.Time // the latest end of its sub-tasks', its leader's and its confirmation's clocks that run
	Breached     bool      // a clock has run out
	Warned       bool      // a clock has reminded
	Opened       time.Time
	Changed      time.Time
	Closed       time.Time
	// Policy is the version that the case is judged under, "" in what an earlier release stored.
	Policy string
	// Petition is where its petition stands, "" if it is none; PetitionDue what is owed of it next.
	Petition    PetitionState
	PetitionDue time.Time
	// PetitionKind is whether it is the petitioner's first on the matter; BroughtAgain, that the matter came again since.
	PetitionKind PetitionKind
	BroughtAgain bool
	// Rating is what the petitioner says of the responsible unit and of the petition office.
	Rating Rating
	// Apart: joined to another case, and counted by itself all the same.
	Apart   bool
	Confirm Confirmations
	// For figures. Course is the case's, not Known in what an earlier release stored; Overdue as Case.OverdueFrom; Satisfied and
	// Dissatisfied are how many parties have said so.
	Course                  Course
	Overdue                 time.Time
	Satisfied, Dissatisfied int
	// KeptFrom is the case's.
	KeptFrom []string
	// Counted says in which sets that figures count it is; not Current in what an earlier release stored.
	Counted Membership
}
