package handlers

import "fengqiao/mediation"

// caseClocksView explains the clocks of a case.
type caseClocksView struct {
	// Policy is the version that the case is judged under.
	Policy string           `json:"policy"`
	Items  []explainedClock `json:"items"`
	// Watched are by when the case must have moved before a paper goes out, for who reads papers.
	Watched []dueView `json:"watched"`
}

// explainedClock is one clock of a case.
type explainedClock struct {
	dueView
	Stage     string `json:"stage,omitzero"` // of a stage
	State     string `json:"state"`          // "" for the whole case
	StateText string `json:"stateText"`
}

// caseClocks says why each clock of a case ends when it does. It holds nothing that anybody said, and leaves no look.
func (a *API) caseClocks(c *Call) (Reply, error) {
	policy, clocks, err := a.Cases.ClocksOf(c.Context, c.Actor, c.PathID("id"))
	if err != nil {
		return Reply{}, err
	}
	x, err := a.explainer(c, policy)
	if err != nil {
		return Reply{}, err
	}
	v := caseClocksView{Policy: policy, Items: []explainedClock{}, Watched: []dueView{}}
	for i := range clocks {
		v.Items = append(v.Items, x.explained(&clocks[i], policy))
	}
	watched, err := a.Slips.Watching(c.Context, c.Actor, c.PathID("id"))
	if err != nil {
		return Reply{}, err
	}
	for _, t := range watched {
		v.Watched = append(v.Watched, *x.clock(t))
	}
	return Reply{View: v}, nil
}

func (l labels) explained(e *mediation.Explained, version string) explainedClock {
	v := explainedClock{dueView: l.account(&e.Account, version, nil), State: string(e.State)}
	v.Clock, v.ClockText = string(e.Name), e.Name.Text(l.zh)
	if e.State != "" {
		v.StateText = l.state(e.State)
	}
	if e.Name == mediation.StageClock {
		v.Stage, v.ClockText = e.Stage.Key, choose(l.zh, e.Stage.Name.Zh, e.Stage.Name.En)
	}
	return v
}
