package mediation

import "slices"

// Outside desks (12345, 110) bear numbers of their own, which stay with the matter: on the report that an order became, and on the
// case that has it.

// Outside is an outside desk's own number of a matter.
type Outside struct {
	Desk   string // the desk's name in the list of desks
	Number string // the desk's own, as it gave it
}

// OutsideOrder is one work order (工单) of an outside desk in a case.
type OutsideOrder struct {
	Outside
	Report string // the report that the order became
	User   string // the desk's account, which is told of every change of state
}

// fileOutside keeps the number that a desk gave the report.
func (c *Case) fileOutside(o OutsideOrder) {
	if o.Number != "" && !slices.Contains(c.Outside, o) {
		c.Outside = append(slices.Clone(c.Outside), o)
	}
}

// order is the report as the work order that it came by; without a number it came by none.
func (r *Report) order() OutsideOrder {
	return OutsideOrder{Outside: r.Outside, Report: r.ID, User: r.Reporter}
}

// ofMany tells whether its sender speaks for many: what two callers tell one hotline is not one matter because the hotline is the same.
func (r *Report) ofMany() bool { return r.Outside.Number != "" || r.For != "" }

// told are the commands that desks hear of although the state stays.
var told = []CommandName{CmdReply, CmdSignFor, CmdArrive, CmdHandle, CmdPassOn, CmdDeskCall, CmdDanger}

// echo tells the desks that the case's state has changed, or that somebody has come to see to it or has answered (状态回传), each once for every number of theirs, so that none has to ask.
func (d *decision) echo() {
	if d.event.From == d.State && !has(told, CommandName(d.event.Kind)) && d.event.Data["why"] != FromAnotherDesk {
		return
	}
	for i, o := range d.Outside {
		if slices.ContainsFunc(d.Outside[:i], func(x OutsideOrder) bool { return x.Outside == o.Outside && x.User == o.User }) {
			continue // an order of which danger was named has several reports
		}
		d.notices = append(d.notices, Notice{Kind: NoticeDesk, To: Recipient{User: o.User}, Number: o.Number})
	}
}
