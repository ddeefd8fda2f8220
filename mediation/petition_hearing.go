package mediation

import (
	"slices"
	"time"

	"fengqiao/mediation/clock"
)

// A re-review's hearing (听证) leaves out its own time and no more (regulation 36): it lasts until its minutes are recorded, and all hearings of one
// re-review together for the policy's days at most. What nobody ends is ended by the sweep, so that no re-review stands still for good.

// HearingUntil is when the hearing that goes on is over at the latest; zero: none does.
func (c *Case) HearingUntil(r Rules) time.Time {
	p := c.Petition
	if p == nil || p.Hearing.IsZero() {
		return time.Time{}
	}
	return p.Hearing.AddDate(0, 0, max(p.hearingLeft(r), 0))
}

// hearingLeft is how many days the re-review may still be heard, but for the hearing that goes on.
func (p *Petition) hearingLeft(r Rules) int {
	left := r.Policy.Petition.HeardDays()
	for _, was := range p.Clock.Pauses {
		left -= r.Calendar.Nights(was)
	}
	return left
}

// endHearing lets the re-review's clock go on, now or from when the hearing was over at the latest.
func (d *decision) endHearing() {
	p := d.Petition
	if p.Hearing.IsZero() {
		return
	}
	end := d.At
	if until := d.HearingUntil(d.rules); until.Before(end) {
		end = until
	}
	from := p.Hearing
	p.Hearing, p.Clock.Paused = time.Time{}, time.Time{}
	p.Clock.stood(clock.Pause{From: from, To: end}, p.limit(d.pol).Within, d.rules)
	d.say("heard_until", end.Format(time.RFC3339))
}

// tickHearing ends a hearing of which nobody has recorded the minutes in time.
func (d *decision) tickHearing() bool {
	until := d.HearingUntil(d.rules)
	if until.IsZero() || d.At.Before(until) {
		return false
	}
	p := d.Petition
	d.begin("petition_hearing_over")
	d.endHearing()
	p.Papers = append(slices.Clone(p.Papers), Paper{Step: StepHeard, At: until, By: d.Actor.ID})
	d.say("due", p.Clock.Due.Format(time.RFC3339))
	d.tellPetition(StepHeard)
	d.end()
	return true
}
