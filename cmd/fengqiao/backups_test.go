package main

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"fengqiao/internal/mongotest"
	"fengqiao/internal/store"
	"fengqiao/mediation"
)

func TestABackupShowsNothingOfTheRecords(t *testing.T) {
	dir, to := countyData(t), filepath.Join(t.TempDir(), "backup")
	inClear := []string{"SQLite format 3", "CREATE TABLE", "33.01.11", "fuyang"}
	for table, rows := range content(t, "sqlite:"+dir) {
		if table != "mediators" && table != "users" {
			continue
		}
		for _, r := range rows[:3] {
			inClear = append(inClear, r.ID, nameIn(t, table, r))
		}
	}
	db, err := os.ReadFile(filepath.Join(dir, "fengqiao.db"))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range inClear {
		if len(text) < 4 || !bytes.Contains(db, []byte(text)) {
			t.Fatalf("the database does not hold %q in clear: nothing would be tested", text)
		}
	}
	ok(t, "backup", to, "--wraps", filepath.Join(t.TempDir(), "wraps"), "--data", dir)
	files := 0
	err = filepath.WalkDir(to, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		b, err := os.ReadFile(path)
		for _, text := range inClear {
			if bytes.Contains(b, []byte(text)) {
				t.Errorf("%s shows %q", path, text)
			}
		}
		return err
	})
	if err != nil || files < 3 {
		t.Errorf("%d files, %v", files, err)
	}
	manifest, err := os.ReadFile(filepath.Join(to, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range store.Tables() {
		if bytes.Contains(manifest, []byte(`"`+table.Name+`"`)) {
			t.Errorf("the manifest speaks of %s", table.Name)
		}
	}
}

// nameIn is the name of a mediator or of somebody with an account.
func nameIn(t *testing.T, table string, r store.Row) string {
	t.Helper()
	var named struct{ Name string }
	if table == "mediators" {
		var m mediation.Mediator
		if err := json.Unmarshal(r.Body, &m); err != nil {
			t.Fatal(err)
		}
		return m.Name
	}
	if err := json.Unmarshal(r.Body, &named); err != nil {
		t.Fatal(err)
	}
	return named.Name
}

func TestTheNextBackupSaysWhatItShares(t *testing.T) {
	dir, in := countyData(t), t.TempDir()
	first, second := filepath.Join(in, "first"), filepath.Join(in, "second")
	said := func(out string) (written, shared int) {
		t.Helper()
		m := regexp.MustCompile(`(\d+) bytes written, (\d+) bytes shared`).FindStringSubmatch(out)
		if m == nil {
			t.Fatalf("no figures in %s", out)
		}
		written, _ = strconv.Atoi(m[1])
		shared, _ = strconv.Atoi(m[2])
		return written, shared
	}
	whole, none := said(ok(t, "backup", first, "--data", dir))
	writeNotes(t, dir)
	written, shared := said(ok(t, "backup", second, "--since", first, "--data", dir))
	if none != 0 || shared == 0 || written == 0 || written > whole/2 {
		t.Errorf("%d bytes, then %d and %d shared", whole, written, shared)
	}
	if r := fengqiao(t, "backup", filepath.Join(in, "third"), "--since", filepath.Join(in, "none"), "--data", dir); r.code != exitFailure || !strings.Contains(r.err, "no backup") {
		t.Errorf("since none: exit %d, %s", r.code, r.err)
	}
	if err := os.RemoveAll(first); err != nil {
		t.Fatal(err)
	}
	target := t.TempDir()
	bringKey(t, dir, target)
	ok(t, "restore", second, "--data", target)
	ok(t, "verify", "--data", target)
	sameCounts(t, content(t, "sqlite:"+dir), content(t, "sqlite:"+target), "sign_in_sessions", "key_wraps")
	if left, err := filepath.Glob(filepath.Join(dir, "fengqiao-*-*")); err != nil || len(left) > 0 {
		t.Errorf("copies in clear are left: %v, %v", left, err)
	}
}

func TestMongoDBIsBackedUpInOneStepAndRestoredIntoEither(t *testing.T) {
	dir, _ := withPhoto(t)
	address, in := mongotest.Database(t), t.TempDir()
	ok(t, "copy", "--from", "sqlite:"+dir, "--to", address)
	first, second := filepath.Join(in, "first"), filepath.Join(in, "second")
	ok(t, "backup", first, "--data", dir, "--store", address)
	out := ok(t, "backup", second, "--since", first, "--data", dir, "--store", address)
	if strings.Contains(out, " 0 bytes shared") {
		t.Errorf("the photos were written again: %s", out)
	}
	if err := os.RemoveAll(first); err != nil {
		t.Fatal(err)
	}
	for _, to := range []string{"", mongotest.Database(t)} {
		target := t.TempDir()
		bringKey(t, dir, target)
		if to == "" {
			to = "sqlite:" + target
		}
		ok(t, "restore", second, "--data", target, "--store", to)
		if out := ok(t, "verify", "--data", target, "--store", to); !strings.Contains(out, "1 photos") || !strings.Contains(out, "0 problems") {
			t.Errorf("%s: %s", to, out)
		}
		sameCounts(t, content(t, address), content(t, to), "sign_in_sessions", "key_wraps")
	}
}

func TestABackupWantsTheInstallationKey(t *testing.T) {
	dir := countyData(t)
	key := filepath.Join(dir, "installation.key")
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "backup")
	if r := fengqiao(t, "backup", to, "--data", dir); r.code != exitFailure || !strings.Contains(r.err, "encrypted under the installation key") {
		t.Errorf("without it: exit %d, %s", r.code, r.err)
	}
	ok(t, "keys", "init", "--data", dir)
	if r := fengqiao(t, "backup", to, "--data", dir); r.code != exitFailure || !strings.Contains(r.err, "belongs to another installation") {
		t.Errorf("with another: exit %d, %s", r.code, r.err)
	}
	if _, err := os.Stat(to); err == nil {
		t.Error("the folder was made")
	}
}
