package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"fengqiao/cmd/fengqiao/internal/settings"
	"fengqiao/handlers"
	"fengqiao/internal/casetime"
	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/mediation/figures"
)

// outboxPatience is how long an advance waits for what was announced to be told: far longer than the relay needs.
const outboxPatience = 10 * time.Second

// caseClock is the clock that cases live by, and the time that has passed on it however it is set: the machine's, or, with
// --clock virtual, one that stands still until somebody moves it. Neither leads cases back behind what has happened to them.
func (s *system) caseClock(ctx context.Context) (func() time.Time, func() time.Duration, error) {
	st := s.Store
	lived, err := st.CaseClock(ctx)
	if err != nil {
		return nil, nil, err
	}
	if s.setting.Clock != settings.VirtualClock {
		if now := s.now(); lived.At.After(now) {
			return nil, nil, fmt.Errorf("the cases of these data live by a virtual clock, which stands at %s, and it is %s: go on with --clock virtual, or serve other data",
				lived.At.Format(time.RFC3339), now.Format(time.RFC3339))
		}
		if s.setting.RealUse() != "" && !lived.InUse {
			err = st.KeepCaseClock(ctx, store.CaseClock{InUse: true})
		}
		return s.now, s.steady, err
	}
	if lived.InUse {
		return nil, nil, errors.New("people have worked with these data by the machine's clock: a virtual one is for data of its own (--data)")
	}
	from := s.now()
	if s.setting.ClockFrom != "" {
		if from, err = time.Parse(time.RFC3339, s.setting.ClockFrom); err != nil {
			return nil, nil, err
		}
	}
	if lived.At.After(from) {
		from = lived.At
	}
	clock := casetime.New(from)
	keep := func(ctx context.Context, at time.Time) error { return st.KeepCaseClock(ctx, store.CaseClock{At: at}) }
	if err := keep(ctx, clock.Now()); err != nil {
		return nil, nil, err
	}
	s.moving = casetime.NewMover(clock, casetime.Parts{Cases: st.Cases(), Reports: st.Reports(), Plans: s.plans, Outbox: st.Outbox(),
		Sweep: func(ctx context.Context, now time.Time) (mediation.Swept, error) { return s.watch.Sweep(ctx, now) },
		Turn:  s.turn, Rooms: s.dueRooms, Keep: keep, Patience: outboxPatience})
	from = clock.Now()
	return clock.Now, func() time.Duration { return clock.Now().Sub(from) }, nil
}

// turn does what the server's own rounds do on the machine's clock, so that nothing of it is left when an advance returns.
func (s *system) turn(ctx context.Context) error {
	if err := s.turnPlan(ctx); err != nil {
		return err
	}
	if err := s.rollOut(ctx); err != nil {
		return err
	}
	// Days off that came move what runs before anything of it is seen to.
	_, err := s.cases.Reckon(ctx)
	return err
}

// turnPlan follows a planned edition whose time has come, and moves cases and people after it until nothing is left, which
// the server's own rounds do on the machine's clock.
func (s *system) turnPlan(ctx context.Context) error {
	if err := s.followPlan(ctx); err != nil {
		return err
	}
	for {
		reg, _, err := s.plans.Register(ctx)
		if err != nil || !reg.Unsettled() {
			return err
		}
		n, err := s.surveyor.Settle(ctx)
		if err != nil || n.Cases+n.People == 0 {
			return err
		}
	}
}

// movable is the clock for the API; nil, and so without routes, where it is the machine's.
func (s *system) movable() handlers.CaseClock {
	if s.moving == nil {
		return nil
	}
	return countedClock{s.moving, s.figures}
}

// countedClock lets the figures follow an advance before it is answered: who looks at them then sees what has happened.
type countedClock struct {
	*casetime.Mover
	figures *figures.Keeper
}

// To implements handlers.CaseClock.
func (c countedClock) To(ctx context.Context, to time.Time) (casetime.Advanced, error) {
	a, err := c.Mover.To(ctx, to)
	return a, errors.Join(err, c.figures.Pass(ctx))
}

// By implements handlers.CaseClock.
func (c countedClock) By(ctx context.Context, d time.Duration) (casetime.Advanced, error) {
	a, err := c.Mover.By(ctx, d)
	return a, errors.Join(err, c.figures.Pass(ctx))
}
