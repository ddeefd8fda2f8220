package docket

import (
	"context"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
)

// Lists keeps review lists. A list is one document, its items with it.
type Lists interface {
	// Freeze stores a list once, with its notices. If one of this id is there that one is returned with stored = false and nothing is written;
	// without transactions the notices go first, under ids that are the same on every run.
	Freeze(ctx context.Context, l List, notices []mediation.Notice) (stored bool, as List, err error)
	// Load returns a list; mediation.ErrNotFound.
	Load(ctx context.Context, id string) (List, error)
	// Update loads, calls fn and stores the result together with the notices that fn returns. It loses no other writer's change: fn may be called
	// again and so must be pure. An error of fn is returned as it is and nothing is stored.
	Update(ctx context.Context, id string, fn func(*List) ([]mediation.Notice, error)) (List, error)
	// List pages lists of a key ("": of all), the latest period first, after the cursor, at most limit, and the cursor behind the last ("" at
	// the end). Their Items are left out.
	List(ctx context.Context, key, cursor string, limit int) ([]List, string, error)
	// Kept is as of retention.Records, of minutes.
	Kept(ctx context.Context, until time.Time, limit int) ([]string, time.Time, error)
	// Due returns ids whose NextDue is not after until, the longest due first, at most limit.
	Due(ctx context.Context, until time.Time, limit int) ([]string, error)
	// Defer puts the sweep off to a later time after a failure, be the list readable or not.
	Defer(ctx context.Context, id string, until time.Time) error
}

// Decisions keeps what was decided. A decision is one document.
type Decisions interface {
	// Open inserts a decision with its notices; mediation.ErrExists if one of that id is there.
	Open(ctx context.Context, d Decision, notices []mediation.Notice) (Decision, error)
	// Load returns a decision; mediation.ErrNotFound.
	Load(ctx context.Context, id string) (Decision, error)
	// Update is as Lists.Update.
	Update(ctx context.Context, id string, fn func(*Decision) ([]mediation.Notice, error)) (Decision, error)
	// List pages decisions, newest first, after the cursor, at most limit, and the cursor behind the last ("" at the end).
	List(ctx context.Context, f Filter, cursor string, limit int) ([]Decision, string, error)
	// Due and Defer are as of Lists.
	Due(ctx context.Context, until time.Time, limit int) ([]string, error)
	Defer(ctx context.Context, id string, until time.Time) error
}

// Filter selects decisions: of one list and one case, and of those whose area or whose party it names, any of them. Zero fields do not select;
// a filter that names none of List, Case, Area, User and Unit selects nothing.
type Filter struct {
	List, Case string
	Area       grid.Code // inside it
	User, Unit string    // is to carry it out
	Open       *bool     // true: not reported yet
}

// Core is what this room needs of the cases: all of it is mediation.Service's.
type Core interface {
	Record(ctx context.Context, id string, e mediation.Beside, again bool) error
	Rules(ctx context.Context, version string) (mediation.Rules, error)
	AccusedAt(c *mediation.Case, unit string) bool
	Open(ctx context.Context, v mediation.Sealed) (string, error)
}

// Cases reads cases, for nobody in particular: mediation.Cases.
type Cases interface {
	Load(ctx context.Context, id string) (mediation.Case, error)
	List(ctx context.Context, f mediation.Filter, cursor string, limit int) ([]mediation.Summary, string, error)
	Timeline(ctx context.Context, id string, after, limit int) ([]mediation.Event, error)
}

// Heads reads cases' summaries: figures.Source.
type Heads interface {
	// Moved calls fn for every case whose newest event is not before t.
	Moved(ctx context.Context, t time.Time, fn func(*mediation.Summary) error) error
	// Summaries returns those of the cases that are there, by id, as they stand now.
	Summaries(ctx context.Context, ids []string) (map[string]mediation.Summary, error)
}

// People tells whom a decision may name.
type People interface {
	// UnitOf is the unit of a user's account; mediation.ErrNotFound where nobody has it.
	UnitOf(ctx context.Context, user string) (string, error)
	// Staffed tells whether a unit has staff whose area holds the given one.
	Staffed(ctx context.Context, unit string, area grid.Code) (bool, error)
}
