package study

import (
	"context"
	"slices"
	"strconv"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/handover"
)

// KeepApart takes whoever turns out to be of the accused's side off the studies of a case: they sit at none any more, and what they were ordered
// falls back on who ordered it, or on the office where that is one of theirs too. kept tells of a user or a unit.
func (s *Service) KeepApart(ctx context.Context, c *mediation.Case, kept func(user, unit string) (bool, error)) error {
	for cursor := ""; ; {
		page, next, err := s.Studies.List(ctx, Filter{Case: c.ID}, cursor, 100)
		if err != nil {
			return err
		}
		for i := range page {
			if err := s.keepApart(ctx, c, &page[i], kept); err != nil {
				return err
			}
		}
		if cursor = next; next == "" {
			return nil
		}
	}
}

func (s *Service) keepApart(ctx context.Context, c *mediation.Case, st *Study, kept func(user, unit string) (bool, error)) error {
	gone := map[Party]bool{}
	some := false
	for _, p := range st.named() {
		theirs, err := kept(p.User, p.Unit)
		if err != nil {
			return err
		}
		gone[p], some = theirs, some || theirs
	}
	if !some {
		return nil
	}
	rules, err := s.Cases.Rules(ctx, st.Policy)
	if err != nil {
		return err
	}
	at := s.now()
	after, err := s.Studies.Update(ctx, st.ID, func(st *Study) ([]mediation.Notice, error) {
		t := &turn{Study: st, at: at, by: mediation.SystemActor, rules: rules, raised: c.Area}
		t.keepApart(gone)
		t.schedule()
		return t.notices, nil
	})
	if err != nil {
		return err
	}
	_, err = s.settle(ctx, after, false)
	return err
}

// named are those who sit at the study or have something to do for it still, and who ordered it.
func (s *Study) named() (list []Party) {
	for _, m := range s.Members {
		list = append(list, m.Party)
	}
	for _, o := range s.Orders {
		if o.Done.IsZero() {
			list = append(list, o.Party, Party{User: o.By})
		}
	}
	return list
}

// keepApart does nothing where none of them is left.
func (t *turn) keepApart(gone map[Party]bool) {
	n := len(t.Members)
	t.Members = slices.DeleteFunc(slices.Clone(t.Members), func(m Member) bool { return gone[m.Party] })
	moved := len(t.Members) < n
	t.Orders = slices.Clone(t.Orders)
	for i := range t.Orders {
		o := &t.Orders[i]
		if !gone[o.Party] || !o.Done.IsZero() {
			continue
		}
		if o.Party = (Party{User: o.By}); gone[o.Party] {
			o.Party = Party{}
		}
		t.tellHosts(mediation.NoticeStudyOrder, "apart/"+o.ID, o.Due)
		moved = true
	}
	if moved {
		t.note("study_moved", "apart/"+strconv.FormatInt(t.at.UnixMilli(), 10), nil)
		t.tellHosts(mediation.NoticeStudy, "apart/"+t.at.UTC().Format(time.RFC3339Nano), t.Clock.Due)
	}
}

// Release implements handover.Releaser: what is kept from who would take it over goes to nobody whom the leaver names.
func (r Room) Release(ctx context.Context, m handover.Matter, from handover.Person) error {
	return r.release(ctx, m.Case, m.Key, Party{User: from.ID})
}

func (s *Service) release(ctx context.Context, caseID, id string, who Party) error {
	c, err := s.Reader.Load(ctx, caseID)
	if err != nil {
		return err
	}
	st, err := s.Studies.Load(ctx, id)
	if err != nil {
		return err
	}
	return s.keepApart(ctx, &c, &st, func(user, _ string) (bool, error) { return user == who.User, nil })
}
