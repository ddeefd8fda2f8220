package handlers

// studyMessages are the codes of escalated studies.
var studyMessages = map[string]message{
	"study.open":       {"正在研判", "A study is under way", "本案已有进行中的提级研判。", "A study of this case is under way already."},
	"study.concluded":  {"研判已有结论", "The study has concluded", "研判已作出结论，不能再改成员、材料和结论。", "The study has concluded: members, materials and conclusion stay as they are."},
	"study.nobody":     {"没有成员", "Nobody takes part", "请先确定参加研判的人员或单位。", "Name the members first."},
	"study.case_over":  {"案件已终结", "The case is over", "案件已终结或已注销，不能提级研判。", "The case is over or erased; there is nothing to study."},
	"study.order_done": {"已报告完成", "Reported done already", "这项任务已报告完成。", "This order has been reported done already."},
	"study.either":     {"人或单位", "A person or a unit", "请给出 user（人员）或 unit（单位），二者取一。", "Give either user, a person, or unit."},
}
