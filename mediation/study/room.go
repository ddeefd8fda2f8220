package study

import (
	"context"
	"slices"

	"fengqiao/mediation"
	"fengqiao/mediation/clock"
	"fengqiao/mediation/handover"
)

// RoomName is what hand-overs know this room by.
const RoomName = "study"

// Room lets the hand-over of an official find and pass on the studies at which they sit, and what studies have ordered them to do. What a
// unit was named for stays with that.
type Room struct{ *Service }

var _ handover.Room = Room{}

// holds tells whether the study waits for the user: they sit at it while it is open, or have not reported an order.
func (s *Study) holds(user string) bool {
	return s.Open() && slices.ContainsFunc(s.Members, func(m Member) bool { return m.User == user }) ||
		slices.ContainsFunc(s.Orders, func(o Order) bool { return o.User == user && o.Done.IsZero() })
}

// termFor is what is due of the user next, as what explains it takes it; zero: nothing at a set time.
func (s *Study) termFor(user string, r mediation.Rules) (first clock.Term) {
	if s.Open() {
		first = s.Term(r)
	}
	for i := range s.Orders {
		if o := &s.Orders[i]; o.User == user && o.Done.IsZero() && (first.Due.IsZero() || o.Due.Before(first.Due)) {
			first = o.Term()
		}
	}
	return first
}

// Of implements handover.Room.
func (r Room) Of(ctx context.Context, who handover.Person) (list []handover.Matter, err error) {
	for cursor := ""; ; {
		page, next, err := r.Studies.List(ctx, Filter{User: who.ID}, cursor, 100)
		if err != nil {
			return nil, err
		}
		for i := range page {
			if s := &page[i]; s.holds(who.ID) {
				rules, err := r.Cases.Rules(ctx, s.Policy)
				if err != nil {
					return nil, err
				}
				term := s.termFor(who.ID, rules)
				list = append(list, handover.Matter{Room: RoomName, Key: s.ID, Case: s.Case, Category: s.Category, Area: s.Area}.DueBy(term, s.Policy))
			}
		}
		if cursor = next; next == "" {
			return list, nil
		}
	}
}

// Hindrances implements handover.Room: the successor must be somebody whom a study may name. Of an accused's colleague it is not said why.
func (r Room) Hindrances(ctx context.Context, _ *handover.HandOver, m handover.Matter, from, to handover.Person) ([]mediation.Reason, error) {
	c, err := r.Reader.Load(ctx, m.Case)
	if err != nil {
		return nil, err
	}
	if len(mediation.Scopes(mediation.StudyPart, to.Role)) > 0 && !r.Cases.AccusedAt(&c, to.Unit) {
		return nil, nil
	}
	return []mediation.Reason{mediation.NewReason(mediation.ReasonPost, "role", string(from.Role), "unit", from.Unit)}, nil
}

// Hand implements handover.Room.
func (r Room) Hand(ctx context.Context, h *handover.HandOver, m handover.Matter, from, to handover.Person) (mediation.Passed, error) {
	st, err := r.Studies.Load(ctx, m.Key)
	if err != nil {
		return "", err
	}
	if !st.holds(from.ID) {
		return passed(&st, to.ID), nil
	}
	rules, err := r.Cases.Rules(ctx, st.Policy)
	if err != nil {
		return "", err
	}
	at := r.now()
	st, err = r.Studies.Update(ctx, m.Key, func(st *Study) ([]mediation.Notice, error) {
		t := &turn{Study: st, at: at, by: to.Actor, rules: rules}
		t.handOver(h.ID, from.ID, to.ID)
		t.schedule()
		return t.notices, nil
	})
	if err == nil {
		st, err = r.settle(ctx, st, false)
	}
	return passed(&st, to.ID), err
}

// passed says what has become of a study of which one was to take over what another had: nothing was left if neither has any of it.
func passed(st *Study, to string) mediation.Passed {
	if st.holds(to) {
		return mediation.PassedOn
	}
	return mediation.PassedOver
}

// handOver puts the successor where the leaver was: at the table of an open study, once, and under the orders not reported yet. The case's timeline
// says that it was, and not who.
func (t *turn) handOver(id, from, to string) {
	if !t.holds(from) {
		return
	}
	if t.Open() {
		sits := slices.ContainsFunc(t.Members, func(m Member) bool { return m.User == to })
		members := make([]Member, 0, len(t.Members))
		for _, m := range t.Members {
			if m.User == from {
				if sits {
					continue
				}
				m.User, sits = to, true
				t.tell(mediation.NoticeStudy, "member/"+m.ID+"/"+id, m.to(t.Area), t.Clock.Due)
			}
			members = append(members, m)
		}
		t.Members = members
	}
	t.Orders = slices.Clone(t.Orders)
	for i := range t.Orders {
		if o := &t.Orders[i]; o.User == from && o.Done.IsZero() {
			o.User = to
			t.tell(mediation.NoticeStudyOrder, "order/"+o.ID+"/"+id, o.to(t.Area), o.Due)
		}
	}
	t.note("study_moved", "moved/"+id, nil)
}
