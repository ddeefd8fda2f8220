package store

import (
	"context"
	"errors"
	"time"

	"fengqiao/push"
)

// finish replaces a claimed entry's row; the version that the claim got must still be the stored one.
func (p Outbox) finish(ctx context.Context, e push.Entry, row Row, err error) error {
	if err != nil {
		return err
	}
	row.Version = e.Claim
	_, err = p.s.Engine.Apply(ctx, Write{Table: outboxTable, Op: Replace, Row: row})
	if overtaken(err) {
		return push.ErrClaimLost
	}
	return err
}

// Done implements push.Outbox.
func (p Outbox) Done(ctx context.Context, e push.Entry, now time.Time) error {
	row, err := entryRow(e, map[string]any{"done": now.UnixMilli()})
	return p.finish(ctx, e, row, err)
}

func fail(e push.Entry, why push.Setback) push.Entry {
	e.Reason = why.Reason
	e.PossiblyTwice = e.PossiblyTwice || why.MayHaveArrived
	return e
}

// Retry implements push.Outbox.
func (p Outbox) Retry(ctx context.Context, e push.Entry, at time.Time, why push.Setback) error {
	e = fail(e, why)
	row, err := openRow(e, at.UnixMilli())
	return p.finish(ctx, e, row, err)
}

// Recount implements push.Outbox. Pages are read upwards and rows move downwards or stay, so none is met twice.
func (p Outbox) Recount(ctx context.Context, now, ahead time.Time) error {
	q := Query{Table: outboxTable, From: map[string]any{"due": ahead.UnixMilli()}, By: "due", Limit: pushChunk}
	for {
		rows, err := p.s.Engine.Find(ctx, q)
		if err != nil {
			return err
		}
		var writes []Write
		for _, row := range rows {
			e, err := readEntry(row)
			if err != nil || !e.From.After(ahead) {
				continue // one that cannot be read is told when it is claimed
			}
			due := dueOf(row) - e.From.UnixMilli() + now.UnixMilli()
			e.From = now
			w, err := outboxReplace(e, row.Version, due)
			if err != nil {
				return err
			}
			w.Row.Head = row.Head
			writes = append(writes, w)
		}
		if _, err := p.s.each(ctx, writes); err != nil || len(rows) < q.Limit {
			return err
		}
		last := rows[len(rows)-1]
		q.After = &Position{By: last.Keys["due"], Sort: last.Sort, ID: last.ID}
	}
}

// Dead implements push.Outbox.
func (p Outbox) Dead(ctx context.Context, e push.Entry, now time.Time, why push.Setback) error {
	e = fail(e, why)
	e.Died = now
	row, err := entryRow(e, map[string]any{"died": now.UnixMilli()})
	return p.finish(ctx, e, row, err)
}

// DeadLetters implements push.Outbox.
func (p Outbox) DeadLetters(ctx context.Context, cursor string, limit int) ([]push.Entry, string, error) {
	after, err := readPushCursor(cursor)
	if err != nil {
		return nil, "", err
	}
	rows, err := p.s.Engine.Find(ctx, Query{
		Table: outboxTable, From: map[string]any{"died": int64(1)}, By: "died", After: after, Limit: limit + 1,
	})
	if err != nil {
		return nil, "", err
	}
	next := ""
	if len(rows) > limit {
		rows = rows[:limit]
		last := rows[limit-1]
		died, _ := last.Keys["died"].(int64)
		next = pushCursor{By: died, Sort: last.Sort, ID: last.ID}.String()
	}
	entries := make([]push.Entry, len(rows))
	for i, row := range rows {
		if entries[i], err = readEntry(row); err != nil {
			return nil, "", err
		}
	}
	return entries, next, nil
}

// Entry implements push.Outbox.
func (p Outbox) Entry(ctx context.Context, id string) (push.Entry, error) {
	row, err := p.s.Engine.Get(ctx, outboxTable, id)
	if err != nil {
		return push.Entry{}, pushError(err)
	}
	return readEntry(row)
}

// Resend implements push.Outbox.
func (p Outbox) Resend(ctx context.Context, id string) error {
	_, err := p.s.modify(ctx, outboxTable, id, func(row Row) (Row, []Write, error) {
		e, err := readEntry(row)
		if err != nil {
			return Row{}, nil, err
		}
		if e.Died.IsZero() {
			return Row{}, nil, push.ErrNotDead
		}
		e.Died, e.Since, e.Attempts = time.Time{}, time.Time{}, 0
		next, err := openRow(e, rank(e.Notice, e.Urgent))
		return next, nil, err
	})
	return pushError(err)
}

// Depth implements push.Outbox.
func (p Outbox) Depth(ctx context.Context, most int) (waiting, dead int, err error) {
	count := func(key string) int {
		n, failed := p.s.Engine.Count(ctx, Query{Table: outboxTable, From: map[string]any{key: int64(1)}}, most)
		err = errors.Join(err, failed)
		return n
	}
	waiting, dead = count("due"), count("died")
	return waiting, dead, err
}

// Prune implements push.Outbox.
func (p Outbox) Prune(ctx context.Context, t time.Time, limit int) (int, error) {
	return p.s.prune(ctx, outboxTable, "done", t, limit)
}

// prune deletes at most limit rows whose key is set and lies before t, oldest first.
func (s *Store) prune(ctx context.Context, table, key string, t time.Time, limit int) (int, error) {
	rows, err := s.Engine.Find(ctx, Query{
		Table: table, From: map[string]any{key: int64(1)}, Until: map[string]any{key: t.UnixMilli()},
		By: key, Limit: limit, HeadsOnly: true,
	})
	if err != nil {
		return 0, err
	}
	writes := make([]Write, len(rows))
	for i, row := range rows {
		writes[i] = Write{Table: table, Op: Delete, Row: Row{ID: row.ID, Version: row.Version}}
	}
	versions, err := s.each(ctx, writes)
	n := 0
	for _, v := range versions {
		if v != 0 {
			n++
		}
	}
	return n, err
}
