package policy

import (
	"slices"
	"time"
)

// Suspension (中止) says for which reasons a case may be suspended, and which of its clocks stand still for each, how long at most. The zero value is
// that of rules which say nothing of it: any reason may be given, and for none does a clock stand still but a stage that names it (Stage.Pauses),
// together no longer than UnsaidPause.
type Suspension struct {
	Reasons []SuspensionReason
}

// SuspensionReason is one of them.
type SuspensionReason struct {
	Key  string
	Name Text
	// Pauses are the clocks of the case that stand still, from PausedClocks; none: they run on. Which stages do is said by each of these.
	Pauses []string
	// Once is how long they stand still at most each time, InAll for this reason together, however often the case is suspended for it.
	Once, InAll time.Duration
	// Basis is the rule or article that allows it.
	Basis string
}

// The clocks that a reason may let stand still. Those of the petition regulation and that of judicial confirmation are none of them: the law lets no
// suspension of a mediation stop them.
const (
	PausesState = "state" // of the state that the case goes back to
	PausesWhole = "whole" // of the whole case
)

// PausedClocks are their words.
var PausedClocks = []string{PausesState, PausesWhole}

// UnsaidPause is how long a stage stands still at most for a reason, in all, where the rules say nothing of suspensions.
const UnsaidPause = 30 * 24 * time.Hour

// Suspends returns the reason of that key, false where a case may not be suspended for it.
func (p *Policy) Suspends(reason string) (SuspensionReason, bool) {
	if len(p.Suspension.Reasons) == 0 {
		return SuspensionReason{Key: reason, Name: Text{reason, reason}, Once: UnsaidPause, InAll: UnsaidPause}, true
	}
	if i := slices.IndexFunc(p.Suspension.Reasons, func(r SuspensionReason) bool { return r.Key == reason }); i >= 0 {
		return p.Suspension.Reasons[i], true
	}
	return SuspensionReason{}, false
}

// Keys are the words of the reasons, in the file's order.
func (s Suspension) Keys() []string {
	keys := make([]string, len(s.Reasons))
	for i := range s.Reasons {
		keys[i] = s.Reasons[i].Key
	}
	return keys
}

var suspensionKeys = []key[Suspension]{
	objects("reasons", required, Text{"可以中止的原因；其它原因不得中止", "the reasons for which a case may be suspended; for no other"}, suspensionReasonKeys, SuspensionReason{},
		func(s *Suspension) *[]SuspensionReason { return &s.Reasons }),
}

var suspensionReasonKeys = []key[SuspensionReason]{
	word("key", required, Text{"原因标识", "the reason's word"}, func(r *SuspensionReason) *string { return &r.Key }),
	named(Text{"原因名称", "its name"}, func(r *SuspensionReason) *Text { return &r.Name }),
	list("pauses", optional, kindWords, Text{"停计的时限：state本环节、whole全案；不填则照常计时。各环节（stages）是否停计由该环节的pauses写明；信访法定时限和司法确认期限一律不停",
		"the clocks that stand still: state, of the step; whole, of the case; without it both run on. Stages say by their own pauses whether they do; the clocks of the petition regulation and of judicial confirmation never do"},
		parseWord, func(r *SuspensionReason) *[]string { return &r.Pauses }),
	duration("once", optional, Text{"每次最长停计多久，到时自动恢复计时；有时限停计的必填", "for how long at most each time: then they go on by themselves; required where any clock stands still"}, func(r *SuspensionReason) *time.Duration { return &r.Once }),
	duration("in_all", optional, Text{"因此原因累计最长停计多久；有时限停计的必填", "for how long at most for this reason together; required where any clock stands still"}, func(r *SuspensionReason) *time.Duration { return &r.InAll }),
	text("basis", optional, Text{"允许停计的规定；有时限停计的必填", "the rule or article that allows it; required where any clock stands still"}, func(r *SuspensionReason) *string { return &r.Basis }),
}

// checkSuspension wants every pause bounded and grounded, and the stages to name no other reasons.
func (c *checker) checkSuspension() {
	if _, read := c.at["suspension"]; !read {
		return
	}
	unique(c, "suspension.reasons", c.Suspension.Reasons, func(r *SuspensionReason) string { return r.Key })
	stops := map[string]bool{}
	for i := range c.Stages.Clocks {
		for j, reason := range c.Stages.Clocks[i].Pauses {
			stops[reason] = true
			c.known(item(item("stages.clocks", i)+".pauses", j), reason, c.Suspension.Keys())
		}
	}
	for i := range c.Suspension.Reasons {
		r, path := &c.Suspension.Reasons[i], item("suspension.reasons", i)
		for j, name := range r.Pauses {
			c.known(item(path+".pauses", j), name, PausedClocks)
		}
		switch stands := len(r.Pauses) > 0 || stops[r.Key]; {
		case stands && (r.Once <= 0 || r.InAll <= 0):
			c.wrong(path, "有时限停计的，须写明每次和累计最长停计多久（once、in_all）", "where a clock stands still it must say for how long at most, each time and in all (once, in_all)")
		case stands && r.Basis == "":
			c.wrong(path, "有时限停计的，须写明依据（basis）", "where a clock stands still it must name what allows that (basis)")
		case !stands && (r.Once > 0 || r.InAll > 0):
			c.wrong(path, "没有时限因此停计，once、in_all没有意义", "no clock stands still for it: once and in_all mean nothing")
		case r.Once > r.InAll:
			c.wrong(path+".once", "每次不得长于累计（in_all）", "it must be no longer than in_all")
		}
	}
}
