package mediation

import (
	"strings"
	"time"

	"fengqiao/mediation/clock"
	"fengqiao/mediation/policy"
)

// ClockName names one of a case's clocks.
type ClockName string

// The clocks of a case.
const (
	StateClock ClockName = "state" // of the state it is in; of a suspended case that of the suspension
	WholeClock ClockName = "whole" // of the whole case
	StageClock ClockName = "stage" // of one of the policy's stages, that begun and not ended yet
	HeldClock  ClockName = "held"  // of the state that a suspended case goes back to; it stands still where the reason says so
)

// ClockNames are all of them.
var ClockNames = []ClockName{StateClock, HeldClock, WholeClock}

// clockTexts name the clocks in Chinese and English.
var clockTexts = map[ClockName][2]string{
	StateClock:   {"本环节时限", "this step"},
	HeldClock:    {"中止前环节的时限", "the step before the suspension"},
	WholeClock:   {"全案时限", "the whole case"},
	ConfirmClock: {"申请司法确认的期限", "to apply for judicial confirmation"},
}

// Text is the clock's name in Chinese or English.
func (n ClockName) Text(zh bool) string {
	if text, ok := petitionClockTexts[n]; ok {
		return either(zh, text)
	}
	return either(zh, clockTexts[n])
}

func either(zh bool, text [2]string) string {
	if zh {
		return text[0]
	}
	return text[1]
}

// Explained is a clock that says why it ends when it does.
type Explained struct {
	Name  ClockName
	State State        // whose limit it is; "" for the whole case and for stages
	Stage policy.Stage // of a StageClock
	clock.Account
}

// Clocks explains the clocks of a case by the policy that it is judged under: by which rule, from when, what days did not
// count, when it stood still.
func Clocks(c *Case, r Rules, now time.Time) []Explained {
	limits := r.Policy.Clocks
	list := []Explained{explain(c, StateClock, c.State, c.StateClock, limits.States[string(c.State)], r, now)}
	if c.Held != "" && !c.HeldClock.Since.IsZero() {
		list = append(list, explain(c, HeldClock, c.Held, c.HeldClock, limits.States[string(c.Held)], r, now))
	}
	for i := range c.Stages {
		if rule, ok := r.Policy.Stage(c.Stages[i].Key); ok && c.Stages[i].running() {
			e := explain(c, StageClock, "", c.Stages[i].Clock, rule.Limit, r, now)
			e.Stage, e.Rule = rule, "stages."+rule.Key
			list = append(list, e)
		}
	}
	list = append(list, explain(c, WholeClock, "", c.WholeClock, limits.Whole, r, now))
	for _, x := range append(c.confirmClock(r.Policy), c.petitionClocks(r.Policy)...) {
		list = append(list, explain(c, x.name, "", *x.clock, x.limit, r, now))
	}
	return list
}

func explain(c *Case, name ClockName, of State, k Clock, limit policy.Limit, r Rules, now time.Time) Explained {
	t := k.term(string(name), limit)
	t.Rule, t.Grounds = ruleOf(name, of), r.Policy.Suspension.Reasons
	if !t.Paused.IsZero() && has([]ClockName{HeldClock, WholeClock, StageClock}, name) {
		t.Until = c.Suspension.Until
	}
	if of == Effective && c.Agreement != nil && !c.Agreement.PerformBy.After(k.Due) {
		t.Agreed = c.Agreement.PerformBy
	}
	return Explained{Name: name, State: of, Account: r.Calendar.Account(t, now)}
}

// term is the clock as what explains it takes it.
func (k Clock) term(name string, limit policy.Limit) clock.Term {
	t := clock.Term{Name: name, Since: k.Since, Due: k.Due, Limit: limit, By: k.By, Breached: k.Breached, Paused: k.Paused, Pauses: k.Pauses, Reminded: k.Reminded}
	if k.By != "" {
		t.Origin = clock.ByPerson
	}
	return t
}

// ruleOf is where the limit of a case's clock stands in the policy; "" for a stage, which has a word of its own.
func ruleOf(name ClockName, of State) string {
	switch name {
	case StateClock, HeldClock:
		return "clocks.states." + string(of)
	case WholeClock:
		return "clocks.whole"
	case ConfirmClock:
		return "confirmation.apply"
	}
	if step, ok := strings.CutPrefix(string(name), "petition_"); ok {
		return "petition." + step
	}
	return ""
}
