package mediation

// State is where a case stands.
type State string

// The states. Their names in both languages stand in States below.
const (
	Reported    State = "reported"
	Screened    State = "screened"
	Offered     State = "offered"
	Accepted    State = "accepted"
	Mediating   State = "mediating"
	Agreed      State = "agreed"
	Effective   State = "effective"
	Closed      State = "closed"
	Settled     State = "settled"
	Unsettled   State = "unsettled"
	Suspended   State = "suspended"
	Failed      State = "failed"
	Exited      State = "exited"
	Transferred State = "transferred"
	NotAccepted State = "not_accepted"
	Withdrawn   State = "withdrawn"
	Joined      State = "joined"
)

// StateInfo describes one state.
type StateInfo struct {
	State  State
	Zh, En string
	// Over: nothing is expected of anybody any more; the case leaves the open lists and its clocks stop.
	Over bool
	// Plain is what a party reads.
	PlainZh, PlainEn string
}

// States is every state, in the order of a case's life.
var States = []StateInfo{
	{Reported, "待甄别", "reported", false, "我们已收到，正在核实。", "We have received it and are checking it."},
	{Screened, "已受理", "screened", false, "已受理，正在为您寻找调解员。", "It is accepted; we are looking for mediators."},
	{Offered, "派单中", "offered", false, "已受理，正在等待调解员接单。", "It is accepted; mediators have been asked."},
	{Accepted, "已接单", "accepted", false, "调解员已接单，将与您联系。", "A mediator has taken it and will contact you."},
	{Mediating, "调解中", "mediating", false, "正在调解。", "Mediation is under way."},
	{Agreed, "待签署", "agreed", false, "已达成协议，请签署。", "There is an agreement; please sign it."},
	{Effective, "履行中", "effective", false, "协议已生效，正在履行。", "The agreement is in effect and being performed."},
	{Closed, "办结", "closed", false, "办理程序已结束，我们会回访。", "The procedure is over; we shall visit you again."},
	{Settled, "化解", "settled", true, "纠纷已化解。如有反复，您可以要求重新办理。", "The quarrel is settled. If it comes back, you can ask to reopen it."},
	{Unsettled, "未化解", "unsettled", false, "纠纷尚未化解，工作人员会继续跟进。", "It is not settled yet; staff will go on with it."},
	{Suspended, "中止", "suspended", false, "调解暂时中止。", "Mediation is suspended for now."},
	{Failed, "调解不成", "failed", false, "调解不成，您可以通过仲裁、行政或诉讼途径解决。", "Mediation did not succeed; arbitration, administrative or court routes are open to you."},
	{Exited, "有序退出", "exited", true, "调解程序已终结，已告知您其他法定途径。", "Mediation has ended; you have been told of the other legal routes."},
	{Transferred, "已转办", "transferred", false, "已转交有权处理的单位。", "It has been passed to the body in charge."},
	{NotAccepted, "不予受理", "not_accepted", true, "不属于调解范围，已告知您法定途径。", "It is not a matter for mediation; you have been told the legal route."},
	{Withdrawn, "已撤回", "withdrawn", true, "申请已撤回。", "It has been withdrawn."},
	{Joined, "已并案", "joined", true, "已与同一纠纷的案件合并办理。请重新打开链接查看。", "It is handled together with another case of the same dispute. Open your link again to follow it."},
}

// Info returns the description of a state.
func (s State) Info() StateInfo {
	for _, i := range States {
		if i.State == s {
			return i
		}
	}
	return StateInfo{State: s, Zh: string(s), En: string(s)}
}

// Over tells whether a case in this state is at an end.
func (s State) Over() bool { return s.Info().Over }

// CommandName names what can be done to a case.
type CommandName string

// The commands. Their data stands in commands.go.
const (
	CmdAccept          CommandName = "accept"             // 受理
	CmdRefuse          CommandName = "refuse"             // 不予受理
	CmdJoin            CommandName = "join"               // 并案
	CmdSplit           CommandName = "split"              // 拆案, takes a join back
	CmdDetach          CommandName = "detach"             // 分出, takes one report out into a case of its own
	CmdTransfer        CommandName = "transfer"           // 转办
	CmdFinish          CommandName = "finish"             // 转办办结
	CmdTakeBack        CommandName = "take_back"          // 收回
	CmdReclassify      CommandName = "reclassify"         // 更改类别
	CmdPlace           CommandName = "place"              // 落格, gives an unplaced case its cell
	CmdAddParty        CommandName = "add_party"          // 登记当事人
	CmdCorrectParty    CommandName = "correct_party"      // 更正当事人信息
	CmdRemoveParty     CommandName = "remove_party"       // 移除当事人
	CmdRenewLink       CommandName = "renew_link"         // 重发链接
	CmdNote            CommandName = "note"               // 备注
	CmdAssign          CommandName = "assign"             // 人工指派
	CmdUnassign        CommandName = "unassign"           // 取消指派
	CmdEscalate        CommandName = "escalate"           // 提级
	CmdTake            CommandName = "take"               // 接单
	CmdDecline         CommandName = "decline"            // 婉拒
	CmdStepBack        CommandName = "step_back"          // 退出调解
	CmdSession         CommandName = "session"            // 调解记录
	CmdAgree           CommandName = "agree"              // 达成协议
	CmdSign            CommandName = "sign"               // 签署
	CmdUnagree         CommandName = "unagree"            // 协议作废, back to mediation before it took effect
	CmdPerform         CommandName = "perform"            // 履行完毕
	CmdDefault         CommandName = "default"            // 不履行 (PML 31–33)
	CmdClose           CommandName = "close"              // 办结
	CmdFollowUp        CommandName = "follow_up"          // 回访
	CmdRate            CommandName = "rate"               // 评价
	CmdReopen          CommandName = "reopen"             // 重新办理
	CmdSuspend         CommandName = "suspend"            // 中止
	CmdResume          CommandName = "resume"             // 恢复
	CmdTerminate       CommandName = "terminate"          // 终止调解 (PML 26)
	CmdExit            CommandName = "exit"               // 有序退出
	CmdWithdraw        CommandName = "withdraw"           // 撤回
	CmdRefuseMediation CommandName = "refuse_mediation"   // 拒绝调解 (PML 17)
	CmdRefuseMediator  CommandName = "refuse_mediator"    // 要求更换调解员 (PML 19, 23)
	CmdConsent         CommandName = "consent"            // 同意他人参与 (PML 20)
	CmdSupplement      CommandName = "supplement"         // 补充
	CmdSettleAtOnce    CommandName = "settle_at_once"     // 即接即办
	CmdReply           CommandName = "reply"              // 答复
	CmdSignFor         CommandName = "sign_for"           // 签收
	CmdArrive          CommandName = "arrive"             // 到达
	CmdHandle          CommandName = "handle"             // 处置
	CmdHold            CommandName = "hold"               // 依法保留: nothing of the case is erased
	CmdLiftHold        CommandName = "lift_hold"          // 解除保留
	CmdConsult         CommandName = "consult"            // 会商
	CmdSignOff         CommandName = "sign_off"           // 签批
	CmdTask            CommandName = "task"               // 交办子任务
	CmdTaskAck         CommandName = "task_ack"           // 签收子任务
	CmdTaskResult      CommandName = "task_result"        // 反馈子任务
	CmdTaskReturn      CommandName = "task_return"        // 退回子任务
	CmdTaskDrop        CommandName = "task_drop"          // 撤销子任务
	CmdCharge          CommandName = "take_charge"        // 包案
	CmdChargePlan      CommandName = "plan_charge"        // 调整包案方案
	CmdReview          CommandName = "review"             // 会办
	CmdRelease         CommandName = "release_charge"     // 解除包案
	CmdPetition        CommandName = "petition"           // 办理信访, a step of the regulation's course (PetitionTable)
	CmdEntrust         CommandName = "entrust"            // 委托代办
	CmdRevoke          CommandName = "revoke"             // 撤销委托
	CmdErrand          CommandName = "errand"             // 代办事项
	CmdErrandDone      CommandName = "errand_done"        // 代办结果
	CmdLoop            CommandName = "loop_step"          // 闭环环节
	CmdLoopUndo        CommandName = "loop_undo"          // 撤销闭环环节
	CmdDanger          CommandName = "danger"             // 遇险即转, straight back to the police
	CmdPassOn          CommandName = "pass_on"            // 一键转办, from one outside desk to another
	CmdDeskCall        CommandName = "desk_call"          // 三方通话
	CmdConfirm         CommandName = "apply_confirmation" // 申请司法确认
)

// Need is something that must hold before a command may be carried out; decide_needs.go checks it, messages.go says it.
type Need string

// The needs.
const (
	NeedNotEmergency    Need = "not_emergency"    // danger: no mediator is offered (PML 25)
	NeedNotRefused      Need = "not_refused"      // no party has clearly refused mediation (PML 17)
	NeedHigherTier      Need = "higher_tier"      // the policy's ladder has a rung above
	NeedFreeSeat        Need = "free_seat"        // there is a seat to take
	NeedOpenOffer       Need = "open_offer"       // the caller has an open offer in time
	NeedSeat            Need = "seat"             // the caller sits on the panel
	NeedTwoSides        Need = "two_sides"        // an applicant and a respondent are entered
	NeedConsent         Need = "consent"          // every party consented to the outsiders on the panel (PML 20)
	NeedSession         Need = "session"          // at least one session is on record (PML 27)
	NeedClosing         Need = "closing"          // policy's closing list is met
	NeedAwaitsSignature Need = "awaits_signature" // the caller's signature is still missing
	NeedPerformed       Need = "performed"        // the agreement has been performed
	NeedNotPerformed    Need = "not_performed"    // the agreement has not been performed yet
	NeedSeveralReports  Need = "several_reports"  // the case holds more than one report
	NeedOnlyReporter    Need = "only_reporter"    // no other reporter's report stands, or an office acts
	NeedNotErased       Need = "not_erased"       // its words have not been erased
	NeedHeld            Need = "held"             // it is held for the law
	NeedNotHeld         Need = "not_held"         // it is not held for the law yet
	NeedOnReceipt       Need = "on_receipt"       // policy lets it be settled at once, and it came in just now
	NeedToSignFor       Need = "to_sign_for"      // a stage of the policy waits for it to be signed for
	NeedToArrive        Need = "to_arrive"        // … for somebody to arrive
	NeedToHandle        Need = "to_handle"        // … for it to be handled
	NeedPetition        Need = "petition"         // it is a petition, with a step that the caller may take
	NeedNotInEffect     Need = "not_in_effect"    // no agreement binds the parties: refusing mediation does not undo one
	NeedJoint           Need = "joint"            // the policy lets several units handle a case together
	NeedSignatory       Need = "signatory"        // a consultation waits for a signature, and the caller is whom the policy has sign
	NeedOrder           Need = "order"            // a handling order has gone out
	NeedBodies          Need = "bodies"           // the policy names the bodies whose leaders take charge
	NeedCharge          Need = "charge"           // a leader is in charge
	NeedNoCharge        Need = "no_charge"        // no leader is in charge yet
	NeedProxy           Need = "proxy"            // somebody acts for a party; a party asks for itself
	NeedLoop            Need = "loop"             // the steps that the policy wants done before a closing are done
	NeedLooped          Need = "looped"           // the policy asks for such steps in this case
	NeedLoopMark        Need = "loop_mark"        // there is one of them that the actor may take back
	NeedNoDanger        Need = "no_danger"        // it does not lie with the police for danger already
	NeedPassable        Need = "passable"         // it lies with an outside desk that the policy lets pass it on
	NeedDesk            Need = "desk"             // it came from an outside desk
	NeedToConfirm       Need = "to_confirm"       // an agreement is in effect, and nobody has applied for judicial confirmation yet
	NeedNoReview        Need = "no_review"        // no review or re-review of its petition is asked for
	NeedTasksDone       Need = "tasks_done"       // no sub-task is open, where the policy asks for that
)

// Rule is one row of the state table: in these states the command leads to one of these states, if the needs hold.
type Rule struct {
	Command CommandName
	Zh, En  string
	From    []State
	To      []State // empty: the state stays; several: the command's data decide
	Needs   []Need
}

var (
	beforePanel = []State{Reported, Screened, Offered}
	working     = []State{Accepted, Mediating}
	matched     = []State{Screened, Offered, Accepted, Mediating} // a panel is being found or is at work
	unagreed    = []State{Reported, Screened, Offered, Accepted, Mediating, Transferred, Failed}
	seated      = append([]State{Suspended}, matched...)                                 // somebody may hold a seat that counts against their cap
	responding  = []State{Reported, Screened, Offered, Accepted, Mediating, Transferred} // somebody is to see to it on the spot
	inHand      = []State{Reported, Screened, Offered, Accepted, Mediating, Agreed, Effective, Unsettled, Suspended, Transferred, Failed}
	notOver     = append([]State{Closed}, inHand...)
	dangerous   = append([]State{Settled, Exited, NotAccepted}, notOver...) // what has not been taken back or joined to another case may become so
	unjoined    = append([]State{Settled, Exited, NotAccepted, Withdrawn}, notOver...)
	anyState    = append([]State{Settled, Exited, NotAccepted, Withdrawn, Joined}, notOver...)
)

// Table is the state table. A case's actions, the diagram in docs/states.md and the tests derive from it; who may do what
// stands in permit.go under the same names.
var Table = []Rule{
	{CmdAccept, "受理", "accept", []State{Reported}, []State{Screened}, []Need{NeedNotEmergency, NeedNotRefused}},
	{CmdRefuse, "不予受理", "refuse", []State{Reported, Screened, Offered}, []State{NotAccepted}, nil},
	{CmdJoin, "并案", "join to another case", []State{Reported, Screened, Offered}, []State{Joined}, nil},
	{CmdSplit, "拆案", "take a join back", []State{Joined}, []State{Reported, Screened, Offered}, []Need{NeedNotErased}},
	{CmdDetach, "分出", "take a report out", []State{Reported, Screened, Offered, Accepted, Mediating, Unsettled}, nil, []Need{NeedSeveralReports}},
	{CmdTransfer, "转办", "transfer", []State{Reported, Screened, Offered, Accepted, Mediating, Unsettled, Failed}, []State{Transferred}, nil},
	{CmdTakeBack, "收回", "take back", []State{Transferred}, []State{Reported}, nil},
	{CmdFinish, "转办办结", "finish elsewhere", []State{Transferred}, []State{Closed}, []Need{NeedNoReview, NeedTasksDone, NeedLoop}},
	{CmdReclassify, "更改类别", "reclassify", []State{Reported, Screened, Offered, Accepted, Mediating, Unsettled}, []State{Reported, Screened, Accepted, Mediating, Unsettled}, nil},
	{CmdPlace, "落格", "place", notOver, nil, nil},
	{CmdAddParty, "登记当事人", "enter a party", inHand, nil, nil},
	{CmdCorrectParty, "更正当事人信息", "correct a party", notOver, nil, nil},
	{CmdRemoveParty, "移除当事人", "remove a party", unagreed, nil, nil},
	{CmdRenewLink, "重发链接", "renew a party's link", append([]State{Settled, Exited, NotAccepted, Withdrawn}, notOver...), nil, nil},
	{CmdNote, "备注", "note", notOver, nil, nil},
	{CmdAssign, "人工指派", "assign", matched, matched, []Need{NeedNotEmergency, NeedNotRefused, NeedFreeSeat}},
	{CmdUnassign, "取消指派", "unassign", seated, seated, nil},
	{CmdEscalate, "提级", "escalate", []State{Screened, Offered}, []State{Screened}, []Need{NeedNotEmergency, NeedNotRefused, NeedHigherTier}},
	{CmdTake, "接单", "take", []State{Offered, Accepted, Mediating}, []State{Screened, Offered, Accepted, Mediating}, []Need{NeedNotEmergency, NeedNotRefused, NeedOpenOffer, NeedFreeSeat}},
	{CmdDecline, "婉拒", "decline", []State{Offered, Accepted, Mediating}, []State{Offered, Screened, Accepted, Mediating}, []Need{NeedOpenOffer}},
	{CmdStepBack, "退出调解", "step back", seated, seated, []Need{NeedSeat}},
	{CmdSession, "调解记录", "record a session", working, []State{Mediating}, []Need{NeedNotEmergency, NeedNotRefused, NeedTwoSides, NeedConsent}},
	{CmdAgree, "达成协议", "record an agreement", []State{Mediating}, []State{Agreed, Effective}, []Need{NeedNotRefused, NeedTwoSides, NeedConsent, NeedSession}},
	{CmdSign, "签署", "sign", []State{Agreed}, []State{Agreed, Effective, Mediating}, []Need{NeedAwaitsSignature}},
	{CmdUnagree, "协议作废", "void the unsigned agreement", []State{Agreed}, []State{Mediating}, nil},
	{CmdPerform, "履行完毕", "record performance", []State{Effective}, nil, []Need{NeedNotPerformed}},
	{CmdConfirm, "申请司法确认", "record the application for judicial confirmation", confirming, nil, []Need{NeedToConfirm}},
	{CmdDefault, "不履行", "record that it is not kept", []State{Effective}, []State{Unsettled}, []Need{NeedNotPerformed}},
	{CmdClose, "办结", "close", []State{Effective}, []State{Closed}, []Need{NeedNoReview, NeedPerformed, NeedClosing, NeedLoop}},
	{CmdFollowUp, "回访", "return visit", []State{Closed, Settled}, []State{Closed, Settled, Unsettled}, nil},
	{CmdRate, "评价", "say satisfied or not", []State{Closed, Settled, Unsettled, Exited}, []State{Closed, Settled, Unsettled, Exited}, nil},
	{CmdReopen, "重新办理", "reopen", []State{Closed, Settled, Unsettled, Failed, Exited, NotAccepted, Withdrawn}, []State{Reported}, []Need{NeedNotErased}},
	{CmdSuspend, "中止", "suspend", []State{Screened, Offered, Accepted, Mediating, Agreed, Effective}, []State{Suspended}, nil},
	{CmdResume, "恢复", "resume", []State{Suspended}, []State{Screened, Accepted, Mediating, Agreed, Effective}, nil},
	{CmdTerminate, "终止调解", "terminate", []State{Screened, Offered, Accepted, Mediating, Agreed}, []State{Failed}, nil},
	{CmdExit, "有序退出", "orderly exit", []State{Failed, Unsettled, Closed}, []State{Exited}, []Need{NeedNoReview}},
	{CmdWithdraw, "撤回", "withdraw", beforePanel, []State{Withdrawn}, []Need{NeedOnlyReporter}},
	{CmdRefuseMediation, "拒绝调解", "refuse mediation", []State{Reported, Screened, Offered, Accepted, Mediating, Agreed, Suspended}, []State{Failed}, []Need{NeedNotInEffect}},
	{CmdRefuseMediator, "要求更换调解员", "refuse a mediator", matched, matched, nil},
	{CmdConsent, "同意他人参与", "consent to outsiders", []State{Reported, Screened, Offered, Accepted, Mediating}, nil, nil},
	{CmdSupplement, "补充", "supplement", notOver, nil, nil},
	{CmdSettleAtOnce, "即接即办", "settle at once", beforePanel, []State{Closed}, []Need{NeedNotEmergency, NeedNoReview, NeedOnReceipt, NeedLoop}},
	{CmdReply, "答复", "answer who brought it in", append([]State{NotAccepted, Exited}, notOver...), nil, nil},
	{CmdSignFor, "签收", "sign for", responding, nil, []Need{NeedToSignFor}},
	{CmdArrive, "到达", "arrive", responding, nil, []Need{NeedToArrive}},
	{CmdHandle, "处置", "handle on the spot", responding, nil, []Need{NeedToHandle}},
	{CmdHold, "依法保留", "hold for the law", anyState, nil, []Need{NeedNotHeld}},
	{CmdLiftHold, "解除保留", "lift the hold", anyState, nil, []Need{NeedHeld}},
	{CmdConsult, "会商", "record a consultation", inHand, nil, []Need{NeedJoint}},
	{CmdSignOff, "签批", "sign a consultation off", inHand, inHand, []Need{NeedSignatory}},
	{CmdTask, "交办子任务", "give a sub-task", inHand, nil, []Need{NeedOrder}},
	{CmdTaskAck, "签收子任务", "acknowledge a sub-task", inHand, nil, []Need{NeedOrder}},
	{CmdTaskResult, "反馈子任务", "report a sub-task's result", inHand, nil, []Need{NeedOrder}},
	{CmdTaskReturn, "退回子任务", "send a sub-task back", inHand, nil, []Need{NeedOrder}},
	{CmdTaskDrop, "撤销子任务", "drop a sub-task", inHand, nil, []Need{NeedOrder}},
	{CmdCharge, "包案", "take charge", notOver, nil, []Need{NeedBodies, NeedNoCharge}},
	{CmdChargePlan, "调整包案方案", "change the plan of who is in charge", notOver, nil, []Need{NeedCharge}},
	{CmdReview, "会办", "review by the leader in charge", notOver, nil, []Need{NeedCharge}},
	{CmdRelease, "解除包案", "release from charge", notOver, nil, []Need{NeedCharge}},
	{CmdPetition, "办理信访", "take a step of the petition's course", unjoined, nil, []Need{NeedPetition, NeedNotErased}},
	{CmdEntrust, "委托代办", "record that a party has somebody act for them", notOver, nil, nil},
	{CmdRevoke, "撤销委托", "take the consent back", append([]State{Settled, Exited, NotAccepted, Withdrawn}, notOver...), nil, []Need{NeedProxy}},
	{CmdErrand, "代办事项", "record an errand", notOver, nil, []Need{NeedProxy}},
	{CmdErrandDone, "代办结果", "record an errand's result", notOver, nil, []Need{NeedProxy}},
	{CmdLoop, "闭环环节", "note a step of the closed loop", notOver, nil, []Need{NeedLooped}},
	{CmdLoopUndo, "撤销闭环环节", "take a step of the closed loop back", inHand, nil, []Need{NeedLoopMark}},
	{CmdDanger, "遇险即转", "name danger", dangerous, []State{Transferred}, []Need{NeedNoDanger, NeedNotErased}},
	{CmdPassOn, "一键转办", "pass on to another outside desk", inHand, nil, []Need{NeedPassable}},
	{CmdDeskCall, "三方通话", "record a call between desks", notOver, nil, []Need{NeedDesk}},
}

// RuleOf returns the table's row of a command.
func RuleOf(name CommandName) (Rule, bool) {
	for _, r := range Table {
		if r.Command == name {
			return r, true
		}
	}
	return Rule{}, false
}

// Allows tells whether the rule may start from the state.
func (r Rule) Allows(s State) bool { return has(r.From, s) }

func has[T comparable](list []T, x T) bool {
	for _, y := range list {
		if y == x {
			return true
		}
	}
	return false
}
