package team

import (
	"context"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/handover"
)

// Teams keeps teams. A team is one document, under its area's code.
type Teams interface {
	// Load returns the team of an area; mediation.ErrNotFound while none of its posts was ever filled.
	Load(ctx context.Context, area grid.Code) (Team, error)
	// Change loads the team, an empty one where there is none, calls fn and stores the result atomically together with its Unsent notices.
	// It loses no other writer's change: where somebody wrote in between, fn is called again, so fn must be pure. An error of fn is
	// returned as it is and nothing is stored.
	Change(ctx context.Context, area grid.Code, fn func(*Team) error) (Team, error)
	// Many returns those of the areas' teams that there are.
	Many(ctx context.Context, areas []grid.Code) (map[grid.Code]Team, error)
	// List pages the teams inside an area, or those that a user is or was of, by code, after the cursor, at most limit, and the cursor
	// behind the last ("" at the end).
	List(ctx context.Context, q Query, cursor string, limit int) ([]Team, string, error)
	// Due returns the areas of teams whose NextDue is not after until, the longest due first, at most limit.
	Due(ctx context.Context, until time.Time, limit int) ([]grid.Code, error)
	// Defer puts the sweep off to a later time after a failure, be the team readable or not.
	Defer(ctx context.Context, area grid.Code, until time.Time) error
	// Drain hands to the outbox what a crash has left unsent in at most limit teams, and says in how many.
	Drain(ctx context.Context, limit int) (int, error)
}

// Query selects teams: inside an area (nil: none), and of a user who holds a post or stands in ("": of nobody); a team that meets either is
// found. Was instead finds every team whose document names that user at all.
type Query struct {
	Area *grid.Code
	User string
	Was  string
}

// Rules gives the policy in force with its calendar: mediation.Service.
type Rules interface {
	Rules(ctx context.Context, version string) (mediation.Rules, error)
}

// People are the accounts.
type People interface {
	// Person returns an account; mediation.ErrNotFound.
	Person(ctx context.Context, id string) (handover.Person, error)
}
