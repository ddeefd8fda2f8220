package archive

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"fengqiao/internal/store"
)

// ErrWrittenMeanwhile: the store changed while it was read row by row, again and again, so no copy of it is of one moment.
var ErrWrittenMeanwhile = errors.New("archive: somebody wrote while the backup was made")

// rowTries is how often a copy by rows is begun before it is given up.
const rowTries = 3

// copyRows makes the copy for a store that makes none of itself: every table is walked into files of SQLite. Such a walk is of no
// one moment, so the store is read once more behind it. Where both readings agree, no row changed between them, because a row's
// version only grows, and the copy is what the store held when the first ended. What came and went between the two and left no
// trace in any other row is not seen.
func copyRows(ctx context.Context, from store.Engine, staged, wraps string, progress Progress) (Sums, error) {
	for try := 1; ; try++ {
		said := progress
		if try > 1 {
			said = func(what string, done, total int64) {
				progress(fmt.Sprintf("attempt %d of %d, because somebody wrote: %s", try, rowTries, what), done, total)
			}
		}
		walked, err := copyRowsOnce(ctx, from, staged, wraps, said)
		if !errors.Is(err, ErrWrittenMeanwhile) || try == rowTries {
			return walked, err
		}
		for _, dir := range []string{staged, wraps} {
			if err := emptyFolder(dir); err != nil {
				return nil, err
			}
		}
	}
}

func copyRowsOnce(ctx context.Context, from store.Engine, staged, wraps string, progress Progress) (Sums, error) {
	walked, err := walkInto(ctx, from, staged, wraps, progress)
	if err != nil {
		return nil, err
	}
	now, err := SumsOf(ctx, from, func(what string, n, total int64) { progress("read again "+what, n, total) })
	if err != nil {
		return nil, err
	}
	var moved []string
	for _, t := range store.Tables() {
		if walked[t.Name] != now[t.Name] {
			moved = append(moved, t.Name)
		}
	}
	if len(moved) > 0 {
		return nil, fmt.Errorf("%w (%s). Stop the servers for as long as it takes, or use the vendor's tool, which copies one moment: mongodump --oplog",
			ErrWrittenMeanwhile, strings.Join(moved, ", "))
	}
	return walked, nil
}

// walkInto copies every table into new files and returns what was read.
func walkInto(ctx context.Context, from store.Engine, staged, wraps string, progress Progress) (sums Sums, err error) {
	files, err := openFiles(ctx, staged, wraps)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, files.Engine.Close()) }()
	sums = Sums{}
	for _, t := range store.Tables() {
		if sums[t.Name], err = copyTable(ctx, t.Name, from, files.Engine, progress); err != nil {
			return nil, fmt.Errorf("archive: copy %s: %w", t.Name, err)
		}
	}
	return sums, nil
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
