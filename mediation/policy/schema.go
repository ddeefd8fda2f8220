package policy

import "time"

// policyKeys are the keys of the file. This list and those below it are the form of the file: Load reads by them and
// Reference prints them.
func policyKeys(v Vocabulary) []key[Policy] {
	return []key[Policy]{
		scalar("county", required, Text{"区划代码", "area code"}, Text{"县（市、区）的点分区划代码", "the county's dotted area code"},
			parseCode, func(p *Policy) *string { return &p.County }),
		scalar("label", required, kindText, Text{"版本标签，由编写者给出", "the author's label of this version"},
			parseLabel, func(p *Policy) *string { return &p.Label }),
		named(Text{"规则名称", "name of the policy"}, func(p *Policy) *Text { return &p.Name }),
		word("appliesTo", optional, Text{"适用于哪些案件：new（默认）只用于此后立案的，open 在办案件也改按本版办理、时限重新计算",
			"which cases it applies to: new (if not said), those opened from now on; open, those in hand too, whose clocks are worked out anew"},
			func(p *Policy) *string { return &p.AppliesTo }),
		object("intake", required, Text{"受理：什么进来，去向如何", "what comes in and what becomes of it"}, intakeKeys,
			func(p *Policy) *Intake { return &p.Intake }),
		object("matching", required, Text{"派单：请谁调解", "who is asked to mediate"}, matchingKeys, func(p *Policy) *Matching { return &p.Matching }),
		objects("tiers", required, Text{"调解层级，由近及远", "the ladder of tiers, the nearest first"}, tierKeys, Tier{}, func(p *Policy) *[]Tier { return &p.Tiers }),
		object("clocks", required, Text{"时限", "how long things may take"}, clockKeys(v), func(p *Policy) *Clocks { return &p.Clocks }),
		object("stages", optional, Text{"环节时限：签收、到达、处置、办结等，与状态时限并行；不填为没有", "clocks of signing for, arriving, handling and the like, beside the states'; without it there are none"}, stagesKeys,
			func(p *Policy) *Stages { return &p.Stages }),
		object("suspension", optional, Text{"中止：因何原因可以中止，哪些时限停计、最长多久；不填则任何原因都可中止，但本环节和全案时限照常计时", "suspensions: for which reasons, which clocks stand still and for how long at most; without it for any reason, and the clocks of the step and of the whole case run on"}, suspensionKeys,
			func(p *Policy) *Suspension { return &p.Suspension }),
		object("desks", optional, Text{"外部平台之间的转办；不填则不能互转", "outside desks and each other's matters; without it none passes anything on"}, desksKeys, func(p *Policy) *Desks { return &p.Desks }),
		object("study", optional, Text{"提级研判：何时自动召集，多久作出结论；不填则只由人召集", "escalated studies: when one is called by itself, and how fast it must conclude; without it people alone call them"}, studyKeys,
			func(p *Policy) *Study { return &p.Study }),
		object("duty", optional, Text{"值班表：值班领导、指挥长等岗位；不填为没有", "the duty roster: posts such as leader on duty; without it there is none"}, dutyKeys, func(p *Policy) *Duty { return &p.Duty }),
		objects("dispatch", optional, Text{"派单规则：何种事项直接派给哪个单位或值班岗位，取第一条适用的", "dispatch rules: what goes straight to a unit or to who is on duty; the first that fits is taken"}, dispatchKeys, DispatchRule{}, func(p *Policy) *[]DispatchRule { return &p.DispatchRules }),
		object("catch_all", optional, Text{"兜底：没有立案的事项多久告知值班的人；不填则只由工作人员每日受提醒", "the catch-all: how soon whoever is on duty hears of what has no case; without it staff alone are reminded daily"}, catchAllKeys, func(p *Policy) *CatchAll { return &p.CatchAll }),
		object("closing", required, Text{"办结条件", "what a closing needs"}, closingKeys, func(p *Policy) *Closing { return &p.Closing }),
		object("loop", optional, Text{"闭环：办结前须完成的签字、审核、见面、到现场；不填为不要求", "the closed loop: signatures, checks, meetings and visits before a closing; without it none are asked for"}, loopKeys,
			func(p *Policy) *Loop { return &p.Loop }),
		object("petition", optional, Text{"信访：法定程序和时限；不填则没有信访件", "petitions: the regulation's course and limits; without it there are none"}, petitionKeys, func(p *Policy) *Petition { return &p.Petition }),
		object("confirmation", optional, Text{"司法确认：申请期限；不填则不计", "judicial confirmation of agreements; without it no clock of it runs"}, confirmationKeys, func(p *Policy) *Confirmation { return &p.Confirmation }),
		object("retention", optional, Text{"保存期限；不填为一直保存", "how long words are kept; without it for ever"}, retentionKeys, func(p *Policy) *Retention { return &p.Retention }),
		object("backlog", optional, Text{"积案", "the backlog"}, backlogKeys, func(p *Policy) *Backlog { return &p.Backlog }),
		objects("rankings", optional, Text{"排名：按期不得先于化解，拒收不得有利", "rankings, in which timeliness never stands above settlement and refusing intake never helps"}, rankingKeys, Ranking{}, func(p *Policy) *[]Ranking { return &p.Rankings }),
		objects("review_lists", optional, Text{"会办清单：每月或每季哪些案件由谁会办；不填为没有", "review lists: which cases are looked at together every month or quarter, and by whom; without it there are none"}, reviewListKeys, ReviewList{}, func(p *Policy) *[]ReviewList { return &p.ReviewLists }),
		objects("halls", optional, Text{"一站式大厅：取号、叫号", "one-stop halls, where numbers are taken and called"}, hallKeys, Hall{}, func(p *Policy) *[]Hall { return &p.Halls }),
		object("slips", optional, Text{"督办文书：提醒、交办、督办、预警", "papers of supervision: reminders, assignments, orders, warnings"}, slipKeys, func(p *Policy) *Slips { return &p.Slips }),
		object("joint", optional, Text{"联合办理：会商、签批、子任务；不填为不设", "several units on one case: consultation, signature, sub-tasks; without it there is none"}, jointKeys(v), func(p *Policy) *Joint { return &p.Joint }),
		object("charge", optional, Text{"领导包案；不填为不设", "leaders in charge of named cases; without it there is none"}, chargeKeys, func(p *Policy) *Charge { return &p.Charge }),
		object("proxies", optional, Text{"代办（三帮一办）：谁可以代办、多久办好；不填为能上报的人都可以、不计时", "acting for residents: who may, and how soon; without it whoever may report, with no limit"}, proxyKeys, func(p *Policy) *Proxies { return &p.Proxies }),
		object("patrols", optional, Text{"巡查签到；不填为没有", "rounds of grid workers; without it there are none"}, patrolKeys, func(p *Policy) *Patrols { return &p.Patrols }),
		object("deliberation", optional, Text{"网格议事；不填为没有", "villagers' deliberation; without it there is none"}, deliberationKeys, func(p *Policy) *Deliberation { return &p.Deliberation }),
		object("opinions", optional, Text{"民意征集；不填为没有", "residents' suggestions; without it there are none"}, opinionKeys, func(p *Policy) *Opinions { return &p.Opinions }),
		objects("teams", optional, Text{"网格团队“1+3+N”的岗位；不填为没有", "posts of the grids' teams (1+3+N); without it there are none"}, teamKeys, GridTeam{}, func(p *Policy) *[]GridTeam { return &p.Teams }),
		object("uptake", optional, Text{"一降两升：信访量、应用率、满意率；不填为不计", "petitions down, app use and satisfaction up; without it they are not shown together"}, uptakeKeys, func(p *Policy) *Uptake { return &p.Uptake }),
	}
}

// named is the name that people read, in both languages.
func named[T any](means Text, at func(*T) *Text) key[T] {
	return object("name", required, means, []key[Text]{
		text("zh", required, Text{"中文", "in Chinese"}, func(t *Text) *string { return &t.Zh }),
		text("en", required, Text{"英文", "in English"}, func(t *Text) *string { return &t.En }),
	}, at)
}

var intakeKeys = []key[Intake]{
	objects("channels", required, Text{"来源渠道", "where reports come from"}, []key[Channel]{
		word("key", required, Text{"渠道标识", "the channel's word"}, func(c *Channel) *string { return &c.Key }),
		named(Text{"渠道名称", "its name"}, func(c *Channel) *Text { return &c.Name }),
		list("by", optional, kindWords, Text{"哪些角色可以经它登记；不填为能上报的人都可以", "the roles that may register a matter by it; without it whoever may report"}, parseWord, func(c *Channel) *[]string { return &c.By }),
	}, Channel{}, func(i *Intake) *[]Channel { return &i.Channels }),
	objects("sources", optional, Text{"来源，如公安、法院、信访；由渠道归并，从受理到报表一直分开", "sources, such as police, court and petition, made of channels and kept apart from intake to report"}, sourceKeys, Source{},
		func(i *Intake) *[]Source { return &i.Sources }),
	objects("categories", required, Text{"纠纷类别", "kinds of dispute"}, categoryKeys, Category{}, func(i *Intake) *[]Category { return &i.Categories }),
	objects("routes", required, Text{"法定途径", "lawful ways outside mediation"}, routeKeys, Route{}, func(i *Intake) *[]Route { return &i.Routes }),
	word("emergency_route", required, Text{"遇危险或涉嫌犯罪时立即转往的途径（须有受理单位）", "the route that danger and crime take at once; it must have a desk"},
		func(i *Intake) *string { return &i.EmergencyRoute }),
	number("snap_metres", required, 5000, Text{"点位落在所有微网格之外时，可归入多少米以内的最近微网格", "a point this far outside every cell still belongs to the nearest one, metres"},
		func(i *Intake) *float64 { return &i.SnapMetres }),
	number("max_accuracy_metres", required, 5000, Text{"定位精度差于此值时加注标记，米", "a position less accurate than this is marked, metres"},
		func(i *Intake) *float64 { return &i.MaxAccuracyMetres }),
	duration("clock_skew", required, Text{"手机时间超前多少即标记存疑", "a phone's time further in the future than this is marked"}, func(i *Intake) *time.Duration { return &i.ClockSkew }),
	duration("clock_old", required, Text{"手机时间早于多少即标记存疑", "a phone's time further back than this is marked"}, func(i *Intake) *time.Duration { return &i.ClockOld }),
	object("join", required, Text{"并案：何种范围内视为可能是同一纠纷", "within what bounds reports may be the same matter"}, []key[JoinRule]{
		duration("within", required, Text{"时间范围", "time between them"}, func(j *JoinRule) *time.Duration { return &j.Within }),
		number("metres", required, 10000, Text{"距离范围，米", "distance between them, metres"}, func(j *JoinRule) *float64 { return &j.Metres }),
	}, func(i *Intake) *JoinRule { return &i.Join }),
	object("on_receipt", optional, Text{"即接即办：何种事项可当场办结并答复；不填为没有", "what may be settled and answered at once on receipt; without it nothing"}, onReceiptKeys,
		func(i *Intake) *OnReceipt { return &i.OnReceipt }),
	text("number_format", required, Text{"案号格式，{year}为年份、{n}为序号、{unit}为编号单位", "form of a case number: {year}, {n} and {unit}, the unit that numbers"},
		func(i *Intake) *string { return &i.NumberFormat }),
	count("number_level", required, 1, 10, Text{"案号按区划代码前几段编排（3县、4乡镇）", "numbers run per unit of this many code segments (3 county, 4 township) and year"},
		func(i *Intake) *int { return &i.NumberLevel }),
}

var categoryKeys = []key[Category]{
	word("key", required, Text{"类别标识", "the category's word"}, func(c *Category) *string { return &c.Key }),
	named(Text{"类别名称", "its name"}, func(c *Category) *Text { return &c.Name }),
	yesNo("mediable", required, Text{"是否属于人民调解范围", "whether people's mediation may take it"}, func(c *Category) *bool { return &c.Mediable }),
	word("route", optional, Text{"不属调解范围时的法定途径", "the lawful route where mediation may not take it"}, func(c *Category) *string { return &c.Route }),
	count("auto_accept", optional, 0, maxSeverity, Text{"严重程度不高于此值时自动受理（0为一律人工）", "accepted without a person up to this severity (0: always a person)"},
		func(c *Category) *int { return &c.AutoAccept }),
	count("accusation", optional, 0, 10, Text{"检举控告：归区划代码前几段的单位办理（3县），其下各级和被控告人都看不到；0为不是",
		"accusations: they lie with the unit of this many code segments (3 county), out of sight below it and of the accused; 0: it is none"},
		func(c *Category) *int { return &c.Accusation }),
}

var routeKeys = []key[Route]{
	word("key", required, Text{"途径标识", "the route's word"}, func(r *Route) *string { return &r.Key }),
	named(Text{"途径名称", "its name"}, func(r *Route) *Text { return &r.Name }),
	text("norm", required, Text{"法律依据", "the norm it rests on"}, func(r *Route) *string { return &r.Norm }),
	text("desk", optional, Text{"接收转办的单位；不填则只告知当事人", "the unit that receives a transfer; without one the person is only told"}, func(r *Route) *string { return &r.Desk }),
}

var matchingKeys = []key[Matching]{
	objects("panels", required, Text{"调解小组构成，取第一个适用的", "compositions of panels; the first that fits is taken"}, []key[Panel]{
		list("categories", optional, kindWords, Text{"适用类别；不填为全部", "for these categories; without it for any"}, parseWord, func(p *Panel) *[]string { return &p.Categories }),
		count("min_severity", optional, 0, maxSeverity, Text{"适用的最低严重程度", "from this severity on"}, func(p *Panel) *int { return &p.MinSeverity }),
		objects("seats", required, Text{"席位", "the seats"}, seatKeys, Seat{Number: 1}, func(p *Panel) *[]Seat { return &p.Seats }),
	}, Panel{}, func(m *Matching) *[]Panel { return &m.Panels }),
	count("load_cap", required, 1, 1000, Text{"调解员同时在办件数上限", "cases that a mediator holds at a time, at most"}, func(m *Matching) *int { return &m.LoadCap }),
	object("weights", required, Text{"评分权重，按比例计", "weights of the score's parts, in proportion"}, weightKeys, func(m *Matching) *Weights { return &m.Weights }),
	count("rest_after_declines", optional, 0, 100, Text{"连续婉拒多少次后得分减半（0为不减）", "the score is halved after so many declines in a row (0: never)"},
		func(m *Matching) *int { return &m.RestAfterDeclines }),
}

var seatKeys = []key[Seat]{
	list("kinds", required, kindWords, Text{"可担任的人员类别", "kinds of mediators who may take it"}, parseWord, func(s *Seat) *[]string { return &s.Kinds }),
	count("number", optional, 1, 9, Text{"人数，默认1", "how many such seats, 1 if not said"}, func(s *Seat) *int { return &s.Number }),
	yesNo("lead", optional, Text{"是否首席调解员", "whether this is the lead mediator"}, func(s *Seat) *bool { return &s.Lead }),
	yesNo("required", optional, Text{"缺席时不得开始", "whether mediation waits for it"}, func(s *Seat) *bool { return &s.Required }),
	yesNo("outsider", optional, Text{"受邀参与者，须经各方当事人同意（人民调解法20）", "somebody invited, only with the parties' consent (People's Mediation Law 20)"}, func(s *Seat) *bool { return &s.Outsider }),
}

var weightKeys = []key[Weights]{
	number("distance", optional, maxWeight, Text{"距离近", "nearness"}, func(w *Weights) *float64 { return &w.Distance }),
	number("load", optional, maxWeight, Text{"在办件少", "free share of the load cap"}, func(w *Weights) *float64 { return &w.Load }),
	number("category", optional, maxWeight, Text{"擅长此类纠纷", "experience in the kind of dispute"}, func(w *Weights) *float64 { return &w.Category }),
	number("same_area", optional, maxWeight, Text{"同一片区", "serving the same patch"}, func(w *Weights) *float64 { return &w.SameArea }),
	number("dialect", optional, maxWeight, Text{"方言相通", "a dialect in common"}, func(w *Weights) *float64 { return &w.Dialect }),
	number("record", optional, maxWeight, Text{"婉拒少", "few declines"}, func(w *Weights) *float64 { return &w.Record }),
}

var tierKeys = []key[Tier]{
	word("key", required, Text{"层级标识", "the tier's word"}, func(t *Tier) *string { return &t.Key }),
	named(Text{"层级名称", "its name"}, func(t *Tier) *Text { return &t.Name }),
	count("level", required, 1, 10, Text{"调解员服务片区与案发地须相同的代码段数（5村、4乡镇、3县）", "code segments that a mediator's area shares with the case's place (5 village, 4 township, 3 county)"},
		func(t *Tier) *int { return &t.Level }),
	number("radius_metres", optional, 500000, Text{"距离上限，米；不填为不限", "greatest distance, metres; without it there is none"}, func(t *Tier) *float64 { return &t.RadiusMetres }),
	count("waves", required, 1, 20, Text{"本层级派单轮数，之后提级", "waves of offers before the next tier"}, func(t *Tier) *int { return &t.Waves }),
	count("wave_size", required, 1, 50, Text{"每轮每席派给几人", "offers per free seat in each wave"}, func(t *Tier) *int { return &t.WaveSize }),
	span("answer", required, Text{"应答时限", "time to answer an offer"}, func(t *Tier) *Span { return &t.Answer }),
}

var limitKeys = []key[Limit]{
	span("within", required, Text{"时限", "how long it may take"}, func(l *Limit) *Span { return &l.Within }),
	list("remind", optional, Text{"时限列表", "list of spans"}, Text{"到期前多久提醒，由长到短", "how long before the end to remind, longest first"}, parseSpan,
		func(l *Limit) *[]Span { return &l.Remind }),
	basis(func(l *Limit) *string { return &l.Basis }),
}

// basis is the key by which a section with a limit names the norm that it rests on.
func basis[T any](of func(*T) *string) key[T] {
	return text("basis", optional, Text{"所依据的规定，如“信访工作条例34”", "the norm it rests on, such as “信访工作条例34”"}, of)
}

func clockKeys(v Vocabulary) []key[Clocks] {
	return []key[Clocks]{
		object("calendar", required, Text{"工作日历", "working days and hours"}, calendarKeys, func(c *Clocks) *Calendar { return &c.Calendar }),
		dictionary("states", required, Text{"各状态时限，状态改变时重新起算", "a clock for each state, which starts anew with the state"}, v.States, limitKeys,
			func(c *Clocks) *map[string]Limit { return &c.States }),
		object("whole", required, Text{"全案时限，从不重新起算", "the clock of the whole case, which never starts anew"}, limitKeys, func(c *Clocks) *Limit { return &c.Whole }),
	}
}

var calendarKeys = []key[Calendar]{
	text("zone", required, Text{"时区（IANA名称）", "time zone, by its IANA name"}, func(c *Calendar) *string { return &c.Zone }),
	timeOfDay("opens", required, Text{"上班时间", "when the working day opens"}, func(c *Calendar) *int { return &c.Opens }),
	timeOfDay("closes", required, Text{"下班时间", "when it closes"}, func(c *Calendar) *int { return &c.Closes }),
	list("holidays", required, kindDates, Text{"放假日（据国务院办公厅通知逐年填写）；周六、周日无须填写", "days off, from each year's notice; Saturdays and Sundays need no mention"}, parseDate, func(c *Calendar) *[]string { return &c.Holidays }),
	list("workdays", required, kindDates, Text{"调休上班的周六、周日", "Saturdays and Sundays worked instead"}, parseDate, func(c *Calendar) *[]string { return &c.Workdays }),
}

var closingKeys = []key[Closing]{
	list("needs", required, kindWords, Text{"办结须具备的条件", "what must be met"}, parseWord, func(c *Closing) *[]string { return &c.Needs }),
	yesNo("settle_without_word", optional, Text{"当事人未表态时，回访认定已化解即可视为化解", "whether a return visit alone, without a party's word, can say that the quarrel is settled"},
		func(c *Closing) *bool { return &c.SettleWithoutWord }),
}

// Severities run from 1 (slight) to 4 (grave).
const maxSeverity = 4

const maxWeight = 1000
