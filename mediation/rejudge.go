package mediation

import (
	"slices"
	"time"

	"fengqiao/mediation/policy"
)

// Rejudge puts an open case under another version of the policy, one that says appliesTo: open, and works its clocks out anew by it:
// one event with both versions and, of each clock that ends at another time, the old end and the new one. A clock that has run out
// stays so: it was late by the rule of then. Returns those clocks. ErrStale if there is nothing to do: no clock of the case runs any more, or it is judged by
// that version already, or must keep its own (see Keeps). It is pure, like Decide.
func Rejudge(c *Case, now time.Time, by, to Rules) ([]Reckoned, error) {
	if c.State.Over() && !c.Remedies() || c.Policy == to.Policy.ID || Keeps(c, by.Policy, to.Policy) != "" {
		return nil, ErrStale
	}
	d := &decision{Case: c, Order: Order{Actor: SystemActor, At: now}, rules: to, pol: to.Policy}
	d.begin("rejudged")
	d.say("reason", "applies_to_open")
	d.say("policy_before", c.Policy)
	d.say("policy", to.Policy.ID)
	c.Policy = to.Policy.ID
	c.Tier = max(0, tierIn(to.Policy, tierKey(by.Policy, c.Tier)))
	d.Offers = slices.Clone(d.Offers)
	for i := range d.Offers {
		o := &d.Offers[i]
		o.Tier = max(0, tierIn(to.Policy, tierKey(by.Policy, o.Tier)))
	}
	clocks := d.reckonAll()
	d.reckonDuties()
	d.recountReminders()
	for _, x := range d.runningClocks() {
		x.clock.Reminded = min(x.clock.Reminded, x.clock.remindersBy(now, to, x.limit))
	}
	d.dropUnknownStages()
	d.reckonedAnew()
	return clocks, nil
}

// remindersBy counts the reminders whose moment is over by now. Those of an older rule that went out earlier than the new rule's are
// due again; those that the new rule would have sent by now are sent at once, as one.
func (k *Clock) remindersBy(now time.Time, r Rules, l policy.Limit) (n int) {
	if k.Due.IsZero() {
		return 0
	}
	for n < len(l.Remind) && !r.Calendar.Before(k.Due, l.Remind[n]).After(now) {
		n++
	}
	return n
}

// recountReminders counts the reminders of sub-tasks, of errands and of the leader's next date by the rules that the case has gone over to.
func (d *decision) recountReminders() {
	if d.State.Over() {
		return
	}
	recount := func(k *Clock, l policy.Limit) { k.Reminded = min(k.Reminded, k.remindersBy(d.At, d.rules, l)) }
	for i := range d.tasks() {
		if d.Case.Joint.Tasks[i].Open() {
			recount(&d.joint().Tasks[i].Clock, taskLimit(d.rules))
		}
	}
	if i := d.nextReview(); i >= 0 {
		recount(&d.charge().Reviews[i].Clock, reviewLimit(d.rules))
	}
	for i := range d.Errands { // reckonDuties has made them the decision's own
		if d.runs(&d.Errands[i]) {
			recount(&d.Errands[i].Clock, d.pol.Proxies.Errand)
		}
	}
}

// The reasons for which a case keeps its version although a newer one applies to open cases: what it is about, or whom it is offered
// to, is no longer what it was accepted as, and a person must reclassify it.
const (
	KeepsCategory = "category" // the new version does not know its category, or judges it otherwise
	KeepsPetition = "petition" // the new version knows no petitions, and its petition's course goes on
	KeepsTier     = "tier"     // the new version has no such tier as the one on which mediators are being asked
)

// KeepsReasons are those reasons in words.
var KeepsReasons = []struct{ Key, Zh, En string }{
	{KeepsCategory, "新版没有这一类别，或受理规定不同", "the new version does not know its category, or judges it otherwise"},
	{KeepsPetition, "信访程序还在进行，新版没有信访程序", "its petition's course goes on, and the new version knows no petitions"},
	{KeepsTier, "新版没有正在派单的层级", "the new version has no such tier as the one on which mediators are being asked"},
}

// Keeps is why a case cannot go on under another version; "" if it can.
func Keeps(c *Case, by, to *policy.Policy) string {
	was, _ := by.Category(c.Category)
	is, known := to.Category(c.Category)
	switch {
	case !known || was.Mediable != is.Mediable || was.Accusation != is.Accusation:
		return KeepsCategory
	case c.Petition != nil && (!c.Petition.State.Over() || c.Petition.State == PetitionAccused) && len(to.Petition.Channels) == 0:
		return KeepsPetition
	case (has(matched, c.State) || has(matched, c.Held)) && tierIn(to, tierKey(by, c.Tier)) < 0:
		return KeepsTier
	}
	return ""
}

func tierKey(p *policy.Policy, i int) string {
	if i < len(p.Tiers) {
		return p.Tiers[i].Key
	}
	return ""
}

// tierIn is where a tier of that key stands, -1 if there is none.
func tierIn(p *policy.Policy, key string) int {
	for i, t := range p.Tiers {
		if t.Key == key {
			return i
		}
	}
	return -1
}
