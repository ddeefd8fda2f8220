package handlers

// handoverMessages are the codes of hand-overs.
var handoverMessages = map[string]message{
	"handover.state":       {"当前不能这样做", "Not now", "这份移交处于“{standing}”，不能这样做。", "The hand-over is “{standing}”: this is not possible now."},
	"handover.changed":     {"清单有变化", "The report has changed", "移交人又有了新的在办事项，清单已更新，请重新查看后再接收。", "More has come in since you were asked. The report is renewed; look at it again before you accept."},
	"handover.open":        {"已有移交在办", "A hand-over is open", "此人已有一份未办完的移交。", "There is an open hand-over of this person already."},
	"handover.lacks_right": {"接收人权限不足", "The successor lacks the right", "有事项是接收人无权承接的，逐项列出；没有移交任何事项。", "There are matters that the successor has no right to; each is named. Nothing was handed over."},
	"handover.owed":        {"须先移交", "Hand over first", "此人名下有 {count} 项别人无法承接的在办事项，请先移交；确须立即停用的，请选择紧急停用。", "This person holds {count} matters that nobody else does. Hand them over first; an account that must be locked at once can be, as urgent."},
	"succession.locked":    {"账号已停用", "Account locked", "接收人的账号已停用。", "The successor's account is locked."},
	"succession.no_record": {"没有调解员记录", "No mediator's record", "接收人没有调解员记录，不能承接席位。", "The successor has no mediator's record and can take no seat."},
	"succession.post":      {"岗位不符", "Another post", "承接此项须为 {role} {unit}。", "It takes {role} {unit}."},
	"succession.area":      {"辖区不符", "Beyond the area", "接收人的辖区 {area} 不含 {needs}。", "The successor's area {area} does not hold {needs}."},
}
