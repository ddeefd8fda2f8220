package handlers

import "fengqiao/internal/boundary"

// domainMessages are the codes that only the domain routes use. Those of a plan's findings come of their one table.
var domainMessages = withPlanReasons(map[string]message{
	"unknown_crs":          {"未知坐标系", "Unknown coordinate system", "坐标系只能是 wgs84、gcj02 或 bd09，而不是“{value}”。", "A coordinate system is wgs84, gcj02 or bd09, not “{value}”."},
	"bad_code":             {"区划编码无效", "Code not valid", "“{value}”不是本地网格体系的编码。", "“{value}” is no code of this plan's hierarchy."},
	"bad_bbox":             {"范围无效", "Box not valid", "“bbox”应为西、南、东、北四个以逗号分隔的度数，西不大于东，南不大于北。", "“bbox” is west, south, east and north in degrees, parted by commas, west not beyond east, south not beyond north."},
	"too_short":            {"内容太短", "Too short", "{field} 至少需要 {min} 个字符。", "{field} needs at least {min} characters."},
	"plan.refused":         {"网格方案未被接受", "Plan refused", "文件中有 {count} 处问题，方案没有改变。", "The file has {count} problems; the plan in force has not changed."},
	"policy.refused":       {"规则未被接受", "Policy refused", "文件中有 {count} 处问题，规则没有改变。", "The file has {count} problems; the policy in force has not changed."},
	"policy.preview_first": {"请先预览", "Preview it first", "这版规则适用于在办案件：请先预览（POST /api/v1/policy/preview），再以预览给出的版本号作为 {field} 导入。", "This policy applies to open cases: preview it (POST /api/v1/policy/preview), then import it with the version that the preview names as “{field}”."},
	"desk.unlisted":        {"未登记的单位", "Desk not listed", "这个账号的单位不在外部平台名单里，请联系运行方。", "The unit of this account is in no list of outside desks. Please ask whoever runs the server."},
	"desk.bad_number":      {"编号无效", "Number not valid", "“{field}”应为 1 至 64 个字母、数字或 . _ : -，以字母或数字开头。", "“{field}” is 1 to 64 letters, digits or . _ : -, beginning with a letter or digit."},
	"desk.differs":         {"同号异文", "Same number, other content", "这个工单号下已有内容不同的工单，没有改变。", "There is an order of other content under this number; it has not changed."},
	"desk.message_differs": {"同号异文", "Same id, other content", "这个消息编号下已有内容不同的消息，没有改变。", "There is a message of other content under this id; nothing has changed."},
	"desk.there":           {"已在该平台", "It is there already", "本案已在“{desk}”。", "The case lies with “{desk}” already."},
	"desk.elsewhere":       {"已不在本平台", "It lies with another desk", "本案现在“{desk}”，由该平台转办。", "The case lies with “{desk}” now: that desk passes it on."},
	"desk.no_way":          {"规则不允许这样转办", "The policy knows no such way", "规则没有从“{from}”转往“{to}”。", "The policy has no way from “{from}” to “{to}”."},
	"desk.not_connected":   {"平台未接入", "Desk not connected", "“{desk}”没有接入，或不得知悉本案，无法转办。", "No desk “{desk}” is connected, or it must not hear of this case."},
	"desk.no_case":         {"尚未立案", "No case yet", "工单还没有成为案件，请待落格后再办。", "The order is no case yet: it waits to be placed."},
	"desk.taken":           {"已接办", "Taken over already", "转来的事项已用工单号“{number}”接办。", "What was passed on has been taken over under the number “{number}”."},
	"desk.order_came":      {"工单已到", "The order has come", "工单已到，所说的话属于其案件，请注销该案件。", "The order has come: what was said is its case's. Erase that."},
	"desk.too_many":        {"消息过多", "Too many messages", "这个工单的消息已达上限。", "This order has as many messages as it can have."},
	"policy.finding":       {"规则问题", "Problem in the policy", "{text}", "{text}"},
})

func withPlanReasons(all map[string]message) map[string]message {
	for reason, text := range boundary.Reasons {
		all["plan."+reason] = message{text[0], text[1], "{code} " + text[0] + "：{detail}", "{code} " + text[1] + ": {detail}"}
	}
	return all
}
