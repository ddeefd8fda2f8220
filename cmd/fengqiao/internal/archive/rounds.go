package archive

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"fengqiao/internal/seal"
)

// Rounds makes backups of a running installation again and again and keeps the newest. Each has a folder under Dir, named by its
// moment, and one of the same name under Wraps, which is best on another disk.
type Rounds struct {
	Dir, Wraps string
	Every      time.Duration
	Keep       int // backups, at least 1
	Program    string
	Key        seal.KEK // the installation key
	Scratch    string   // as in Job
}

// roundName names a backup's folder by its moment, in order of time.
const roundName = "2006-01-02T15-04-05Z"

// Pass makes a backup if the newest is older than Every, and removes what is beyond Keep. made is false if none was due. What did not
// change since the newest is taken over from it; if it is of no use for that, everything is written, and m.Whole says why.
func (r Rounds) Pass(ctx context.Context, from Place, now time.Time) (m Made, made bool, err error) {
	whole, _, err := r.list(now)
	if err != nil {
		return m, false, err
	}
	if n := len(whole); n > 0 && now.Sub(whole[n-1]) < r.Every {
		return m, false, nil
	}
	name := now.UTC().Format(roundName)
	job := Job{Dir: filepath.Join(r.Dir, name), Wraps: filepath.Join(r.Wraps, name), Scratch: r.Scratch, Key: r.Key, Program: r.Program, Now: now}
	var unfit error
	if n := len(whole); n > 0 {
		job.Earlier, unfit = OpenEarlier(ctx, filepath.Join(r.Dir, whole[n-1].Format(roundName)), r.Key)
	}
	if m, err = job.Make(ctx, from, func(string, int64, int64) {}); err != nil {
		return m, false, errors.Join(err, os.RemoveAll(job.Dir), os.RemoveAll(job.Wraps))
	}
	m.Whole = unfit
	return m, true, r.prune(now)
}

// list returns the moments of complete backups and of what broken ones left, the oldest first. What is not ours is neither, nor is a
// backup of the future: a clock that was ahead once must not keep the next ones from being made.
func (r Rounds) list(now time.Time) (whole, broken []time.Time, err error) {
	entries, err := os.ReadDir(r.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("archive: %w", err)
	}
	for _, e := range entries {
		at, err := time.Parse(roundName, e.Name())
		if err != nil || at.After(now) {
			continue
		}
		if _, err := os.Stat(filepath.Join(r.Dir, e.Name(), manifestFile)); err != nil {
			broken = append(broken, at)
		} else {
			whole = append(whole, at)
		}
	}
	slices.SortFunc(whole, time.Time.Compare)
	return whole, broken, nil
}

// prune removes the oldest backups beyond Keep, and broken ones, of which a newer one is complete.
func (r Rounds) prune(now time.Time) error {
	whole, broken, err := r.list(now)
	if err != nil {
		return err
	}
	gone := append(whole[:max(0, len(whole)-r.Keep)], broken...)
	var errs []error
	for _, at := range gone {
		for _, under := range []string{r.Dir, r.Wraps} {
			errs = append(errs, os.RemoveAll(filepath.Join(under, at.Format(roundName))))
		}
	}
	return errors.Join(errs...)
}
