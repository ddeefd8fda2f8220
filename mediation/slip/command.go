package slip

import (
	"time"

	"fengqiao/mediation"
)

// Name is a command's name.
type Name string

// The commands.
const (
	CmdAcknowledge Name = "acknowledge" // 签收
	CmdReply       Name = "reply"       // 答复
	CmdFind        Name = "find"        // 登记问题
	CmdMend        Name = "mend"        // 整改
	CmdJudge       Name = "judge"       // 容错或问责认定
	CmdConvene     Name = "convene"     // 组成督查组
	CmdVisit       Name = "visit"       // 走访
	CmdAccept      Name = "accept"      // 销号
	CmdReturn      Name = "return"      // 退回
	CmdWithdraw    Name = "withdraw"    // 撤回
	CmdApprove     Name = "approve"     // 同意撤回
)

// Rule is one row of the table of commands.
type Rule struct {
	Command Name
	Zh, En  string
	Action  mediation.Action // what permits it
	From    []State
}

var open = []State{Issued, Acknowledged, Answered, Returned}

// Table is the one table of commands: who may give each, by mediation.Permits, and in which states.
var Table = []Rule{
	{CmdAcknowledge, "签收", "acknowledge", mediation.SlipAnswer, []State{Issued}},
	{CmdReply, "答复", "reply", mediation.SlipAnswer, []State{Issued, Acknowledged, Returned}},
	{CmdFind, "登记问题", "record a finding", mediation.SlipJudge, open},
	{CmdMend, "整改", "mend a finding", mediation.SlipAnswer, open},
	{CmdJudge, "容错或问责认定", "judge a finding", mediation.SlipApprove, open},
	{CmdConvene, "组成督查组", "name the supervision team", mediation.SlipJudge, open},
	{CmdVisit, "走访", "record a visit", mediation.SlipJudge, open},
	{CmdAccept, "销号", "accept", mediation.SlipJudge, []State{Answered}},
	{CmdReturn, "退回", "send back", mediation.SlipJudge, []State{Answered}},
	{CmdWithdraw, "撤回", "withdraw", mediation.SlipJudge, open},
	{CmdApprove, "同意撤回", "approve the withdrawal", mediation.SlipApprove, open},
}

// RuleOf returns a command's row.
func RuleOf(name Name) (Rule, bool) {
	for _, r := range Table {
		if r.Command == name {
			return r, true
		}
	}
	return Rule{}, false
}

// Command is what somebody wants done with a slip. Which of the other fields mean something is told by Name.
type Command struct {
	Name   Name
	Text   string   // reply, finding, reason, what was seen
	Photos []string // reply, mend, visit
	// Finding, for mend and judge; Verdict and Measure for judge.
	Finding string
	Verdict Verdict
	Measure string
	Team    []TeamMember // convene
	At      time.Time    // visit: when it was; zero: now
}

// TeamMember is somebody whom a supervision team is to have.
type TeamMember struct{ User, Name, Capacity string }

// Order is a command made ready for a decision: what costs I/O or chance has happened, so that Decide may rerun.
type Order struct {
	Actor    mediation.Actor
	Command  Command
	At       time.Time
	Revision int64  // that the caller acted on; 0 = not said, for the system alone
	Key      string // hash of the client's idempotency key
	NewID    string // of what the command makes
	Words    mediation.Sealed
	Team     []Member // sealed
}

func (o *Order) statement() Statement {
	return Statement{At: o.At, By: o.Actor.ID, Words: o.Words, Photos: o.Command.Photos}
}
