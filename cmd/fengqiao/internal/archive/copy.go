package archive

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"fengqiao/internal/store"
)

// ErrNotEmpty: the target holds something already.
var ErrNotEmpty = errors.New("archive: the target is not empty")

// Options of a copy.
type Options struct {
	// Force copies into a target that holds something; rows of the same id are replaced. It is for taking up a copy
	// that broke off: what else the target holds makes the comparison fail.
	Force bool
	// Leave names tables that are not copied.
	Leave []string
}

// Copied is what a copy came to.
type Copied struct {
	Sums  Sums
	Media MediaSum
}

// Copy brings everything from one place into another: tables in the order of store.Tables, so that what others point to
// is there first, then photos. Afterwards the target is read back and compared, and every case's chain is verified there.
// Nobody may write to either meanwhile.
func Copy(ctx context.Context, from, to Place, o Options, progress Progress) (Copied, error) {
	var done Copied
	if !o.Force {
		empty, err := Empty(ctx, to.Engine)
		if err != nil {
			return done, err
		}
		if !empty {
			return done, ErrNotEmpty
		}
	}
	done.Sums = Sums{}
	for _, t := range store.Tables() {
		if slices.Contains(o.Leave, t.Name) {
			done.Sums[t.Name] = (&summer{}).result()
			continue
		}
		sum, err := copyTable(ctx, t.Name, from.Engine, to.Engine, progress)
		if err != nil {
			return done, fmt.Errorf("archive: copy %s: %w", t.Name, err)
		}
		done.Sums[t.Name] = sum
	}
	var err error
	if done.Media, err = copyMedia(ctx, from, from, to.Blobs, nothingTaken, progress); err != nil {
		return done, err
	}
	there, err := SumsOf(ctx, to.Engine, func(what string, n, total int64) { progress("compare "+what, n, total) })
	if err != nil {
		return done, err
	}
	if err := Compare(done.Sums, there); err != nil {
		return done, err
	}
	found, err := verify(ctx, to, Held{}, from.Blobs, progress)
	if err == nil {
		err = found.Err()
	}
	return done, err
}

func copyTable(ctx context.Context, name string, from, to store.Engine, progress Progress) (Sum, error) {
	var s summer
	rows := make([]store.Row, 0, batch)
	flush := func() error {
		if len(rows) == 0 {
			return nil
		}
		err := to.Load(ctx, name, rows)
		rows = rows[:0]
		return err
	}
	progress(name, 0, 0)
	err := from.Walk(ctx, name, func(r store.Row) error {
		s.add(name, r)
		rows = append(rows, r)
		if len(rows) < batch {
			return nil
		}
		progress(name, s.rows, 0)
		return flush()
	})
	if err == nil {
		err = flush()
	}
	progress(name, s.rows, 0)
	return s.result(), err
}
