package slip

import (
	"context"
	"errors"
	"time"

	"fengqiao/mediation/due"
)

// batch is how many cases one sweep senses.
const batch = 200

// queue is the slips, each with its limits; what a crash has left unsent is due at once.
func (s *Service) queue() due.Queue[string] {
	return due.Queue[string]{Store: s.Slips, Tend: s.tend, At: func(ctx context.Context, id string) (time.Time, error) {
		sl, err := s.Slips.Load(ctx, id)
		if sl.NextDue.IsZero() || len(sl.Unsent) > 0 {
			return s.now(), err
		}
		return sl.NextDue, err
	}}
}

// Sweep sees to everything that is due: limits of slips, what a crash has left half done, cases without progress.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	now := s.now()
	done, failed := s.queue().Sweep(ctx, now)
	n, err := s.sense(ctx, now)
	return done + n, errors.Join(failed, err)
}

// tend brings one slip to now.
func (s *Service) tend(ctx context.Context, id string, now time.Time) error {
	if err := s.Slips.Drain(ctx, id); err != nil {
		return err
	}
	sl, err := s.Slips.Load(ctx, id)
	if err != nil {
		return err
	}
	r, err := s.rules(ctx, sl.Policy, sl.Kind)
	if err != nil {
		return err
	}
	if sl, err = s.settle(ctx, sl, true); err != nil {
		return err
	}
	if sl, err = s.shield(ctx, sl, r); err != nil {
		return err
	}
	probe := sl
	if ticked := Tick(&probe, now, r); ticked || !probe.NextDue.Equal(sl.NextDue) || sl.Stumble > 0 {
		if sl, err = s.Slips.Update(ctx, id, func(x *Slip) error { Tick(x, now, r); x.Stumble = 0; return nil }); err != nil {
			return err
		}
	}
	_, err = s.settle(ctx, sl, false)
	return err
}

// NextDue is the first instant, not after until, at which the sweep has something to do; zero if there is none. What is overdue is due now.
func (s *Service) NextDue(ctx context.Context, until time.Time) (time.Time, error) {
	first, err := s.queue().Next(ctx, until)
	if err != nil {
		return first, err
	}
	_, watched, err := s.Watches.Watched(ctx, until, 1)
	return due.Sooner(first, watched), err
}
