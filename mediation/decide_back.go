package mediation

import (
	"strconv"

	"fengqiao/grid"
)

// Back is a matter that was concluded by law (依法终结) and is petitioned again: somebody judges whether on the same facts, and the petitioner may object.
type Back struct {
	// Concluded is the case that was concluded by law.
	Concluded string
	// Verdict is SameFacts or NewFacts, "" while nobody has judged; By is whoever did.
	Verdict, By string
	// Contested: the petitioner has objected, once; then somebody else judges, for good.
	Contested bool
}

// The verdicts. On the same facts the home township explains the conclusion; new facts go to intake like any petition.
const (
	SameFacts = "same_facts"
	NewFacts  = "new_facts"
)

// awaitsVerdict tells whether somebody must judge the facts before the petition goes on.
func (p *Petition) awaitsVerdict() bool { return p.Back != nil && p.Back.Verdict == "" }

// barred tells whether a step that the table allows must wait, or is over, for what the petition has been through.
func (p *Petition) barred(step PetitionStep) bool {
	switch step {
	case StepHearing:
		return !p.Hearing.IsZero()
	case StepHeard:
		return p.Hearing.IsZero()
	case StepJudge:
		return !p.awaitsVerdict()
	case StepSend, StepRefuse:
		return p.awaitsVerdict()
	case StepDisown:
		return p.Recorded.Step == ""
	case StepServe:
		return p.served()
	case StepAskReview:
		return p.State == PetitionLapsed && (p.lapsedIn() != PetitionHandled || p.Lapsed.Due.IsZero())
	case StepAskRereview:
		return p.State == PetitionLapsed && (p.lapsedIn() != PetitionReviewed || p.Lapsed.Due.IsZero())
	case StepContest:
		return p.Back == nil || p.Back.Contested
	}
	return false
}

// checkVerdict: whoever judges says which it is and why; after an objection somebody else does, at the county.
func (d *decision) checkVerdict(cmd HandlePetition) error {
	back := d.Petition.Back
	switch {
	case cmd.Verdict != SameFacts && cmd.Verdict != NewFacts:
		return Refusal("petition", Invalid, "unknown_value", "verdict", "value", cmd.Verdict)
	case d.Order.Words.Empty():
		return Refusal("petition", Invalid, "required", "remark")
	case back.Contested && (d.Actor.Role != CountyStaff || d.Actor.ID == back.By):
		return Refusal("petition", Forbidden, "petition.same_judge", "step")
	}
	return nil
}

// judgeFacts carries a verdict out. On new facts the petition goes on as any other, its clock with it.
func (d *decision) judgeFacts(cmd HandlePetition) {
	p := d.Petition
	back := *p.Back
	back.Verdict, back.By = cmd.Verdict, d.Actor.ID
	p.Back = &back
	d.say("verdict", cmd.Verdict)
	d.say("concluded", back.Concluded)
	if cmd.Verdict == NewFacts {
		return
	}
	d.enterPetition(PetitionExplaining, d.At)
	if township := townshipOf(d.Home); !township.Contains(d.Area) {
		d.Area, d.Earlier = township, nil
	}
	d.tell(NoticeTransferred, Recipient{Role: TownshipStaff, Area: d.Area}, p.Clock.Due)
}

// townshipOf is the government nearest to a place: its township or, where there is none (龙港), the city or county that stands over its villages.
func townshipOf(place grid.Code) grid.Code {
	const level = 4
	return place.Prefix(level).Unit()
}

// contest gives the question back, to be judged by somebody else.
func (d *decision) contest() {
	back := *d.Petition.Back
	back.Verdict, back.Contested = "", true
	d.Petition.Back = &back
}

// Rating is what the petitioner says of the responsible unit and, apart from it, of the petition office; nil where they have not.
type Rating struct{ Unit, Office *bool }

// checkRating: at least one of the two is said.
func checkRating(cmd HandlePetition) error {
	if cmd.Rating == (Rating{}) {
		return Refusal("petition", Invalid, "required", "unitSatisfied")
	}
	return nil
}

// rated keeps a petitioner's latest word on each.
func (d *decision) rated(party string, word Rating) {
	kept := Rating{Unit: d.says("unit_satisfied", word.Unit), Office: d.says("office_satisfied", word.Office)}
	d.Petition.says(party, kept)
}

// says puts a word on record, if it was said, and returns one of its own.
func (d *decision) says(name string, word *bool) *bool {
	if word == nil {
		return nil
	}
	said := *word
	d.say(name, strconv.FormatBool(said))
	return &said
}

// petitionersOwn are the steps that are the petitioner's, or recorded for them.
var petitionersOwn = []PetitionStep{StepAskReview, StepAskRereview, StepWithdraw, StepContest, StepRate}
