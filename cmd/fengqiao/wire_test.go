package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fengqiao/internal/seal"
)

func TestAnotherInstallationsKeyIsToldNotCrashedOn(t *testing.T) {
	dir := t.TempDir()
	ok(t, "keys", "init", "--data", dir)
	ok(t, "user", "list", "--data", dir)
	if err := os.Remove(filepath.Join(dir, seal.KeyFile)); err != nil {
		t.Fatal(err)
	}
	ok(t, "keys", "init", "--data", dir)
	r := fengqiao(t, "user", "list", "--data", dir)
	if r.code != exitFailure || !strings.Contains(r.err, "seal: root:") {
		t.Fatalf("exit %d: %s", r.code, r.err)
	}
}
