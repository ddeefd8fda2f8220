package mediation

import (
	"slices"
	"time"

	"fengqiao/mediation/clock"
	"fengqiao/mediation/policy"
)

// Stage (环节) is a clock of how fast the matter is taken in hand: 签收、到达、处置、办结. Which there are, what starts each and what ends
// it is the policy's; a turn of the case has each once. docs/policy.md, stages.
type Stage struct {
	Key string
	// Clock is zero until the stage begins.
	Clock Clock
	// Ended is when what it waited for was done, By who did it; a breach of it stays on record.
	Ended time.Time
	By    string
	// Moot is when the matter came to its end, or went elsewhere, without it.
	Moot time.Time
	// Metres is how far from the case's place the person was who arrived, nil where that was not looked at. Where they were is kept nowhere.
	Metres *float64
}

// running tells whether the stage has begun and waits to be done.
func (k *Stage) running() bool { return k.Status() == "running" }

// Status says how a stage stands: waiting, running, done or moot.
func (k *Stage) Status() string {
	switch {
	case !k.Ended.IsZero():
		return "done"
	case !k.Moot.IsZero():
		return "moot"
	case k.Clock.Since.IsZero():
		return "waiting"
	}
	return "running"
}

// begin starts a stage's clock.
func (k *Stage) begin(at time.Time, rule policy.Stage, r Rules) {
	k.Clock = Clock{Since: at, Due: r.after(at, rule.Limit.Within)}
}

// beginStages starts the stages of a turn, counted from when the matter came in or was taken up again.
func (d *decision) beginStages(receipt time.Time) {
	d.Stages = nil
	for _, rule := range d.pol.StagesOf(d.Channel) {
		k := Stage{Key: rule.Key}
		if rule.Start == policy.FromReceipt {
			k.begin(receipt, rule, d.rules)
		}
		d.Stages = append(d.Stages, k)
	}
}

// goOnStages lets the stages go on of a case that comes back to those who had it before: what was done stays done, what had run has run, and what was late
// is. The time for which nobody here had to take the matter in hand is left out.
func (d *decision) goOnStages() {
	d.Stages = slices.Clone(d.Stages)
	for i := range d.Stages {
		k := &d.Stages[i]
		rule, ok := d.pol.Stage(k.Key)
		if !ok || k.Moot.IsZero() {
			continue
		}
		away := clock.Pause{From: k.Moot, To: d.At, Reason: clock.Away}
		if k.Moot = (time.Time{}); !k.Clock.Since.IsZero() {
			k.Clock.stood(away, rule.Limit.Within, d.rules)
		}
	}
}

// runStages brings the stages in line with what has just been done to the case: what it was that they waited for, what begins with that, and
// whether they have lost their sense. The event says which it ended.
func (d *decision) runStages() {
	for i := range d.Stages {
		k := &d.Stages[i]
		rule, ok := d.pol.Stage(k.Key)
		if !ok {
			continue
		}
		switch {
		case !k.running():
			d.followOn(k, rule)
		case has(rule.Ends, d.event.Kind) || d.event.From != d.State && has(rule.Reaches, string(d.State)):
			k.Ended, k.By = d.At, d.Actor.ID
			d.say("stage_"+k.Key, "done")
		}
	}
	if d.beyondStages() {
		d.dropStages()
	}
}

// followOn begins a stage with the end of the one that it follows.
func (d *decision) followOn(k *Stage, rule policy.Stage) {
	if !k.Clock.Since.IsZero() || !k.Moot.IsZero() {
		return
	}
	for _, before := range d.Stages {
		if before.Key == rule.Start && !before.Ended.IsZero() {
			k.begin(before.Ended, rule, d.rules)
		}
	}
}

// beyondStages tells whether nobody here has to take the matter in hand any more: it is closed or over, or it went down a lawful road
// to somebody else. What is passed to a unit by name is dispatched, and the unit's clocks go on.
func (d *decision) beyondStages() bool {
	return d.State.Over() || d.State == Closed || d.State == Transferred && d.Outcome != nil && d.Outcome.Route != ""
}

func (d *decision) dropStages() {
	for i := range d.Stages {
		d.drop(&d.Stages[i])
	}
}

// dropUnknownStages drops the stages that the decision's rules do not have.
func (d *decision) dropUnknownStages() {
	for i := range d.Stages {
		if _, ok := d.pol.Stage(d.Stages[i].Key); !ok {
			d.drop(&d.Stages[i])
		}
	}
}

func (d *decision) drop(k *Stage) {
	if k.Ended.IsZero() && k.Moot.IsZero() {
		k.Moot, k.Clock.Paused = d.At, time.Time{}
	}
}

// tickStages reminds of stages and notes their breaches.
func (d *decision) tickStages() bool {
	changed := false
	for i := range d.Stages {
		rule, ok := d.pol.Stage(d.Stages[i].Key)
		if !ok || !d.Stages[i].running() {
			continue
		}
		changed = d.runClock("stage", rule.Key, &d.Stages[i].Clock, rule.Limit) || changed
	}
	return changed
}

// awaits is the running stage that a command would end, or nil.
func (c *Case) awaits(name CommandName, r Rules) (*Stage, policy.Stage) {
	for i := range c.Stages {
		if rule, ok := r.Policy.Stage(c.Stages[i].Key); ok && c.Stages[i].running() && has(rule.Ends, string(name)) {
			return &c.Stages[i], rule
		}
	}
	return nil, policy.Stage{}
}
