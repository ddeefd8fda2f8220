package mediation

import (
	"fengqiao/mediation/policy"

	"github.com/paulmach/orb"
)

// cast is everybody who may try something.
var cast = []Actor{staff, elder, other, {ID: "u-third", Role: MediatorRole, Mediator: "third"}, applicant, opponent, walker,
	{ID: "u-county", Role: CountyStaff, Area: "33.01.11"}, {ID: "u-away", Role: TownshipStaff, Area: "33.01.11.002"},
	{ID: "u-unit", Role: UnitStaff, Unit: "住建局", Area: "33.01.11"}, {ID: "u-lead", Role: GridLeader, Area: matchCell.Parent()},
	{ID: "u-watch", Role: Supervisor, Area: "33.01"}, {ID: "u-admin", Role: Administrator, Area: "33.01.11"},
	{ID: "p1", Role: PartyRole, Case: "another"}, {ID: "u-help", Role: UnitStaff, Unit: "水利局", Area: "33.01.11"},
	{ID: "u-chief", Role: Leader, Area: "33.01.11"}}

// plausible is a command with data that make sense for this case and actor, as far as any do.
func plausible(c *Case, by Actor, name CommandName) Command {
	seated := ""
	for _, s := range c.Panel.Seats {
		if s.Mediator != "" {
			seated = s.Mediator
		}
	}
	free := 0
	for i := len(c.Panel.Seats) - 1; i >= 0; i-- {
		if c.Panel.Seats[i].Mediator == "" {
			free = i
		}
	}
	sign := Sign{Role: SignsAsParty, Manner: "seal"}
	if c.Agreement != nil {
		if missing := c.unsigned(); len(missing) > 0 {
			sign.Party = missing[0]
		} else if by.Role == MediatorRole {
			sign.Role = SignsAsMediator
		} else {
			sign.Role = SignsAsCommittee
		}
	}
	behalf := Behalf{}
	if by.Role != PartyRole {
		behalf.Party, behalf.Manner = "p1", "phone"
	}
	refusable := seated
	if refusable == "" && len(c.Offers) > 0 {
		refusable = c.Offers[0].Mediator
	}
	report := ""
	if len(c.Reports) > 0 {
		report = c.Reports[len(c.Reports)-1]
	}
	return map[CommandName]Command{
		CmdAccept: Accept{}, CmdRefuse: Refuse{Route: "court", Reason: "r"}, CmdJoin: Join{Into: "c2"}, CmdSplit: Split{},
		CmdDetach: Detach{Report: report}, CmdTransfer: Transfer{Unit: "住建局", Reason: "r"}, CmdTakeBack: TakeBack{}, CmdFinish: Finish{},
		CmdReclassify: Reclassify{Category: turnedTo(c), Severity: 2, NotEmergency: true}, CmdPlace: Place{Cell: "33.01.11.001.002.003.06"},
		CmdAddParty: AddParty{Party: PartyInput{Kind: Person, Side: ThirdParty}}, CmdRenewLink: RenewLink{Party: "p1"},
		CmdCorrectParty: CorrectParty{Party: "p1", As: PartyInput{Kind: Person, Side: Applicant}}, CmdRemoveParty: RemoveParty{Party: "p1", Reason: "r"}, CmdNote: Note{Text: "n"},
		CmdAssign: Assign{Mediator: "assigned", Seat: free}, CmdUnassign: Unassign{Mediator: seated, Reason: "r"}, CmdEscalate: Escalate{},
		CmdTake: Take{}, CmdDecline: Decline{Reason: "r"}, CmdStepBack: StepBack{Reason: "r"}, CmdSession: RecordSession{},
		CmdAgree: Agree{Terms: "t", PerformBy: matchNow.AddDate(1, 0, 0)}, CmdSign: sign, CmdUnagree: Unagree{Reason: "r"}, CmdPerform: Perform{}, CmdConfirm: aConfirmation(c), CmdDefault: Default{},
		CmdClose: Close{}, CmdFollowUp: RecordFollowUp{Kept: true, Resolved: true}, CmdRate: Rate{Behalf: behalf, Satisfied: true, Stars: 5},
		CmdReopen: Reopen{Reason: "r"}, CmdSuspend: Suspend{Reason: "disaster"}, CmdResume: Resume{}, CmdTerminate: Terminate{Reason: "r"},
		CmdExit: Exit{Route: "court", Reason: "r"}, CmdWithdraw: WithdrawCase{Reason: "r"}, CmdRefuseMediation: RefuseMediation{Behalf: behalf},
		CmdRefuseMediator: RefuseMediator{Behalf: behalf, Mediator: refusable}, CmdConsent: ConsentOutsiders{Behalf: behalf, Given: true}, CmdSupplement: SupplementCase{Text: "s"},
		CmdSettleAtOnce: SettleAtOnce{Answer: "a"}, CmdReply: Reply{Text: "a"}, CmdSignFor: SignFor{}, CmdArrive: Arrive{Point: &orb.Point{}, AccuracyM: 5}, CmdHandle: Handle{},
		CmdHold: HoldCase{Reason: "court"}, CmdLiftHold: LiftHold{Reason: "over"},
		CmdConsult: Consult{Took: []Taking{{Unit: "住建局"}, {Unit: "水利局"}}, Lead: "住建局", Assisting: []string{"水利局"}, Opinion: "o"},
		CmdSignOff: SignOffCase{Approved: c.Repeats == 0}, CmdTask: GiveTask{Unit: "水利局", What: "w"}, CmdTaskAck: AckTask{Task: aTask(c, false)},
		CmdTaskResult: AnswerTask{Task: aTask(c, false), Result: "r"}, CmdTaskReturn: ReturnTask{Task: aTask(c, true), Reason: "r"},
		CmdTaskDrop: DropTask{Task: aTask(c, false), Reason: "r"},
		CmdEntrust:  Entrust{Party: "p1", ProxyInput: ProxyInput{Manner: "signature"}}, CmdRevoke: RevokeProxy{Behalf: behalf},
		CmdErrand: RunErrand{Party: aClient(c, by), What: "w"}, CmdErrandDone: FinishErrand{Errand: anErrand(c), Result: "r"},
		CmdLoop: aLoopStep(c, by), CmdLoopUndo: UnmarkLoop{Mark: aMark(c, by), Reason: "r"},
		CmdDanger: NameDanger{Text: "d"}, CmdPassOn: PassOn{To: otherDesk(c)}, CmdDeskCall: RecordCall{At: c.Changed, Seconds: 90, Desks: []string{c.AtDesk()}, Others: "o", Summary: "s"},
		CmdCharge: TakeCharge{Leader: "u-chief", Plan: "p"}, CmdChargePlan: PlanCharge{Plan: "p"}, CmdReview: ReviewCharge{Notes: "n"}, CmdRelease: ReleaseCharge{Reason: "r"}, CmdPetition: plausibleStep(c, by, behalf),
	}[name]
}

// aConfirmation is a joint application of all whose agreement it is.
func aConfirmation(c *Case) Command {
	cmd := ApplyConfirmation{Court: "富阳区人民法院"}
	if c.Agreement != nil && !c.Agreement.Applied.IsZero() {
		return ApplyConfirmation{Ruling: CourtConfirmed}
	}
	if c.Agreement != nil {
		for _, party := range c.Agreement.Signers {
			cmd.Consents = append(cmd.Consents, Behalf{Party: party, Manner: "written"})
		}
	}
	return cmd
}

// turnedTo is what a case is reclassified to: now and then an accusation, and that to something else.
func turnedTo(c *Case) string {
	if !c.Accusation && len(c.Events)%3 == 2 {
		return "accusation"
	}
	return "medical"
}

// aLoopStep is a step of the loop that is open, or any.
func aLoopStep(c *Case, by Actor) Command {
	cmd := MarkLoop{Step: "visit", Text: "t", Point: &orb.Point{}, AccuracyM: 5}
	for _, s := range closedLoop.Steps {
		if has(s.By, string(by.Role)) && c.LoopDone(s.Key) < s.Times && c.apart(s, by.ID) {
			cmd = MarkLoop{Step: s.Key, Text: "t"}
			switch s.Kind {
			case policy.LoopVisit:
				cmd.Point, cmd.AccuracyM = &orb.Point{}, 5
			case policy.LoopParty, policy.LoopMeeting:
				cmd.Party, cmd.Refused = "none", s.Kind == policy.LoopParty
				if len(c.Parties) > 0 {
					cmd.Party = c.Parties[0].ID
				}
			}
		}
	}
	return cmd
}

func aMark(c *Case, by Actor) string {
	for _, m := range c.Loop {
		if m.mayUnmark(by) {
			return m.ID
		}
	}
	return "none"
}

// aClient is a party for whom the actor acts.
func aClient(c *Case, by Actor) string {
	list := c.actsFor(by.ID)
	if len(list) == 0 {
		return "none"
	}
	return list[0]
}

// anErrand is one that is under way.
func anErrand(c *Case) string {
	for _, e := range c.Errands {
		if e.Done.IsZero() {
			return e.ID
		}
	}
	return "none"
}

// aTask is a sub-task of the case that has its result, or has not.
func aTask(c *Case, done bool) string {
	for _, t := range c.tasks() {
		if t.Dropped.IsZero() && t.Done.IsZero() != done {
			return t.ID
		}
	}
	return "none"
}
