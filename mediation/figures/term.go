package figures

import "fengqiao/mediation"

// Term is a name that formulas of scorecards may use: every figure, and the plain counts that figures are made of.
type Term struct {
	Key          string
	Unit         Unit
	Zh, En       string
	DefZh, DefEn string
	// Value is false where there is nothing to say.
	Value func(*Tally) (float64, bool)
	// List and Below are as of Figure. Slips: they are of the list of slips, and the period is by when these were issued.
	List, Below map[string][]string
	Slips       bool
}

// NewlyLate is the name of the count that is by when cases were late, and not by when they were opened.
const NewlyLate = "newlyLate"

// ByLateness stands in a List whose period is by when a limit of the cases first passed, and not by when they were opened.
const ByLateness = "byLateness"

// Terms is the one list of the names, in the order in which pages show them.
var Terms = terms()

func terms() []Term {
	var all []Term
	for _, f := range All {
		all = append(all, Term{f.Key, f.Unit, f.Zh, f.En, f.DefZh, f.DefEn, f.Value, f.List, f.Below, false})
	}
	for _, c := range []struct {
		key, zh, en, defZh, defEn string
		of                        func(*Tally) int
		in                        mediation.Counted
	}{
		{"inTime", "按期办结", "closed in time", "办结前没有任何时限超期的", "closed without any limit passed before", func(t *Tally) int { return t.InTime }, mediation.CountedInTime},
		{"breached", "超期过", "ever late", "有过时限超期的，不论现在怎样", "a limit has passed at some time, whatever became of it", func(t *Tally) int { return t.Breached }, mediation.CountedLate},
		{"reopened", "重新办理", "reopened", "重新办理过的", "reopened at least once", func(t *Tally) int { return t.Reopened }, mediation.CountedReopened},
		{"satisfied", "评价满意", "satisfied", "评价满意的当事人", "parties who said that they were satisfied", func(t *Tally) int { return t.Satisfied }, mediation.CountedSatisfied},
		{"dissatisfied", "评价不满意", "dissatisfied", "评价不满意的当事人", "parties who said that they were not", func(t *Tally) int { return t.Dissatisfied }, mediation.CountedDissatisfied},
		{"satisfiedCases", "有人满意的案件", "cases with a satisfied party", "有当事人评价满意的案件", "cases of which a party said that they were satisfied", func(t *Tally) int { return t.SatisfiedCases }, mediation.CountedSatisfied},
		{"dissatisfiedCases", "有人不满意的案件", "cases with a dissatisfied party", "有当事人评价不满意的案件", "cases of which a party said that they were not", func(t *Tally) int { return t.DissatisfiedCases }, mediation.CountedDissatisfied},
		{"ratedCases", "有评价的案件", "cases that were rated", "有当事人评价的案件", "cases of which a party said either", func(t *Tally) int { return t.RatedCases }, mediation.CountedRated},
	} {
		all = append(all, counted(c.key, c.zh, c.en, c.defZh, c.defEn, c.of, among(c.in)))
	}
	all = append(all, counted(NewlyLate, "期内新超期", "newly late", "期间内第一次有时限超期的，不论何时立案、后来怎样；不予受理、撤回的照样计",
		"a limit of the case first passed in the period, whenever it was opened and whatever became of it; what was refused or withdrawn stays", func(t *Tally) int { return t.NewlyLate },
		map[string][]string{"counted": {string(mediation.CountedLate)}, ByLateness: nil}))
	for i, s := range mediation.States {
		if s.State == mediation.Joined {
			continue // where it counts by itself all the same, it is among what was received alone
		}
		all = append(all, counted("state_"+string(s.State), s.Zh, s.En, "现在处于此状态的", "stands there now",
			func(t *Tally) int { return t.States[i] }, map[string][]string{"state": {string(s.State)}}))
	}
	return append(all, SlipTerms...)
}

func counted(key, zh, en, defZh, defEn string, of func(*Tally) int, list map[string][]string) Term {
	return Term{key, Count, zh, en, defZh, defEn, func(t *Tally) (float64, bool) { return float64(of(t)), true }, list, nil, false}
}
