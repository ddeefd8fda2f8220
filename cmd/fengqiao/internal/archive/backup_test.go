package archive_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fengqiao/cmd/fengqiao/internal/archive"
	"fengqiao/internal/seal"
)

func TestTheNextBackupSharesWhatDidNotChangeAndBothAreWhole(t *testing.T) {
	var k keys
	key, in := k.upTo(t, 1), t.TempDir()
	p := photographed(t, key, 3, 700)
	first := backup(t, p, in, "first", key, "")
	work(t, p, 2)
	second := backup(t, p, in, "second", key, "first")
	if m := second.Manifest; m.Since != first.Manifest.ID || m.Written*4 > m.Linked || m.Written == 0 || m.Linked == 0 || first.Manifest.Linked != 0 {
		t.Errorf("first %d bytes written, then %d, %d linked", first.Manifest.Written, m.Written, m.Linked)
	}
	before, after := filesOf(t, filepath.Join(in, "first")), filesOf(t, filepath.Join(in, "second"))
	shared, photos := int64(0), 0
	for name, info := range after {
		if old := before[name]; old != nil && os.SameFile(old, info) {
			shared += info.Size()
			if strings.HasPrefix(name, "media") {
				photos++
			}
		}
	}
	if shared != second.Manifest.Linked || photos != 6 {
		t.Errorf("%d bytes and %d photo files are shared, the manifest says %d bytes", shared, photos, second.Manifest.Linked)
	}
	// Either is whole when the other is gone.
	kept := t.TempDir()
	for _, name := range []string{"second", "second-wraps"} {
		if err := os.CopyFS(filepath.Join(kept, name), os.DirFS(filepath.Join(in, name))); err != nil {
			t.Fatal(err)
		}
		if err := os.RemoveAll(filepath.Join(in, name)); err != nil {
			t.Fatal(err)
		}
	}
	restores(t, in, "first", key, first.Tables)
	if err := os.RemoveAll(filepath.Join(in, "first")); err != nil {
		t.Fatal(err)
	}
	restores(t, kept, "second", key, second.Tables)
}

func TestALongRowOfBackupsKeepsNoHeapOfOldBlocks(t *testing.T) {
	var k keys
	key, in := k.upTo(t, 1), t.TempDir()
	p := photographed(t, key, 0, 150)
	made := backup(t, p, in, "0", key, "")
	alone := made.Manifest.Written
	for i := 1; i <= 12; i++ {
		rewrite(t, p, "cases", i)
		made = backup(t, p, in, fmt.Sprint(i), key, fmt.Sprint(i-1))
		if all := made.Manifest.Written + made.Manifest.Linked; all > 2*alone+64<<10 {
			t.Fatalf("after %d rounds a backup takes %d bytes, the first took %d", i, all, alone)
		}
	}
	if made.Manifest.Linked == 0 {
		t.Error("nothing was taken over at last")
	}
	restores(t, in, "12", key, made.Tables)
}

func TestADamagedFileOfTheEarlierBackupIsNotTakenOver(t *testing.T) {
	var k keys
	key, in := k.upTo(t, 1), t.TempDir()
	p := photographed(t, key, 2, 100)
	first := backup(t, p, in, "first", key, "")
	damaged := 0
	for name, info := range filesOf(t, filepath.Join(in, "first")) {
		var spoil func(string) error
		switch {
		case strings.HasPrefix(name, "records"):
			spoil = func(path string) error { return flip(path, info.Size()/2) }
		case strings.HasPrefix(name, "media") && damaged%2 == 0:
			spoil = os.Remove
		case strings.HasPrefix(name, "media"):
			spoil = func(path string) error { return os.Truncate(path, info.Size()/2) }
		default:
			continue
		}
		if err := spoil(filepath.Join(in, "first", name)); err != nil {
			t.Fatal(err)
		}
		damaged++
	}
	second := backup(t, p, in, "second", key, "first")
	if second.Manifest.Linked != 0 || damaged < 5 {
		t.Errorf("%d bytes were taken over from %d damaged files", second.Manifest.Linked, damaged)
	}
	restores(t, in, "second", key, first.Tables)
}

func TestABackupAfterARotationNeedsNoOlderEpoch(t *testing.T) {
	var k keys
	old, both := k.upTo(t, 1), k.upTo(t, 1, 2)
	in := t.TempDir()
	p := photographed(t, old, 1, 100)
	backup(t, p, in, "old", old, "")
	withRing(t, p, both, func(ring *seal.Keyring) error { return ring.Rotate(t.Context(), nil) })
	fresh := backup(t, p, in, "fresh", both, "old")
	before, after := filesOf(t, filepath.Join(in, "old")), filesOf(t, filepath.Join(in, "fresh"))
	for name, info := range after {
		if shared := before[name] != nil && os.SameFile(before[name], info); shared != strings.HasPrefix(name, "media") {
			t.Errorf("%s is shared: %v", name, shared)
		}
	}
	again := backup(t, p, in, "again", both, "fresh")
	if again.Manifest.Linked < again.Manifest.Written {
		t.Errorf("within the new epoch %d bytes were written, %d taken over", again.Manifest.Written, again.Manifest.Linked)
	}
	// The line of the old epoch is destroyed.
	only := k.upTo(t, 2)
	if _, err := openBackup(t.Context(), filepath.Join(in, "old"), filepath.Join(in, "old-wraps"), t.TempDir(), only); !errors.Is(err, seal.ErrNoEpoch) {
		t.Errorf("the old backup still opens: %v", err)
	}
	if err := errors.Join(os.RemoveAll(filepath.Join(in, "old")), os.RemoveAll(filepath.Join(in, "old-wraps"))); err != nil {
		t.Fatal(err)
	}
	restores(t, in, "fresh", only, fresh.Tables)
	restores(t, in, "again", only, again.Tables)
}

func TestABackupUnderAKeyThatDoesNotFitIsNotMade(t *testing.T) {
	var k, other keys
	key, in := k.upTo(t, 1), t.TempDir()
	p := photographed(t, key, 0, 1)
	if _, err := job(t, in, "b", other.upTo(t, 1)).Make(t.Context(), p, quiet); !errors.Is(err, seal.ErrWrongKey) {
		t.Errorf("got %v", err)
	}
	backup(t, p, in, "mine", key, "")
	if _, err := archive.OpenEarlier(t.Context(), filepath.Join(in, "mine"), other.upTo(t, 1)); !errors.Is(err, seal.ErrWrongKey) {
		t.Errorf("another installation's backup as the earlier one: %v", err)
	}
}

func TestTheCopyInClearIsGoneAfterwards(t *testing.T) {
	var k keys
	key, in := k.upTo(t, 1), t.TempDir()
	p := photographed(t, key, 0, 1)
	j := job(t, in, "b", key)
	long := time.Now().Add(-25 * time.Hour)
	for name, at := range map[string]time.Time{"fengqiao-backup-crashed": long, "fengqiao-backup-running": time.Now(), "somebody's": long} {
		dir := filepath.Join(j.Scratch, name)
		if err := errors.Join(os.Mkdir(dir, 0o700), os.Chtimes(dir, at, at)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := j.Make(t.Context(), p, quiet); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(j.Scratch)
	var left []string
	for _, e := range entries {
		left = append(left, e.Name())
	}
	if err != nil || strings.Join(left, " ") != "fengqiao-backup-running somebody's" {
		t.Errorf("left behind: %q, %v", left, err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	j = job(t, in, "ended", key)
	if _, err := j.Make(ended, p, quiet); err == nil {
		t.Fatal("a backup that was ended was made")
	}
	if entries, err := os.ReadDir(j.Scratch); err != nil || len(entries) > 0 {
		t.Errorf("a backup that was ended left %v, %v", entries, err)
	}
}

func TestAPhotoThatTheStoreLostIsInTheNextBackupToo(t *testing.T) {
	var k keys
	key, in := k.upTo(t, 1), t.TempDir()
	p := photographed(t, key, 1, 0)
	first := backup(t, p, in, "first", key, "")
	for name := range filesOf(t, filepath.Join(in, "first", "media")) {
		if err := p.Blobs.Delete(t.Context(), filepath.Base(name)); err != nil {
			t.Fatal(err)
		}
	}
	second := backup(t, p, in, "second", key, "first")
	if second.Media.Lost != 2 || second.Media.Missing != 0 {
		t.Errorf("%+v", second.Media)
	}
	restores(t, in, "second", key, first.Tables)
	if alone := backup(t, p, in, "alone", key, ""); alone.Media.Lost != 2 || alone.Media.Missing != 2 {
		t.Errorf("without an earlier one: %+v", alone.Media)
	}
}

func TestRoundsTakeOverFromTheNewestAndGoOnWithoutIt(t *testing.T) {
	var k keys
	key, in := k.upTo(t, 1), t.TempDir()
	p := photographed(t, key, 1, 50)
	rounds := archive.Rounds{Dir: in, Wraps: in + "-wraps", Every: time.Hour, Keep: 2, Key: key, Scratch: t.TempDir()}
	now := time.Now()
	pass := func() archive.Made {
		t.Helper()
		m, made, err := rounds.Pass(t.Context(), p, now)
		if err != nil || !made {
			t.Fatal(made, err)
		}
		now = now.Add(2 * time.Hour)
		return m
	}
	first, second := pass(), pass()
	if second.Manifest.Since != first.Manifest.ID || second.Manifest.Linked < second.Manifest.Written || second.Whole != nil {
		t.Errorf("%+v", second)
	}
	newest := filepath.Join(in, now.Add(-2*time.Hour).UTC().Format("2006-01-02T15-04-05Z"))
	if err := flip(filepath.Join(newest, "contents.age"), 400); err != nil {
		t.Fatal(err)
	}
	if third := pass(); third.Whole == nil || third.Manifest.Linked != 0 {
		t.Errorf("beside a broken one: %+v", third)
	}
}
