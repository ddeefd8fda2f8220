package handlers

// campaignMessages are the codes of campaigns against the backlog.
var campaignMessages = map[string]message{
	"campaign.long_name":  {"名称太长", "The name is too long", "行动名称最多60个字。", "A campaign's name has 60 characters at most."},
	"campaign.too_long":   {"时间太长", "Too long a time", "一次行动最多366天。", "A campaign lasts 366 days at most."},
	"campaign.begun":      {"开始日期已过", "The start is over", "开始日期最早为今天：事后选定的开始可以照着结果选。", "A campaign begins today at the earliest: a start that is chosen afterwards could be chosen by its result."},
	"campaign.percent":    {"目标无效", "Target not valid", "目标为1至100的百分数。", "The target is a percentage from 1 to 100."},
	"campaign.negative":   {"规则无效", "Rule not valid", "规则里的天数和次数不能为负。", "Days and times of the rule must not be negative."},
	"campaign.not_begun":  {"还没有开始", "Not begun yet", "行动还没有开始，不能提前结束或延期。", "The campaign has not begun: there is no end to move yet."},
	"campaign.over":       {"行动已结束", "The campaign is over", "行动已结束，不能再提前结束或延期。", "The campaign is over; its end stays as it is."},
	"campaign.no_earlier": {"没有提前", "No earlier", "提前结束的日期须早于现在的结束日期。", "To end early, name a day before the one it ends with now."},
	"campaign.no_later":   {"没有推后", "No later", "延期的日期须晚于现在的结束日期。", "To prolong, name a day after the one it ends with now."},
	"campaign.past":       {"日期已过", "The day is over", "最早今天结束：事后选定的结束可以照着结果选。", "It ends today at the earliest: an end chosen afterwards could be chosen by its result."},
	"campaign.not_a_day":  {"不是日期", "Not a day", "“{field}”应写作2026-03-10。", "“{field}” is written as 2026-03-10."},
}
