package campaign

import (
	"context"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
)

// Past finds what was open at a moment that is over.
type Past struct {
	Cases Cases
	Heads Heads
}

const (
	page       = 500     // cases that are read at once
	everything = 1 << 20 // more events than any case has
)

// Each calls fn for every case that was opened before a moment and may have been open just before it: for those that are open now and that
// the filter finds, and for all that have moved since, wherever they lie by now. events is the case's timeline; nil where nothing has happened
// since, so that it stood as it stands. A case that moves meanwhile is met again: the last call holds.
func (p Past) Each(ctx context.Context, now mediation.Filter, at time.Time, fn func(h *mediation.Summary, events []mediation.Event) error) error {
	read := map[string]int64{}
	back := func(h *mediation.Summary) error {
		if revision, known := read[h.ID]; known && revision == h.Revision || !h.Opened.Before(at) {
			return nil
		}
		events, err := p.Cases.Timeline(ctx, h.ID, 0, everything)
		if err != nil {
			return err
		}
		read[h.ID] = h.Revision
		return fn(h, events)
	}
	open, all := true, grid.Code("")
	now.Visible, now.Open, now.Opened = mediation.Visible{Area: &all}, &open, [2]time.Time{{}, at}
	for cursor := ""; ; {
		heads, next, err := p.Cases.List(ctx, now, cursor, page)
		if err != nil {
			return err
		}
		for i := range heads {
			h := &heads[i]
			if h.Changed.Before(at) && h.Course.Known { // else it has moved, or an earlier release stored it
				err = fn(h, nil)
			} else {
				err = back(h)
			}
			if err != nil {
				return err
			}
		}
		if cursor = next; next == "" {
			break
		}
	}
	// Last, so that what is closed or passed on while the list is read is met here.
	return p.Heads.Moved(ctx, at, back)
}
