package village

import (
	"context"
	"errors"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/scorecard"
)

// batch is the most rounds, and the most results, of one sweep.
const batch = 200

// queue is what falls due in one kind of record.
type queue struct {
	due    func(ctx context.Context, until time.Time, limit int) ([]string, error)
	putOff func(ctx context.Context, id string, until time.Time) error
	tend   func(ctx context.Context, id string) error
	next   func(ctx context.Context, id string) (time.Time, error)
}

func (s *Service) queues() []queue {
	return []queue{
		{s.Rounds.Due, s.Rounds.Defer, s.close, func(ctx context.Context, id string) (time.Time, error) {
			r, err := s.Rounds.Load(ctx, id)
			return r.NextDue, err
		}},
		{s.Results.Due, s.Results.Defer, s.tend, func(ctx context.Context, id string) (time.Time, error) {
			r, err := s.Results.Load(ctx, id)
			return r.NextDue, err
		}},
	}
}

// Sweep begins rounds, freezes those whose period is over, and sees to decisions that fall due. Any number of instances may sweep at once.
// What fails is put off and holds up nothing else; it is told in the error.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	now, done := s.now(), 0
	_, err := s.follow(ctx, false)
	if err != nil {
		return 0, err
	}
	var failed []error
	for _, q := range s.queues() {
		ids, err := q.due(ctx, now, batch)
		if err != nil {
			return done, errors.Join(append(failed, err)...)
		}
		for _, id := range ids {
			if err := q.tend(ctx, id); err != nil {
				failed = append(failed, err, q.putOff(ctx, id, now.Add(mediation.Grace)))
				continue
			}
			done++
		}
	}
	return done, errors.Join(failed...)
}

// close freezes a round whose period is over, and begins the one that follows it, so that none is left out where nobody swept for longer than a
// period.
func (s *Service) close(ctx context.Context, id string) error {
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
func (s *Service) tend(ctx context.Context, id string) error {
	_, err := s.do(ctx, mediation.SystemActor, id, 0, func(t *turn) error { t.tick(); return nil })
	return err
}

// NextDue is the first instant, not after until, at which the sweep has something to do; zero if there is none.
func (s *Service) NextDue(ctx context.Context, until time.Time) (first time.Time, err error) {
	begun, err := s.follow(ctx, true)
	if err != nil || !begun {
		return s.now(), err
	}
	for _, q := range s.queues() {
		ids, err := q.due(ctx, until, 1)
		if err != nil {
			return first, err
		}
		if len(ids) == 0 {
			continue
		}
		at, err := q.next(ctx, ids[0])
		if err != nil {
			return first, err
		}
		if !at.IsZero() && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	return first, nil
}
