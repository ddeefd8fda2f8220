package slip

import (
	"context"
	"errors"
	"time"

	"fengqiao/mediation"
)

// batch is how many slips and cases one sweep takes.
const batch = 200

// Sweep sees to everything that is due: limits of slips, what a crash has left half done, cases without progress. Any number of
// instances may sweep at once. One that fails is put off and holds up no other; it is told in the error. It returns how much was done.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	now := s.now()
	ids, err := s.Slips.Due(ctx, now, batch)
	if err != nil {
		return 0, err
	}
	done := 0
	var failed []error
	for _, id := range ids {
		if err := s.tend(ctx, id, now); err != nil {
			failed = append(failed, err, s.Slips.Defer(ctx, id, now.Add(mediation.Grace)))
			continue
		}
		done++
	}
	n, err := s.sense(ctx, now)
	return done + n, errors.Join(append(failed, err)...)
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
	if sl, err = s.shield(ctx, sl); err != nil {
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
	var first time.Time
	ids, err := s.Slips.Due(ctx, until, 1)
	if err != nil {
		return first, err
	}
	if len(ids) > 0 {
		sl, err := s.Slips.Load(ctx, ids[0])
		if err != nil {
			return first, err
		}
		if first = sl.NextDue; first.IsZero() || len(sl.Unsent) > 0 {
			first = s.now() // its notices are still to be handed over
		}
	}
	_, watched, err := s.Watches.Watched(ctx, until, 1)
	if !watched.IsZero() && (first.IsZero() || watched.Before(first)) {
		first = watched
	}
	return first, err
}
