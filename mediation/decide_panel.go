package mediation

import (
	"strconv"
	"time"
)

// assign 人工指派: a person puts a mediator on a seat. The mediator's conflicts of interest are final; cap, leave and
// distance may be overruled by force.
func (d *decision) assign(cmd Assign) error {
	m := d.Mediator
	if m == nil {
		return Refusal("assign", Invalid, "unknown_value", "mediator", "value", cmd.Mediator)
	}
	for _, x := range m.Excluded {
		if !cmd.Force || !Overrulable(x) {
			return Refusal("assign", Conflict, x.Code, "mediator")
		}
	}
	if m.Seat < 0 || m.Seat >= len(d.Panel.Seats) || d.Panel.Seats[m.Seat].Mediator != "" {
		return Refusal("assign", Conflict, "need."+string(NeedFreeSeat), "seat")
	}
	if d.Panel.Seated(m.Mediator.ID) { // since the candidate was judged
		return Refusal("assign", Conflict, matchOnPanel, "mediator")
	}
	d.say("mediator", m.Mediator.ID)
	if cmd.Force {
		d.say("force", "true")
	}
	d.Offers = append(d.Offers, Offer{ID: d.NewID, Mediator: m.Mediator.ID, User: m.Mediator.User, Seat: m.Seat, Tier: d.Tier, Wave: d.Wave,
		Score: m.Score, Metres: m.Metres, Reasons: m.Reasons, State: OfferOpen, Sent: d.At, Deadline: d.At, ByHand: true})
	d.sit(&d.Offers[len(d.Offers)-1], m.Mediator.Kind)
	d.tell(NoticeAssigned, Recipient{User: m.Mediator.User}, d.StateClock.Due)
	return nil
}

// take 接单: the first acceptance wins the seat; others who were asked for it learn that it is filled.
func (d *decision) take() error {
	o := d.openOffer(d.Order)
	if d.Panel.Seats[o.Seat].Mediator != "" {
		return Refusal("take", Conflict, "need."+string(NeedFreeSeat), "")
	}
	if d.Panel.Seated(o.Mediator) {
		return Refusal("take", Conflict, matchOnPanel, "")
	}
	kind := ""
	if d.Mediator != nil {
		kind = d.Mediator.Mediator.Kind
	}
	d.say("offer", o.ID)
	d.say("mediator", o.Mediator)
	d.sit(o, kind)
	return nil
}

// sit puts the offer's mediator on its seat and settles what that means for the other offers and the state.
func (d *decision) sit(o *Offer, kind string) {
	o.State, o.Answered = OfferAccepted, d.At
	seat := &d.Panel.Seats[o.Seat]
	seat.Mediator, seat.User, seat.Since, seat.Offer, seat.Kind = o.Mediator, o.User, d.At, o.ID, kind
	d.NeedsHand = false
	for i := range d.Offers {
		other := &d.Offers[i]
		if other.State == OfferOpen && (other.Seat == o.Seat || other.Mediator == o.Mediator) {
			other.State, other.Answered = OfferFilled, d.At
			if other.Mediator != o.Mediator {
				d.tell(NoticeFilled, Recipient{User: other.User}, d.At)
			}
		}
	}
	d.settlePanel()
}

// settlePanel brings the state in line with who sits: all required seats filled → accepted; a lead gone → matching again.
func (d *decision) settlePanel() {
	if !has(matched, d.State) {
		return
	}
	free := d.Panel.Free()
	lead := d.Panel.Lead()
	led := lead == nil || lead.Mediator != ""
	switch {
	case len(free) == 0 && (d.State == Screened || d.State == Offered):
		d.withdrawOffers()
		d.enter(Accepted)
		d.tell(NoticeAccepted, Recipient{Role: TownshipStaff, Area: d.Area}, d.StateClock.Due)
		d.tellReporters(NoticeAccepted)
	case len(free) > 0 && !led && (d.State == Accepted || d.State == Mediating):
		if d.enter(Screened); d.hasOpenOffer() {
			d.enter(Offered) // who was asked for another seat may still answer
		}
		d.chore(ChoreMatch, "")
	case len(free) > 0:
		if d.State == Offered && !d.hasOpenOffer() {
			d.enter(Screened)
		}
		d.seek()
	}
}

// askedFor tells whether somebody has been asked for the seat and may still answer.
func (c *Case) askedFor(seat int) bool {
	for i := range c.Offers {
		if o := &c.Offers[i]; o.State == OfferOpen && o.Seat == seat {
			return true
		}
	}
	return false
}

func (c *Case) hasOpenOffer() bool {
	for i := range c.Offers {
		if c.Offers[i].State == OfferOpen {
			return true
		}
	}
	return false
}

// withdrawOffers ends every open offer because the case no longer needs it.
func (d *decision) withdrawOffers() {
	for i := range d.Offers {
		if o := &d.Offers[i]; o.State == OfferOpen {
			o.State, o.Answered = OfferWithdrawn, d.At
			d.tell(NoticeCancelled, Recipient{User: o.User}, d.At)
		}
	}
}

// callOff stops the search for mediators: the case goes on, or waits, without asking anybody.
func (d *decision) callOff() {
	d.withdrawOffers()
	d.dropChore(ChoreMatch)
	d.NeedsHand = false
}

// seek takes the search up again where a required seat is free and nobody is being asked.
func (d *decision) seek() {
	if has(matched, d.State) && len(d.Panel.Free()) > 0 && !d.hasOpenOffer() {
		d.chore(ChoreMatch, "")
	}
}

// seekFor takes the search up again for a seat whose last offer has ended, or whose holder has left, without waiting for what
// those who were asked for other seats say.
func (d *decision) seekFor(seat int) {
	if has(matched, d.State) && has(d.Panel.Free(), seat) && !d.askedFor(seat) {
		d.chore(ChoreMatch, "")
	}
}

// releaseSeats gives the mediators' seats back (they count against the load cap in the mediators' own documents).
func (d *decision) releaseSeats() {
	for _, s := range d.Panel.Seats {
		if s.Mediator != "" {
			d.chore(ChoreReleaseSeat, s.Mediator)
		}
	}
}

// disband ends offers and panel.
func (d *decision) disband() {
	d.callOff()
	d.releaseSeats()
	d.tellPanel(NoticeCancelled, d.Actor.ID)
	d.Panel = Panel{}
}

func (c *Case) dropChore(kind ChoreKind) {
	kept := c.Chores[:0:0]
	for _, ch := range c.Chores {
		if ch.Kind != kind {
			kept = append(kept, ch)
		}
	}
	c.Chores = kept
}

func (d *decision) decline(cmd Decline) error {
	if cmd.Reason == "" {
		return Refusal("decline", Invalid, "required", "reason")
	}
	o := d.openOffer(d.Order)
	o.State, o.Answered, o.Reason = OfferDeclined, d.At, cmd.Reason
	d.say("offer", o.ID)
	d.say("mediator", o.Mediator)
	d.say("reason", cmd.Reason)
	d.Chores = append(d.Chores, Chore{Kind: ChoreCount, Target: o.Mediator, Offer: o.ID, Since: d.At})
	seat := o.Seat
	d.settlePanel()
	d.seekFor(seat)
	return nil
}

// unassign takes a mediator off the panel, or takes back an offer that is still open.
func (d *decision) unassign(cmd Unassign) error {
	if !d.Panel.Seated(cmd.Mediator) && !d.asked(cmd.Mediator) {
		return Refusal("unassign", Invalid, "unknown_value", "mediator", "value", cmd.Mediator)
	}
	d.say("mediator", cmd.Mediator)
	d.say("reason", cmd.Reason)
	return d.dismiss(cmd.Mediator)
}

// dismiss frees the seat of a mediator, or takes back what they were asked.
func (d *decision) dismiss(mediator string) error {
	if d.Panel.Seated(mediator) {
		return d.vacate(mediator)
	}
	seat := -1
	for i := range d.Offers {
		if o := &d.Offers[i]; o.Mediator == mediator && o.State == OfferOpen {
			o.State, o.Answered, seat = OfferWithdrawn, d.At, o.Seat
			d.tell(NoticeCancelled, Recipient{User: o.User}, d.At)
		}
	}
	d.settlePanel()
	d.seekFor(seat)
	return nil
}

// vacate frees the mediator's seat and looks for somebody else. The offer stays accepted, so that matching knows who has left
// this case and does not ask them again at once.
func (d *decision) vacate(mediator string) error {
	for i := range d.Panel.Seats {
		seat := &d.Panel.Seats[i]
		if seat.Mediator != mediator {
			continue
		}
		if seat.User != d.Actor.ID {
			d.tell(NoticeCancelled, Recipient{User: seat.User}, d.At)
		}
		seat.Mediator, seat.User, seat.Kind, seat.Offer, seat.Since = "", "", "", "", time.Time{}
		d.chore(ChoreReleaseSeat, mediator)
		d.settlePanel()
		d.seekFor(i)
		return nil
	}
	return Refusal("vacate", Conflict, "need."+string(NeedSeat), "")
}

// climb 提级: the ladder's next rung is asked.
func (d *decision) climb() {
	d.withdrawOffers()
	d.Tier, d.Wave, d.NeedsHand = d.Tier+1, 0, false
	d.say("tier", d.pol.Tiers[d.Tier].Key)
	d.enter(Screened)
	d.chore(ChoreMatch, "")
}

// refuseMediation: mediation is forbidden once a party clearly refuses (PML 17); the parties are told of other ways (PML 26).
func (d *decision) refuseMediation(cmd RefuseMediation) error {
	p, err := d.speaker(cmd.Behalf)
	if err != nil {
		return err
	}
	p.RefusedMediation = d.At
	d.tellPanel(NoticeRefused, "")
	d.tell(NoticeRefused, Recipient{Role: TownshipStaff, Area: d.Area}, d.At)
	return d.terminate("party_refused")
}

func (d *decision) refuseMediator(cmd RefuseMediator) error {
	p, err := d.speaker(cmd.Behalf)
	if err != nil {
		return err
	}
	if cmd.Mediator == "" || !d.Panel.Seated(cmd.Mediator) && !d.offeredTo(cmd.Mediator) {
		return Refusal("refuse_mediator", Invalid, "unknown_value", "mediator", "value", cmd.Mediator)
	}
	if !has(p.RefusedMediators, cmd.Mediator) {
		p.RefusedMediators = append(p.RefusedMediators, cmd.Mediator)
	}
	d.say("mediator", cmd.Mediator)
	d.tell(NoticeRefused, Recipient{Role: TownshipStaff, Area: d.Area}, d.At)
	return d.dismiss(cmd.Mediator)
}

// consent 同意他人参与. A refusal, or a consent taken back, holds sessions and agreement up while an outsider sits on the panel:
// those who arrange it must know.
func (d *decision) consent(cmd ConsentOutsiders) error {
	p, err := d.speaker(cmd.Behalf)
	if err != nil {
		return err
	}
	p.Outsiders = &Consent{At: d.At, Given: cmd.Given}
	d.say("given", strconv.FormatBool(cmd.Given))
	if cmd.Given {
		d.tellPanel(NoticeProgress, d.Actor.ID)
		return nil
	}
	d.tellPanel(NoticeRefused, d.Actor.ID)
	d.tell(NoticeRefused, Recipient{Role: TownshipStaff, Area: d.Area}, d.At)
	return nil
}

// speaker is the party whose word the order is: the caller, or the one whom an office or a mediator speaks for.
func (d *decision) speaker(b Behalf) (*Party, error) {
	if d.Actor.Role == PartyRole {
		b = Behalf{Party: d.Actor.ID}
	} else if b.Party == "" {
		return nil, Refusal("speaker", Invalid, "required", "party")
	}
	p := d.Party(b.Party)
	if p == nil {
		return nil, Refusal("speaker", Invalid, "unknown_value", "party", "value", b.Party)
	}
	d.say("party", p.ID)
	d.say("manner", b.Manner)
	return p, nil
}

func (c *Case) offeredTo(mediator string) bool {
	for i := range c.Offers {
		if c.Offers[i].Mediator == mediator {
			return true
		}
	}
	return false
}
