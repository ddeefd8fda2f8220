package policy

import (
	"slices"
	"strings"
)

// Study says when an escalated study (提级研判) is called without anybody asking for it, and how fast it must conclude. The zero value
// calls none; people may all the same.
type Study struct {
	// Breaches: clocks whose breach calls one: a stage's word, "state" or "whole".
	Breaches []string
	// States that call one when a case comes to them.
	States []string
	// Posts of duty.posts whose holders are members from the beginning: who is on duty when it is called.
	Posts []string
	// Limit is by when it must have concluded, and the reminders before.
	Limit Limit
}

// CalledBy tells whether the policy calls a study when that clock has run out: "state", "whole" or a stage's word.
func (s Study) CalledBy(clock string) bool { return slices.Contains(s.Breaches, clock) }

var studyKeys = []key[Study]{
	list("breaches", optional, kindWords, Text{"哪些时限超期即召集：环节标识、state（本环节状态）或whole（全案）", "clocks whose breach calls one: a stage's word, state or whole"}, parseWord,
		func(s *Study) *[]string { return &s.Breaches }),
	list("states", optional, kindWords, Text{"案件进入哪些状态即召集，如unsettled", "states that call one when a case comes to them, such as unsettled"}, parseWord, func(s *Study) *[]string { return &s.States }),
	list("posts", optional, kindWords, Text{"召集时哪些值班岗位（duty.posts）上的人即为成员", "posts of duty.posts whose holders at the time of the call are members from the beginning"}, parseWord, func(s *Study) *[]string { return &s.Posts }),
	span("within", required, Text{"须在多久之内作出结论", "how soon it must have concluded"}, func(s *Study) *Span { return &s.Limit.Within }),
	list("remind", optional, Text{"时限列表", "list of spans"}, Text{"到期前多久提醒，由长到短", "how long before the end to remind, longest first"}, parseSpan, func(s *Study) *[]Span { return &s.Limit.Remind }),
	basis(func(s *Study) *string { return &s.Limit.Basis }),
}

func (c *checker) checkStudy() {
	clocks := []string{"state", "whole"}
	for _, s := range c.Stages.Clocks {
		clocks = append(clocks, s.Key)
	}
	for i, name := range c.Study.Breaches {
		if !slices.Contains(clocks, name) {
			c.wrong(item("study.breaches", i), "未知的时限%q，可用的有：%s", "unknown clock %q; there are: %s", name, strings.Join(clocks, ", "))
		}
	}
	for i, name := range c.Study.States {
		c.known(item("study.states", i), name, c.States)
	}
	c.knownAll("study.posts", c.Study.Posts, keysOf(c.Duty.Posts, func(p DutyPost) string { return p.Key }))
	c.checkLimit("study", c.Study.Limit)
}
