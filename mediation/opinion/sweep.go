package opinion

import (
	"context"
	"errors"
	"time"

	"fengqiao/mediation"
)

// batch is the most campaigns, and the most suggestions, of one sweep.
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
		{s.Campaigns.Due, s.Campaigns.Defer, func(ctx context.Context, id string) error {
			_, err := s.tick(ctx, id)
			return err
		}, func(ctx context.Context, id string) (time.Time, error) {
			c, err := s.Campaigns.Load(ctx, id)
			return c.NextDue, err
		}},
		{s.Suggestions.Due, s.Suggestions.Defer, func(ctx context.Context, id string) error {
			x, err := s.Suggestions.Load(ctx, id)
			if err == nil {
				_, err = s.settle(ctx, x)
			}
			return err
		}, func(ctx context.Context, id string) (time.Time, error) {
			x, err := s.Suggestions.Load(ctx, id)
			return x.NextDue, err
		}},
	}
}

// Sweep opens and closes campaigns at their days, and sees to suggestions that a crash has left without their paper or report. Any number
// of instances may sweep at once. One that fails is put off and holds up no other; it is told in the error.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	now, done := s.now(), 0
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

// NextDue is the first instant, not after until, at which the sweep has something to do; zero if there is none.
func (s *Service) NextDue(ctx context.Context, until time.Time) (first time.Time, err error) {
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
