package team

import (
	"context"
	"errors"

	"fengqiao/grid"
	"fengqiao/mediation"
)

// errSame: the sweep looks at the team at the same time.
var errSame = errors.New("team: nothing falls on another time")

// Reckon is a run over the teams, after days off have changed: when a vacancy is told of follows from since when it is there, and nobody was told
// of that time before. It changes none twice and returns how many it changed.
func (s *Service) Reckon(ctx context.Context) (n int, err error) {
	r, err := s.Rules.Rules(ctx, "")
	if err != nil {
		return 0, err
	}
	county := grid.Code(r.Policy.County)
	var failed []error
	for cursor := ""; ; {
		page, next, err := s.Teams.List(ctx, Query{Area: &county}, cursor, batch)
		if err != nil {
			return n, errors.Join(append(failed, err)...)
		}
		for i := range page {
			err := s.reckon(ctx, page[i].Area)
			switch {
			case err == nil:
				n++
			case !errors.Is(err, errSame) && !errors.Is(err, mediation.ErrNotFound): // the plan or the policy knows it no more
				failed = append(failed, err)
			}
		}
		if cursor = next; next == "" {
			return n, errors.Join(failed...)
		}
	}
}

func (s *Service) reckon(ctx context.Context, area grid.Code) error {
	k, r, err := s.kind(ctx, area)
	if err != nil {
		return err
	}
	_, err = s.Teams.Change(ctx, area, func(t *Team) error {
		was := t.NextDue
		if t.Schedule(k, r.Calendar.After); t.NextDue.Equal(was) {
			return errSame
		}
		return nil
	})
	return err
}
