package archive_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fengqiao/cmd/fengqiao/internal/archive"
	"fengqiao/internal/seal"
)

// forge makes the manifest of a folder say what lies there now, as somebody would who can write to the backup and has no key.
func forge(t testing.TB, dir string, change func(*archive.Manifest)) {
	t.Helper()
	path := filepath.Join(dir, "manifest.json")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var m archive.Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(&m)
	}
	var files []archive.File
	for _, f := range m.Files {
		b, err := os.ReadFile(filepath.Join(dir, f.Path))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(b)
		files = append(files, archive.File{Path: f.Path, Bytes: int64(len(b)), SHA256: hex.EncodeToString(sum[:])})
	}
	m.Files = files
	if text, err = json.Marshal(m); err == nil {
		err = os.WriteFile(path, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// tampered is two backups of one installation, an erasure between them, and a way to lay out a copy of the second to tamper with.
type tampered struct {
	t             *testing.T
	key           seal.KEK
	in, scratch   string
	first, second archive.Made
}

func newTampered(t *testing.T) *tampered {
	var k keys
	x := &tampered{t: t, key: k.upTo(t, 1), in: t.TempDir(), scratch: t.TempDir()}
	p := photographed(t, x.key, 1, 40)
	x.first = backup(t, p, x.in, "first", x.key, "")
	work(t, p, 40)
	withRing(t, p, x.key, func(ring *seal.Keyring) error {
		id, err := ring.NewKey(t.Context())
		if err == nil {
			err = ring.Erase(t.Context(), id)
		}
		return err
	})
	x.second = backup(t, p, x.in, "second", x.key, "")
	return x
}

// copyTo lays out a copy of the second backup.
func (x *tampered) copyTo(in string) (dir, wraps string) {
	x.t.Helper()
	dir, wraps = filepath.Join(in, "second"), filepath.Join(in, "second-wraps")
	for _, d := range []string{"second", "second-wraps"} {
		if err := os.CopyFS(filepath.Join(in, d), os.DirFS(filepath.Join(x.in, d))); err != nil {
			x.t.Fatal(err)
		}
	}
	return dir, wraps
}

// refused looks whether the backup is refused, by Check or by Open, before there is anything to restore.
func (x *tampered) refused(what, dir, wraps string, says ...string) {
	x.t.Helper()
	o, err := openBackup(context.Background(), dir, wraps, x.scratch, x.key)
	if err == nil {
		x.t.Errorf("%s: the backup opens", what)
		_ = o.Close()
		return
	}
	for _, s := range says {
		if !strings.Contains(err.Error(), s) {
			x.t.Errorf("%s: %q is not told: %v", what, s, err)
		}
	}
}

func (x *tampered) packs(m archive.Made) []string {
	var list []string
	for _, f := range m.Manifest.Files {
		if strings.HasPrefix(f.Path, "records/") {
			list = append(list, filepath.FromSlash(f.Path))
		}
	}
	return list
}

func TestDamageToAnyFileOfABackupIsTold(t *testing.T) {
	x := newTampered(t)
	dir, wraps := x.copyTo(t.TempDir())
	for _, of := range []string{dir, wraps} {
		for name, info := range filesOf(t, of) {
			path := filepath.Join(of, name)
			was, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, at := range []int64{0, info.Size() / 3, info.Size() / 2, info.Size() - 2} {
				if err := flip(path, at); err != nil {
					t.Fatal(err)
				}
				x.refused(name+" with a byte flipped", dir, wraps)
				if err := os.WriteFile(path, was, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Truncate(path, info.Size()-2); err != nil { // the manifest's last byte is the end of a line
				t.Fatal(err)
			}
			x.refused(name+" cut short", dir, wraps)
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			x.refused(name+" missing", dir, wraps)
			if err := os.WriteFile(path, was, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	o, err := openBackup(t.Context(), dir, wraps, t.TempDir(), x.key)
	if err != nil {
		t.Fatal("untouched, it does not open: ", err)
	}
	if err := o.Close(); err != nil {
		t.Error(err)
	}
}

func TestEveryByteOfABackupsDescriptionsCounts(t *testing.T) {
	var k keys
	x := &tampered{t: t, key: k.upTo(t, 1), in: t.TempDir(), scratch: t.TempDir()}
	x.second = backup(t, empty(t), x.in, "second", x.key, "")
	dir, wraps := x.copyTo(t.TempDir())
	for _, name := range []string{"contents.age", "manifest.json"} {
		path := filepath.Join(dir, name)
		was, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		manifest, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
		if err != nil {
			t.Fatal(err)
		}
		for at := range int64(len(was)) {
			if name == "manifest.json" && strings.ContainsRune(" \n", rune(was[at])) {
				continue // between its words
			}
			if name == "contents.age" && at > 300 && at%16 != 0 {
				continue // all of the header, and samples of what is behind
			}
			if err := flip(path, at); err != nil {
				t.Fatal(err)
			}
			if name == "contents.age" {
				forge(t, dir, nil) // so that the checksum fits
			}
			x.refused(fmt.Sprintf("%s at %d: %q", name, at, was[max(0, at-30):min(int64(len(was)), at+30)]), dir, wraps)
			if err := errors.Join(os.WriteFile(path, was, 0o600), os.WriteFile(filepath.Join(dir, "manifest.json"), manifest, 0o600)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestWhoExchangesFilesAndManifestIsFoundOut(t *testing.T) {
	x := newTampered(t)
	first, firstWraps := filepath.Join(x.in, "first"), filepath.Join(x.in, "first-wraps")
	packs, old := x.packs(x.second), x.packs(x.first)
	put := func(from, to string) error {
		b, err := os.ReadFile(from)
		if err == nil {
			err = os.WriteFile(to, b, 0o600)
		}
		return err
	}
	for what, c := range map[string]struct {
		tamper func(dir, wraps string) error
		says   string
	}{
		"a segment of another backup": {func(dir, _ string) error {
			err := put(filepath.Join(first, old[0]), filepath.Join(dir, packs[0]))
			forge(t, dir, nil)
			return err
		}, "changed or exchanged"},
		"a segment taken out": {func(dir, _ string) error {
			err := os.Remove(filepath.Join(dir, packs[0]))
			forge(t, dir, nil)
			return err
		}, "changed or exchanged"},
		"a photo taken out": {func(dir, _ string) error {
			err := os.RemoveAll(filepath.Join(dir, "media"))
			forge(t, dir, nil)
			return err
		}, "changed or exchanged"},
		"another time of making": {func(dir, _ string) error {
			forge(t, dir, func(m *archive.Manifest) { m.Made = m.Made.AddDate(0, 0, 1) })
			return nil
		}, "changed or exchanged"},
		"the wraps of before an erasure": {func(dir, wraps string) error {
			err := put(filepath.Join(firstWraps, "keys.db"), filepath.Join(wraps, "keys.db"))
			forge(t, wraps, nil)
			return err
		}, "changed or exchanged"},
		"the contents of another backup": {func(dir, _ string) error {
			err := put(filepath.Join(first, "contents.age"), filepath.Join(dir, "contents.age"))
			forge(t, dir, nil)
			return err
		}, "does not open"},
		"the contents of another backup, and its id": {func(dir, wraps string) error {
			err := put(filepath.Join(first, "contents.age"), filepath.Join(dir, "contents.age"))
			for _, d := range []string{dir, wraps} {
				forge(t, d, func(m *archive.Manifest) { m.ID = x.first.Manifest.ID })
			}
			return err
		}, "changed or exchanged"},
		"the wraps of another backup": {func(_, wraps string) error {
			return errors.Join(put(filepath.Join(firstWraps, "keys.db"), filepath.Join(wraps, "keys.db")),
				put(filepath.Join(firstWraps, "manifest.json"), filepath.Join(wraps, "manifest.json")))
		}, "belong to another backup"},
		"format 1": {func(dir, _ string) error {
			forge(t, dir, func(m *archive.Manifest) { m.Format = 1 })
			return nil
		}, "has format 1, this program reads 2"},
	} {
		t.Run(what, func(t *testing.T) {
			dir, wraps := x.copyTo(t.TempDir())
			if err := c.tamper(dir, wraps); err != nil {
				t.Fatal(err)
			}
			x.refused(what, dir, wraps, c.says)
		})
	}
}

func TestABackupIsCheckedWithoutItsKey(t *testing.T) {
	x := newTampered(t)
	files, err := archive.Check(t.Context(), filepath.Join(x.in, "second"), filepath.Join(x.in, "second-wraps"), quiet)
	if err != nil || files.Manifest.ID != x.second.Manifest.ID {
		t.Errorf("%+v, %v", files, err)
	}
}
