// Package sqlite is the embedded store.Engine: SQLite in WAL mode with synchronous=FULL, one writer a file that groups
// concurrent commits (see commit.go), and a pool of readers beside it. It needs nothing but a folder on a local disk
// (WAL does not work on network file systems).
package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	vendor "modernc.org/sqlite"

	"fengqiao/internal/store"
)

// The files' names in the engine's folder and in a backup.
const (
	mainName  = "fengqiao.db"
	apartName = "keys.db"
)

// Engine implements store.Engine.
type Engine struct {
	main, apart file
	tables      map[string]*table
	readers     int

	mu     sync.Mutex
	open   bool
	active sync.WaitGroup // calls under way; grows only under mu while open
}

var _ store.Engine = (*Engine)(nil)

// file is one database with its connections.
type file struct {
	path    string
	writer  *writer
	readers *readers
}

// Option changes how New sets the engine up.
type Option func(*Engine)

// WithApart keeps the Apart tables' file in another folder than dir/apart, on another disk for instance.
func WithApart(dir string) Option {
	return func(e *Engine) { e.apart.path = filepath.Join(dir, apartName) }
}

// WithReaders sets how many reading connections each file has. The default is two for each processor, 4 to 16.
func WithReaders(n int) Option {
	return func(e *Engine) { e.readers = max(1, n) }
}

// New makes an engine that keeps its files in dir: fengqiao.db, and apart/keys.db for Apart tables. Nothing is touched
// before Open.
func New(dir string, opts ...Option) (*Engine, error) {
	e := &Engine{
		main:    file{path: filepath.Join(dir, mainName)},
		apart:   file{path: filepath.Join(dir, "apart", apartName)},
		readers: min(max(4, 2*runtime.GOMAXPROCS(0)), 16),
	}
	for _, opt := range opts {
		opt(e)
	}
	// A later change of the working folder must not move the files.
	for _, f := range []*file{&e.main, &e.apart} {
		var err error
		if f.path, err = filepath.Abs(f.path); err != nil {
			return nil, fmt.Errorf("sqlite: %w", err)
		}
	}
	return e, nil
}

// Exists tells whether there is a database in the folder. It makes nothing.
func (e *Engine) Exists(context.Context) (bool, error) {
	_, err := os.Stat(e.main.path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("sqlite: %w", err)
	}
	return true, nil
}

// Open implements store.Engine. It makes the folders and files where they are missing, and refuses files written by a
// newer release.
func (e *Engine) Open(ctx context.Context, defs []store.Table) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.tables != nil {
		return errors.New("sqlite: Open was called before")
	}
	tables := map[string]*table{}
	var kept, apart []*table
	for _, def := range defs {
		t, err := newTable(def)
		if err != nil {
			return err
		}
		if tables[def.Name] != nil {
			return fmt.Errorf("sqlite: table %s is listed twice", def.Name)
		}
		tables[def.Name] = t
		if def.Apart {
			apart = append(apart, t)
		} else {
			kept = append(kept, t)
		}
	}
	// fdatasync makes a commit as durable as fsync and does not wait for the time stamp; builds of SQLite for Linux use
	// it, this driver leaves the choice to the process. Where the system has no such call, fsync remains.
	if _, err := vendor.Fdatasync(true); err != nil && !errors.Is(err, vendor.ErrFdatasyncUnavailable) {
		return fmt.Errorf("sqlite: %w", err)
	}
	if err := e.main.open(ctx, e.readers, kept, "cache_size(-32768)"); err != nil {
		return err
	}
	// What is erased here must not linger in free pages: erasing a person means destroying a key.
	if err := e.apart.open(ctx, e.readers, apart, "cache_size(-4096)", "secure_delete(1)"); err != nil {
		return errors.Join(err, e.main.close(e.readers))
	}
	e.tables, e.open = tables, true
	return nil
}

func (f *file) open(ctx context.Context, n int, tables []*table, pragmas ...string) error {
	if err := os.MkdirAll(filepath.Dir(f.path), 0o700); err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	c, err := connect(ctx, f.path, append(pragmas, checkpointPragmas...)...)
	if err != nil {
		return err
	}
	if err := prepareFile(ctx, c, f.path, tables); err != nil {
		return errors.Join(err, c.close())
	}
	if f.readers, err = openReaders(ctx, f.path, n); err != nil {
		return errors.Join(err, c.close())
	}
	f.writer = startWriter(c, f.readers)
	return nil
}

// close ends the writer behind the readers, because SQLite moves the log into the file when its last connection goes.
func (f *file) close(n int) error {
	return errors.Join(f.readers.close(n), f.writer.stop())
}

// enter admits a call while the engine is open; leave ends it.
func (e *Engine) enter() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.open {
		return fmt.Errorf("%w: %w", store.ErrUnavailable, errClosed)
	}
	e.active.Add(1)
	return nil
}

func (e *Engine) leave() { e.active.Done() }

// read runs fn with the table and its file while the engine is open.
func (e *Engine) read(name string, fn func(*table, *file) error) error {
	if err := e.enter(); err != nil {
		return err
	}
	defer e.leave()
	t := e.tables[name]
	if t == nil {
		return fmt.Errorf("sqlite: no table %q", name)
	}
	return fn(t, e.file(t))
}

func (e *Engine) file(t *table) *file {
	if t.Apart {
		return &e.apart
	}
	return &e.main
}

// Atomic implements store.Engine: Apply is all or nothing.
func (e *Engine) Atomic() bool { return true }

// Apply implements store.Engine. The writes must stay unchanged even after an ErrUncertain.
func (e *Engine) Apply(ctx context.Context, writes ...store.Write) ([]store.Applied, error) {
	if len(writes) == 0 {
		return nil, nil
	}
	var applied []store.Applied
	err := e.read(writes[0].Table, func(first *table, f *file) (err error) {
		tables := make([]*table, len(writes))
		for i, w := range writes {
			t := e.tables[w.Table]
			if t == nil {
				return fmt.Errorf("sqlite: no table %q", w.Table)
			}
			if t.Apart != first.Apart {
				return fmt.Errorf("sqlite: %s and %s cannot be written together: one of them is kept apart", first.Name, t.Name)
			}
			tables[i] = t
		}
		applied, err = f.writer.submit(ctx, func(c *conn) ([]store.Applied, error) {
			done := make([]store.Applied, len(writes))
			for i, w := range writes {
				var err error // the writer's own: the caller may be gone
				if done[i], err = c.change(tables[i], w); err != nil {
					return nil, err
				}
			}
			return done, nil
		})
		return err
	})
	return applied, err
}

// Load implements store.Engine. The rows of one call are stored all or not at all.
func (e *Engine) Load(ctx context.Context, name string, rows []store.Row) error {
	if len(rows) == 0 {
		return nil
	}
	return e.read(name, func(t *table, f *file) error {
		_, err := f.writer.submit(ctx, func(c *conn) ([]store.Applied, error) { return nil, c.load(t, rows) })
		return err
	})
}

// Ping implements store.Engine: both files answer a read.
func (e *Engine) Ping(ctx context.Context) error {
	if err := e.enter(); err != nil {
		return err
	}
	defer e.leave()
	for _, f := range []*file{&e.main, &e.apart} {
		err := f.readers.with(ctx, func(c *conn) error {
			return c.query(ctx, func([]driver.Value) error { return nil }, "SELECT value FROM _meta WHERE name = 'schema'")
		})
		if err != nil {
			return fmt.Errorf("sqlite: ping %s: %w", f.path, asUnavailable(err))
		}
	}
	return nil
}

// asUnavailable is for answers that know no other error.
func asUnavailable(err error) error {
	if errors.Is(err, store.ErrUnavailable) {
		return err
	}
	return fmt.Errorf("%w: %w", store.ErrUnavailable, err)
}

// Close implements store.Engine. Calls under way are answered first; later ones get ErrUnavailable. Closing twice, or
// what was never opened, does nothing.
func (e *Engine) Close() error {
	e.mu.Lock()
	open := e.open
	e.open = false
	e.mu.Unlock()
	if !open {
		return nil
	}
	e.active.Wait()
	return errors.Join(e.main.close(e.readers), e.apart.close(e.readers))
}
