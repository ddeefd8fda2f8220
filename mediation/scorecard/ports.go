package scorecard

import (
	"context"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/slip"
)

// Cards keeps scorecards. A version is never changed.
type Cards interface {
	// Put keeps a version and puts it in force under its key, if the register of cards stands at a revision (0: it is empty;
	// mediation.AnyRevision: whatever it is), else mediation.ErrStale. The same again changes nothing.
	Put(ctx context.Context, at int64, c *Card) error
	// InForce returns the cards in force, by key, and the register's revision.
	InForce(ctx context.Context) ([]*Card, int64, error)
	// Version returns a version; mediation.ErrNotFound.
	Version(ctx context.Context, id string) (*Card, error)
}

// Snapshots keeps what was frozen. A snapshot is never changed.
type Snapshots interface {
	// Freeze keeps a snapshot, unless its card's month has one, which stays as it is. Returns the one that is kept, and whether it is new.
	Freeze(ctx context.Context, s Snapshot) (kept Snapshot, fresh bool, err error)
	// Load returns a card's snapshot of a month; mediation.ErrNotFound.
	Load(ctx context.Context, key, month string) (Snapshot, error)
	// List returns a card's snapshots without their lines, the latest month first, at most limit.
	List(ctx context.Context, key string, limit int) ([]Snapshot, error)
}

// Months keeps the months that are to be frozen.
type Months interface {
	// Add stores a month, unless it is there already, which stays as it is.
	Add(ctx context.Context, m Month) error
	// Load returns a month; mediation.ErrNotFound.
	Load(ctx context.Context, id string) (Month, error)
	// Schedule says when it is seen to next; zero: never.
	Schedule(ctx context.Context, id string, at time.Time) error
	// Due returns ids whose NextDue is not after until, the longest due first, at most limit.
	Due(ctx context.Context, until time.Time, limit int) ([]string, error)
	// Defer puts the sweep off to a later time after a failure, be the month readable or not.
	Defer(ctx context.Context, id string, until time.Time) error
}

// Snapshot is a month as it stood when it was frozen (月度定格).
type Snapshot struct {
	Key    string // the card's
	Card   string // the version's id
	Month  string
	Ground grid.Code // whose cases are counted
	At     time.Time
	By     string // the account that froze it, or mediation.SystemActor
	// Due is when the card has it frozen, Late that it was so long after that that the cases may have gone on.
	Due  time.Time
	Late bool
	// Results are in the order of Subjects.
	Results []Result
}

// Of finds a snapshot's result; nil if there is none.
func (s *Snapshot) Of(by By) *Result {
	for i := range s.Results {
		if s.Results[i].By == by {
			return &s.Results[i]
		}
	}
	return nil
}

// SlipSource knows the papers of supervision (slip.Slips).
type SlipSource interface {
	EachCounted(ctx context.Context, area grid.Code, from, until time.Time, fn func(*slip.Summary) error) error
}

// Person is an account that can be measured.
type Person struct {
	ID, Name string
	Role     mediation.Role
	Unit     string
	Area     grid.Code
}

// People knows the accounts.
type People interface {
	// Officials returns the accounts of public office whose area lies inside the given one, by id.
	Officials(ctx context.Context, area grid.Code) ([]Person, error)
	// Official returns one; mediation.ErrNotFound if there is no such account or it is of no public office.
	Official(ctx context.Context, id string) (Person, error)
}
