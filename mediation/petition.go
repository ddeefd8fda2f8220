package mediation

import (
	"slices"
	"time"

	"fengqiao/mediation/policy"
)

// PetitionState is where a petition stands in the regulation's course.
type PetitionState string

// The states of a petition.
const (
	PetitionRegistered  PetitionState = "registered"
	PetitionSent        PetitionState = "sent"
	PetitionAccepted    PetitionState = "accepted"
	PetitionHandled     PetitionState = "handled"
	PetitionReviewing   PetitionState = "reviewing"
	PetitionReviewed    PetitionState = "reviewed"
	PetitionRereviewing PetitionState = "rereviewing"
	PetitionExplaining  PetitionState = "explaining"
	PetitionExplained   PetitionState = "explained"
	PetitionConcluded   PetitionState = "concluded"
	PetitionLapsed      PetitionState = "lapsed"
	PetitionRefused     PetitionState = "not_accepted"
	PetitionWithdrawn   PetitionState = "withdrawn"
	PetitionAccused     PetitionState = "as_accusation"
)

// PetitionStateInfo describes one of them: its name, its clock and the policy's limit of that; without a clock nothing is owed any more.
type PetitionStateInfo struct {
	State  PetitionState
	Zh, En string
	Clock  ClockName
	Limit  func(*policy.Petition) policy.Limit
	// Right: the limit is how long the petitioner may ask for the next remedy. When it is over nobody is late: the petition lapses.
	Right bool
}

// PetitionStates is every state, in the order of the course.
var PetitionStates = []PetitionStateInfo{
	{State: PetitionRegistered, Zh: "已登记", En: "registered", Clock: "petition_transfer", Limit: func(p *policy.Petition) policy.Limit { return p.Transfer }},
	{State: PetitionSent, Zh: "已转送", En: "passed on", Clock: "petition_tell", Limit: func(p *policy.Petition) policy.Limit { return p.Tell }},
	{State: PetitionAccepted, Zh: "已受理", En: "accepted", Clock: "petition_handle", Limit: func(p *policy.Petition) policy.Limit { return p.Handle }},
	{State: PetitionHandled, Zh: "已出具处理意见", En: "opinion issued", Clock: "petition_ask_review", Limit: func(p *policy.Petition) policy.Limit { return p.AskReview }, Right: true},
	{State: PetitionReviewing, Zh: "复查中", En: "under review", Clock: "petition_review", Limit: func(p *policy.Petition) policy.Limit { return p.Review }},
	{State: PetitionReviewed, Zh: "已复查", En: "reviewed", Clock: "petition_ask_rereview", Limit: func(p *policy.Petition) policy.Limit { return p.AskRereview }, Right: true},
	{State: PetitionRereviewing, Zh: "复核中", En: "under re-review", Clock: "petition_rereview", Limit: func(p *policy.Petition) policy.Limit { return p.Rereview }},
	{State: PetitionExplaining, Zh: "属地解释中", En: "to be explained by the home township", Clock: "petition_explain", Limit: func(p *policy.Petition) policy.Limit { return p.Explain }},
	{State: PetitionExplained, Zh: "已解释", En: "explained"},
	{State: PetitionConcluded, Zh: "依法终结", En: "concluded by law"},
	{State: PetitionLapsed, Zh: "逾期未申请复查复核", En: "no remedy was asked for in time"},
	{State: PetitionRefused, Zh: "不予受理", En: "not accepted"},
	{State: PetitionWithdrawn, Zh: "已撤回", En: "withdrawn"},
	{State: PetitionAccused, Zh: "按检举控告办理", En: "dealt with as an accusation"},
}

// petitionClockTexts name the clocks of a petition in Chinese and English.
var petitionClockTexts = map[ClockName][2]string{
	"petition_transfer":     {"信访登记、转送", "petition: to register and pass on"},
	petitionObject:          {"信访异议期", "petition: to object to the transfer"},
	"petition_tell":         {"信访受理告知", "petition: to tell whether it is accepted"},
	"petition_handle":       {"信访办理", "petition: to handle"},
	"petition_ask_review":   {"信访申请复查期", "petition: to ask for review"},
	"petition_review":       {"信访复查", "petition: to review"},
	"petition_ask_rereview": {"信访申请复核期", "petition: to ask for re-review"},
	"petition_explain":      {"信访属地解释", "petition: to explain a conclusion"},
	"petition_rereview":     {"信访复核", "petition: to re-review"},
}

const petitionObject ClockName = "petition_object"

// Info returns the description of a state.
func (s PetitionState) Info() PetitionStateInfo {
	if i := slices.IndexFunc(PetitionStates, func(x PetitionStateInfo) bool { return x.State == s }); i >= 0 {
		return PetitionStates[i]
	}
	return PetitionStateInfo{State: s, Zh: string(s), En: string(s)}
}

// Over tells whether the regulation expects nothing of anybody any more.
func (s PetitionState) Over() bool { return s.Info().Clock == "" }

// PetitionStep is what is done in the course of a petition.
type PetitionStep string

// The steps.
const (
	StepSend        PetitionStep = "send"          // 转送
	StepObject      PetitionStep = "object"        // 提出异议
	StepAccept      PetitionStep = "accept"        // 受理告知
	StepRefuse      PetitionStep = "refuse"        // 不予受理告知
	StepExtend      PetitionStep = "extend"        // 延长办理期限
	StepOpinion     PetitionStep = "opinion"       // 处理意见
	StepServe       PetitionStep = "serve"         // 送达
	StepAskReview   PetitionStep = "ask_review"    // 申请复查
	StepReview      PetitionStep = "review"        // 复查意见
	StepAskRereview PetitionStep = "ask_rereview"  // 申请复核
	StepHearing     PetitionStep = "hearing"       // 听证开始
	StepHeard       PetitionStep = "heard"         // 听证结束
	StepRereview    PetitionStep = "rereview"      // 复核意见
	StepWithdraw    PetitionStep = "withdraw"      // 撤回信访
	StepJudge       PetitionStep = "judge"         // 认定是否同一事实
	StepExplain     PetitionStep = "explain"       // 属地解释
	StepContest     PetitionStep = "contest"       // 对认定提出异议
	StepRate        PetitionStep = "rate"          // 评价承办单位和信访工作机构
	StepDisown      PetitionStep = "disown"        // 不是本人的意思
	StepAside       PetitionStep = "as_accusation" // 转按检举控告办理; comes of reclassifying
	StepTakeUp      PetitionStep = "as_petition"   // 按信访程序办理; comes of reclassifying
)

// PetitionRule is one row of the table of steps.
type PetitionRule struct {
	Step   PetitionStep
	Zh, En string
	From   []PetitionState
	To     PetitionState // "": it stays
	Roles  []Role
}

var (
	petitionUnit   = []Role{UnitStaff, TownshipStaff, CountyStaff} // an office records what a unit without an account does
	petitionOffice = []Role{TownshipStaff, CountyStaff}
	petitioner     = []Role{PartyRole, TownshipStaff, CountyStaff} // or an office that records what they said; never the unit that it concerns
)

// PetitionTable is the course of a petition.
var PetitionTable = []PetitionRule{
	{StepSend, "转送", "pass on", []PetitionState{PetitionRegistered}, PetitionSent, petitionOffice},
	{StepObject, "提出异议", "object to the transfer", []PetitionState{PetitionSent}, PetitionRegistered, petitionUnit},
	{StepAccept, "受理告知", "tell that it is accepted", []PetitionState{PetitionSent}, PetitionAccepted, petitionUnit},
	{StepRefuse, "不予受理告知", "tell that it is not accepted", []PetitionState{PetitionRegistered}, PetitionRefused, petitionOffice},
	{StepRefuse, "不予受理告知", "tell that it is not accepted", []PetitionState{PetitionSent}, PetitionRefused, petitionUnit},
	{StepExtend, "延长办理期限", "extend", []PetitionState{PetitionAccepted}, "", petitionUnit},
	{StepOpinion, "出具处理意见", "issue the opinion", []PetitionState{PetitionAccepted}, PetitionHandled, petitionUnit},
	{StepServe, "送达", "put on record when it was received", []PetitionState{PetitionHandled, PetitionReviewed, PetitionLapsed}, "", petitionUnit},
	{StepAskReview, "申请复查", "ask for review", []PetitionState{PetitionHandled, PetitionLapsed}, PetitionReviewing, petitioner},
	{StepReview, "出具复查意见", "issue the review", []PetitionState{PetitionReviewing}, PetitionReviewed, petitionAbove},
	{StepAskRereview, "申请复核", "ask for re-review", []PetitionState{PetitionReviewed, PetitionLapsed}, PetitionRereviewing, petitioner},
	{StepHearing, "听证开始", "begin a hearing", []PetitionState{PetitionRereviewing}, "", petitionAbove},
	{StepHeard, "听证结束", "end the hearing", []PetitionState{PetitionRereviewing}, "", petitionAbove},
	{StepRereview, "出具复核意见", "issue the re-review", []PetitionState{PetitionRereviewing}, PetitionConcluded, petitionAbove},
	{StepWithdraw, "撤回信访", "withdraw the petition", []PetitionState{PetitionRegistered, PetitionSent, PetitionAccepted, PetitionHandled, PetitionReviewing, PetitionReviewed, PetitionRereviewing}, PetitionWithdrawn, petitioner},
	{StepJudge, "认定是否同一事实", "judge the facts", []PetitionState{PetitionRegistered}, "", petitionOffice},
	{StepExplain, "解释说明", "explain", []PetitionState{PetitionExplaining}, PetitionExplained, petitionOffice},
	{StepContest, "对认定提出异议", "object to the judgement", []PetitionState{PetitionExplaining, PetitionExplained}, PetitionRegistered, petitioner},
	{StepRate, "评价", "rate the unit and the office", []PetitionState{PetitionHandled, PetitionReviewing, PetitionReviewed, PetitionRereviewing, PetitionConcluded, PetitionLapsed, PetitionExplained, PetitionRefused}, "", petitioner},
	{StepDisown, "代录的不是本人的意思", "disown what was recorded for them", everyPetitionState(), "", []Role{PartyRole}},
	{StepAside, "转按检举控告办理（条例30条）", "dealt with as an accusation (regulation 30)", nil, PetitionAccused, nil},
	{StepTakeUp, "按信访程序办理", "takes the petition's course", nil, "", nil},
}

func everyPetitionState() []PetitionState {
	var all []PetitionState
	for _, s := range PetitionStates {
		all = append(all, s.State)
	}
	return all
}

// Petition (信访件) is the regulation's course of a matter that came in by letter, visit or net. It runs beside the case's own state: what is
// petitioned may be mediated meanwhile (regulation 33), and its remedies go on when the mediation is over. It is part of the case, and no document of
// its own, because the same parties, sight and timeline are its, and what ends one is often decided together with the other.
type Petition struct {
	State PetitionState
	// Kind is whether it is the petitioner's first on the matter, Earlier the case of the one before; Again the cases and reports by
	// which the matter was brought again since.
	Kind    PetitionKind
	Earlier string
	Again   []string
	// Unit is the organ that handles it, Reviewer the one that has reviewed.
	Unit, Reviewer string
	// Clock is of what is owed in this state, or for how long the petitioner may ask; Transfer that of passing on, which goes on when a
	// unit objects; Object how long it may.
	Clock, Transfer, Object Clock
	// Lapsed is the clock of the right that has lapsed: whoever asked in time may be put on record still.
	Lapsed   Clock
	Extended int       // days by which handling was extended
	Hearing  time.Time // a hearing goes on since; zero: none
	Back     *Back     // what was concluded by law comes back; nil: nothing does
	Aside    Aside     // where it was left, while its matter is dealt with as an accusation
	Rating   Rating
	// By are the parties with whom it came, where it began in a case that was there already (Case.Brings); Left those of its petitioners who have
	// withdrawn while others go on; Said what each says of the unit and the office, of which Rating is the whole.
	By, Left []string
	Said     []Said
	Recorded Recorded
	Papers   []Paper
}

// Paper is one step of a petition with what was said, as it is told to the petitioner.
type Paper struct {
	Step PetitionStep
	At   time.Time
	// On is the day on which it was taken, where that was before it was put on record; zero: with At.
	On              time.Time
	By              string
	Unit            string
	Days            int
	Reason          string
	Words, Approver Sealed
	// Party is for whom somebody else recorded it, "" where nobody did; Manner how they said it.
	Party, Manner string
}

// Remedies tells whether the case is over and its petition's course goes on: its clocks still run.
func (c *Case) Remedies() bool {
	return c.State.Over() && c.State != Joined && c.Petition != nil && !c.Petition.State.Over()
}

// underReview tells whether a review or re-review has been asked for and nobody has issued it. An accusation that was one before keeps it.
func (c *Case) underReview() bool {
	p := c.Petition
	if p == nil {
		return false
	}
	at := p.State
	if at == PetitionAccused {
		at = p.Aside.State
	}
	return at == PetitionReviewing || at == PetitionRereviewing
}

// clone is a copy that may be changed.
func (p *Petition) clone() *Petition {
	if p == nil {
		return nil
	}
	q := *p
	q.Papers = slices.Clone(p.Papers)
	return &q
}

// limit is that of the state in which the petition stands, an extension included.
func (p *Petition) limit(pol *policy.Policy) policy.Limit {
	info := p.State.Info()
	switch {
	case info.Limit == nil:
		return policy.Limit{}
	case p.State == PetitionAccepted:
		return pol.Petition.Extended(p.Extended)
	}
	return info.Limit(&pol.Petition)
}

// PetitionLimit is the limit of the petition's clock, an extension included; the zero value if it is no petition.
func (c *Case) PetitionLimit(pol *policy.Policy) policy.Limit {
	if c.Petition == nil {
		return policy.Limit{}
	}
	return c.Petition.limit(pol)
}

// rule is the row of a step that may be taken now.
func (p *Petition) rule(step PetitionStep) (PetitionRule, bool) {
	i := slices.IndexFunc(PetitionTable, func(r PetitionRule) bool { return r.Step == step && has(r.From, p.State) })
	if i < 0 || p.barred(step) {
		return PetitionRule{}, false
	}
	return PetitionTable[i], true
}

// PetitionSteps are the steps that the actor may take now, in the table's order.
func (c *Case) PetitionSteps(actor Actor) []PetitionStep {
	var steps []PetitionStep
	if c.Petition == nil || c.State == Joined || !MayCase(actor, Action(CmdPetition), c) {
		return nil
	}
	p := c.Party(actor.ID)
	if actor.Role == PartyRole && !c.Brings(p) {
		return nil
	}
	for _, r := range PetitionTable {
		now, ok := c.Petition.rule(r.Step)
		theirs := actor.Role != PartyRole || c.petitions(p) && (c.Petition.State != PetitionLapsed || !has(dated, r.Step))
		if r.Step == StepDisown {
			theirs = c.Petition.Recorded.Party == actor.ID
		}
		if ok && theirs && has(now.Roles, actor.Role) && !has(steps, r.Step) {
			steps = append(steps, r.Step)
		}
	}
	return steps
}

// petitionClocks are the running clocks of the case's petition, with their limits. A hidden one is nil.
func (c *Case) petitionClocks(pol *policy.Policy) []runningClock {
	p := c.Petition
	if p == nil || p.State.Over() {
		return nil
	}
	info := p.State.Info()
	list := []runningClock{{info.Clock, &p.Clock, p.limit(pol), info.Right}}
	if p.State == PetitionSent {
		list = append(list, runningClock{petitionObject, &p.Object, pol.Petition.Object, true})
	}
	return list
}
