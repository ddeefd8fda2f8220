package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fengqiao/internal/media"
	"fengqiao/internal/mongotest"
	"fengqiao/internal/store"
	"fengqiao/mediation"
)

// edit changes one record of a table behind everybody's back, the first for which fn says so.
func edit[T any](t *testing.T, dir, table string, fn func(*T) bool) {
	t.Helper()
	change(t, dir, table, func(r *store.Row) bool {
		var v T
		if err := json.Unmarshal(r.Body, &v); err != nil {
			t.Fatal(err)
		}
		if !fn(&v) {
			return false
		}
		var err error
		if r.Body, err = json.Marshal(v); err != nil {
			t.Fatal(err)
		}
		return true
	})
}

// remove deletes the rows of a table that fn chooses.
func remove(t *testing.T, dir, table string, fn func(store.Row) bool) {
	t.Helper()
	p, err := openPlace(t.Context(), "sqlite:"+dir)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	var gone []store.Write
	err = p.Engine.Walk(t.Context(), table, func(r store.Row) error {
		if fn(r) {
			gone = append(gone, store.Write{Table: table, Op: store.Delete, Row: store.Row{ID: r.ID}})
		}
		return nil
	})
	if err != nil || len(gone) == 0 {
		t.Fatalf("no row of %s to remove: %v", table, err)
	}
	if _, err := p.Engine.Apply(t.Context(), gone...); err != nil {
		t.Fatal(err)
	}
}

func all(store.Row) bool { return true }

// cutShort takes the newest events from a case and makes its chain right again, as somebody with the database would.
func cutShort(t *testing.T, dir string) {
	t.Helper()
	changeCase(t, dir, func(c *mediation.Case) {
		c.Events = c.Events[:len(c.Events)-3]
		c.Head = c.Events[len(c.Events)-1].Hash
	})
}

// TestVerifyHoldsTheStoreAgainstCheckpoints bends the record so that everything in it fits again: only what was stated before
// tells.
func TestVerifyHoldsTheStoreAgainstCheckpoints(t *testing.T) {
	worked, files := withPhoto(t)
	early := copyOf(t, worked)
	writeNotes(t, worked)
	kept := filepath.Join(t.TempDir(), "kept")
	ok(t, "checkpoint", "make", "--data", worked)
	ok(t, "checkpoint", "export", kept, "--data", worked)
	if out := ok(t, "verify", "--data", worked, "--against", kept); !strings.Contains(out, "0 cases moved since") || !strings.Contains(out, "0 problems") {
		t.Fatal(out)
	}
	forget := func(t *testing.T, dir string) {
		t.Helper()
		remove(t, dir, "checkpoints", all)
		remove(t, dir, "checkpoint_marks", all)
		ok(t, "checkpoint", "make", "--data", dir)
	}
	for _, c := range []struct {
		name   string
		tamper func(t *testing.T, dir string)
		own    string // what the checkpoints in the store tell; "": nothing is wrong as far as they know
		kept   string // what those that were kept elsewhere tell
	}{
		{"a case cut short", cutShort, "it was cut short since", "it was cut short since"},
		{"a case cut short and worked on", func(t *testing.T, dir string) { cutShort(t, dir); writeNotes(t, dir) }, "it was rewritten since", "it was rewritten since"},
		{"a case removed with its reports", func(t *testing.T, dir string) {
			var of []string
			edit(t, dir, "cases", func(c *mediation.Case) bool { of = c.Reports; return true })
			first := true
			remove(t, dir, "cases", func(store.Row) bool { was := first; first = false; return was })
			remove(t, dir, "reports", func(r store.Row) bool { return slices.Contains(of, r.ID) })
		}, "it is not there, though checkpoint", "it is not there, though checkpoint"},
		{"the words of a report exchanged", func(t *testing.T, dir string) {
			var other mediation.Sealed
			edit(t, dir, "reports", func(r *mediation.Report) bool {
				if other.Empty() {
					other = r.Text
					return false
				}
				r.Text = other
				return true
			})
		}, "report ", "it was changed or exchanged since"},
		{"a photo exchanged with its checksum", func(t *testing.T, dir string) {
			var blob string
			bytes := []byte("another picture")
			edit(t, dir, "photos", func(p *media.Photo) bool {
				sum := sha256.Sum256(bytes)
				p.BlobSum, p.Bytes, blob = hex.EncodeToString(sum[:]), int64(len(bytes)), p.BlobID
				return true
			})
			for _, file := range files {
				if path := filepath.Join(dir, "media", strings.TrimPrefix(file, filepath.Join(worked, "media"))); strings.Contains(path, blob) {
					if err := os.WriteFile(path, bytes, 0o600); err != nil {
						t.Fatal(err)
					}
				}
			}
		}, "photo ", "it was changed or exchanged since"},
		{"a photo said to be removed", func(t *testing.T, dir string) {
			edit(t, dir, "photos", func(p *media.Photo) bool { p.State = media.Gone; return true })
		}, "the journal knows of no erasure", "the journal knows of no erasure"},
		{"a checkpoint removed", func(t *testing.T, dir string) {
			remove(t, dir, "checkpoints", func(r store.Row) bool { return r.Sort == 1 })
		}, "checkpoint 1: in the store: it is not there", "brought back to an earlier state"},
		{"the checkpoints forged together with a case", func(t *testing.T, dir string) { cutShort(t, dir); forget(t, dir) },
			"", "it was cut short since"},
		{"the whole store brought back", func(t *testing.T, dir string) {
			for _, name := range []string{"fengqiao.db", "keys.db"} {
				for _, suffix := range []string{"", "-wal", "-shm"} {
					was, err := os.ReadFile(filepath.Join(early, name+suffix))
					if os.IsNotExist(err) {
						_ = os.Remove(filepath.Join(dir, name+suffix))
						continue
					}
					if err == nil {
						err = os.WriteFile(filepath.Join(dir, name+suffix), was, 0o600)
					}
					if err != nil {
						t.Fatal(err)
					}
				}
			}
		}, "", "brought back to an earlier state"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := copyOf(t, worked)
			c.tamper(t, dir)
			for _, run := range []struct {
				says string
				args []string
			}{{c.own, []string{"verify", "--data", dir}}, {c.kept, []string{"verify", "--data", dir, "--against", kept}}} {
				r := fengqiao(t, run.args...)
				if run.says == "" {
					if r.code != exitOK {
						t.Fatalf("%q: exit %d, they cannot know\n%s%s", run.args, r.code, r.out, r.err)
					}
					continue
				}
				if r.code != exitFailure || !strings.Contains(r.out, run.says) {
					t.Fatalf("%q: exit %d, wanted %q:\n%s%s", run.args, r.code, run.says, r.out, r.err)
				}
			}
		})
	}
}

func TestAFileOfCheckpointsIsReadWithoutTheInstallationKey(t *testing.T) {
	dir := countyData(t)
	kept := filepath.Join(t.TempDir(), "kept")
	ok(t, "checkpoint", "export", kept, "--data", dir)
	key := strings.TrimSpace(ok(t, "checkpoint", "key", "--data", dir))
	if err := os.Remove(filepath.Join(dir, "installation.key")); err != nil {
		t.Fatal(err)
	}
	r := fengqiao(t, "verify", "--data", dir, "--against", kept)
	if r.code != exitOK || !strings.Contains(r.err, key) || !strings.Contains(r.out, "of the file") {
		t.Errorf("exit %d\n%s%s", r.code, r.out, r.err)
	}
	text, err := os.ReadFile(kept)
	if err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]string{
		"no file of checkpoints":       "hello\n",
		"a mark that is none":          strings.Replace(string(text), "\ncase ", "\nplace ", 1),
		"a mark that was changed":      strings.Replace(string(text), "\ncase ", "\ncase x", 1),
		"a checkpoint that was forged": strings.Replace(string(text), `{"n":1,"at":"2`, `{"n":1,"at":"3`, 1),
	} {
		file := write(t, "spoilt", spoil)
		if r := fengqiao(t, "verify", "--data", dir, "--against", file); r.code != exitFailure {
			t.Errorf("%s: exit %d\n%s%s", name, r.code, r.out, r.err)
		}
	}
}

func TestAFileOfAnotherInstallationIsRefused(t *testing.T) {
	dir := countyData(t)
	kept := filepath.Join(t.TempDir(), "kept")
	ok(t, "checkpoint", "export", kept, "--data", dir)
	text, err := os.ReadFile(kept)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, _ := strings.Cut(string(text), "\n")
	fields := strings.Fields(head)
	fields[len(fields)-1] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	file := write(t, "other", strings.Join(fields, " ")+"\n"+rest)
	for _, args := range [][]string{{"verify", "--against", file}, {"checkpoint", "export", file}} {
		if r := fengqiao(t, append(args, "--data", dir)...); r.code != exitFailure || !strings.Contains(r.err, "another installation") {
			t.Errorf("%q: exit %d, %s", args, r.code, r.err)
		}
	}
}

// TestAServerKeepsAFileOfCheckpoints stops a server that had no time for a checkpoint: the last thing it does is make one.
func TestAServerKeepsAFileOfCheckpoints(t *testing.T) {
	dir := countyData(t)
	writeNotes(t, dir)
	kept := filepath.Join(t.TempDir(), "kept")
	s := start(t, "serve", "--data", dir, "--checkpoint-file", kept, "--checkpoint-every", "1h")
	if code := s.stop(); code != exitOK {
		t.Fatalf("exit %d: %s", code, s.errs)
	}
	if out := ok(t, "verify", "--data", dir, "--against", kept); !strings.Contains(out, "held against 2 checkpoints of the file") ||
		!strings.Contains(out, "0 cases moved since") {
		t.Error(out)
	}
}

func TestCheckpointsOnMongoDB(t *testing.T) {
	dir := countyData(t)
	address := mongotest.Database(t)
	kept := filepath.Join(t.TempDir(), "kept")
	ok(t, "checkpoint", "export", kept, "--data", dir)
	ok(t, "copy", "--from", "sqlite:"+dir, "--to", address)
	if out := ok(t, "checkpoint", "make", "--whole", "--data", dir, "--store", address); !strings.Contains(out, "nothing moved") {
		t.Errorf("a copy has something to state: %s", out)
	}
	ok(t, "checkpoint", "export", kept, "--data", dir, "--store", address)
	if out := ok(t, "verify", "--data", dir, "--store", address, "--against", kept); !strings.Contains(out, "of the file") {
		t.Error(out)
	}
}
