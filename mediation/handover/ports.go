package handover

import (
	"context"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
)

// HandOvers keeps hand-overs. One is one document.
type HandOvers interface {
	// Open stores a new hand-over together with its notices. If one of this id is there it is returned and nothing is written. Of one
	// leaver there is one open hand-over at a time: mediation.ErrExists.
	Open(ctx context.Context, h HandOver) (HandOver, error)
	// Load returns a hand-over; mediation.ErrNotFound.
	Load(ctx context.Context, id string) (HandOver, error)
	// Change loads, calls fn and stores the result together with the notices of the change, which a crash in between may tell again
	// under the same ids. It loses no other writer's change: fn may be called again and so must be pure. An error of fn is returned
	// as it is and nothing is stored. A change that leaves the revision as it was has no notices.
	Change(ctx context.Context, id string, fn func(*HandOver) error) (HandOver, error)
	// List pages those that the person takes part in or, with an area, whose leaver's area lies in it, newest first.
	List(ctx context.Context, person string, area *grid.Code, cursor string, limit int) ([]HandOver, string, error)
	// Kept is as of retention.Records.
	Kept(ctx context.Context, until time.Time, limit int) ([]string, time.Time, error)
	// Due returns ids of those that Sweep must look at, the longest due first, at most limit.
	Due(ctx context.Context, now time.Time, limit int) ([]string, error)
}

// Person is an account as this room needs it.
type Person struct {
	mediation.Actor
	Name   string
	Locked bool
	// Except are the keys (mediation.Actor.Keys) of who else asks what they have in hand: what is kept from those is not counted.
	Except []string
}

// People are the accounts.
type People interface {
	// Person returns an account; mediation.ErrNotFound.
	Person(ctx context.Context, id string) (Person, error)
	// Holders returns the accounts of a role, and of a unit if one is named, that are not locked.
	Holders(ctx context.Context, role mediation.Role, unit string) ([]Person, error)
}

// Room is where people have matters in hand. A new room makes itself known to the hand-over by this port and needs nothing else.
type Room interface {
	// Of lists what a person has in hand here.
	Of(ctx context.Context, who Person) ([]Matter, error)
	// Hindrances are the reasons why the successor could not take the matter over; none if they can.
	Hindrances(ctx context.Context, h *HandOver, m Matter, from, to Person) ([]mediation.Reason, error)
	// Hand gives the matter to the successor. It changes nothing the second time and says the same of it.
	Hand(ctx context.Context, h *HandOver, m Matter, from, to Person) (mediation.Passed, error)
}

// Cases is what the rooms of the core need of it.
type Cases interface {
	List(ctx context.Context, f mediation.Filter, cursor string, limit int) ([]mediation.Summary, string, error)
	Count(ctx context.Context, f mediation.Filter, max int) (int, error)
	Load(ctx context.Context, id string) (mediation.Case, error)
}

// Ruled says by which rules a case is judged: mediation.Service.
type Ruled interface {
	Rules(ctx context.Context, version string) (mediation.Rules, error)
}

// Core carries out the succession of one case: mediation.Service.
type Core interface {
	DutyCore
	ErrandCore
	Hindrances(ctx context.Context, x mediation.Succession) ([]mediation.Reason, error)
	Succeed(ctx context.Context, x mediation.Succession) (mediation.Passed, error)
}
