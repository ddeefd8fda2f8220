package mediation

import (
	"fmt"
	"strings"
)

// ClockEffect is what a command does to a clock: nothing, or one of these.
type ClockEffect string

// The effects.
const (
	EffectNone   ClockEffect = ""        // it runs on
	EffectEnters ClockEffect = "enters"  // the state entered has its clock: begun now, or gone on with where the case was there before in its turn
	EffectStops  ClockEffect = "stops"   // it stands still as far as the reason's rule says
	EffectGoesOn ClockEffect = "goes_on" // what stood still goes on
	EffectTurn   ClockEffect = "turn"    // a new turn begins it anew, where one begins; else it goes on
	EffectEnds   ClockEffect = "ends"    // it may end it: the policy says which command ends which stage
	EffectDrops  ClockEffect = "drops"   // nothing is waited for any more
	EffectRoad   ClockEffect = "road"    // dropped where the matter goes down a lawful road, running on with a unit by name
	EffectApart  ClockEffect = "apart"   // as if the case had never been joined: the time of the join counts
	EffectBegins ClockEffect = "begins"  // begun with it
	EffectCourse ClockEffect = "course"  // as the petition's steps say
)

// clockEffectTexts are their words.
var clockEffectTexts = map[ClockEffect][2]string{
	EffectNone:   {"照走", "runs on"},
	EffectEnters: {"所进状态起算；本轮到过的接着走", "of the state entered begins, or goes on where the case was there before in its turn"},
	EffectStops:  {"按原因停计，到限自动恢复", "stands still as the reason's rule says, and goes on by itself"},
	EffectGoesOn: {"恢复计时", "goes on"},
	EffectTurn:   {"新一轮才重新起算，否则接着走，扣除不在的时间", "begins anew with a new turn alone, else goes on, less the time away"},
	EffectEnds:   {"规则写明的即完成", "ends where the policy says so"},
	EffectDrops:  {"不再计", "is dropped"},
	EffectRoad:   {"经法定途径的不再计，交指名单位的照走", "is dropped down a lawful road, runs on with a unit by name"},
	EffectApart:  {"如同未曾并案", "as if it had never been joined"},
	EffectBegins: {"起算", "begins"},
	EffectCourse: {"按信访步骤", "by the petition's steps"},
}

// ClockRow is what a command may do to each clock of a case. The whole case's clock is begun once, when the case is opened, and never anew; it stands
// still by a suspension alone.
type ClockRow struct {
	Command CommandName
	// State is the state's clock, Whole the whole case's, Stages the stages', Law those of the petition regulation and of judicial confirmation.
	State, Whole, Stages, Law ClockEffect
}

// ClockEffects has a row for every command of the state table. What is not said here runs on.
var ClockEffects = []ClockRow{
	{Command: CmdAccept, State: EffectEnters, Stages: EffectEnds},
	{Command: CmdRefuse, State: EffectDrops, Stages: EffectDrops},
	{Command: CmdJoin, State: EffectDrops, Stages: EffectDrops},
	{Command: CmdSplit, State: EffectApart, Stages: EffectApart, Law: EffectApart},
	{Command: CmdDetach, Stages: EffectEnds},
	{Command: CmdTransfer, State: EffectEnters, Stages: EffectRoad},
	{Command: CmdTakeBack, State: EffectTurn, Stages: EffectTurn},
	{Command: CmdFinish, State: EffectEnters, Stages: EffectDrops},
	{Command: CmdReclassify, State: EffectEnters, Stages: EffectEnds, Law: EffectCourse},
	{Command: CmdPlace, Stages: EffectEnds},
	{Command: CmdAddParty, Stages: EffectEnds},
	{Command: CmdCorrectParty, Stages: EffectEnds},
	{Command: CmdRemoveParty, Stages: EffectEnds},
	{Command: CmdRenewLink, Stages: EffectEnds},
	{Command: CmdNote, Stages: EffectEnds},
	{Command: CmdAssign, State: EffectEnters, Stages: EffectEnds},
	{Command: CmdUnassign, State: EffectEnters, Stages: EffectEnds},
	{Command: CmdEscalate, State: EffectEnters, Stages: EffectEnds},
	{Command: CmdTake, State: EffectEnters, Stages: EffectEnds},
	{Command: CmdDecline, State: EffectEnters, Stages: EffectEnds},
	{Command: CmdStepBack, State: EffectEnters, Stages: EffectEnds},
	{Command: CmdSession, State: EffectEnters, Stages: EffectEnds},
	{Command: CmdAgree, State: EffectEnters, Stages: EffectEnds, Law: EffectBegins},
	{Command: CmdSign, State: EffectEnters, Stages: EffectEnds, Law: EffectBegins},
	{Command: CmdUnagree, State: EffectEnters, Stages: EffectEnds},
	{Command: CmdPerform, Stages: EffectEnds, Law: EffectDrops},
	{Command: CmdDefault, State: EffectEnters, Stages: EffectEnds},
	{Command: CmdClose, State: EffectEnters, Stages: EffectDrops},
	{Command: CmdFollowUp, State: EffectEnters, Stages: EffectDrops},
	{Command: CmdRate, State: EffectEnters, Stages: EffectDrops},
	{Command: CmdReopen, State: EffectTurn, Stages: EffectTurn, Law: EffectDrops},
	{Command: CmdSuspend, State: EffectStops, Whole: EffectStops, Stages: EffectStops},
	{Command: CmdResume, State: EffectGoesOn, Whole: EffectGoesOn, Stages: EffectGoesOn},
	{Command: CmdTerminate, State: EffectEnters, Whole: EffectGoesOn, Stages: EffectEnds},
	{Command: CmdExit, State: EffectDrops, Stages: EffectDrops},
	{Command: CmdWithdraw, State: EffectDrops, Stages: EffectDrops},
	{Command: CmdRefuseMediation, State: EffectEnters, Whole: EffectGoesOn, Stages: EffectGoesOn},
	{Command: CmdRefuseMediator, State: EffectEnters, Stages: EffectEnds},
	{Command: CmdConsent, Stages: EffectEnds},
	{Command: CmdSupplement, Stages: EffectEnds},
	{Command: CmdSettleAtOnce, State: EffectEnters, Stages: EffectDrops, Law: EffectCourse},
	{Command: CmdReply, Stages: EffectEnds},
	{Command: CmdSignFor, Stages: EffectEnds},
	{Command: CmdArrive, Stages: EffectEnds},
	{Command: CmdHandle, Stages: EffectEnds},
	{Command: CmdHold, Stages: EffectEnds},
	{Command: CmdLiftHold, Stages: EffectEnds},
	{Command: CmdConsult, Stages: EffectEnds},
	{Command: CmdSignOff, State: EffectEnters, Stages: EffectRoad},
	{Command: CmdTask, Stages: EffectEnds},
	{Command: CmdTaskAck, Stages: EffectEnds},
	{Command: CmdTaskResult, Stages: EffectEnds},
	{Command: CmdTaskReturn, Stages: EffectEnds},
	{Command: CmdTaskDrop, Stages: EffectEnds},
	{Command: CmdCharge, Stages: EffectEnds},
	{Command: CmdChargePlan, Stages: EffectEnds},
	{Command: CmdReview, Stages: EffectEnds},
	{Command: CmdRelease, Stages: EffectEnds},
	{Command: CmdPetition, Stages: EffectEnds, Law: EffectCourse},
	{Command: CmdEntrust, Stages: EffectEnds},
	{Command: CmdRevoke, Stages: EffectEnds},
	{Command: CmdErrand, Stages: EffectEnds},
	{Command: CmdErrandDone, Stages: EffectEnds},
	{Command: CmdLoop, Stages: EffectEnds},
	{Command: CmdLoopUndo, Stages: EffectEnds},
	{Command: CmdDanger, State: EffectTurn, Whole: EffectGoesOn, Stages: EffectRoad, Law: EffectDrops},
	{Command: CmdPassOn, Stages: EffectEnds},
	{Command: CmdDeskCall, Stages: EffectEnds},
	{Command: CmdConfirm, Stages: EffectEnds, Law: EffectDrops},
}

// ClockRowOf is the row of a command.
func ClockRowOf(name CommandName) (ClockRow, bool) {
	for _, r := range ClockEffects {
		if r.Command == name {
			return r, true
		}
	}
	return ClockRow{}, false
}

// MayBegin tells whether the command may begin the state's clock, or a stage's, that was not running before.
func (r ClockRow) MayBegin(stages bool) bool {
	if stages {
		return r.Stages == EffectTurn || r.State == EffectTurn
	}
	return has([]ClockEffect{EffectEnters, EffectTurn, EffectGoesOn, EffectDrops, EffectStops, EffectApart}, r.State)
}

// ClockPage is the table for people, as docs/stages.md shows it.
func ClockPage() string {
	var b strings.Builder
	b.WriteString(clockPageHead)
	for _, r := range ClockEffects {
		rule, _ := RuleOf(r.Command)
		fmt.Fprintf(&b, "| %s `%s` %s", rule.Zh, r.Command, rule.En)
		for _, effect := range []ClockEffect{r.State, r.Whole, r.Stages, r.Law} {
			text := clockEffectTexts[effect]
			fmt.Fprintf(&b, " | %s %s", text[0], text[1])
		}
		b.WriteString(" |\n")
	}
	return b.String()
}

const clockPageHead = `# 哪个命令动哪个时限 · What each command does to the clocks of a case

本页由程序的表（` + "`mediation/clock_effects.go`" + `）生成，请勿手改；测试拿它与程序核对。
Generated from the table by ` + "`go test ./mediation -run ClockPage -update`" + `; do not edit. Tests hold the code to it.

## 原则 · The rule

绕一圈不得多出时间。 No way round gains time.

- **全案** whole: 立案时起算，只此一次；只因规则列明的原因（` + "`suspension.reasons`" + `）中止而停计，每次、累计都有上限，到限自动恢复。Begun once, when the case is opened; it stands still only for the reasons
  that the policy lists, each bounded each time and in all, and goes on by itself.
- **本环节** of the state: 每个状态在一轮中只有一个时限。离开后又回来（转出收回、改类又改回、指派又取消、达成又作废、不予受理又重新办理……）接着走，不在该状态的时间不计（按整日的只扣满24小时的）；已逾期的仍是逾期。转给另一单位的，是那个单位自己的一轮；又转回原单位的，接着走。每次中止、每次办结后的回访各算各的。
  Each state has one clock in a turn. A case that comes back goes on with it, whatever way it went, less the time away (in days: its whole days); what had run out has.
  Another unit to which the case is passed has a turn of its own; the same unit again goes on. Each suspension, and the return visit of each closing, has its own.
- **环节（签收、到达、处置、办结）** stages: 每轮各一次；收回、拆案、重新办理（没有新一轮的）都接着走，完成的仍是完成，逾期的仍是逾期。Each once in a turn; coming back they go on, what was done is done, what was late is late.
- **法定时限** of the law: 信访条例的时限和司法确认期限不因中止、转办、收回而停；复核只扣听证时间（36条），被并案或当作检举控告期间只延长信访人自己的申请期。The petition regulation's clocks and that of judicial confirmation stop for no
  suspension, transfer or taking back; a re-review leaves its hearing out (36), and a petitioner's own right is longer by what a join, or being taken for an accusation, took of it.
- **新一轮** a new turn: 办结之后重新办理（或收回、遇险），或当事人要求重新办理。计为重复。工作人员自己撤销的不予受理、撤回、调解不成、退出，不算新一轮。After a closing, or at a party's word; it counts as a repeat. An office that undoes its own refusal, withdrawal, failure or exit begins none.

每一次停计、不计都写在该时限的说明里（` + "`GET /cases/{id}/clocks`" + ` 的 ` + "`pauses`、`why`" + `）。Every time that is left out stands in the clock's own account. 由测试保证 shown by: ` + "`TestNoHistoryGainsAClockTime` `TestNoTurnBackBeginsAClockAnew` `TestManySuspensionsMoveNoClockByMoreThanTheyMayInAll`" + `.

旧版规则没有 ` + "`suspension`" + ` 一节的：任何原因都可中止，但本环节、全案照走；写明 ` + "`stages.clocks[].pauses`" + ` 的环节按所写原因停计，每个原因累计至多30日。升级前已经中止的，按当时的规定停计到恢复为止。
Rules without a ` + "`suspension`" + ` section: any reason suspends, the state's and the whole case's clock run on, and stages stand still for the reasons that they name, 30 days in all for each.
What was suspended before the upgrade stands still until it goes on, as was the rule then.

## 命令 · Commands

| 命令 command | 本环节 state | 全案 whole | 环节 stages | 法定 law |
|---|---|---|---|---|
`
