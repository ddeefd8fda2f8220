package docket

import (
	"context"
	"maps"
	"slices"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/figures"
	"fengqiao/mediation/policy"
)

// measures are what the townships, and the units, of a list are compared by: who settles more of what stood on it stands above, and speed
// decides only between equals. The base is all that stood on it, so that to refuse a case, or to end it otherwise, never helps.
var measures = []string{policy.RankSettlement, policy.RankClosing, policy.RankTimeliness}

// Placed is a township, or a unit, with what has become of its cases of a list.
type Placed struct {
	Place int // from 1; equals share one
	Key   string
	Count Count
}

// Count is what has become of some cases of a list. Every case is settled, closed only, ended otherwise, or open.
type Count struct {
	Listed, Settled, Closed, Ended, Open int
	// InTime are those that were closed, or settled, before the period was over.
	InTime int
}

// add counts a case as it stands now.
func (c *Count) add(l *List, h *mediation.Summary) {
	c.Listed++
	switch {
	case h.State == mediation.Settled:
		c.Settled++
	case h.State == mediation.Closed:
		c.Closed++
	case h.State.Over():
		c.Ended++
		return
	default:
		c.Open++
		return
	}
	if !h.Closed.IsZero() && h.Closed.Before(l.Until) {
		c.InTime++
	}
}

// rank puts counts in order, as rankings are.
func rank(counts map[string]*Count) []Placed {
	var groups []figures.Group
	for _, key := range slices.Sorted(maps.Keys(counts)) {
		c := counts[key]
		groups = append(groups, figures.Group{Key: key, Tally: figures.Tally{Received: c.Listed, Settled: c.Settled, Closed: c.Settled + c.Closed, InTime: c.InTime}})
	}
	var placed []Placed
	for _, r := range figures.Rank(groups, measures) {
		placed = append(placed, Placed{r.Place, r.Key, *counts[r.Key]})
	}
	return placed
}

// Places compares the townships, or by units those that the cases lay with when the list was frozen, of the cases that the caller sees. What
// lies with the list's area itself, or with no unit, competes with nobody.
func (s *Service) Places(ctx context.Context, actor mediation.Actor, l *List, units bool) ([]Placed, error) {
	sight, counts := mediation.VisibleBy(actor, mediation.DocketRead), map[string]*Count{}
	err := s.each(ctx, l.Items, func(x *Item, h *mediation.Summary) {
		key := x.Unit
		if !units {
			if key = string(Town(x.Area, l.Area)); grid.Code(key) == l.Area {
				key = ""
			}
		}
		if key == "" || !figures.Shows(sight, h) {
			return
		}
		if counts[key] == nil {
			counts[key] = &Count{}
		}
		counts[key].add(l, h)
	})
	return rank(counts), err
}
