package handover

import (
	"time"

	"fengqiao/mediation/clock"
	"fengqiao/mediation/policy"
)

// Ends is what the due time of a matter comes from, as hand-overs keep it.
type Ends struct {
	Name, Of string
	Since    time.Time
	Within   Length
	Remind   []Length
	Basis    string
	Rule     string
	Origin   clock.Origin
	By       string
	Agreed   time.Time
	Breached time.Time
	Paused   time.Time
	Pauses   []clock.Pause
	Reminded int
}

// Length is a policy's span in whole numbers.
type Length struct {
	Minutes, Days, WorkingDays int
	Whole                      bool
}

func lengthOf(s policy.Span) Length {
	return Length{int(s.Clock / time.Minute), s.Days, s.WorkingDays, s.Whole}
}

func (l Length) span() policy.Span {
	return policy.Span{Clock: time.Duration(l.Minutes) * time.Minute, Days: l.Days, WorkingDays: l.WorkingDays, Whole: l.Whole}
}

// DueBy is the matter with what is due of it next, by a version of the policy.
func (m Matter) DueBy(t clock.Term, version string) Matter {
	if t.Due.IsZero() {
		return m
	}
	m.Due, m.Policy = t.Due, version
	m.Ends = Ends{Name: t.Name, Of: t.Of, Since: t.Since, Within: lengthOf(t.Limit.Within), Basis: t.Limit.Basis, Rule: t.Rule, Origin: t.Origin, By: t.By, Agreed: t.Agreed, Breached: t.Breached,
		Paused: t.Paused, Pauses: t.Pauses, Reminded: t.Reminded}
	for _, before := range t.Limit.Remind {
		m.Ends.Remind = append(m.Ends.Remind, lengthOf(before))
	}
	return m
}

// Term is what is due of the matter, as what explains it takes it; zero where nothing is, or an earlier release wrote the matter down.
func (m *Matter) Term() clock.Term {
	e := &m.Ends
	if e.Name == "" {
		return clock.Term{}
	}
	t := clock.Term{Name: e.Name, Of: e.Of, Since: e.Since, Due: m.Due, Limit: policy.Limit{Within: e.Within.span(), Basis: e.Basis}, Rule: e.Rule, Origin: e.Origin, By: e.By, Agreed: e.Agreed,
		Breached: e.Breached, Paused: e.Paused, Pauses: e.Pauses, Reminded: e.Reminded}
	for _, l := range e.Remind {
		t.Limit.Remind = append(t.Limit.Remind, l.span())
	}
	return t
}
