package team

import (
	"slices"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

// Tick does what time alone brings: substitutions begin and end, and a post that has been vacant for too long is told of, once for as long
// as it stays so. after is the end of policy's time from a moment on.
func (t *Team) Tick(at time.Time, k policy.GridTeam, after func(time.Time, policy.Span) time.Time) {
	was := t.Revision
	t.Revision++
	o := Order{Actor: mediation.SystemActor, At: at}
	t.StandIns = slices.Clone(t.StandIns)
	for i := range t.StandIns {
		if s := &t.StandIns[i]; !s.Begun && !s.From.After(at) {
			s.Begun = true
			if s.Runs(at) {
				t.say(mediation.NoticeStandIn, o, s.Until, s.Substitute)
			}
		}
	}
	for _, s := range slices.Clone(t.StandIns) {
		if !s.Until.After(at) {
			t.recall(o, s.ID)
		}
	}
	t.finish(at, k)
	t.Vacancies = slices.Clone(t.Vacancies)
	for i := range t.Vacancies {
		v := &t.Vacancies[i]
		if v.Told.IsZero() && !after(v.Since, k.Vacant).After(at) {
			v.Told = at
			for _, role := range k.Tell {
				t.notice(mediation.NoticeVacancy, at, time.Time{}, mediation.Recipient{Role: mediation.Role(role), Area: t.Area})
			}
		}
	}
	if len(t.Unsent) == 0 {
		t.Revision = was
	}
}

// Schedule sets when Tick has something to do next.
func (t *Team) Schedule(k policy.GridTeam, after func(time.Time, policy.Span) time.Time) {
	var next time.Time
	at := func(due time.Time) {
		if next.IsZero() || due.Before(next) {
			next = due
		}
	}
	for _, s := range t.StandIns {
		if !s.Begun {
			at(s.From)
		}
		at(s.Until)
	}
	for _, v := range t.Vacancies {
		if v.Told.IsZero() {
			at(after(v.Since, k.Vacant))
		}
	}
	t.NextDue = next
}
