package handlers

import (
	"context"

	"fengqiao/grid"
	"fengqiao/internal/account"
	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

// PlanAdmin imports plans.
type PlanAdmin interface {
	// Import stores a plan under its version and puts it in force. The same again changes nothing; other content under a
	// version that is taken is refused (mediation.Differs).
	Import(ctx context.Context, version string, schema grid.Schema, units []grid.Unit, cells []grid.Cell) error
	// Current names the plan in force, "" if there is none.
	Current(ctx context.Context) (string, error)
}

// PolicyAdmin imports policies and reads them.
type PolicyAdmin interface {
	mediation.Policies
	// Import checks a policy (policy.Findings), stores it and puts it in force.
	Import(ctx context.Context, file string, src []byte) (*policy.Policy, error)
}

// MediatorAdmin imports mediators and lists them.
type MediatorAdmin interface {
	// Put creates or replaces what an import says of a mediator and keeps seats, leaves and availability.
	Put(ctx context.Context, m mediation.Mediator) (created bool, err error)
	account.Records
	// List pages mediators inside an area by id.
	List(ctx context.Context, area grid.Code, cursor string, limit int) ([]mediation.Mediator, string, error)
}
