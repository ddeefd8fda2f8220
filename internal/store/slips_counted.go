package store

import (
	"context"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation/slip"
)

// slipsPage is how many heads are read at once.
const slipsPage = 500

// EachCounted implements slip.Slips. It is led by the tag that only unrestricted slips of the area bear, in the order of their issue.
func (p *Slips) EachCounted(ctx context.Context, area grid.Code, from, until time.Time, fn func(*slip.Summary) error) error {
	q := Query{Table: slipsTable, Tags: []string{areaTag("", string(area))}, From: map[string]any{}, Until: map[string]any{}, Limit: slipsPage, HeadsOnly: true}
	bound(q.From, "sort", from)
	bound(q.Until, "sort", until)
	for {
		rows, err := p.s.Engine.Find(ctx, q)
		if err != nil {
			return trouble("count slips", err)
		}
		for _, row := range rows {
			x, err := p.counted(ctx, row)
			if err != nil {
				return err
			}
			if err := fn(&x); err != nil {
				return err
			}
		}
		if len(rows) < q.Limit {
			return nil
		}
		last := rows[len(rows)-1]
		q.After = &Position{Sort: last.Sort, ID: last.ID}
	}
}

// counted decodes a head. One that an earlier release stored does not say in which sets it counts: the slip is stored anew, so that lists
// find it where it is counted; what fails in that the next counting does.
func (p *Slips) counted(ctx context.Context, row Row) (x slip.Summary, err error) {
	if err := decode(slipsTable, row.ID, row.Head, &x); err != nil || x.Counted.Current() {
		return x, err
	}
	s, err := p.Load(ctx, row.ID)
	if err != nil {
		return x, err
	}
	_, _ = p.Update(ctx, row.ID, func(*slip.Slip) error { return nil })
	return s.Summarise(), nil
}
