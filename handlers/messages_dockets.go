package handlers

// docketMessages are the codes of periodic review lists.
var docketMessages = map[string]message{
	"docket.over":          {"已过期", "Its time is over", "这一期已经结束，请在最新一期清单上作决定。", "This list's period is over: decide on the latest list."},
	"docket.case_over":     {"案件已办结", "The case is closed", "案件已办结、终结或注销，没有要会办的了。", "The case is closed, over or erased; there is nothing left to decide."},
	"docket.done":          {"已报告落实", "Reported already", "这项决定已报告落实。", "This decision has been reported to be carried out already."},
	"docket.erased":        {"已过保存期限", "No longer kept", "这一期的会议纪要已过保存期限并注销，不能再登记。", "The minutes of this list have been let go of; nothing can be added."},
	"docket.before_period": {"早于本期", "Before the period", "会议时间早于这一期开始。", "They cannot have sat before the list's period began."},
	"docket.either":        {"人或单位", "A person or a unit", "请给出 user（人员）或 unit（单位），二者取一。", "Give either user, a person, or unit."},
}
