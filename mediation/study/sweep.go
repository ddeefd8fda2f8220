package study

import (
	"context"
	"time"

	"fengqiao/mediation"
)

// batch is the most studies of one sweep.
const batch = 200

// rest is how long a study is left alone that the sweep failed at.
const rest = time.Minute

// Sweep reminds of studies and orders, notes what is late, and tells the cases what a crash has left untold. One that fails is put off and
// holds up no other.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	now := s.now()
	ids, err := s.Studies.Due(ctx, now, batch)
	if err != nil {
		return 0, err
	}
	done := 0
	var failed error
	for _, id := range ids {
		if err := s.tend(ctx, id, now); err != nil {
			failed = err
			if err := s.Studies.Defer(ctx, id, now.Add(rest)); err != nil {
				return done, err
			}
			continue
		}
		done++
	}
	return done, failed
}

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
	ids, err := s.Studies.Due(ctx, until, 1)
	if err != nil || len(ids) == 0 {
		return time.Time{}, err
	}
	st, err := s.Studies.Load(ctx, ids[0])
	return st.NextDue, err
}
