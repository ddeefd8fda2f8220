package archive_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fengqiao/cmd/fengqiao/internal/archive"
	"fengqiao/internal/mongo"
	"fengqiao/internal/mongotest"
	"fengqiao/internal/seal"
	"fengqiao/internal/store"
)

// onMongo is an installation of some cases on MongoDB.
func onMongo(t *testing.T, key seal.KEK, cases int) archive.Place {
	t.Helper()
	e, err := mongo.New(t.Context(), mongotest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	s, err := store.New(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	p := archive.Place{Engine: e, Store: s, Blobs: store.EngineBlobs(e.Blobs())}
	withRing(t, p, key, func(ring *seal.Keyring) error {
		_, err := ring.NewKey(t.Context())
		return err
	})
	work(t, p, cases)
	return p
}

func TestAWriteDuringABackupByRowsIsNoticed(t *testing.T) {
	var k keys
	key, in := k.upTo(t, 1), t.TempDir()
	p := onMongo(t, key, 5)
	for name, c := range map[string]struct {
		until  int // the last attempt during which somebody writes
		during string
		change func()
	}{
		"a report behind the walk":     {1, "read again reports", func() { work(t, p, 1) }},
		"a change of what was read":    {2, "read again key_wraps", func() { rewrite(t, p, "cases", 0) }},
		"a change that does not cease": {3, "read again key_wraps", func() { rewrite(t, p, "reports", 0) }},
	} {
		t.Run(name, func(t *testing.T) {
			attempt, wrote := 1, map[int]bool{}
			j := job(t, in, name, key)
			m, err := j.Make(t.Context(), p, func(what string, _, _ int64) {
				for n, said := range []string{"", "", "attempt 2 of 3", "attempt 3 of 3"} {
					if said != "" && strings.HasPrefix(what, said) {
						attempt = n
					}
				}
				if attempt <= c.until && !wrote[attempt] && strings.HasSuffix(what, c.during) {
					wrote[attempt] = true
					c.change()
				}
			})
			if c.until == 3 {
				if !errors.Is(err, archive.ErrWrittenMeanwhile) || !strings.Contains(err.Error(), "(reports)") || !strings.Contains(err.Error(), "mongodump") || len(wrote) != 3 {
					t.Errorf("%d attempts, %v", len(wrote), err)
				}
				if _, err := os.Stat(filepath.Join(j.Dir, "manifest.json")); err == nil {
					t.Error("there is a backup all the same")
				}
				return
			}
			if err != nil || attempt != c.until+1 {
				t.Fatalf("attempt %d: %v", attempt, err)
			}
			now, err := archive.SumsOf(t.Context(), p.Engine, quiet)
			if err == nil {
				err = archive.Compare(now, m.Tables)
			}
			if err != nil {
				t.Error(err)
			}
			restores(t, in, name, key, m.Tables)
		})
	}
	// Whatever could not be backed up while somebody wrote can be afterwards.
	backup(t, p, in, "quiet", key, "")
}

func TestTheNextBackupByRowsWritesTheRowsThatChanged(t *testing.T) {
	var k keys
	key, in := k.upTo(t, 1), t.TempDir()
	p := onMongo(t, key, 150)
	user := func(id, login string, version int64) store.Row {
		return store.Row{ID: id, Version: version, Keys: map[string]any{"login": login}}
	}
	load := func(rows ...store.Row) {
		t.Helper()
		if err := p.Engine.Load(t.Context(), "users", rows); err != nil {
			t.Fatal(err)
		}
	}
	load(user("a", "one", 1), user("b", "two", 1), user("c", "three", 1), user("d", "four", 1))
	first := backup(t, p, in, "first", key, "")
	work(t, p, 2)
	if _, err := p.Engine.Apply(t.Context(), store.Write{Table: "users", Op: store.Delete, Row: store.Row{ID: "b"}},
		store.Write{Table: "users", Op: store.Delete, Row: store.Row{ID: "d"}}); err != nil {
		t.Fatal(err)
	}
	load(user("bb", "five", 1), user("c", "six", 2))
	second := backup(t, p, in, "second", key, "first")
	if second.Manifest.Written*2 > second.Manifest.Linked {
		t.Errorf("%d bytes, then %d and %d taken over", first.Manifest.Written, second.Manifest.Written, second.Manifest.Linked)
	}
	restores(t, in, "second", key, second.Tables)

	// Names that went from one to another are in each other's way in the earlier copy.
	load(user("a", "free", 2))
	load(user("c", "one", 3))
	load(user("a", "six", 3))
	third := backup(t, p, in, "third", key, "second")
	restores(t, in, "third", key, third.Tables)

	for _, f := range third.Manifest.Files {
		if strings.HasPrefix(f.Path, "records/") {
			if err := flip(filepath.Join(in, "third", f.Path), f.Bytes/2); err != nil {
				t.Fatal(err)
			}
		}
	}
	fourth := backup(t, p, in, "fourth", key, "third")
	if err := archive.Compare(third.Tables, fourth.Tables); err != nil || fourth.Manifest.Linked != 0 {
		t.Errorf("beside a damaged one: %v, %d bytes taken over", err, fourth.Manifest.Linked)
	}
	restores(t, in, "fourth", key, fourth.Tables)
}
