package mediation

import (
	"context"
	"time"

	"fengqiao/mediation/policy"
)

// Matters that are settled and answered without mediation (即接即办), and answers to whoever brought a matter in (答复).

// ReasonOnReceipt is the outcome of a matter that was settled at once.
const ReasonOnReceipt = "on_receipt"

// freshFor tells whether the matter may still be settled on receipt. One that comes back is not settled at once a second time.
func (c *Case) freshFor(rule policy.OnReceipt, now time.Time, r Rules) bool {
	return !rule.Within.Zero() && c.Severity <= rule.MaxSeverity && c.Repeats == 0 && !now.After(r.after(c.Opened, rule.Within))
}

// settleAtOnce 即接即办 closes the matter with its answer. Closed is not settled: the return visit and the parties' words decide.
func (d *decision) settleAtOnce() error {
	if err := d.answer(); err != nil {
		return err
	}
	d.disband()
	d.Outcome = &Outcome{At: d.At, Reason: ReasonOnReceipt}
	d.Closed = d.At
	d.enter(Closed)
	d.answeredOnReceipt()
	d.tellReporters(NoticeProgress)
	return nil
}

// answer 答复 keeps what whoever brought the matter in is told, and lets them know that there is an answer.
func (d *decision) answer() error {
	if d.Order.Words.Empty() {
		name := "text"
		if _, ok := d.Command.(SettleAtOnce); ok {
			name = "answer"
		}
		return Refusal("answer", Invalid, "required", name)
	}
	d.Answer = &Answer{At: d.At, By: d.Actor.ID, Words: d.Order.Words}
	if d.Command.Name() == CmdReply {
		d.tellReporters(NoticeProgress)
	}
	return nil
}

// AnswerOf opens the answer for an actor who brought the matter in, or who reads what is said in it; "" for everybody else.
func (s *Service) AnswerOf(ctx context.Context, actor Actor, c *Case) (string, error) {
	if c.Answer == nil || !has(c.Reporters, actor.ID) && !Sees(actor, c)[PartWords] {
		return "", nil
	}
	return s.Open(ctx, c.Answer.Words)
}
