package store

import (
	"context"
	"slices"
	"time"

	"fengqiao/push"
)

// Inbox implements push.Inbox.
type Inbox struct{ s *Store }

// Inbox keeps what users were told.
func (s *Store) Inbox() Inbox { return Inbox{s} }

var _ push.Inbox = Inbox{}

func itemRow(it push.Item) (Row, error) {
	keys := map[string]any{"user": it.User}
	if it.Read.IsZero() {
		keys["unread"] = it.User
	}
	body, err := encode(it)
	return Row{ID: it.ID, Sort: it.At.UnixMilli(), Keys: keys, Body: body}, err
}

func readItem(row Row) (push.Item, error) {
	var it push.Item
	return it, decode(inboxTable, row.ID, row.Body, &it)
}

// Put implements push.Inbox.
func (p Inbox) Put(ctx context.Context, items ...push.Item) error {
	for chunk := range slices.Chunk(items, pushChunk) {
		writes := make([]Write, len(chunk))
		for i, it := range chunk {
			row, err := itemRow(it)
			if err != nil {
				return err
			}
			writes[i] = Write{Table: inboxTable, Op: Ensure, Row: row}
		}
		if _, err := p.s.Engine.Apply(ctx, writes...); err != nil {
			return err
		}
	}
	return nil
}

// List implements push.Inbox.
func (p Inbox) List(ctx context.Context, user string, unreadOnly bool, cursor string, limit int) ([]push.Item, string, error) {
	after, err := readPushCursor(cursor)
	if err != nil || user == "" {
		return nil, "", err
	}
	key := "user"
	if unreadOnly {
		key = "unread"
	}
	rows, err := p.s.Engine.Find(ctx, Query{
		Table: inboxTable, Eq: map[string]any{key: user}, Desc: true, After: after, Limit: limit + 1,
	})
	if err != nil {
		return nil, "", err
	}
	next := ""
	if len(rows) > limit {
		rows = rows[:limit]
		next = pushCursor{Sort: rows[limit-1].Sort, ID: rows[limit-1].ID}.String()
	}
	items := make([]push.Item, len(rows))
	for i, row := range rows {
		if items[i], err = readItem(row); err != nil {
			return nil, "", err
		}
	}
	return items, next, nil
}

// MarkRead implements push.Inbox. Nothing else ever changes an item, so whoever was overtaken has what it wanted.
func (p Inbox) MarkRead(ctx context.Context, user string, at time.Time, ids ...string) error {
	for chunk := range slices.Chunk(ids, pushChunk) {
		rows, err := p.s.Engine.GetMany(ctx, inboxTable, chunk)
		if err != nil {
			return err
		}
		var writes []Write
		for _, row := range rows {
			it, err := readItem(row)
			if err != nil {
				return err
			}
			if it.User != user || !it.Read.IsZero() {
				continue
			}
			it.Read = at
			next, err := itemRow(it)
			if err != nil {
				return err
			}
			next.Version = row.Version
			writes = append(writes, Write{Table: inboxTable, Op: Replace, Row: next})
		}
		if _, err := p.s.each(ctx, writes); err != nil {
			return err
		}
	}
	return nil
}

// Unread implements push.Inbox.
func (p Inbox) Unread(ctx context.Context, user string, most int) (int, error) {
	if user == "" {
		return 0, nil
	}
	return p.s.Engine.Count(ctx, Query{Table: inboxTable, Eq: map[string]any{"unread": user}}, most)
}
