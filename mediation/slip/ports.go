package slip

import (
	"context"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
)

// Slips keeps slips. A slip is one document.
type Slips interface {
	// Open inserts a slip with the next number of its series, and its notices; mediation.ErrExists if one of that id is there.
	Open(ctx context.Context, s Slip) (Slip, error)
	// Load returns a slip; mediation.ErrNotFound.
	Load(ctx context.Context, id string) (Slip, error)
	// Update loads, calls fn and stores the result atomically together with its Unsent notices. It loses no other writer's change: where
	// somebody wrote in between, fn is called again on the new state, so fn must be pure. An error of fn is returned as it is and
	// nothing is stored.
	Update(ctx context.Context, id string, fn func(*Slip) error) (Slip, error)
	// List pages slips, newest first, after the cursor, at most limit, and the cursor behind the last ("" at the end).
	List(ctx context.Context, f Filter, cursor string, limit int) ([]Summary, string, error)
	// EachCounted calls fn for the slips that belong inside an area, were issued in the period (from inclusive, until exclusive; zero: no
	// end) and are not restricted, in the order in which they were issued. An error of fn ends it and is returned.
	EachCounted(ctx context.Context, area grid.Code, from, until time.Time, fn func(*Summary) error) error
	// OfCase returns all slips about a case, whoever may see them.
	OfCase(ctx context.Context, caseID string) ([]Slip, error)
	// InHand returns the open slips that are addressed to a person or were issued by them, newest first.
	InHand(ctx context.Context, user string) ([]Summary, error)
	// Kept returns ids of slips whose KeptSince is not after until, the longest kept first, at most limit, and that of the first.
	Kept(ctx context.Context, until time.Time, limit int) (ids []string, first time.Time, err error)
	// Due returns ids whose NextDue is not after until or whose notices a crash has left unsent, the longest due first, at most limit.
	Due(ctx context.Context, until time.Time, limit int) ([]string, error)
	// EachDue calls fn with the ids of slips that have a NextDue. One whose NextDue changes meanwhile may be told twice, or not at all. An error of fn
	// ends it and is returned.
	EachDue(ctx context.Context, fn func(id string) error) error
	// Drain hands the notices of a slip to the outbox that a crash has left in it.
	Drain(ctx context.Context, id string) error
	// Defer puts the sweep off to a later time after a failure, be the slip readable or not.
	Defer(ctx context.Context, id string, until time.Time) error
}

// Watches keeps when a case will have been without progress for too long.
type Watches interface {
	// Watch puts a case's time in place of what was known of it; zero forgets the case.
	Watch(ctx context.Context, caseID string, due time.Time) error
	// Watched returns the ids of cases whose time is not after until, the longest due first, at most limit, and the time of the first.
	Watched(ctx context.Context, until time.Time, limit int) (ids []string, first time.Time, err error)
	// EachWatched calls fn with the cases of which a time is kept, as Slips.EachDue does.
	EachWatched(ctx context.Context, fn func(caseID string) error) error
	// Seen is up to when the cases' events have been looked at; zero at the beginning. See notes it.
	Seen(ctx context.Context) (time.Time, error)
	See(ctx context.Context, until time.Time) error
}

// Cases is what a slip needs of the core: all of it is mediation.Service's.
type Cases interface {
	Record(ctx context.Context, id string, e mediation.Beside, again bool) error
	Rules(ctx context.Context, version string) (mediation.Rules, error)
	AccusedAt(c *mediation.Case, unit string) bool
	Hides(ctx context.Context, id string, actor mediation.Actor) (bool, error)
}

// Reader reads cases as they stand, for nobody in particular.
type Reader interface {
	Load(ctx context.Context, id string) (mediation.Case, error)
	Timeline(ctx context.Context, id string, after, limit int) ([]mediation.Event, error)
}

// Moves tells which cases something has happened in.
type Moves interface {
	// Moved calls fn for every case whose newest event is not before t, for all if t is zero. One that moves meanwhile is told as it
	// was or as it is, and not left out.
	Moved(ctx context.Context, t time.Time, fn func(*mediation.Summary) error) error
}

// Album ties uploaded photos to a slip, for good.
type Album interface {
	Attach(ctx context.Context, owner string, ids []string, report, album string) error
}
