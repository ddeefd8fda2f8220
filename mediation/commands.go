package mediation

import (
	"time"

	"fengqiao/grid"

	"github.com/paulmach/orb"
)

// Command is something to be done to a case. Commands carry plain words as they came in; the Service seals them before the
// update (see Order), so that a decision may rerun and write identical bytes.
type Command interface{ Name() CommandName }

type (
	// Accept 受理: the case is a matter for mediation; matching begins.
	Accept struct{ Remark string }
	// Refuse 不予受理 with the policy's legal route and a reason.
	Refuse struct{ Route, Reason, Remark string }
	// Join 并案: this case goes on inside another. Reversible by Split.
	Join struct{ Into, Remark string }
	// Split takes a join back.
	Split struct{ Remark string }
	// Detach 分出 takes one report out of the case; it gets a case of its own.
	Detach struct{ Report, Remark string }
	// Transfer 转办 to another desk, unit or area.
	Transfer struct {
		Route, Unit, Reason, Remark string
		Area                        grid.Code // "" keeps the area
	}
	// TakeBack 收回 a transferred case.
	TakeBack struct{ Remark string }
	// Reclassify changes category and severity; matching starts again, visibly.
	Reclassify struct {
		Category string
		Severity int
		Remark   string
		// NotEmergency clears the emergency flag: a person has looked.
		NotEmergency bool
	}
	// Place gives the case its cell by hand.
	Place struct {
		Cell   grid.Code
		Remark string
	}
	// Finish 转办办结: the unit or desk that a case was passed to has dealt with it; a return visit follows.
	Finish struct{ Remark string }
	// AddParty 登记当事人.
	AddParty struct{ Party PartyInput }
	// CorrectParty 更正当事人信息: all that is known of the party, as it should be.
	CorrectParty struct {
		Party string
		As    PartyInput
	}
	// RemoveParty 移除当事人 takes back an entry that was a mistake.
	RemoveParty struct{ Party, Reason string }
	// RenewLink makes a new link for a party; the old one is void.
	RenewLink struct{ Party string }
	// Note 备注.
	Note struct{ Text string }
	// Assign 人工指派 puts a mediator on a seat by hand. Force lets a person overrule the load cap and the radius, never a
	// conflict of interest.
	Assign struct {
		Mediator string
		Seat     int // -1: the first free seat that fits
		Force    bool
		Remark   string
	}
	// Unassign takes a mediator off the panel, whoever put them there.
	Unassign struct{ Mediator, Reason string }
	// Escalate 提级 climbs to the next tier by hand.
	Escalate struct{ Remark string }
	// Take 接单 accepts an offer.
	Take struct{ Offer string }
	// Decline 婉拒 an offer.
	Decline struct{ Offer, Reason string }
	// StepBack 退出调解 gives a seat back.
	StepBack struct{ Reason string }
	// RecordSession 调解记录.
	RecordSession struct {
		At       time.Time // zero: now
		Attended []string  // party ids
		Open     bool
		Notes    string
		Place    grid.Code
	}
	// Agree 达成协议.
	Agree struct {
		Oral         bool
		Facts, Terms string
		PlaceOf      string
		PerformBy    time.Time // zero: performed on the spot
	}
	// Sign 签署, or a refusal to sign with a witness.
	Sign struct {
		Role    SignerRole
		Party   string // for a party's signature that a mediator or staff records on paper
		Manner  string
		Refused bool
	}
	// Unagree voids an agreement that has not taken effect.
	Unagree struct{ Reason string }
	// Perform 履行完毕.
	Perform struct{ Remark string }
	// Default 不履行: the agreement is not kept; the parties are told of the court (PML 31–33).
	Default struct{ Remark string }
	// ApplyConfirmation 申请司法确认: the parties have jointly asked the court, which whoever mediated, or the office, records for them. The
	// application is joint or it is none: every party to the agreement says so.
	ApplyConfirmation struct {
		// Ruling is what the court ruled on an application that is on record; "": this is the application.
		Ruling   string
		On       time.Time // of the application, or the ruling; zero: now
		Court    string    // that they asked
		Consents []Behalf  // of each party to the agreement, and how they gave it
		Remark   string
	}
	// Close 办结.
	Close struct{ Remark string }
	// RecordFollowUp 回访.
	RecordFollowUp struct {
		Kept, Resolved bool
		Notes          string
	}
	// Rate is a party's word.
	Rate struct {
		Behalf
		Satisfied bool
		Stars     int
		Remark    string
	}
	// Reopen 重新办理; counts as a repeat. The party who asks for it, by themselves or through an office, no longer refuses
	// mediation.
	Reopen struct {
		Behalf
		Reason string
	}
	// Suspend 中止, e.g. while in court.
	Suspend struct{ Reason, Remark string }
	// Resume 恢复.
	Resume struct{ Remark string }
	// Terminate 终止调解: no agreement; the parties are told of other routes.
	Terminate struct{ Reason, Remark string }
	// Exit 有序退出.
	Exit struct{ Route, Reason, Remark string }
	// WithdrawCase 撤回.
	WithdrawCase struct{ Reason string }
	// RefuseMediation 拒绝调解.
	RefuseMediation struct {
		Behalf
		Reason string
	}
	// RefuseMediator 要求更换调解员.
	RefuseMediator struct {
		Behalf
		Mediator, Reason string
	}
	// ConsentOutsiders 同意他人参与.
	ConsentOutsiders struct {
		Behalf
		Given bool
	}
	// SettleAtOnce 即接即办: whoever took it in has settled it, and this is the answer.
	SettleAtOnce struct{ Answer string }
	// Reply 答复 answers whoever brought the matter in: reporters and outside desks read it.
	Reply struct{ Text string }
	// SignFor 签收: whoever it was passed or offered to has seen that it is theirs.
	SignFor struct{ Remark string }
	// Arrive 到达 the place. Point and accuracy are compared with the case's place and kept nowhere; nil: none was sent.
	Arrive struct {
		Point     *orb.Point
		AccuracyM float64
		Remark    string
	}
	// Handle 处置: what was to be done on the spot is done.
	Handle struct{ Remark string }
	// HoldCase 依法保留: nothing of it is erased until the hold is lifted.
	HoldCase struct{ Reason, Remark string }
	// LiftHold 解除保留.
	LiftHold struct{ Reason, Remark string }
	// Consult 会商: who took part for which unit, and who is to lead and to assist.
	Consult struct {
		At        time.Time // zero: now
		Took      []Taking
		Lead      string
		Assisting []string
		Opinion   string
	}
	// SignOffCase 签批 the newest consultation.
	SignOffCase struct {
		Approved bool
		Remark   string
	}
	// GiveTask 交办子任务 to the lead or an assisting unit.
	GiveTask struct {
		Unit  string
		Owner string    // user id, "" for whoever of the unit acknowledges it
		Due   time.Time // zero: as the policy has it
		What  string
	}
	// AckTask 签收子任务.
	AckTask struct{ Task string }
	// AnswerTask 反馈子任务.
	AnswerTask struct{ Task, Result string }
	// ReturnTask 退回子任务.
	ReturnTask struct {
		Task, Reason string
		Due          time.Time
	}
	// DropTask 撤销子任务.
	DropTask struct{ Task, Reason string }
	// TakeCharge 包案: a leader answers for the case, by a plan and on dates.
	TakeCharge struct {
		Leader  string // user id, "" for the actor
		Plan    string
		Reviews []time.Time // none: as the policy has it
	}
	// PlanCharge 调整方案.
	PlanCharge struct {
		Plan    string
		Reviews []time.Time
	}
	// ReviewCharge 会办.
	ReviewCharge struct{ Notes string }
	// ReleaseCharge 解除包案.
	ReleaseCharge struct{ Reason, Remark string }
	// HandlePetition 办理信访: a step of the regulation's course.
	HandlePetition struct {
		Behalf         // of the petitioner's own steps
		Step           PetitionStep
		Unit           string    // that it is passed on to; that reviews
		Route          string    // told where it is not accepted
		Days           int       // of an extension
		On             time.Time // on which the petitioner received the paper (StepServe), or the office their application; zero: now
		Approver       string    // who approved the extension
		Verdict        string    // SameFacts, NewFacts
		Rating         Rating
		Evidence       string // media id of a photo or recording that shows what the petitioner said, where somebody records it
		Reason, Remark string
	}
	// Entrust 委托代办: a party consents that a helper acts for them.
	Entrust struct {
		Party  string
		Helper string // user id, "" for the actor
		ProxyInput
	}
	// RevokeProxy 撤销委托.
	RevokeProxy struct{ Behalf }
	// RunErrand 代办事项.
	RunErrand struct{ Party, What string }
	// FinishErrand 代办结果.
	FinishErrand struct{ Errand, Result string }
	// NameDanger 遇险即转: whoever acts on the case has learnt of danger or crime, and it goes to the police at once.
	NameDanger struct{ Text string }
	// PassOn 一键转办: the matter goes to another outside desk, by its name.
	PassOn struct{ To, Remark string }
	// RecordCall 三方通话: desks have spoken of the matter.
	RecordCall struct {
		At      time.Time
		Seconds int
		Desks   []string // names of the desks that took part
		Others  string   // who else did
		Summary string
	}
	// MarkLoop 闭环环节: a step that a closing waits for was done.
	MarkLoop struct {
		Step, Text, Party string
		Refused           bool
		Point             *orb.Point
		AccuracyM         float64
		Photos            []string
	}
	// UnmarkLoop 撤销环节.
	UnmarkLoop struct{ Mark, Reason string }
	// SupplementCase 补充.
	SupplementCase struct {
		Text   string
		Photos []string
	}
)

// Behalf is for whom an office or a mediator records what a party said to them: not everybody has a phone. A party speaks for
// themselves alone, whatever stands here.
type Behalf struct {
	Party  string
	Manner string // spoken, phone, written
}

// Name of each command.
func (Accept) Name() CommandName            { return CmdAccept }
func (Refuse) Name() CommandName            { return CmdRefuse }
func (Join) Name() CommandName              { return CmdJoin }
func (Split) Name() CommandName             { return CmdSplit }
func (Detach) Name() CommandName            { return CmdDetach }
func (Transfer) Name() CommandName          { return CmdTransfer }
func (TakeBack) Name() CommandName          { return CmdTakeBack }
func (Reclassify) Name() CommandName        { return CmdReclassify }
func (Place) Name() CommandName             { return CmdPlace }
func (AddParty) Name() CommandName          { return CmdAddParty }
func (Finish) Name() CommandName            { return CmdFinish }
func (CorrectParty) Name() CommandName      { return CmdCorrectParty }
func (RemoveParty) Name() CommandName       { return CmdRemoveParty }
func (Default) Name() CommandName           { return CmdDefault }
func (RenewLink) Name() CommandName         { return CmdRenewLink }
func (Note) Name() CommandName              { return CmdNote }
func (Assign) Name() CommandName            { return CmdAssign }
func (Unassign) Name() CommandName          { return CmdUnassign }
func (Escalate) Name() CommandName          { return CmdEscalate }
func (Take) Name() CommandName              { return CmdTake }
func (Decline) Name() CommandName           { return CmdDecline }
func (StepBack) Name() CommandName          { return CmdStepBack }
func (RecordSession) Name() CommandName     { return CmdSession }
func (Agree) Name() CommandName             { return CmdAgree }
func (Sign) Name() CommandName              { return CmdSign }
func (Unagree) Name() CommandName           { return CmdUnagree }
func (Perform) Name() CommandName           { return CmdPerform }
func (ApplyConfirmation) Name() CommandName { return CmdConfirm }
func (Close) Name() CommandName             { return CmdClose }
func (RecordFollowUp) Name() CommandName    { return CmdFollowUp }
func (Rate) Name() CommandName              { return CmdRate }
func (Reopen) Name() CommandName            { return CmdReopen }
func (Suspend) Name() CommandName           { return CmdSuspend }
func (Resume) Name() CommandName            { return CmdResume }
func (Terminate) Name() CommandName         { return CmdTerminate }
func (Exit) Name() CommandName              { return CmdExit }
func (WithdrawCase) Name() CommandName      { return CmdWithdraw }
func (RefuseMediation) Name() CommandName   { return CmdRefuseMediation }
func (RefuseMediator) Name() CommandName    { return CmdRefuseMediator }
func (ConsentOutsiders) Name() CommandName  { return CmdConsent }
func (SupplementCase) Name() CommandName    { return CmdSupplement }
func (HoldCase) Name() CommandName          { return CmdHold }
func (SettleAtOnce) Name() CommandName      { return CmdSettleAtOnce }
func (Reply) Name() CommandName             { return CmdReply }
func (SignFor) Name() CommandName           { return CmdSignFor }
func (Arrive) Name() CommandName            { return CmdArrive }
func (Handle) Name() CommandName            { return CmdHandle }
func (Entrust) Name() CommandName           { return CmdEntrust }
func (RevokeProxy) Name() CommandName       { return CmdRevoke }
func (RunErrand) Name() CommandName         { return CmdErrand }
func (FinishErrand) Name() CommandName      { return CmdErrandDone }
func (MarkLoop) Name() CommandName          { return CmdLoop }
func (UnmarkLoop) Name() CommandName        { return CmdLoopUndo }
func (NameDanger) Name() CommandName        { return CmdDanger }
func (PassOn) Name() CommandName            { return CmdPassOn }
func (RecordCall) Name() CommandName        { return CmdDeskCall }
func (TakeCharge) Name() CommandName        { return CmdCharge }
func (PlanCharge) Name() CommandName        { return CmdChargePlan }
func (ReviewCharge) Name() CommandName      { return CmdReview }
func (ReleaseCharge) Name() CommandName     { return CmdRelease }
func (Consult) Name() CommandName           { return CmdConsult }
func (SignOffCase) Name() CommandName       { return CmdSignOff }
func (GiveTask) Name() CommandName          { return CmdTask }
func (AckTask) Name() CommandName           { return CmdTaskAck }
func (AnswerTask) Name() CommandName        { return CmdTaskResult }
func (ReturnTask) Name() CommandName        { return CmdTaskReturn }
func (DropTask) Name() CommandName          { return CmdTaskDrop }
func (LiftHold) Name() CommandName          { return CmdLiftHold }
func (HandlePetition) Name() CommandName    { return CmdPetition }

// PartyInput is a party as it is entered.
type PartyInput struct {
	Kind                           PartyKind
	Side                           PartySide
	Name, Phone, IDNumber, Address string
	Kin                            []string // mediator ids
	Units                          []string
	Account                        string // user id of their own account, if they are known to have one
}

// ReportInput is a report as the phone sends it.
type ReportInput struct {
	ClientID  string
	Channel   string
	Text      string
	Category  string
	Severity  int
	Emergency bool
	// Point in WGS-84 lon/lat degrees (handlers convert other systems); nil without a fix.
	Point     *orb.Point
	AccuracyM float64
	Cell      grid.Code // chosen by hand
	Address   string
	PhoneTime time.Time
	// CameOn is when the letter, or what else is a petition, reached the office; zero: now.
	CameOn  time.Time
	Photos  []string
	Parties []PartyInput
	// Outside is the desk's own number, where an outside desk sends the report.
	Outside Outside
	// Passed is the case that was passed on to the desk that sends the report as its order (DeskPass); "" for everything else.
	Passed string
	// OnBehalf: it is filed for the first of Parties, by their consent.
	OnBehalf *ProxyInput
	// Suggestion is the resident's suggestion that becomes this report.
	Suggestion string
	// Print is the fingerprint of the request as it came.
	Print string
}
