package study

import (
	"context"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/due"
)

// queue is the studies, each with what falls due in it.
func (s *Service) queue() due.Queue[string] {
	return due.Queue[string]{Store: s.Studies, Tend: s.tend, At: func(ctx context.Context, id string) (time.Time, error) {
		st, err := s.Studies.Load(ctx, id)
		return st.NextDue, err
	}}
}

// Sweep reminds of studies and orders, notes what is late, and tells the cases what a crash has left untold.
func (s *Service) Sweep(ctx context.Context) (int, error) { return s.queue().Sweep(ctx, s.now()) }

func (s *Service) tend(ctx context.Context, id string, now time.Time) error {
	st, err := s.Studies.Load(ctx, id)
	if err != nil {
		return err
	}
	rules, err := s.Cases.Rules(ctx, st.Policy)
	if err != nil {
		return err
	}
	raised, err := s.raised(ctx, &st)
	if err != nil {
		return err
	}
	left := len(st.Untold) > 0
	st, err = s.Studies.Update(ctx, id, func(st *Study) ([]mediation.Notice, error) {
		t := &turn{Study: st, at: now, by: mediation.SystemActor, rules: rules, raised: raised}
		t.tick()
		st.Stumble = 0
		t.schedule()
		return t.notices, nil
	})
	if err != nil {
		return err
	}
	_, err = s.settle(ctx, st, left)
	return err
}

// NextDue is the first instant, not after until, at which the sweep has something to do; zero if there is none.
func (s *Service) NextDue(ctx context.Context, until time.Time) (time.Time, error) {
	return s.queue().Next(ctx, until)
}
