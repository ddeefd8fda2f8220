package council

import (
	"context"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
)

// Meetings keeps meetings. A meeting is one document.
type Meetings interface {
	// Open inserts a meeting with its notices; mediation.ErrExists if one of that id is there.
	Open(ctx context.Context, m Meeting) error
	// Load returns a meeting; mediation.ErrNotFound.
	Load(ctx context.Context, id string) (Meeting, error)
	// Update loads, calls fn and stores the result atomically together with its Unsent notices. It loses no other writer's change: where
	// somebody wrote in between, fn is called again, so fn must be pure. An error of fn is returned as it is and nothing is stored.
	Update(ctx context.Context, id string, fn func(*Meeting) error) (Meeting, error)
	// List pages the meetings inside an area, or those that a user was invited to or called, the newest made first, after the cursor, at
	// most limit, and the cursor behind the last ("" at the end).
	List(ctx context.Context, q Query, cursor string, limit int) ([]Meeting, string, error)
	// OfPerson returns the meetings to which somebody with one of these hashes was invited as a villager.
	OfPerson(ctx context.Context, hashes []string) ([]Meeting, error)
	// Kept returns ids of meetings whose KeptSince is not after until, the longest kept first, at most limit, and that of the first.
	Kept(ctx context.Context, until time.Time, limit int) (ids []string, first time.Time, err error)
	// Drain hands to the outbox what a crash has left unsent in at most limit meetings, and says in how many.
	Drain(ctx context.Context, limit int) (int, error)
}

// Query selects meetings: of an area (nil: of none), and of a user ("": of nobody). A meeting that meets either is found.
type Query struct {
	Area *grid.Code
	User string
}

// Users tells whom an account acts as; false where there is none, or it is locked.
type Users interface {
	ActorOf(ctx context.Context, user string) (mediation.Actor, bool, error)
}

// Rules gives the policy in force with its calendar: mediation.Service.
type Rules interface {
	Rules(ctx context.Context, version string) (mediation.Rules, error)
}

// FollowUp is something to be done after a meeting.
type FollowUp struct {
	// Key makes it one however often it is sent.
	Key     string
	Meeting string
	Area    grid.Code
	Kind    string // the kind of paper that policy names
	Text    string
	// Who does it: one of User and Unit.
	User, Unit string
	Due        time.Time
}

// Papers issues what is to be done: package slip, whose papers have owners, due dates, reminders and lists of the overdue.
type Papers interface {
	// FollowUp issues a paper about the meeting, once per key, and returns its id.
	FollowUp(ctx context.Context, actor mediation.Actor, f FollowUp) (id string, err error)
}
