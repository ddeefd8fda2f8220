package store

import (
	"context"
	"time"

	"fengqiao/mediation"
)

// What records that are swept have in common: a key "due", and notices that wait in them until they are in the outbox.

// dueBy reads the heads of what is due in a table by a time, the longest due first.
func (s *Store) dueBy(ctx context.Context, table string, until time.Time, limit int) ([]Row, error) {
	rows, err := s.Engine.Find(ctx, Query{Table: table, By: "due", From: map[string]any{"due": int64(1)}, Until: map[string]any{"due": until.UnixMilli() + 1},
		Limit: limit, HeadsOnly: true})
	return rows, trouble("due "+table, err)
}

// dueIDs are the ids of what is due in a table by a time, the longest due first.
func (s *Store) dueIDs(ctx context.Context, table string, until time.Time, limit int) ([]string, error) {
	rows, err := s.dueBy(ctx, table, until, limit)
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	return ids, err
}

// keptKey is the key of records that hold something of people and belong to no case: since when they have been kept; 0 where there is nothing
// to let go of (any more).
const keptKey = "kept"

// keptBy are the ids of what has been kept in a table since a time or longer, the longest first, and since when the first has been; what is
// held for the law is not among them.
func (s *Store) keptBy(ctx context.Context, table string, until time.Time, limit int) (ids []string, first time.Time, err error) {
	held, err := s.heldIn(ctx, table)
	if err != nil {
		return nil, first, trouble("held of "+table, err)
	}
	rows, err := s.Engine.Find(ctx, Query{Table: table, By: keptKey, From: map[string]any{keptKey: int64(1)}, Until: map[string]any{keptKey: until.UnixMilli() + 1},
		Limit: limit + len(held), HeadsOnly: true})
	for _, r := range rows {
		if held[r.ID] || len(ids) == limit {
			continue
		}
		if since, ok := r.Keys[keptKey].(int64); ok && len(ids) == 0 {
			first = time.UnixMilli(since).UTC()
		}
		ids = append(ids, r.ID)
	}
	return ids, first, trouble("kept "+table, err)
}

// moveNotices moves the unsent notices of a stored record to the outbox, then has them struck off it. Entries have deterministic ids, so
// that what a crash in between leaves is moved again and stored once. strike makes the row of the record with what rest leaves of its
// unsent notices.
func (s *Store) moveNotices(ctx context.Context, table, id string, unsent []mediation.Notice, strike func(row Row, rest func([]mediation.Notice) []mediation.Notice) (Row, error)) error {
	if len(unsent) == 0 {
		return nil
	}
	writes, err := outboxWrites(unsent)
	if err != nil {
		return err
	}
	if _, err := s.Engine.Apply(ctx, writes...); err != nil {
		return trouble("drain "+table, err)
	}
	s.noticed(len(writes))
	last := unsent[len(unsent)-1].Seq
	rest := func(now []mediation.Notice) (kept []mediation.Notice) {
		for _, n := range now {
			if n.Seq > last {
				kept = append(kept, n)
			}
		}
		return kept
	}
	_, err = s.modify(ctx, table, id, func(row Row) (Row, []Write, error) {
		next, err := strike(row, rest)
		return next, nil, err
	})
	return trouble("drain "+table, err)
}

// eachDue calls fn with the ids of what a table's sweep will look at some time, the longest due first. What falls due at another time meanwhile may
// be told twice, or, where it moves ahead, not at all.
func (s *Store) eachDue(ctx context.Context, table string, fn func(id string) error) error {
	q := Query{Table: table, By: "due", From: map[string]any{"due": int64(1)}, Limit: 500, HeadsOnly: true}
	for {
		rows, err := s.Engine.Find(ctx, q)
		if err != nil {
			return trouble("each due "+table, err)
		}
		for i := range rows {
			if err := fn(rows[i].ID); err != nil {
				return err
			}
		}
		if len(rows) < q.Limit {
			return nil
		}
		last := rows[len(rows)-1]
		q.After = &Position{By: last.Keys["due"], Sort: last.Sort, ID: last.ID}
	}
}
