package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	codes "modernc.org/sqlite/lib"

	"fengqiao/internal/store"
)

var keysTable = store.Table{Name: "wraps", Apart: true, Keys: []store.Key{{Name: "person"}}}

// copyFiles copies database files byte by byte while they are in use, which is what a killed process leaves on disk. Only
// what the copy promises is checked: what was answered before it began. The log comes last: it may hold more than the
// file then, never less.
func copyFiles(t *testing.T, from, to string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(to, "apart"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{mainName, "apart/" + apartName} {
		for _, suffix := range []string{"", "-wal"} {
			content, err := os.ReadFile(filepath.Join(from, name+suffix))
			if errors.Is(err, os.ErrNotExist) {
				continue
			}
			if err == nil {
				err = os.WriteFile(filepath.Join(to, name+suffix), content, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestWhatWasAnsweredIsThereAfterAKill(t *testing.T) {
	dir, after := t.TempDir(), t.TempDir()
	e := opened(t, dir, keysTable)
	// The copy is no instant: a checkpoint in its midst could tear it, as it could not tear the real files.
	checkpointEvery(t, &e.main, math.MaxInt64)
	var mu sync.Mutex
	var answered []string
	ctx, kill := context.WithCancel(context.Background())
	defer kill()
	var group sync.WaitGroup
	for w := range 16 {
		group.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				writes := report(int64(w*100_000 + i))
				if _, err := e.Apply(context.Background(), writes...); err != nil {
					t.Errorf("apply: %v", err)
					return
				}
				mu.Lock()
				answered = append(answered, writes[0].Row.ID)
				full := len(answered) >= 1500
				mu.Unlock()
				if full {
					kill()
				}
			}
		})
	}
	<-ctx.Done()
	mu.Lock()
	promised := slices.Clone(answered)
	mu.Unlock()
	copyFiles(t, dir, after)
	group.Wait()

	reopened := opened(t, after, keysTable)
	rows, err := reopened.GetMany(context.Background(), "reports", promised)
	if err != nil || len(rows) != len(promised) {
		t.Fatalf("%d of %d answered reports are there (%v)", len(rows), len(promised), err)
	}
	for _, id := range promised {
		if _, err := reopened.Get(context.Background(), "cases", "case-"+id); err != nil {
			t.Fatalf("a report is there without its case: %v", err)
		}
	}
	soundFile(t, &reopened.main)
}

// soundFile lets SQLite check a file and its indexes.
func soundFile(t *testing.T, f *file) {
	t.Helper()
	verdict := ""
	err := f.readers.with(context.Background(), func(c *conn) error {
		return c.query(context.Background(), func(v []driver.Value) error {
			verdict += fmt.Sprint(v[0])
			return nil
		}, "PRAGMA integrity_check")
	})
	if err != nil || verdict != "ok" {
		t.Fatalf("integrity check: %s, %v", verdict, err)
	}
}

// writerSays runs a pragma on the writing connection.
func writerSays(t *testing.T, f *file, text string) {
	t.Helper()
	_, err := f.writer.submit(context.Background(), func(c *conn) ([]store.Applied, error) {
		_, err := c.integer(context.Background(), text)
		return nil, err
	})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

// checkpointEvery changes how often a file's log is moved into it.
func checkpointEvery(t *testing.T, f *file, pages int64) {
	t.Helper()
	_, err := f.writer.submit(context.Background(), func(*conn) ([]store.Applied, error) {
		f.writer.every = pages
		return nil, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Readers that overlap without a pause must not make the log grow for ever.
func TestTheLogStaysShortUnderReadersWithoutPause(t *testing.T) {
	dir := t.TempDir()
	e := opened(t, dir)
	const pages = 40
	checkpointEvery(t, &e.main, pages)
	ctx, stop := context.WithCancel(context.Background())
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() {
			for ctx.Err() == nil {
				if _, err := e.Find(context.Background(), store.Query{Table: "cases", Tags: []string{"state:reported"}, Limit: 20}); err != nil {
					t.Errorf("find: %v", err)
				}
			}
		})
	}
	for i := range 60 {
		var writes []store.Write
		for j := range 6 {
			writes = append(writes, report(int64(6*i+j))...)
		}
		if _, err := e.Apply(context.Background(), writes...); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	group.Wait()
	written, err := os.Stat(filepath.Join(dir, mainName+"-wal"))
	if err != nil {
		t.Fatal(err)
	}
	if limit := int64(15 * pages * 4096); written.Size() > limit {
		t.Errorf("the log has %d bytes, more than %d", written.Size(), limit)
	}
	soundFile(t, &e.main)
}

func TestAFullDiskIsSaidAndSurvived(t *testing.T) {
	e := opened(t, t.TempDir())
	for i := range 20 {
		if _, err := e.Apply(context.Background(), report(int64(i))...); err != nil {
			t.Fatal(err)
		}
	}
	writerSays(t, &e.main, "PRAGMA max_page_count = 1") // SQLite rounds this up to what is in use
	big := func(i int) []store.Write {
		writes := report(int64(1000 + i))
		writes[0].Row.Body = make([]byte, 300_000)
		return writes
	}
	var group sync.WaitGroup
	for i := range 10 {
		group.Go(func() {
			if _, err := e.Apply(context.Background(), big(i)...); !errors.Is(err, store.ErrUnavailable) || code(err) != codes.SQLITE_FULL {
				t.Errorf("on a full disk: %v", err)
			}
		})
	}
	group.Wait()
	if n, err := e.Count(context.Background(), store.Query{Table: "reports"}, 100); err != nil || n != 20 {
		t.Fatalf("%d reports are readable, %v", n, err)
	}
	writerSays(t, &e.main, "PRAGMA max_page_count = 1073741823")
	for i := range 10 {
		if _, err := e.Apply(context.Background(), big(i)...); err != nil {
			t.Fatalf("with room again: %v", err)
		}
	}
	soundFile(t, &e.main)
}

func TestAFileOfANewerReleaseIsRefused(t *testing.T) {
	dir := t.TempDir()
	e := fresh(t, dir)
	if err := e.Open(context.Background(), intake); err != nil {
		t.Fatal(err)
	}
	if _, err := e.main.writer.submit(context.Background(), func(c *conn) ([]store.Applied, error) {
		_, err := c.exec("UPDATE _meta SET value = 999 WHERE name = 'schema'")
		return nil, err
	}); err != nil {
		t.Fatal(err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if err := fresh(t, dir).Open(context.Background(), intake); err == nil || !strings.Contains(err.Error(), "newer release (schema 999") {
		t.Fatalf("opened with: %v", err)
	}
}

func TestTablesGrowWithTheirRelease(t *testing.T) {
	dir := t.TempDir()
	before := store.Table{Name: "things", Keys: []store.Key{{Name: "owner"}}}
	after := store.Table{Name: "things", Keys: []store.Key{{Name: "owner"}, {Name: "due", Type: store.Int}, {Name: "name"}},
		Indexes: []store.Index{{Keys: []string{"due"}}, {Keys: []string{"name"}, Unique: true}, {Keys: []string{"owner"}}}}
	row := store.Row{ID: "a", Sort: 3, Keys: map[string]any{"owner": "王"}, Head: []byte("h"), Body: []byte("b")}
	for i, def := range []store.Table{before, after, before, after} {
		e := fresh(t, dir)
		if err := e.Open(context.Background(), []store.Table{def}); err != nil {
			t.Fatalf("opening %d: %v", i, err)
		}
		if i == 0 {
			if _, err := e.Apply(context.Background(), store.Write{Table: "things", Row: row}); err != nil {
				t.Fatal(err)
			}
		}
		got, err := e.Get(context.Background(), "things", "a")
		if err != nil || got.Keys["owner"] != "王" || string(got.Body) != "b" {
			t.Fatalf("after opening %d: %+v, %v", i, got, err)
		}
		if len(def.Keys) == 3 {
			got.Keys["due"] = int64(i)
			if _, err := e.Apply(context.Background(), store.Write{Table: "things", Op: store.Replace, Row: got}); err != nil {
				t.Fatal(err)
			}
			found, err := e.Find(context.Background(), store.Query{Table: "things", By: "due", Limit: 5})
			if err != nil || len(found) != 1 || found[0].Keys["due"] != int64(i) {
				t.Fatalf("by the new key: %+v, %v", found, err)
			}
		}
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestABackupTakenWhileOthersWriteOpensAndIsOneMoment(t *testing.T) {
	e := opened(t, t.TempDir(), keysTable)
	for i := range 300 {
		if _, err := e.Apply(context.Background(), report(int64(i))...); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := e.Apply(context.Background(), store.Write{Table: "wraps", Row: store.Row{ID: "k", Body: []byte{1}}}); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var group sync.WaitGroup
	group.Go(func() {
		for i := 1000; ctx.Err() == nil; i++ {
			if _, err := e.Apply(context.Background(), report(int64(i))...); err != nil {
				t.Errorf("apply: %v", err)
			}
		}
	})
	target := t.TempDir()
	if err := os.Mkdir(filepath.Join(target, "apart"), 0o700); err != nil {
		t.Fatal(err)
	}
	var last, total int64
	err := e.Backup(context.Background(), target, filepath.Join(target, "apart"), func(done, all int64) {
		if done < last || done > all {
			t.Errorf("progress went from %d to %d of %d", last, done, all)
		}
		last, total = done, all
	})
	stop()
	group.Wait()
	if err != nil || last != total || total == 0 {
		t.Fatalf("backup: %v; %d of %d bytes", err, last, total)
	}
	if err := e.Backup(context.Background(), target, filepath.Join(target, "apart"), nil); err == nil {
		t.Fatal("a backup was written over another")
	}
	copied := opened(t, target, keysTable)
	soundFile(t, &copied.main)
	soundFile(t, &copied.apart)
	reports, cases := 0, 0
	for table, n := range map[string]*int{"reports": &reports, "cases": &cases} {
		err := copied.Walk(context.Background(), table, func(got store.Row) error {
			*n++
			want, err := e.Get(context.Background(), table, got.ID)
			if err == nil && (want.Sort != got.Sort || want.Version != got.Version || !slices.Equal(want.Tags, got.Tags)) {
				err = fmt.Errorf("copied %+v, want %+v", got, want)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if reports < 300 || reports != cases {
		t.Fatalf("the copy holds %d reports and %d cases", reports, cases)
	}
	if _, err := copied.Get(context.Background(), "wraps", "k"); err != nil {
		t.Fatal(err)
	}
}

func TestAnEndedBackupStops(t *testing.T) {
	e := opened(t, t.TempDir())
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	target := t.TempDir()
	if err := e.Backup(ctx, target, target, nil); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}
