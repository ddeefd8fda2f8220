package mediation

import (
	"fmt"
	"slices"
	"strings"
)

// StateDiagram is the state table for people: a diagram and a table in markdown, as docs/states.md shows them.
func StateDiagram() string {
	var b strings.Builder
	b.WriteString("# 案件状态 · States of a case\n\n" +
		"本页由状态表（`mediation/state.go`）、权限表（`mediation/permit.go`）和可见范围表（`mediation/parts.go`）生成，请勿手改。\n" +
		"Generated from these tables by `go test ./mediation -run StateDiagram -update`; do not edit.\n\n")
	b.WriteString("```mermaid\nstateDiagram-v2\n")
	for _, s := range States {
		fmt.Fprintf(&b, "    state \"%s %s\" as %s\n", s.Zh, s.En, s.State)
	}
	fmt.Fprintf(&b, "    [*] --> %s\n    [*] --> %s : 自动受理 accepted by policy\n    [*] --> %s : 紧急 emergency\n", Reported, Screened, Transferred)
	arrows, pairs := transitions()
	for _, p := range pairs {
		fmt.Fprintf(&b, "    %s --> %s : %s\n", p[0], p[1], strings.Join(arrows[p], "、"))
	}
	for _, s := range States {
		if s.Over {
			fmt.Fprintf(&b, "    %s --> [*]\n", s.State)
		}
	}
	b.WriteString("```\n\n系统自身的步骤（派单、派单到期）未画出。The system's own steps are not drawn: an accepted case is offered, " +
		"and returns to accepted when its offers have ended.\n\n## 状态 · States\n\n| 状态 | state | 当事人看到 · what a party reads |\n|---|---|---|\n")
	for _, s := range States {
		fmt.Fprintf(&b, "| %s | `%s` %s | %s<br>%s |\n", s.Zh, s.State, s.En, s.PlainZh, s.PlainEn)
	}
	b.WriteString("\n## 命令 · Commands\n\n| 命令 · command | 从 · from | 到 · to | 谁 · who | 条件 · needs |\n|---|---|---|---|---|\n")
	for _, r := range Table {
		fmt.Fprintf(&b, "| %s `%s` %s | %s | %s | %s | %s |\n", r.Zh, r.Command, r.En, stateNames(r.From), landing(r), grantNames(r), needNames(r))
	}
	partsTable(&b)
	return b.String()
}

// transitions gathers the commands that lead from one state to another.
func transitions() (map[[2]State][]string, [][2]State) {
	arrows := map[[2]State][]string{}
	var pairs [][2]State
	for _, r := range Table {
		for _, from := range r.From {
			for _, to := range r.To {
				if from == to || !r.leads(from, to) {
					continue
				}
				p := [2]State{from, to}
				if arrows[p] == nil {
					pairs = append(pairs, p)
				}
				arrows[p] = append(arrows[p], r.Zh)
			}
		}
	}
	return arrows, pairs
}

// leads tells which pairs of a row's states belong together, where the row as a whole allows more than can happen: a panel
// that is complete makes a case accepted, one that loses its lead or its last offer sends it back.
func (r Rule) leads(from, to State) bool {
	waiting := from == Screened || from == Offered
	switch r.Command {
	case CmdReclassify:
		return from == Offered && to == Screened || to == Reported
	case CmdTake, CmdAssign:
		return waiting && to == Accepted || from == Offered && to == Screened
	case CmdDecline:
		return from == Offered && to == Screened
	case CmdUnassign, CmdStepBack, CmdRefuseMediator:
		return from != Suspended && to == Screened || has(working, from) && to == Offered // others are still asked
	case CmdSignOff:
		return has(unhandled, from) && to == Transferred
	case CmdFollowUp, CmdRate:
		return from != Exited && (to == Settled || to == Unsettled)
	}
	return true
}

func stateNames(states []State) string {
	names := make([]string, len(states))
	for i, s := range states {
		names[i] = s.Info().Zh
	}
	return strings.Join(names, "、")
}

func landing(r Rule) string {
	if len(r.To) == 0 {
		return "不变 unchanged"
	}
	return stateNames(r.To)
}

func grantNames(r Rule) string { return grantList(Permits[Action(r.Command)]) }

func grantList(grants []Grant) string {
	var names []string
	for _, g := range grants {
		name := fmt.Sprintf("`%s`（%s）", g.Role, scopeNames[g.Scope])
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, "、")
}

var scopeNames = map[Scope]string{
	Anything:   "不限 any",
	InArea:     "本辖区 own area",
	OwnReport:  "本人上报 own report",
	OnPanel:    "本调解小组 on the panel",
	Asked:      "被派单 asked",
	OwnCase:    "本案当事人 own case",
	OwnUnit:    "本部门承办 own unit",
	WholePlan:  "辖区包含全图 the whole plan",
	Oneself:    "本人 oneself",
	Addressed:  "收件人 addressee",
	Issuing:    "发出人 issuer",
	AssistUnit: "本部门协办 own unit assists",
	InCharge:   "本人包案 in charge", Helping: "受当事人委托 acting for a party", ToHelp: "接替代办、待当事人委托 taking over from a helper",
	TakesPart: "被点名参加 takes part",
	SentTo:    "按规则派到 sent by rule", SignsFor: "按规则派到并可签收 sent by rule to sign for",
}

func needNames(r Rule) string {
	names := make([]string, len(r.Needs))
	for i, n := range r.Needs {
		names[i] = fmt.Sprintf("%s `%s`", needZh[n], n)
	}
	return strings.Join(names, "、")
}

var needZh = map[Need]string{
	NeedNotEmergency: "非紧急", NeedNotRefused: "无当事人拒绝调解", NeedHigherTier: "有上一级", NeedFreeSeat: "有空席", NeedOpenOffer: "有未到期派单",
	NeedSeat: "在调解小组中", NeedTwoSides: "双方当事人已登记", NeedConsent: "各方同意他人参与", NeedSession: "已有调解记录",
	NeedClosing: "办结条件已满足", NeedAwaitsSignature: "尚待签署", NeedPerformed: "已履行", NeedNotPerformed: "尚未履行", NeedOnlyReporter: "无他人的上报或由工作人员办理", NeedSeveralReports: "有多条上报",
	NeedOnReceipt: "规则允许即接即办且刚收到", NeedToSignFor: "规则有待签收的环节", NeedToArrive: "规则有待到达的环节", NeedToHandle: "规则有待处置的环节",
	NeedPetition: "是信访件，有可办的步骤", NeedNotInEffect: "无已生效的协议", NeedHeld: "已依法保留", NeedNotErased: "未注销", NeedNotHeld: "未依法保留",
	NeedJoint: "规则设有联席会议", NeedSignatory: "有待签批的会商且为规则所定签批人", NeedOrder: "已发办理意见书", NeedLoop: "闭环环节已完成（规则要求时）", NeedLooped: "规则要求闭环，有本人可办的环节", NeedLoopMark: "有本人可撤销的环节", NeedNoDanger: "未因险情移交", NeedPassable: "在可转办的外部平台", NeedDesk: "来自外部平台", NeedNoReview: "没有未了的复查、复核", NeedTasksDone: "子任务均已办结（规则要求时）", NeedToConfirm: "协议已生效，尚未申请司法确认", NeedBodies: "规则设有包案", NeedProxy: "当事人委托了代办", NeedCharge: "有领导包案", NeedNoCharge: "尚无领导包案",
}
