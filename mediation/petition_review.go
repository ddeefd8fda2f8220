package mediation

import "slices"

// Who reviews (复查) and re-reviews (复核): an organ above, never one that has said something itself, recorded by somebody who recorded none of that.

// petitionAbove are who records what a higher organ says; a township's staff do not.
var petitionAbove = []Role{CountyStaff}

// opinions are the steps by which an organ says what it thinks of the matter.
var opinions = []PetitionStep{StepOpinion, StepReview}

// answered tells whether the actor recorded an opinion or a review of the petition: somebody else records what is to be held against it.
func (p *Petition) answered(actor Actor) bool {
	return slices.ContainsFunc(p.Papers, func(x Paper) bool { return has(opinions, x.Step) && x.By == actor.ID })
}

// spoke tells whether a unit handles the petition, or gave an opinion on it or a review.
func (p *Petition) spoke(unit string) bool {
	return unit == p.Unit || unit == p.Reviewer || slices.ContainsFunc(p.Papers, func(x Paper) bool { return has(opinions, x.Step) && x.Unit == unit })
}

// checkReviewer refuses an organ that the policy does not name for the step.
func (d *decision) checkReviewer(cmd HandlePetition) error {
	organs := d.pol.Petition.Reviewers
	if cmd.Step == StepRereview {
		organs = d.pol.Petition.Rereviewers
	}
	if len(organs) > 0 && !has(organs, cmd.Unit) {
		return Refusal("petition", Invalid, "unknown_value", "unit", "value", cmd.Unit)
	}
	return nil
}

// owing is the unit that owes an acceptance or an opinion; "" where none does.
func (c *Case) owing() string {
	if p := c.Petition; p != nil && (p.State == PetitionSent || p.State == PetitionAccepted) {
		return p.Unit
	}
	return ""
}

// passPetition lets the unit that the case goes to owe what the one before owed, in the time that is left; the one before is told.
func (d *decision) passPetition(unit string) {
	was := d.owing()
	if unit == "" || was == "" || unit == was {
		return
	}
	p := d.Petition
	p.Unit = unit
	if p.State == PetitionSent {
		p.Object = Clock{Since: d.At, Due: d.rules.after(d.At, d.pol.Petition.Object.Within)}
	}
	d.say("petition_unit", unit)
	d.tell(NoticeProgress, Recipient{Unit: was, Area: d.Area}, p.Clock.Due)
}

// sentAgain sets from when the unit's limits count. A unit that had it before may object only since it first received it, and however often it is passed on and
// objected to, the petitioner is told within what the regulation gives the office and one unit, or the first unit, together.
func (d *decision) sentAgain(unit string) {
	p := d.Petition
	first, own := d.At, d.At
	for i := len(p.Papers) - 1; i >= 0; i-- {
		if x := &p.Papers[i]; x.Step == StepSend {
			if first = x.At; x.Unit == unit {
				own = x.At
			}
		}
	}
	tell := d.At
	if latest := p.Transfer.Due; first.Before(d.At) && tell.After(latest) && !latest.IsZero() {
		tell = latest
		if first.After(latest) {
			tell = first // it was late already when it was first passed on
		}
	}
	p.Clock = Clock{Since: tell, Due: d.rules.after(tell, p.limit(d.pol).Within)}
	p.Object = Clock{Since: own, Due: d.rules.after(own, d.pol.Petition.Object.Within)}
}
