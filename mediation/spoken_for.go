package mediation

import (
	"slices"
	"time"

	"fengqiao/mediation/clock"
)

// What is the petitioner's own and somebody else records for them (代录): never an account of the organ that the petition concerns, and with how they said it and
// what shows that. The petitioner reads by their link what was recorded in their name, and may disown it.

// PetitionManners are the ways in which a petitioner says what is recorded for them: in person, by phone, in writing.
var PetitionManners = []string{"spoken", "phone", "written"}

// Recorded is the latest step that was recorded for a petitioner, with what it changed; the zero value: none that they could disown.
type Recorded struct {
	Step  PetitionStep
	At    time.Time
	Party string
	// State and Clock are as they were before, Said the petitioner's word.
	State PetitionState
	Clock Clock
	Said  Rating
}

// checkSpokenFor refuses what is recorded for a petitioner by whom it concerns, or without saying how they said it and what shows it.
func (d *decision) checkSpokenFor(cmd HandlePetition) error {
	if d.Actor.Role == PartyRole {
		return nil
	}
	evident := len(d.pol.Petition.Behalf) == 0 || has(d.pol.Petition.Behalf, "remark") && !d.Order.Words.Empty() || has(d.pol.Petition.Behalf, "photo") && cmd.Evidence != ""
	switch {
	case d.concerns(d.Actor):
		return Refusal("petition", Forbidden, "petition.concerned", "step", "step", string(cmd.Step))
	case cmd.Manner == "":
		return Refusal("petition", Invalid, "required", "manner")
	case !has(PetitionManners, cmd.Manner):
		return Refusal("petition", Invalid, "unknown_value", "manner", "value", cmd.Manner)
	case !evident:
		return Refusal("petition", Invalid, "petition.evidence", "evidence")
	}
	return nil
}

// concerns tells whether the petition concerns the actor's organ: its unit handles it, has handled or reviewed it, or the actor answered it for the office.
func (d *decision) concerns(actor Actor) bool {
	p := d.Petition
	if p.answered(actor) {
		return true
	}
	organ := func(unit string) bool { return unit != "" && unit == actor.Unit }
	return organ(p.Unit) || organ(p.Reviewer) || organ(d.Case.Unit) || slices.ContainsFunc(p.Papers, func(x Paper) bool { return organ(x.Unit) }) ||
		slices.ContainsFunc(d.Sent, func(x Sent) bool { return organ(x.Unit) })
}

// recordFor keeps what a step changes that is recorded for a petitioner, and tells who acts for them. The petitioner's own step settles what was recorded before.
func (d *decision) recordFor(party string, cmd HandlePetition) {
	p := d.Petition
	p.Recorded = Recorded{}
	if d.Actor.Role == PartyRole {
		return
	}
	if cmd.Evidence != "" {
		d.say("photo1", cmd.Evidence)
	}
	if helper := d.helper(d.Party(party)); helper != "" {
		d.tell(NoticeProgress, Recipient{User: helper}, time.Time{})
	}
	if !has([]PetitionStep{StepWithdraw, StepRate}, cmd.Step) {
		return
	}
	p.Recorded = Recorded{Step: cmd.Step, At: d.At, Party: party, State: p.State, Clock: p.Clock}
	if i := slices.IndexFunc(p.Said, func(s Said) bool { return s.Party == party }); i >= 0 {
		p.Recorded.Said = p.Said[i].Rating
	}
}

// disown 不是本人的意思: by their own link a petitioner takes back what was recorded in their name, as if it had not been. Supervision hears of it.
func (d *decision) disown() error {
	p := d.Petition
	was := p.Recorded
	if d.Actor.ID != was.Party {
		return Refusal("petition", Forbidden, "petition.petitioner", "party")
	}
	p.Recorded = Recorded{}
	d.say("disowned", string(was.Step))
	switch was.Step {
	case StepWithdraw:
		p.Left = without(p.Left, was.Party)
		if p.State == PetitionWithdrawn {
			p.State, p.Clock = was.State, was.Clock
			if x := p.State.Info(); x.Right { // what an organ owes was owed all the time
				p.Clock.stood(clock.Pause{From: was.At, To: d.At}, p.limit(d.pol).Within, d.rules)
			}
		}
	case StepRate:
		p.Said = slices.DeleteFunc(slices.Clone(p.Said), func(s Said) bool { return s.Party == was.Party })
		p.says(was.Party, was.Said)
	}
	for _, role := range []Role{TownshipStaff, CountyStaff, Supervisor} {
		d.tell(NoticeRefused, Recipient{Role: role, Area: d.Area}, p.Clock.Due)
	}
	return nil
}
