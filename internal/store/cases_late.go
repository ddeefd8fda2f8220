package store

import (
	"context"
	"time"

	"fengqiao/mediation"
)

// latePage is how many cases that were ever late are looked at together.
const latePage = 500

// late pages cases by when they were first late. It walks those that ever were, which are few, and keeps those of the time.
func (p *Cases) late(ctx context.Context, f mediation.Filter, cursor string, limit int) ([]mediation.Summary, string, error) {
	from, until := f.Late[0], f.Late[1]
	f.Late, f.Counted = [2]time.Time{}, mediation.CountedLate
	if !until.IsZero() && (f.Opened[1].IsZero() || until.Before(f.Opened[1])) {
		f.Opened[1] = until // nothing is late before it is there
	}
	var list []mediation.Summary
	for {
		page, next, err := p.List(ctx, f, cursor, latePage)
		if err != nil {
			return nil, "", err
		}
		for i := range page {
			at := page[i].Course.Breached
			if at.IsZero() || at.Before(from) || !until.IsZero() && !at.Before(until) {
				continue
			}
			if len(list) == limit {
				last := &list[limit-1]
				return list, writePosition(Row{ID: last.ID, Sort: last.Opened.UnixMilli()}), nil
			}
			list = append(list, page[i])
		}
		if cursor = next; next == "" {
			return list, "", nil
		}
	}
}
