package mediation

import (
	"context"
	"errors"
	"slices"
	"time"

	"fengqiao/mediation/clock"
	"fengqiao/mediation/policy"
)

// A seat takes two documents: the mediator's, whose seats count against the load cap, and the case's, where the first
// acceptance wins. The seat is reserved in the mediator's document first, then taken in the case's, then made definite. A
// crash in between leaves a reservation that SettleSeats asks the case about. So a cap is never exceeded and a
// seat never has two holders.

// take 接单.
func (s *Service) take(ctx context.Context, c *Case, o Order) (Case, error) {
	if o.Key != "" && c.carriedOut(o.Key) {
		return *c, nil
	}
	of := c.openOffer(o)
	if of == nil {
		return Case{}, Refusal("take", Conflict, "need."+string(NeedOpenOffer), "offer")
	}
	r, err := s.rules(ctx, c.Policy)
	if err != nil {
		return Case{}, err
	}
	m, err := s.reserve(ctx, o.Actor.Mediator, HeldSeat{Case: c.ID, Offer: of.ID, Since: o.At}, r.Policy, false)
	if err != nil {
		return Case{}, err
	}
	o.Mediator = &Candidate{Mediator: m, Seat: of.Seat}
	return s.seat(ctx, c.ID, m.ID, of.ID, o)
}

// assign 人工指派.
func (s *Service) assign(ctx context.Context, c *Case, o Order, cmd Assign) (Case, error) {
	if o.Key != "" && c.carriedOut(o.Key) {
		return *c, nil
	}
	r, err := s.rules(ctx, c.Policy)
	if err != nil {
		return Case{}, err
	}
	m, err := s.Mediators.Load(ctx, cmd.Mediator)
	if errors.Is(err, ErrNotFound) {
		return Case{}, Refusal("assign", Invalid, "unknown_value", "mediator", "value", cmd.Mediator)
	} else if err != nil {
		return Case{}, err
	}
	g, err := s.ground(ctx, c, r, o.At)
	if err != nil {
		return Case{}, err
	}
	best := judge(c, cmd.Seat, m, g)
	if best == nil {
		return Case{}, Refusal("assign", Conflict, "need."+string(NeedFreeSeat), "seat")
	}
	for _, x := range best.Excluded {
		if !cmd.Force || !Overrulable(x) {
			return Case{}, Refusal("assign", Conflict, x.Code, "mediator")
		}
	}
	if _, err := s.reserve(ctx, m.ID, HeldSeat{Case: c.ID, Offer: o.NewID, Since: o.At}, r.Policy, cmd.Force); err != nil {
		return Case{}, err
	}
	o.Mediator = best
	return s.seat(ctx, c.ID, m.ID, o.NewID, o)
}

// ground reads what candidates for a seat of the case are judged on, at the tier that the case has climbed to.
func (s *Service) ground(ctx context.Context, c *Case, r Rules, now time.Time) (Ground, error) {
	g := Ground{Rules: r, Tier: r.Policy.Tiers[c.Tier], Now: now}
	var err error
	if g.At, err = s.point(ctx, c.Point); err != nil {
		return Ground{}, err
	}
	var hashes []string
	for i := range c.Parties {
		hashes = append(hashes, c.Parties[i].Match...)
	}
	if len(hashes) > 0 {
		g.Parties, err = s.Mediators.Known(ctx, hashes)
	}
	return g, err
}

// judge matches one mediator against the seat asked for, or the first free one that fits best.
func judge(c *Case, seat int, m Mediator, g Ground) *Candidate {
	var best *Candidate
	for _, i := range c.freeSeats() {
		if seat >= 0 && i != seat {
			continue
		}
		judged := Match(c, i, []Mediator{m}, g)[0]
		if best == nil || len(judged.Excluded) < len(best.Excluded) {
			best = &judged
		}
	}
	return best
}

// reserve notes the seat in the mediator's document. force overrules the cap.
func (s *Service) reserve(ctx context.Context, mediator string, seat HeldSeat, pol *policy.Policy, force bool) (Mediator, error) {
	return s.Mediators.Update(ctx, mediator, func(m *Mediator) error {
		for i := range m.Seats {
			if m.Seats[i].Case == seat.Case {
				// A seat that is about to be given back after an earlier turn must not be given back under this one.
				m.Seats[i] = seat
				return nil
			}
		}
		limit := m.Cap
		if limit == 0 {
			limit = pol.Matching.LoadCap
		}
		if len(m.Seats) >= limit && !force {
			return Refusal("reserve", Conflict, "match.load_cap", "mediator")
		}
		m.Seats = append(m.Seats, seat)
		return nil
	})
}

// seat carries the order out on the case, for whose mediator a seat is reserved.
func (s *Service) seat(ctx context.Context, caseID, mediator, offer string, o Order) (Case, error) {
	mine := HeldSeat{Case: caseID, Offer: offer, Since: o.At}
	return s.seating(ctx, mediator, mine, true, func() (Case, error) { return s.change(ctx, caseID, o) })
}

// seating writes the case and then settles the reservation one way or the other. Where it is not known whether the case was
// written, the reservation stays for SettleSeats. accepted: the mediator said yes, which ends a row of declines.
func (s *Service) seating(ctx context.Context, mediator string, mine HeldSeat, accepted bool, write func() (Case, error)) (Case, error) {
	c, err := write()
	if errors.Is(err, ErrUncertain) || errors.Is(err, ErrUnavailable) {
		return Case{}, err
	}
	held := err == nil
	if err != nil {
		if now, loadErr := s.Cases.Load(ctx, mine.Case); loadErr != nil || now.occupies(mediator) {
			held = true // somebody else's order put this mediator there meanwhile; or unknown: the sweep settles it
		}
	}
	if settleErr := s.settleSeat(ctx, mediator, mine, held, accepted && err == nil); settleErr != nil {
		s.Log.WarnContext(ctx, "seat left to the sweep", "case", mine.Case, "mediator", mediator, "cause", settleErr)
	}
	return c, err
}

// settleSeat makes a reservation definite, or takes it back. Only the one that was made for the same offer is taken back;
// another acceptance of this mediator on this case, under way at the same time, settles its own.
func (s *Service) settleSeat(ctx context.Context, mediator string, mine HeldSeat, held, accepted bool) error {
	_, err := s.Mediators.Update(ctx, mediator, func(m *Mediator) error {
		kept, found := m.Seats[:0:0], false
		for _, seat := range m.Seats {
			if seat.Case == mine.Case && !held && seat.Offer == mine.Offer && !seat.Definite {
				continue
			}
			if seat.Case == mine.Case && held {
				seat.Definite, found = true, true
			}
			kept = append(kept, seat)
		}
		if held && !found { // lost to such another acceptance that failed
			mine.Definite = true
			kept = append(kept, mine)
		}
		m.Seats = kept
		if accepted {
			m.Declines, m.Declined = 0, nil
		}
		return nil
	})
	return err
}

// occupies tells whether the case still takes up the mediator's time.
func (c *Case) occupies(mediator string) bool {
	return c.Panel.Seated(mediator) && !c.State.Over() && c.State != Closed && c.State != Unsettled
}

// SettleSeats asks the cases about reservations that a crash left open since before t.
func (s *Service) SettleSeats(ctx context.Context, t time.Time, limit int) (int, error) {
	list, err := s.Mediators.Reserved(ctx, t, limit)
	if err != nil {
		return 0, err
	}
	settled := 0
	var failed []error
	for _, id := range list {
		n, err := s.settleSeatsOf(ctx, id, t)
		settled += n
		if err != nil {
			failed = append(failed, err, s.Mediators.Defer(ctx, id, t.Add(restAfter(err))))
		}
	}
	return settled, errors.Join(failed...)
}

func (s *Service) settleSeatsOf(ctx context.Context, mediator string, t time.Time) (int, error) {
	m, err := s.Mediators.Load(ctx, mediator)
	if err != nil {
		return 0, err
	}
	settled := 0
	var failed []error
	for _, seat := range m.Seats {
		if seat.Definite || !seat.Since.Before(t) {
			continue
		}
		c, err := s.Cases.Load(ctx, seat.Case)
		if err == nil || errors.Is(err, ErrNotFound) {
			err = s.settleSeat(ctx, m.ID, seat, err == nil && c.occupies(m.ID), false)
		}
		if err != nil {
			failed = append(failed, err)
			continue
		}
		settled++
	}
	if settled+len(failed) == 0 {
		// Nothing is to be done: another was quicker. Stored again the record is found no more.
		_, err = s.Mediators.Update(ctx, m.ID, func(*Mediator) error { return nil })
		return 0, err
	}
	return settled, errors.Join(failed...)
}

// MyOffer is one offer as its mediator sees it, before anything personal is known.
type MyOffer struct {
	Case  Summary
	Offer Offer
	// Term is what its deadline comes from, by the version of the policy that the case is judged under.
	Term clock.Term
}

// Offers lists the actor's open offers, the most urgent first.
func (s *Service) Offers(ctx context.Context, actor Actor) ([]MyOffer, error) {
	if !May(actor, OfferRead) || actor.Mediator == "" {
		return nil, Refusal("offers", Forbidden, "forbidden", "")
	}
	var mine []MyOffer
	cursor, now := "", s.now()
	for {
		open := true
		list, next, err := s.Cases.List(ctx, Filter{Visible: Visible{Mediator: actor.Mediator}, Open: &open}, cursor, 100)
		if err != nil {
			return nil, err
		}
		for _, sum := range list {
			if has(sum.Seated, actor.Mediator) {
				continue
			}
			c, err := s.Cases.Load(ctx, sum.ID)
			if err != nil {
				return nil, err
			}
			r, err := s.rules(ctx, c.Policy)
			if err != nil {
				return nil, err
			}
			for _, o := range c.Offers {
				if o.Mediator == actor.Mediator && o.State == OfferOpen && now.Before(o.Deadline) {
					mine = append(mine, MyOffer{Case: sum, Offer: o, Term: c.OfferTerm(&o, r)})
				}
			}
		}
		if cursor = next; cursor == "" {
			break
		}
	}
	slices.SortStableFunc(mine, func(a, b MyOffer) int { return a.Offer.Deadline.Compare(b.Offer.Deadline) })
	return mine, nil
}

// Me reads the actor's own mediator record.
func (s *Service) Me(ctx context.Context, actor Actor) (Mediator, error) {
	if !May(actor, MediatorSelf) || actor.Mediator == "" {
		return Mediator{}, Refusal("mediator", Forbidden, "forbidden", "")
	}
	return s.Mediators.Load(ctx, actor.Mediator)
}

// SetAvailable switches the actor's own availability.
func (s *Service) SetAvailable(ctx context.Context, actor Actor, version int64, on bool) (Mediator, error) {
	return s.changeMe(ctx, actor, version, func(m *Mediator) error { m.Available = on; return nil })
}

// AddLeave enters a leave.
func (s *Service) AddLeave(ctx context.Context, actor Actor, version int64, from, to time.Time) (Mediator, error) {
	from, to = Instant(from), Instant(to)
	if err := kept("from", from); err != nil {
		return Mediator{}, err
	}
	if err := kept("to", to); err != nil {
		return Mediator{}, err
	}
	if !from.Before(to) {
		return Mediator{}, Refusal("leave", Invalid, "out_of_order", "to")
	}
	if to.Before(s.now()) {
		return Mediator{}, Refusal("leave", Invalid, "in_past", "to")
	}
	id := newID()
	return s.changeMe(ctx, actor, version, func(m *Mediator) error {
		if len(m.Leaves) >= 50 {
			return Refusal("leave", Invalid, "too_many", "leaves", "max", "50")
		}
		m.Leaves = append(m.Leaves, Leave{ID: id, From: from, To: to})
		return nil
	})
}

// RemoveLeave takes a leave back.
func (s *Service) RemoveLeave(ctx context.Context, actor Actor, version int64, id string) (Mediator, error) {
	return s.changeMe(ctx, actor, version, func(m *Mediator) error {
		for i, l := range m.Leaves {
			if l.ID == id {
				m.Leaves = append(m.Leaves[:i:i], m.Leaves[i+1:]...)
				return nil
			}
		}
		return ErrNotFound
	})
}

func (s *Service) changeMe(ctx context.Context, actor Actor, version int64, fn func(*Mediator) error) (Mediator, error) {
	if !May(actor, MediatorSelf) || actor.Mediator == "" {
		return Mediator{}, Refusal("mediator", Forbidden, "forbidden", "")
	}
	return s.Mediators.Update(ctx, actor.Mediator, func(m *Mediator) error {
		if m.Version != version {
			return ErrStale
		}
		return fn(m)
	})
}
