package media

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"fengqiao/mediation"
)

func TestBlobsInAFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "blobs")
	d, err := NewDir(path)
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	if n, err := d.Put(ctx, "one", strings.NewReader("first")); n != 5 || err != nil {
		t.Fatalf("Put = %d, %v", n, err)
	}
	if _, err := d.Put(ctx, "one", strings.NewReader("second")); !errors.Is(err, mediation.ErrExists) {
		t.Errorf("a second Put: %v", err)
	}
	if _, err := d.Put(ctx, "torn", io.MultiReader(strings.NewReader("half"), iotest.ErrReader(io.ErrUnexpectedEOF))); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a torn Put: %v", err)
	}
	if _, err := d.Open(ctx, "torn"); !errors.Is(err, mediation.ErrNotFound) {
		t.Errorf("half a blob is there: %v", err)
	}
	ended, end := context.WithCancel(ctx)
	end()
	if _, err := d.Put(ended, "late", strings.NewReader("words")); !errors.Is(err, context.Canceled) {
		t.Errorf("a Put after its context: %v", err)
	}
	again, err := NewDir(path)
	if err != nil {
		t.Fatal(err)
	}
	body, err := again.Open(ctx, "one")
	if got := content(t, body, err); string(got) != "first" {
		t.Errorf("after a restart it is %q", got)
	}
	for range 2 {
		if err := again.Delete(ctx, "one"); err != nil {
			t.Errorf("Delete: %v", err)
		}
	}
	if left, err := os.ReadDir(filepath.Join(path, parts)); err != nil || len(left) != 0 {
		t.Errorf("unfinished files are left: %v, %v", left, err)
	}
}

func TestBlobIdsCannotLeaveTheFolder(t *testing.T) {
	d, err := NewDir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"", ".", "..", "../x", "a/b", `a\b`, "a\x00", "照片", strings.Repeat("a", 129)} {
		if _, err := d.Put(t.Context(), id, strings.NewReader("x")); err == nil {
			t.Errorf("Put took %q", id)
		}
		if _, err := d.Open(t.Context(), id); err == nil {
			t.Errorf("Open took %q", id)
		}
		if err := d.Delete(t.Context(), id); err == nil {
			t.Errorf("Delete took %q", id)
		}
	}
}

func TestOneOfManyPutsWins(t *testing.T) {
	d, err := NewDir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var won atomic.Int32
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			switch _, err := d.Put(t.Context(), "same", strings.NewReader("x")); {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, mediation.ErrExists):
				t.Error(err)
			}
		})
	}
	group.Wait()
	if won.Load() != 1 {
		t.Errorf("%d won", won.Load())
	}
}

func TestWhatACrashLeftIsRemovedAndWhatIsBeingWrittenIsNot(t *testing.T) {
	path := t.TempDir()
	if _, err := NewDir(path); err != nil {
		t.Fatal(err)
	}
	old, now := filepath.Join(path, parts, "old"), filepath.Join(path, parts, "now")
	for _, name := range []string{old, now} {
		if err := os.WriteFile(name, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	past := time.Now().Add(-25 * time.Hour)
	if err := os.Chtimes(old, past, past); err != nil {
		t.Fatal(err)
	}
	if _, err := NewDir(path); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(old); err == nil {
		t.Error("the old one is still there")
	}
	if _, err := os.Stat(now); err != nil {
		t.Error(err)
	}
}
