package push

import (
	"strings"
	"time"

	"fengqiao/mediation"
)

// Lang is a language that pushes are worded in.
type Lang string

// The languages. Chinese is what anybody gets who asked for neither.
const (
	Chinese Lang = "zh"
	English Lang = "en"
)

// LangOf finds the language for a tag as browsers and phones send them ("en-GB", "zh-Hans-CN").
func LangOf(tag string) Lang {
	tag = strings.ToLower(tag)
	if tag == "en" || strings.HasPrefix(tag, "en-") || strings.HasPrefix(tag, "en_") {
		return English
	}
	return Chinese
}

// Text is what a lock screen shows.
type Text struct{ Title, Body string }

// Style is how a kind of notice is worded and delivered.
type Style struct {
	Chinese, English Text
	// Urgent: wakes the phone and overtakes other pushes.
	Urgent bool
	// Keep is how long the vendor keeps the push for a phone that is off.
	Keep time.Duration
	// UntilDue: of no use once the notice's deadline has passed, and then not sent any more.
	UntilDue bool
	// Collapse: a phone that was off needs only the newest of this group. At most four groups exist, because FCM keeps no
	// more collapse keys per app.
	Collapse string
}

// In returns the words in a language, or in the one that comes nearest.
func (s Style) In(l Lang) Text {
	if LangOf(string(l)) == English {
		return s.English
	}
	return s.Chinese
}

const day = 24 * time.Hour

// styles has every mediation.NoticeKind. The words knock: nothing in them depends on the case, so nothing of the case can
// stand on a lock screen. They have no placeholders on purpose.
var styles = map[mediation.NoticeKind]Style{
	mediation.NoticeNewCase: {
		Chinese:  Text{"有新的纠纷待受理", "您负责的区域有新的事项，请打开应用查看。"},
		English:  Text{"A new matter needs screening", "Something new has come in for your area. Open the app to see it."},
		Keep:     3 * day,
		Collapse: "intake",
	},
	mediation.NoticeEmergency: {
		Chinese: Text{"紧急情况", "您负责的区域有紧急情况，请立即打开应用。"},
		English: Text{"Emergency", "There is an emergency in your area. Open the app now."},
		Urgent:  true, Keep: day,
	},
	mediation.NoticeOffer: {
		Chinese: Text{"有纠纷等待您调解", "有一件事项邀请您参与，请尽快打开应用答复。"},
		English: Text{"A case needs you", "You are invited to mediate. Please open the app and answer soon."},
		Urgent:  true, Keep: day, UntilDue: true,
	},
	mediation.NoticeFilled: {
		Chinese: Text{"邀请已满", "您收到的一项邀请已由其他调解员接受，感谢您的关注。"},
		English: Text{"The place is taken", "Another mediator has accepted an invitation you received. Thank you."},
		Keep:    day,
	},
	mediation.NoticeCancelled: {
		Chinese: Text{"邀请已撤回", "您收到的一项邀请已撤回，无需答复。"},
		English: Text{"An invitation was withdrawn", "An invitation you received is no longer needed. No answer is required."},
		Keep:    day,
	},
	mediation.NoticeAccepted: {
		Chinese: Text{"已有调解员接手", "您关注的事项已有调解员接手，请打开应用查看。"},
		English: Text{"A mediator has taken it on", "A matter you follow now has a mediator. Open the app to see it."},
		Keep:    7 * day,
	},
	mediation.NoticeProgress: {
		Chinese: Text{"事项有新进展", "您关注的事项有新进展，请打开应用查看。"},
		English: Text{"There is progress", "A matter you follow has moved on. Open the app to see it."},
		Keep:    7 * day, Collapse: "progress",
	},
	mediation.NoticeNeedsHand: {
		Chinese: Text{"需要人工指派", "有事项暂无调解员接受，请打开应用指派。"},
		English: Text{"Please assign a mediator", "Nobody has accepted a case in your area. Open the app to assign it."},
		Keep:    3 * day,
	},
	mediation.NoticeAssigned: {
		Chinese: Text{"您有新的调解任务", "有一件事项已指派给您，请打开应用查看。"},
		English: Text{"You have been assigned", "A case has been assigned to you. Open the app to see it."},
		Keep:    7 * day,
	},
	mediation.NoticeReminder: {
		Chinese: Text{"期限将至", "您经办的事项即将到期，请打开应用处理。"},
		English: Text{"A deadline is near", "Something in your hands is due soon. Open the app to handle it."},
		Keep:    3 * day, Collapse: "reminder",
	},
	mediation.NoticeBreach: {
		Chinese: Text{"事项已超期", "有事项已超过办理期限，请立即打开应用处理。"},
		English: Text{"A deadline has passed", "Something is overdue. Open the app now to handle it."},
		Urgent:  true, Keep: 7 * day,
	},
	mediation.NoticeSign: {
		Chinese: Text{"有文书等待您签署", "有一份文书需要您签署，请打开应用查看。"},
		English: Text{"Your signature is needed", "A document is waiting for you to sign. Open the app to see it."},
		Keep:    7 * day,
	},
	mediation.NoticeFollowUp: {
		Chinese: Text{"该回访了", "有事项需要您回访，请打开应用查看。"},
		English: Text{"A return visit is due", "Please make a return visit. Open the app to see which."},
		Keep:    7 * day,
	},
	mediation.NoticeReopened: {
		Chinese: Text{"事项重新启动", "有一件已结束的事项重新启动，请打开应用查看。"},
		English: Text{"A case was reopened", "A closed case has been opened again. Open the app to see it."},
		Keep:    7 * day,
	},
	mediation.NoticeTransferred: {
		Chinese: Text{"有转来的事项", "有一件事项转交给您所在的单位，请打开应用查看。"},
		English: Text{"A case was transferred to you", "A case has been handed to your unit. Open the app to see it."},
		Keep:    7 * day,
	},
	mediation.NoticeUnplaced: {
		Chinese: Text{"有上报待确认位置", "有一件上报未能定位到网格，请打开应用确认。"},
		English: Text{"A report needs placing", "A report could not be placed in a grid. Open the app to place it."},
		Keep:    3 * day, Collapse: "intake",
	},
	mediation.NoticeAlike: {
		Chinese: Text{"可能是同一件事", "两件在办事项可能是同一件，请打开应用核对。"},
		English: Text{"Possibly the same matter", "Two open cases may be the same. Open the app to compare them."},
		Keep:    7 * day,
	},
	mediation.NoticeDesk: {
		Chinese: Text{"工单状态有变化", "您转来的工单状态有变化，请查看。"},
		English: Text{"A work order has moved on", "The state of a work order you sent has changed."},
		Keep:    7 * day,
	},
	mediation.NoticeDeskLost: {
		Chinese: Text{"外部平台的工单未到", "有平台发来补充或退回，但其工单一直未到，消息已过期，请与该平台核对。"},
		English: Text{"A work order never came", "What a desk said of an order that was never sent has expired. Please ask the desk."},
		Keep:    7 * day,
	},
	mediation.NoticeRezoned: {
		Chinese: Text{"网格调整，有事项转入", "网格范围已调整，有在办事项划入您的辖区，请打开应用查看。"},
		English: Text{"Grids have changed", "The grids were redrawn, and open cases are now in your area. Open the app to see them."},
		Keep:    7 * day, Collapse: "rezoned",
	},
	mediation.NoticeJoint: {
		Chinese: Text{"联合办理", "有一件事项需要您单位共同办理，或分工有变化，请打开应用查看。"},
		English: Text{"Joint handling", "Your unit has a part in a case, or its part has changed. Open the app to see it."},
		Keep:    7 * day,
	},
	mediation.NoticeTask: {
		Chinese: Text{"子任务有进展", "有一项子任务需要您查看，请打开应用。"},
		English: Text{"A sub-task", "A sub-task needs your attention. Open the app to see it."},
		Keep:    7 * day,
	},
	mediation.NoticeCharge: {
		Chinese: Text{"包案事项", "您包案的事项有安排或会办日期临近，请打开应用查看。"},
		English: Text{"A case in your charge", "A case is in your charge, or its review is due. Open the app to see it."},
		Keep:    7 * day,
	},
	mediation.NoticeProxy: {
		Chinese: Text{"委托代办有变化", "有一项委托代办新设或撤销，请打开应用查看。"},
		English: Text{"Acting for somebody", "A resident has somebody act for them, or has taken that back. Open the app to see it."},
		Keep:    7 * day,
	},
	mediation.NoticeHandOver: {
		Chinese: Text{"工作移交", "有一份工作移交需要您查看，请打开应用。"},
		English: Text{"A hand-over", "There is news of a hand-over of work. Open the app to see it."},
		Keep:    7 * day,
	},
	mediation.NoticeSlip: {
		Chinese: Text{"有督办文书待签收", "有一份文书发给您，请打开应用签收办理。"},
		English: Text{"A paper needs you", "A paper has been issued to you. Open the app to acknowledge it."},
		Keep:    7 * day,
	},
	mediation.NoticeSlipReminder: {
		Chinese: Text{"督办文书即将到期", "发给您的一份文书即将到期，请打开应用办理。"},
		English: Text{"A paper is due soon", "A paper issued to you is due soon. Open the app to answer it."},
		Keep:    3 * day, Collapse: "reminder",
	},
	mediation.NoticeSlipOverdue: {
		Chinese: Text{"督办文书已逾期", "有一份文书已超过时限，请立即打开应用查看。"},
		English: Text{"A paper is overdue", "A paper is past its time. Open the app now."},
		Keep:    7 * day,
	},
	mediation.NoticeSlipAnswered: {
		Chinese: Text{"督办文书有回音", "您发出的文书有签收、答复或整改，请打开应用查看。"},
		English: Text{"A paper was answered", "A paper you issued was acknowledged or answered. Open the app to see it."},
		Keep:    7 * day,
	},
	mediation.NoticeSlipMoved: {
		Chinese: Text{"督办文书有进展", "发给您的文书有新的处理，请打开应用查看。"},
		English: Text{"A paper has moved on", "Something was done about a paper issued to you. Open the app to see it."},
		Keep:    7 * day,
	},
	mediation.NoticeInvited: {
		Chinese: Text{"邀您参加议事会", "您负责或所在的网格将开议事会，请打开应用查看时间和议题。"},
		English: Text{"You are invited to a meeting", "A grid will deliberate. Open the app for time and agenda."},
		Keep:    7 * day, UntilDue: true,
	},
	mediation.NoticeMinutes: {
		Chinese: Text{"议事会纪要已定", "您受邀的议事会已有纪要，请打开应用查看。"},
		English: Text{"The minutes are there", "A meeting you were invited to has its minutes. Open the app to see them."},
		Keep:    7 * day,
	},
	mediation.NoticeCalledOff: {
		Chinese: Text{"议事会取消", "您受邀的一次议事会取消了，请打开应用查看。"},
		English: Text{"A meeting was called off", "A meeting you were invited to does not take place. Open the app to see why."},
		Keep:    7 * day,
	},
	mediation.NoticeCampaign: {
		Chinese: Text{"攻坚行动有变化", "一次攻坚行动提前结束或延期，请打开应用查看。"},
		English: Text{"A campaign has changed", "A campaign was ended early or prolonged. Open the app to see it."},
		Keep:    7 * day,
	},
	mediation.NoticeDocket: {
		Chinese: Text{"会办清单", "新一期会办清单已定，或会办临近，请打开应用查看。"},
		English: Text{"A review list", "A review list is frozen, or they sit soon. Open the app to see it."},
		Keep:    7 * day,
	},
	mediation.NoticeDecision: {
		Chinese: Text{"会办决定", "有一项会办决定与您有关，请打开应用查看。"},
		English: Text{"A review has decided", "A decision of a review concerns you. Open the app to see it."},
		Keep:    7 * day,
	},
	mediation.NoticeOpinion: {
		Chinese: Text{"民意征集有变化", "一次民意征集已开始、结束、延期或公布结果，请打开应用查看。"},
		English: Text{"Collecting opinions", "There is news of a campaign for suggestions. Please open the app."},
		Keep:    7 * day,
	},
	mediation.NoticeTeam: {
		Chinese: Text{"网格团队岗位", "您在网格团队的岗位有变动，请打开应用查看。"},
		English: Text{"A grid's team", "Your post in a grid's team has changed. Open the app to see it."},
		Keep:    7 * day,
	},
	mediation.NoticeStandIn: {
		Chinese: Text{"网格替班", "有一次替班安排与您有关，请打开应用查看。"},
		English: Text{"Standing in", "A substitution in a grid concerns you. Open the app to see it."},
		Keep:    7 * day,
	},
	mediation.NoticeVacancy: {
		Chinese: Text{"网格岗位空缺", "有网格的必配岗位空缺已久，请打开应用查看。"},
		English: Text{"A post is vacant", "A grid's required post has been vacant for too long. Open the app to see it."},
		Keep:    7 * day,
	},
	mediation.NoticeVillage: {
		Chinese: Text{"无信访村评定", "无信访村评定有新的结果、异议或决定，请打开应用查看。"},
		English: Text{"Assessment of villages", "There is a result, an objection or a decision. Open the app to see it."},
		Keep:    7 * day,
	},
	mediation.NoticeVillageDue: {
		Chinese: Text{"评定异议待决定", "无信访村评定的一项异议即将或已经超过决定期限，请打开应用。"},
		English: Text{"An objection is due", "An objection to a village's result must be decided. Open the app to see it."},
		Keep:    7 * day,
	},
	mediation.NoticeStudy: {
		Chinese: Text{"提级研判", "有一件提级研判事项需要您查看，请打开应用。"},
		English: Text{"An escalated study", "There is news of an escalated study. Open the app to see it."},
		Keep:    7 * day,
	},
	mediation.NoticeStudyOrder: {
		Chinese: Text{"研判交办", "提级研判有一项任务交您办理，请打开应用查看。"},
		English: Text{"An order for you", "An escalated study has given you something to do. Open the app to see it."},
		Keep:    7 * day,
	},
	mediation.NoticeDispatched: {
		Chinese: Text{"有事项派给您", "按派单规则有一件事项派给您，请打开应用查看。"},
		English: Text{"A case is sent to you", "A dispatch rule has sent you a case. Open the app to see it."},
		Keep:    day,
	},
	mediation.NoticeStray: {
		Chinese: Text{"有事项迟迟没有立案", "有上报或平台转来的事项迟迟没有立案，请打开应用处理。"},
		English: Text{"A matter has no case yet", "Something came in and has had no case for too long. Open the app to see it."},
		Keep:    7 * day,
	},
	mediation.NoticeDutyGap: {
		Chinese: Text{"值班表有空档", "有一个岗位将要或已经无人值班，请尽快安排。"},
		English: Text{"Nobody is on duty", "A post has, or soon will have, nobody on duty. Please arrange for somebody now."},
		Keep:    day,
	},
	mediation.NoticeCalendar: {
		Chinese: Text{"放假安排未导入", "新一年的放假安排还没有导入，工作日暂只除去周六、周日，请尽快导入。"},
		English: Text{"Days off are missing", "The days off of a year that is near are not known. Please import them soon."},
		Keep:    7 * day,
	},
	mediation.NoticeRefused: {
		Chinese: Text{"事项情况有变", "有一件事项需要重新安排，请打开应用查看。"},
		English: Text{"Arrangements have changed", "A case needs to be arranged anew. Open the app to see it."},
		Keep:    7 * day,
	},
}

// fallback serves a kind of a newer release that shares this store: it still knocks.
var fallback = Style{
	Chinese: Text{"您有新的消息", "请打开应用查看。"},
	English: Text{"You have a message", "Open the app to see it."},
	Keep:    3 * day,
}

// Manner returns how a kind of notice is worded and delivered.
func Manner(k mediation.NoticeKind) Style {
	if s, ok := styles[k]; ok {
		return s
	}
	return fallback
}
