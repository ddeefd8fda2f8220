package handlers

import "fengqiao/mediation/slip"

// slipMessages are the codes of papers of supervision.
var slipMessages = map[string]message{
	"slip.state":            {"当前状态不能这样做", "Not in this state", "文书处于“{slipState}”，不能“{slipCommand}”。", "The paper is “{slipState}”: “{slipCommand}” is not possible now."},
	"slip.full":             {"经过已满", "History is full", "这份文书的经过已达上限。", "This paper has as much history as it can have."},
	"slip.body":             {"只能发给规定的单位", "Not such a body", "这种文书只能发给：{bodies}。", "A paper of this kind goes only to: {bodies}."},
	"slip.about_addressee":  {"收件人正是文书所涉及的", "It is about its addressee", "文书涉及“{to}”，不得发给其本人或其单位。", "The paper is about {to}, whom it must not go to."},
	"slip.open_about":       {"不是限定知悉的文书", "Not a restricted paper", "只有限定知悉的文书才能写明涉及的账号和单位。", "Only a restricted paper says which accounts and units it is about."},
	"slip.to_oneself":       {"不能发给自己一方", "Not to one's own side", "不能发给自己、自己的单位或自己的岗位：答复的人不能审核。", "It must not go to yourself, your own unit or your own post: who answers a paper does not judge it."},
	"slip.cannot_answer":    {"该账号不能签收答复", "Who cannot answer", "该账号已停用，或其角色不签收督办文书。", "The account is locked, or its role does not answer such papers."},
	"slip.reach":            {"不在可发范围", "Out of reach", "收件人是上级或在其他辖区，这种文书的规则（reach）没有允许。", "The addressee stands above you or in another area, where this kind does not go by the policy (reach)."},
	"slip.about_elsewhere":  {"所涉地方不在文书所属辖区", "It is about another place", "文书所涉的地方须在 {area} 之内。", "What the paper is about must lie in {area}."},
	"slip.addressee":        {"不能发给这类对象", "Not for such an addressee", "这种文书不能发给“{form}”。", "A paper of this kind cannot go to a {form}."},
	"slip.no_reply":         {"无须答复", "No reply is asked for", "这种文书签收即可。", "A paper of this kind only needs to be acknowledged."},
	"slip.due_late":         {"答复期限过长", "Later than allowed", "答复期限不能晚于{latest}。", "The reply may not be due later than {latest}."},
	"slip.proof":            {"缺少佐证", "Proof is missing", "至少须附 {min} 张照片。", "It needs {min} photos at least."},
	"slip.team":             {"督查组人员不齐", "The team is not complete", "督查组还缺“{capacity}”。", "The team has no {capacity} yet."},
	"slip.team_side":        {"不能参加督查组", "Not in this team", "收件人本人、其单位的人和文书所涉的人不能参加督查组。", "Neither the addressee, nor anybody of their unit, nor whom the paper is about sits in the supervision team."},
	"slip.own_finding":      {"须由他人认定", "Somebody else must judge", "登记问题的人和收件人不能作认定。", "Neither who recorded the finding nor the addressee judges it."},
	"slip.judged_before":    {"已由您认定过", "You have judged it before", "您已对这个问题作过认定，改变认定须由其他有权的人作出。", "You have given a verdict on this finding. Another one is another approver's."},
	"slip.no_withdrawal":    {"没有人申请撤回", "No withdrawal is asked for", "这份文书没有待同意的撤回。", "Nobody has asked to withdraw this paper."},
	"slip.own_withdrawal":   {"须由上级同意", "Somebody above must approve", "逾期或有未整改问题的文书，须由申请人、发出人、收件人以外的上级同意才能撤回。", "A paper that is late or has findings that are not mended is withdrawn with the approval of somebody above, who neither asked for it nor issued or answers it."},
	"slip.needs_visit":      {"尚未走访", "No visit yet", "销号前须有走访记录。", "A visit must be on record before it is accepted."},
	"slip.needs_mended":     {"问题未整改", "A finding is not mended", "还有问题没有整改（{finding}）。", "A finding has not been put right yet ({finding})."},
	"erase.with_case":       {"随案件注销", "It goes with its case", "这份文书关于案件 {case}，请注销该案件。", "This paper is about the case {case}. Erase that."},
	"erase.open_suggestion": {"建议尚无结果", "The suggestion has no outcome", "建议 {suggestion} 尚无结果，有结果后才能注销。", "The suggestion {suggestion} can be erased once it has its outcome."},
	"erase.open_slip":       {"文书尚未了结", "The paper has not ended", "文书尚未了结，了结后才能注销。", "A paper can be erased once it has ended."},
	"slip.needs_judged":     {"问题未认定", "A finding is not judged", "还有问题没有作出容错或问责认定（{finding}）。", "A finding has been neither tolerated nor held to account ({finding})."},
}

// slipState names a state.
func slipState(s slip.State, zh bool) string {
	for _, x := range slip.States {
		if x.State == s {
			return choose(zh, x.Zh, x.En)
		}
	}
	return string(s)
}
