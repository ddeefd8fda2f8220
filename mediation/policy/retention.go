package policy

// Retention (保存期限) is for how many days after their end records keep what they hold of people, 0: for ever (个人信息保护法 19: no longer
// than needed).
type Retention struct {
	// CaseDays is of ended cases, ReportDays of reports that were withdrawn before they had a case. Somebody orders their erasure.
	CaseDays, ReportDays int
	// The others are of records beside the cases, which are let go of by themselves. MeetingDays is of villagers' meetings, SlipDays of papers
	// of supervision about no case, VisitDays of visits to a hall, from the day on; SuggestionDays of residents' suggestions, from the end of their
	// campaign; CheckinDays of rounds, which are movements of a person.
	// HandoverDays is of why people left, declined or stayed, from the end of the hand-over.
	// ReviewDays is of what was said when a review list was sat over, from the end of its period.
	MeetingDays, SlipDays, VisitDays, SuggestionDays, CheckinDays, HandoverDays, ReviewDays int
}

// mostDays is a hundred years.
const mostDays = 36500

var retentionKeys = []key[Retention]{
	count("case_days", required, 0, mostDays, Text{"案件了结后，文字、当事人信息和照片保存几天；0为一直保存", "days that an ended case's words, parties and photos are kept; 0: for ever"},
		func(r *Retention) *int { return &r.CaseDays }),
	count("report_days", required, 0, mostDays, Text{"未立案即撤回的上报保存几天；0为一直保存", "days that a report is kept that was withdrawn before it had a case; 0: for ever"},
		func(r *Retention) *int { return &r.ReportDays }),
	count("meeting_days", optional, 0, mostDays, Text{"网格议事最后一次变动（或会期）之后，议题、纪要和村民姓名保存几天；不填或0为一直保存", "days after its day, or its last change, that a villagers' meeting keeps topic, minutes and names; without it or 0: for ever"},
		func(r *Retention) *int { return &r.MeetingDays }),
	count("slip_days", optional, 0, mostDays, Text{"不属于案件的督办文书了结后，文字和照片保存几天；不填或0为一直保存", "days that the words and photos of an ended paper of supervision are kept that is about no case; without it or 0: for ever"},
		func(r *Retention) *int { return &r.SlipDays }),
	count("visit_days", optional, 0, mostDays, Text{"大厅来访当日起，所关联的上报、案件和叫号人保存几天；不填或0为一直保存", "days after a visit to a hall that it says which report or case came of it, and who called; without it or 0: for ever"},
		func(r *Retention) *int { return &r.VisitDays }),
	count("suggestion_days", optional, 0, 3660, Text{"征集结束多少天后注销建议人信息和原文；有opinions时必填，至少1", "days after a campaign's end that who suggested, and in what words, is kept; needed with opinions, and 1 at least"},
		func(r *Retention) *int { return &r.SuggestionDays }),
	count("checkin_days", optional, 0, 1095, Text{"签到记录保存几天，到期删除；行踪属敏感个人信息；有patrols时必填，至少1", "days that check-ins are kept before they are removed: movements are sensitive personal data; needed with patrols, and 1 at least"},
		func(r *Retention) *int { return &r.CheckinDays }),
	count("handover_days", optional, 0, mostDays, Text{"工作移交结束后，离任、不接收、取消的原因保存几天；不填或0为一直保存", "days that a hand-over's reasons, of leaving, declining or cancelling, are kept after its end; without it or 0: for ever"},
		func(r *Retention) *int { return &r.HandoverDays }),
	count("review_days", optional, 0, mostDays, Text{"会办清单的周期结束后，会议纪要的文字保存几天；不填或0为一直保存", "days after its period that the minutes of a review list are kept; without it or 0: for ever"},
		func(r *Retention) *int { return &r.ReviewDays }),
}

// checkRetention finds rooms that would keep for ever what nobody may: who suggested, and who went where.
func (c *checker) checkRetention() {
	for _, x := range []struct {
		on   bool
		days int
		key  string
	}{{c.Opinions.On(), c.Retention.SuggestionDays, "retention.suggestion_days"}, {c.Patrols.On(), c.Retention.CheckinDays, "retention.checkin_days"}} {
		if x.on && x.days == 0 {
			c.wrong(x.key, "必填，至少一天", "it must be said, and be a day at least")
		}
	}
}
