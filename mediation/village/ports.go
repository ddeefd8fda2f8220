package village

import (
	"context"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/scorecard"
)

// Rounds keeps rounds.
type Rounds interface {
	// Add stores a round unless one of its id is there, which stays as it is, and returns the one that is kept.
	Add(ctx context.Context, r Round) (Round, error)
	// Load returns a round; mediation.ErrNotFound.
	Load(ctx context.Context, id string) (Round, error)
	// Update calls fn on the round and stores the result; where somebody wrote in between, fn is called again on the new state, so fn must be
	// pure. An error of fn is returned as it is and nothing is stored.
	Update(ctx context.Context, id string, fn func(*Round) error) (Round, error)
	// List returns a card's rounds, the latest period first, at most limit.
	List(ctx context.Context, key string, limit int) ([]Round, error)
	// Due returns ids whose NextDue is not after until, the longest due first, at most limit.
	Due(ctx context.Context, until time.Time, limit int) ([]string, error)
	// Defer puts the sweep off to a later time after a failure, be the round readable or not.
	Defer(ctx context.Context, id string, until time.Time) error
}

// Results keeps results. A result is one document, its versions and objections with it.
type Results interface {
	// Add inserts a result with its notices, unless one of its id is there, which stays as it is; without transactions the notices go first,
	// so that a crash in between tells them again under the same ids, which is once. It tells whether it was stored.
	Add(ctx context.Context, r Result, notices []mediation.Notice) (bool, error)
	// Load returns a result; mediation.ErrNotFound.
	Load(ctx context.Context, id string) (Result, error)
	// Update loads, calls fn and stores the result together with the notices that fn returns, as Add does. It loses no other writer's
	// change: where somebody wrote in between, fn is called again on the new state, so fn must be pure. An error of fn is returned as it is
	// and nothing is stored.
	Update(ctx context.Context, id string, fn func(*Result) ([]mediation.Notice, error)) (Result, error)
	// Of calls fn for a round's results that meet an area, without their Rows.
	Of(ctx context.Context, round string, meets grid.Code, fn func(*Result) error) error
	// List pages results, the latest frozen first, without their Rows, after the cursor, at most limit, and the cursor behind the last ("" at
	// the end).
	List(ctx context.Context, f Filter, cursor string, limit int) ([]Result, string, error)
	// Due and Defer are as of Rounds.
	Due(ctx context.Context, until time.Time, limit int) ([]string, error)
	Defer(ctx context.Context, id string, until time.Time) error
}

// Filter selects results whose village lies in an area or holds it. Open: those with an objection that waits for its decision.
type Filter struct {
	Meets grid.Code
	Open  bool
}

// Cards knows the scorecards (scorecard.Cards).
type Cards interface {
	InForce(ctx context.Context) ([]*scorecard.Card, int64, error)
	Version(ctx context.Context, id string) (*scorecard.Card, error)
}

// Heads reads cases' summaries: figures.Source.
type Heads interface {
	// Moved calls fn for every case whose newest event is not before t.
	Moved(ctx context.Context, t time.Time, fn func(*mediation.Summary) error) error
	// Summaries returns those of the cases that are there, by id, as they stand now.
	Summaries(ctx context.Context, ids []string) (map[string]mediation.Summary, error)
}

// Core is what the room needs of the cases: mediation.Service's.
type Core interface {
	Rules(ctx context.Context, version string) (mediation.Rules, error)
	Open(ctx context.Context, v mediation.Sealed) (string, error)
}

// Reader reads a case as it stands, for nobody in particular.
type Reader interface {
	Load(ctx context.Context, id string) (mediation.Case, error)
}
