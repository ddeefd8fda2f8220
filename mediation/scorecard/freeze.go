package scorecard

import (
	"context"
	"errors"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/due"
	"fengqiao/mediation/figures"
)

// Months are frozen by themselves: one that runs while its card is in force is noted, and frozen when it is over and the card's settle time has
// passed. Somebody may freeze one sooner by hand; that one stays.

// lateAfter is how long after its time a month may be frozen and still be counted by its time: as long as a sweep may take to come by.
const lateAfter = time.Hour

// Month is a month of a card that is to be frozen.
type Month struct {
	ID         string // MonthID
	Key, Month string
	Until      time.Time // its end

	// NextDue is when it is frozen; zero: that is done, or the card is in force no longer.
	NextDue time.Time
	Stumble int
}

// MonthID is the id of a card's month.
func MonthID(key, month string) string { return key + "/" + month }

// dueOf is when a month is frozen: days of the county's zone after its end.
func (c *Card) dueOf(p Period) time.Time {
	return p.Until.AddDate(0, 0, c.SettleDays).UTC()
}

// Freeze keeps a month that is over as it stands (定格), once: who comes second gets what the first has kept. One that is frozen later than the
// card has it is counted by what the cases have come to since, and says so.
func (s *Service) Freeze(ctx context.Context, actor mediation.Actor, key, month string) (Snapshot, bool, error) {
	card, _, err := s.Card(ctx, key)
	if err != nil {
		return Snapshot{}, false, err
	}
	zone, err := s.zone(ctx)
	if err != nil {
		return Snapshot{}, false, err
	}
	p, err := ParsePeriod(month, zone)
	if err != nil || !p.Month() {
		return Snapshot{}, false, mediation.Refusal("freeze", mediation.Invalid, "scorecard.bad_month", "month")
	}
	if p.Until.After(s.Now()) {
		return Snapshot{}, false, mediation.Refusal("freeze", mediation.Conflict, "scorecard.not_over", "month")
	}
	return s.freeze(ctx, actor, card, p)
}

func (s *Service) freeze(ctx context.Context, actor mediation.Actor, card *Card, p Period) (Snapshot, bool, error) {
	kept, err := s.Snapshots.Load(ctx, card.Key, p.Name)
	if !errors.Is(err, mediation.ErrNotFound) {
		return kept, false, err
	}
	if err := s.Figures.Pass(ctx); err != nil { // what happened a moment ago counts
		return Snapshot{}, false, err
	}
	at := mediation.Instant(s.Now())
	results, ground, err := s.all(ctx, card, p)
	if err != nil {
		return Snapshot{}, false, err
	}
	due := card.dueOf(p)
	return s.Snapshots.Freeze(ctx, Snapshot{Key: card.Key, Card: card.ID, Month: p.Name, Ground: ground, At: at, Due: due, Late: at.Sub(due) > lateAfter,
		By: actor.ID, Results: results})
}

// all reckons everybody of the county that the policy in force is for. What is kept from anybody is in no frozen figure, nor in what stands beside
// it: all read the same, and nobody of an accused's side finds more in it than in their own list.
func (s *Service) all(ctx context.Context, card *Card, p Period) ([]Result, grid.Code, error) {
	pol, err := s.Policies.Current(ctx)
	if err != nil {
		return nil, "", err
	}
	county := grid.Code(pol.County)
	var results []Result
	for _, by := range Subjects {
		g, err := s.ground(ctx, card, by, figures.Query{Sight: mediation.Visible{Area: &county, Except: mediation.FromAnybody}, Now: s.Now()})
		if err != nil {
			return nil, "", err
		}
		r, err := s.reckon(ctx, &g, p)
		if err != nil {
			return nil, "", err
		}
		results = append(results, r)
	}
	return results, county, nil
}

// follow notes the month that runs of every card in force. It tells whether all of them were noted; with look it notes none.
func (s *Service) follow(ctx context.Context, look bool) (all bool, err error) {
	cards, _, err := s.Cards.InForce(ctx)
	if err != nil || len(cards) == 0 {
		return true, err
	}
	zone, err := s.zone(ctx)
	if err != nil {
		return true, err
	}
	all = true
	for _, c := range cards {
		p := MonthOf(s.Now(), zone)
		_, err := s.Months.Load(ctx, MonthID(c.Key, p.Name))
		if err == nil {
			continue
		}
		if !errors.Is(err, mediation.ErrNotFound) {
			return true, err
		}
		if all = false; look {
			return false, nil
		}
		if err := s.Months.Add(ctx, monthOf(c, p)); err != nil {
			return false, err
		}
	}
	return all, nil
}

func monthOf(c *Card, p Period) Month {
	return Month{ID: MonthID(c.Key, p.Name), Key: c.Key, Month: p.Name, Until: p.Until.UTC(), NextDue: c.dueOf(p)}
}

func (s *Service) queue() due.Kind {
	return due.Queue[string]{Store: s.Months, Tend: s.close, At: func(ctx context.Context, id string) (time.Time, error) {
		m, err := s.Months.Load(ctx, id)
		return m.NextDue, err
	}}
}

// Sweep notes the months that run, and freezes those that are over and settled.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	if _, err := s.follow(ctx, false); err != nil {
		return 0, err
	}
	return due.Sweep(ctx, s.Now(), s.queue())
}

// NextDue is the first instant, not after until, at which the sweep has something to do; zero if there is none.
func (s *Service) NextDue(ctx context.Context, until time.Time) (time.Time, error) {
	if noted, err := s.follow(ctx, true); err != nil || !noted {
		return s.Now(), err
	}
	return due.Next(ctx, until, s.queue())
}

// close freezes a month, by the settle time of the card that is in force by then, and notes the one after it, so that none is left out where
// nobody swept for longer than a month.
func (s *Service) close(ctx context.Context, id string, now time.Time) error {
	m, err := s.Months.Load(ctx, id)
	if err != nil {
		return err
	}
	card, _, err := s.Card(ctx, m.Key)
	if errors.Is(err, mediation.ErrNotFound) {
		return s.Months.Schedule(ctx, id, time.Time{})
	}
	if err != nil {
		return err
	}
	zone, err := s.zone(ctx)
	if err != nil {
		return err
	}
	p, err := ParsePeriod(m.Month, zone)
	if err != nil {
		return err
	}
	if at := card.dueOf(p); at.After(now) {
		return s.Months.Schedule(ctx, id, at)
	}
	if _, _, err := s.freeze(ctx, mediation.SystemActor, card, p); err != nil {
		return err
	}
	if err := s.Months.Add(ctx, monthOf(card, p.Next())); err != nil {
		return err
	}
	return s.Months.Schedule(ctx, id, time.Time{})
}
