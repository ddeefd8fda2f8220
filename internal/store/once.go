package store

import (
	"context"
	"errors"
	"time"

	"fengqiao/internal/once"
	"fengqiao/mediation"
)

const onceTable = "once"

var onceTables = []Table{{Name: onceTable, Keys: []Key{{"at", Int}}, Indexes: []Index{{Keys: []string{"at"}}}}}

// Once implements once.Keeper.
type Once struct{ s *Store }

// Once returns the port.
func (s *Store) Once() *Once { return &Once{s} }

var _ once.Keeper = (*Once)(nil)

var errTaken = errors.New("store: taken")

// Begin claims a key.
func (p *Once) Begin(ctx context.Context, id, print string, now time.Time, lease time.Duration) (once.Ticket, bool, error) {
	t := once.Ticket{Print: print, Until: now.Add(lease)}
	body, err := encode(t)
	if err != nil {
		return t, false, err
	}
	row := Row{ID: id, Keys: map[string]any{"at": now.UnixMilli()}, Body: body}
	done, err := p.s.Engine.Apply(ctx, Write{Table: onceTable, Op: Ensure, Row: row})
	if err != nil {
		return t, false, trouble("claim key", err)
	}
	if done[0].Done {
		return t, true, nil
	}
	var found once.Ticket
	_, err = p.s.modify(ctx, onceTable, id, func(old Row) (Row, []Write, error) {
		found = once.Ticket{}
		if err := decode(onceTable, id, old.Body, &found); err != nil {
			return old, nil, err
		}
		running := found.Until.After(now) && !found.Until.After(now.Add(lease+mediation.ClocksApart)) // nobody waits out the error of a clock that was ahead
		if found.Done || found.Print != print || running {
			return old, nil, errTaken
		}
		return row, nil, nil // whoever ran it has died: it may run again
	})
	switch {
	case errors.Is(err, errTaken):
		return found, false, nil
	case errors.Is(err, ErrNotFound): // abandoned just now
		return p.Begin(ctx, id, print, now, lease)
	case err != nil:
		return t, false, trouble("claim key", err)
	}
	return t, true, nil
}

// Finish notes the outcome.
func (p *Once) Finish(ctx context.Context, id string, status int, ref string) error {
	_, err := p.s.modify(ctx, onceTable, id, func(old Row) (Row, []Write, error) {
		var t once.Ticket
		if err := decode(onceTable, id, old.Body, &t); err != nil {
			return old, nil, err
		}
		t.Done, t.Status, t.Ref = true, status, ref
		body, err := encode(t)
		old.Body = body
		return old, nil, err
	})
	return trouble("finish key", err)
}

// Abandon gives a key free.
func (p *Once) Abandon(ctx context.Context, id string) error {
	_, err := p.s.Engine.Apply(ctx, Write{Table: onceTable, Op: Delete, Row: Row{ID: id}})
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return trouble("abandon key", err)
}

// Prune forgets old tickets.
func (p *Once) Prune(ctx context.Context, t time.Time, limit int) (int, error) {
	rows, err := p.s.Engine.Find(ctx, Query{Table: onceTable, By: "at", From: map[string]any{"at": int64(1)},
		Until: map[string]any{"at": t.UnixMilli()}, Limit: limit, HeadsOnly: true})
	if err != nil {
		return 0, trouble("prune keys", err)
	}
	for i, r := range rows {
		if _, err := p.s.Engine.Apply(ctx, Write{Table: onceTable, Op: Delete, Row: Row{ID: r.ID}}); err != nil && !errors.Is(err, ErrNotFound) {
			return i, trouble("prune keys", err)
		}
	}
	return len(rows), nil
}
