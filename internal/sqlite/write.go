package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"

	"fengqiao/internal/store"
)

// change carries out one Write inside the running transaction. What it leaves behind on an error is undone by the
// caller's savepoint.
func (c *conn) change(t *table, w store.Write) (store.Applied, error) {
	var done store.Applied
	var err error
	switch {
	case len(w.Row.Tags) > 0 && !t.Tagged && w.Op != store.Delete:
		err = fmt.Errorf("sqlite: table %s keeps no tags", t.Name)
	case w.Series != "" && w.Op != store.Insert:
		err = errors.New("sqlite: only an Insert can be given a number")
	case w.Op == store.Insert:
		done, err = c.add(t, w.Row, w.Series)
	case w.Op == store.Ensure:
		done, err = c.ensure(t, w.Row)
	case w.Op == store.Replace:
		done, err = c.replace(t, w.Row)
	case w.Op == store.Delete:
		done, err = c.remove(t, w.Row)
	default:
		err = fmt.Errorf("sqlite: unknown operation %d", w.Op)
	}
	if err != nil {
		return store.Applied{}, fmt.Errorf("sqlite: %s %s: %w", t.Name, w.Row.ID, err)
	}
	return done, nil
}

func (c *conn) add(t *table, row store.Row, series string) (store.Applied, error) {
	row.Version, row.N = 1, 0
	if series != "" {
		n, err := c.number(series, row.ID)
		if err != nil {
			return store.Applied{}, err
		}
		row.N = n
	}
	if _, err := c.put(t, t.insert, row); err != nil {
		return store.Applied{}, err
	}
	return store.Applied{Version: 1, N: row.N, Done: true}, nil
}

// number issues the next number of a series. Nobody else writes between the two statements.
func (c *conn) number(series, id string) (int64, error) {
	n, err := c.integer(context.Background(), "SELECT coalesce(max(n), 0) + 1 FROM _numbers WHERE series = ?", series)
	if err != nil {
		return 0, err
	}
	_, err = c.exec("INSERT OR FAIL INTO _numbers(series, n, id) VALUES (?, ?, ?)", series, n, id)
	return n, err
}

func (c *conn) ensure(t *table, row store.Row) (store.Applied, error) {
	row.Version, row.N = 1, 0
	fresh, err := c.put(t, t.ensure, row)
	if err != nil {
		return store.Applied{}, err
	}
	if fresh {
		return store.Applied{Version: 1, Done: true}, nil
	}
	old, err := c.meet(t, row.ID)
	return store.Applied{Version: old.version, N: old.n}, err
}

// put inserts a row and its tags as they are; it tells whether the statement added a row.
func (c *conn) put(t *table, text string, row store.Row) (bool, error) {
	tags := distinct(row.Tags)
	args, err := t.values([]any{row.ID, row.Version, row.Sort, row.N, packTags(tags), row.Head, row.Body}, row.Keys)
	if err != nil {
		return false, err
	}
	result, err := c.exec(text, args...)
	if err != nil {
		return false, err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return false, err
	}
	rid, err := result.LastInsertId()
	if err != nil {
		return false, err
	}
	return true, c.addTags(t, row.ID, row.Sort, rid, tags)
}

func (c *conn) addTags(t *table, id string, sort, rid int64, tags []string) error {
	for len(tags) > 0 {
		n := min(len(tags), tagChunk)
		args := make([]any, 3, 3+tagChunk)
		args[0], args[1], args[2] = sort, id, rid
		for _, tag := range tags[:n] {
			args = append(args, tag)
		}
		if _, err := c.exec(t.insertTags[n-1], args...); err != nil {
			return err
		}
		tags = tags[n:]
	}
	return nil
}

func (c *conn) dropTags(t *table, id string, sort int64, tags []string) error {
	for _, tag := range tags {
		if _, err := c.exec(t.removeTag, tag, sort, id); err != nil {
			return err
		}
	}
	return nil
}

// stored is what a Replace or Delete must know of the row it meets.
type stored struct {
	found                 bool
	rid, version, n, sort int64
	tags                  []string
	keys                  []any
}

func (c *conn) meet(t *table, id string) (stored, error) {
	var s stored
	err := c.query(context.Background(), func(v []driver.Value) (err error) {
		s.found = true
		s.rid, _ = v[0].(int64)
		s.version, _ = v[1].(int64)
		s.n, _ = v[2].(int64)
		s.sort, _ = v[3].(int64)
		s.tags, err = unpackTags(v[4])
		for _, k := range v[5:] {
			s.keys = append(s.keys, k)
		}
		return err
	}, t.current, id)
	if err == nil && !s.found {
		err = store.ErrNotFound
	}
	return s, err
}

func (c *conn) replace(t *table, row store.Row) (store.Applied, error) {
	old, err := c.meet(t, row.ID)
	if err != nil {
		return store.Applied{}, err
	}
	if old.version != row.Version {
		return store.Applied{}, fmt.Errorf("%w: version %d is stored, not %d", store.ErrConflict, old.version, row.Version)
	}
	keys, err := t.values(make([]any, 0, len(t.Keys)), row.Keys)
	if err != nil {
		return store.Applied{}, err
	}
	tags := distinct(row.Tags)
	args := []any{old.version + 1, packTags(tags), row.Head, row.Body}
	changed := uint64(0)
	for i, k := range keys {
		if k != old.keys[i] {
			changed |= 1 << i
			args = append(args, k)
		}
	}
	if _, err := c.exec(t.update(changed), append(args, old.rid)...); err != nil {
		return store.Applied{}, err
	}
	gone, come := compare(old.tags, tags)
	if err := c.dropTags(t, row.ID, old.sort, gone); err != nil {
		return store.Applied{}, err
	}
	if err := c.addTags(t, row.ID, old.sort, old.rid, come); err != nil {
		return store.Applied{}, err
	}
	return store.Applied{Version: old.version + 1, N: old.n, Done: true}, nil
}

// compare walks two ordered lists of tags and returns what is only in the first and only in the second.
func compare(before, after []string) (gone, come []string) {
	for len(before) > 0 && len(after) > 0 {
		switch {
		case before[0] == after[0]:
			before, after = before[1:], after[1:]
		case before[0] < after[0]:
			gone, before = append(gone, before[0]), before[1:]
		default:
			come, after = append(come, after[0]), after[1:]
		}
	}
	return append(gone, before...), append(come, after...)
}

func (c *conn) remove(t *table, row store.Row) (store.Applied, error) {
	old, err := c.meet(t, row.ID)
	if err != nil {
		return store.Applied{}, err
	}
	if row.Version != 0 && row.Version != old.version {
		return store.Applied{}, fmt.Errorf("%w: version %d is stored, not %d", store.ErrConflict, old.version, row.Version)
	}
	return store.Applied{N: old.n, Done: true}, c.erase(t, row.ID, old)
}

func (c *conn) erase(t *table, id string, old stored) error {
	if err := c.dropTags(t, id, old.sort, old.tags); err != nil {
		return err
	}
	_, err := c.exec(t.remove, old.rid)
	return err
}

// load writes rows as they are, for Engine.Load.
func (c *conn) load(t *table, rows []store.Row) error {
	for _, row := range rows {
		if err := c.loadRow(t, row); err != nil {
			return fmt.Errorf("sqlite: %s %s: %w", t.Name, row.ID, err)
		}
	}
	return nil
}

func (c *conn) loadRow(t *table, row store.Row) error {
	switch old, err := c.meet(t, row.ID); {
	case err == nil:
		if err := c.erase(t, row.ID, old); err != nil {
			return err
		}
	case !errors.Is(err, store.ErrNotFound):
		return err
	}
	if len(row.Tags) > 0 && !t.Tagged {
		return fmt.Errorf("sqlite: table %s keeps no tags", t.Name)
	}
	if _, err := c.put(t, t.insert, row); err != nil {
		return err
	}
	series, _ := row.Keys["series"].(string)
	if row.N == 0 || series == "" {
		return nil
	}
	result, err := c.exec("INSERT OR IGNORE INTO _numbers(series, n, id) VALUES (?, ?, ?)", series, row.N, row.ID)
	if err != nil {
		return err
	}
	if fresh, err := result.RowsAffected(); err != nil || fresh > 0 {
		return err
	}
	holder := ""
	err = c.query(context.Background(), func(v []driver.Value) error {
		holder, _ = v[0].(string)
		return nil
	}, "SELECT id FROM _numbers WHERE series = ? AND n = ?", series, row.N)
	if err == nil && holder != row.ID {
		err = fmt.Errorf("%w: number %d of series %s belongs to %s", store.ErrExists, row.N, series, holder)
	}
	return err
}
