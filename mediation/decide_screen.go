package mediation

import (
	"cmp"
	"strconv"

	"fengqiao/grid"
)

// carryOut sends the command to its decision. Every command of the state table stands here once.
func (d *decision) carryOut() error {
	switch cmd := d.Command.(type) {
	case Accept:
		return d.admit()
	case Refuse:
		return d.refuseCase(cmd)
	case Join:
		return d.joinInto(cmd)
	case Split:
		return d.split()
	case Detach:
		return d.detach(cmd)
	case Transfer:
		return d.transfer(cmd)
	case TakeBack:
		d.takeBack()
	case Finish:
		return d.finishElsewhere()
	case Default:
		return d.unkept()
	case Reclassify:
		return d.reclassify(cmd)
	case Place:
		return d.place(cmd)
	case AddParty:
		return d.addParty()
	case CorrectParty:
		return d.correctParty(cmd)
	case RemoveParty:
		return d.removeParty(cmd)
	case RenewLink:
		return d.renewLink(cmd)
	case Note:
		if d.Order.Words.Empty() {
			return Refusal("note", Invalid, "required", "text")
		}
	case Assign:
		return d.assign(cmd)
	case Unassign:
		return d.unassign(cmd)
	case Escalate:
		d.climb()
	case Take:
		return d.take()
	case Decline:
		return d.decline(cmd)
	case StepBack:
		d.say("reason", cmd.Reason)
		return d.vacate(d.Actor.Mediator)
	case RecordSession:
		return d.session(cmd)
	case Agree:
		return d.agree(cmd)
	case Sign:
		return d.sign(cmd)
	case Unagree:
		d.say("reason", cmd.Reason)
		d.Agreement = nil
		d.enter(Mediating)
		d.seek()
		d.tellPanel(NoticeRefused, d.Actor.ID)
		d.tellReporters(NoticeProgress)
	case Perform:
		return d.perform()
	case ApplyConfirmation:
		return d.applyConfirmation(cmd)
	case Close:
		d.close()
	case RecordFollowUp:
		d.FollowUps = append(d.FollowUps, FollowUp{At: d.At, By: d.Actor.ID, Kept: cmd.Kept, Resolved: cmd.Resolved, Notes: d.Order.Words})
		d.say("kept", strconv.FormatBool(cmd.Kept))
		d.say("resolved", strconv.FormatBool(cmd.Resolved))
		d.judge()
	case Rate:
		return d.rate(cmd)
	case Reopen:
		return d.reopen(cmd)
	case Suspend:
		return d.suspend(cmd)
	case Resume:
		d.resume()
	case Terminate:
		return d.terminate(cmd.Reason)
	case Exit:
		return d.exit(cmd)
	case WithdrawCase:
		d.say("reason", cmd.Reason)
		d.disband()
		d.dissolve()
		d.Outcome = &Outcome{At: d.At, Reason: cmd.Reason, Words: d.Order.Words}
		d.enter(Withdrawn)
		d.tellReporters(NoticeProgress)
		d.tell(NoticeProgress, Recipient{Role: TownshipStaff, Area: d.Area}, d.At)
	case RefuseMediation:
		return d.refuseMediation(cmd)
	case RefuseMediator:
		return d.refuseMediator(cmd)
	case ConsentOutsiders:
		return d.consent(cmd)
	case SupplementCase:
		if d.Order.Words.Empty() && len(cmd.Photos) == 0 {
			return Refusal("supplement", Invalid, "required", "text")
		}
		for i, p := range cmd.Photos {
			d.say("photo"+strconv.Itoa(i+1), p)
		}
		d.tellWorking(NoticeProgress)
	case SettleAtOnce:
		return d.settleAtOnce()
	case Reply:
		return d.answer()
	case SignFor, Handle:
		// The stage that waits for it ends with it: see runStages.
	case Arrive:
		return d.arrive(cmd)
	case HoldCase:
		return d.hold(cmd)
	case LiftHold:
		if cmd.Reason == "" {
			return Refusal("lift_hold", Invalid, "required", "reason")
		}
		d.say("reason", cmd.Reason)
		d.Hold = nil
	case Consult:
		return d.consult(cmd)
	case SignOffCase:
		return d.signOff(cmd)
	case GiveTask:
		return d.giveTask(cmd)
	case AckTask:
		return d.ackTask(cmd)
	case AnswerTask:
		return d.answerTask(cmd)
	case ReturnTask:
		return d.returnTask(cmd)
	case DropTask:
		return d.dropTask(cmd)
	case Entrust:
		return d.entrust(cmd)
	case RevokeProxy:
		return d.revoke(cmd)
	case RunErrand:
		return d.errand(cmd)
	case FinishErrand:
		return d.errandDone(cmd)
	case MarkLoop:
		return d.markLoop(cmd)
	case UnmarkLoop:
		return d.unmarkLoop(cmd)
	case NameDanger:
		d.danger()
	case PassOn:
		return d.passOn(cmd)
	case RecordCall:
		return d.recordCall(cmd)
	case TakeCharge:
		return d.takeCharge(cmd)
	case PlanCharge:
		return d.replan(cmd)
	case ReviewCharge:
		return d.review()
	case ReleaseCharge:
		return d.release(cmd)
	case HandlePetition:
		return d.petition(cmd)
	default:
		return Refusal("decide", Invalid, "command.unknown", "command")
	}
	return nil
}

// Party shadows the order's sealed party with the case's lookup.
func (d *decision) Party(id string) *Party { return d.Case.Party(id) }

// admit makes the panel's seats and starts matching. What is no dispute between private persons takes another road (PML 2).
func (d *decision) admit() error {
	category, ok := d.pol.Category(d.Category)
	if !ok || !category.Mediable {
		return Refusal("accept", Conflict, "case.not_mediable", "", "category", d.Category, "route", category.Route)
	}
	panel, err := NewPanel(d.pol, d.Category, d.Severity)
	if err != nil {
		return err
	}
	// Everybody may be asked, whoever took or declined it in an earlier turn.
	d.Panel, d.Offers, d.Tier, d.Wave, d.NeedsHand, d.Outcome = panel, nil, 0, 0, false, nil
	d.accepted()
	return nil
}

// checkRoute refuses a route that the policy does not know.
func (d *decision) checkRoute(route string) error {
	if route == "" {
		return Refusal("route", Invalid, "required", "route")
	}
	if _, ok := d.pol.Route(route); !ok {
		return Refusal("route", Invalid, "unknown_value", "route", "value", route)
	}
	return nil
}

func (d *decision) refuseCase(cmd Refuse) error {
	if err := d.checkRoute(cmd.Route); err != nil {
		return err
	}
	if cmd.Reason == "" {
		return Refusal("refuse", Invalid, "required", "reason")
	}
	d.say("route", cmd.Route)
	d.say("reason", cmd.Reason)
	d.disband()
	d.dissolve()
	d.Outcome = &Outcome{At: d.At, Route: cmd.Route, Reason: cmd.Reason, Routes: []string{cmd.Route}, Words: d.Order.Words}
	d.enter(NotAccepted)
	d.tellReporters(NoticeProgress)
	return nil
}

// checked refuses a join to nothing and to itself.
func (cmd Join) checked(c *Case) error {
	if cmd.Into == "" || cmd.Into == c.ID {
		return Refusal("join", Invalid, "unknown_value", "into", "value", cmd.Into)
	}
	return nil
}

func (d *decision) joinInto(cmd Join) error {
	if err := cmd.checked(d.Case); err != nil {
		return err
	}
	d.say("into", cmd.Into)
	d.setApart()
	d.disband()
	d.dissolve()
	d.JoinedTo = cmd.Into
	d.chore(ChoreAdopt, cmd.Into)
	d.enter(Joined)
	d.tellReporters(NoticeProgress)
	return nil
}

func (d *decision) split() error {
	d.say("from", d.JoinedTo)
	d.chore(ChoreDisown, d.JoinedTo)
	d.JoinedTo = ""
	if err := d.standAgain(); err != nil {
		return err
	}
	d.tellReporters(NoticeProgress)
	d.tell(NoticeNewCase, Recipient{Role: TownshipStaff, Area: d.Area}, d.StateClock.Due)
	return nil
}

func (d *decision) detach(cmd Detach) error {
	switch {
	case !has(d.Reports, cmd.Report):
		return Refusal("detach", Invalid, "unknown_value", "report", "value", cmd.Report)
	case cmd.Report == d.Reports[0]:
		// Words, point and key of the case are this one's: it is the others that can be taken out.
		return Refusal("detach", Conflict, "case.first_report", "report")
	}
	d.say("report", cmd.Report)
	d.tell(NoticeProgress, Recipient{User: d.filer(cmd.Report)}, d.StateClock.Due)
	d.unfile(cmd.Report)
	d.chore(ChoreOpenReport, cmd.Report)
	return nil
}

func (d *decision) transfer(cmd Transfer) error {
	if cmd.Route == "" && cmd.Unit == "" && cmd.Area == "" {
		return Refusal("transfer", Invalid, "required", "route")
	}
	unit := cmd.Unit
	if cmd.Route != "" {
		if err := d.checkRoute(cmd.Route); err != nil {
			return err
		}
		if route, _ := d.pol.Route(cmd.Route); unit == "" {
			unit = route.Desk
		}
	}
	if cmd.Reason == "" {
		return Refusal("transfer", Invalid, "required", "reason")
	}
	d.say("route", cmd.Route)
	d.say("unit", unit)
	d.say("area", string(cmd.Area))
	d.say("reason", cmd.Reason)
	if d.Accusation && cmd.Area.Depth() > d.Area.Depth() {
		return Refusal("transfer", Conflict, "case.accusation_area", "area")
	}
	if cmd.Area != "" {
		d.Area, d.Earlier = cmd.Area, nil // before the unit is told: it is the new area's that must know
	}
	d.passPetition(unit)
	d.hand(cmd.Route, unit, cmd.Reason)
	if unit == "" {
		d.Unit = d.owing() // who owes its opinion sees the case
	}
	if cmd.Area != "" {
		d.tell(NoticeTransferred, Recipient{Role: TownshipStaff, Area: d.Area}, d.StateClock.Due)
	}
	d.tellReporters(NoticeProgress)
	return nil
}

// hand passes the case to a unit or desk.
func (d *decision) hand(route, unit, reason string) {
	d.disband()
	d.dissolve()
	d.Unit = unit
	d.Outcome = &Outcome{At: d.At, Route: route, Unit: unit, Reason: reason, Words: d.Order.Words}
	d.enterFor(Transferred, cmp.Or(unit, route, string(d.Area)))
	if unit != "" {
		d.tell(NoticeTransferred, Recipient{Unit: unit, Area: d.Area}, d.StateClock.Due)
	}
}

func (d *decision) reclassify(cmd Reclassify) error {
	category, ok := d.pol.Category(cmd.Category)
	if !ok {
		return Refusal("reclassify", Invalid, "unknown_value", "category", "value", cmd.Category)
	}
	if cmd.Severity < 1 || cmd.Severity > 4 {
		return Refusal("reclassify", Invalid, "out_of_range", "severity", "min", "1", "max", "4")
	}
	if category.Mediable {
		if _, err := NewPanel(d.pol, cmd.Category, cmd.Severity); err != nil {
			return err
		}
	}
	d.say("category", cmd.Category)
	d.say("category_before", d.Category)
	d.say("severity", strconv.Itoa(cmd.Severity))
	d.say("severity_before", strconv.Itoa(d.Severity))
	d.Category, d.Severity = cmd.Category, cmd.Severity
	d.classify(category)
	d.turnPetition()
	if cmd.NotEmergency && d.Emergency {
		d.Emergency = false
		d.say("emergency", "cleared")
	}
	switch {
	case has(matched, d.State) && !category.Mediable:
		// It turns out to be no matter for mediation: whoever mediates stops, and a person sends it down its lawful road.
		d.disband()
		d.Offers = nil
		d.enter(Reported)
		d.tell(NoticeNewCase, Recipient{Role: TownshipStaff, Area: d.Area}, d.StateClock.Due)
	case d.State == Screened || d.State == Offered:
		// The matter has changed: everybody may be asked again, by the composition that now fits.
		d.disband()
		return d.admit()
	}
	d.tellReporters(NoticeProgress)
	return nil
}

// place 落格. Staff place a case within their own area: into another they transfer it, which tells those who get it.
func (d *decision) place(cmd Place) error {
	if !d.Actor.Area.Contains(cmd.Cell) {
		return Refusal("place", Invalid, "unknown_value", "cell", "value", string(cmd.Cell))
	}
	d.lie(cmd.Cell)
	return nil
}

// lie notes where the case lies.
func (d *decision) lie(cell grid.Code) {
	d.say("cell", string(cell))
	d.say("cell_before", string(d.Cell))
	if !d.Accusation && (d.Area == d.Cell || d.Cell == "") {
		d.Area = cell
		d.tell(NoticeTransferred, Recipient{Role: TownshipStaff, Area: d.Area}, d.StateClock.Due)
	}
	d.Cell, d.PlanVersion, d.Earlier = cell, d.Plan, nil
	d.event.Place = cell
	if d.State == Screened || d.State == Offered {
		d.withdrawOffers() // whoever is near the new place is asked
		d.seek()
	}
}
