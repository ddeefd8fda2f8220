package handlers

// teamMessages are the codes of grids' teams.
var teamMessages = map[string]message{
	"team.full":                 {"岗位已满", "The post is full", "该岗位最多{max}人，已经配满。", "At most {max} hold this post, and they do."},
	"team.holds":                {"已有岗位", "Holds a post already", "此人在本团队已有岗位。", "They hold a post in this team already."},
	"team.role":                 {"角色不符", "Not for this role", "该岗位不能由此角色担任或替班。", "Their role can neither hold this post nor stand in for it."},
	"team.unit":                 {"单位不符", "Of another unit", "替班人须与岗位本人同属一个单位。", "A substitute is of the holder's own unit."},
	"team.elsewhere":            {"不在本辖区", "Works elsewhere", "此人的辖区与本网格无关。", "Their area has nothing to do with this grid."},
	"team.not_holder":           {"没有岗位", "Holds no post", "此人在本团队没有岗位。", "They hold no post in this team."},
	"team.self":                 {"不能替自己", "Not for oneself", "不能由本人替自己的班。", "Nobody stands in for themselves."},
	"team.own_hand":             {"不能指定自己替班", "Not by one's own hand", "替班人不能由本人指定，请由岗位本人或上级指定。", "Nobody names themselves a substitute: the holder does, or who is over them."},
	"team.not_over":             {"无权指定替班", "Not over the holder", "只有岗位本人，或辖区包含其辖区的上级，才能指定替班。", "The holder names a substitute, or somebody whose area holds theirs."},
	"team.too_long":             {"替班时间过长", "Too long", "替班一次最多{max}天；更久请移交岗位。", "A substitution lasts {max} days at most; beyond that the post is handed over."},
	"team.overlap":              {"替班时间重叠", "Substitutions overlap", "这段时间已有人替班。", "Somebody stands in for them at that time already."},
	"team.busy":                 {"替班人没有空", "The substitute is not free", "替班人这段时间替别人的班，或者自己由别人替班。", "At that time they stand in for somebody else, or somebody for them."},
	"team.needed":               {"正替别人的班", "Stands in for somebody", "岗位本人这段时间替别人的班，不能再找人替自己。", "At that time the holder stands in for somebody else."},
	"team.no_substitution":      {"没有这次替班", "No such substitution", "没有这次替班，或者已经结束。", "There is no such substitution, or it has ended."},
	"team.stands_in_for_nobody": {"没有在替班", "Stands in for nobody", "您现在没有在这个网格替班。", "You stand in for nobody in this grid now."},
	"team.acting":               {"替班时不能这样做", "Not as a substitute", "这件事须由岗位本人或上级办理，替班人不能代办。", "This is for the holder, or for who is over them: who stands in for somebody does the daily work alone."},
	"uptake.off":                {"没有这项统计", "Not counted here", "本县规则没有写明信访量、应用率按哪些渠道计。", "The county's rules do not say by which channels petitions and the use of the app are counted."},
	"erase.team":                {"仍在团队中", "Still in a team", "此人在{area}的团队里仍有岗位或替班，请先离岗。", "They hold a post or stand in for somebody in the team of {area}: end that first."},
}
