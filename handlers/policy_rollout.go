package handlers

import (
	"errors"
	"net/http"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

// forecastView is what a policy would do to the open cases.
type forecastView struct {
	// Policy is the version id; an import of a policy for open cases names it (confirm), so that nobody imports one unseen.
	Policy    string      `json:"policy"`
	AppliesTo string      `json:"appliesTo"`
	Open      int         `json:"open"`
	Cases     int         `json:"cases"`
	Kept      []keptView  `json:"kept"`
	Clocks    []shiftView `json:"clocks"`
	Overdue   int         `json:"overdue"`
	Reminded  int         `json:"reminded"`
	Sample    []foreseen  `json:"sample"`
}

type keptView struct {
	Reason string `json:"reason"`
	Text   string `json:"text"`
	Cases  int    `json:"cases"`
}

type shiftView struct {
	Clock     mediation.ClockName `json:"clock"`
	ClockText string              `json:"clockText"`
	Sooner    int                 `json:"sooner"`
	Later     int                 `json:"later"`
	Begun     int                 `json:"begun"` // had no end before
	Ended     int                 `json:"ended"` // has no end any more
}

type foreseen struct {
	Case      string          `json:"case"`
	Number    string          `json:"number"`
	State     string          `json:"state"`
	StateText string          `json:"stateText"`
	Overdue   bool            `json:"overdue"`
	Clocks    []reckonedClock `json:"clocks"`
}

type reckonedClock struct {
	Clock     mediation.ClockName `json:"clock"`
	ClockText string              `json:"clockText"`
	Before    *time.Time          `json:"before"` // null: never
	After     *time.Time          `json:"after"`
}

// rolloutView is how far a policy for open cases has come.
type rolloutView struct {
	Policy string     `json:"policy"` // "" if none ever applied to open cases
	Since  *time.Time `json:"since"`
	Moved  int        `json:"moved"`
	Ended  *time.Time `json:"ended"` // null while it goes on, or was broken off by another policy
}

// loadPolicy reads a policy that is sent, and tells what is wrong with it.
func loadPolicy(c *Call) (*policy.Policy, error) {
	src, err := c.Bytes()
	if err != nil {
		return nil, err
	}
	pol, err := policy.Load("policy.yaml", src, mediation.PolicyVocabulary())
	var found policy.Findings
	if errors.As(err, &found) {
		return nil, policyProblem(found, c.Lang)
	}
	return pol, err
}

// previewPolicy tells what a policy would do to the open cases. Nothing is changed.
func (a *API) previewPolicy(c *Call) (Reply, error) {
	pol, err := loadPolicy(c)
	if err != nil {
		return Reply{}, err
	}
	f, err := a.Cases.Forecast(c.Context, pol, nil)
	if err != nil {
		return Reply{}, err
	}
	l, err := a.labels(c, "")
	if err != nil {
		return Reply{}, err
	}
	return Reply{View: l.forecast(pol, f)}, nil
}

func (l labels) forecast(pol *policy.Policy, f mediation.Forecast) forecastView {
	v := forecastView{Policy: pol.ID, AppliesTo: appliesTo(pol), Open: f.Open, Cases: f.Cases, Kept: []keptView{}, Clocks: []shiftView{},
		Overdue: f.Overdue, Reminded: f.Reminded, Sample: []foreseen{}}
	for _, why := range mediation.KeepsReasons {
		if n := f.Kept[why.Key]; n > 0 {
			v.Kept = append(v.Kept, keptView{why.Key, choose(l.zh, why.Zh, why.En), n})
		}
	}
	for _, name := range mediation.ClockNames {
		if n, ok := f.Clocks[name]; ok {
			v.Clocks = append(v.Clocks, shiftView{name, name.Text(l.zh), n.Sooner, n.Later, n.Begun, n.Ended})
		}
	}
	for _, x := range f.Sample {
		one := foreseen{Case: x.Case, Number: l.title(x.Number), State: string(x.State), StateText: l.state(x.State), Overdue: x.Overdue}
		for _, k := range x.Clocks {
			one.Clocks = append(one.Clocks, reckonedClock{k.Clock, k.Clock.Text(l.zh), moment(k.Before), moment(k.After)})
		}
		v.Sample = append(v.Sample, one)
	}
	return v
}

func appliesTo(pol *policy.Policy) string {
	if pol.AppliesTo == "" {
		return policy.NewCases
	}
	return pol.AppliesTo
}

// confirmed refuses a policy for open cases whose preview the caller has not seen.
func confirmed(c *Call, pol *policy.Policy) error {
	if pol.AppliesTo == policy.OpenCases && c.QueryText("confirm") != pol.ID {
		return refuse(http.StatusConflict, "policy.preview_first", "confirm")
	}
	return nil
}

// policyRollout tells how far the policy for open cases has come.
func (a *API) policyRollout(c *Call) (Reply, error) {
	r, err := a.Policies.Rollout(c.Context)
	if err != nil {
		return Reply{}, err
	}
	return Reply{View: rolloutView{Policy: r.Policy, Since: moment(r.Since), Moved: r.Moved, Ended: moment(r.Ended)}}, nil
}
