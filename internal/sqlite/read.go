package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"fengqiao/internal/store"
)

// readers lends connections that cannot write. Each is used by one caller at a time.
type readers struct {
	free   chan *conn
	wanted chan *conn // goes before free: where the writer waits to keep connections back
}

// openReaders opens n reading connections; those of an unfinished attempt are closed.
func openReaders(ctx context.Context, path string, n int) (*readers, error) {
	pool := &readers{free: make(chan *conn, n), wanted: make(chan *conn)}
	for range n {
		c, err := connect(ctx, path, "query_only(1)", "cache_size(-4096)")
		if err != nil {
			return nil, errors.Join(err, pool.close(len(pool.free)))
		}
		pool.free <- c
	}
	return pool, nil
}

// close closes n connections, waiting for those that are lent.
func (pool *readers) close(n int) error {
	var errs []error
	for range n {
		errs = append(errs, (<-pool.free).close())
	}
	return errors.Join(errs...)
}

func (pool *readers) giveBack(c *conn) {
	select {
	case pool.wanted <- c:
	default:
		pool.free <- c
	}
}

// hold keeps all connections back, or as many as come home within patience, until the returned function is called. It
// waits for those who are reading, not for those who wait to read.
func (pool *readers) hold(patience time.Duration) (release func()) {
	var held []*conn
	timer := time.NewTimer(patience)
	defer timer.Stop()
	late := false
	for !late && len(held) < cap(pool.free) {
		select {
		case c := <-pool.wanted:
			held = append(held, c)
		case c := <-pool.free:
			held = append(held, c)
		case <-timer.C:
			late = true
		}
	}
	return func() {
		for _, c := range held {
			pool.free <- c
		}
	}
}

// with lends a connection to fn. What fn answers, the caller's deadline included, gets its store meaning.
func (pool *readers) with(ctx context.Context, fn func(*conn) error) error {
	if err := ctx.Err(); err != nil {
		return fault(err)
	}
	select {
	case c := <-pool.free:
		defer pool.giveBack(c)
		return fault(fn(c))
	case <-ctx.Done():
		return fault(ctx.Err())
	}
}

// Get implements store.Engine.
func (e *Engine) Get(ctx context.Context, name, id string) (row store.Row, err error) {
	err = e.read(name, func(t *table, f *file) error {
		return f.readers.with(ctx, func(c *conn) error {
			found := false
			// A look-up by id is too short to be worth the driver's watch over the context.
			err := c.query(context.Background(), func(v []driver.Value) (err error) {
				found = true
				row, err = t.scan(v)
				return err
			}, t.get, id)
			if err == nil && !found {
				err = fmt.Errorf("sqlite: %s %s: %w", t.Name, id, store.ErrNotFound)
			}
			return err
		})
	})
	return row, err
}

// idChunk bounds the ids of one statement of GetMany.
const idChunk = 256

// GetMany implements store.Engine.
func (e *Engine) GetMany(ctx context.Context, name string, ids []string) (rows []store.Row, err error) {
	ids = distinct(ids)
	err = e.read(name, func(t *table, f *file) error {
		for len(ids) > 0 {
			n := min(len(ids), idChunk)
			part := make([]any, n)
			for i, id := range ids[:n] {
				part[i] = id
			}
			ids = ids[n:]
			s := &search{t: t}
			s.in("t.id", part)
			found, err := f.rows(ctx, t, "SELECT "+t.columns+", t.tags, t.body"+s.from(true), s.args)
			if err != nil {
				return err
			}
			rows = append(rows, found...)
		}
		return nil
	})
	return rows, err
}

// Find implements store.Engine.
func (e *Engine) Find(ctx context.Context, q store.Query) (rows []store.Row, err error) {
	err = e.read(q.Table, func(t *table, f *file) error {
		s, err := find(t, q)
		if err != nil || s.none {
			return err
		}
		rows, err = f.rows(ctx, t, s.text, s.args)
		return err
	})
	return rows, err
}

// rows runs a statement that answers rows.
func (f *file) rows(ctx context.Context, t *table, text string, args []any) (rows []store.Row, err error) {
	err = f.readers.with(ctx, func(c *conn) error {
		return c.query(ctx, func(v []driver.Value) error {
			row, err := t.scan(v)
			rows = append(rows, row)
			return err
		}, text, args...)
	})
	if err != nil {
		return nil, err
	}
	return rows, nil
}

// Count implements store.Engine.
func (e *Engine) Count(ctx context.Context, q store.Query, most int) (n int, err error) {
	err = e.read(q.Table, func(t *table, f *file) error {
		s, err := count(t, q, most)
		if err != nil || s.none || most <= 0 {
			return err
		}
		return f.readers.with(ctx, func(c *conn) error {
			found, err := c.integer(ctx, s.text, s.args...)
			n = int(found)
			return err
		})
	})
	return n, err
}

// Walk implements store.Engine. It reads through a connection of its own, so that fn may use the engine, and in one
// transaction, so that what is written meanwhile stays out of sight.
func (e *Engine) Walk(ctx context.Context, name string, fn func(store.Row) error) error {
	return e.read(name, func(t *table, f *file) (err error) {
		c, err := connect(ctx, f.path, "query_only(1)", "cache_size(-1024)")
		if err != nil {
			return err
		}
		defer func() {
			if e := c.close(); err == nil {
				err = fault(e)
			}
		}()
		var stop error
		err = c.query(ctx, func(v []driver.Value) error {
			row, err := t.scan(v)
			if err != nil {
				return err
			}
			stop = fn(row)
			return stop
		}, "SELECT "+t.columns+", t.tags, t.body FROM "+t.name+" t ORDER BY t.id")
		if stop != nil {
			return stop
		}
		return fault(err)
	})
}
