package handlers

import (
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/clock"
	"fengqiao/mediation/policy"
)

// dueView is a time limit of whatever room with why it ends when it does.
type dueView struct {
	Clock     string     `json:"clock"`
	ClockText string     `json:"clockText"`
	Since     time.Time  `json:"since"`
	Due       *time.Time `json:"due"`    // null: it never ends
	Within    string     `json:"within"` // as the policy says it: 30m, 24h, 15d, 5wd; "" for none, and where somebody named the end
	Unit      string     `json:"unit"`   // how that is counted: hours, calendar, working, mixed; "" for none
	Basis     string     `json:"basis"`  // the norm it rests on, as the policy names it
	// Policy is the version, of a village's objection that of the card, and Rule the key in it by which it was reckoned; SetBy who named its end instead.
	Policy    string      `json:"policy"`
	Rule      string      `json:"rule"`
	SetBy     *personRef  `json:"setBy"`
	Reminders []time.Time `json:"reminders"`
	Breached  *time.Time  `json:"breached"`
	Paused    *time.Time  `json:"paused"` // it stands still since
	// PausedUntil is when it goes on by itself at the latest; left out where nothing is said of that.
	PausedUntil *time.Time  `json:"pausedUntil,omitempty"`
	Pauses      []pauseView `json:"pauses"`
	Left        *leftView   `json:"left"` // null where it never ends
	Why         []string    `json:"why"`
	// Provisional: days off that bear on the end are not known yet; it is reckoned anew once they are.
	Provisional bool `json:"provisional"`
}

type pauseView struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// Reason is the policy's word of a suspension, or away: the case was elsewhere; "" where nothing is said of it.
	Reason     string `json:"reason,omitzero"`
	ReasonText string `json:"reasonText,omitzero"`
}

type leftView struct {
	Overdue     bool  `json:"overdue"`
	Seconds     int64 `json:"seconds"` // round the clock, negative when overdue
	Days        int   `json:"days"`
	WorkingDays int   `json:"workingDays"`
}

// unitOf is how a length is counted.
func unitOf(s policy.Span) string {
	unit := ""
	for name, there := range map[string]bool{"hours": s.Clock > 0, "calendar": s.Days > 0, "working": s.WorkingDays > 0} {
		switch {
		case !there:
		case unit == "":
			unit = name
		default:
			return "mixed"
		}
	}
	return unit
}

// account shows a clock that was explained, by a version of the policy; names are of the users who may have named its end.
func (l labels) account(e *clock.Account, version string, names map[string]string) dueView {
	v := dueView{Clock: e.Name, ClockText: l.clockName(e.Name), Since: e.Since.UTC(), Due: moment(e.Due), Basis: e.Limit.Basis, Policy: version, Rule: e.Rule, SetBy: refOf(e.By, names),
		Reminders: list(e.Reminders), Breached: moment(e.Breached), Paused: moment(e.Paused), PausedUntil: moment(e.Until), Pauses: []pauseView{}, Why: []string{}, Provisional: e.Provisional}
	switch e.Origin {
	case clock.ByPerson, clock.ByPeriod:
		v.Rule = ""
	case clock.ByOperator:
		v.Policy = ""
	}
	if ruled := e.Origin == clock.ByRule || e.Origin == clock.ByOperator; ruled && !e.Limit.Within.Zero() {
		v.Within, v.Unit = e.Limit.Within.String(), unitOf(e.Limit.Within)
	}
	for _, p := range e.Pauses {
		v.Pauses = append(v.Pauses, pauseView{From: p.From, To: p.To, Reason: p.Reason, ReasonText: l.pauseReason(p.Reason)})
	}
	if !e.Due.IsZero() {
		v.Left = viewLeft(e.Left)
	}
	for _, line := range e.Why {
		v.Why = append(v.Why, line.Text(choose(l.zh, "zh", "en")))
	}
	return v
}

// clockName names a clock of whatever room, or of a case.
func (l labels) clockName(name string) string {
	if text, ok := clock.Texts[name]; ok {
		return l.text(text)
	}
	return mediation.ClockName(name).Text(l.zh)
}

// pauseReason names why a clock stood still.
func (l labels) pauseReason(key string) string {
	if key == clock.Away {
		return choose(l.zh, "案件不在此环节", "the case was elsewhere")
	}
	if reason, ok := l.pol.Suspends(key); ok && key != "" {
		return l.text(reason.Name)
	}
	return key
}

func viewLeft(l clock.Left) *leftView {
	return &leftView{Overdue: l.Overdue, Seconds: int64(l.Clock / time.Second), Days: l.Days, WorkingDays: l.WorkingDays}
}

// explainer explains the clocks of a record of whatever room, by the rules that it is judged under.
type explainer struct {
	labels
	rules   mediation.Rules
	version string
	now     time.Time
	names   map[string]string
}

// explainer makes one for a version of the policy, "" for the one in force.
func (a *API) explainer(c *Call, version string) (explainer, error) {
	l, err := a.labels(c, version)
	if err != nil {
		return explainer{}, err
	}
	rules, err := a.Cases.Rules(c.Context, version)
	if err != nil {
		return explainer{}, err
	}
	return explainer{labels: l, rules: rules, version: rules.Policy.ID, now: a.Cases.Now()}, nil
}

// clock shows what is due by a term; nil where nothing is.
func (x explainer) clock(t clock.Term) *dueView {
	if t.Name == "" || t.Due.IsZero() {
		return nil
	}
	e := x.rules.Calendar.Account(t, x.now)
	v := x.account(&e, x.version, x.names)
	return &v
}

// clocks shows what is due by terms; who named an end is looked up.
func (a *API) clocks(c *Call, x explainer, terms []clock.Term) ([]dueView, error) {
	var ids []string
	for i := range terms {
		if terms[i].By != "" {
			ids = append(ids, terms[i].By)
		}
	}
	var err error
	if x.names, err = a.named(c, ids); err != nil {
		return nil, err
	}
	views := []dueView{}
	for _, t := range terms {
		if v := x.clock(t); v != nil {
			views = append(views, *v)
		}
	}
	return views, nil
}

// oneClock shows what is due by one term, by a version of the policy; nil where nothing is.
func (a *API) oneClock(c *Call, version string, t clock.Term) (*dueView, error) {
	if t.Due.IsZero() {
		return nil, nil
	}
	x, err := a.explainer(c, version)
	if err != nil {
		return nil, err
	}
	views, err := a.clocks(c, x, []clock.Term{t})
	if err != nil || len(views) == 0 {
		return nil, err
	}
	return &views[0], nil
}
