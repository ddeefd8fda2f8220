package store

import (
	"context"
	"errors"
	"slices"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/figures"
)

// Figures is where figures are counted from.
func (s *Store) Figures() figures.Source { return movedCases{s} }

type movedCases struct{ s *Store }

// figuresPage is how many heads are read at once.
const figuresPage = 1000

// Moved walks the cases in the order in which they last moved. One that moves meanwhile goes ahead in that order, where it is met
// again, so none is missed. What lists remember of heads is left alone: this walk would wash it away.
func (m movedCases) Moved(ctx context.Context, t time.Time, fn func(*mediation.Summary) error) error {
	q := Query{Table: casesTable, By: "moved", From: map[string]any{"moved": millis(t)}, Limit: figuresPage, HeadsOnly: true}
	for {
		rows, err := m.s.Engine.Find(ctx, q)
		if err != nil {
			return trouble("moved cases", err)
		}
		for _, row := range rows {
			s, err := m.summary(ctx, row)
			if err != nil {
				return err
			}
			if err := fn(&s); err != nil {
				return err
			}
		}
		if len(rows) < q.Limit {
			return nil
		}
		last := rows[len(rows)-1]
		q.After = &Position{By: last.Keys["moved"], Sort: last.Sort, ID: last.ID}
	}
}

// Summaries reads some cases' heads.
func (m movedCases) Summaries(ctx context.Context, ids []string) (map[string]mediation.Summary, error) {
	rows, err := m.s.Engine.GetMany(ctx, casesTable, ids)
	if err != nil {
		return nil, trouble("cases by id", err)
	}
	found := make(map[string]mediation.Summary, len(rows))
	for _, row := range rows {
		s, err := m.summary(ctx, row)
		if err != nil {
			return nil, err
		}
		found[row.ID] = s
	}
	return found, nil
}

// summary decodes a head. One that an earlier release stored has no course, or does not say by this release's table in which sets it counts:
// the case is read, and stored anew, so that lists find it where figures count it.
func (m movedCases) summary(ctx context.Context, row Row) (s mediation.Summary, err error) {
	if err := decode(casesTable, row.ID, row.Head, &s); err != nil || s.Course.Current() && s.Counted.Current() {
		return s, err
	}
	cases := m.s.Cases()
	c, err := cases.Load(ctx, row.ID)
	if err != nil {
		return s, err
	}
	if !c.Course.Current() {
		if c.Course, err = cases.course(ctx, &c); err != nil {
			return s, err
		}
	}
	if slices.Contains(c.Channels(), "") {
		if c.Came, err = m.came(ctx, &c); err != nil {
			return s, err
		}
	}
	// Whoever changes it meanwhile stores it anew themselves; and what fails here the next reading of everything does.
	last := lastEvent(&c)
	_, _ = cases.Update(ctx, row.ID, func(now *mediation.Case) error {
		if lastEvent(now) == last {
			now.Course, now.Came = c.Course, c.Came
		}
		return nil
	})
	return c.Summarise(), nil
}

// came reads by which channels a case's reports came.
func (m movedCases) came(ctx context.Context, c *mediation.Case) ([]string, error) {
	channels := c.Channels()
	for i, id := range c.Reports {
		rep, err := m.s.Reports().Load(ctx, id)
		switch {
		case errors.Is(err, mediation.ErrNotFound): // it was deleted
		case err != nil:
			return nil, err
		default:
			channels[i] = rep.Channel
		}
	}
	return channels, nil
}

// course reads a case's course from its timeline.
func (p *Cases) course(ctx context.Context, c *mediation.Case) (mediation.Course, error) {
	var all []mediation.Event
	err := p.EachRun(ctx, c, func(events []mediation.Event) error {
		all = append(all, events...)
		return nil
	})
	return mediation.CourseOf(all), trouble("course of a case", err)
}

// lastEvent is the number of a case's newest event.
func lastEvent(c *mediation.Case) int {
	if len(c.Events) == 0 {
		return 0
	}
	return c.Events[len(c.Events)-1].Seq
}
