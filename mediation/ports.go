package mediation

import (
	"context"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation/policy"
)

// Cases keeps cases. One case is one document: every promise needs only that one document's atomicity.
type Cases interface {
	// Load returns the case with its newest events; ErrNotFound.
	Load(ctx context.Context, id string) (Case, error)
	// Update loads, calls fn and stores the result atomically together with its Unsent notices. It loses no other writer's
	// change: where somebody wrote in between, fn is called again on the new state, so fn must be pure. An error of fn
	// is returned as it is and nothing is stored. When the timeline inside the case grows past a page, the store spills
	// the oldest events into an immutable page, written before the case. Returns the case as stored.
	Update(ctx context.Context, id string, fn func(*Case) error) (Case, error)
	// UpdateEach is Update for many cases, in few and large writes where the store can. fn is called for each of the ids that is there;
	// where it returns ErrStale the case is left as it is, and any other error of it is told at the end and holds up no other case.
	// Returns how many were stored. A call that broke off may have stored some, so fn must find nothing left to do in those.
	UpdateEach(ctx context.Context, ids []string, fn func(*Case) error) (stored int, err error)
	// List returns summaries in (opened, id) order, newest first, after the cursor, at most limit, and the cursor behind
	// the last ("" at the end). A page neither skips nor repeats a case while others write.
	List(ctx context.Context, f Filter, cursor string, limit int) ([]Summary, string, error)
	// Count counts at most max cases.
	Count(ctx context.Context, f Filter, max int) (int, error)
	// KeptFrom returns the ids of cases with one of these keys (Actor.Keys) in Case.KeptFrom, the newest first, at most limit.
	KeptFrom(ctx context.Context, keys []string, limit int) ([]string, error)
	// Due returns ids whose NextDue is not after now, the longest due first, at most limit.
	Due(ctx context.Context, now time.Time, limit int) ([]string, error)
	// Timeline returns events with Seq > after in order, at most limit, from pages and case alike.
	Timeline(ctx context.Context, id string, after, limit int) ([]Event, error)
	// IndexWords makes the case findable by these word hashes, replacing what it had; none removes it.
	IndexWords(ctx context.Context, id string, area grid.Code, opened time.Time, hashes []string) error
	// Alike returns open cases in the same cell and of the same category, newest first: what a new report might belong to. With
	// Reporter or Match only those of that reporter, or of a party with one of these hashes.
	Alike(ctx context.Context, q AlikeQuery, limit int) ([]Summary, error)
	// OfParty returns the ids of all cases, open or ended, that have a party with one of these hashes, or had one that was removed.
	OfParty(ctx context.Context, hashes []string) ([]string, error)
	// ByLink returns the id of the case that has a party with this link hash; ErrNotFound.
	ByLink(ctx context.Context, hash string) (string, error)
	// Drain hands to the outbox what a crash has left unsent in at most limit cases, and says in how many. One that fails is told
	// in the error and holds up no other; one that cannot be read is not found here again.
	Drain(ctx context.Context, limit int) (int, error)
	// Defer puts the sweep off to a later time after a failure, so that a failing case cannot starve the rest.
	Defer(ctx context.Context, id string, until time.Time) error
}

// AlikeQuery asks for open cases that a report might belong to.
type AlikeQuery struct {
	Cell     grid.Code
	Category string
	Since    time.Time
	Reporter string
	Match    []string
}

// Filter selects cases. Zero fields do not filter.
type Filter struct {
	Visible    Visible
	States     []State
	Open       *bool // true: not over; false: over
	Category   string
	Severity   int // this or graver
	Area       grid.Code
	Cell       grid.Code
	Channel    string
	Channels   []string // any of them
	Came       []string // one of its reports came by any of these channels
	Unit       string
	HadBy      string       // a unit that it lies with or has lain with
	Lain       grid.Code    // an area in which it lies or has lain, at most a village and at least a county; with a sight by area alone
	Official   string       // an account that has acted on it in public office
	Opened     [2]time.Time // from inclusive, until exclusive
	OverdueAt  time.Time    // a clock's due time lies before
	Late       [2]time.Time // a limit first passed: from inclusive, until exclusive; Counted is CountedLate then
	Counted    Counted      // among those that figures count so
	NoUnit     bool         // it lies with no unit
	Itself     bool         // it lies with Area itself and with no part of it
	NeedsHand  bool
	Remedies   bool   // it is over, and its petition's course goes on
	ToSign     bool   // a consultation of it waits for the signatory
	Owner      string // this user owns an open sub-task of it, or is in charge of it
	Unplaced   bool
	Number     string   // series and number as people write it, "33.01.11/2026/12"
	WordHashes []string // all must be there
}

// Reports keeps reports.
type Reports interface {
	// Intake stores a report once. If a report of this id is there already that one is returned with stored = false and
	// nothing is written. Otherwise the report and, if given, the new case are stored, the case with the next number of its
	// series; on a store without transactions the report goes first and Pending finds it if the case did not follow.
	// The stored case is returned (zero if none was given).
	Intake(ctx context.Context, r Report, opens *Case) (stored bool, as Report, c Case, err error)
	// Load returns a report; ErrNotFound.
	Load(ctx context.Context, id string) (Report, error)
	// Update is like Cases.Update.
	Update(ctx context.Context, id string, fn func(*Report) error) (Report, error)
	// Many pages those of the ids that are there, in (received, id) order, oldest first, after the cursor.
	Many(ctx context.Context, ids []string, cursor string, limit int) ([]Report, string, error)
	// Of lists a user's own reports, newest first.
	Of(ctx context.Context, reporter, cursor string, limit int) ([]Report, string, error)
	// OfParty returns the ids of the reports without a case that name a party with one of these hashes.
	OfParty(ctx context.Context, hashes []string) ([]string, error)
	// Pending returns ids of reports without a case that were received before t, or put off until before it, the longest due
	// first: what a crash has left without one, and what waits for a person to place it.
	Pending(ctx context.Context, t time.Time, limit int) ([]string, error)
	// Tell is Update with a notice that is stored with the change; without transactions the notice goes first, so that a crash
	// in between tells it again under the same id, which is once.
	Tell(ctx context.Context, id string, fn func(*Report) (Notice, error)) error
	// Defer puts the sweep off to a later time after a failure, be the report readable or not.
	Defer(ctx context.Context, id string, until time.Time) error
	// Unplaced lists reports that wait for a person to place them, whose reporter's area lies inside the given one, oldest first.
	Unplaced(ctx context.Context, area grid.Code, cursor string, limit int) ([]Report, string, error)
}

// Opener stores a case for a report that has none yet (repair after a crash, split).
type Opener interface {
	// Open inserts the case with the next number of its series; ErrExists if it is there.
	Open(ctx context.Context, c Case) (Case, error)
}

// Mediators keeps mediators.
type Mediators interface {
	// Put creates or replaces what an import says of a mediator and keeps seats, leaves, availability and the account.
	Put(ctx context.Context, m Mediator) (created bool, err error)
	Load(ctx context.Context, id string) (Mediator, error)
	// Update is like Cases.Update.
	Update(ctx context.Context, id string, fn func(*Mediator) error) (Mediator, error)
	// Serving returns mediators of a tier whose area contains, or lies inside, the given area. All of them: a county has hundreds.
	Serving(ctx context.Context, tier string, area grid.Code) ([]Mediator, error)
	// Known returns mediators who bear one of these keyed hashes (Mediator.Match), each once, by id.
	Known(ctx context.Context, hashes []string) ([]Mediator, error)
	// List pages mediators inside an area by id.
	List(ctx context.Context, area grid.Code, cursor string, limit int) ([]Mediator, string, error)
	// Reserved returns ids of mediators with seats that were reserved before t, or put off until before it, and are not definite.
	Reserved(ctx context.Context, t time.Time, limit int) ([]string, error)
	// Defer puts the sweep off to a later time after a failure, be the record readable or not.
	Defer(ctx context.Context, id string, until time.Time) error
}

// Looks records who looked at what.
type Looks interface {
	// Record adds one look; it need not be durable before the answer, but it is never dropped silently.
	Record(ctx context.Context, l Look) error
	// Of lists the looks at a case, newest first, those at a report that the case held then among them.
	Of(ctx context.Context, caseID, cursor string, limit int) ([]Look, string, error)
	// OfReport lists the looks at one report, newest first, those from before it had a case among them.
	OfReport(ctx context.Context, report, cursor string, limit int) ([]Look, string, error)
}

// Look is one reading of a case, or of a report by somebody who did not send it.
type Look struct {
	ID     string
	Case   string // "" for a report that has none yet
	Report string // the report whose words or photo were shown; "" where it was the case
	Actor  string
	Role   Role
	What   string // case, timeline, contact, search (by a number), point (on the map), report (its words and spot), reports (those of a case), media (a photo or its thumbnail), slip (Case is its album then)
	At     time.Time
}

// AnyRevision stands for whatever is in force, where somebody at the machine itself replaces it.
const AnyRevision int64 = -1

// Policies gives the rules.
type Policies interface {
	// Current returns the policy in force for a county-level area.
	Current(ctx context.Context) (*policy.Policy, error)
	// Version returns the policy of that version id, in force or not; ErrNotFound.
	Version(ctx context.Context, id string) (*policy.Policy, error)
	// InForce names the policy in force and the revision of that, "" and 0 if none has been imported.
	InForce(ctx context.Context) (id string, revision int64, err error)
	// Rollout is how far a policy for open cases has come; the zero value if none ever was.
	Rollout(ctx context.Context) (Rollout, error)
	// AmendRollout changes it, and returns it as it is then. fn may run several times.
	AmendRollout(ctx context.Context, fn func(*Rollout)) (Rollout, error)
}

// Calendars keeps the days off and worked of each year, which hold for every policy.
type Calendars interface {
	// Years returns what is known, by year, and the revision of it: 0 while nothing is.
	Years(ctx context.Context) (years []policy.Year, revision int64, err error)
	// Put puts a year's days in place of what was known of it, if the calendar stands at a revision (0: nothing is known;
	// AnyRevision: whatever it is), else ErrStale. The same again changes nothing.
	Put(ctx context.Context, at int64, y policy.Year, now time.Time) error
	// Unreckoned are the years that were put since every running clock was last reckoned anew, and when the last of them was.
	Unreckoned(ctx context.Context) (years []int, since time.Time, err error)
	// Warned is the latest year of which people were told that nothing is known; 0: none.
	Warned(ctx context.Context) (year int, err error)
	// Warn tells people that nothing is known of a year, each once by the notices' ids, and then keeps that they were told.
	Warn(ctx context.Context, year int, notices []Notice) error
	// Reckoned notes that every clock has been reckoned by what was put until then.
	Reckoned(ctx context.Context, since time.Time) error
}

// Users tells what mediation must know of accounts.
type Users interface {
	// Named returns display names by user id (missing ones left out).
	Named(ctx context.Context, ids []string) (map[string]string, error)
	// Staffed tells whether a unit has staff whose area holds the given one.
	Staffed(ctx context.Context, unit string, area grid.Code) (bool, error)
	// ActorOf returns who a user acts as; false where there is no such account, or it is locked.
	ActorOf(ctx context.Context, user string) (Actor, bool, error)
	// Leaders returns who of the leaders, whose area holds the given one, is not locked.
	Leaders(ctx context.Context, area grid.Code) ([]Actor, error)
}
