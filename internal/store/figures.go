package store

import (
	"context"
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

// summary decodes a head. One that an earlier release stored has no course; it is read from the case's timeline.
func (m movedCases) summary(ctx context.Context, row Row) (s mediation.Summary, err error) {
	if err := decode(casesTable, row.ID, row.Head, &s); err != nil || s.Course.Known {
		return s, err
	}
	cases := m.s.Cases()
	c, err := cases.Load(ctx, row.ID)
	if err != nil {
		return s, err
	}
	s = c.Summarise()
	var all []mediation.Event
	err = cases.EachRun(ctx, &c, func(events []mediation.Event) error {
		all = append(all, events...)
		return nil
	})
	s.Course = mediation.CourseOf(all)
	return s, trouble("course of a case", err)
}
