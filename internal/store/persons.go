package store

import (
	"context"
	"errors"

	"fengqiao/internal/account"
	"fengqiao/mediation"
	"fengqiao/mediation/study"
)

// Persons tells rooms beside cases what they must know of accounts. It implements study.People.
type Persons struct{ *Directory }

// Persons returns the port.
func (s *Store) Persons() Persons { return Persons{s.Directory()} }

var _ study.People = Persons{}

// UnitOf is the unit of a user's account; mediation.ErrNotFound where nobody has it.
func (p Persons) UnitOf(ctx context.Context, user string) (string, error) {
	u, err := p.s.Users().Get(ctx, user)
	if errors.Is(err, account.ErrNotFound) {
		return "", mediation.ErrNotFound
	}
	return u.Unit, err
}

// OnDuty is the unit of a user's account and whether it is locked; mediation.ErrNotFound where nobody has it.
func (p Persons) OnDuty(ctx context.Context, user string) (string, bool, error) {
	u, err := p.s.Users().Get(ctx, user)
	if errors.Is(err, account.ErrNotFound) {
		return "", false, mediation.ErrNotFound
	}
	return u.Unit, u.Locked, err
}

// Reached tells whether any open account stands behind a unit or a role for an area.
func (p Persons) Reached(ctx context.Context, to mediation.Recipient) (bool, error) {
	who, err := p.Who(ctx, to)
	return len(who) > 0, err
}
