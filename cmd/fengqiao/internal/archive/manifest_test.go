package archive

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"fengqiao/internal/seal"
)

// FuzzManifest: what is read names nothing outside the folder, and is written and read again the same.
func FuzzManifest(f *testing.F) {
	dir, other := f.TempDir(), f.TempDir()
	good := Manifest{Format: format, ID: "2026-03-01", Made: time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC), Program: "1", Epoch: 1, Files: []File{{"media/ab/cd", 7, "00"}, {contentsFile, 9, "11"}}}
	text, err := json.Marshal(good)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	for _, path := range []string{"../x", "/etc/passwd", "a/../../b", "..\\\\x", ""} {
		f.Add(bytes.Replace(text, []byte("media/ab/cd"), []byte(path), 1))
	}
	f.Add(bytes.Replace(text, []byte(`"format":`), []byte(`"format":9`), 1))
	f.Fuzz(func(t *testing.T, src []byte) {
		if err := os.WriteFile(filepath.Join(dir, manifestFile), src, 0o600); err != nil {
			t.Fatal(err)
		}
		m, err := readManifest(dir)
		if err != nil {
			return
		}
		for _, file := range m.Files {
			if rel, err := filepath.Rel(dir, filepath.Join(dir, file.Path)); err != nil || !filepath.IsLocal(rel) {
				t.Fatalf("%q lies outside: %q, %v", file.Path, rel, err)
			}
		}
		sum, err := m.sum()
		if err == nil {
			err = m.write(other)
		}
		if err != nil {
			t.Fatal(err)
		}
		again, err := readManifest(other)
		if err != nil {
			t.Fatal(err)
		}
		if twice, err := again.sum(); err != nil || twice != sum {
			t.Fatalf("%+v is written and read as %+v, %v", m, again, err)
		}
	})
}

// FuzzContents: the contents of a backup open as they were made, or not at all.
func FuzzContents(f *testing.F) {
	key, err := seal.ParseInstallationKey("1:" + seal.NewInstallationKey())
	if err != nil {
		f.Fatal(err)
	}
	dir := f.TempDir()
	m := Manifest{Format: format, ID: "2026-03-01"}
	sum, err := m.sum()
	if err != nil {
		f.Fatal(err)
	}
	made := contents{Manifest: sum, Wraps: "w", Tables: Sums{}, Records: records{Name: "fengqiao.db", Bytes: 5000, Sums: make([]byte, 2*sumBytes), Packs: []pack{{Path: "records/a", Key: []byte("k"), Blocks: []int{0, unused, 1}}}}}
	if _, err := made.write(dir, lock{ctx: f.Context(), key: key, id: m.ID, epoch: 1}); err != nil {
		f.Fatal(err)
	}
	path := filepath.Join(dir, contentsFile)
	box, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(box)
	f.Add(box[:len(box)-1])
	f.Add(append(bytes.Clone(box), 0))
	f.Add(bytes.Replace(box, []byte("fengqiao 1"), []byte("fengqiao 2"), 1))
	f.Add(bytes.Replace(box, []byte("-> fengqiao 1"), []byte("-> other\n\n-> fengqiao 1"), 1))
	f.Fuzz(func(t *testing.T, src []byte) {
		if err := os.WriteFile(path, src, 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := readContents(t.Context(), dir, m, key)
		if err == nil && !reflect.DeepEqual(got, made) || bytes.Equal(src, box) && err != nil {
			t.Fatalf("%+v, %v", got, err)
		}
	})
}
