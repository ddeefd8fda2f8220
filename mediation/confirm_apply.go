package mediation

import (
	"slices"
	"strconv"
	"time"
)

// confirming are the states in which an agreement in effect may still be brought before the court.
var confirming = []State{Effective, Unsettled, Suspended}

// toConfirm tells whether there is an agreement in effect for which nobody has applied. Without a command: whether the parties may still.
func (c *Case) toConfirm(o Order) bool {
	if o.Command == nil {
		return c.confirmable()
	}
	return c.Agreement != nil && !c.Agreement.Effective.IsZero() && c.Agreement.Applied.IsZero()
}

// applyConfirmation notes that the parties have applied, with which the clock is met. What the law does not let courts confirm is refused with the
// article, whatever the county's rules say.
func (d *decision) applyConfirmation(cmd ApplyConfirmation) error {
	a := *d.Agreement
	on := Instant(cmd.On)
	if cmd.On.IsZero() {
		on = d.At
	}
	refuse := func(kind Kind, code, field string, params ...string) error {
		return Refusal("apply_confirmation", kind, code, field, params...)
	}
	limit := d.pol.Confirmation.Apply
	switch {
	case a.Oral:
		return refuse(Conflict, "confirm.oral", "")
	case has(d.pol.Confirmation.Except, d.Category):
		return refuse(Conflict, "confirm.excluded", "")
	case d.Petition != nil && !a.mediatedLawfully(&d.Panel):
		return refuse(Conflict, "confirm.no_body", "")
	case a.Confirm.Due.IsZero():
		return refuse(Conflict, "confirm.off", "")
	case !d.Performed.IsZero():
		return refuse(Conflict, "need.not_performed", "")
	case on.After(d.At):
		return refuse(Invalid, "in_future", "on")
	case on.Before(a.Effective):
		return refuse(Invalid, "confirm.early", "on", "at", a.Effective.UTC().Format(time.RFC3339))
	case on.After(a.Confirm.Due):
		return refuse(Conflict, "confirm.late", "on", "at", a.Confirm.Due.UTC().Format(time.RFC3339), "basis", limit.Basis)
	case cmd.Court == "":
		return refuse(Invalid, "required", "court")
	}
	if err := d.jointly(&a, cmd.Consents); err != nil {
		return err
	}
	a.Applied, a.Court, a.Consents = on, cmd.Court, slices.Clone(cmd.Consents)
	d.Agreement = &a
	d.say("agreement", a.ID)
	d.say("on", on.UTC().Format(time.RFC3339))
	for i, b := range cmd.Consents {
		d.say("party"+strconv.Itoa(i+1), b.Party)
		d.say("manner"+strconv.Itoa(i+1), b.Manner)
	}
	d.tellHolders(NoticeProgress, time.Time{})
	return nil
}

// jointly holds the consents to the parties whose agreement it is: all of them, and nobody else.
func (d *decision) jointly(a *Agreement, consents []Behalf) error {
	for i, b := range consents {
		field := "consents[" + strconv.Itoa(i) + "]."
		switch {
		case !has(a.Signers, b.Party):
			return Refusal("apply_confirmation", Invalid, "unknown_value", field+"party", "value", b.Party)
		case b.Manner == "":
			return Refusal("apply_confirmation", Invalid, "required", field+"manner")
		}
	}
	for _, party := range a.Signers {
		if !slices.ContainsFunc(consents, func(b Behalf) bool { return b.Party == party }) {
			return Refusal("apply_confirmation", Conflict, "confirm.not_joint", "consents")
		}
	}
	return nil
}

// mediatedLawfully tells whether a people's mediation committee has reached the agreement: its seal stands on it, and somebody who is appointed has
// signed as mediator. What a petition came to otherwise is no agreement that a court confirms.
func (a *Agreement) mediatedLawfully(p *Panel) bool {
	appointed := func(mediator string) bool {
		return slices.ContainsFunc(p.Seats, func(s Seat) bool { return s.Mediator == mediator && !s.Outsider })
	}
	return a.signedBy(SignsAsCommittee, "") && slices.ContainsFunc(a.Signed, func(s Signature) bool { return s.Role == SignsAsMediator && !s.Refused && appointed(s.Who) })
}
