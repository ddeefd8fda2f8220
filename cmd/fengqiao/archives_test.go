package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fengqiao/cmd/fengqiao/internal/settings"
	"fengqiao/grid"
	"fengqiao/internal/mongotest"
	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/push"
)

// change edits one row of a store behind everybody's back.
func change(t *testing.T, dir, table string, fn func(row *store.Row) bool) {
	t.Helper()
	p, err := openPlace(t.Context(), "sqlite:"+dir)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	var found *store.Row
	err = p.Engine.Walk(t.Context(), table, func(r store.Row) error {
		if found == nil && fn(&r) {
			found = &r
		}
		return nil
	})
	if err != nil || found == nil {
		t.Fatalf("no row of %s to change: %v", table, err)
	}
	if _, err := p.Engine.Apply(t.Context(), store.Write{Table: table, Op: store.Replace, Row: *found}); err != nil {
		t.Fatal(err)
	}
}

// writeNotes gives one case so many events that the oldest spill into pages. It returns the place in the timeline of the first
// event that the case still holds itself.
func writeNotes(t *testing.T, dir string) int {
	t.Helper()
	in, err := openInstallation(t.Context(), &settings.Values{Data: dir, HashMemory: 64, HashPasses: 1, HashLanes: 1, HashAtOnce: 1}, bare)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	service := in.service(&grid.Atlas{}, nil, time.Now, slog.New(slog.DiscardHandler))
	staff := mediation.Actor{ID: "staff", Role: mediation.CountyStaff, Area: "33.01.11"}
	list, _, err := service.List(t.Context(), staff, mediation.Filter{States: []mediation.State{mediation.Reported}}, "", 1)
	if err != nil || len(list) == 0 {
		t.Fatalf("no case to write notes on: %v", err)
	}
	c, err := service.Case(t.Context(), staff, list[0].ID)
	for range 70 {
		var done mediation.Done
		if err == nil {
			done, err = service.Do(t.Context(), staff, c.ID, mediation.Request{Command: mediation.Note{Text: "备注"}, Revision: c.Revision})
		}
		if c = done.Case; err != nil {
			t.Fatal(err)
		}
	}
	return c.Spilled + 1
}

// changeCase edits the case that writeNotes wrote on.
func changeCase(t *testing.T, dir string, fn func(*mediation.Case)) {
	t.Helper()
	change(t, dir, "cases", func(r *store.Row) bool {
		var c mediation.Case
		if err := json.Unmarshal(r.Body, &c); err != nil {
			t.Fatal(err)
		}
		if c.Spilled == 0 {
			return false
		}
		fn(&c)
		body, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		r.Body = body
		return true
	})
}

func TestVerifyFindsWhatWasTamperedWith(t *testing.T) {
	worked := countyData(t)
	held := writeNotes(t, worked)
	inTimeline := func(n int) string { return fmt.Sprintf("event %d of the timeline", n) }
	cases := []struct {
		name   string
		tamper func(t *testing.T, dir string)
		says   string
	}{
		{"nothing", func(*testing.T, string) {}, ""},
		{"an event edited", func(t *testing.T, dir string) {
			changeCase(t, dir, func(c *mediation.Case) { c.Events[0].Actor = "somebody else" })
		}, inTimeline(held)},
		{"a datum edited", func(t *testing.T, dir string) {
			changeCase(t, dir, func(c *mediation.Case) { c.Events[1].Data = map[string]string{"to": "me"} })
		}, inTimeline(held + 1)},
		{"an event removed", func(t *testing.T, dir string) {
			changeCase(t, dir, func(c *mediation.Case) { c.Events = slices.Delete(c.Events, 3, 4) })
		}, inTimeline(held + 3)},
		{"the last event removed", func(t *testing.T, dir string) {
			changeCase(t, dir, func(c *mediation.Case) { c.Events = c.Events[:len(c.Events)-1] })
		}, "head"},
		{"events reordered", func(t *testing.T, dir string) {
			changeCase(t, dir, func(c *mediation.Case) { c.Events[2], c.Events[3] = c.Events[3], c.Events[2] })
		}, inTimeline(held + 2)},
		{"an event edited on a page that was written long ago", func(t *testing.T, dir string) {
			change(t, dir, "case_pages", func(r *store.Row) bool {
				r.Body = bytes.Replace(r.Body, []byte(`"Actor":"staff"`), []byte(`"Actor":"stuff"`), 1)
				return true
			})
		}, inTimeline(2)},
		{"a page removed", func(t *testing.T, dir string) {
			change(t, dir, "case_pages", func(r *store.Row) bool { r.Body = []byte("[]"); return true })
		}, "timeline"},
		{"a report taken away from its case", func(t *testing.T, dir string) {
			change(t, dir, "reports", func(r *store.Row) bool {
				var rep mediation.Report
				if err := json.Unmarshal(r.Body, &rep); err != nil {
					t.Fatal(err)
				}
				if rep.Case == "" {
					return false
				}
				rep.Case = ""
				r.Body, _ = json.Marshal(rep)
				return true
			})
		}, "points to"},
		{"a seat that no case knows", func(t *testing.T, dir string) {
			change(t, dir, "mediators", func(r *store.Row) bool {
				var m mediation.Mediator
				if err := json.Unmarshal(r.Body, &m); err != nil {
					t.Fatal(err)
				}
				m.Seats = append(m.Seats, mediation.HeldSeat{Case: "nowhere", Definite: true})
				r.Body, _ = json.Marshal(m)
				return true
			})
		}, "holds a seat on case nowhere"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir := copyOf(t, worked)
			c.tamper(t, dir)
			r := fengqiao(t, "verify", "--data", dir)
			if c.says == "" {
				if r.code != exitOK {
					t.Fatalf("exit %d\n%s%s", r.code, r.out, r.err)
				}
				return
			}
			if r.code != exitFailure || !strings.Contains(r.out, c.says) {
				t.Fatalf("exit %d, wanted %q:\n%s%s", r.code, c.says, r.out, r.err)
			}
		})
	}
}

// content is everything that a store holds, by table, but the sessions.
func content(t *testing.T, address string) map[string][]store.Row {
	t.Helper()
	p, err := openPlace(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	all := map[string][]store.Row{}
	for _, table := range store.Tables() {
		err := p.Engine.Walk(t.Context(), table.Name, func(r store.Row) error {
			all[table.Name] = append(all[table.Name], r)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func sameCounts(t *testing.T, want, got map[string][]store.Row, except ...string) {
	t.Helper()
	for name, rows := range want {
		if !slices.Contains(except, name) && len(rows) != len(got[name]) {
			t.Errorf("%s has %d rows, should have %d", name, len(got[name]), len(rows))
		}
	}
}

func TestBackupRestoresAndVerifies(t *testing.T) {
	dir, to := countyData(t), filepath.Join(t.TempDir(), "backup")
	wraps := filepath.Join(t.TempDir(), "wraps")
	ok(t, "backup", to, "--wraps", wraps, "--data", dir)
	if r := fengqiao(t, "backup", to, "--data", dir); r.code != exitFailure {
		t.Errorf("a second backup into the same folder: exit %d", r.code)
	}
	if _, err := os.Stat(filepath.Join(to, "installation.key")); err == nil {
		t.Error("the installation key lies in the backup")
	}
	target := t.TempDir()
	bringKey(t, dir, target)
	ok(t, "restore", to, "--wraps", wraps, "--data", target)
	ok(t, "verify", "--data", target)
	sameCounts(t, content(t, "sqlite:"+dir), content(t, "sqlite:"+target), "sign_in_sessions", "key_wraps")
	if r := fengqiao(t, "restore", to, "--wraps", wraps, "--data", target); r.code != exitFailure || !strings.Contains(r.err, "not empty") {
		t.Errorf("into a store that holds something: exit %d, %s", r.code, r.err)
	}
}

// bringKey copies the installation key from one data folder to another.
func bringKey(t *testing.T, from, to string) {
	t.Helper()
	key, err := os.ReadFile(filepath.Join(from, "installation.key"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(to, "installation.key"), key, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestAServerMakesItsBackupsAndKeepsTheNewest(t *testing.T) {
	dir, to := countyData(t), filepath.Join(t.TempDir(), "backups")
	wraps := to + "-wraps"
	for _, old := range []string{"2026-01-01T00-00-00Z", "2026-01-02T00-00-00Z", "2026-01-03T00-00-00Z", "2999-01-01T00-00-00Z"} { // the last by a clock that was ahead
		ok(t, "backup", filepath.Join(to, old), "--wraps", filepath.Join(wraps, old), "--data", dir)
	}
	broken := filepath.Join(to, "2026-01-04T00-00-00Z", "records") // a crash left it without its manifest
	if err := os.MkdirAll(broken, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(to, "somebody else's"), 0o700); err != nil {
		t.Fatal(err)
	}
	names := func(of string) []string {
		t.Helper()
		entries, err := os.ReadDir(of)
		if err != nil {
			t.Fatal(err)
		}
		var list []string
		for _, e := range entries {
			list = append(list, e.Name())
		}
		return list
	}
	s := start(t, "serve", "--data", dir, "--backup-dir", to, "--backup-every", "1s", "--backup-keep", "2")
	deadline := time.Now().Add(time.Minute)
	for len(names(to)) != 4 || slices.Contains(names(to), "2026-01-03T00-00-00Z") { // two of its own, the one of the future, and what is not its
		if time.Now().After(deadline) {
			t.Fatalf("after a minute there are %q\n%s", names(to), s.errs)
		}
		time.Sleep(50 * time.Millisecond)
	}
	if code := s.stop(); code != exitOK {
		t.Fatalf("exit %d: %s", code, s.errs)
	}
	kept := names(to)
	newest := kept[len(kept)-3] // the last is not ours, that before it of the future
	if !slices.Contains(names(wraps), newest) || slices.Contains(names(wraps), "2026-01-01T00-00-00Z") {
		t.Errorf("wraps of %q", names(wraps))
	}
	target := t.TempDir()
	bringKey(t, dir, target)
	ok(t, "restore", filepath.Join(to, newest), "--wraps", filepath.Join(wraps, newest), "--data", target)
	if r := fengqiao(t, "serve", "--data", dir, "--backup-dir", to, "--store", "mongodb://127.0.0.1:1/x"); r.code != exitUsage || !strings.Contains(r.err, "mongodump") {
		t.Errorf("on MongoDB: exit %d, %s", r.code, r.err)
	}
}

// TestRestoringSendsNoOldPushes restores a backup in which an old and a fresh push were on their way, and a notice whose recipients were
// not found yet.
func TestRestoringSendsNoOldPushes(t *testing.T) {
	dir, backup := countyData(t), filepath.Join(t.TempDir(), "backup")
	now := time.Now()
	notice := func(id string, at time.Time) push.Entry {
		return push.NewEntry(mediation.Notice{ID: id, Kind: mediation.NoticeOffer, Case: "case-" + id, Seq: 1, At: at, To: mediation.Recipient{User: "u-1"}})
	}
	send := func(id string, at time.Time) push.Entry {
		e := notice(id, at)
		e.ID, e.User, e.Device = push.SendID(id, "d-1"), "u-1", "d-1"
		return e
	}
	p, err := openPlace(t.Context(), "sqlite:"+dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Store.Outbox().Add(t.Context(), send("old", now.Add(-2*time.Hour)), send("fresh", now), notice("unspread", now.Add(-2*time.Hour))); err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	ok(t, "backup", backup, "--data", dir)
	for _, address := range []string{"", mongotest.Database(t)} {
		target := t.TempDir()
		bringKey(t, dir, target)
		if address == "" {
			address = "sqlite:" + target
		}
		if out := ok(t, "restore", backup, "--data", target, "--store", address); !strings.Contains(out, "held back 1 pushes") {
			t.Errorf("%s: %s", address, out)
		}
		p, err := openPlace(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		left, err := p.Store.Outbox().Claim(t.Context(), time.Now().Add(time.Minute), time.Minute, 1000)
		var ids []string
		for _, e := range left {
			ids = append(ids, e.ID)
		}
		// The county's own notices are not spread yet either.
		if err != nil || !slices.Contains(ids, push.SendID("fresh", "d-1")) || !slices.Contains(ids, "unspread") || slices.Contains(ids, push.SendID("old", "d-1")) {
			t.Errorf("%s: still to send: %d, %v", address, len(ids), err)
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestRestoreWritesNothingBeforeItKnowsThatItCan(t *testing.T) {
	dir, backup := countyData(t), filepath.Join(t.TempDir(), "backup")
	ok(t, "backup", backup, "--data", dir)
	target := filepath.Join(t.TempDir(), "target")
	without := func(t *testing.T, says ...string) {
		t.Helper()
		r := fengqiao(t, "restore", backup, "--data", target)
		if r.code != exitFailure || strings.Contains(r.err, "keys init") {
			t.Fatalf("exit %d, %s", r.code, r.err)
		}
		for _, s := range says {
			if !strings.Contains(r.err, s) {
				t.Errorf("%q is not told: %s", s, r.err)
			}
		}
	}
	without(t, "no installation key", "bring the installation key of the backup to "+target)
	if r := fengqiao(t, "restore", backup+"-none", "--data", target); r.code != exitFailure || !strings.Contains(r.err, "no backup") {
		t.Errorf("no backup: exit %d, %s", r.code, r.err)
	}
	if _, err := os.Stat(target); err == nil {
		t.Error("the target was made")
	}
	ok(t, "keys", "init", "--data", target)
	without(t, "belongs to another installation", "bring the installation key of the backup")
	entries, err := os.ReadDir(target)
	if err != nil || len(entries) != 1 {
		t.Errorf("%v lies in the target, %v", entries, err)
	}
	if err := os.Remove(filepath.Join(target, "installation.key")); err != nil {
		t.Fatal(err)
	}
	bringKey(t, dir, target)
	ok(t, "restore", backup, "--data", target) // so it can be repeated
}

func TestDamagedBackupIsRefused(t *testing.T) {
	dir, to := countyData(t), filepath.Join(t.TempDir(), "backup")
	ok(t, "backup", to, "--data", dir)
	ok(t, "verify", "--backup", to, "--data", t.TempDir()) // needs no key
	packs, err := filepath.Glob(filepath.Join(to, "records", "*.age"))
	if err != nil || len(packs) == 0 {
		t.Fatal(packs, err)
	}
	f, err := os.OpenFile(packs[0], os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte{0xff}, 5000); err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
	for _, args := range [][]string{{"restore", to}, {"verify", "--backup", to}} {
		if r := fengqiao(t, append(args, "--data", t.TempDir())...); r.code != exitFailure || !strings.Contains(r.err, "checksum") {
			t.Fatalf("%v: exit %d, %s", args, r.code, r.err)
		}
	}
	if err := os.Remove(filepath.Join(to, "manifest.json")); err != nil {
		t.Fatal(err)
	}
	if r := fengqiao(t, "restore", to, "--data", t.TempDir()); r.code != exitFailure || !strings.Contains(r.err, "no backup") {
		t.Fatalf("without its manifest: exit %d, %s", r.code, r.err)
	}
}

func TestCopyBringsEverythingAndGoesOnNumbering(t *testing.T) {
	dir, to := countyData(t), t.TempDir()
	ok(t, "copy", "--from", "sqlite:"+dir, "--to", "sqlite:"+to)
	sameCounts(t, content(t, "sqlite:"+dir), content(t, "sqlite:"+to))
	ok(t, "verify", "--data", to)
	if r := fengqiao(t, "copy", "--from", "sqlite:"+dir, "--to", "sqlite:"+to); r.code != exitFailure || !strings.Contains(r.err, "--force") {
		t.Errorf("into a store that holds something: exit %d, %s", r.code, r.err)
	}
	ok(t, "copy", "--from", "sqlite:"+dir, "--to", "sqlite:"+to, "--force")
}

func TestCopyToMongoDBAndBack(t *testing.T) {
	dir, back := countyData(t), t.TempDir()
	address := mongotest.Database(t)
	ok(t, "copy", "--from", "sqlite:"+dir, "--to", address)
	ok(t, "verify", "--data", dir, "--store", address)
	ok(t, "copy", "--from", address, "--to", "sqlite:"+back)
	sameCounts(t, content(t, "sqlite:"+dir), content(t, "sqlite:"+back))
}

func TestWhatReadsAnInstallationMakesNone(t *testing.T) {
	none := filepath.Join(t.TempDir(), "no-such-folder")
	empty := t.TempDir() // a folder, but nothing in it
	database := mongotest.Database(t)
	for _, c := range []struct {
		name string
		args []string
		told string // the address in the message
	}{
		{"verify", []string{"verify", "--data", none}, none},
		{"verify in an empty folder", []string{"verify", "--data", empty}, empty},
		{"verify on MongoDB", []string{"verify", "--data", none, "--store", database}, "mongodb://"},
		{"backup", []string{"backup", filepath.Join(t.TempDir(), "b"), "--data", none}, none},
		{"backup of MongoDB", []string{"backup", filepath.Join(t.TempDir(), "b"), "--data", none, "--store", database}, "mongodb://"},
		{"copy", []string{"copy", "--from", "sqlite:" + none, "--to", "sqlite:" + none + "-2"}, none},
		{"copy from MongoDB", []string{"copy", "--from", database, "--to", "sqlite:" + none + "-2"}, "mongodb://"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if r := fengqiao(t, c.args...); r.code != exitFailure || !strings.Contains(r.err, "there is no installation in") || !strings.Contains(r.err, c.told) {
				t.Errorf("exit %d, %s", r.code, r.err)
			}
		})
	}
	for _, dir := range []string{none, none + "-2"} {
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("%s was made", dir)
		}
	}
	if left, _ := os.ReadDir(empty); len(left) > 0 {
		t.Errorf("%s was left in the empty folder", left[0].Name())
	}
	p, err := openExisting(t.Context(), database)
	if err == nil {
		t.Error("the empty database counts as an installation now")
		_ = p.Close()
	}
}

func TestCopyEndsWithItsContext(t *testing.T) {
	dir := countyData(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if r := runCommand(ctx, "", "copy", "--from", "sqlite:"+dir, "--to", "sqlite:"+t.TempDir()); r.code != exitFailure {
		t.Fatalf("exit %d", r.code)
	}
}
