package archive

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"fengqiao/internal/seal"
)

// TestWithoutLinksFilesAreCopied is a backup beside an earlier one on another file system.
func TestWithoutLinksFilesAreCopied(t *testing.T) {
	key, err := seal.ParseInstallationKey(seal.NewInstallationKey())
	if err != nil {
		t.Fatal(err)
	}
	data, in, quiet := t.TempDir(), t.TempDir(), func(string, int64, int64) {}
	p, err := openFolder(t.Context(), data, filepath.Join(data, "apart"), filepath.Join(data, "media"))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Engine.Close()
	backup := func(name string, earlier *Earlier) Made {
		t.Helper()
		m, err := Job{Dir: filepath.Join(in, name), Wraps: filepath.Join(in, name+"-wraps"), Scratch: t.TempDir(), Key: key, Now: time.Now(), Earlier: earlier}.
			make(t.Context(), p, func(string, string) error { return syscall.EXDEV }, quiet)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	backup("first", nil)
	earlier, err := OpenEarlier(t.Context(), filepath.Join(in, "first"), key)
	if err != nil {
		t.Fatal(err)
	}
	pack := earlier.records.Packs[0].Path
	second := backup("second", earlier)
	before, err := os.Stat(filepath.Join(in, "first", pack))
	if err != nil {
		t.Fatal(err)
	}
	after, err := os.Stat(filepath.Join(in, "second", pack))
	if err != nil || os.SameFile(before, after) || second.Manifest.Linked != 0 || second.Manifest.Written < after.Size() {
		t.Errorf("%v; %d bytes written, %d linked", err, second.Manifest.Written, second.Manifest.Linked)
	}
	files, err := Check(context.Background(), filepath.Join(in, "second"), filepath.Join(in, "second-wraps"), quiet)
	if err != nil {
		t.Fatal(err)
	}
	o, err := files.Open(t.Context(), key, t.TempDir(), quiet)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
}
