package mediation

import (
	"strings"
	"time"

	"fengqiao/mediation/clock"
	"fengqiao/mediation/policy"
)

// Suspension (中止) is why a case is suspended, and how long its clocks stand still for that: the policy names the reasons, and of each which clocks
// stand and for how long at most. When that is over they go on by themselves, suspended or not. The zero value: the case is not suspended, or an
// earlier release suspended it; then clocks stand until the case goes on, as was the rule then.
type Suspension struct {
	Reason string
	Since  time.Time
	// Until is when the clocks that stand still go on at the latest; zero: none stands still, or not any more.
	Until time.Time
}

// suspend 中止. The panel stays; who was asked to join it is asked anew afterwards.
func (d *decision) suspend(cmd Suspend) error {
	if cmd.Reason == "" {
		return Refusal("suspend", Invalid, "required", "reason")
	}
	reason, listed := d.pol.Suspends(cmd.Reason)
	if !listed {
		return Refusal("suspend", Invalid, "suspend.reason", "reason", "value", cmd.Reason, "allowed", strings.Join(d.pol.Suspension.Keys(), ", "))
	}
	d.say("reason", cmd.Reason)
	d.Held, d.HeldClock = d.State, d.StateClock
	d.callOff()
	if d.Held == Offered { // those who were asked are asked anew
		d.keepClock(Offered, d.StateClock)
		d.Held = Screened
		d.HeldClock, _ = d.takeClock(Screened)
	}
	d.Case.Suspension = Suspension{Reason: cmd.Reason, Since: d.At}
	d.standStill(reason)
	d.enter(Suspended)
	d.tellPanel(NoticeProgress, d.Actor.ID)
	return nil
}

// standStill stops the clocks that the reason stops, if it has not stopped them as long as it may already.
func (d *decision) standStill(reason policy.SuspensionReason) {
	left := min(reason.Once, reason.InAll-d.stoodFor(reason.Key))
	if left <= 0 {
		return
	}
	stopped := false
	stop := func(k *Clock) { k.Paused, stopped = d.At, true }
	if has(reason.Pauses, policy.PausesWhole) {
		stop(&d.WholeClock)
	}
	if has(reason.Pauses, policy.PausesState) {
		stop(&d.HeldClock)
	}
	for i := range d.Stages {
		if rule, ok := d.pol.Stage(d.Stages[i].Key); ok && d.Stages[i].running() && has(rule.Pauses, reason.Key) {
			stop(&d.Stages[i].Clock)
		}
	}
	if stopped {
		d.Suspension.Until = d.At.Add(left)
		d.say("until", written(d.Suspension.Until))
	}
}

// stoodFor is for how long clocks of the case have stood still for a reason. What is reckoned in days gains one with every midnight, so each counts as a
// day: many short pauses gain no more than a long one.
func (d *decision) stoodFor(reason string) (all time.Duration) {
	for _, p := range d.Stops {
		if p.Reason == reason {
			all += max(p.To.Sub(p.From), time.Duration(d.rules.Calendar.Nights(p))*24*time.Hour)
		}
	}
	return all
}

// goOn lets the clocks that stand still go on: their ends move by the pause, as the policy's calendar counts it, and by no more than the reason allows.
func (d *decision) goOn() {
	s := &d.Suspension
	if s.Reason == "" && !d.HeldClock.Since.IsZero() {
		d.HeldClock.Paused = d.WholeClock.Paused // as an earlier release stopped it
	}
	until := d.At
	if !s.Until.IsZero() && s.Until.Before(until) {
		until = s.Until
	}
	states, stood := d.pol.Clocks.States, clock.Pause{}
	run := func(k *Clock, l policy.Limit) {
		if !k.Paused.IsZero() {
			stood = clock.Pause{From: k.Paused, To: until, Reason: s.Reason}
			k.Paused = time.Time{}
			k.stood(stood, l.Within, d.rules)
		}
	}
	run(&d.WholeClock, d.pol.Clocks.Whole)
	run(&d.HeldClock, states[string(d.Held)])
	for i := range d.Stages {
		rule, _ := d.pol.Stage(d.Stages[i].Key)
		run(&d.Stages[i].Clock, rule.Limit)
	}
	if s.Until = (time.Time{}); !stood.From.IsZero() {
		d.Stops = append(d.Stops[:len(d.Stops):len(d.Stops)], stood)
	}
}

// endSuspension ends it, wherever the case goes on.
func (d *decision) endSuspension() {
	d.goOn()
	if d.Held != "" {
		d.keepClock(d.Held, d.HeldClock)
	}
	d.Held, d.HeldClock, d.Case.Suspension = "", Clock{}, Suspension{}
}

// resume 恢复 lets the case go on where it stood. Whoever left the panel meanwhile is replaced.
func (d *decision) resume() {
	state := d.Held
	d.endSuspension()
	d.enter(state)
	d.settlePanel()
}

// runsHeld tells whether the clock of the state that a suspended case goes back to runs: its reason does not stop it, or not any more.
func (c *Case) runsHeld() bool {
	return c.State == Suspended && c.Suspension.Reason != "" && c.HeldClock.Paused.IsZero()
}

// tickSuspension lets the clocks go on whose pause is over, and tells whoever has the case.
func (d *decision) tickSuspension() bool {
	until := d.Suspension.Until
	if d.State != Suspended || until.IsZero() || d.At.Before(until) {
		return false
	}
	d.begin("pause_over")
	d.say("reason", d.Suspension.Reason)
	d.say("until", written(until))
	d.goOn()
	due := d.WholeClock.Due
	if d.runsHeld() {
		due = earlier(due, d.HeldClock.Due)
	}
	d.say("due", written(due))
	d.tellHolders(NoticeReminder, due)
	d.end()
	return true
}
