package handlers

// gridMessages are the codes of what goes on in a grid beside cases.
var gridMessages = map[string]message{
	"patrol.off":       {"没有巡查安排", "No patrols", "本县规则没有巡查安排，不接受签到。", "The county's rules have no patrols, so no check-in is taken."},
	"patrol.nowhere":   {"不在网格内", "In no grid", "这个位置不在任何微网格内，没有签到。", "This place lies in no micro-grid; you are not checked in."},
	"patrol.elsewhere": {"不在您的网格", "Not your grid", "这个位置不在您负责的网格内，没有签到，也没有留下记录。", "This place lies outside your own grid; you are not checked in, and nothing is kept of it."},

	"council.off":          {"没有网格议事", "No deliberation", "本县规则没有网格议事，不能召集。", "The county's rules have no deliberation, so none can be called."},
	"council.short_notice": {"通知太晚", "Notice too short", "会议须至少提前{ahead}通知。", "A meeting is called at least {ahead} ahead."},
	"council.early":        {"会议时间未到", "Not time yet", "还没到开会时间，不能记到会。", "It is not yet time for the meeting: nobody can have come."},
	"council.state":        {"会议状态不允许", "Not possible now", "会议处于“{meetingState}”，不能这样做。", "The meeting is “{meetingState}”: this is not possible now."},
	"council.decided":      {"已作决定", "Decided already", "这个议题已有决定。", "This item has been decided."},
	"council.no_quorum":    {"到会人数不足", "No quorum", "到会{came}人，受邀{invited}人，须超过{percent}%才能作决定；可以缓议，再定纪要。", "{came} of {invited} came, and it takes more than {percent} % to decide. Items may be deferred, and the minutes set down."},
	"council.twice":        {"重复受邀", "Invited twice", "同一个人只能受邀一次；同名的两个人请写明电话。", "Nobody is invited twice. Give the phones of two people of one name."},
	"council.voices":       {"票数多于到会人数", "More voices than people", "到会{came}人，票数不能更多。", "{came} came; there cannot be more voices."},
	"council.no_majority":  {"未过半数", "No majority", "到会{came}人，赞成须超过半数才算通过。", "{came} came; more than half of them must be for it."},
	"council.erased":       {"已注销", "Erased", "这次议事的议题、纪要和姓名已按保存期限注销，不能再登记。", "Topic, minutes and names of this meeting were erased when they had been kept long enough. Nothing can be added."},
	"council.undecided":    {"还有议题未决", "An item is undecided", "每个议题都须有决定（可以缓议），才能定纪要。", "Every item must be decided, if only to defer it, before the minutes are set down."},
}
