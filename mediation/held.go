package mediation

import (
	"context"
	"errors"

	"fengqiao/grid"
)

// Record is what a hold must know of a record beside the cases: a paper, a meeting, a visit.
type Record struct {
	Area grid.Code
	// Restricted is the one role that may know of it; "": it is no secret.
	Restricted Role
	// Cases are those that it speaks of: while one of them is held, so is the record.
	Cases []string
	// Of is the case with which it is held and erased, or With the record; a hold goes on that. "": it stands by itself.
	Of, With string
	// Parts are records of its own kind that are erased together with it.
	Parts []string
}

// Holding tells whether a record beside the cases is held for the law (依法保留).
type Holding interface {
	// Held tells whether a record of a kind is held by itself.
	Held(ctx context.Context, kind, id string) (bool, error)
	// CaseHeld tells whether a case is held, or one that it was joined to.
	CaseHeld(ctx context.Context, id string) (bool, error)
}

// AnyHeld refuses to erase a record of a kind that is held, by itself or with one of the cases that it speaks of: Conflict. nil holds nothing.
func AnyHeld(ctx context.Context, h Holding, kind, id string, cases ...string) error {
	if h == nil {
		return nil
	}
	held, err := h.Held(ctx, kind, id)
	for i := 0; err == nil && !held && i < len(cases); i++ {
		if cases[i] == "" {
			continue
		}
		held, err = h.CaseHeld(ctx, cases[i])
	}
	if err == nil && held {
		err = Refusal("erase", Conflict, "erase.held_beside", "", "kind", kind, "record", id)
	}
	return err
}

// IsHeld tells whether an error of AnyHeld says that the record is held.
func IsHeld(err error) bool {
	return errors.Is(err, &Error{Kind: Conflict, Code: "erase.held_beside"})
}

// CaseHeld tells whether a case is held for the law, or one that it was joined to. One that is not there is not.
func CaseHeld(ctx context.Context, cases interface {
	Load(ctx context.Context, id string) (Case, error)
}, id string) (bool, error) {
	for id != "" {
		c, err := cases.Load(ctx, id)
		if errors.Is(err, ErrNotFound) {
			return false, nil
		}
		if err != nil || c.Hold != nil {
			return err == nil, err
		}
		id = c.JoinedTo
	}
	return false, nil
}

// CaseOf is the case of a report; "" where it has none, or is not there.
func (s *Service) CaseOf(ctx context.Context, report string) (string, error) {
	rep, err := s.Reports.Load(ctx, report)
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	return rep.Case, err
}
