package store

import (
	"context"
	"slices"
	"time"

	"fengqiao/mediation"
)

// latePage is how many cases are looked at together where a walk keeps some of them.
const latePage = 500

// late pages cases by when they were first late. It walks those that ever were, which are few, and keeps those of the time.
func (p *Cases) late(ctx context.Context, f mediation.Filter, cursor string, limit int) ([]mediation.Summary, string, error) {
	from, until := f.Late[0], f.Late[1]
	f.Late, f.Counted = [2]time.Time{}, mediation.CountedLate
	if !until.IsZero() && (f.Opened[1].IsZero() || until.Before(f.Opened[1])) {
		f.Opened[1] = until // nothing is late before it is there
	}
	return p.sifted(ctx, f, cursor, limit, func(s *mediation.Summary) bool {
		at := s.Course.Breached
		return !at.IsZero() && !at.Before(from) && (until.IsZero() || at.Before(until))
	})
}

// came pages cases by the channels of their reports. What comes by an app is most of what comes, so that a walk meets it soon.
func (p *Cases) came(ctx context.Context, f mediation.Filter, cursor string, limit int) ([]mediation.Summary, string, error) {
	channels := f.Came
	f.Came = nil
	return p.sifted(ctx, f, cursor, limit, func(s *mediation.Summary) bool {
		return slices.ContainsFunc(s.Came, func(channel string) bool { return slices.Contains(channels, channel) })
	})
}

// sifted walks a list and pages what is wanted of it.
func (p *Cases) sifted(ctx context.Context, f mediation.Filter, cursor string, limit int, wanted func(*mediation.Summary) bool) ([]mediation.Summary, string, error) {
	var list []mediation.Summary
	for {
		page, next, err := p.List(ctx, f, cursor, latePage)
		if err != nil {
			return nil, "", err
		}
		for i := range page {
			if !wanted(&page[i]) {
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
