package mediation

import (
	"context"
	"errors"
	"slices"
	"time"
)

// Succession (移交): a mediator who leaves hands what they hold of a case, a seat or what they were asked, to another in one step,
// so that the case is at no moment nobody's and no clock starts anew.

// Succession is one hand-over of a case, from a mediator to another.
type Succession struct {
	ID       string // of the hand-over that it is part of: the same again is the same succession
	Case     string
	From, To string // mediator ids
	Force    bool   // a person has overruled load, leave and distance, as when assigning by hand
	By       Actor  // who accepted it
}

// Passed says what became of a succession.
type Passed string

// What becomes of a succession.
const (
	PassedOn   Passed = "moved"    // the successor has it
	PassedOver Passed = "ended"    // there was nothing left to hand over: the case or the offer had ended
	GivenBack  Passed = "released" // the successor could not have it any more, and somebody else is looked for
)

// HoldsOf tells what a mediator holds of the case: a seat, and whether they are asked for one.
func (c *Case) HoldsOf(mediator string) (seated, asked bool) {
	return !c.State.Over() && c.Panel.Seated(mediator), !c.State.Over() && c.asked(mediator)
}

// seatsOf are the indexes of the seats that a mediator has or is asked for.
func (c *Case) seatsOf(mediator string) []int {
	var seats []int
	for i := range c.Panel.Seats {
		if mediator != "" && c.Panel.Seats[i].Mediator == mediator {
			seats = append(seats, i)
		}
	}
	for i := range c.Offers {
		if o := &c.Offers[i]; mediator != "" && o.Mediator == mediator && o.State == OfferOpen && !has(seats, o.Seat) {
			seats = append(seats, o.Seat)
		}
	}
	return seats
}

// Hindrances are the reasons why the successor cannot take over what the other mediator holds of a case; none if they can. A person
// may overrule what is a matter of convenience, but not the area.
func (s *Service) Hindrances(ctx context.Context, x Succession) ([]Reason, error) {
	c, err := s.Cases.Load(ctx, x.Case)
	if err != nil {
		return nil, err
	}
	r, err := s.rules(ctx, c.Policy)
	if err != nil {
		return nil, err
	}
	return s.hindrances(ctx, &c, x, r, func(why Reason) bool { return x.Force && Overrulable(why) && why.Code != matchOtherArea })
}

// hindrances judges the successor for every seat in question, leaving out what may be passed over.
func (s *Service) hindrances(ctx context.Context, c *Case, x Succession, r Rules, passOver func(Reason) bool) ([]Reason, error) {
	m, err := s.Mediators.Load(ctx, x.To)
	if errors.Is(err, ErrNotFound) {
		return []Reason{reason(ReasonNoRecord)}, nil
	}
	if err != nil {
		return nil, err
	}
	g, err := s.ground(ctx, c, r, s.now())
	if err != nil {
		return nil, err
	}
	var all []Reason
	for _, seat := range c.seatsOf(x.From) {
		for _, why := range Match(c, seat, []Mediator{m}, g)[0].Excluded {
			known := slices.ContainsFunc(all, func(w Reason) bool { return w.Code == why.Code })
			if !known && !passOver(why) {
				all = append(all, why)
			}
		}
	}
	return all, nil
}

// Succeed hands over what one mediator holds of a case. The seat is reserved with the successor first, as for every acceptance, then
// the case is written; the other's reservation goes with the case's chore. It changes nothing the second time. What the successor may
// not have by the time it comes to it goes back to the search, so that it is nobody's for no longer than a sweep.
func (s *Service) Succeed(ctx context.Context, x Succession) (Passed, error) {
	c, err := s.Cases.Load(ctx, x.Case)
	if err != nil {
		return "", err
	}
	if passed, done := c.succeeded(x); done {
		return passed, nil
	}
	r, err := s.rules(ctx, c.Policy)
	if err != nil {
		return "", err
	}
	// Convenience was judged when it was accepted; what a crash left reserved does not speak against who reserved it.
	why, err := s.hindrances(ctx, &c, x, r, func(w Reason) bool { return Overrulable(w) || w.Code == matchHoldsThisCase })
	if err != nil {
		return "", err
	}
	if len(why) > 0 {
		return s.giveBack(ctx, x, why[0].Code, r)
	}
	m, err := s.Mediators.Load(ctx, x.To)
	if err != nil {
		return "", err
	}
	write := func() (Case, error) {
		return s.Cases.Update(ctx, x.Case, func(c *Case) error { Succeed(c, x, m, s.now(), r); return nil })
	}
	if !c.occupies(x.From) {
		c, err = write()
	} else {
		mine := HeldSeat{Case: c.ID, Offer: x.offer(""), Since: s.now()}
		if _, err = s.reserve(ctx, x.To, mine, r.Policy, true); err == nil {
			c, err = s.seating(ctx, x.To, mine, false, write)
		}
	}
	if err != nil {
		return "", err
	}
	if len(c.Chores) > 0 {
		s.Kick(c.ID)
	}
	passed, _ := c.succeeded(x)
	return passed, nil
}

// succeeded tells what became of a succession, if there is nothing more to be done for it.
func (c *Case) succeeded(x Succession) (Passed, bool) {
	if seated, asked := c.HoldsOf(x.From); seated || asked {
		return "", false
	}
	if slices.ContainsFunc(c.Offers, func(o Offer) bool { return o.Mediator == x.To && o.By == x.ID }) {
		return PassedOn, true
	}
	return PassedOver, true
}

// giveBack takes the leaver off the case, for whose seat somebody else is looked.
func (s *Service) giveBack(ctx context.Context, x Succession, code string, r Rules) (Passed, error) {
	c, err := s.Cases.Update(ctx, x.Case, func(c *Case) error { return Recuse(c, x.From, code, s.now(), r) })
	if err != nil {
		return "", err
	}
	if len(c.Chores) > 0 {
		s.Kick(c.ID)
	}
	return GivenBack, nil
}

// offer is the id of what stands for the succession among a case's offers, the same on every rerun.
func (x Succession) offer(of string) string { return idOf("succession", x.ID, x.Case, of) }

// Succeed puts the successor in the place of the leaver, on seats and in open offers, whose deadlines stay. It does nothing where
// the leaver holds nothing any more.
func Succeed(c *Case, x Succession, to Mediator, now time.Time, r Rules) {
	if seated, asked := c.HoldsOf(x.From); !seated && !asked {
		return
	}
	d := &decision{Case: c, Order: Order{Actor: x.By, At: now}, rules: r, pol: r.Policy}
	d.begin("handed_over")
	d.say("hand_over", x.ID)
	d.say("from", x.From)
	d.say("to", to.ID)
	d.Offers = slices.Clone(d.Offers)
	for i := range d.Panel.Seats {
		if d.Panel.Seats[i].Mediator == x.From {
			d.reseat(i, x, to)
		}
	}
	for i := range d.Offers {
		if o := d.Offers[i]; o.Mediator == x.From && o.State == OfferOpen {
			d.Offers[i].State, d.Offers[i].Answered = OfferWithdrawn, now
			d.ask(o, x, to)
		}
	}
	d.finish()
}

// reseat gives a seat to the successor.
func (d *decision) reseat(i int, x Succession, to Mediator) {
	d.Panel.Seats = slices.Clone(d.Panel.Seats)
	seat := &d.Panel.Seats[i]
	held := Offer{ID: x.offer(""), By: x.ID, Mediator: to.ID, User: to.User, Seat: i, Tier: d.Tier, Wave: d.Wave, Metres: -1, State: OfferAccepted,
		Sent: d.At, Deadline: d.At, Answered: d.At, ByHand: true}
	seat.Mediator, seat.User, seat.Kind, seat.Offer, seat.Since = to.ID, to.User, to.Kind, held.ID, d.At
	for j := range d.Offers {
		if o := &d.Offers[j]; o.Mediator == to.ID && o.State == OfferOpen {
			o.State, o.Answered = OfferFilled, d.At
		}
	}
	d.Offers = append(d.Offers, held)
	d.chore(ChoreReleaseSeat, x.From)
	d.tell(NoticeAssigned, Recipient{User: to.User}, d.StateClock.Due)
}

// ask makes the successor an offer in place of the leaver's.
func (d *decision) ask(o Offer, x Succession, to Mediator) {
	if d.Panel.Seated(to.ID) {
		d.seekFor(o.Seat)
		return
	}
	next := Offer{ID: x.offer(o.ID), By: x.ID, Mediator: to.ID, User: to.User, Seat: o.Seat, Tier: o.Tier, Wave: o.Wave, Metres: -1, State: OfferOpen,
		Sent: d.At, Deadline: o.Deadline, ByHand: true}
	d.Offers = append(d.Offers, next)
	d.tell(NoticeOffer, Recipient{User: to.User}, o.Deadline)
}
