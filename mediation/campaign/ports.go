package campaign

import (
	"context"
	"time"

	"fengqiao/mediation"
)

// Campaigns keeps campaigns. A campaign is one document, its list with it.
type Campaigns interface {
	// Add stores a campaign once. If one of this id is there already that one is returned with stored = false and nothing is written.
	Add(ctx context.Context, c Campaign) (stored bool, as Campaign, err error)
	// Load returns a campaign; ErrNotFound.
	Load(ctx context.Context, id string) (Campaign, error)
	// Update calls fn on the campaign and stores the result together with the notices that fn returns; without transactions the notices go
	// first, under ids that are the same on every run. Where somebody wrote in between, fn is called again on the new state, so fn must be
	// pure. An error of fn is returned as it is and nothing is stored.
	Update(ctx context.Context, id string, fn func(*Campaign) ([]mediation.Notice, error)) (Campaign, error)
	// List pages campaigns, the newest first, after the cursor, at most limit, and the cursor behind the last ("" at the end). Their Members are
	// left out.
	List(ctx context.Context, cursor string, limit int) ([]Campaign, string, error)
}

// Cases reads cases, for nobody in particular.
type Cases interface {
	// List and Timeline are mediation.Cases'.
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
