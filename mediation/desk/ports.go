package desk

import (
	"context"
	"time"

	"fengqiao/mediation"
)

// Orders keeps work orders. An order is one document.
type Orders interface {
	// Load returns a desk's order of that number; mediation.ErrNotFound.
	Load(ctx context.Context, key mediation.Outside) (Order, error)
	// Change makes the order if it is not there, calls fn and stores the result. It loses no other writer's change: where somebody
	// wrote in between, fn is called again on the new state, so fn must be pure. An error of fn is returned as it is and nothing
	// is stored, so that a refused message leaves no empty order.
	Change(ctx context.Context, key mediation.Outside, fn func(*Order) error) (Order, error)
	// Tell is Change of an order that is there, with notices that are stored with the change; without transactions they go first, so that a
	// crash in between tells them again under the same ids, which is once.
	Tell(ctx context.Context, key mediation.Outside, fn func(*Order) []mediation.Notice) error
	// Due returns the orders whose NextDue is not after until, the longest due first, at most limit.
	Due(ctx context.Context, until time.Time, limit int) ([]mediation.Outside, error)
	// Defer puts the sweep off to a later time after a failure, be the order readable or not.
	Defer(ctx context.Context, key mediation.Outside, until time.Time) error
	// Each calls fn with every order of every desk that can be read, and ends with what it returns.
	Each(ctx context.Context, fn func(Order) error) error
	// List pages a desk's orders, newest first, after the cursor, at most limit, and the cursor behind the last ("" at the end).
	List(ctx context.Context, desk, cursor string, limit int) ([]Order, string, error)
}

// Cases is what an order needs of the core: all of it is mediation.Service's.
type Cases interface {
	Receive(ctx context.Context, actor mediation.Actor, in mediation.ReportInput) (mediation.Receipt, error)
	SupplementReport(ctx context.Context, actor mediation.Actor, id, key, text string, photos []string) (mediation.Receipt, error)
	WithdrawReport(ctx context.Context, actor mediation.Actor, id, key, reason string) (mediation.Receipt, error)
	ReportOf(ctx context.Context, actor mediation.Actor, id string) (mediation.Report, error)
	Do(ctx context.Context, actor mediation.Actor, id string, q mediation.Request) (mediation.Done, error)
	Danger(ctx context.Context, actor mediation.Actor, id, key string) (mediation.Case, bool, error)
	WordsOfDesks(ctx context.Context, c *mediation.Case) (string, error)
	Rules(ctx context.Context, version string) (mediation.Rules, error)
}

// Reader reads a case as it stands, for nobody in particular.
type Reader interface {
	Load(ctx context.Context, id string) (mediation.Case, error)
	Timeline(ctx context.Context, id string, after, limit int) ([]mediation.Event, error)
}
