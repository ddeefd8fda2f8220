package hall

import (
	"context"
	"time"

	"fengqiao/mediation"
)

// Visits keeps visits. A visit is one document.
type Visits interface {
	// Register stores a visit once, under the next number of its hall, day and function; they have no gaps. If a visit of this id is
	// there already that one is returned with stored = false and nothing is written.
	Register(ctx context.Context, v Visit) (stored bool, as Visit, err error)
	// Load returns a visit; ErrNotFound.
	Load(ctx context.Context, id string) (Visit, error)
	// Update calls fn on the visit and stores the result; where somebody wrote in between, fn is called again on the new state, so fn must
	// be pure. An error of fn is returned as it is and nothing is stored. ErrExists where the visit would occupy a window that
	// another one occupies: a window serves one at a time, whoever calls at the same moment.
	Update(ctx context.Context, id string, fn func(*Visit) error) (Visit, error)
	// Present returns the visits of a hall's day that are not over, in the order in which they came.
	Present(ctx context.Context, hall, day string) ([]Visit, error)
	// Each calls fn for the visits of a hall that came from inclusive, until exclusive, in order; an error of fn ends it.
	Each(ctx context.Context, hall string, from, until time.Time, fn func(*Visit) error) error
	// Kept returns ids of visits whose KeptSince is not after until, the longest kept first, at most limit, and that of the first.
	Kept(ctx context.Context, until time.Time, limit int) (ids []string, first time.Time, err error)
	// List pages what a filter selects, newest first, after the cursor, at most limit, and the cursor behind the last ("" at the end).
	List(ctx context.Context, f Filter, cursor string, limit int) ([]Visit, string, error)
}

// Filter selects visits of a hall. "" and zero do not filter.
type Filter struct {
	Hall        string
	From, Until time.Time // they came: from inclusive, until exclusive
	// Function and Outcome: a turn with this function, and that was so (Outcomes); both of one turn.
	Function string
	Outcome  Outcome
}

// Cases is what a visit needs of the core.
type Cases interface {
	// ReportOf reads a report for somebody who may read it; ErrNotFound for anybody else.
	ReportOf(ctx context.Context, actor mediation.Actor, id string) (mediation.Report, error)
}

// Reader reads a case as it stands, for nobody in particular.
type Reader interface {
	Load(ctx context.Context, id string) (mediation.Case, error)
}
