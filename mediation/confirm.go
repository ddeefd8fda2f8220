package mediation

import (
	"time"

	"fengqiao/mediation/policy"
)

// Judicial confirmation (司法确认): the parties to a written agreement that a people's mediation committee mediated may jointly ask the court to
// confirm it within thirty days of its taking effect (PML 33); then it can be enforced. The clock runs while that is of use: until they have
// applied, or the agreement is performed, or the case ends. It is a right: when it is over nobody is late, and it lapses.

// ConfirmClock is for how long the parties may apply.
const ConfirmClock ClockName = "confirm"

// beginConfirmation starts the clock of an agreement that has just taken effect.
func (d *decision) beginConfirmation() {
	a := d.Agreement
	if a.Oral || !d.pol.Confirmation.Confirms(d.Category) {
		return
	}
	a.Confirm = Clock{Since: d.At, Due: d.rules.after(d.At, d.pol.Confirmation.Apply.Within)}
}

// confirmable tells whether the parties may still apply.
func (c *Case) confirmable() bool {
	a := c.Agreement
	return a != nil && !a.Confirm.Due.IsZero() && a.Confirm.Breached.IsZero() && a.Applied.IsZero() && c.Performed.IsZero() && !c.State.Over()
}

// confirmClock is the running clock of confirmation, if it runs.
func (c *Case) confirmClock(pol *policy.Policy) []runningClock {
	if !c.confirmable() {
		return nil
	}
	return []runningClock{{ConfirmClock, &c.Agreement.Confirm, pol.Confirmation.Apply, true}}
}

// tickConfirmation reminds those who have the case, who tell the parties, and lets the right lapse.
func (d *decision) tickConfirmation() bool {
	if !d.confirmable() {
		return false
	}
	a := *d.Agreement
	reminded, lapsed := a.Confirm.run(d.rules, d.pol.Confirmation.Apply, d.At)
	if !reminded && !lapsed {
		return false
	}
	kind, notice := "reminded", NoticeReminder
	if lapsed {
		kind, notice = "confirm_lapsed", NoticeProgress
	}
	d.Agreement = &a
	d.begin(kind)
	d.say("clock", string(ConfirmClock))
	d.say("agreement", a.ID)
	d.say("due", a.Confirm.Due.UTC().Format(time.RFC3339))
	d.tellHolders(notice, a.Confirm.Due)
	d.end()
	return true
}

// nextOfConfirmation is when the clock has something to say.
func (c *Case) nextOfConfirmation(r Rules) time.Time {
	if !c.confirmable() {
		return time.Time{}
	}
	return c.Agreement.Confirm.next(r, r.Policy.Confirmation.Apply)
}

// Confirmation says where judicial confirmation of an agreement of the case stands: open, applied, confirmed or refused by the court, lapsed, or moot where it is of no use any more.
func (a *Agreement) Confirmation(c *Case) string {
	switch {
	case a.Ruling != "":
		return a.Ruling
	case !a.Applied.IsZero():
		return "applied"
	case !a.Confirm.Breached.IsZero():
		return "lapsed"
	case c.Agreement == nil || c.Agreement.ID != a.ID || !c.confirmable():
		return "moot"
	}
	return "open"
}
