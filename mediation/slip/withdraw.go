package slip

import (
	"slices"
	"time"

	"fengqiao/mediation"
)

// What somebody is late with, or has not put right, no withdrawal wipes out: it is asked for, and somebody above who asked approves it. The slip
// stays in the figures. A verdict stays on record too, and another one is another approver's.

func (d *decision) withdraw() error {
	if err := d.said(0); err != nil {
		return err
	}
	if d.o.Actor.Role == mediation.System || !d.owes(d.o.At) {
		d.withdrawn()
		return nil
	}
	d.Withdrawal = &Withdrawal{Statement: d.o.statement(), Role: d.o.Actor.Role, Area: d.o.Actor.Area}
	d.say("approval", "awaited")
	to := mediation.Recipient{Role: mediation.Leader, Area: d.o.Actor.Area}
	if d.Restricted != "" {
		to.Role = d.Restricted
	}
	d.notices = append(d.notices, func() { d.tell(mediation.NoticeSlipMoved, d.o.At, time.Time{}, to) })
	return nil
}

func (d *decision) withdrawn() {
	d.State, d.Withdrawal = Withdrawn, nil
	d.Acknowledge.keep(d.o.At)
	d.Slip.Reply.keep(d.o.At)
	d.toAddressee(mediation.NoticeSlipMoved, time.Time{})
}

// approve lets a withdrawal that was asked for come about.
func (d *decision) approve() error {
	switch {
	case d.Withdrawal == nil:
		return mediation.Refusal("slip", mediation.Conflict, "slip.no_withdrawal", "")
	case !d.approves(d.o.Actor):
		return mediation.Refusal("slip", mediation.Conflict, "slip.own_withdrawal", "")
	}
	if err := d.said(0); err != nil {
		return err
	}
	d.say("asked", d.Withdrawal.By)
	d.withdrawn()
	d.toIssuer(mediation.NoticeSlipMoved)
	return nil
}

// approves tells whether the actor stands above who asked for the withdrawal, and is neither them nor who issued or answers the slip. A
// leader stands above everybody in their area; over a restricted slip so does the one role that sees it.
func (s *Slip) approves(actor mediation.Actor) bool {
	w := s.Withdrawal
	if w == nil || actor.ID == w.By || actor.ID == s.Issuer.User || answering(actor, s) {
		return false
	}
	above := ranks[actor.Role] > ranks[w.Role] || actor.Role == mediation.Leader || s.Restricted != "" && actor.Role == s.Restricted
	return above && actor.Area.Contains(w.Area)
}

// judged tells whether the actor has given a verdict on the finding before.
func (s *Slip) judged(f *Finding, actor mediation.Actor) bool {
	return f.Judged != nil && f.Judged.By == actor.ID || slices.ContainsFunc(s.History, func(e Entry) bool {
		return e.Kind == string(CmdJudge) && e.Actor == actor.ID && e.Data["finding"] == f.ID
	})
}

// keep ends a limit. One that had run out before anybody noticed is broken all the same.
func (l *Limit) keep(at time.Time) {
	if !l.Due.IsZero() && !l.Due.After(at) && l.Breached.IsZero() {
		l.Breached = at
	}
	l.Due = time.Time{}
}
