package archive_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fengqiao/cmd/fengqiao/internal/archive"
	"fengqiao/internal/media"
	"fengqiao/internal/seal"
	"fengqiao/internal/sqlite"
	"fengqiao/internal/store"
)

func quiet(string, int64, int64) {}

// keys are an installation key by epochs; each epoch's line is made once.
type keys []string

func (k *keys) upTo(t testing.TB, epochs ...int) seal.KEK {
	t.Helper()
	var text []string
	for _, e := range epochs {
		for len(*k) < e {
			*k = append(*k, fmt.Sprintf("%d:%s", len(*k)+1, seal.NewInstallationKey()))
		}
		text = append(text, (*k)[e-1])
	}
	key, err := seal.ParseInstallationKey(strings.Join(text, "\n"))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// empty is a place for an installation, without one.
func empty(t testing.TB) archive.Place {
	t.Helper()
	engine, err := sqlite.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close() })
	s, err := store.New(t.Context(), engine)
	if err != nil {
		t.Fatal(err)
	}
	blobs, err := media.NewDir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return archive.Place{Engine: engine, Store: s, Blobs: blobs}
}

// withRing runs fn with the keyring of a place, which it makes if there is none.
func withRing(t testing.TB, p archive.Place, key seal.KEK, fn func(*seal.Keyring) error) {
	t.Helper()
	ring, err := seal.New(t.Context(), p.Store.Wraps(), p.Store.Erasures(), key, seal.Options{})
	if err == nil {
		err = errors.Join(fn(ring), ring.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
}

// photographed is an installation with so many photos, each with its small picture, and some cases.
func photographed(t testing.TB, key seal.KEK, photos, cases int) archive.Place {
	t.Helper()
	p := empty(t)
	withRing(t, p, key, func(ring *seal.Keyring) error {
		album := media.New(p.Store.Photos(), p.Blobs, ring, media.Options{})
		for i := range photos {
			picture := image.NewRGBA(image.Rect(0, 0, 640, 480))
			for n := range 640 * 480 {
				picture.Set(n%640, n/640, color.RGBA{uint8(n * 7), uint8(n * n), uint8(n * (i + 1)), 255})
			}
			var b bytes.Buffer
			if err := jpeg.Encode(&b, picture, nil); err != nil {
				return err
			}
			if _, err := album.Upload(t.Context(), "owner", fmt.Sprintf("7f0f3b0a-5c7e-4b41-9a3e-2f3ed1f4f5%02x", i), &b, "image/jpeg"); err != nil {
				return err
			}
		}
		return nil
	})
	work(t, p, cases)
	return p
}

// backup makes a backup into a folder below in.
func backup(t testing.TB, p archive.Place, in, name string, key seal.KEK, since string) archive.Made {
	t.Helper()
	job := job(t, in, name, key)
	if since != "" {
		earlier, err := archive.OpenEarlier(t.Context(), filepath.Join(in, since), key)
		if err != nil {
			t.Fatal(err)
		}
		job.Earlier = earlier
	}
	m, err := job.Make(t.Context(), p, quiet)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func job(t testing.TB, in, name string, key seal.KEK) archive.Job {
	return archive.Job{Dir: filepath.Join(in, name), Wraps: filepath.Join(in, name+"-wraps"), Scratch: t.TempDir(), Key: key, Program: "test", Now: time.Now()}
}

// openBackup checks and opens a backup.
func openBackup(ctx context.Context, dir, wraps, scratch string, key seal.KEK) (*archive.Opened, error) {
	files, err := archive.Check(ctx, dir, wraps, quiet)
	if err != nil {
		return nil, err
	}
	return files.Open(ctx, key, scratch, quiet)
}

// restores restores a backup and holds what came of it against the sums, the sessions left out.
func restores(t testing.TB, in, name string, key seal.KEK, want archive.Sums) archive.Place {
	t.Helper()
	o, err := openBackup(t.Context(), filepath.Join(in, name), filepath.Join(in, name+"-wraps"), t.TempDir(), key)
	if err != nil {
		t.Fatal(err)
	}
	p := empty(t)
	if err := errors.Join(o.Restore(t.Context(), p, quiet), o.Close()); err != nil {
		t.Fatal(err)
	}
	got, err := archive.SumsOf(t.Context(), p.Engine, quiet)
	if err == nil {
		err = archive.Compare(want, got)
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// filesOf lists the files below a folder, by path.
func filesOf(t testing.TB, dir string) map[string]os.FileInfo {
	t.Helper()
	files := map[string]os.FileInfo{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err == nil {
			files[name], err = d.Info()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// rewrite replaces about half of the rows of a table by themselves, others each time, which moves their versions.
func rewrite(t testing.TB, p archive.Place, table string, round int) {
	t.Helper()
	var all, writes []store.Write
	err := p.Engine.Walk(t.Context(), table, func(r store.Row) error {
		all = append(all, store.Write{Table: table, Op: store.Replace, Row: r})
		if sha256.Sum256(fmt.Append(nil, r.ID, round))[0]%2 == 0 {
			writes = append(writes, all[len(all)-1])
		}
		return nil
	})
	if len(writes) == 0 { // ids are drawn: of five, none is chosen once in 32 times
		writes = all[:1]
	}
	if err == nil {
		_, err = p.Engine.Apply(t.Context(), writes...)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// flip changes one bit of a file.
func flip(path string, at int64) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	b[at] ^= 1
	return os.WriteFile(path, b, 0o600)
}
