package scorecard

import (
	"cmp"
	"slices"
	"time"

	"fengqiao/mediation/figures"
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

// Reckon measures the subjects over the cases of a query. members have a line even without a case; only says of the others who has one.
func (c *Card) Reckon(book Book, q figures.Query, by By, period string, members []string, only func(subject string) bool) Result {
	r := Result{Card: c.ID, By: by, Period: period, AsOf: book.AsOf()}
	whole, groups := book.Divide(q, figures.By(by))
	r.Whole = c.Mark("", &whole)
	seen := map[string]bool{}
	for i := range groups {
		g := &groups[i]
		if member := slices.Contains(members, g.Key); member || only(g.Key) {
			r.Lines = append(r.Lines, c.Mark(g.Key, &g.Tally))
			seen[g.Key] = true
		}
	}
	for _, m := range members {
		if !seen[m] {
			r.Lines = append(r.Lines, c.Mark(m, &figures.Tally{}))
		}
	}
	slices.SortFunc(r.Lines, func(x, y Line) int { return cmp.Compare(x.Subject, y.Subject) })
	return r
}
