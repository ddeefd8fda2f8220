package policy

import (
	"slices"
	"time"
)

// ReviewList (会办清单) says which cases leaders look at together every month or quarter, and who sits. The list is frozen as a period begins:
// nobody puts a case on it by hand or takes one off.
type ReviewList struct {
	Key   string
	Name  Text
	Every string // month or quarter, of the calendar
	// Reasons for which a case that is still to be done stands on it; one is enough.
	Reasons []ReviewReason
	// Sits are the roles that sit; they decide, as far as mediation.Permits has their role decide at all.
	Sits []string
	// Invites are units whose heads are invited to every sitting, whether or not a case lies with them.
	Invites []string
	// Meets is how long after the period's start they sit; zero: no date is set. Remind is how long before.
	Meets Limit
	// Decided is how long after a decision it must be carried out where it does not say so itself, and at most where it does; zero: by the end of the period.
	Decided Span
}

// Carry is how long a decision may take, as a limit of the one kind that every clock runs by; without a length it ends with the period.
func (l *ReviewList) Carry() Limit { return Limit{Within: l.Decided, Basis: l.Meets.Basis} }

// ReviewReason is why a case stands on a list: everything that it says must hold.
type ReviewReason struct {
	Key  string
	Name Text
	// OlderThan is how long ago the case was opened at least; zero does not select, as everything below.
	OlderThan time.Duration
	Reopened  int      // so often at least
	Overdue   bool     // one of its limits has run out
	Charged   bool     // a leader is in charge of it
	Sources   []string // it came from one of these
	// Categories: it is of one of these.
	Categories []string
}

// The periods of review lists.
const (
	EveryMonth   = "month"
	EveryQuarter = "quarter"
)

// ReviewPeriods is all of them.
var ReviewPeriods = []string{EveryMonth, EveryQuarter}

// ReviewList returns the list of that key.
func (p *Policy) ReviewList(key string) (*ReviewList, bool) {
	for i := range p.ReviewLists {
		if p.ReviewLists[i].Key == key {
			return &p.ReviewLists[i], true
		}
	}
	return nil, false
}

// Reason returns the reason of that key.
func (l *ReviewList) Reason(key string) (*ReviewReason, bool) {
	for i := range l.Reasons {
		if l.Reasons[i].Key == key {
			return &l.Reasons[i], true
		}
	}
	return nil, false
}

// Seats tells whether the role sits.
func (l *ReviewList) Seats(role string) bool { return slices.Contains(l.Sits, role) }

var reviewListKeys = []key[ReviewList]{
	word("key", required, Text{"清单标识", "the list's word"}, func(l *ReviewList) *string { return &l.Key }),
	named(Text{"清单名称", "its name"}, func(l *ReviewList) *Text { return &l.Name }),
	word("every", required, Text{"周期：month（月）或quarter（季）", "its period: month or quarter"}, func(l *ReviewList) *string { return &l.Every }),
	objects("reasons", required, Text{"列入的理由，有一条就列入", "why a case stands on it; one is enough"}, reviewReasonKeys, ReviewReason{}, func(l *ReviewList) *[]ReviewReason { return &l.Reasons }),
	list("sits", required, kindWords, Text{"参加会办的角色", "the roles that sit"}, parseWord, func(l *ReviewList) *[]string { return &l.Sits }),
	list("invites", optional, Text{"文字列表", "list of texts"}, Text{"每次都邀请其负责人参加的单位，不论有没有案件", "units whose heads are invited every time, whether or not a case lies with them"}, parseText, func(l *ReviewList) *[]string { return &l.Invites }),
	span("meets", optional, Text{"周期开始后多久会办；不填为不定日期", "how long after the period's start they sit; without it no date is set"}, func(l *ReviewList) *Span { return &l.Meets.Within }),
	list("remind", optional, Text{"时限列表", "list of spans"}, Text{"会办前多久提醒，由长到短", "how long before they sit to remind, longest first"}, parseSpan, func(l *ReviewList) *[]Span { return &l.Meets.Remind }),
	span("decided", optional, Text{"会办决定多久内落实，写明的日期也不能更晚；不填为周期结束前", "how soon a decision must be carried out, at most; without it by the end of the period"}, func(l *ReviewList) *Span { return &l.Decided }),
	basis(func(l *ReviewList) *string { return &l.Meets.Basis }),
}

var reviewReasonKeys = []key[ReviewReason]{
	word("key", required, Text{"理由标识", "the reason's word"}, func(r *ReviewReason) *string { return &r.Key }),
	named(Text{"理由名称", "its name"}, func(r *ReviewReason) *Text { return &r.Name }),
	duration("older_than", optional, Text{"立案满多久", "opened so long ago at least"}, func(r *ReviewReason) *time.Duration { return &r.OlderThan }),
	count("reopened", optional, 0, 100, Text{"重新办理至少几次", "reopened so often at least"}, func(r *ReviewReason) *int { return &r.Reopened }),
	yesNo("overdue", optional, Text{"有时限超期的", "one of its limits has run out"}, func(r *ReviewReason) *bool { return &r.Overdue }),
	yesNo("charged", optional, Text{"有领导包案的", "a leader is in charge of it"}, func(r *ReviewReason) *bool { return &r.Charged }),
	list("sources", optional, kindWords, Text{"来自这些来源的（intake.sources）", "it came from one of these (intake.sources)"}, parseWord, func(r *ReviewReason) *[]string { return &r.Sources }),
	list("categories", optional, kindWords, Text{"属于这些类别的（intake.categories）", "it is of one of these (intake.categories)"}, parseWord, func(r *ReviewReason) *[]string { return &r.Categories }),
}

// checkReviewLists finds reasons that say nothing, and who cannot sit.
func (c *checker) checkReviewLists() {
	if len(c.ReviewLists) == 0 {
		return
	}
	unique(c, "review_lists", c.ReviewLists, func(l *ReviewList) string { return l.Key })
	sources := make([]string, len(c.Intake.Sources))
	for i := range c.Intake.Sources {
		sources[i] = c.Intake.Sources[i].Key
	}
	categories := make([]string, len(c.Intake.Categories))
	for i := range c.Intake.Categories {
		categories[i] = c.Intake.Categories[i].Key
	}
	for i := range c.ReviewLists {
		path, l := item("review_lists", i), &c.ReviewLists[i]
		c.known(path+".every", l.Every, ReviewPeriods)
		unique(c, path+".reasons", l.Reasons, func(r *ReviewReason) string { return r.Key })
		for j := range l.Reasons {
			at, r := item(path+".reasons", j), &l.Reasons[j]
			if r.OlderThan == 0 && r.Reopened == 0 && !r.Overdue && !r.Charged && len(r.Sources) == 0 && len(r.Categories) == 0 {
				c.wrong(at, "理由须至少写明一个条件", "a reason names one condition at least")
			}
			for n, s := range r.Sources {
				c.known(item(at+".sources", n), s, sources)
			}
			for n, s := range r.Categories {
				c.known(item(at+".categories", n), s, categories)
			}
		}
		if _, read := c.at[path+".sits"]; read && len(l.Sits) == 0 {
			c.wrong(path+".sits", "至少须有一项", "there must be at least one")
		}
		for n, role := range l.Sits {
			c.known(item(path+".sits", n), role, c.ReviewRoles)
		}
		if len(l.Meets.Remind) > 0 && l.Meets.Within.Zero() {
			c.wrong(path+".remind", "没有会办日期，无从提醒", "there is no date to remind of")
		}
		c.checkLimit(path, l.Meets)
	}
}
