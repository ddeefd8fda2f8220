package desk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"fengqiao/mediation"
)

// Step is what a change of state means to the desk that sent the order.
type Step string

// The steps.
const (
	StepReceived    Step = "received"    // 已接收
	StepAccepted    Step = "accepted"    // 已受理
	StepHandling    Step = "handling"    // 办理中
	StepSigned      Step = "signed"      // 已签收
	StepArrived     Step = "arrived"     // 已到达
	StepHandled     Step = "handled"     // 已处置
	StepAnswered    Step = "answered"    // 已答复
	StepTransferred Step = "transferred" // 已转办
	StepReturned    Step = "returned"    // 退回
	StepDanger      Step = "danger"      // 遇险移交
	StepFinished    Step = "finished"    // 已办结
	StepWithdrawn   Step = "withdrawn"   // 已撤回
	StepPassedOn    Step = "passed_on"   // 已转往另一平台
	StepPassedIn    Step = "passed_in"   // 另一平台转来，请立单并回告工单号
	StepTakenOver   Step = "taken_over"  // 接收平台已立单
	StepRanOut      Step = "ran_out"     // 工单未到，留存的消息已过期
	StepCalled      Step = "called"      // 已进行三方通话
)

// steps leads from the state that the case has come to; what is not here is under way.
var steps = map[mediation.State]Step{
	mediation.Reported:    StepReceived,
	mediation.Screened:    StepAccepted,
	mediation.Offered:     StepAccepted,
	mediation.Transferred: StepTransferred,
	mediation.NotAccepted: StepReturned,
	mediation.Closed:      StepFinished,
	mediation.Settled:     StepFinished,
	mediation.Exited:      StepFinished,
	mediation.Withdrawn:   StepWithdrawn,
}

// deeds lead from what somebody did where the state stayed.
var deeds = map[string]Step{
	string(mediation.CmdSignFor): StepSigned,
	string(mediation.CmdArrive):  StepArrived,
	string(mediation.CmdHandle):  StepHandled,
	string(mediation.CmdReply):   StepAnswered,

	string(mediation.CmdDeskCall): StepCalled,
}

// StepOf reads the step from an event of the case's timeline.
func StepOf(e *mediation.Event) Step {
	if e.To == mediation.Transferred && (e.Data["emergency"] == "named" || e.Data["reason"] == mediation.ReasonEmergency || e.Kind == "opened") {
		return StepDanger
	}
	if step, ok := deeds[e.Kind]; ok {
		return step
	}
	if step, ok := steps[e.To]; ok {
		return step
	}
	return StepHandling
}

// Echo is what a desk is told of a change of state: codes and numbers, nothing about people. It is made of the event that it tells of,
// so that it reads the same however often it is sent.
type Echo struct {
	Order      string // the desk's own number
	Case       string
	CaseNumber string // ours, as it stands on paper
	Seq        int    // grows with the case: an echo with a smaller one is older
	At         time.Time
	Step       Step
	State      mediation.State
	Before     mediation.State
	Reason     string // code of policy or catalogue
	Unit       string // where it was passed to
	// From and To are the desks that it went from and to, with their numbers; zero where it went nowhere.
	From, To mediation.Outside
}

// along adds the way from desk to desk, if the event tells of one, and what it means to whom the notice goes: a desk without a number of
// its own must make an order.
func (out *Echo) along(e *mediation.Event, c *mediation.Case, n *mediation.Notice) {
	danger := StepOf(e) == StepDanger && e.Data["to"] != ""
	passed := danger || e.Kind == string(mediation.CmdPassOn)
	if !passed && e.Data["why"] != mediation.FromAnotherDesk {
		return
	}
	out.From = mediation.Outside{Desk: e.Data["from"], Number: e.Data["from_number"]}
	out.To = mediation.Outside{Desk: e.Data["to"], Number: e.Data["to_number"]}
	theirs := func(o mediation.OutsideOrder) bool { return o.User == n.To.User && o.Outside == out.To }
	switch {
	case !passed:
		out.Step = StepTakenOver
	case n.To.User == "" || slices.ContainsFunc(c.Outside, theirs):
		out.Step = StepPassedIn
	case !danger: // else the one that it leaves hears why
		out.Step = StepPassedOn
	}
}

// EchoOf makes the echo that a notice stands for.
func EchoOf(ctx context.Context, cases Reader, n mediation.Notice) (Echo, error) {
	if n.Case == "" {
		return Echo{Order: n.Number, At: n.At.UTC(), Step: StepRanOut}, nil
	}
	c, err := cases.Load(ctx, n.Case)
	if err != nil {
		return Echo{}, err
	}
	e, err := eventOf(ctx, cases, &c, n.Seq)
	if err != nil {
		return Echo{}, err
	}
	out := Echo{Order: n.Number, Case: c.ID, CaseNumber: c.Number.String(), Seq: n.Seq, At: e.At.UTC(), Step: StepOf(e), State: e.To,
		Before: e.From, Reason: e.Data["reason"], Unit: e.Data["unit"]}
	out.along(e, &c, &n)
	return out, nil
}

// eventOf is an event of a case: as a rule one of the newest, which the case holds, so that nothing more need be read.
func eventOf(ctx context.Context, cases Reader, c *mediation.Case, seq int) (*mediation.Event, error) {
	if i := seq - c.Spilled - 1; i >= 0 && i < len(c.Events) {
		return &c.Events[i], nil
	}
	events, err := cases.Timeline(ctx, c.ID, seq-1, 1)
	if err != nil {
		return nil, err
	}
	if len(events) == 0 || events[0].Seq != seq {
		return nil, fmt.Errorf("desk: case %s has no event %d", c.ID, seq)
	}
	return &events[0], nil
}
