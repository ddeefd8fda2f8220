package policy

import (
	"slices"
	"strings"
	"time"
)

// Duty is the roster of leaders and commanders (值班表): which posts there are, and how long ahead a gap is told. The zero value has none.
type Duty struct {
	// Ahead is how long before a gap begins staff hear of it.
	Ahead time.Duration
	Posts []DutyPost
	// Again is how often an open case no clock of which runs any more is given to somebody anew, by the rules for OnUnheld; 0: it is not.
	Again time.Duration
}

// DutyPost is a post that somebody holds at every hour, or at least may.
type DutyPost struct {
	Key  string
	Name Text
	// Needed: somebody must hold it at every hour; a time without is a gap.
	Needed bool
}

// Post returns the post of that word.
func (d *Duty) Post(key string) (DutyPost, bool) {
	for _, p := range d.Posts {
		if p.Key == key {
			return p, true
		}
	}
	return DutyPost{}, false
}

// DispatchRule sends what it fits to a unit, to whoever holds a post just then or, once it is accepted, to kinds of mediators. Empty conditions
// fit everything.
type DispatchRule struct {
	Key  string
	Name Text
	// On is what happened: one of DispatchOn; empty: OnOpened.
	On          string
	Categories  []string
	Channels    []string
	Area        string // dotted code: in it
	MinSeverity int
	// Danger: only where life is in danger.
	Danger bool
	// Target or Kinds is where it goes, exactly one of them; a target is in the lead. Mediators of these kinds are asked before the seats' other
	// kinds are.
	Target
	Kinds []string
	// With are told as well, and assist (属地+社区, 监管+执法).
	With []Target
}

// Target is one of whom a rule names: whoever holds a post just then, a unit, or everybody of a role whose area holds the case; exactly one of them.
type Target struct {
	Post, Unit, Role string
	// Signs: they may sign for it, arrive and handle. Whoever is sent a case reads it.
	Signs bool
}

// names tells how many of the three the target gives.
func (t *Target) names() int {
	n := 0
	for _, is := range []bool{t.Post != "", t.Unit != "", t.Role != ""} {
		if is {
			n++
		}
	}
	return n
}

// What rules are asked at.
const (
	OnOpened   = "opened"   // a case has been opened
	OnAccepted = "accepted" // it has been accepted, and mediators are about to be asked
	OnStudy    = "study"    // an escalated study is called for it
	OnBreach   = "breach"   // one of its stages' clocks has run out
	OnDanger   = "danger"   // danger is named when the case is open already
	OnUnheld   = "unheld"   // it is open and no clock of it runs any more
	OnUntold   = "untold"   // it has ended, and nobody who brought it in can be told
)

// DispatchOn lists what rules are asked at.
var DispatchOn = []string{OnOpened, OnAccepted, OnStudy, OnBreach, OnDanger, OnUnheld, OnUntold}

// Matter is what a rule looks at.
type Matter struct {
	On, Category, Channel, Area string
	Severity                    int
	Danger                      bool
}

// Dispatch is the first rule that fits; false where policy has none.
func (p *Policy) Dispatch(m Matter) (DispatchRule, bool) {
	for _, r := range p.DispatchRules {
		if r.fits(m) {
			return r, true
		}
	}
	return DispatchRule{}, false
}

// DispatchRule returns the rule of that word.
func (p *Policy) DispatchRule(key string) (DispatchRule, bool) {
	i := slices.IndexFunc(p.DispatchRules, func(r DispatchRule) bool { return r.Key == key })
	if i < 0 {
		return DispatchRule{}, false
	}
	return p.DispatchRules[i], true
}

func (r *DispatchRule) fits(m Matter) bool {
	on := r.On
	if on == "" {
		on = OnOpened
	}
	return on == m.On &&
		(len(r.Categories) == 0 || slices.Contains(r.Categories, m.Category)) &&
		(len(r.Channels) == 0 || slices.Contains(r.Channels, m.Channel)) &&
		(r.Area == "" || m.Area == r.Area || strings.HasPrefix(m.Area, r.Area+".")) &&
		m.Severity >= r.MinSeverity &&
		(!r.Danger || m.Danger)
}

// everywhere tells whether the rule fits whatever the matter.
func (r *DispatchRule) everywhere() bool {
	return len(r.Categories)+len(r.Channels) == 0 && r.Area == "" && r.MinSeverity == 0 && !r.Danger
}

var dutyKeys = []key[Duty]{
	duration("ahead", required, Text{"无人值班的时段提前多久告知工作人员", "how long before a time at which nobody is on duty staff are told"}, func(d *Duty) *time.Duration { return &d.Ahead }),
	duration("again", optional, Text{"兜底：在办案件已无时限在走的，多久重新派一次（按on: unheld的规则）；不填为不派", "the catch-all: how often an open case no clock of which runs any more is given to somebody anew, by the rules on unheld; without it never"},
		func(d *Duty) *time.Duration { return &d.Again }),
	objects("posts", required, Text{"值班岗位", "the posts"}, []key[DutyPost]{
		word("key", required, Text{"岗位标识", "the post's word"}, func(p *DutyPost) *string { return &p.Key }),
		named(Text{"岗位名称", "its name"}, func(p *DutyPost) *Text { return &p.Name }),
		yesNo("needed", optional, Text{"是否须时刻有人值班", "whether somebody must hold it at every hour"}, func(p *DutyPost) *bool { return &p.Needed }),
	}, DutyPost{}, func(d *Duty) *[]DutyPost { return &d.Posts }),
}

var dispatchKeys = []key[DispatchRule]{
	word("key", required, Text{"规则标识", "the rule's word"}, func(r *DispatchRule) *string { return &r.Key }),
	named(Text{"规则名称，作为转派理由", "its name, which is told as the reason"}, func(r *DispatchRule) *Text { return &r.Name }),
	word("on", optional, Text{"何时：opened立案（默认）、accepted受理、danger立案后发现险情、breach环节超期、study提级研判、unheld已无时限在走、untold已结束而无人可告知", "when: opened (if not said), accepted, danger found in an open case, breach of a stage's clock, study called, unheld: no clock runs any more, untold: it has ended and nobody can be told"},
		func(r *DispatchRule) *string { return &r.On }),
	list("categories", optional, kindWords, Text{"适用类别；不填为全部", "for these categories; without it for any"}, parseWord, func(r *DispatchRule) *[]string { return &r.Categories }),
	list("channels", optional, kindWords, Text{"适用的来源渠道；不填为全部", "for these channels; without it for all"}, parseWord, func(r *DispatchRule) *[]string { return &r.Channels }),
	scalar("area", optional, Text{"区划代码", "area code"}, Text{"适用片区的点分代码；不填为全部", "for cases in this area, by its dotted code; without it for all"}, parseCode,
		func(r *DispatchRule) *string { return &r.Area }),
	count("min_severity", optional, 0, 4, Text{"适用的最低严重程度", "from this severity on"}, func(r *DispatchRule) *int { return &r.MinSeverity }),
	yesNo("danger", optional, Text{"只适用于有险情的", "only where there is danger"}, func(r *DispatchRule) *bool { return &r.Danger }),
	word("post", optional, Text{"派给哪个值班岗位（duty.posts）；与unit、role、kinds四者取一", "goes to whoever holds this post of duty.posts; one of this, unit, role and kinds"}, func(r *DispatchRule) *string { return &r.Post }),
	text("unit", optional, Text{"派给哪个单位", "goes to this unit"}, func(r *DispatchRule) *string { return &r.Unit }),
	word("role", optional, Text{"派给案件所在辖区的哪个角色，如grid_leader（社区、网格）", "goes to everybody of this role whose area holds the case, such as grid_leader (the community)"}, func(r *DispatchRule) *string { return &r.Role }),
	yesNo("signs", optional, Text{"是否可以签收、到达、处置；派到的都可以看案件", "whether they may sign for it, arrive and handle; whoever is sent a case reads it"}, func(r *DispatchRule) *bool { return &r.Signs }),
	objects("with", optional, Text{"同时告知并协助的单位、岗位、角色（属地+社区、监管+执法）；规则本身的为牵头", "who is told as well and assists; whom the rule itself names is in the lead"}, []key[Target]{
		word("post", optional, Text{"值班岗位；与unit、role三者取一", "a post of duty.posts; one of this, unit and role"}, func(t *Target) *string { return &t.Post }),
		text("unit", optional, Text{"单位", "a unit"}, func(t *Target) *string { return &t.Unit }),
		word("role", optional, Text{"案件所在辖区的角色", "everybody of a role whose area holds the case"}, func(t *Target) *string { return &t.Role }),
		yesNo("signs", optional, Text{"是否可以签收、到达、处置", "whether they may sign for it, arrive and handle"}, func(t *Target) *bool { return &t.Signs }),
	}, Target{}, func(r *DispatchRule) *[]Target { return &r.With }),
	list("kinds", optional, kindWords, Text{"受理时（on: accepted）先派给哪几类调解员，如elder、lawyer、police；无人可派时再问席位允许的其他类别",
		"on accepted: kinds of mediators who are asked first, such as elder, lawyer, police; where none of them can be asked, the seats' other kinds are"}, parseWord, func(r *DispatchRule) *[]string { return &r.Kinds }),
}

func (c *checker) checkDuty() {
	posts := unique(c, "duty.posts", c.Duty.Posts, func(p *DutyPost) string { return p.Key })
	unique(c, "dispatch", c.DispatchRules, func(r *DispatchRule) string { return r.Key })
	if c.Duty.Again > 0 && !slices.ContainsFunc(c.DispatchRules, func(r DispatchRule) bool { return r.On == OnUnheld && r.everywhere() }) {
		c.wrong("duty.again", "须有一条on: unheld、无其它条件的派单规则", "there must be a dispatch rule on unheld without any other condition")
	}
	for i := range c.DispatchRules {
		r, path := &c.DispatchRules[i], item("dispatch", i)
		c.known(path+".on", r.On, DispatchOn)
		c.knownAll(path+".categories", r.Categories, keysOf(c.Intake.Categories, func(x Category) string { return x.Key }))
		c.knownAll(path+".channels", r.Channels, keysOf(c.Intake.Channels, func(x Channel) string { return x.Key }))
		c.knownAll(path+".kinds", r.Kinds, c.Kinds)
		if n := r.names(); r.Key != "" && (n > 1 || (n == 1) == (len(r.Kinds) > 0)) {
			c.wrong(path, "post、unit、role、kinds须四者取一", "give one of post, unit, role and kinds")
		}
		c.checkTargets(path, r, posts)
		if len(r.Kinds) > 0 && r.On != OnAccepted {
			c.wrong(path+".kinds", "只用于on: accepted", "only on accepted")
		}
	}
}

// checkTargets: each names one whom there is, nobody is named twice, and only who sees cases by area is named by role.
func (c *checker) checkTargets(path string, r *DispatchRule, posts []string) {
	check := func(path string, t Target, before []Target) {
		c.known(path+".post", t.Post, posts)
		c.known(path+".role", t.Role, c.SentRoles)
		t.Signs = false
		if slices.ContainsFunc(before, func(b Target) bool { b.Signs = false; return b == t && t != Target{} }) {
			c.wrong(path, "同一规则里已有", "the rule names it already")
		}
	}
	check(path, r.Target, nil)
	for i, t := range r.With {
		path := item(path+".with", i)
		if t.names() != 1 {
			c.wrong(path, "post、unit、role须三者取一", "give one of post, unit and role")
		}
		check(path, t, append([]Target{r.Target}, r.With[:i]...))
	}
}

func keysOf[T any](list []T, of func(T) string) []string {
	keys := make([]string, len(list))
	for i, x := range list {
		keys[i] = of(x)
	}
	return keys
}
