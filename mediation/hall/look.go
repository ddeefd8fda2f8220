package hall

import (
	"context"
	"slices"
	"time"

	"fengqiao/mediation"
)

// Period is some days of a hall, both included, as 2026-03-10; "" is today.
type Period struct{ From, Until string }

// maxDays is how many days are counted at once.
const maxDays = 92

// between reads a period's bounds.
func (r *room) between(p Period, now time.Time) (from, until time.Time, err error) {
	if from, _, err = r.bounds(p.From, now); err != nil {
		return from, until, mediation.Refusal("hall", mediation.Invalid, "hall.not_a_day", "from")
	}
	last := p.Until
	if last == "" {
		last = r.day(now)
	}
	if _, until, err = r.bounds(last, now); err != nil {
		return from, until, mediation.Refusal("hall", mediation.Invalid, "hall.not_a_day", "until")
	}
	if !from.Before(until) {
		return from, until, mediation.Refusal("hall", mediation.Invalid, "out_of_order", "until")
	}
	if from.AddDate(0, 0, maxDays).Before(until) {
		return from, until, mediation.Refusal("hall", mediation.Invalid, "hall.too_long", "until")
	}
	return from, until, nil
}

// Count counts a hall's visits over a period, from the visits themselves as they stand.
func (s *Service) Count(ctx context.Context, actor mediation.Actor, key string, p Period, by By) ([]Group, Period, error) {
	r, err := s.seen(ctx, actor, key, mediation.HallRead)
	if err != nil {
		return nil, p, err
	}
	if by != Whole && !slices.Contains(Breakdowns, by) {
		return nil, p, &mediation.Error{Op: "hall", Kind: mediation.Invalid, Code: "unknown_value", Field: "by", Params: map[string]string{"value": string(by)}}
	}
	from, until, err := r.between(p, s.now())
	if err != nil {
		return nil, p, err
	}
	var visits []Visit
	err = s.Visits.Each(ctx, key, from, until, func(v *Visit) error {
		visits = append(visits, *v)
		return nil
	})
	return count(visits, by), Period{r.day(from), r.day(until.Add(-time.Second))}, err
}

// List pages the visits behind a figure, newest first.
func (s *Service) List(ctx context.Context, actor mediation.Actor, key string, p Period, function string, outcome Outcome, cursor string, limit int) ([]Visit, string, error) {
	r, err := s.seen(ctx, actor, key, mediation.HallRead)
	if err != nil {
		return nil, "", err
	}
	from, until, err := r.between(p, s.now())
	if err != nil {
		return nil, "", err
	}
	return s.Visits.List(ctx, Filter{Hall: key, From: from, Until: until, Function: function, Outcome: outcome}, cursor, limit)
}

// Board is what hangs on the wall (叫号屏): numbers and windows, nothing about people.
type Board struct {
	Day   string
	AsOf  time.Time
	Desks []BoardDesk
	Lines []BoardLine
	// Missed are the numbers that were called in vain and may come back.
	Missed []string
}

// BoardDesk is a window and the number that is there; "" while it is free.
type BoardDesk struct {
	Window string
	Number string
	Stands Standing
	Calls  int
}

// BoardLine is who waits for a function.
type BoardLine struct {
	Function string
	Waiting  int
	Next     []string // the next few numbers
}

// nextShown is how many of the next numbers the board shows.
const nextShown = 5

// Board shows a hall to everybody who stands in it.
func (s *Service) Board(ctx context.Context, key string) (Board, error) {
	r, err := s.hall(ctx, key)
	if err != nil {
		return Board{}, err
	}
	now := s.now()
	present, err := s.Visits.Present(ctx, key, r.day(now))
	if err != nil {
		return Board{}, err
	}
	b := Board{Day: r.day(now), AsOf: now}
	for _, w := range r.Windows {
		d := BoardDesk{Window: w.Key}
		for _, v := range present {
			if v.Window() == w.Key {
				d.Number, d.Stands, d.Calls = v.Number.String(), v.Stands, v.now().Calls
			}
		}
		b.Desks = append(b.Desks, d)
	}
	for _, f := range r.Functions {
		line := lineOf(present, []string{f.Key})
		next := BoardLine{Function: f.Key, Waiting: len(line)}
		for _, v := range line[:min(nextShown, len(line))] {
			next.Next = append(next.Next, v.Number.String())
		}
		b.Lines = append(b.Lines, next)
	}
	for _, v := range present {
		if v.Stands == Absent {
			b.Missed = append(b.Missed, v.Number.String())
		}
	}
	return b, nil
}
