package docket

import (
	"context"
	"errors"
	"strconv"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/due"
)

// queues are the records in which something falls due.
func (s *Service) queues() []due.Kind {
	return []due.Kind{
		due.Queue[string]{Store: s.Lists, Tend: s.tendList, At: func(ctx context.Context, id string) (time.Time, error) {
			l, err := s.Lists.Load(ctx, id)
			return l.NextDue, err
		}},
		due.Queue[string]{Store: s.Decisions, Tend: s.tend, At: func(ctx context.Context, id string) (time.Time, error) {
			d, err := s.Decisions.Load(ctx, id)
			return d.NextDue, err
		}},
	}
}

// Sweep freezes the lists of periods that have begun, reminds of meetings, notes which decisions are late, and tells the cases what a crash has
// left untold.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	now := s.now()
	frozen, failed := s.freezeDue(ctx, now)
	done, err := due.Sweep(ctx, now, s.queues()...)
	return frozen + done, errors.Join(failed, err)
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
func (s *Service) NextDue(ctx context.Context, until time.Time) (time.Time, error) {
	first, err := due.Next(ctx, until, s.queues()...)
	if err != nil {
		return first, err
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
		if !p.From.After(until) {
			first = due.Sooner(first, p.From)
		}
	}
	return first, nil
}
