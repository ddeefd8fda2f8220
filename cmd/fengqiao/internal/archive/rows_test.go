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
func onMongo(t *testing.T, key seal.KEK) archive.Place {
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
	work(t, p, 5)
	return p
}

func TestAWriteDuringABackupByRowsIsNoticed(t *testing.T) {
	var k keys
	key, in := k.upTo(t, 1), t.TempDir()
	p := onMongo(t, key)
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
