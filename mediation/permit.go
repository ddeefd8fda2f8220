package mediation

import (
	"slices"
)

// Action is something a role may be permitted to do: every command by its own name, and the actions below for all
// other routes.
type Action string

// Actions that are not commands to a case.
const (
	ReportCreate  Action = "report.create"
	ReportRead    Action = "report.read"
	ReportChange  Action = "report.change" // supplement, withdraw
	ReportPlace   Action = "report.place"  // place an unplaced report
	CaseRead      Action = "case.read"
	CaseReports   Action = "case.reports"  // the reports that a case holds; a party reads its own case in plain words
	CaseMap       Action = "case.map"      // lists, GeoJSON and tiles over an area
	CaseSearch    Action = "case.search"   // find a party's cases by phone or ID number
	StatsRead     Action = "stats.read"    // figures over the cases that lists show
	TimelineRead  Action = "timeline.read" // the whole timeline and who looked
	OfferRead     Action = "offer.read"
	MediatorSelf  Action = "mediator.self" // own availability and leave
	MediatorRead  Action = "mediator.read"
	MediatorWrite Action = "mediator.write"
	MediaUpload   Action = "media.upload"
	MediaRead     Action = "media.read"
	PlanRead      Action = "plan.read"
	PlanImport    Action = "plan.import"
	PlanRedraw    Action = "plan.redraw" // divide and join cells of the own area, as an edition that PlanImport puts in force
	PolicyRead    Action = "policy.read"
	PolicyImport  Action = "policy.import"
	UserRead      Action = "user.read"
	UserWrite     Action = "user.write"
	InboxRead     Action = "inbox.read"
	DeviceWrite   Action = "device.write"
	PushDead      Action = "push.dead" // see and resend dead letters
	SelfRead      Action = "self.read"
	ClockMove     Action = "clock.move"  // of cases, in scenarios and training alone
	DeskOrders    Action = "desk.orders" // send work orders and see the own desk's
	HallRead      Action = "hall.read"   // the visits and figures of one-stop halls
	HallServe     Action = "hall.serve"  // give out numbers, call and serve

	HoldRead  Action = "hold.read" // records beside the cases that are held for the law
	HoldPlace Action = "hold.place"
	HoldLift  Action = "hold.lift"

	HandOverRead    Action = "handover.read"    // open matters of a person, and hand-overs
	HandOverPropose Action = "handover.propose" // to a successor
	HandOverAnswer  Action = "handover.answer"  // as the successor
	SlipIssue       Action = "slip.issue"       // the policy's kinds say which
	SlipRead        Action = "slip.read"
	SlipAnswer      Action = "slip.answer"  // acknowledge, reply, mend
	SlipJudge       Action = "slip.judge"   // find, visit, accept, send back, withdraw
	SlipApprove     Action = "slip.approve" // tolerate a finding, or hold to account for it; the kind says who

	ScorecardRead   Action = "scorecard.read"   // points of areas, units and officials, and an official's file
	ScorecardFreeze Action = "scorecard.freeze" // keep a month as it stands
	ScorecardImport Action = "scorecard.import"
	VillageRead     Action = "village.read"   // what villages are assessed at; who looks after a part of one reads its result, too
	VillageObject   Action = "village.object" // for the village, or the one that the own grid lies in
	VillageDecide   Action = "village.decide" // on objections, and correct a result

	LeadersRead   Action = "leaders.read" // what leaders are in charge of
	CampaignRead  Action = "campaign.read"
	CampaignWrite Action = "campaign.write" // undertake a campaign against the backlog

	// Periodic review lists.
	DocketRead   Action = "docket.read"   // the lists, and of their cases those that one sees
	DocketDecide Action = "docket.decide" // over a case of a list; the policy's list says who of these sits
	DocketFollow Action = "docket.follow" // read decisions: by area, or as who is to carry one out
	DocketReport Action = "docket.report" // that a decision has been carried out
	DocketMinute Action = "docket.minute" // write down that they sat, who came and what was said; the policy's list says who of these sits

	// What goes on in a grid beside cases.
	PatrolCheckIn Action = "patrol.checkin" // in the own area, and see one's own
	PatrolRead    Action = "patrol.read"    // how the cells stand, without who was there
	CouncilLead   Action = "council.lead"   // call a meeting in the grid, and keep what comes of it
	CouncilRead   Action = "council.read"
	TeamRead      Action = "team.read" // posts of grids' teams, and vacancies
	TeamLead      Action = "team.lead" // fill posts
	TeamPart      Action = "team.part" // leave a post, have a substitute: one's own, or others' in the area

	DutyRead  Action = "duty.read"  // the duty roster, and who is on duty
	DutyWrite Action = "duty.write" // import a period of it
	// Residents' suggestions.
	OpinionRead      Action = "opinion.read"      // stations, points, campaigns and published results
	OpinionLead      Action = "opinion.lead"      // keep stations and points, and campaigns
	OpinionGive      Action = "opinion.give"      // send a resident's suggestion
	OpinionFigures   Action = "opinion.figures"   // how many of what, published or not
	OpinionPublish   Action = "opinion.publish"   // a campaign's results, and their corrections
	SuggestionRead   Action = "suggestion.read"   // without who made it
	SuggestionDecide Action = "suggestion.decide" // what was taken up, that it is a dispute, and see who made it

	StudyRead Action = "study.read" // escalated studies: by area, or as one who takes part
	StudyLead Action = "study.lead" // call one, name members, conclude, order
	StudyPart Action = "study.part" // put material before one, report an order done
)

// Scope bounds a permission to some of the things.
type Scope int

// The scopes.
const (
	Nothing    Scope = iota
	Anything         // no bound (things that have no area: own inbox, plan, self)
	InArea           // the case's area (or the user's, the mediator's) lies inside the actor's
	OwnReport        // the actor reported it
	OnPanel          // the actor sits on the panel
	Asked            // the actor has or had an offer of it, or sits on the panel
	OwnCase          // the party's own case
	OwnUnit          // the case lies with the actor's unit, inside the actor's area
	WholePlan        // every plan that is touched lies inside the actor's area (what holds for the whole installation)
	Oneself          // what the actor holds, or is asked to take over
	Addressed        // a paper that the actor, their unit or their post is to answer
	Issuing          // a paper that the actor, or the post that they hold, issued
	Helping          // the actor acts for a party, who has not taken their consent back
	ToHelp           // the actor has taken over from a helper who left, and waits for the party's consent
	InCharge         // the actor is the leader in charge of the case, inside the actor's area
	AssistUnit       // the actor's unit assists the one that the case lies with, inside the actor's area
	TakesPart        // the actor, or their unit, was named in it
	SentTo           // a dispatch rule has sent the case to the actor, their unit or their role
	SignsFor         // … and lets them sign for it
)

// Grant permits an action to a role within a scope.
type Grant struct {
	Role  Role
	Scope Scope
}

var (
	field  = []Role{GridWorker, GridLeader, InformationOfficer}
	office = []Role{TownshipStaff, CountyStaff}
	seeing = []Role{TownshipStaff, CountyStaff, Supervisor, Leader}
	// Who may issue papers of supervision, and who may have to answer them.
	supervising = []Role{GridLeader, UnitStaff, TownshipStaff, CountyStaff, Supervisor, Leader}
	answering   = []Role{GridWorker, GridLeader, InformationOfficer, MediatorRole, UnitStaff, TownshipStaff, CountyStaff, Supervisor, Leader}
	people      = []Role{GridWorker, GridLeader, InformationOfficer, MediatorRole, UnitStaff, TownshipStaff, CountyStaff, Supervisor, Leader, Administrator}
)

func each(scope Scope, roles ...Role) []Grant {
	g := make([]Grant, len(roles))
	for i, r := range roles {
		g[i] = Grant{r, scope}
	}
	return g
}

func join(groups ...[]Grant) []Grant {
	var all []Grant
	for _, g := range groups {
		all = append(all, g...)
	}
	return all
}

var (
	staffOnly  = each(InArea, office...)
	panelOnly  = each(OnPanel, MediatorRole)
	panelStaff = join(panelOnly, staffOnly)
	// Whom a dispatch rule may send a case to, beside the office, which has all cases of its area anyway.
	dispatched = each(SentTo, GridWorker, GridLeader, InformationOfficer, MediatorRole, UnitStaff, Supervisor, Leader)
	signing    = each(SignsFor, GridWorker, InformationOfficer, MediatorRole, UnitStaff, Supervisor, Leader)
	// Whoever sees to a matter on the spot: the panel, the unit that it was passed to, the community, the office, whom it was sent to.
	responders = join(panelStaff, each(OwnUnit, UnitStaff), each(InArea, GridLeader), signing)
	// Several units on one case: the lead answers for the whole, the others for what they were given.
	leading   = join(staffOnly, each(OwnUnit, UnitStaff))
	assisting = each(AssistUnit, UnitStaff)
	// Helpers (代办员): whoever may report may file for a resident. Who sees by area goes on seeing by that.
	acting     = join(each(Helping, field...), each(Helping, office...))
	actingOnly = join(each(Helping, GridWorker, InformationOfficer), each(ToHelp, GridWorker, InformationOfficer))
	// Who takes over from a helper asks the party, or lays it down.
	taking = join(each(ToHelp, field...), each(ToHelp, office...))
	// Who may have a part in the closed loop.
	looping = join(panelStaff, each(OwnUnit, UnitStaff), assisting, each(InArea, GridLeader, Supervisor, Leader))
	// What a party says, they say by their link, or to whoever works on the case, who records it.
	partyOrOffice = join(each(OwnCase, PartyRole), panelStaff)
)

// Permits is the one table of who may do what, within which scope. What is not in it is forbidden.
var Permits = map[Action][]Grant{
	Action(CmdAccept):          staffOnly,
	Action(CmdRefuse):          staffOnly,
	Action(CmdJoin):            staffOnly,
	Action(CmdSplit):           staffOnly,
	Action(CmdDetach):          staffOnly,
	Action(CmdTransfer):        staffOnly,
	Action(CmdTakeBack):        join(staffOnly, each(OwnUnit, UnitStaff)),
	Action(CmdFinish):          join(staffOnly, each(OwnUnit, UnitStaff)),
	Action(CmdReclassify):      staffOnly,
	Action(CmdPlace):           staffOnly,
	Action(CmdAddParty):        join(panelStaff, each(OwnReport, field...)),
	Action(CmdCorrectParty):    panelStaff,
	Action(CmdRemoveParty):     staffOnly,
	Action(CmdRenewLink):       panelStaff,
	Action(CmdNote):            join(panelStaff, each(OwnUnit, UnitStaff), assisting, dispatched, each(InArea, Supervisor, Leader)),
	Action(CmdAssign):          staffOnly,
	Action(CmdUnassign):        staffOnly,
	Action(CmdEscalate):        staffOnly,
	Action(CmdTake):            each(Asked, MediatorRole),
	Action(CmdDecline):         each(Asked, MediatorRole),
	Action(CmdStepBack):        panelOnly,
	Action(CmdSession):         panelOnly,
	Action(CmdAgree):           panelOnly,
	Action(CmdSign):            join(panelStaff, each(OwnCase, PartyRole)),
	Action(CmdUnagree):         panelStaff,
	Action(CmdPerform):         panelStaff,
	Action(CmdDefault):         panelStaff,
	Action(CmdConfirm):         panelStaff,
	Action(CmdClose):           panelStaff,
	Action(CmdFollowUp):        join(panelStaff, each(OwnReport, field...), each(InArea, GridLeader)),
	Action(CmdRate):            partyOrOffice,
	Action(CmdReopen):          join(staffOnly, each(OwnCase, PartyRole)),
	Action(CmdSuspend):         panelStaff,
	Action(CmdResume):          panelStaff,
	Action(CmdTerminate):       panelStaff,
	Action(CmdExit):            staffOnly,
	Action(CmdWithdraw):        join(staffOnly, each(OwnReport, field...), each(OwnReport, office...), each(OwnReport, Desk)),
	Action(CmdRefuseMediation): partyOrOffice,
	Action(CmdRefuseMediator):  partyOrOffice,
	Action(CmdConsent):         partyOrOffice,
	Action(CmdSettleAtOnce):    join(staffOnly, each(InArea, GridLeader)),
	Action(CmdReply):           join(panelStaff, each(OwnUnit, UnitStaff), each(InArea, GridLeader)),
	Action(CmdSignFor):         responders,
	Action(CmdArrive):          responders,
	Action(CmdHandle):          responders,
	Action(CmdSupplement):      join(each(OwnReport, field...), each(OwnReport, office...), each(OwnReport, Desk), panelStaff, acting, each(OwnCase, PartyRole)),

	// Who may want a record gone must not be who decides that it stays.
	Action(CmdHold):     each(InArea, CountyStaff, Supervisor),
	Action(CmdLiftHold): each(InArea, Supervisor),
	HoldRead:            each(InArea, CountyStaff, Supervisor),
	HoldPlace:           each(InArea, CountyStaff, Supervisor),
	HoldLift:            each(InArea, Supervisor),

	Action(CmdConsult):    staffOnly,
	Action(CmdSignOff):    each(InArea, Leader, CountyStaff, TownshipStaff), // whom of them, the policy says
	Action(CmdTask):       leading,
	Action(CmdTaskReturn): leading,
	Action(CmdTaskDrop):   leading,
	Action(CmdTaskAck):    join(each(OwnUnit, UnitStaff), assisting),
	Action(CmdTaskResult): join(each(OwnUnit, UnitStaff), assisting),

	Action(CmdEntrust):    join(staffOnly, each(OwnReport, field...), taking),
	Action(CmdRevoke):     join(partyOrOffice, acting, taking),
	Action(CmdErrand):     acting,
	Action(CmdErrandDone): acting,

	// Which of these does which step, the policy says.
	Action(CmdLoop):     looping,
	Action(CmdLoopUndo): looping,
	// Whoever acts on it, or sent it, may learn of danger; nobody has to ask first.
	Action(CmdDanger):   join(responders, assisting, dispatched, acting, each(InArea, Supervisor, Leader), each(OwnReport, field...), each(OwnReport, office...), each(OwnReport, Desk)),
	Action(CmdPassOn):   join(each(InArea, CountyStaff), each(OwnReport, Desk)),
	Action(CmdDeskCall): join(each(InArea, CountyStaff), each(OwnReport, Desk)),

	Action(CmdCharge):     each(InArea, Leader, CountyStaff),
	Action(CmdChargePlan): join(each(InCharge, Leader), each(InArea, CountyStaff)),
	Action(CmdReview):     join(each(InCharge, Leader), each(InArea, CountyStaff)), // who records what the leader did
	Action(CmdRelease):    each(InArea, CountyStaff),                               // nobody lets themselves go

	// PetitionTable says which step is whose.
	Action(CmdPetition): join(staffOnly, each(OwnUnit, UnitStaff), each(OwnCase, PartyRole)),

	ReportCreate:  join(each(Anything, field...), each(Anything, office...), each(Anything, Desk)),
	ReportRead:    join(each(OwnReport, field...), each(OwnReport, office...), each(InArea, seeing...), each(OwnReport, Desk)),
	ReportChange:  join(each(OwnReport, field...), each(OwnReport, office...), each(OwnReport, Desk)),
	ReportPlace:   staffOnly,
	CaseRead:      join(each(OwnReport, GridWorker, InformationOfficer, Desk), each(InArea, GridLeader), each(Asked, MediatorRole), each(OwnUnit, UnitStaff), assisting, dispatched, actingOnly, each(InArea, seeing...), each(OwnCase, PartyRole)),
	CaseReports:   join(each(OwnReport, GridWorker, InformationOfficer, Desk), each(InArea, GridLeader), panelOnly, each(OwnUnit, UnitStaff), assisting, dispatched, each(Helping, GridWorker, InformationOfficer), each(InArea, seeing...)),
	CaseMap:       join(each(InArea, GridLeader), each(InArea, seeing...)),
	CaseSearch:    staffOnly,
	StatsRead:     join(each(InArea, GridLeader), each(OwnUnit, UnitStaff), each(InArea, seeing...)),
	TimelineRead:  join(each(InArea, seeing...), panelOnly),
	OfferRead:     each(Asked, MediatorRole),
	MediatorSelf:  each(Anything, MediatorRole),
	MediatorRead:  each(InArea, TownshipStaff, CountyStaff, Administrator),
	MediatorWrite: each(InArea, CountyStaff, Administrator),
	MediaUpload:   join(each(Anything, field...), each(Anything, office...), each(Anything, MediatorRole, Desk, UnitStaff, Supervisor, Leader)),
	// parts.go says whose of them; the proof of a paper who sees the paper.
	MediaRead:    join(each(OwnReport, field...), helping, incharge, each(Addressed, answering...), each(Issuing, supervising...)),
	PlanRead:     each(Anything, append([]Role{Desk}, people...)...),
	PlanImport:   each(WholePlan, Administrator),
	PlanRedraw:   each(InArea, Administrator),
	PolicyRead:   each(Anything, people...),
	PolicyImport: each(WholePlan, Administrator),
	UserRead:     each(InArea, Administrator),
	UserWrite:    each(InArea, Administrator),
	InboxRead:    each(Anything, append([]Role{Desk}, people...)...),
	DeviceWrite:  each(Anything, people...),
	PushDead:     each(InArea, Administrator),
	SelfRead:     each(Anything, append([]Role{Desk}, people...)...),
	ClockMove:    each(WholePlan, Administrator),
	DeskOrders:   each(Anything, Desk), // which desk's is told by the account's unit
	HallRead:     each(InArea, seeing...),
	HallServe:    staffOnly,

	HandOverRead:    join(each(InArea, CountyStaff, Supervisor, Administrator), each(Oneself, people...)),
	HandOverPropose: join(each(InArea, CountyStaff, Administrator), each(Oneself, people...)),
	HandOverAnswer:  each(Oneself, people...),
	SlipIssue:       each(InArea, supervising...),
	SlipRead:        join(each(InArea, seeing...), each(Addressed, answering...), each(Issuing, supervising...)),
	SlipAnswer:      each(Addressed, answering...),
	SlipJudge:       each(Issuing, supervising...),
	SlipApprove:     each(InArea, CountyStaff, Supervisor, Leader),

	ScorecardRead:   each(InArea, CountyStaff, Supervisor, Leader),
	ScorecardFreeze: each(WholePlan, CountyStaff, Supervisor),
	ScorecardImport: each(WholePlan, Administrator),
	VillageRead:     join(each(InArea, GridLeader), each(InArea, seeing...)),
	VillageObject:   each(InArea, GridLeader, TownshipStaff),
	VillageDecide:   each(WholePlan, CountyStaff, Supervisor), // the county does, whose people do not object

	LeadersRead:   each(InArea, seeing...),
	CampaignRead:  each(InArea, seeing...), // of those whose area meets the campaign's
	CampaignWrite: each(InArea, CountyStaff),

	DocketRead:   join(each(InArea, seeing...), each(OwnUnit, UnitStaff)),
	DocketDecide: each(InArea, TownshipStaff, CountyStaff, Leader),
	DocketMinute: each(InArea, TownshipStaff, CountyStaff, Supervisor, Leader),
	DocketFollow: join(each(InArea, seeing...), each(TakesPart, answering...)),
	DocketReport: join(each(InArea, TownshipStaff, CountyStaff, Leader), each(TakesPart, answering...)),

	PatrolCheckIn: each(InArea, field...),
	PatrolRead:    join(each(InArea, GridLeader), each(InArea, seeing...)),
	CouncilLead:   each(InArea, GridLeader, TownshipStaff),
	CouncilRead:   join(each(InArea, GridLeader), each(InArea, seeing...), each(Addressed, answering...)),
	TeamRead:      join(each(InArea, GridLeader), each(InArea, seeing...), each(TakesPart, answering...)),
	TeamLead:      each(InArea, GridLeader, TownshipStaff, CountyStaff),
	TeamPart:      join(each(InArea, GridLeader, TownshipStaff, CountyStaff), each(Oneself, answering...)),

	DutyRead:         join(each(InArea, GridLeader), each(InArea, seeing...)),
	DutyWrite:        each(InArea, CountyStaff, Leader),
	OpinionRead:      each(Anything, append([]Role{Desk}, people...)...),
	OpinionLead:      staffOnly,
	OpinionGive:      join(each(Anything, field...), each(Anything, office...), each(Anything, Desk)),
	OpinionFigures:   each(InArea, seeing...),
	OpinionPublish:   each(InArea, CountyStaff, Leader),
	SuggestionRead:   join(each(InArea, seeing...), each(OwnReport, field...), each(OwnReport, office...), each(OwnReport, Desk), each(OwnUnit, UnitStaff)),
	SuggestionDecide: staffOnly,

	StudyRead: join(each(InArea, seeing...), each(TakesPart, people...)),
	StudyLead: each(InArea, TownshipStaff, CountyStaff, Leader),
	StudyPart: join(each(InArea, TownshipStaff, CountyStaff, Leader), each(TakesPart, people...)),
}

// standing is what somebody who stands in for another may do in their place: the daily work of a grid, by the holder's row of Permits. What
// names people to posts, gives somebody access or binds in person, and whatever is not here, waits for the holder or is done by who is over them.
var standing = []Action{
	Action(CmdAccept), Action(CmdRefuse), Action(CmdJoin), Action(CmdSplit), Action(CmdDetach), Action(CmdTransfer), Action(CmdTakeBack), Action(CmdFinish),
	Action(CmdReclassify), Action(CmdPlace), Action(CmdAddParty), Action(CmdCorrectParty), Action(CmdNote), Action(CmdAssign), Action(CmdUnassign),
	Action(CmdEscalate), Action(CmdSupplement), Action(CmdSettleAtOnce), Action(CmdReply), Action(CmdSignFor), Action(CmdArrive), Action(CmdHandle),
	Action(CmdFollowUp), Action(CmdPerform), Action(CmdClose), Action(CmdSuspend), Action(CmdResume),
	Action(CmdTask), Action(CmdTaskAck), Action(CmdTaskResult), Action(CmdTaskReturn), Action(CmdTaskDrop),
	ReportCreate, ReportRead, ReportChange, ReportPlace, CaseRead, CaseReports, CaseMap, StatsRead, TimelineRead, MediaUpload, MediaRead, PlanRead, PolicyRead, SelfRead, InboxRead,
	SlipIssue, SlipRead, SlipAnswer, SlipJudge, PatrolCheckIn, PatrolRead, CouncilLead, CouncilRead, TeamRead, DutyRead, OpinionRead, OpinionGive, SuggestionRead,
}

// StandingIn tells whether the action is among those that who stands in for somebody may do in their place.
func StandingIn(a Action) bool { return slices.Contains(standing, a) }
