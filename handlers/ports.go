package handlers

import (
	"context"

	"fengqiao/grid"
	"fengqiao/grid/edition"
	"fengqiao/internal/account"
	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

// PlanAdmin keeps the plan's editions. What it puts in force is followed here at once.
type PlanAdmin interface {
	mediation.Editions
	// Import keeps an edition and puts it in force in place of the one at this revision (0: none); ErrStale if another is in
	// force. The same again changes nothing; other content under a version that is taken is refused (mediation.Differs).
	// made is as for Keep.
	Import(ctx context.Context, at int64, e mediation.Edition, d edition.Drawing, made *grid.Plan) error
	// InForce names the plan in force and the register's revision, "" and 0 if there is none.
	InForce(ctx context.Context) (string, int64, error)
}

// PolicyAdmin imports policies and reads them.
type PolicyAdmin interface {
	mediation.Policies
	// Import checks a policy (policy.Findings), stores it and puts it in force in place of the one at this revision (0: none);
	// ErrStale if another is in force.
	Import(ctx context.Context, at int64, file string, src []byte) (*policy.Policy, error)
}

// MediatorAdmin imports mediators and lists them.
type MediatorAdmin interface {
	// Put creates or replaces what an import says of a mediator and keeps seats, leaves and availability.
	Put(ctx context.Context, m mediation.Mediator) (created bool, err error)
	account.Records
	// List pages mediators inside an area by id.
	List(ctx context.Context, area grid.Code, cursor string, limit int) ([]mediation.Mediator, string, error)
}
