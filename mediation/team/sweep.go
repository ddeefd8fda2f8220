package team

import (
	"context"
	"errors"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/due"
)

// batch is the most teams that are read or drained at a time.
const batch = 200

// queue is the teams, each with what falls due in it.
func (s *Service) queue() due.Queue[grid.Code] {
	return due.Queue[grid.Code]{Store: s.Teams, Tend: s.tend, At: func(ctx context.Context, area grid.Code) (time.Time, error) {
		t, err := s.Teams.Load(ctx, area)
		return t.NextDue, err
	}}
}

// Sweep lets substitutions begin and end, and tells of posts that have been vacant for too long.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	drained, failed := s.Teams.Drain(ctx, batch)
	tended, err := s.queue().Sweep(ctx, s.now())
	return drained + tended, errors.Join(failed, err)
}

// tend lets time do its part. A team of an area that the plan or the policy does not know any more is left alone.
func (s *Service) tend(ctx context.Context, area grid.Code, now time.Time) error {
	k, r, err := s.kind(ctx, area)
	gone := errors.Is(err, mediation.ErrNotFound)
	if err != nil && !gone {
		return err
	}
	_, err = s.Teams.Change(ctx, area, func(t *Team) error {
		if gone {
			t.NextDue = time.Time{}
			return nil
		}
		t.Tick(now, k, r.Calendar.After)
		t.Schedule(k, r.Calendar.After)
		return nil
	})
	return err
}

// NextDue is the first instant, not after until, at which the sweep has something to do; zero if there is none.
func (s *Service) NextDue(ctx context.Context, until time.Time) (time.Time, error) {
	return s.queue().Next(ctx, until)
}

// Forget strikes a person from what has ended in every team: who held which post and stood in for whom stays, without them. Conflict while
// they hold a post or stand in for somebody. It may be repeated. Who may is decided by who may reach the installation's store.
func (s *Service) Forget(ctx context.Context, user string) (int, error) {
	var areas []grid.Code
	for cursor := ""; ; {
		page, next, err := s.Teams.List(ctx, Query{Was: user}, cursor, batch)
		if err != nil {
			return 0, err
		}
		for i := range page {
			if page[i].Concerns(user) {
				return 0, refuse(mediation.Conflict, "erase.team", "", "area", page[i].ID)
			}
			areas = append(areas, page[i].Area)
		}
		if cursor = next; next == "" {
			break
		}
	}
	for _, area := range areas {
		if _, err := s.Teams.Change(ctx, area, func(t *Team) error { return t.forget(user) }); err != nil {
			return 0, err
		}
	}
	return len(areas), nil
}
