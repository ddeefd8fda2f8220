package archive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"fengqiao/internal/store"
)

// ErrWrittenMeanwhile: the store changed while it was read row by row, again and again, so no copy of it is of one moment.
var ErrWrittenMeanwhile = errors.New("archive: somebody wrote while the backup was made")

// rowTries is how often the store is read before it is given up.
const rowTries = 3

// copyRows makes the copy for a store that makes none of itself: every table is walked into files of SQLite. It begins with what the
// earlier backup has, and changes the rows that differ alone, so that most pages stay as they were there.
func (m *making) copyRows(ctx context.Context, from store.Engine, staged string) (Sums, error) {
	if m.Earlier.packs() != nil {
		err := m.Earlier.records.unpack(ctx, m.Earlier.dir, staged, m.progress)
		if err == nil {
			var sums Sums
			if sums, err = m.oneMoment(ctx, from, staged); err == nil {
				return sums, nil
			}
		}
		if errors.Is(err, ErrWrittenMeanwhile) || ctx.Err() != nil {
			return nil, err
		}
		// The earlier backup is damaged, or its rows are in the way of others: a name that went from one to another, say.
		for _, dir := range []string{staged, m.Wraps} {
			if err := emptyFolder(dir); err != nil {
				return nil, err
			}
		}
	}
	return m.oneMoment(ctx, from, staged)
}

// oneMoment walks the store until nobody writes meanwhile, and returns what was read. A walk is of no one moment, so the store is read
// once more behind it. Where both readings agree, no row changed between them, because a row's version only grows, and the copy is
// what the store held when the first ended. What came and went between the two and left no trace in any other row is not seen.
func (m *making) oneMoment(ctx context.Context, from store.Engine, staged string) (Sums, error) {
	for try := 1; ; try++ {
		said := m.progress
		if try > 1 {
			said = func(what string, done, total int64) {
				m.progress(fmt.Sprintf("attempt %d of %d, because somebody wrote: %s", try, rowTries, what), done, total)
			}
		}
		walked, err := walkInto(ctx, from, staged, m.Wraps, said)
		if err != nil {
			return nil, err
		}
		now, err := SumsOf(ctx, from, func(what string, n, total int64) { said("read again "+what, n, total) })
		if err != nil {
			return nil, err
		}
		moved := differing(walked, now)
		if len(moved) == 0 {
			return walked, nil
		}
		if try == rowTries {
			return nil, fmt.Errorf("%w (%s). Stop the servers for as long as it takes, or use the vendor's tool, which copies one moment: mongodump --oplog",
				ErrWrittenMeanwhile, strings.Join(moved, ", "))
		}
	}
}

// differing names the tables that two readings have otherwise.
func differing(a, b Sums) []string {
	var names []string
	for _, t := range store.Tables() {
		if a[t.Name] != b[t.Name] {
			names = append(names, t.Name)
		}
	}
	return names
}

// walkInto makes files hold what a store holds, and returns what was read.
func walkInto(ctx context.Context, from store.Engine, staged, wraps string, progress Progress) (sums Sums, err error) {
	files, err := openFiles(ctx, staged, wraps)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, files.Engine.Close()) }()
	sums = Sums{}
	for _, t := range store.Tables() {
		if sums[t.Name], err = follow(ctx, t.Name, from, files.Engine, progress); err != nil {
			return nil, fmt.Errorf("archive: copy %s: %w", t.Name, err)
		}
	}
	return sums, nil
}

// follow changes a table of to into what that of from is. Both are walked in the order of ids, side by side.
func follow(ctx context.Context, name string, from, to store.Engine, progress Progress) (Sum, error) {
	next, stop := iter.Pull2(walked(ctx, name, to))
	defer stop()
	var s summer
	c := changes{table: name, to: to}
	old, failed, more := next()
	pass := func() { old, failed, more = next() }
	err := from.Walk(ctx, name, func(r store.Row) error {
		s.add(name, r)
		progress(name, s.rows, 0)
		for ; more && failed == nil && old.ID < r.ID; pass() {
			c.gone = append(c.gone, store.Write{Table: name, Op: store.Delete, Row: store.Row{ID: old.ID}})
		}
		if more && failed == nil && old.ID == r.ID {
			same := bytes.Equal(digest(name, old), digest(name, r))
			if pass(); same {
				return failed
			}
		}
		c.rows = append(c.rows, r)
		return errors.Join(failed, c.flush(ctx, batch))
	})
	for ; more && failed == nil && err == nil; pass() {
		c.gone = append(c.gone, store.Write{Table: name, Op: store.Delete, Row: store.Row{ID: old.ID}})
		err = c.flush(ctx, batch)
	}
	return s.result(), errors.Join(err, failed, c.flush(ctx, 1))
}

// walked is a table's rows in the order of their ids. An error is its last element.
func walked(ctx context.Context, name string, e store.Engine) iter.Seq2[store.Row, error] {
	return func(yield func(store.Row, error) bool) {
		enough := errors.New("archive: enough")
		err := e.Walk(ctx, name, func(r store.Row) error {
			if !yield(r, nil) {
				return enough
			}
			return nil
		})
		if err != nil && !errors.Is(err, enough) {
			yield(store.Row{}, err)
		}
	}
}

// changes are rows of a table that are still to be written: those that are gone before the others, whose place they may be in.
type changes struct {
	table string
	to    store.Engine
	gone  []store.Write
	rows  []store.Row
}

// flush writes them if there are as many as that.
func (c *changes) flush(ctx context.Context, most int) error {
	if len(c.gone)+len(c.rows) < most {
		return nil
	}
	if _, err := c.to.Apply(ctx, c.gone...); err != nil {
		return err
	}
	err := c.to.Load(ctx, c.table, c.rows)
	c.gone, c.rows = nil, nil
	return err
}

func emptyFolder(dir string) error {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		err = errors.Join(err, os.RemoveAll(filepath.Join(dir, e.Name())))
	}
	if err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	return nil
}
