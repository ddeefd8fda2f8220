package handlers

// scorecardMessages are the codes of scorecards.
var scorecardMessages = map[string]message{
	"no_font":                {"不能导出 PDF", "No PDF here", "服务器上没有带中文的字体，请管理员安装 fonts-wqy-microhei 或设置 pdf-font；可以改用 XLSX。", "The server has no font with Chinese in it: its administrator may install fonts-wqy-microhei or set pdf-font. XLSX can be had instead."},
	"scorecard.bad_subject":  {"评价对象无效", "Nothing that is measured", "“by”只能是 area、unit 或 official。", "“by” is area, unit or official."},
	"scorecard.bad_period":   {"期间无效", "Period not valid", "“period”应写作 2026-03、2026-Q1 或 2026。", "“period” is written 2026-03, 2026-Q1 or 2026."},
	"scorecard.to_come":      {"期间还没有开始", "Period to come", "这个期间还没有开始，没有可算的。", "This period has not begun: there is nothing to reckon."},
	"scorecard.other_period": {"评定期不同", "Another kind of period", "本县按规则所定的评定期（{every}）评定：月写作 2026-03，季写作 2026-Q1，年写作 2026。", "Villages are assessed by the {every}: a month is written 2026-03, a quarter 2026-Q1, a year 2026."},
	"scorecard.bad_month":    {"月份无效", "Month not valid", "只能按月定格，月份写作 2026-03。", "Months are frozen, written 2026-03."},
	"scorecard.not_over":     {"本月还没有结束", "Month not over", "月份结束以后才能定格。", "A month is frozen when it is over."},
	"scorecard.whole_only":   {"只对全域开放", "For who sees all of it", "单位和干部的定格数含其它辖区的案件，只给看得到全域的人。", "Frozen lines of units and officials count cases of other areas too; they are for who sees all of it."},
}
