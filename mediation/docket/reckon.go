package docket

import (
	"context"
	"errors"
	"strconv"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/due"
	"fengqiao/mediation/policy"
)

// Reckon is a run over the meetings to come and the decisions that are open, after days off have changed. It changes none twice and returns how many
// it changed.
func (s *Service) Reckon(ctx context.Context) (int, error) {
	lists, err := s.reckonLists(ctx)
	decisions, failed := s.reckonDecisions(ctx)
	return lists + decisions, errors.Join(err, failed)
}

// ruled is the rule of a list under the version that it was frozen by.
func (s *Service) ruled(ctx context.Context, l *List) (mediation.Rules, *policy.ReviewList, error) {
	r, err := s.Core.Rules(ctx, l.Policy)
	if err != nil {
		return r, nil, err
	}
	rule, ok := r.Policy.ReviewList(l.Key)
	if !ok {
		return r, nil, mediation.ErrNotFound
	}
	return r, rule, nil
}

func (s *Service) reckonLists(ctx context.Context) (int, error) {
	now := s.now()
	return due.Reckon(ctx, func(ctx context.Context, cursor string, limit int) ([]List, string, error) {
		return s.Lists.List(ctx, "", cursor, limit)
	}, func(ctx context.Context, l *List) error {
		if !l.Meets.After(now) {
			return due.ErrSame
		}
		return s.reckonList(ctx, l, now)
	})
}

// reckonList puts the day on which they sit where it now falls, and tells those who sit.
func (s *Service) reckonList(ctx context.Context, l *List, now time.Time) error {
	r, rule, err := s.ruled(ctx, l)
	if err != nil {
		return err
	}
	_, err = s.Lists.Update(ctx, l.ID, func(l *List) ([]mediation.Notice, error) {
		t := l.Term(rule)
		meets, ok := r.Calendar.Reckoned(&t)
		if !ok || meets.Equal(l.Meets) || !l.Meets.After(now) {
			return nil, due.ErrSame
		}
		l.Meets = meets
		l.schedule(r, rule, now)
		// By the version, the same notice where a crash lets this be done again, and another where the day comes back to what it was before.
		return l.call(rule, now, "moved"+strconv.FormatInt(l.Version, 10)), nil
	})
	return err
}

func (s *Service) reckonDecisions(ctx context.Context) (int, error) {
	r, err := s.Core.Rules(ctx, "")
	if err != nil {
		return 0, err
	}
	open := true
	return due.Reckon(ctx, func(ctx context.Context, cursor string, limit int) ([]Decision, string, error) {
		return s.Decisions.List(ctx, Filter{Area: grid.Code(r.Policy.County), Open: &open}, cursor, limit)
	}, func(ctx context.Context, d *Decision) error {
		if d.Named {
			return due.ErrSame
		}
		return s.reckonDecision(ctx, d)
	})
}

func (s *Service) reckonDecision(ctx context.Context, d *Decision) error {
	l, err := s.Lists.Load(ctx, d.List)
	if err != nil {
		return err
	}
	r, rule, err := s.ruled(ctx, &l)
	if err != nil {
		return err
	}
	at := s.now()
	changed, err := s.Decisions.Update(ctx, d.ID, func(d *Decision) ([]mediation.Notice, error) {
		term := d.Term(rule)
		end, ok := r.Calendar.Reckoned(&term)
		if !ok || end.Equal(d.Due) {
			return nil, due.ErrSame
		}
		d.Due = end
		t := &turn{Decision: d, at: at, by: mediation.SystemActor}
		t.note("review_reckoned", "reckoned/"+strconv.FormatInt(at.UnixMilli(), 10))
		t.schedule(false)
		return nil, nil
	})
	if err != nil {
		return err
	}
	_, err = s.settle(ctx, changed, false)
	return err
}
