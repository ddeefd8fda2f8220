package main

import (
	"bytes"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fengqiao/cmd/fengqiao/internal/settings"
	"fengqiao/internal/media"
)

// withPhoto is a data folder with one photo, and the files that it has for it.
func withPhoto(t *testing.T) (dir string, files []string) {
	t.Helper()
	dir = countyData(t)
	in, err := openInstallation(t.Context(), &settings.Values{Data: dir, HashMemory: 64, HashPasses: 1, HashLanes: 1, HashAtOnce: 1}, bare)
	if err != nil {
		t.Fatal(err)
	}
	album := media.New(in.Store.Photos(), in.Blobs, in.ring, media.Options{})
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewRGBA(image.Rect(0, 0, 1600, 1200)), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := album.Upload(t.Context(), "owner", "7f0f3b0a-5c7e-4b41-9a3e-2f3ed1f4f5aa", &b, "image/jpeg"); err != nil {
		t.Fatal(err)
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(filepath.Join(dir, "media"), func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil || len(files) != 2 {
		t.Fatalf("files %q, %v", files, err)
	}
	return dir, files
}

func TestVerifyReadsThePhotos(t *testing.T) {
	for name, tamper := range map[string]func(path string) error{
		"a file removed": os.Remove,
		"a file cut":     func(path string) error { return os.Truncate(path, 10) },
	} {
		t.Run(name, func(t *testing.T) {
			dir, files := withPhoto(t)
			ok(t, "verify", "--data", dir)
			slices.SortFunc(files, func(a, b string) int { // the photo is the larger of the two
				x, _ := os.Stat(a)
				y, _ := os.Stat(b)
				return int(y.Size() - x.Size())
			})
			for i, says := range []string{"its file", "its small picture"} {
				whole, err := os.ReadFile(files[i])
				if err != nil {
					t.Fatal(err)
				}
				if err := tamper(files[i]); err != nil {
					t.Fatal(err)
				}
				if r := fengqiao(t, "verify", "--data", dir); r.code != exitFailure || !strings.Contains(r.out, "photo ") || !strings.Contains(r.out, says) {
					t.Errorf("exit %d, should speak of %s:\n%s", r.code, says, r.out)
				}
				if err := os.WriteFile(files[i], whole, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func TestABackupWithoutAPhotoThatShouldBeThereSaysSo(t *testing.T) {
	dir, files := withPhoto(t)
	to := filepath.Join(t.TempDir(), "whole")
	ok(t, "backup", to, "--data", dir)
	if err := os.Remove(files[0]); err != nil {
		t.Fatal(err)
	}
	if r := fengqiao(t, "backup", filepath.Join(t.TempDir(), "b"), "--data", dir); r.code != exitFailure || !strings.Contains(r.err, "photo files") {
		t.Errorf("exit %d: %s", r.code, r.err)
	}
}

func TestABackupWithABadPhotoStillRestores(t *testing.T) {
	for what, spoil := range map[string]func(string) error{
		"lost": os.Remove,
		"cut":  func(file string) error { return os.Truncate(file, 10) },
	} {
		t.Run(what, func(t *testing.T) {
			dir, files := withPhoto(t)
			if err := spoil(files[0]); err != nil {
				t.Fatal(err)
			}
			backup, target := filepath.Join(t.TempDir(), "b"), t.TempDir()
			fengqiao(t, "backup", backup, "--data", dir)
			bringKey(t, dir, target)
			if out := ok(t, "restore", backup, "--data", target); !strings.Contains(out, "replayed") {
				t.Errorf("the erasures were not replayed: %s", out)
			}
			if r := fengqiao(t, "verify", "--data", target); r.code != exitFailure || !strings.Contains(r.out, "1 photos, 0 looks; 1 problems") {
				t.Errorf("verify of what was restored: exit %d, %s", r.code, r.out)
			}
		})
	}
}
