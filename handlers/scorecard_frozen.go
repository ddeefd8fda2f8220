package handlers

import (
	"time"

	counts "fengqiao/mediation/figures"
	"fengqiao/mediation/scorecard"
)

// frozenView is a month as it was frozen, beside what the same version of the card makes of it now.
type frozenView struct {
	snapshotView
	By    string         `json:"by"`
	AsOf  time.Time      `json:"asOf"`    // of what was frozen
	Now   time.Time      `json:"nowAsOf"` // of what it comes to now
	Form  *scorecardForm `json:"form"`
	Whole *frozenLine    `json:"whole"` // null for who does not see all of it
	Items []frozenLine   `json:"items"`
}

// frozenLine is a line as it was frozen. What has come to be since the month was frozen has null there, what is no more has null now.
type frozenLine struct {
	Key        string              `json:"key"`
	Text       string              `json:"text"`
	Points     pairView            `json:"points"`
	Indicators map[string]pairView `json:"indicators"`
	Counts     map[string]pairView `json:"counts"`
	Differs    bool                `json:"differs"` // in anything
}

// pairView is a number then and now, and what it has changed by.
type pairView struct {
	Frozen *float64 `json:"frozen"`
	Now    *float64 `json:"now"`
	Change *float64 `json:"change"`
}

func pair(then, now *float64) pairView {
	v := pairView{Frozen: then, Now: now}
	if then != nil && now != nil {
		change := counts.Rounded(*now - *then)
		v.Change = &change
	}
	return v
}

func (v pairView) differs() bool {
	return (v.Frozen == nil) != (v.Now == nil) || v.Frozen != nil && *v.Frozen != *v.Now
}

func (l labels) frozen(f *scorecard.Frozen, head snapshotView) frozenView {
	form := l.scorecardForm(f.Card)
	v := frozenView{snapshotView: head, By: string(f.Then.By), AsOf: f.Then.AsOf.UTC(), Now: f.Now.AsOf.UTC(), Form: &form, Items: []frozenLine{}}
	if f.Then.Whole.Marks != nil {
		whole := l.frozenLine(f, &f.Then.Whole, &f.Now.Whole)
		v.Whole = &whole
	}
	for i := range f.Then.Lines {
		v.Items = append(v.Items, l.frozenLine(f, &f.Then.Lines[i], f.Now.Line(f.Then.Lines[i].Subject)))
	}
	for i := range f.Now.Lines {
		if now := &f.Now.Lines[i]; f.Then.Line(now.Subject) == nil {
			v.Items = append(v.Items, l.frozenLine(f, nil, now))
		}
	}
	return v
}

func (l labels) frozenLine(f *scorecard.Frozen, then, now *scorecard.Line) frozenLine {
	none := &scorecard.Line{Marks: make([]scorecard.Mark, len(f.Card.Indicators()))}
	if then == nil {
		none.Subject = now.Subject
		then = none
	}
	if now == nil {
		now = none
	}
	v := frozenLine{Key: then.Subject, Text: l.subject(f.Then.By, then.Subject, f.People), Points: pair(then.Points, now.Points), Indicators: map[string]pairView{}, Counts: map[string]pairView{}}
	for n, x := range f.Card.Indicators() {
		v.Indicators[x.Key] = pair(then.Marks[n].Value, now.Marks[n].Value)
		v.Differs = v.Differs || v.Indicators[x.Key].differs()
	}
	for _, t := range f.Card.Terms {
		v.Counts[t.Key] = pair(term(then, t.Key), term(now, t.Key))
		v.Differs = v.Differs || v.Counts[t.Key].differs()
	}
	v.Differs = v.Differs || v.Points.differs()
	return v
}

func term(l *scorecard.Line, key string) *float64 {
	if v, ok := l.Terms[key]; ok {
		return &v
	}
	return nil
}
