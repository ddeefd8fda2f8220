package village

import (
	"context"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/due"
	"fengqiao/mediation/scorecard"
)

// queues are the records in which something falls due.
func (s *Service) queues() []due.Kind {
	return []due.Kind{
		due.Queue[string]{Store: s.Rounds, Tend: s.close, At: func(ctx context.Context, id string) (time.Time, error) {
			r, err := s.Rounds.Load(ctx, id)
			return r.NextDue, err
		}},
		due.Queue[string]{Store: s.Results, Tend: s.tend, At: func(ctx context.Context, id string) (time.Time, error) {
			r, err := s.Results.Load(ctx, id)
			return r.NextDue, err
		}},
	}
}

// Sweep begins rounds, freezes those whose period is over, and sees to decisions that fall due.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	if _, err := s.follow(ctx, false); err != nil {
		return 0, err
	}
	return due.Sweep(ctx, s.now(), s.queues()...)
}

// close freezes a round whose period is over, and begins the one that follows it, so that none is left out where nobody swept for longer than a
// period.
func (s *Service) close(ctx context.Context, id string, _ time.Time) error {
	r, err := s.Rounds.Load(ctx, id)
	if err != nil {
		return err
	}
	if r.At.IsZero() && !r.Dropped {
		if r, err = s.freeze(ctx, r, mediation.SystemActor); err != nil {
			return err
		}
	}
	if r.Dropped {
		return nil
	}
	zone, county, err := s.zone(ctx)
	if err != nil {
		return err
	}
	p, err := scorecard.ParsePeriod(r.Period, zone)
	if err == nil {
		_, err = s.Rounds.Add(ctx, roundOf(r.Key, p.Next(), county))
	}
	return err
}

// tend sees to an objection of a result.
func (s *Service) tend(ctx context.Context, id string, _ time.Time) error {
	_, err := s.do(ctx, mediation.SystemActor, id, 0, func(t *turn) error { t.tick(); return nil })
	return err
}

// NextDue is the first instant, not after until, at which the sweep has something to do; zero if there is none.
func (s *Service) NextDue(ctx context.Context, until time.Time) (time.Time, error) {
	if begun, err := s.follow(ctx, true); err != nil || !begun {
		return s.now(), err
	}
	return due.Next(ctx, until, s.queues()...)
}
