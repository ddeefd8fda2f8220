package mediation

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"fengqiao/mediation/policy"
)

// Rollout is how far a policy that applies to open cases has come.
type Rollout struct {
	Policy string // its version
	// Revision is that of what is in force: a policy that is put in force again applies again.
	Revision int64
	// Since is when its first run began; Moved how many cases have gone over to it; Looked when a run found nothing left.
	Since, Looked time.Time
	Moved         int
	// Ended is when a run that began a Grace after Since had found nothing left: by then no instance opens cases under what was
	// in force before.
	Ended time.Time
}

// RollOut is a run over the cases with running clocks that the policy in force applies to, if it applies to open ones. It takes any number of runs, finds by
// itself what is left to do, and changes no case twice: so any instance may run it at any time, and a crash in the middle costs
// nothing. step, if there is one, is told how many more cases have been looked at and moved.
func (s *Service) RollOut(ctx context.Context, step func(looked, moved int)) (moved int, err error) {
	pol, r, err := s.pending(ctx)
	if err != nil || pol == nil {
		return 0, err
	}
	began := s.now()
	to, err := s.rules(ctx, pol.ID)
	if err != nil {
		return 0, err
	}
	var noting sync.Mutex
	var noted error
	moved, err = s.updateRunning(ctx, func(sum *Summary) bool { return sum.Policy != pol.ID }, func(looked, stored int) {
		if stored > 0 {
			_, err := s.Policies.AmendRollout(ctx, func(now *Rollout) {
				if now.Revision == r.Revision {
					now.Moved += stored
				}
			})
			noting.Lock()
			noted = errors.Join(noted, err)
			noting.Unlock()
		}
		if step != nil {
			step(looked, stored)
		}
	}, s.rejudge(ctx, to, nil))
	if err = errors.Join(err, noted); err != nil || moved > 0 {
		return moved, err
	}
	_, err = s.Policies.AmendRollout(ctx, func(now *Rollout) {
		if now.Revision != r.Revision {
			return
		}
		now.Looked = s.now()
		if !began.Before(now.Since.Add(Grace)) {
			now.Ended = now.Looked
		}
	})
	return 0, err
}

// pending is the policy in force if it applies to open cases and a run is due for it, and how far it has come; nil if there is nothing
// to do.
func (s *Service) pending(ctx context.Context) (*policy.Policy, Rollout, error) {
	id, revision, err := s.Policies.InForce(ctx)
	if err != nil || id == "" {
		return nil, Rollout{}, err
	}
	pol, err := s.Policies.Version(ctx, id)
	if err != nil || pol.AppliesTo != policy.OpenCases {
		return nil, Rollout{}, err
	}
	r, err := s.Policies.Rollout(ctx)
	if err == nil && r.Revision != revision {
		r, err = s.Policies.AmendRollout(ctx, func(now *Rollout) {
			if now.Revision < revision {
				*now = Rollout{Policy: id, Revision: revision, Since: s.now()}
			}
		})
	}
	waits := !r.Looked.IsZero() && s.now().Before(r.Since.Add(Grace))
	if err != nil || !r.Ended.IsZero() || waits || r.Revision != revision {
		return nil, r, err
	}
	return pol, r, nil
}

// rejudge is the change of a run. watch, if there is one, sees each case that is not over with what becomes of it, before it is stored.
func (s *Service) rejudge(ctx context.Context, to Rules, watch func(c *Case, keeps string, clocks []Reckoned)) func(*Case) error {
	return func(c *Case) error {
		by, err := s.rules(ctx, c.Policy)
		if err != nil {
			return err
		}
		keeps := Keeps(c, by.Policy, to.Policy)
		clocks, err := Rejudge(c, s.now(), by, to)
		if watch != nil && (err == nil || keeps != "") {
			watch(c, keeps, clocks)
		}
		return err
	}
}

// Forecast is what a policy would do to the open cases if it were put in force now.
type Forecast struct {
	// Open is how many cases are open, or over with a petition whose course goes on; Cases how many of them would go over to it; Kept how many must keep their version, by reason.
	Open, Cases int
	Kept        map[string]int
	// Clocks is how each clock's ends would move.
	Clocks map[ClockName]Shift
	// Overdue counts cases of which a clock would have run out at once, Reminded those that somebody would be reminded of at once.
	Overdue, Reminded int
	// Sample is some of the cases with a clock that would end at another time, those overdue at once first; no accusations.
	Sample []Foreseen
}

// Shift counts clocks of one kind by what becomes of their ends.
type Shift struct{ Sooner, Later, Begun, Ended int }

// Foreseen is one case of a forecast.
type Foreseen struct {
	Case    string
	Number  Number
	State   State
	Clocks  []Reckoned
	Overdue bool
}

// forecastSample is how many cases a forecast shows.
const forecastSample = 10

// Forecast is a dry run of RollOut for a policy that need not be known to the store: the same walk and the same decision, and nothing is
// stored. A policy that does not apply to open cases moves none.
func (s *Service) Forecast(ctx context.Context, pol *policy.Policy, step func(looked int)) (Forecast, error) {
	f := Forecast{Kept: map[string]int{}, Clocks: map[ClockName]Shift{}}
	to, err := s.rulesOf(ctx, pol)
	if err != nil {
		return f, err
	}
	now := s.now()
	var mu sync.Mutex
	change := s.rejudge(ctx, to, func(c *Case, keeps string, clocks []Reckoned) {
		mu.Lock()
		defer mu.Unlock()
		f.see(c, keeps, clocks, now, to)
	})
	wanted := func(sum *Summary) bool {
		f.Open++
		return pol.AppliesTo == policy.OpenCases && sum.Policy != pol.ID
	}
	_, err = s.updateRunning(ctx, wanted, func(looked, _ int) {
		if step != nil {
			step(looked)
		}
	}, func(c *Case) error {
		if err := change(c); err != nil {
			return err
		}
		return ErrStale // nothing is stored
	})
	return f, err
}

// see counts a case that was just tried.
func (f *Forecast) see(c *Case, keeps string, clocks []Reckoned, now time.Time, to Rules) {
	if keeps != "" {
		f.Kept[keeps]++
		return
	}
	f.Cases++
	for _, k := range clocks {
		shift := f.Clocks[k.Clock]
		switch {
		case k.Before.IsZero():
			shift.Begun++
		case k.After.IsZero():
			shift.Ended++
		case k.After.Before(k.Before):
			shift.Sooner++
		default:
			shift.Later++
		}
		f.Clocks[k.Clock] = shift
	}
	probe := c.clone()
	overdue, reminded := due(&probe, now, to)
	if overdue {
		f.Overdue++
	} else if reminded {
		f.Reminded++
	}
	if len(clocks) > 0 && !c.Accusation {
		f.show(Foreseen{Case: c.ID, Number: c.Number, State: c.State, Clocks: clocks, Overdue: overdue})
	}
}

// due tells whether a clock of the case has run out by now that was not known to, and whether somebody is to be reminded. Of a right that lapses
// nobody is late.
func due(c *Case, now time.Time, r Rules) (overdue, reminded bool) {
	d := &decision{Case: c, rules: r, pol: r.Policy}
	for _, x := range d.runningClocks() {
		if x.name == HeldClock || x.right {
			continue
		}
		k := *x.clock
		remind, breach := k.run(r, x.limit, now)
		overdue, reminded = overdue || breach, reminded || remind
	}
	return overdue, reminded
}

// show keeps a case in the sample: the same ones in every forecast of the same cases, those overdue at once first.
func (f *Forecast) show(x Foreseen) {
	f.Sample = append(f.Sample, x)
	slices.SortFunc(f.Sample, func(a, b Foreseen) int {
		if a.Overdue != b.Overdue {
			if a.Overdue {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Case, b.Case)
	})
	f.Sample = f.Sample[:min(len(f.Sample), forecastSample)]
}
