package account

import (
	"context"
	"errors"
	"slices"
	"time"

	"fengqiao/mediation"
)

// An administrator who cannot sign in (no password yet, a one-time one that has run out, a lock) administers nothing, and one
// of a township cannot stand in for one of the county.

// Ceases tells whether the user would no longer administer all that they do.
func (u User) Ceases(to Place) bool {
	return u.Role == mediation.Administrator && (to.Role != mediation.Administrator || !to.Area.Contains(u.Area))
}

// mayEnter tells whether there is a password with which the user can come in.
func (u User) mayEnter(now time.Time) bool {
	return !u.Locked && u.PasswordHash != "" && (!u.MustChange || now.Before(u.PasswordUntil))
}

// administrator tells whether there is an administrator who can sign in, besides one id, and fits.
func (s *Service) administrator(ctx context.Context, besides string, fits func(User) bool) (bool, error) {
	f := Filter{Role: mediation.Administrator, Open: true, Limit: 100}
	for {
		page, next, err := s.ports.Users.List(ctx, f)
		if err != nil {
			return false, err
		}
		for _, head := range page {
			u, err := s.ports.Users.Get(ctx, head.ID) // a list is without passwords
			if err != nil && !errors.Is(err, ErrNotFound) {
				return false, err
			}
			if err == nil && u.ID != besides && u.mayEnter(s.now()) && fits(u) {
				return true, nil
			}
		}
		if f.After = next; next == "" {
			return false, nil
		}
	}
}

// CheckMove refuses, with ErrLastAdministrator, to take a user out of where they are (a zero Place: by a lock) if nobody else
// administers all that they do; leaving are others who cease at the same time. ErrNotFound. Two administrators who lock each other in the same moment get past it; Bootstrap
// helps then.
func (s *Service) CheckMove(ctx context.Context, id string, to Place, leaving ...string) error {
	u, err := s.ports.Users.Get(ctx, id)
	if err != nil {
		return err
	}
	if !u.Ceases(to) || !u.mayEnter(s.now()) {
		return nil
	}
	found, err := s.administrator(ctx, id, func(other User) bool { return other.Area.Contains(u.Area) && !slices.Contains(leaving, other.ID) })
	if err == nil && !found {
		err = ErrLastAdministrator
	}
	return err
}
