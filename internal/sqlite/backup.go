package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	vendor "modernc.org/sqlite"
)

// backupStep is how many pages are copied between two looks at the context.
const backupStep = 256

// source is the driver's way to its backup interface.
type source interface {
	NewBackup(target string) (*vendor.Backup, error)
}

// Backup implements store.Engine, while readers and the writer go on: dir gets fengqiao.db and apart gets keys.db, which
// New can open. progress is given bytes. The keys are copied behind the records, so that every record of the copy finds
// the key it was sealed with; keys destroyed in between are missing, as they should be.
func (e *Engine) Backup(ctx context.Context, dir, apart string, progress func(done, total int64)) error {
	if err := e.enter(); err != nil {
		return err
	}
	defer e.leave()
	jobs := []struct {
		from   *file
		target string
	}{{&e.main, filepath.Join(dir, mainName)}, {&e.apart, filepath.Join(apart, apartName)}}
	var sizes [2]int64
	report := func(i int, done, total int64) {
		sizes[i] = total
		if i == 1 {
			done += sizes[0]
		}
		if progress != nil {
			progress(done, sizes[0]+sizes[1])
		}
	}
	for i, job := range jobs {
		if info, err := os.Stat(job.from.path); err == nil {
			sizes[i] = info.Size()
		}
	}
	for i, job := range jobs {
		if _, err := os.Stat(job.target); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("sqlite: backup: %s must not exist yet (%v)", job.target, err)
		}
		if err := job.from.copyTo(ctx, job.target, func(done, total int64) { report(i, done, total) }); err != nil {
			return fmt.Errorf("sqlite: backup of %s: %w", job.from.path, fault(err))
		}
	}
	return nil
}

// copyTo copies the file as it is now. The read transaction that it holds meanwhile keeps the copy from starting anew
// whenever somebody writes.
func (f *file) copyTo(ctx context.Context, target string, progress func(done, total int64)) (err error) {
	c, err := connect(ctx, f.path, "query_only(1)")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	if _, err := c.exec("BEGIN"); err != nil {
		return err
	}
	pageSize := int64(0)
	err = c.query(ctx, func(v []driver.Value) error {
		pageSize, _ = v[1].(int64)
		return nil
	}, "SELECT m.value, p.page_size FROM _meta m, pragma_page_size p WHERE m.name = 'schema'")
	if err != nil {
		return err
	}
	from, ok := c.raw.(source)
	if !ok {
		return errors.New("the driver makes no backups")
	}
	b, err := from.NewBackup(location(target, nil))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Finish()) }()
	for more := true; more; {
		if err := ctx.Err(); err != nil {
			return err
		}
		if more, err = b.Step(backupStep); err != nil {
			return err
		}
		total := int64(b.PageCount()) * pageSize
		progress(total-int64(b.Remaining())*pageSize, total)
	}
	return nil
}
