package docket

import (
	"context"
	"strconv"

	"fengqiao/mediation"
	"fengqiao/mediation/handover"
)

// KeepApart takes decisions over a case from whoever turns out to be of the accused's side: who decided carries them out, unless that is one of
// theirs too; then they stand open, where the county's staff see them. kept tells of a user or a unit.
func (s *Service) KeepApart(ctx context.Context, c *mediation.Case, kept func(user, unit string) (bool, error)) error {
	yes := true
	for cursor := ""; ; {
		some, next, err := s.Decisions.List(ctx, Filter{Case: c.ID, Open: &yes}, cursor, page)
		if err != nil {
			return err
		}
		for i := range some {
			if err := s.keepApart(ctx, c, &some[i], kept); err != nil {
				return err
			}
		}
		if cursor = next; next == "" {
			return nil
		}
	}
}

func (s *Service) keepApart(ctx context.Context, c *mediation.Case, d *Decision, kept func(user, unit string) (bool, error)) error {
	if d.Party == (Party{}) {
		return nil
	}
	theirs, err := kept(d.User, d.Unit)
	if err != nil || !theirs {
		return err
	}
	from, to := d.Party, Party{User: d.By}
	if theirs, err = kept(d.By, ""); err != nil {
		return err
	} else if theirs {
		to = Party{}
	}
	at := s.now()
	after, err := s.Decisions.Update(ctx, d.ID, func(d *Decision) ([]mediation.Notice, error) {
		t := &turn{Decision: d, at: at, by: mediation.SystemActor}
		t.keepApart(from, to, c)
		t.schedule(false)
		return t.notices, nil
	})
	if err == nil {
		_, err = s.settle(ctx, after, false)
	}
	return err
}

// keepApart passes the decision on. It does nothing where it is not theirs (any more) or done.
func (t *turn) keepApart(from, to Party, c *mediation.Case) {
	if t.Party != from || !t.Done.IsZero() {
		return
	}
	t.Party, t.Decision.Area = to, c.Area
	t.Handed++
	what := "handed/" + strconv.Itoa(t.Handed)
	if to.User != "" {
		t.tell(mediation.NoticeDecision, what, mediation.Recipient{User: to.User})
	}
	t.tell(mediation.NoticeDecision, what, mediation.Recipient{Role: mediation.CountyStaff, Area: c.Area})
	t.note("review_passed_on", what)
}

// Release implements handover.Releaser: what is kept from who would take it over goes back to who decided it.
func (r Room) Release(ctx context.Context, m handover.Matter, from handover.Person) error {
	c, err := r.Cases.Load(ctx, m.Case)
	if err != nil {
		return err
	}
	d, err := r.Decisions.Load(ctx, m.Key)
	if err != nil {
		return err
	}
	return r.keepApart(ctx, &c, &d, func(user, _ string) (bool, error) { return user == from.ID, nil })
}
