package handlers

// opinionMessages are the codes of collecting opinions.
var opinionMessages = map[string]message{
	"opinion.off":         {"没有民意征集", "No collecting of opinions", "本县规则没有民意征集。", "The county's rules have no collecting of opinions."},
	"opinion.nowhere":     {"位置不在网格内", "In no micro-grid", "这个位置不在任何微网格内，请核对经纬度。", "The position lies in no micro-grid; check longitude and latitude."},
	"opinion.swapped":     {"经纬度颠倒", "Longitude and latitude exchanged", "经度和纬度似乎颠倒了，应先经度后纬度。", "Longitude and latitude look exchanged: longitude comes first."},
	"opinion.elsewhere":   {"不在您的辖区", "Not in your area", "这个位置不在您的辖区内。", "The position lies outside your area."},
	"opinion.site_closed": {"已停用", "Closed", "“{site}”已停用，不再收集建议。", "“{site}” has been closed and takes no suggestions."},
	"opinion.not_a_day":   {"不是日期", "Not a day", "“{field}”应写作2026-03-10。", "“{field}” is written as 2026-03-10."},
	"opinion.too_long":    {"时间太长", "Too long a time", "一次征集最多{max}天，延期也算在内。", "A campaign lasts {max} days at most, its prolongation included."},
	"opinion.closed":      {"征集已结束", "The campaign has closed", "这次征集已于{at}结束，不再收集建议。", "This campaign closed at {at} and takes no more suggestions."},
	"opinion.early":       {"征集尚未开始", "The campaign has not begun", "这次征集于{at}开始。", "This campaign begins at {at}."},
	"opinion.prolonged":   {"已经延期过", "Prolonged before", "一次征集只能延期一次。", "A campaign is prolonged once at most."},
	"opinion.not_later":   {"不晚于原定日期", "Not later", "延期后的结束日期须晚于原定日期。", "The new last day must be later than the one there is."},
	"opinion.stage":       {"征集状态不允许", "Not possible now", "这次征集“{opinionStage}”，不能这样做。", "The campaign is “{opinionStage}”: this is not possible now."},
	"opinion.not_asked":   {"不在征集范围", "Not asked there", "这里不在这次征集的范围内。", "The campaign does not ask there."},
	"opinion.state":       {"建议状态不允许", "Not possible now", "这条建议“{suggestionState}”，不能这样做。", "The suggestion is “{suggestionState}”: this is not possible now."},
	"opinion.unanswered":  {"部门尚未答复", "The unit has not answered", "部门的答复审核通过（销号）后，才能定结果。", "Its outcome is decided once the unit's answer has been accepted."},
	"opinion.decided":     {"已有结果", "Decided before", "这条建议已有结果；要改，请写明原因。", "The suggestion has its outcome; give the reason for another."},
	"opinion.personal":    {"含有个人信息", "Something of a person", "“{field}”将会公布，不能有姓名、电话或证件号码。", "“{field}” will be published: no names, phone or identity numbers."},
	"opinion.full":        {"记录已满", "The record is full", "这条建议的记录已满。", "The suggestion's record is full."},
}
