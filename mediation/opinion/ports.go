package opinion

import (
	"context"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/clock"
)

// Sites keeps stations and points.
type Sites interface {
	// Add stores a site once. If one of this id is there already that one is returned with stored = false and nothing is written.
	Add(ctx context.Context, s Site) (stored bool, as Site, err error)
	// Load returns a site; mediation.ErrNotFound.
	Load(ctx context.Context, id string) (Site, error)
	// Update calls fn on the site and stores the result; where somebody wrote in between, fn is called again on the new state, so fn must be
	// pure. An error of fn is returned as it is and nothing is stored.
	Update(ctx context.Context, id string, fn func(*Site) error) (Site, error)
	// List pages sites, the newest first, after the cursor, at most limit, and the cursor behind the last ("" at the end).
	List(ctx context.Context, f SiteFilter, cursor string, limit int) ([]Site, string, error)
}

// SiteFilter selects sites; zero fields do not.
type SiteFilter struct {
	Area grid.Code // inside it
	Kind Kind
	Open *bool
	// Keeper: those that take suggestions and are kept by this account.
	Keeper string
}

// Campaigns keeps campaigns. Notices that come with a change are stored with it; without transactions they go first, so that a crash in
// between tells them again under the same ids, which is once.
type Campaigns interface {
	// Add is Sites.Add, for campaigns.
	Add(ctx context.Context, c Campaign) (stored bool, as Campaign, err error)
	// Load returns a campaign; mediation.ErrNotFound.
	Load(ctx context.Context, id string) (Campaign, error)
	// Update is Sites.Update, with the notices that fn returns.
	Update(ctx context.Context, id string, fn func(*Campaign) ([]mediation.Notice, error)) (Campaign, error)
	// List pages campaigns, the newest first.
	List(ctx context.Context, f CampaignFilter, cursor string, limit int) ([]Campaign, string, error)
	// Kept returns ids of campaigns whose KeptSince is not after until, the longest kept first, at most limit, and that of the first.
	Kept(ctx context.Context, until time.Time, limit int) (ids []string, first time.Time, err error)
	// Due returns ids whose NextDue is not after until, the longest due first, at most limit.
	Due(ctx context.Context, until time.Time, limit int) ([]string, error)
	// Defer puts the sweep off to a later time after a failure, be the campaign readable or not.
	Defer(ctx context.Context, id string, until time.Time) error
}

// CampaignFilter selects campaigns; zero fields do not.
type CampaignFilter struct {
	// Meets: its area holds this one, or lies in it.
	Meets grid.Code
	Stage Stage
}

// Suggestions keeps suggestions.
type Suggestions interface {
	// Add is Sites.Add, for suggestions.
	Add(ctx context.Context, s Suggestion) (stored bool, as Suggestion, err error)
	// Load returns a suggestion; mediation.ErrNotFound.
	Load(ctx context.Context, id string) (Suggestion, error)
	// Update is Sites.Update.
	Update(ctx context.Context, id string, fn func(*Suggestion) error) (Suggestion, error)
	// List pages suggestions, the newest first.
	List(ctx context.Context, f Filter, cursor string, limit int) ([]Summary, string, error)
	// Of pages a campaign's suggestions whole, the oldest first.
	Of(ctx context.Context, campaign, cursor string, limit int) ([]Suggestion, string, error)
	// OfCase returns the suggestions that became a report of the case.
	OfCase(ctx context.Context, caseID string) ([]Suggestion, error)
	// OfPerson returns the ids of the suggestions of whoever has one of these hashes.
	OfPerson(ctx context.Context, hashes []string) ([]string, error)
	// Due and Defer are Campaigns'.
	Due(ctx context.Context, until time.Time, limit int) ([]string, error)
	Defer(ctx context.Context, id string, until time.Time) error
}

// Filter selects suggestions. Visible is what the reader sees: any of its conditions; the others select among that, zero ones do not.
type Filter struct {
	Visible  Visible
	Area     grid.Code // inside it
	Campaign string
	Topic    string
	Unit     string
	State    State
}

// Visible is what an actor sees of suggestions, for lists. It says what May says of mediation.SuggestionRead.
type Visible struct {
	Area *grid.Code // inside it; nil: none by area
	By   string     // taken down by this account; "": none
	// Unit answers it, inside UnitArea; "": none.
	Unit     string
	UnitArea grid.Code
}

// VisibleTo derives the predicate from the table of permissions.
func VisibleTo(actor mediation.Actor) (v Visible) {
	for _, s := range mediation.Scopes(mediation.SuggestionRead, actor.Role) {
		switch s {
		case mediation.InArea:
			v.Area = &actor.Area
		case mediation.OwnReport:
			v.By = actor.ID
		case mediation.OwnUnit:
			v.Unit, v.UnitArea = actor.Unit, actor.Area
		}
	}
	return v
}

// Publications keeps editions of results. One is written once and never changed.
type Publications interface {
	// Add stores an edition; one of this id stays as it is.
	Add(ctx context.Context, p Publication) error
	// Load returns an edition; mediation.ErrNotFound.
	Load(ctx context.Context, id string) (Publication, error)
}

// Assignment asks a unit about a suggestion.
type Assignment struct {
	ID         string // of the paper: the same again is the same paper
	Suggestion string
	Kind       string // of paper, as policy names it
	Unit       string
	Area       grid.Code
	Text       string
}

// Paper is how the paper of a suggestion stands, or the one that has taken its place.
type Paper struct {
	ID       string
	State    string
	Answered bool             // it has been answered
	Accepted bool             // and the answer does
	Reply    mediation.Sealed // the newest
	Due      time.Time        // of the reply; zero: none, or answered
	Clock    clock.Term       // the same with what its end comes from, by the policy version Policy
	Policy   string
	Breached bool
}

// Papers asks units and watches over their answers: package slip, whose papers have limits, reminders, escalation and a supervisor's view.
type Papers interface {
	// Assign issues the paper, once.
	Assign(ctx context.Context, a Assignment) (id string, err error)
	// Standing tells how it stands.
	Standing(ctx context.Context, id string) (Paper, error)
	// Withdraw takes it back with a reason, if it has not ended.
	Withdraw(ctx context.Context, id, reason string) error
}

// Core is what suggestions need of the core: all of it is mediation.Service's.
type Core interface {
	Rules(ctx context.Context, version string) (mediation.Rules, error)
	Receive(ctx context.Context, actor mediation.Actor, in mediation.ReportInput) (mediation.Receipt, error)
	Hides(ctx context.Context, id string, actor mediation.Actor) (bool, error)
}
