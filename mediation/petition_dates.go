package mediation

import (
	"slices"
	"time"

	"fengqiao/mediation/clock"
)

// The regulation counts from when something reaches somebody, not from when somebody types it in: a letter and an application from the day on which the
// office received them (22, 35, 36), what the petitioner may ask for from the day on which they received the paper (35, 36).

// came is when the report's matter reached the office: the day that its letter bears, or when it was sent.
func (rep *Report) came() time.Time {
	if !rep.CameOn.IsZero() {
		return rep.CameOn
	}
	return rep.Received
}

// checkCame refuses a day of receipt that has not come yet, that lies before any letter somebody still has to answer, or that nothing counts from.
func (in *ReportInput) checkCame(takes bool, now time.Time) error {
	switch {
	case in.CameOn.IsZero():
		return nil
	case !takes:
		return Refusal("receive", Invalid, "petition.no_letter", "cameOn", "channel", in.Channel)
	case in.CameOn.After(now):
		return Refusal("receive", Invalid, "in_future", "cameOn")
	case in.CameOn.Before(now.AddDate(-1, 0, 0)):
		return Refusal("receive", Invalid, "petition.too_old", "cameOn")
	}
	return nil
}

// dated are the steps that may have been taken on a day before they are put on record.
var dated = []PetitionStep{StepServe, StepAskReview, StepAskRereview}

// on is the day on which a step was taken: the one that it names, or now.
func (d *decision) on(cmd HandlePetition) time.Time {
	if cmd.On.IsZero() {
		return d.At
	}
	return Instant(cmd.On)
}

// checkOn refuses a day on which the step cannot have been taken: to come, before the paper that it is about, or of a step that is taken when it is put on
// record, as all are that the petitioner takes by their link.
func (d *decision) checkOn(cmd HandlePetition) error {
	on := d.on(cmd)
	switch {
	case cmd.On.IsZero() && cmd.Step == StepServe:
		return Refusal("petition", Invalid, "required", "on")
	case cmd.On.IsZero():
		return nil
	case !has(dated, cmd.Step) || d.Actor.Role == PartyRole:
		return Refusal("petition", Invalid, "petition.undated", "on", "step", string(cmd.Step))
	case on.After(d.At):
		return Refusal("petition", Invalid, "in_future", "on")
	}
	if paper := d.Petition.latest(opinions); paper != nil && on.Before(paper.At) {
		return Refusal("petition", Invalid, "petition.before", "on", "at", paper.At.UTC().Format(time.RFC3339))
	}
	return nil
}

// latest is the last paper of any of these steps, nil if there is none.
func (p *Petition) latest(steps []PetitionStep) *Paper {
	for i := len(p.Papers) - 1; i >= 0; i-- {
		if has(steps, p.Papers[i].Step) {
			return &p.Papers[i]
		}
	}
	return nil
}

// served tells whether it is on record when the petitioner received the last opinion or review; true where there is none.
func (p *Petition) served() bool {
	last := p.latest(append([]PetitionStep{StepServe}, opinions...))
	return last == nil || last.Step == StepServe
}

// lapsedIn is the state whose right has lapsed: that of asking for re-review where there is a review, of asking for review otherwise.
func (p *Petition) lapsedIn() PetitionState {
	if p.Reviewer != "" {
		return PetitionReviewed
	}
	return PetitionHandled
}

// right is the clock of the right to ask for the next remedy, whether it runs or has lapsed.
func (p *Petition) right() Clock {
	if p.State == PetitionLapsed {
		return p.Lapsed
	}
	return p.Clock
}

// serve 送达: the right to ask for the next remedy counts from when the petitioner received the paper, if that was later than it was issued. A right that
// had lapsed by then had not begun.
func (d *decision) serve(on time.Time) {
	p := d.Petition
	right := p.right()
	if !on.After(right.Since) {
		return
	}
	state := p.State
	if state == PetitionLapsed {
		state = p.lapsedIn()
	}
	moved := Clock{Since: on, Pauses: slices.DeleteFunc(slices.Clone(right.Pauses), func(x clock.Pause) bool { return !x.To.After(on) })}
	moved.Due = d.rules.Calendar.AfterPaused(on, state.Info().Limit(&d.pol.Petition).Within, moved.Pauses).UTC()
	if p.State != PetitionLapsed || !moved.dayOver(d.At) {
		p.State, p.Clock, p.Lapsed = state, moved, Clock{}
	}
}

// onPaper is the day that a step's paper bears; zero where it was put on record as it was taken.
func (d *decision) onPaper(cmd HandlePetition) time.Time {
	if cmd.On.IsZero() {
		return time.Time{}
	}
	d.say("on", d.on(cmd).Format(time.RFC3339))
	return d.on(cmd)
}
