package mediation

import (
	"slices"
	"strconv"
	"time"
)

func (d *decision) session(cmd RecordSession) error {
	at := cmd.At
	if at.IsZero() {
		at = d.At
	}
	if at.After(d.At.Add(time.Minute)) {
		return Refusal("session", Invalid, "in_future", "at")
	}
	for i, id := range cmd.Attended {
		if d.Party(id) == nil {
			return Refusal("session", Invalid, "unknown_value", "attended["+strconv.Itoa(i)+"]", "value", id)
		}
	}
	d.Sessions = append(d.Sessions, Session{ID: d.NewID, At: at, By: d.Actor.ID, Place: cmd.Place, Attended: cmd.Attended, Open: cmd.Open, Notes: d.Order.Words})
	d.say("session", d.NewID)
	d.say("attended", strconv.Itoa(len(cmd.Attended)))
	if d.State != Mediating {
		d.enter(Mediating)
		d.tellReporters(NoticeProgress)
	}
	return nil
}

func (d *decision) agree(cmd Agree) error {
	if d.Terms.Empty() {
		return Refusal("agree", Invalid, "required", "terms")
	}
	if !cmd.PerformBy.IsZero() && cmd.PerformBy.Before(d.At) {
		return Refusal("agree", Invalid, "in_past", "performBy")
	}
	d.Agreement = &Agreement{ID: d.NewID, Oral: cmd.Oral, Reached: d.At, By: d.Actor.Mediator, Facts: d.Facts, Terms: d.Terms,
		Place: d.Order.Place, PerformBy: cmd.PerformBy, Signers: d.sides()}
	d.say("agreement", d.NewID)
	d.callOff() // nobody is asked to mediate what has been agreed
	if cmd.Oral {
		// An oral agreement takes effect when it is reached; the mediator's record is its proof (PML 28, 30).
		d.say("form", "oral")
		d.Case.takeEffect(d.At)
		d.beginConfirmation()
		d.enter(Effective)
	} else {
		d.say("form", "written")
		d.enter(Agreed)
		d.tellPanel(NoticeSign, d.Actor.ID)
		d.tell(NoticeSign, Recipient{Role: TownshipStaff, Area: d.Area}, d.StateClock.Due)
	}
	d.tellReporters(NoticeProgress)
	return nil
}

// sign 签署. A witnessed refusal voids the agreement: it takes effect only when all parties have signed (PML 29).
func (d *decision) sign(cmd Sign) error {
	role, who := d.signer(d.Order)
	if d.Actor.Role != PartyRole && !signRoleAllowed(d.Actor, role) {
		return Refusal("sign", Forbidden, "sign.role", "role")
	}
	if role == SignsAsParty && d.Party(who) == nil {
		return Refusal("sign", Invalid, "unknown_value", "party", "value", who)
	}
	s := Signature{At: d.At, Role: role, Who: who, Manner: cmd.Manner, Refused: cmd.Refused}
	if d.Actor.Role != PartyRole && role == SignsAsParty {
		s.Witness = d.Actor.ID
	}
	d.say("as", string(role))
	d.say("who", who)
	d.say("manner", cmd.Manner)
	if cmd.Refused {
		if role != SignsAsParty {
			return Refusal("sign", Invalid, "sign.refusal", "refused")
		}
		d.say("refused", "true")
		d.say("agreement_void", d.Agreement.ID)
		d.Agreement = nil
		d.enter(Mediating)
		d.seek()
		d.tellPanel(NoticeRefused, d.Actor.ID)
		return nil
	}
	d.Agreement.Signed = append(d.Agreement.Signed, s)
	if d.complete() {
		d.Case.takeEffect(d.At)
		d.beginConfirmation()
		d.enter(Effective)
		d.tellReporters(NoticeProgress)
	}
	return nil
}

func (d *decision) perform() error {
	d.Performed = d.At
	return nil
}

// unkept 不履行: the committee has supervised in vain (PML 31). The agreement stays on record, as what a party may sue on; the
// case is not settled, and a person decides how it goes on.
func (d *decision) unkept() error {
	d.releaseSeats()
	d.Outcome = &Outcome{At: d.At, Reason: "not_performed", Routes: d.courtRoutes(), Words: d.Order.Words}
	d.enter(Unsettled)
	d.tellPanel(NoticeProgress, d.Actor.ID)
	d.tell(NoticeNeedsHand, Recipient{Role: TownshipStaff, Area: d.Area}, d.StateClock.Due)
	d.tellReporters(NoticeProgress)
	return nil
}

// finishElsewhere 转办办结: whoever it was passed to has dealt with it. Closed is not settled: the return visit decides.
func (d *decision) finishElsewhere() error {
	d.Closed = d.At
	d.enter(Closed)
	d.tell(NoticeProgress, Recipient{Role: TownshipStaff, Area: d.Area}, d.StateClock.Due)
	d.tellReporters(NoticeProgress)
	return nil
}

// sides are the parties whose agreement it is: those in the dispute, not whoever is heard besides.
func (c *Case) sides() []string {
	var ids []string
	for i := range c.Parties {
		if c.Parties[i].Side != ThirdParty {
			ids = append(ids, c.Parties[i].ID)
		}
	}
	return ids
}

// close 办结: the procedure is over; whether the quarrel is, the return visit and the parties' word decide.
func (d *decision) close() {
	d.Closed = d.At
	d.releaseSeats()
	d.enter(Closed)
	d.tellReporters(NoticeProgress)
}

// judge decides between 办结, 化解 and not settled: the return visit and the parties' latest words.
func (d *decision) judge() {
	if len(d.FollowUps) == 0 {
		return
	}
	visit := d.FollowUps[len(d.FollowUps)-1]
	yes, no := 0, 0
	for i := range d.Parties {
		if w := d.Parties[i].Satisfied; w != nil && w.Yes {
			yes++
		} else if w != nil {
			no++
		}
	}
	next := Closed
	switch {
	case !visit.Resolved || !visit.Kept || no > 0:
		next = Unsettled
	case yes > 0 || d.pol.Closing.SettleWithoutWord:
		next = Settled
	}
	if next == d.State {
		return
	}
	d.enter(next)
	d.say("judged", string(next))
	if next == Unsettled {
		d.tell(NoticeNeedsHand, Recipient{Role: TownshipStaff, Area: d.Area}, d.StateClock.Due)
	}
	d.tellReporters(NoticeProgress)
}

func (d *decision) rate(cmd Rate) error {
	if cmd.Stars < 0 || cmd.Stars > 5 {
		return Refusal("rate", Invalid, "out_of_range", "stars", "min", "1", "max", "5")
	}
	p, err := d.speaker(cmd.Behalf)
	if err != nil {
		return err
	}
	p.Satisfied = &Word{At: d.At, Yes: cmd.Satisfied, Stars: cmd.Stars, Remark: d.Order.Words}
	d.say("satisfied", strconv.FormatBool(cmd.Satisfied))
	if !cmd.Satisfied && len(d.FollowUps) == 0 {
		d.tell(NoticeRefused, Recipient{Role: TownshipStaff, Area: d.Area}, d.StateClock.Due) // before anybody has visited
	}
	if d.State != Exited {
		d.judge()
	}
	return nil
}

// reopen 重新办理 counts as a repeat; the clock of the whole case goes on as if it had never stopped.
func (d *decision) reopen(cmd Reopen) error {
	if d.Actor.Role == PartyRole || cmd.Party != "" {
		p, err := d.speaker(cmd.Behalf)
		if err != nil {
			return err
		}
		p.RefusedMediation = time.Time{} // who asks for mediation again no longer refuses it
	}
	d.say("reason", cmd.Reason)
	d.tellPanel(NoticeReopened, "")
	d.again(!d.Closed.IsZero() || d.Actor.Role == PartyRole || cmd.Party != "")
	d.enter(Reported)
	d.tell(NoticeReopened, Recipient{Role: TownshipStaff, Area: d.Area}, d.StateClock.Due)
	d.tellReporters(NoticeReopened)
	return nil
}

// again begins a further turn of a case that had come to its end, and counts as a repeat. Its clocks begin anew where the last turn was closed, or a party
// asks for another. An office that takes back what it had itself ended otherwise (不予受理、撤回、调解不成 …) goes on with the time that it had left.
func (d *decision) again(anew bool) {
	d.Repeats++
	d.say("repeat", strconv.Itoa(d.Repeats))
	d.newTurn()
	if !anew {
		d.goOnStages()
		return
	}
	d.Left, d.StateClock = nil, Clock{}
	d.beginStages(d.At)
}

// takeBack 收回 what was passed on, and go on with the time that was left; a case that had been closed before begins anew, which counts as a repeat.
func (d *decision) takeBack() {
	if d.Closed.IsZero() {
		d.newTurn()
		d.goOnStages()
	} else {
		d.again(true)
	}
	d.enter(Reported)
	d.tell(NoticeNewCase, Recipient{Role: TownshipStaff, Area: d.Area}, d.StateClock.Due)
}

// newTurn clears what the last turn came to, so that the next is judged by its own visit, words and performance. An agreement
// that took effect stays on record: it binds, and a party may sue on it (PML 31–33).
func (d *decision) newTurn() {
	if a := d.Agreement; a != nil && !a.Effective.IsZero() {
		d.Former = append(slices.Clone(d.Former), *a)
	}
	d.releaseSeats()
	d.dissolve()
	d.Panel, d.Offers, d.Tier, d.Wave, d.Unit = Panel{}, nil, 0, 0, d.owing()
	d.Agreement, d.Performed, d.FollowUps, d.Closed, d.Outcome = nil, time.Time{}, nil, time.Time{}, nil
	d.Answer = nil
	for i := range d.Parties {
		d.Parties[i].Satisfied = nil
	}
}

// terminate 终止调解: the parties are told of arbitration, administrative and court routes (PML 26).
func (d *decision) terminate(reason string) error {
	if reason == "" {
		return Refusal("terminate", Invalid, "required", "reason")
	}
	d.say("reason", reason)
	d.disband()
	d.endSuspension() // a suspended case may be refused, too
	d.Agreement = nil
	d.Outcome = &Outcome{At: d.At, Reason: reason, Routes: d.courtRoutes(), Words: d.Order.Words}
	d.enter(Failed)
	d.tell(NoticeNeedsHand, Recipient{Role: TownshipStaff, Area: d.Area}, d.StateClock.Due)
	d.tellReporters(NoticeProgress)
	return nil
}

// courtRoutes are the ways that stay open where mediation does not help: the category's lawful route, and the court.
func (d *decision) courtRoutes() []string {
	routes := make([]string, 0, 2)
	if category, ok := d.pol.Category(d.Category); ok && category.Route != "" {
		routes = append(routes, category.Route)
	}
	for _, r := range d.pol.Intake.Routes {
		if r.Key == "court" && !has(routes, r.Key) {
			routes = append(routes, r.Key)
		}
	}
	return routes
}

func (d *decision) exit(cmd Exit) error {
	if err := d.checkRoute(cmd.Route); err != nil {
		return err
	}
	if cmd.Reason == "" {
		return Refusal("exit", Invalid, "required", "reason")
	}
	d.say("route", cmd.Route)
	d.say("reason", cmd.Reason)
	d.disband()
	d.dissolve()
	d.Outcome = &Outcome{At: d.At, Route: cmd.Route, Reason: cmd.Reason, Routes: []string{cmd.Route}, Words: d.Order.Words}
	d.enter(Exited)
	d.tellReporters(NoticeProgress)
	return nil
}

// hold 依法保留: a court or an inquiry wants the case as it is.
func (d *decision) hold(cmd HoldCase) error {
	if cmd.Reason == "" {
		return Refusal("hold", Invalid, "required", "reason")
	}
	d.say("reason", cmd.Reason)
	d.Hold = &Hold{At: d.At, By: d.Actor.ID, Reason: cmd.Reason}
	return nil
}
