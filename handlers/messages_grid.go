package handlers

// gridMessages are the codes of what goes on in a grid beside cases.
var gridMessages = map[string]message{
	"patrol.off":       {"没有巡查安排", "No patrols", "本县规则没有巡查安排，不接受签到。", "The county's rules have no patrols, so no check-in is taken."},
	"patrol.nowhere":   {"不在网格内", "In no grid", "这个位置不在任何微网格内，没有签到。", "This place lies in no micro-grid; you are not checked in."},
	"patrol.elsewhere": {"不在您的网格", "Not your grid", "这个位置不在您负责的网格内，没有签到，也没有留下记录。", "This place lies outside your own grid; you are not checked in, and nothing is kept of it."},
}
