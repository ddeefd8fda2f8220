package mediation

import (
	"context"
	"time"
)

// Load is how much a leader is in charge of.
type Load struct {
	Open    int       // cases that are not over
	Overdue int       // of those, whose review is overdue
	Next    time.Time // when the next review that is not overdue is due; zero: none
}

// LoadOf counts what a leader is in charge of, of the cases that the actor may see.
func (s *Service) LoadOf(ctx context.Context, actor Actor, leader string) (Load, error) {
	var l Load
	open, now := true, s.now()
	f := Filter{Visible: VisibleBy(actor, LeadersRead), Owner: leader, Open: &open}
	if f.Visible.None {
		return l, Refusal("leaders", Forbidden, "forbidden", "")
	}
	for cursor := ""; ; {
		page, next, err := s.Cases.List(ctx, f, cursor, 200)
		if err != nil {
			return l, err
		}
		for _, sum := range page {
			if sum.Leader == leader {
				l.count(sum.ReviewDue, now)
			}
		}
		if cursor = next; next == "" {
			return l, nil
		}
	}
}

func (l *Load) count(due, now time.Time) {
	l.Open++
	switch {
	case due.IsZero():
	case !due.After(now):
		l.Overdue++
	case l.Next.IsZero() || due.Before(l.Next):
		l.Next = due
	}
}
