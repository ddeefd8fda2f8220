package policy

import (
	"slices"
	"strings"
)

// checker finds what only shows when the parts are read together. Values that could not be read are zero here and have been
// found already, so the checks stay silent about zero values that reading never lets through.
type checker struct {
	*reader
	*Policy
	Vocabulary
}

func (c *checker) check() {
	c.known("appliesTo", c.AppliesTo, []string{NewCases, OpenCases})
	c.checkIntake()
	for i := range c.Matching.Panels {
		c.checkPanel(item("matching.panels", i), &c.Matching.Panels[i])
	}
	c.checkCoverage()
	c.checkWeights()
	c.checkTiers()
	c.checkClocks()
	c.checkStages()
	c.checkSuspension()
	c.checkStudy()
	c.checkDesks()
	c.checkLoop()
	c.checkDuty()
	c.checkCatchAll()
	c.checkCalendar()
	c.checkHalls()
	c.checkJoint()
	c.checkCharge()
	c.checkProxies()
	c.checkChannels()
	c.checkSources()
	c.checkRankings()
	c.checkReviewLists()
	c.checkPetition()
	c.checkConfirmation()
	c.checkLaw()
	for i, n := range c.Closing.Needs {
		c.known(item("closing.needs", i), n, ClosingNeeds)
	}
	c.checkSlips()
	c.checkPatrols()
	c.checkDeliberation()
	c.checkOpinions()
	c.checkTeams()
	c.checkUptake()
	c.checkRetention()
}

// wrong notes a finding about the value at a path.
func (c *checker) wrong(path, zh, en string, args ...any) {
	at, ok := c.at[path]
	for p := path; !ok; at, ok = c.at[p] {
		i := strings.LastIndexAny(p, ".[")
		if i < 0 {
			at = place{1, 1}
			break
		}
		p = p[:i]
	}
	c.find(at, path, *say(zh, en, args...))
}

func (c *checker) known(path, value string, list []string) {
	if value != "" && !slices.Contains(list, value) {
		c.wrong(path, "未知的值%q，可用的有：%s", "unknown value %q; there are: %s", value, strings.Join(list, ", "))
	}
}

// unique finds doubled keys of a list and lists that are empty; it returns the keys.
func unique[O any](c *checker, path string, list []O, keyOf func(*O) string) []string {
	if _, read := c.at[path]; read && len(list) == 0 {
		c.wrong(path, "至少须有一项", "there must be at least one")
	}
	keys := make([]string, 0, len(list))
	for i := range list {
		k := keyOf(&list[i])
		if k != "" && slices.Contains(keys, k) {
			c.wrong(item(path, i)+".key", "标识%q重复", "the word %q is taken", k)
		}
		keys = append(keys, k)
	}
	return keys
}

func (c *checker) checkIntake() {
	in := &c.Intake
	unique(c, "intake.channels", in.Channels, func(x *Channel) string { return x.Key })
	unique(c, "intake.categories", in.Categories, func(x *Category) string { return x.Key })
	routes := unique(c, "intake.routes", in.Routes, func(x *Route) string { return x.Key })
	for i, cat := range in.Categories {
		path := item("intake.categories", i)
		c.known(path+".route", cat.Route, routes)
		_, said := c.at[path+".mediable"]
		if cat.Accusation > 0 && said && cat.Mediable {
			c.wrong(path+".accusation", "检举控告不属调解范围", "an accusation is nothing that mediation may take")
		}
		if !said || cat.Mediable {
			continue
		}
		if cat.Route == "" {
			c.wrong(path+".route", "不属调解范围的类别须写明法定途径", "a category that mediation may not take needs a lawful route")
		}
		if cat.AutoAccept > 0 {
			c.wrong(path+".auto_accept", "不属调解范围的类别不能自动受理", "a category that mediation may not take cannot be accepted")
		}
	}
	c.known("intake.emergency_route", in.EmergencyRoute, routes)
	if r, ok := c.Route(in.EmergencyRoute); ok && r.Desk == "" {
		c.wrong("intake.emergency_route", "途径%q没有受理单位（desk），无法立即转办", "the route %q has no desk to take an emergency at once", r.Key)
	}
	c.checkNumbers()
}

var placeholders = []string{"{unit}", "{year}", "{n}"}

func (c *checker) checkNumbers() {
	const path = "intake.number_format"
	format, level := c.Intake.NumberFormat, c.Intake.NumberLevel
	if format == "" {
		return
	}
	for _, p := range []string{"{year}", "{n}"} {
		if !strings.Contains(format, p) {
			c.wrong(path, "缺少%s，案号会重复", "without %s two cases would have one number", p)
		}
	}
	rest := format
	for _, p := range placeholders {
		rest = strings.ReplaceAll(rest, p, "")
	}
	if strings.ContainsAny(rest, "{}") {
		c.wrong(path, "只能使用%s", "only these may be used: %s", strings.Join(placeholders, " "))
	}
	depth := strings.Count(c.County, ".") + 1
	switch {
	case c.County == "" || level == 0:
	case level < depth:
		c.wrong("intake.number_level", "县级代码有%d段，编号层级不能更高", "the county's code has %d segments; numbers cannot run above it", depth)
	case level > depth && !strings.Contains(format, "{unit}"):
		c.wrong(path, "编号单位低于县级，缺少{unit}案号会重复", "numbers run below the county: without {unit} two cases would have one number")
	}
}

func (c *checker) checkPanel(path string, p *Panel) {
	for i, name := range p.Categories {
		keys := make([]string, len(c.Intake.Categories))
		for j, cat := range c.Intake.Categories {
			keys[j] = cat.Key
		}
		c.known(item(path+".categories", i), name, keys)
		if cat, ok := c.Category(name); ok && !cat.Mediable {
			c.wrong(item(path+".categories", i), "%q不属调解范围", "mediation may not take %q", name)
		}
	}
	leads := 0
	for i, s := range p.Seats {
		seat := item(path+".seats", i)
		if _, read := c.at[seat+".kinds"]; read && len(s.Kinds) == 0 {
			c.wrong(seat+".kinds", "至少须有一项", "there must be at least one")
		}
		for j, k := range s.Kinds {
			c.known(item(seat+".kinds", j), k, c.Kinds)
		}
		if !s.Lead {
			continue
		}
		leads += s.Number
		if s.Outsider {
			c.wrong(seat+".outsider", "受邀参与者只能协助，不能担任首席（人民调解法20）", "somebody invited assists and cannot lead (People's Mediation Law 20)")
		}
		if !s.Required {
			c.wrong(seat+".lead", "首席席位须为必需（required: true）", "the lead's seat must be required")
		}
	}
	if _, read := c.at[path+".seats"]; read && leads != 1 {
		c.wrong(path+".seats", "须有且只有一个首席席位，现有%d个", "there must be exactly one lead seat, not %d", leads)
	}
}

// checkCoverage finds disputes for which there is no panel, and panels that no dispute reaches.
func (c *checker) checkCoverage() {
	const path = "matching.panels"
	if _, read := c.at[path]; !read {
		return
	}
	reached := make([]bool, len(c.Matching.Panels))
	for i, cat := range c.Intake.Categories {
		if !cat.Mediable {
			continue
		}
		for severity := 1; severity <= maxSeverity; severity++ {
			n := c.panelFor(cat.Key, severity)
			if n < 0 {
				c.wrong(item("intake.categories", i), "%q在严重程度%d时没有适用的调解小组", "no panel fits %q at severity %d", cat.Key, severity)
				break
			}
			reached[n] = true
		}
	}
	for i, ok := range reached {
		if !ok {
			c.wrong(item(path, i), "排在前面的小组已覆盖所有情形，此项永远用不到", "earlier panels take every case; this one is never reached")
		}
	}
}

func (c *checker) checkWeights() {
	const path = "matching.weights"
	if _, read := c.at[path]; read && c.Matching.Weights == (Weights{}) {
		c.wrong(path, "至少一项权重须大于零", "at least one weight must be above zero")
	}
}

func (c *checker) checkTiers() {
	unique(c, "tiers", c.Tiers, func(t *Tier) string { return t.Key })
	for i := 1; i < len(c.Tiers); i++ {
		if above, here := c.Tiers[i-1].Level, c.Tiers[i].Level; above > 0 && here > 0 && here >= above {
			c.wrong(item("tiers", i)+".level", "层级须由近及远，段数须小于上一层的%d", "tiers widen: the level must be below the %d of the tier before", above)
		}
	}
}

func (c *checker) checkClocks() {
	if _, read := c.at["clocks.states"]; read {
		for _, s := range c.MustHaveClock {
			if _, ok := c.at["clocks.states."+s]; !ok {
				c.wrong("clocks.states."+s, "此状态缺少时限", "this state must have a clock")
			}
		}
	}
	for _, s := range c.States {
		if l, ok := c.Clocks.States[s]; ok {
			c.checkLimit("clocks.states."+s, l)
		}
	}
	c.checkLimit("clocks.whole", c.Clocks.Whole)
}

func (c *checker) checkLimit(path string, l Limit) {
	last := l.Within.rough()
	for i, s := range l.Remind {
		switch {
		case l.Within.Zero() || s.Zero():
		case s.rough() >= l.Within.rough():
			c.wrong(item(path+".remind", i), "提醒须短于时限%s", "a reminder must be shorter than the limit of %s", l.Within)
		case s.rough() >= last:
			c.wrong(item(path+".remind", i), "提醒须由长到短排列", "reminders must be listed longest first")
		}
		last = s.rough()
	}
}

func (c *checker) checkCalendar() {
	cal := &c.Clocks.Calendar
	if cal.Zone != "" {
		// "Local" is whatever the machine happens to be set to, so that two instances could differ.
		if _, err := cal.Location(); err != nil || cal.Zone == "Local" {
			c.wrong("clocks.calendar.zone", "未知的时区%q", "unknown time zone %q", cal.Zone)
		}
	}
	if _, read := c.at["clocks.calendar.closes"]; read && cal.Closes <= cal.Opens {
		c.wrong("clocks.calendar.closes", "下班时间须晚于上班时间", "it must close after it opens")
	}
	c.checkDays("clocks.calendar", cal.Holidays, cal.Workdays)
}
