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
	// Post, Unit or Kinds is where it goes, exactly one of them. Mediators of these kinds are asked before the seats' other kinds are.
	Post, Unit string
	Kinds      []string
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

// targets is to how many of the three the rule sends.
func (r *DispatchRule) targets() int {
	n := 0
	for _, is := range []bool{r.Post != "", r.Unit != "", len(r.Kinds) > 0} {
		if is {
			n++
		}
	}
	return n
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
	word("post", optional, Text{"派给哪个值班岗位（duty.posts）；与unit、kinds三者取一", "goes to whoever holds this post of duty.posts; one of this, unit and kinds"}, func(r *DispatchRule) *string { return &r.Post }),
	text("unit", optional, Text{"派给哪个单位", "goes to this unit"}, func(r *DispatchRule) *string { return &r.Unit }),
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
		c.known(path+".post", r.Post, posts)
		c.knownAll(path+".kinds", r.Kinds, c.Kinds)
		if r.Key != "" && r.targets() != 1 {
			c.wrong(path, "post、unit、kinds须三者取一", "give one of post, unit and kinds")
		}
		if len(r.Kinds) > 0 && r.On != OnAccepted {
			c.wrong(path+".kinds", "只用于on: accepted", "only on accepted")
		}
	}
}

func keysOf[T any](list []T, of func(T) string) []string {
	keys := make([]string, len(list))
	for i, x := range list {
		keys[i] = of(x)
	}
	return keys
}
