package docket

import (
	"context"
	"errors"
	"strconv"
	"time"

	"fengqiao/mediation"
)

// batch is the most lists, and decisions, of one sweep.
const batch = 200

// rest is how long what the sweep failed at is left alone.
const rest = time.Minute

// Sweep freezes the lists of periods that have begun, reminds of meetings, notes which decisions are late, and tells the cases what a crash has
// left untold. What fails is put off, or tried again by the next sweep, and holds up nothing else.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	now := s.now()
	frozen, failed := s.freezeDue(ctx, now)
	lists, err := tendDue(ctx, s.Lists, now, s.tendList)
	failed = errors.Join(failed, err)
	decisions, err := tendDue(ctx, s.Decisions, now, s.tend)
	return frozen + lists + decisions, errors.Join(failed, err)
}

// swept is what falls due.
type swept interface {
	Due(ctx context.Context, until time.Time, limit int) ([]string, error)
	Defer(ctx context.Context, id string, until time.Time) error
}

// tendDue looks after everything that is due. One that fails is put off.
func tendDue(ctx context.Context, room swept, now time.Time, tend func(context.Context, string, time.Time) error) (done int, failed error) {
	ids, err := room.Due(ctx, now, batch)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		if err := tend(ctx, id, now); err != nil {
			failed = err
			if err := room.Defer(ctx, id, now.Add(rest)); err != nil {
				return done, err
			}
			continue
		}
		done++
	}
	return done, failed
}

// tendList reminds of a meeting.
func (s *Service) tendList(ctx context.Context, id string, now time.Time) error {
	l, err := s.Lists.Load(ctx, id)
	if err != nil {
		return err
	}
	r, err := s.Core.Rules(ctx, l.Policy)
	if err != nil {
		return err
	}
	rule, ok := r.Policy.ReviewList(l.Key)
	if !ok {
		return mediation.ErrNotFound
	}
	_, err = s.Lists.Update(ctx, id, func(l *List) ([]mediation.Notice, error) {
		l.Stumble = 0
		if !l.remind(r, rule, now) {
			return nil, nil
		}
		return l.call(rule, now, "remind"+strconv.Itoa(l.Reminded)), nil
	})
	return err
}

// tend looks after a decision.
func (s *Service) tend(ctx context.Context, id string, now time.Time) error {
	d, err := s.Decisions.Load(ctx, id)
	if err != nil {
		return err
	}
	heads, err := s.Heads.Summaries(ctx, []string{d.Case})
	if err != nil {
		return err
	}
	h, ok := heads[d.Case]
	if !ok {
		return mediation.ErrNotFound
	}
	left := len(d.Untold) > 0
	d, err = s.Decisions.Update(ctx, id, func(d *Decision) ([]mediation.Notice, error) {
		t := &turn{Decision: d, at: now, by: mediation.SystemActor}
		t.tick(&h)
		d.Stumble = 0
		t.schedule(true)
		return t.notices, nil
	})
	if err != nil {
		return err
	}
	_, err = s.settle(ctx, d, left)
	return err
}

// NextDue is the first instant, not after until, at which the sweep has something to do; zero if there is none.
func (s *Service) NextDue(ctx context.Context, until time.Time) (first time.Time, err error) {
	sooner := func(at time.Time) {
		if !at.IsZero() && !at.After(until) && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	r, err := s.Core.Rules(ctx, "")
	if err != nil {
		return first, err
	}
	zone, err := r.Policy.Clocks.Calendar.Location()
	if err != nil {
		return first, err
	}
	for i := range r.Policy.ReviewLists {
		p, _, err := s.upcoming(ctx, &r.Policy.ReviewLists[i], s.now(), zone)
		if err != nil {
			return first, err
		}
		sooner(p.From)
	}
	lists, err := s.Lists.Due(ctx, until, 1)
	if err != nil {
		return first, err
	}
	for _, id := range lists {
		l, err := s.Lists.Load(ctx, id)
		if err != nil {
			return first, err
		}
		sooner(l.NextDue)
	}
	decisions, err := s.Decisions.Due(ctx, until, 1)
	if err != nil {
		return first, err
	}
	for _, id := range decisions {
		d, err := s.Decisions.Load(ctx, id)
		if err != nil {
			return first, err
		}
		sooner(d.NextDue)
	}
	return first, nil
}
