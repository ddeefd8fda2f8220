package store

import (
	"context"
	"errors"
	"time"

	"fengqiao/mediation"
)

// Watch implements slip.Watches.
func (p *Slips) Watch(ctx context.Context, caseID string, due time.Time) error {
	if due.IsZero() {
		_, err := p.s.Engine.Apply(ctx, Write{Table: watchesTable, Op: Delete, Row: Row{ID: caseID}})
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		return trouble("forget case", err)
	}
	row := Row{ID: caseID, Keys: map[string]any{"due": millis(due)}}
	done, err := p.s.Engine.Apply(ctx, Write{Table: watchesTable, Op: Ensure, Row: row})
	if err != nil || done[0].Done {
		return trouble("watch case", err)
	}
	_, err = p.s.modify(ctx, watchesTable, caseID, func(was Row) (Row, []Write, error) {
		if was.Keys["due"] == row.Keys["due"] {
			return was, nil, errSame
		}
		return row, nil, nil
	})
	if errors.Is(err, errSame) || errors.Is(err, ErrNotFound) { // forgotten meanwhile: whoever did has looked later
		return nil
	}
	return trouble("watch case", err)
}

// Watched implements slip.Watches.
func (p *Slips) Watched(ctx context.Context, until time.Time, limit int) (ids []string, first time.Time, err error) {
	rows, err := p.s.dueBy(ctx, watchesTable, until, limit)
	for i, r := range rows {
		if due, _ := r.Keys["due"].(int64); i == 0 {
			first = time.UnixMilli(due).UTC()
		}
		ids = append(ids, r.ID)
	}
	return ids, first, err
}

// EachWatched implements slip.Watches.
func (p *Slips) EachWatched(ctx context.Context, fn func(caseID string) error) error {
	return p.s.eachDue(ctx, watchesTable, fn)
}

// seenSetting is up to when the cases' events have been looked at.
const seenSetting = "slips_seen"

// Seen implements slip.Watches.
func (p *Slips) Seen(ctx context.Context) (t time.Time, err error) {
	text, _, err := p.s.setting(ctx, seenSetting)
	if err != nil || text == "" {
		return t, err
	}
	return time.Parse(time.RFC3339Nano, text)
}

// See implements slip.Watches.
func (p *Slips) See(ctx context.Context, until time.Time) error {
	return p.s.set(ctx, seenSetting, until.UTC().Format(time.RFC3339Nano), mediation.AnyRevision)
}
