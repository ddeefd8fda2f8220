package mediation

import (
	"slices"
	"strings"
	"time"

	"fengqiao/mediation/policy"
)

// EventDispatched is the event of a case that a dispatch rule has sent to a unit or to who is on duty.
const EventDispatched = "dispatched"

// EventCaught is the event of an open case no clock of which ran any more: it has been given to somebody anew.
const EventCaught = "caught"

// nextCatch is when the catch-all (兜底) must look at the case, where next is the first thing that any of its clocks has to say. An
// accusation is left to people, as dispatch leaves it.
func (c *Case) nextCatch(next time.Time, r Rules) time.Time {
	if !next.IsZero() || c.State.Over() || c.Accusation || r.Policy.Duty.Again <= 0 {
		c.CatchDue = time.Time{}
		return time.Time{}
	}
	if c.CatchDue.IsZero() {
		c.CatchDue = c.Changed // at once
	}
	return c.CatchDue
}

// catch gives a case no clock of which runs any more to whom the policy's rules name, now and as often as the policy says until one does.
func (d *decision) catch() bool {
	d.schedule(d.rules) // what has just run out is told by none of its clocks any more
	if d.CatchDue.IsZero() || d.CatchDue.After(d.At) {
		return false
	}
	d.begin(EventCaught)
	d.CatchDue = d.At.Add(d.pol.Duty.Again)
	d.say("again", d.CatchDue.UTC().Format(time.RFC3339))
	d.dispatch(policy.OnUnheld)
	d.end()
	return true
}

// dispatch asks the policy's rules at something that has just happened. Which rule it is stands in the event, so that the reason is
// on record; whom it then reaches is the chore's. Accusations go to nobody by rule: who must not hear of them is judged by people.
func (d *decision) dispatch(on string) {
	if d.Accusation {
		return
	}
	rule, ok := d.pol.Dispatch(policy.Matter{On: on, Category: d.Category, Channel: d.Channel, Area: string(d.Area), Severity: d.Severity, Danger: d.Emergency})
	if !ok {
		return
	}
	if len(rule.Kinds) > 0 {
		d.prefer(rule)
		if len(rule.With) == 0 {
			return
		}
	}
	d.say("rule", rule.Key)
	d.chore(ChoreDispatch, rule.Key)
}

// accepted lets mediators be looked for, of the kinds first that the policy's rules name.
func (d *decision) accepted() {
	d.dispatch(policy.OnAccepted)
	d.enter(Screened)
	d.chore(ChoreMatch, "")
}

// prefer lets mediators of the rule's kinds be asked first for every seat that takes them.
func (d *decision) prefer(rule policy.DispatchRule) {
	for i := range d.Panel.Seats {
		seat := &d.Panel.Seats[i]
		for _, kind := range rule.Kinds {
			if has(seat.Kinds, kind) {
				seat.Prefer = append(seat.Prefer, kind)
			}
		}
	}
	d.say("kind_rule", rule.Key)
	d.say("kinds", strings.Join(rule.Kinds, ","))
}

// preferred are those of Match's list for the seat who are to be asked first, as long as anybody of their kinds can be asked; then all.
func (s *Seat) preferred(list []Candidate) []Candidate {
	asked := func(x Candidate) bool { return len(x.Excluded) == 0 && has(s.Prefer, x.Mediator.Kind) }
	if !slices.ContainsFunc(list, asked) {
		return list
	}
	return slices.DeleteFunc(slices.Clone(list), func(x Candidate) bool { return !asked(x) })
}
