package store

import (
	"time"

	"fengqiao/mediation"
)

// residue is the conditions that are checked on the row.
func residue(f mediation.Filter) (Query, bool) {
	q := Query{Table: casesTable, Eq: map[string]any{}, In: map[string][]any{}, From: map[string]any{}, Until: map[string]any{}}
	for _, s := range f.States {
		q.In["state"] = append(q.In["state"], string(s))
	}
	for _, channel := range f.Channels {
		q.In["channel"] = append(q.In["channel"], channel)
	}
	for key, v := range map[string]string{"category": f.Category, "channel": f.Channel, "unit": f.Unit} {
		if v != "" {
			q.Eq[key] = v
		}
	}
	if f.Cell != "" {
		q.Eq["cell"] = string(f.Cell)
	}
	if f.Unplaced {
		if f.Cell != "" {
			return q, false
		}
		q.Eq["cell"] = ""
	}
	if f.NoUnit {
		if f.Unit != "" {
			return q, false
		}
		q.Eq["unit"] = ""
	}
	if f.Itself {
		q.Eq["area"] = areaKey(f.Area)
	}
	if f.Severity > 0 {
		q.From["severity"] = int64(f.Severity)
	}
	if f.NeedsHand {
		q.Eq["hand"] = int64(1)
	}
	if !f.OverdueAt.IsZero() {
		q.From["overdue"], q.Until["overdue"] = int64(1), f.OverdueAt.UnixMilli()
	}
	q.None = keptTags(f.Visible.Except)
	bound(q.From, "sort", f.Opened[0])
	bound(q.Until, "sort", f.Opened[1])
	if f.Number != "" {
		series, n, ok := numberOf(f.Number)
		if !ok {
			return q, false
		}
		q.Eq["series"], q.Eq["n"] = series, n
	}
	return q, true
}

func bound(m map[string]any, key string, t time.Time) {
	if !t.IsZero() {
		m[key] = t.UnixMilli()
	}
}
