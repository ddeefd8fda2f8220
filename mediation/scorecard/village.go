package scorecard

import (
	"cmp"
	"context"
	"slices"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/figures"
)

// ByVillage is the subject of assessments: the areas of the level that the card names.
const ByVillage By = "village"

// Village is what an assessment says of one village (无信访村评定).
type Village struct {
	Area   grid.Code
	Passed bool
	Found  []Found // of the criteria, in the card's order
}

// Found is what one criterion comes to. Value is nil where there is nothing to say, which breaks nothing.
type Found struct {
	Value *float64
	Met   bool
}

// Assessment is the villages that somebody sees, over a period.
type Assessment struct {
	Card     *Card
	Period   Period
	Query    figures.Query
	AsOf     time.Time
	Over     bool // the period is over
	Villages []Village
}

// Assess judges the villages over the cases of a query, whose period is the assessment's. Every village of members is there, those
// without a case too, and nothing else: what lies with a township itself is no village's.
func (c *Card) Assess(book Book, q figures.Query, members []grid.Code) []Village {
	villages := make([]Village, len(members))
	for i, m := range members {
		villages[i] = Village{Area: m, Passed: true, Found: make([]Found, len(c.criteria))}
	}
	q.Depth = c.Villages.Level
	for n := range c.criteria {
		x := &c.Villages.Criteria[n]
		tallies := map[string]*figures.Tally{}
		_, groups := divide(book, narrowed(q, x.Channels), figures.ByArea, slices.Contains(c.criteria[n].Names, figures.NewlyLate))
		for i := range groups {
			tallies[groups[i].Key] = &groups[i].Tally
		}
		for i := range villages {
			v := &villages[i]
			v.Found[n] = c.find(n, cmp.Or(tallies[string(v.Area)], &figures.Tally{}))
			v.Passed = v.Passed && v.Found[n].Met
		}
	}
	return villages
}

func (c *Card) find(n int, t *figures.Tally) Found {
	v, ok := c.criteria[n].Value(t)
	if !ok {
		return Found{Met: true}
	}
	shown := rounded(v)
	return Found{&shown, v <= c.Villages.Criteria[n].Target}
}

// Bears tells whether a case is one of those that the n-th criterion counts over a query's period.
func (c *Card) Bears(n int, s *mediation.Summary, q figures.Query) bool {
	if channels := c.Villages.Criteria[n].Channels; len(channels) > 0 && !slices.Contains(channels, s.Channel) {
		return false
	}
	t := figures.One(s, q)
	return slices.ContainsFunc(c.criteria[n].Names, func(name string) bool {
		v, ok := byName[name].Value(&t)
		return ok && v > 0 && byName[name].Unit == figures.Count
	})
}

// CriterionNames are the terms that the formula of the n-th criterion uses.
func (c *Card) CriterionNames(n int) []string { return slices.Clone(c.criteria[n].Names) }

// Villages assesses what the caller sees. period "" is the one that runs.
func (s *Service) Villages(ctx context.Context, actor mediation.Actor, key, period string, area grid.Code) (Assessment, error) {
	a := Assessment{}
	var err error
	if a.Card, _, err = s.Card(ctx, key); err != nil {
		return a, err
	}
	if len(a.Card.criteria) == 0 {
		return a, mediation.ErrNotFound
	}
	if a.Period, err = s.villagePeriod(ctx, a.Card.Villages.Every, period); err != nil {
		return a, err
	}
	a.Query = figures.Query{Sight: mediation.VisibleBy(actor, mediation.VillageRead), Area: area, From: a.Period.From, Until: a.Period.Until, Now: s.Now()}
	if a.Query.Sight.None {
		return a, mediation.Refusal("assess", mediation.Forbidden, "forbidden", "")
	}
	base := *a.Query.Sight.Area
	if level := a.Card.Villages.Level; base.Depth() > level { // who looks after a part of a village is told what the village comes to
		base = base.Prefix(level)
		a.Query.Sight.Area = &base
	}
	switch {
	case base.Contains(area):
		base = area
	case area != "" && !area.Contains(base):
		return a, mediation.ErrNotFound
	}
	a.AsOf, a.Over = s.Figures.AsOf(), !a.Period.Until.After(s.Now())
	a.Villages = a.Card.Assess(s.Figures, a.Query, VillagesIn(s.Atlas.Load(), base, a.Card.Villages.Level))
	return a, nil
}

// villagePeriod is one of the kind that the card assesses; "" is the one that runs.
func (s *Service) villagePeriod(ctx context.Context, every, text string) (Period, error) {
	if text == "" {
		zone, err := s.zone(ctx)
		if err != nil {
			return Period{}, err
		}
		return Running(every, s.Now(), zone), nil
	}
	p, err := s.period(ctx, text)
	if err == nil && !p.Is(every) {
		err = mediation.Refusal("assess", mediation.Invalid, "scorecard.other_period", "period", "every", every)
	}
	return p, err
}

// VillagesIn are the areas of a level inside another, itself included if it is of that level, by code.
func VillagesIn(plan *grid.Plan, base grid.Code, level int) []grid.Code {
	if base.Depth() >= level {
		if base.Depth() == level {
			return []grid.Code{base}
		}
		return nil
	}
	var all []grid.Code
	for _, u := range plan.Children(base) {
		all = append(all, VillagesIn(plan, u.Code, level)...)
	}
	slices.Sort(all)
	return all
}

// narrowed keeps the cases that came by some channels; none: all.
func narrowed(q figures.Query, channels []string) figures.Query {
	if len(channels) == 0 {
		return q
	}
	const named = "named"
	q.Source, q.SourceOf = named, func(channel string) string {
		if slices.Contains(channels, channel) {
			return named
		}
		return ""
	}
	return q
}
