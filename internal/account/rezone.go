package account

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
)

var _ mediation.People = (*Service)(nil)

// Rezone implements mediation.People. Sessions go on: an access token of the old area is refused as expired, and the next one,
// which the session gives by itself, is of the new area.
func (s *Service) Rezone(ctx context.Context, dry bool, fn func(mediation.Zoned) (mediation.Zoned, bool, error)) error {
	var failed []error
	for cursor := ""; ; {
		page, next, err := s.ListUsers(ctx, Filter{After: cursor, Limit: 200})
		if err != nil {
			return errors.Join(append(failed, err)...)
		}
		for i := range page {
			if err := s.rezone(ctx, dry, &page[i], fn); err != nil {
				failed = append(failed, fmt.Errorf("account: user %s: %w", page[i].ID, err))
			}
		}
		if cursor = next; next == "" {
			return errors.Join(failed...)
		}
	}
}

// rezone asks about one user.
func (s *Service) rezone(ctx context.Context, dry bool, seen *User, fn func(mediation.Zoned) (mediation.Zoned, bool, error)) error {
	now, moved, err := fn(seen.zoned())
	if err != nil || !moved || dry {
		return err
	}
	was := seen.areas()
	_, err = s.order(ctx, Order{By: mediation.SystemActor.ID}, seen.ID, func(u *User, at time.Time) {
		if slices.Equal(u.areas(), was) { // else somebody has moved them since
			u.rezone(now, at)
		}
	})
	return err
}

// areas are the user's own and those of their posts.
func (u *User) areas() []grid.Code {
	areas := []grid.Code{u.Area}
	for _, p := range u.Posts {
		areas = append(areas, p.Area)
	}
	return areas
}

// zoned is where the user belongs. In accounts of earlier releases it is not known when they were moved, only when they were
// made.
func (u *User) zoned() mediation.Zoned {
	since := u.Placed
	if since.IsZero() {
		since = u.Created
	}
	return mediation.Zoned{Areas: u.areas(), Since: since, Version: u.Plan, Earlier: u.Earlier}
}

func (u *User) rezone(now mediation.Zoned, at time.Time) {
	was := string(u.Role) + " " + string(u.Area)
	u.Area, u.Plan, u.Earlier = now.Areas[0], now.Version, now.Earlier
	u.Posts = slices.Clone(u.Posts)
	for i := range u.Posts {
		u.Posts[i].Area = now.Areas[i+1]
	}
	u.changed(at, mediation.SystemActor.ID, "rezoned", was, false)
}
