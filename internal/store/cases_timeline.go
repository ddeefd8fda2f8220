package store

import (
	"context"
	"fmt"

	"fengqiao/mediation"
)

// A case holds its newest events; when they reach pageAt, the oldest pageSize spill into a page.
const (
	pageAt   = 32
	pageSize = 16
)

// spill moves the oldest events into an immutable page once there are too many. Only events that are stored already move,
// so that a page that a lost race has written holds the same as the one that the winner would write.
func spill(c *mediation.Case, known int) ([]Write, error) {
	var pages []Write
	for len(c.Events) >= pageAt && known >= pageSize {
		body, err := encode(c.Events[:pageSize])
		if err != nil {
			return nil, err
		}
		first := int64(c.Spilled + 1)
		pages = append(pages, Write{Table: pagesTable, Op: Ensure, Row: Row{ID: pageName(c.ID, first), Sort: first,
			Keys: map[string]any{"case_id": c.ID, "first": first}, Body: body}})
		c.Events = append([]mediation.Event(nil), c.Events[pageSize:]...)
		c.Spilled += pageSize
		known -= pageSize
	}
	return pages, nil
}

// Timeline reads events in order, pages first.
func (p *Cases) Timeline(ctx context.Context, id string, after, limit int) ([]mediation.Event, error) {
	c, err := p.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	var out []mediation.Event
	for seq := after; seq < c.Spilled && len(out) < limit; {
		first := seq/pageSize*pageSize + 1
		events, err := p.readPage(ctx, id, first)
		if err != nil {
			return nil, err
		}
		out = append(out, events[seq-first+1:]...)
		seq = first + pageSize - 1
	}
	for _, e := range c.Events {
		if e.Seq > after {
			out = append(out, e)
		}
	}
	if len(out) > limit {
		out = out[:limit]
	}
	return out, nil
}

// EachRun calls fn with the case's events in order, run by run: page by page, and then those that it still holds. An error of fn
// ends it and is returned.
func (p *Cases) EachRun(ctx context.Context, c *mediation.Case, fn func([]mediation.Event) error) error {
	for first := 1; first <= c.Spilled; first += pageSize {
		events, err := p.readPage(ctx, c.ID, first)
		if err == nil {
			err = fn(events)
		}
		if err != nil {
			return err
		}
	}
	return fn(c.Events)
}

// readPage reads the page whose first event is this.
func (p *Cases) readPage(ctx context.Context, id string, first int) (events []mediation.Event, err error) {
	pageID := pageName(id, int64(first))
	row, err := p.s.Engine.Get(ctx, pagesTable, pageID)
	if err != nil {
		return nil, fmt.Errorf("store: timeline page %s: %w", pageID, err)
	}
	err = decode(pagesTable, pageID, row.Body, &events)
	return events, err
}

func pageName(id string, first int64) string { return fmt.Sprintf("%s/%09d", id, first) }
