package mediation

import (
	"slices"
	"time"

	"fengqiao/mediation/clock"
)

// What is petitioned may turn out to be an accusation (检举控告), and the other way round. An accusation has a course of its own (regulation 30), which
// this one must not disclose: the petition's stands aside as long, with where it was. What turns out to be none takes it up.

// Aside is where a petition's course was left because its matter is dealt with as an accusation; the zero value: it was not.
type Aside struct {
	State PetitionState
	Clock Clock
	At    time.Time
}

// receive notes that the matter came in by a channel of petitions: the regulation counts from then, whatever the matter is first taken for.
func (d *decision) receive(rep *Report) bool {
	takes := d.pol.Petition.Takes(rep.Channel)
	if takes && d.Petitioned.IsZero() {
		d.Petitioned = rep.came()
	}
	return takes
}

// turnPetition ends or begins the petition's course with what the matter has just been found to be. The petitioner reads of it among the papers.
func (d *decision) turnPetition() {
	p := d.Petition
	switch {
	case d.Accusation && p != nil && !p.State.Over():
		d.standAside()
	case !d.Accusation && p != nil && p.State == PetitionAccused:
		d.takeUpAgain()
	case !d.Accusation && p == nil:
		d.petitionAfterAll()
	}
}

// standAside leaves the course where it is. A hearing is over with it.
func (d *decision) standAside() {
	p := d.Petition
	d.endHearing()
	p.Aside = Aside{State: p.State, Clock: p.Clock, At: d.At}
	p.State, p.Clock = PetitionAccused, Clock{}
	d.turned(StepAside)
}

// takeUpAgain goes on where the course was left. What somebody owes was owed all the time, for the regulation lets none of its limits stand still for what a
// matter was taken for; how long somebody may act is longer by the time in which they could not.
func (d *decision) takeUpAgain() {
	p := d.Petition
	left := p.Aside
	p.State, p.Clock, p.Aside = left.State, left.Clock, Aside{}
	for _, x := range d.petitionClocks(d.pol) {
		if x.right {
			x.clock.stood(clock.Pause{From: left.At, To: d.At}, x.limit.Within, d.rules)
		}
	}
	if has([]PetitionState{PetitionSent, PetitionAccepted}, p.State) {
		d.Unit = p.Unit
		d.tell(NoticeTransferred, Recipient{Unit: p.Unit, Area: d.Area}, p.Clock.Due)
	}
	d.turned(StepTakeUp)
	d.seekPetitioner()
}

// petitionAfterAll begins the course of what came in by letter, visit or net and is no accusation: it counts from the day on which it came (22).
func (d *decision) petitionAfterAll() {
	since := d.Petitioned
	if since.IsZero() && d.pol.Petition.Takes(d.Channel) {
		since = d.Opened // it came in before that was noted
	}
	if since.IsZero() {
		return
	}
	d.Petition = &Petition{}
	d.enterPetition(PetitionRegistered, since)
	d.turned(StepTakeUp)
	d.seekPetitioner()
}

// turned puts the turn on record, for the petitioner too; the reclassifying tells them that there is something to read.
func (d *decision) turned(step PetitionStep) {
	p := d.Petition
	p.Papers = append(slices.Clone(p.Papers), Paper{Step: step, At: d.At, By: d.Actor.ID})
	d.say("petition", string(p.State))
	if !p.Clock.Due.IsZero() {
		d.say("due", p.Clock.Due.Format(time.RFC3339))
	}
	if !d.Accusation {
		d.tell(NoticeNewCase, Recipient{Role: TownshipStaff, Area: d.Area}, p.Clock.Due)
	}
}

// answeredOnReceipt is what a matter's being settled at once (即接即办) is in the petition's course: the answer tells that it is accepted, on the spot (23), and
// is the opinion (34); so the petitioner may ask for review of it (35). A course that has come to an opinion, or to its end, is left alone.
func (d *decision) answeredOnReceipt() {
	p := d.Petition
	if p == nil || !has(beforeOpinion, p.State) {
		return
	}
	papers := slices.Clone(p.Papers)
	if p.State != PetitionAccepted {
		papers = append(papers, Paper{Step: StepAccept, At: d.At, By: d.Actor.ID, Unit: p.Unit})
	}
	p.Papers = append(papers, Paper{Step: StepOpinion, At: d.At, By: d.Actor.ID, Unit: p.Unit, Words: d.Order.Words})
	d.enterPetition(PetitionHandled, d.At)
	d.say("petition", string(p.State))
	if !p.Clock.Due.IsZero() {
		d.say("due", p.Clock.Due.Format(time.RFC3339))
	}
}

// beforeOpinion are the states of a petition on which nobody has given an opinion yet.
var beforeOpinion = []PetitionState{PetitionRegistered, PetitionSent, PetitionAccepted}

// mayAnswer tells whether the actor may answer the petition on receipt, if it is one: an organ's staff, and not before the facts are judged of what was
// concluded by law.
func (c *Case) mayAnswer(actor Actor) bool {
	p := c.Petition
	return p == nil || p.State.Over() || !p.awaitsVerdict() && has(petitionUnit, actor.Role)
}
