package mediation

import "fengqiao/mediation/policy"

// StudyCalled is the event of a case for which a study was called.
const StudyCalled = "study_called"

// SupervisionSet is the event of a case on which a supervision team (督查组) was set, by a paper of supervision that is not restricted.
const SupervisionSet = "slip_convene"

// Escalated studies (提级研判) are a room of their own, mediation/study. Here stands what calls one by itself.

// studyBreach calls a study where the policy wants one for a clock that has run out: which is "stage", "state" or "whole".
func (d *decision) studyBreach(which, stage string) {
	name := which
	if stage != "" {
		name = stage
	}
	if d.pol.Study.CalledBy(name) {
		d.chore(ChoreStudy, "breach_"+name)
		d.dispatch(policy.OnStudy)
	}
}

// studyState calls one where the policy wants it for the state that the case has just come to.
func (d *decision) studyState() {
	if d.event.From != d.State && has(d.pol.Study.States, string(d.State)) {
		d.chore(ChoreStudy, "state_"+string(d.State))
		d.dispatch(policy.OnStudy)
	}
}
