package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAPlanGoesToAnotherInstallationAsASnapshot(t *testing.T) {
	here, there := t.TempDir(), t.TempDir()
	ok(t, "import", "plan", write(t, "one.geojson", twoCells), "--data", here)
	ok(t, "import", "plan", write(t, "two.geojson", joined), "--keep", "--data", here)
	dir := t.TempDir()
	one, two := filepath.Join(dir, "one.plan"), filepath.Join(dir, "two.plan")
	if out := ok(t, "plan", "snapshot", one, "--data", here); !strings.Contains(out, "plan one") {
		t.Errorf("not the plan in force: %s", out)
	}
	ok(t, "plan", "snapshot", two, "--version", "two", "--data", here)

	if out := ok(t, "import", "plan", one, "--data", there); !strings.Contains(out, "plan one: 2 cells, from a snapshot") {
		t.Errorf("%s", out)
	}
	if out := ok(t, "import", "plan", two, "--keep", "--data", there); !strings.Contains(out, "one → two: the same 0, merged 1") {
		t.Errorf("%s", out)
	}
	ok(t, "plan", "enact", "two", "--data", there)
	again := filepath.Join(dir, "again.plan")
	ok(t, "plan", "snapshot", again, "--data", there)
	if was, is := read(t, two), read(t, again); was != is {
		t.Error("the plan there is not the plan here")
	}
	// Told again where it came from, or where the same file was imported, it is the same plan.
	for _, dir := range []string{here, there} {
		ok(t, "import", "plan", one, "--data", dir)
	}
}

func TestASnapshotThatCannotBeUsedIsRefusedAndSaysWhy(t *testing.T) {
	data, dir := t.TempDir(), t.TempDir()
	if r := fengqiao(t, "plan", "snapshot", filepath.Join(dir, "none"), "--data", data); r.code != exitFailure || !strings.Contains(r.err, "no plan has been imported") {
		t.Errorf("exit %d, %s", r.code, r.err)
	}
	ok(t, "import", "plan", write(t, "one.geojson", twoCells), "--data", data)
	file := filepath.Join(dir, "one.plan")
	ok(t, "plan", "snapshot", file, "--data", data)
	sound := read(t, file)
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"plan", "snapshot", file}, exitFailure, "exists"},
		{[]string{"plan", "snapshot", filepath.Join(dir, "three"), "--version", "three"}, exitUsage, `no edition "three"`},
		{[]string{"import", "plan", write(t, "cut.plan", sound[:len(sound)/2])}, exitFailure, "cut.plan: grid: the snapshot is cut off"},
		{[]string{"import", "plan", write(t, "altered.plan", sound[:100]+"x"+sound[101:])}, exitFailure, "checksum"},
		{[]string{"import", "plan", write(t, "later.plan", sound[:8]+"\xff"+sound[9:])}, exitFailure, "a newer one"},
		{[]string{"import", "plan", file, "--version", "mine"}, exitUsage, "--version is for boundary files"},
		{[]string{"import", "plan", file, "--check"}, exitUsage, "--check is for boundary files"},
	} {
		r := fengqiao(t, append(c.args, "--data", data)...)
		if r.code != c.code || !strings.Contains(r.err, c.says) {
			t.Errorf("%v: exit %d, %s", c.args, r.code, r.err)
		}
	}
	if out := ok(t, "plan", "list", "--data", data); strings.Count(out, "one") != 2 {
		t.Errorf("something has been kept: %s", out)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
