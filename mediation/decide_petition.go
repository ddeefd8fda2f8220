package mediation

import (
	"slices"
	"strconv"
	"time"
)

// takePetition begins the course of a petition, if the matter came in as one. An accusation has a course of its own (检举控告, regulation 30).
func (d *decision) takePetition(rep *Report) {
	if takes := d.receive(rep); !takes || d.Petition != nil || d.Accusation {
		return
	}
	d.Petition = &Petition{}
	d.enterPetition(PetitionRegistered, rep.came())
	d.say("petition", string(PetitionRegistered))
	d.seekPetitioner()
}

// enterPetition moves the petition to a state and starts that state's clock, which counts from since.
func (d *decision) enterPetition(s PetitionState, since time.Time) {
	p := d.Petition
	p.State, p.Clock, p.Object, p.Lapsed = s, Clock{Since: since}, Clock{}, Clock{}
	if within := p.limit(d.pol).Within; !within.Zero() {
		p.Clock.Due = d.rules.after(since, within)
	}
}

// petition takes a step of the regulation's course.
func (d *decision) petition(cmd HandlePetition) error {
	p := d.Petition
	rule, ok := p.rule(cmd.Step)
	switch {
	case !ok:
		return Refusal("petition", Conflict, "petition.step", "step", "step", string(cmd.Step), "petition", string(p.State))
	case !has(rule.Roles, d.Actor.Role):
		return Refusal("petition", Forbidden, "petition.role", "step", "step", string(cmd.Step))
	}
	if err := d.checkStep(cmd); err != nil {
		return err
	}
	if has(petitionersOwn, cmd.Step) {
		who, err := d.petitionerAsks(cmd.Behalf)
		if err != nil {
			return err
		}
		if err := d.checkSpokenFor(cmd); err != nil {
			return err
		}
		d.recordFor(who, cmd)
		if cmd.Step == StepRate {
			d.rated(who, cmd.Rating)
		}
		if cmd.Step == StepWithdraw && !d.leaves(who) {
			rule.To = "" // the others go on
		}
	}
	if cmd.Step == StepDisown {
		if err := d.disown(); err != nil {
			return err
		}
	}
	if cmd.Step == StepOpinion {
		cmd.Unit = p.Unit
	}
	d.say("step", string(cmd.Step))
	d.say("unit", cmd.Unit)
	d.say("reason", cmd.Reason)
	paper := Paper{Step: cmd.Step, At: d.At, On: d.onPaper(cmd), By: d.Actor.ID, Unit: cmd.Unit, Days: cmd.Days, Reason: cmd.Reason, Words: d.Order.Words, Approver: d.Approver}
	if d.Actor.Role != PartyRole && has(petitionersOwn, cmd.Step) {
		paper.Party, paper.Manner = cmd.Party, cmd.Manner
	}
	p.Papers = append(slices.Clone(p.Papers), paper)
	was := p.Clock
	if rule.To != "" {
		d.enterPetition(rule.To, d.on(cmd))
	}
	d.stepTaken(cmd, was)
	d.say("petition", string(p.State))
	if !p.Clock.Due.IsZero() {
		d.say("due", p.Clock.Due.Format(time.RFC3339))
	}
	d.tellPetition(cmd.Step)
	return nil
}

// checkStep refuses a step that lacks what the regulation asks of it.
func (d *decision) checkStep(cmd HandlePetition) error {
	if err := d.checkOn(cmd); err != nil {
		return err
	}
	p := d.Petition
	lacks := func(field string) error { return Refusal("petition", Invalid, "required", field) }
	late := func(k Clock, on time.Time) error {
		if !k.dayOver(on) {
			return nil
		}
		return Refusal("petition", Conflict, "petition.late", "step", "step", string(cmd.Step), "due", k.Due.Format(time.RFC3339))
	}
	switch cmd.Step {
	case StepSend:
		if cmd.Unit == "" {
			return lacks("unit")
		}
	case StepObject:
		if cmd.Reason == "" {
			return lacks("reason")
		}
		return late(p.Object, d.At)
	case StepRefuse:
		if cmd.Reason == "" {
			return lacks("reason")
		}
		return d.checkRoute(cmd.Route)
	case StepExtend:
		return d.checkExtension(cmd, late)
	case StepOpinion, StepReview, StepRereview, StepExplain:
		return d.checkOpinion(cmd)
	case StepHearing:
		if p.hearingLeft(d.rules) <= 0 {
			return Refusal("petition", Conflict, "petition.heard", "step", "days", strconv.Itoa(d.pol.Petition.HeardDays()))
		}
	case StepHeard:
		if d.Order.Words.Empty() { // its minutes
			return lacks("remark")
		}
	case StepJudge:
		return d.checkVerdict(cmd)
	case StepRate:
		return checkRating(cmd)
	case StepAskReview, StepAskRereview:
		return late(p.right(), d.on(cmd))
	}
	return nil
}

// checkExtension: once, before the limit has passed, with approval, the reason told (regulation 34).
func (d *decision) checkExtension(cmd HandlePetition, late func(Clock, time.Time) error) error {
	most := d.pol.Petition.ExtendDays
	switch {
	case d.Petition.Extended > 0:
		return Refusal("petition", Conflict, "petition.extended", "step")
	case cmd.Days < 1 || cmd.Days > most:
		return Refusal("petition", Invalid, "out_of_range", "days", "min", "1", "max", strconv.Itoa(most))
	case d.Approver.Empty():
		return Refusal("petition", Invalid, "required", "approver")
	case cmd.Reason == "":
		return Refusal("petition", Invalid, "required", "reason")
	}
	return late(d.Petition.Clock, d.At)
}

// checkOpinion: an opinion says something, and nobody reviews their own.
func (d *decision) checkOpinion(cmd HandlePetition) error {
	p := d.Petition
	if d.Order.Words.Empty() {
		return Refusal("petition", Invalid, "required", "remark")
	}
	switch {
	case cmd.Step == StepExplain:
		return nil
	case cmd.Step == StepOpinion && cmd.Unit != "" && cmd.Unit != p.Unit:
		return Refusal("petition", Invalid, "unknown_value", "unit", "value", cmd.Unit) // the opinion is the unit's that it lies with
	case cmd.Step == StepOpinion:
		return nil
	case cmd.Unit == "":
		return Refusal("petition", Invalid, "required", "unit")
	case p.answered(d.Actor):
		return Refusal("petition", Forbidden, "petition.own_answer", "step")
	case p.spoke(cmd.Unit):
		return Refusal("petition", Conflict, "petition.own_review", "unit", "unit", cmd.Unit)
	case !p.Hearing.IsZero():
		return Refusal("petition", Conflict, "petition.hearing", "step")
	}
	return d.checkReviewer(cmd)
}

// petitionerAsks holds what only the petitioner may ask for to them: a party whose petition it is, or whoever records what they said.
func (d *decision) petitionerAsks(b Behalf) (party string, err error) {
	p, err := d.speaker(b)
	if err != nil {
		return "", err
	}
	if !d.petitions(p) {
		return "", Refusal("petition", Forbidden, "petition.petitioner", "party")
	}
	return p.ID, nil
}

// stepTaken is what a step changes beside the state and its clock; was is the clock of the state before.
func (d *decision) stepTaken(cmd HandlePetition, was Clock) {
	p := d.Petition
	switch cmd.Step {
	case StepSend:
		p.Unit, d.Unit, p.Transfer = cmd.Unit, cmd.Unit, was
		d.sentAgain(cmd.Unit)
	case StepObject:
		// The office owes the transfer since the petition came (22): no objection makes that longer.
		p.Clock = p.Transfer
		p.Unit, d.Unit = "", ""
	case StepExtend:
		p.Extended = cmd.Days
		d.say("days", strconv.Itoa(cmd.Days))
		p.Clock.Due = d.rules.Calendar.AfterPaused(p.Clock.Since, p.limit(d.pol).Within, p.Clock.Pauses).UTC()
		p.Clock.Reminded = 0
	case StepJudge:
		d.judgeFacts(cmd)
	case StepContest:
		d.contest()
	case StepReview:
		p.Reviewer = cmd.Unit
	case StepServe:
		d.serve(d.on(cmd))
	case StepHearing:
		p.Hearing, p.Clock.Paused = d.At, d.At
	case StepHeard:
		d.endHearing()
	}
}

// tellPetition tells those whom a step concerns: the unit, the office, and whoever brought the matter.
func (d *decision) tellPetition(step PetitionStep) {
	due := d.Petition.Clock.Due
	switch step {
	case StepSend:
		d.tell(NoticeTransferred, Recipient{Unit: d.Petition.Unit, Area: d.Area}, due)
	case StepObject, StepAskReview, StepAskRereview, StepWithdraw, StepContest, StepDisown, StepHearing, StepHeard:
		d.tell(NoticeProgress, Recipient{Role: TownshipStaff, Area: d.Area}, due)
		d.tell(NoticeProgress, Recipient{Role: CountyStaff, Area: d.Area}, due)
	}
	for _, user := range d.Reporters {
		d.tell(NoticeProgress, Recipient{User: user}, due)
	}
}

// tickPetition brings the petition to now: what is owed is reminded of and breached, what nobody asked for in time lapses.
func (d *decision) tickPetition() bool {
	p := d.Petition
	if p == nil || p.State.Over() || d.State == Joined {
		return false
	}
	info := p.State.Info()
	if !info.Right {
		over := d.tickHearing()
		return d.runClock(string(info.Clock), "", &p.Clock, p.limit(d.pol)) || over
	}
	if !p.Clock.dayOver(d.At) {
		return false
	}
	d.begin("petition_lapsed")
	d.say("clock", string(info.Clock))
	d.say("due", p.Clock.Due.Format(time.RFC3339))
	right := p.Clock
	d.enterPetition(PetitionLapsed, d.At)
	p.Lapsed = right
	d.say("petition", string(PetitionLapsed))
	d.tellPetition("")
	d.end()
	return true
}

// nextOfPetition is when the petition has something to say.
func (c *Case) nextOfPetition(r Rules) time.Time {
	p := c.Petition
	if p == nil || p.State.Over() || c.State == Joined {
		return time.Time{}
	}
	if p.State.Info().Right {
		return p.Clock.lapses()
	}
	if until := c.HearingUntil(r); !until.IsZero() {
		return until
	}
	return p.Clock.next(r, p.limit(r.Policy))
}
