package handlers

// villageMessages are the codes of assessed villages.
var villageMessages = map[string]message{
	"village.no_objection": {"不受理异议", "No objections", "本县的评定规则没有异议期限，或案件太多未能留存。", "The county's rules of the assessment give no time for objecting, or there were too many cases to keep."},
	"village.too_late":     {"异议期已过", "Too late", "异议须在{at}之前提出。", "Objections had to come before {at}."},
	"village.open":         {"有异议待决定", "An objection is open", "这个村有一项异议等待决定，请先决定。", "An objection of this village waits for its decision, which comes first."},
	"village.decided":      {"已有决定", "Decided already", "这项异议已有决定。", "This objection has been decided."},
	"village.own":          {"不能决定自己的异议", "Nobody decides on their own", "提出异议的人不能决定它。", "Who objects does not decide."},
	"village.points":       {"须逐件决定", "Decide on each case", "“points”须对异议提到的每一件案件各写一项决定。", "“points” must decide on every case that the objection names, and on no other."},
	"village.twice":        {"同一案件两次", "The same case twice", "“{field}”与前面的重复。", "“{field}” names a case that is named above."},
	"village.counted":      {"已经计入", "Counted already", "“{field}”的案件已经计入。", "The case of “{field}” counts already."},
	"village.not_counted":  {"没有计入", "Not counted", "“{field}”的案件本来就没有计入。", "The case of “{field}” does not count anyway."},
	"village.other_period": {"不属于这一期", "Of another period", "“{field}”的案件不是这一期立案的，也不是这一期超期的。", "The case of “{field}” was neither opened in the period nor first late in it."},
	"village.erased":       {"案件已注销", "The case is erased", "“{field}”的案件已依法注销。", "The case of “{field}” has been erased."},
	"village.too_large":    {"案件太多", "Too many cases", "这个村的案件太多，定格时没有逐件留存，不能更正。", "There were too many cases to keep each of them, so that nothing can be corrected."},
}
