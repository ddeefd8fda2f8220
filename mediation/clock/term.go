package clock

import (
	"slices"
	"time"

	"fengqiao/mediation/policy"
)

// Origin is what an end comes from.
type Origin int

// The origins of an end.
const (
	ByRule     Origin = iota // the limit was added to the start
	ByPerson                 // somebody named it
	ByPeriod                 // a period is over then
	ByOperator               // who runs the installation has set the limit, no policy
)

// Term is one time limit of whatever room, with what its end comes from. Everything that falls due is explained by this one means.
type Term struct {
	// Name says what is due; Of is which part of its record it is of, "" for the whole of it.
	Name, Of   string
	Since, Due time.Time
	// Limit is what the rule says: the length where the rule makes the end, the reminders and the norm in any case.
	Limit policy.Limit
	// Rule is where that stands in the policy, as the keys of its file; of ByOperator in the operator's.
	Rule   string
	Origin Origin
	// By is who named the end, a user id; "" where nobody did.
	By string
	// Agreed is an end that the parties agreed on, which takes the rule's place where it is no earlier.
	Agreed           time.Time
	Breached, Paused time.Time
	// Until is when a term that stands still goes on at the latest; zero: nothing is said of that.
	Until  time.Time
	Pauses []Pause
	// Grounds are the reasons that pauses may have, with what allows each.
	Grounds  []policy.SuspensionReason
	Reminded int // how many of the reminders went out
}

// Account is a term that says why it ends when it does.
type Account struct {
	Term
	// Reminders are when somebody is reminded, those that are over too.
	Reminders []time.Time
	Left      Left
	// Why is step by step how Due comes about; nil for a term without an end.
	Why []Line
	// Provisional: days off that bear on the end are not known yet; it is reckoned anew once they are.
	Provisional bool
}

// Account explains a term as it stands at now.
func (c *Calendar) Account(t Term, now time.Time) Account {
	a := Account{Term: t}
	if t.Due.IsZero() {
		return a
	}
	a.Left = c.Remaining(now, t.Due)
	for _, before := range t.Limit.Remind {
		a.Reminders = append(a.Reminders, c.Before(t.Due, before).UTC())
	}
	a.Why = c.why(&t)
	a.Provisional = slices.ContainsFunc(a.Why, func(l Line) bool { return l.Code == Provisional })
	return a
}

// why is how the end of a term comes about.
func (c *Calendar) why(t *Term) []Line {
	switch t.Origin {
	case ByPerson:
		return []Line{line("clock.start", "at", c.show(t.Since)), line("clock.named"), c.Due(t.Due)}
	case ByPeriod:
		return []Line{line("clock.start", "at", c.show(t.Since)), line("clock.period"), c.Due(t.Due)}
	case ByOperator:
		why := c.Explain(t.Since, t.Limit.Within)
		return append(why[:len(why)-1], line("clock.operator", "key", t.Rule), c.Due(t.Due))
	}
	why := c.explain(t.Since, t.Limit.Within, t.Pauses, t.Grounds)
	why = why[:len(why)-1]
	switch {
	case t.Paused.IsZero():
	case t.Until.IsZero():
		why = append(why, line("clock.stands", "from", c.show(t.Paused)))
	default:
		why = append(why, line("clock.stands_until", "from", c.show(t.Paused), "until", c.show(t.Until)))
	}
	if c.AfterPaused(t.Since, t.Limit.Within, t.Pauses).Equal(t.Due) {
		return append(why, c.Due(t.Due))
	}
	if !t.Agreed.IsZero() {
		why = append(why, line("clock.agreed", "at", c.show(t.Agreed)))
	} else {
		why = append(why, line("clock.set"))
	}
	return append(why, c.Due(t.Due))
}

// Reckoned is when a term ends that its rule makes, as the calendar is now; ok is false where nothing is to be reckoned: it has no end, has run
// out, or its end does not come from a length of days.
func (c *Calendar) Reckoned(t *Term) (due time.Time, ok bool) {
	if t.Origin != ByRule || t.Due.IsZero() || !t.Breached.IsZero() || t.Limit.Within.Zero() {
		return t.Due, false
	}
	return c.AfterPaused(t.Since, t.Limit.Within, t.Pauses).UTC(), true
}

// Texts name what is due in the rooms beside the cases, whose own clocks their package names.
var Texts = map[string]policy.Text{
	Acknowledge:  {Zh: "签收时限", En: "to acknowledge"},
	Reply:        {Zh: "答复时限", En: "to reply"},
	Task:         {Zh: "子任务办理时限", En: "the sub-task"},
	ChargeReview: {Zh: "包案会办日期", En: "the leader's date"},
	Study:        {Zh: "研判结论时限", En: "the study's conclusion"},
	StudyOrder:   {Zh: "研判指令完成时限", En: "the study's order"},
	Meeting:      {Zh: "会办日期", En: "when they sit"},
	Decision:     {Zh: "会办决定落实时限", En: "to carry the decision out"},
	Object:       {Zh: "提出异议的期限", En: "to object"},
	Objection:    {Zh: "异议认定时限", En: "to decide on the objection"},
	Vacancy:      {Zh: "岗位空缺通知时限", En: "until the vacancy is told of"},
	StandIn:      {Zh: "替班期限", En: "the substitution"},
	Visit:        {Zh: "下次巡查时限", En: "the next visit"},
	Campaign:     {Zh: "征集截止", En: "the end of the campaign"},
	Answer:       {Zh: "派单应答时限", En: "to answer the offer"},
	Errand:       {Zh: "代办时限", En: "the errand"},
	OrderWait:    {Zh: "等候工单的时限", En: "to wait for the order"},
	Backlog:      {Zh: "攻坚行动结束", En: "the end of the campaign against the backlog"},
	Progress:     {Zh: "无进展预警", En: "the warning that nothing has moved"},
	Convened:     {Zh: "议事时间", En: "when they meet"},
	Shift:        {Zh: "值班开始", En: "when the shift begins"},
}

// The names of terms.
const (
	Acknowledge  = "acknowledge"
	Reply        = "reply"
	Task         = "task"
	ChargeReview = "charge_review"
	Study        = "study"
	StudyOrder   = "study_order"
	Meeting      = "meeting"
	Decision     = "decision"
	Object       = "object"
	Objection    = "objection"
	Vacancy      = "vacancy"
	StandIn      = "stand_in"
	Visit        = "visit"
	Campaign     = "campaign"
	Answer       = "answer"
	Errand       = "errand"
	OrderWait    = "order_wait"
	Backlog      = "backlog"
	Progress     = "no_progress"
	Convened     = "convened"
	Shift        = "shift"
)
