package team

import (
	"context"
	"errors"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/due"
)

// Reckon is a run over the teams, after days off have changed: when a vacancy is told of follows from since when it is there, and nobody was told
// of that time before. It changes none twice and returns how many it changed.
func (s *Service) Reckon(ctx context.Context) (int, error) {
	r, err := s.Rules.Rules(ctx, "")
	if err != nil {
		return 0, err
	}
	county := grid.Code(r.Policy.County)
	return due.Reckon(ctx, func(ctx context.Context, cursor string, limit int) ([]Team, string, error) {
		return s.Teams.List(ctx, Query{Area: &county}, cursor, limit)
	}, func(ctx context.Context, t *Team) error {
		err := s.reckon(ctx, t.Area)
		if errors.Is(err, mediation.ErrNotFound) { // the plan or the policy knows it no more
			return due.ErrSame
		}
		return err
	})
}

func (s *Service) reckon(ctx context.Context, area grid.Code) error {
	k, r, err := s.kind(ctx, area)
	if err != nil {
		return err
	}
	_, err = s.Teams.Change(ctx, area, func(t *Team) error {
		was := t.NextDue
		if t.Schedule(k, r.Calendar.After); t.NextDue.Equal(was) {
			return due.ErrSame
		}
		return nil
	})
	return err
}
