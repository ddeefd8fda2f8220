package scorecard

import (
	"cmp"
	"slices"
	"time"

	"fengqiao/mediation/figures"
	"fengqiao/mediation/slip"
)

// By is what a card measures.
type By string

// What there is to be measured.
const (
	ByArea     By = "area"     // 乡镇（街道）: the areas one level below
	ByUnit     By = "unit"     // 成员单位
	ByOfficial By = "official" // 干部 who acted on the cases
)

// Subjects is all of them.
var Subjects = []By{ByArea, ByUnit, ByOfficial}

// Result is a card over a period.
type Result struct {
	Card   string // the version's id
	By     By
	Period string
	AsOf   time.Time // up to which every change is counted
	Whole  Line      // all of the ground together, what no line holds included
	Lines  []Line    // by subject
}

// Line finds a subject's line; nil if there is none.
func (r *Result) Line(subject string) *Line {
	if i := slices.IndexFunc(r.Lines, func(l Line) bool { return l.Subject == subject }); i >= 0 {
		return &r.Lines[i]
	}
	return nil
}

// Book is where figures are counted.
type Book interface {
	Divide(q figures.Query, by figures.By) (whole figures.Tally, groups []figures.Group)
	AsOf() time.Time
}

// Slips is what was counted of the papers of supervision: all of the ground, and those to each subject.
type Slips struct {
	Whole figures.SlipTally
	Of    map[string]*figures.SlipTally
}

// note counts a slip for the subject that it is to, "" if it is to none.
func (s *Slips) note(x *slip.Summary, subject string) {
	s.Whole.Add(x)
	if subject == "" {
		return
	}
	if s.Of == nil {
		s.Of = map[string]*figures.SlipTally{}
	}
	if s.Of[subject] == nil {
		s.Of[subject] = &figures.SlipTally{}
	}
	s.Of[subject].Add(x)
}

// Reckon measures the subjects over the cases of a query and the slips of the same ground and period. members have a line even without a
// case; only says of the others who has one.
func (c *Card) Reckon(book Book, q figures.Query, by By, period string, members []string, only func(subject string) bool, slips Slips) Result {
	r := Result{Card: c.ID, By: by, Period: period, AsOf: book.AsOf()}
	whole, groups := divide(book, q, figures.By(by), slices.ContainsFunc(c.Terms, func(t figures.Term) bool { return t.Key == figures.NewlyLate }))
	whole.Slips = slips.Whole
	r.Whole = c.Mark("", &whole)
	tallies := map[string]*figures.Tally{}
	for _, m := range members {
		tallies[m] = &figures.Tally{}
	}
	for i := range groups {
		if g := &groups[i]; tallies[g.Key] != nil || only(g.Key) {
			tallies[g.Key] = &g.Tally
		}
	}
	for subject, t := range slips.Of {
		if tallies[subject] == nil && only(subject) {
			tallies[subject] = &figures.Tally{}
		}
		if tallies[subject] != nil {
			tallies[subject].Slips = *t
		}
	}
	for subject, t := range tallies {
		r.Lines = append(r.Lines, c.Mark(subject, t))
	}
	slices.SortFunc(r.Lines, func(x, y Line) int { return cmp.Compare(x.Subject, y.Subject) })
	return r
}

// divide counts a query's cases by groups; dated counts beside them those that were late in its period, which were opened at any time.
func divide(book Book, q figures.Query, by figures.By, dated bool) (figures.Tally, []figures.Group) {
	whole, groups := book.Divide(q, by)
	if !dated {
		return whole, groups
	}
	q.Late = true
	late, lateGroups := book.Divide(q, by)
	whole.NewlyLate = late.Received
	for i := range lateGroups {
		l := &lateGroups[i]
		at := slices.IndexFunc(groups, func(g figures.Group) bool { return g.Key == l.Key })
		if at < 0 {
			at = len(groups)
			groups = append(groups, figures.Group{Key: l.Key})
		}
		groups[at].NewlyLate = l.Received
	}
	return whole, groups
}
