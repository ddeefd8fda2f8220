package sqlite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	vendor "modernc.org/sqlite"

	"fengqiao/internal/store"
)

// hold occupies the writer of f until the returned function is called, so that a test decides when a batch begins.
func hold(f *file) (release func()) {
	started, end := make(chan struct{}), make(chan struct{})
	go func() {
		_, _ = f.writer.submit(context.Background(), func(*conn) ([]store.Applied, error) { // nothing to answer
			close(started)
			<-end
			return nil, nil
		})
	}()
	<-started
	return func() { close(end) }
}

// queued waits until n requests stand in the queue.
func queued(f *file, n int) {
	for {
		f.writer.mu.Lock()
		have := len(f.writer.queue)
		f.writer.mu.Unlock()
		if have >= n {
			return
		}
	}
}

func TestAFailingWriteLeavesItsNeighboursInTheBatchAlone(t *testing.T) {
	e := opened(t, t.TempDir())
	ctx := context.Background()
	release := hold(&e.main)
	errs := make([]error, 9)
	var group sync.WaitGroup
	for i := range errs {
		group.Go(func() {
			writes := report(int64(i))
			if i%3 == 1 { // fails behind a write that succeeded
				writes = append(writes, store.Write{Table: "cases", Op: store.Replace, Row: store.Row{ID: "nobody", Version: 1}})
			}
			_, errs[i] = e.Apply(ctx, writes...)
		})
	}
	queued(&e.main, len(errs))
	release()
	group.Wait()
	for i, err := range errs {
		_, got := e.Get(ctx, "reports", report(int64(i))[0].Row.ID)
		if i%3 == 1 {
			if !errors.Is(err, store.ErrNotFound) || !errors.Is(got, store.ErrNotFound) {
				t.Errorf("failing write %d: %v; its row: %v", i, err, got)
			}
		} else if err != nil || got != nil {
			t.Errorf("write %d: %v; its row: %v", i, err, got)
		}
	}
}

func TestAWriteWhoseCallerLeavesInTimeIsWithdrawn(t *testing.T) {
	e := opened(t, t.TempDir())
	release := hold(&e.main)
	ctx, leave := context.WithCancel(context.Background())
	answer := make(chan error)
	go func() {
		_, err := e.Apply(ctx, report(1)...)
		answer <- err
	}()
	queued(&e.main, 1)
	leave()
	if err := <-answer; !errors.Is(err, store.ErrUnavailable) || !errors.Is(err, context.Canceled) {
		t.Errorf("answer: %v", err)
	}
	release()
	if _, err := e.Apply(context.Background(), report(2)...); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Get(context.Background(), "reports", report(1)[0].Row.ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the withdrawn report: %v", err)
	}
}

func TestAWriteWhoseCallerLeavesTooLateIsUncertain(t *testing.T) {
	e := opened(t, t.TempDir())
	ctx, leave := context.WithCancel(context.Background())
	started, end := make(chan struct{}), make(chan struct{})
	answer := make(chan error)
	go func() {
		_, err := e.main.writer.submit(ctx, func(*conn) ([]store.Applied, error) {
			close(started)
			<-end
			return nil, nil
		})
		answer <- err
	}()
	<-started
	leave()
	if err := <-answer; !errors.Is(err, store.ErrUncertain) || !errors.Is(err, context.Canceled) {
		t.Errorf("answer: %v", err)
	}
	close(end)
}

func TestCloseAnswersEveryoneAndLosesNothing(t *testing.T) {
	dir := t.TempDir()
	e := fresh(t, dir)
	if err := e.Open(context.Background(), intake); err != nil {
		t.Fatal(err)
	}
	release := hold(&e.main)
	const writers = 40
	errs := make([]error, writers)
	var group sync.WaitGroup
	for i := range writers {
		group.Go(func() { _, errs[i] = e.Apply(context.Background(), report(int64(i))...) })
	}
	queued(&e.main, writers)
	closed := make(chan error)
	go func() { closed <- e.Close() }()
	release()
	group.Wait()
	if err := <-closed; err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(errs...); err != nil {
		t.Fatalf("handed over before Close: %v", err)
	}
	if _, err := e.Apply(context.Background(), report(99)...); !errors.Is(err, store.ErrUnavailable) {
		t.Fatalf("after Close: %v", err)
	}
	if _, err := e.Get(context.Background(), "reports", "x"); !errors.Is(err, store.ErrUnavailable) {
		t.Fatalf("after Close: %v", err)
	}
	if err := e.Ping(context.Background()); !errors.Is(err, store.ErrUnavailable) {
		t.Fatalf("after Close: %v", err)
	}
	again := opened(t, dir)
	if n, err := again.Count(context.Background(), store.Query{Table: "reports"}, 1000); err != nil || n != writers {
		t.Fatalf("%d of %d reports are there: %v", n, writers, err)
	}
}

// While another process holds the write lock, writers are told so once busy_timeout is over, and go on afterwards.
func TestALockedFileIsUnavailableAndThenGoesOn(t *testing.T) {
	dir := t.TempDir()
	e := opened(t, dir)
	writerSays(t, &e.main, "PRAGMA busy_timeout = 20")
	other, err := connect(context.Background(), filepath.Join(dir, mainName))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := other.close(); err != nil {
			t.Error(err)
		}
	}()
	if _, err := other.exec("BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Apply(context.Background(), report(1)...); !errors.Is(err, store.ErrUnavailable) {
		t.Fatalf("locked: %v", err)
	}
	if _, err := other.exec("ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Apply(context.Background(), report(1)...); err != nil {
		t.Fatalf("free again: %v", err)
	}
}

func TestOnlyAnInputOutputErrorLeavesACommitInDoubt(t *testing.T) {
	dir := t.TempDir()
	e := opened(t, dir)
	_, err := e.main.writer.c.exec("SELECT * FROM nothing") // safe: the writer has nothing to do
	var plain *vendor.Error
	if !errors.As(err, &plain) {
		t.Fatalf("a driver's error is %T", err)
	}
	if got := commitFault(err); got != store.ErrUncertain {
		t.Errorf("an error of no known kind: %v", got)
	}
	writerSays(t, &e.main, "PRAGMA max_page_count = 1")
	big := report(5)
	big[0].Row.Body = make([]byte, 500_000)
	_, err = e.Apply(context.Background(), big...)
	if got := commitFault(err); got != store.ErrUnavailable {
		t.Errorf("a full disk: %v", got)
	}
}

func TestOldAndWithdrawnReleasesOfSQLiteAreRefused(t *testing.T) {
	for version, fit := range map[string]bool{
		"3.50.4": false, "3.51.2": false, "3.51.3": true, "3.51.10": true, "3.52.0": false, "3.53.0": true, "3.54.1": true, "4.0.0": true, "": false,
	} {
		if err := fitVersion(version); (err == nil) != fit {
			t.Errorf("%s: %v", version, err)
		}
	}
}

func TestNamesThatCouldNotStandInSQLAreRefused(t *testing.T) {
	for _, def := range []store.Table{
		{Name: `x"; DROP TABLE reports; --`}, {Name: ""}, {Name: "Cases"}, {Name: "_meta"}, {Name: "sqlite_schema"},
		{Name: "x", Keys: []store.Key{{Name: "a b"}}}, {Name: "x", Keys: []store.Key{{Name: "sort"}}},
		{Name: "x", Keys: []store.Key{{Name: "a"}, {Name: "a"}}},
		{Name: "x", Indexes: []store.Index{{Keys: []string{"unknown"}}}}, {Name: "x", Indexes: []store.Index{{}}},
	} {
		if err := fresh(t, t.TempDir()).Open(context.Background(), []store.Table{def}); err == nil {
			t.Errorf("opened with %+v", def)
		}
	}
}

func TestMistakesOfTheCallerAreToldAndStoreNothing(t *testing.T) {
	e := opened(t, t.TempDir(), keysTable)
	ctx := context.Background()
	row := func(keys map[string]any, tags ...string) store.Row { return store.Row{ID: "a", Keys: keys, Tags: tags} }
	for situation, writes := range map[string][]store.Write{
		"unknown table":      {{Table: "nothing", Row: row(nil)}},
		"unknown key":        {{Table: "reports", Row: row(map[string]any{"colour": "red"})}},
		"key of other type":  {{Table: "cases", Row: row(map[string]any{"due": "tomorrow"})}},
		"int instead of 64":  {{Table: "cases", Row: row(map[string]any{"due": 5})}},
		"tags without room":  {{Table: "wraps", Row: row(nil, "tag")}},
		"apart and together": {{Table: "reports", Row: row(nil)}, {Table: "wraps", Row: row(nil)}},
		"number for Ensure":  {{Table: "reports", Op: store.Ensure, Row: row(nil), Series: "s"}},
		"unknown operation":  {{Table: "reports", Op: 9, Row: row(nil)}},
	} {
		if _, err := e.Apply(ctx, writes...); err == nil {
			t.Errorf("%s: applied", situation)
		}
	}
	for _, q := range []store.Query{
		{Table: "nothing", Limit: 1}, {Table: "reports"}, {Table: "reports", Limit: 1, By: "colour"}, {Table: "wraps", Limit: 1, Tags: []string{"x"}},
		{Table: "reports", Limit: 1, Eq: map[string]any{`1=1 --`: "x"}}, {Table: "cases", Limit: 1, From: map[string]any{"due": "x"}},
		{Table: "cases", Limit: 1, By: "due", After: &store.Position{By: "x"}},
	} {
		if _, err := e.Find(ctx, q); err == nil {
			t.Errorf("%+v was answered", q)
		}
	}
	for _, table := range []string{"reports", "wraps"} {
		if _, err := e.Get(ctx, table, "a"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %v", table, err)
		}
	}
}

func TestEverNewStatementsDoNotPileUp(t *testing.T) {
	e := opened(t, t.TempDir())
	for i := range maxStatements * 2 {
		text := fmt.Sprintf("SELECT %d", i)
		err := e.main.readers.with(context.Background(), func(c *conn) error {
			n, err := c.integer(context.Background(), text)
			if n != int64(i) || len(c.stmts) > maxStatements {
				t.Fatalf("%s answers %d; %d statements are kept", text, n, len(c.stmts))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
