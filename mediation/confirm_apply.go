package mediation

import (
	"slices"
	"strconv"
	"time"
)

// confirming are the states in which an agreement in effect may still be brought before the court, or the court may rule on it.
var confirming = []State{Effective, Unsettled, Suspended, Closed, Settled}

// What a court rules on an application for confirmation (民事诉讼法206).
const (
	CourtConfirmed = "confirmed" // 裁定确认有效: it can be enforced
	CourtRefused   = "refused"   // 裁定驳回申请
)

// toConfirm tells whether there is an agreement in effect for which nobody has applied, or of a ruling: on which none is on record. Without a command:
// whether the parties may still apply, or the court may rule.
func (c *Case) toConfirm(o Order) bool {
	unruled := c.Agreement != nil && !c.Agreement.Applied.IsZero() && c.Agreement.Ruling == ""
	if o.Command == nil {
		return c.confirmable() || unruled
	}
	if cmd, ok := o.Command.(ApplyConfirmation); ok && cmd.Ruling != "" {
		return unruled
	}
	return c.Agreement != nil && !c.Agreement.Effective.IsZero() && c.Agreement.Applied.IsZero()
}

// applyConfirmation notes that the parties have applied, with which the clock is met. What the law does not let courts confirm is refused with the
// article, whatever the county's rules say.
func (d *decision) applyConfirmation(cmd ApplyConfirmation) error {
	if cmd.Ruling != "" {
		return d.courtRuled(cmd)
	}
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

// courtRuled notes what the court ruled on the application.
func (d *decision) courtRuled(cmd ApplyConfirmation) error {
	a := *d.Agreement
	on := Instant(cmd.On)
	if cmd.On.IsZero() {
		on = d.At
	}
	switch {
	case !has([]string{CourtConfirmed, CourtRefused}, cmd.Ruling):
		return Refusal("apply_confirmation", Invalid, "unknown_value", "ruling", "value", cmd.Ruling)
	case on.After(d.At):
		return Refusal("apply_confirmation", Invalid, "in_future", "on")
	case on.Before(a.Applied):
		return Refusal("apply_confirmation", Invalid, "confirm.ruled_early", "on", "at", a.Applied.UTC().Format(time.RFC3339))
	}
	a.Ruling, a.Ruled = cmd.Ruling, on
	d.Agreement = &a
	d.say("agreement", a.ID)
	d.say("ruling", cmd.Ruling)
	d.say("on", on.UTC().Format(time.RFC3339))
	d.tellHolders(NoticeProgress, time.Time{})
	return nil
}

// Confirmations is what came of judicial confirmation in a case, its earlier turns among it.
type Confirmations struct {
	// Open: an agreement could be brought before the court; Asked: the parties did, within the law's time; Lapsed: they let it pass. Confirmed and
	// Refused are what the court ruled.
	Open, Asked, Lapsed, Confirmed, Refused bool
}

// confirmations reads it from the case's agreements.
func (c *Case) confirmations() (k Confirmations) {
	note := func(a *Agreement) {
		asked := !a.Applied.IsZero()
		k.Open = k.Open || !a.Confirm.Due.IsZero()
		k.Asked = k.Asked || asked
		k.Lapsed = k.Lapsed || !a.Confirm.Breached.IsZero() && !asked
		k.Confirmed = k.Confirmed || a.Ruling == CourtConfirmed
		k.Refused = k.Refused || a.Ruling == CourtRefused
	}
	for i := range c.Former {
		note(&c.Former[i])
	}
	if c.Agreement != nil {
		note(c.Agreement)
	}
	return k
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
