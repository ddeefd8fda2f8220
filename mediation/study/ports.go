package study

import (
	"context"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
)

// Studies keeps studies. A study is one document.
type Studies interface {
	// Open inserts a study with its notices; mediation.ErrExists if one of that id is there, or one of its case is open.
	Open(ctx context.Context, s Study, notices []mediation.Notice) (Study, error)
	// Load returns a study; mediation.ErrNotFound.
	Load(ctx context.Context, id string) (Study, error)
	// Update loads, calls fn and stores the result together with the notices that fn returns; without transactions the notices go first,
	// so that a crash in between tells them again under the same ids, which is once. It loses no other writer's change: where somebody
	// wrote in between, fn is called again on the new state, so fn must be pure. An error of fn is returned as it is and nothing is stored.
	Update(ctx context.Context, id string, fn func(*Study) ([]mediation.Notice, error)) (Study, error)
	// List pages studies, newest first, after the cursor, at most limit, and the cursor behind the last ("" at the end).
	List(ctx context.Context, f Filter, cursor string, limit int) ([]Study, string, error)
	// Due returns ids whose NextDue is not after until, the longest due first, at most limit.
	Due(ctx context.Context, until time.Time, limit int) ([]string, error)
	// Defer puts the sweep off to a later time after a failure, be the study readable or not.
	Defer(ctx context.Context, id string, until time.Time) error
}

// Filter selects studies: of one case, or of those whose area or members it names, any of them. Zero fields do not select; a filter
// without Case, Area, User and Unit selects nothing.
type Filter struct {
	Case string
	Area string // code: inside it
	User string // takes part
	Unit string // takes part
	Open *bool
}

// Cases is what a study needs of the core: all of it is mediation.Service's.
type Cases interface {
	Record(ctx context.Context, id string, e mediation.Beside, again bool) error
	Rules(ctx context.Context, version string) (mediation.Rules, error)
	AccusedAt(c *mediation.Case, unit string) bool
	Hides(ctx context.Context, id string, actor mediation.Actor) (bool, error)
	Open(ctx context.Context, v mediation.Sealed) (string, error)
}

// Reader reads a case as it stands, for nobody in particular.
type Reader interface {
	Load(ctx context.Context, id string) (mediation.Case, error)
}

// People tells whom a study may name.
type People interface {
	// UnitOf is the unit of a user's account; mediation.ErrNotFound where nobody has it.
	UnitOf(ctx context.Context, user string) (string, error)
	// Staffed tells whether a unit has staff whose area holds the given one.
	Staffed(ctx context.Context, unit string, area grid.Code) (bool, error)
}
