package opinion

import (
	"context"
	"time"

	"fengqiao/mediation/due"
)

// queues are the records in which something falls due.
func (s *Service) queues() []due.Kind {
	return []due.Kind{
		due.Queue[string]{Store: s.Campaigns, Tend: func(ctx context.Context, id string, _ time.Time) error {
			_, err := s.tick(ctx, id)
			return err
		}, At: func(ctx context.Context, id string) (time.Time, error) {
			c, err := s.Campaigns.Load(ctx, id)
			return c.NextDue, err
		}},
		due.Queue[string]{Store: s.Suggestions, Tend: func(ctx context.Context, id string, _ time.Time) error {
			x, err := s.Suggestions.Load(ctx, id)
			if err == nil {
				_, err = s.settle(ctx, x)
			}
			return err
		}, At: func(ctx context.Context, id string) (time.Time, error) {
			x, err := s.Suggestions.Load(ctx, id)
			return x.NextDue, err
		}},
	}
}

// Sweep opens and closes campaigns at their days, and sees to suggestions that a crash has left without their paper or report.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	return due.Sweep(ctx, s.now(), s.queues()...)
}

// NextDue is the first instant, not after until, at which the sweep has something to do; zero if there is none.
func (s *Service) NextDue(ctx context.Context, until time.Time) (time.Time, error) {
	return due.Next(ctx, until, s.queues()...)
}
