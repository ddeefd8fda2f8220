package handlers

import (
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/clock"
)

// caseClocksView explains the clocks of a case.
type caseClocksView struct {
	// Policy is the version that the case is judged under.
	Policy string           `json:"policy"`
	Items  []explainedClock `json:"items"`
}

// explainedClock is one clock with why it ends when it does.
type explainedClock struct {
	Clock     mediation.ClockName `json:"clock"`
	ClockText string              `json:"clockText"`
	Stage     string              `json:"stage,omitzero"` // of a stage
	State     string              `json:"state"`          // "" for the whole case
	StateText string              `json:"stateText"`
	Since     time.Time           `json:"since"`
	Due       *time.Time          `json:"due"`    // null: it never ends
	Within    string              `json:"within"` // as the policy says it: 30m, 24h, 15d, 5wd; "" for none
	Basis     string              `json:"basis"`  // the norm it rests on, as the policy names it
	Reminders []time.Time         `json:"reminders"`
	Breached  *time.Time          `json:"breached"`
	Paused    *time.Time          `json:"paused"` // it stands still since
	Pauses    []pauseView         `json:"pauses"`
	Left      *leftView           `json:"left"` // null where it never ends
	Why       []string            `json:"why"`
	// Provisional: days off that bear on the end are not known yet; it is reckoned anew once they are.
	Provisional bool `json:"provisional"`
}

type pauseView struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

type leftView struct {
	Overdue     bool  `json:"overdue"`
	Seconds     int64 `json:"seconds"` // round the clock, negative when overdue
	Days        int   `json:"days"`
	WorkingDays int   `json:"workingDays"`
}

// caseClocks says why each clock of a case ends when it does. It holds nothing that anybody said, and leaves no look.
func (a *API) caseClocks(c *Call) (Reply, error) {
	policy, clocks, err := a.Cases.ClocksOf(c.Context, c.Actor, c.PathID("id"))
	if err != nil {
		return Reply{}, err
	}
	l, err := a.labels(c, policy)
	if err != nil {
		return Reply{}, err
	}
	v := caseClocksView{Policy: policy, Items: []explainedClock{}}
	for i := range clocks {
		v.Items = append(v.Items, l.explained(&clocks[i]))
	}
	return Reply{View: v}, nil
}

func (l labels) explained(e *mediation.Explained) explainedClock {
	v := explainedClock{Clock: e.Name, ClockText: e.Name.Text(l.zh), State: string(e.State), Since: e.Since, Due: moment(e.Due), Basis: e.Limit.Basis,
		Reminders: list(e.Reminders), Breached: moment(e.Breached), Paused: moment(e.Paused), Pauses: []pauseView{}, Why: []string{}, Provisional: e.Provisional}
	if e.State != "" {
		v.StateText = l.state(e.State)
	}
	if e.Name == mediation.StageClock {
		v.Stage, v.ClockText = e.Stage.Key, choose(l.zh, e.Stage.Name.Zh, e.Stage.Name.En)
	}
	if !e.Limit.Within.Zero() {
		v.Within = e.Limit.Within.String()
	}
	for _, p := range e.Pauses {
		v.Pauses = append(v.Pauses, pauseView(p))
	}
	if !e.Due.IsZero() {
		v.Left = viewLeft(e.Left)
	}
	for _, line := range e.Why {
		v.Why = append(v.Why, line.Text(choose(l.zh, "zh", "en")))
	}
	return v
}

func viewLeft(l clock.Left) *leftView {
	return &leftView{Overdue: l.Overdue, Seconds: int64(l.Clock / time.Second), Days: l.Days, WorkingDays: l.WorkingDays}
}
