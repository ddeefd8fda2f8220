package mediation

import "fengqiao/mediation/policy"

// KindInfo names one kind of mediator.
type KindInfo struct{ Key, Zh, En string }

// MediatorKinds is every kind of mediator there is; a policy's seats and an import's mediators use these keys.
var MediatorKinds = []KindInfo{
	{"elder", "五老乡贤", "elder"},
	{"fulltime", "专职调解员", "full-time mediator"},
	{"lawyer", "律师", "lawyer"},
	{"police", "民警", "police officer"},
	{"judge", "法官", "judge"},
	{"counsellor", "心理咨询师", "counsellor"},
	{"notary", "公证员", "notary"},
	{"department", "部门人员", "officer of a department"},
	// 两代表一委员: whom a county invites to mediate beside those appointed.
	{"delegate", "党代表、人大代表", "delegate of the Party or people's congress"},
	{"consultative", "政协委员", "member of the consultative conference"},
}

// PolicyVocabulary is what a policy may speak of: the states and commands of the table, the kinds of mediators, the roles. Every state in which
// something is still expected of somebody must have a clock, a suspended case too: what waits for a court is asked about now and then.
func PolicyVocabulary() policy.Vocabulary {
	v := policy.Vocabulary{ReturnVisit: string(Closed)}
	for _, s := range States {
		if s.Over {
			continue
		}
		v.States, v.MustHaveClock = append(v.States, string(s.State)), append(v.MustHaveClock, string(s.State))
	}
	for _, r := range Table {
		v.Commands = append(v.Commands, string(r.Command))
	}
	v.Progress, v.ProgressSteps = progressWords()
	for _, k := range MediatorKinds {
		v.Kinds = append(v.Kinds, k.Key)
	}
	v.LoopRoles, v.SignRoles = rolesOf(Action(CmdLoop)), rolesOf(Action(CmdSignOff))
	v.ReportRoles, v.ProxyRoles = rolesOf(ReportCreate), rolesOf(Action(CmdErrand))
	v.IssueRoles, v.JudgeRoles, v.AnswerRoles = rolesOf(SlipIssue), rolesOf(SlipApprove), rolesOf(SlipAnswer)
	for _, g := range Permits[CaseRead] { // what is sent to a role is sent to whoever has it where the case lies
		if g.Scope == InArea {
			v.SentRoles = append(v.SentRoles, string(g.Role))
		}
	}
	for _, g := range Permits[DocketRead] {
		if !has(v.ReviewRoles, string(g.Role)) {
			v.ReviewRoles = append(v.ReviewRoles, string(g.Role))
		}
	}
	for _, r := range AccountRoles {
		v.Roles = append(v.Roles, string(r))
	}
	return v
}

// rolesOf are the roles that may do an action at all, as Permits has them: a policy that names another would name who can never act.
func rolesOf(a Action) []string {
	var roles []string
	for _, g := range Permits[a] {
		if !has(roles, string(g.Role)) {
			roles = append(roles, string(g.Role))
		}
	}
	return roles
}
