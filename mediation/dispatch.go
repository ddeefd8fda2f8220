package mediation

import "fengqiao/mediation/policy"

// EventDispatched is the event of a case that a dispatch rule has sent to a unit or to who is on duty.
const EventDispatched = "dispatched"

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
	d.say("rule", rule.Key)
	d.chore(ChoreDispatch, rule.Key)
}
