package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"fengqiao/internal/seal"
)

// Earlier is a backup from which the next one takes over the files that are still the same. Each backup is whole by itself all the
// same: a file that was taken over has a name in both folders, so that either can be deleted or carried away. nil is none.
type Earlier struct {
	dir     string
	id      string
	files   map[string]File   // by path
	blobs   map[string]string // path by id
	records records           // none if they are under an older epoch
}

// OpenEarlier opens a backup to take files over from. Records that were made under an older epoch of the installation key than the
// newest are not taken over: a backup that is made after a rotation shares no key with those before, which the rotation is to
// retire. Photos are, since they are sealed under keys of their own.
func OpenEarlier(ctx context.Context, dir string, key seal.KEK) (*Earlier, error) {
	m, err := readManifest(dir)
	if err != nil {
		return nil, err
	}
	e := &Earlier{dir: dir, id: m.ID, files: map[string]File{}, blobs: map[string]string{}}
	for _, f := range m.Files {
		e.files[f.Path] = f
		if strings.HasPrefix(f.Path, mediaFolder+"/") {
			e.blobs[path.Base(f.Path)] = f.Path
		}
	}
	if m.Epoch == key.Newest() {
		c, err := readContents(ctx, dir, m, key)
		if err != nil {
			return nil, err
		}
		e.records = c.Records
	}
	return e, nil
}

// packs are the files of the records that may be taken over.
func (e *Earlier) packs() []pack {
	if e == nil {
		return nil
	}
	return e.records.Packs
}

// blob is the path of a photo's blob in the earlier backup, "" if it has none.
func (e *Earlier) blob(id string) string {
	if e == nil {
		return ""
	}
	return e.blobs[id]
}

// carry takes over a file of the earlier backup, under the same path: as another name of the same file, or as a copy where the file
// system has no such thing. It is read first, so that damage is not carried on: false if it is not what its manifest says, nor,
// where a sum is given, what that says.
func (m *making) carry(name, sum string) (bool, error) {
	want, known := m.Earlier.files[name]
	if !known || sum != "" && sum != want.SHA256 {
		return false, nil
	}
	if got, err := sumFile(m.Earlier.dir, name); err != nil || got != want {
		return false, nil
	}
	from, to := filepath.Join(m.Earlier.dir, filepath.FromSlash(name)), filepath.Join(m.Dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return false, fmt.Errorf("archive: %w", err)
	}
	if err := m.link(from, to); err == nil {
		m.manifest.Linked += want.Bytes
	} else if err := copyFile(from, to); err != nil {
		// Removed meanwhile, perhaps; what keeps the file from being written anew will be told then.
		_ = os.Remove(to)
		return false, nil
	}
	m.files[name] = want
	return true, nil
}

// copyFile makes a new file, whose bytes are on the disk when it returns.
func copyFile(from, to string) error {
	r, err := os.Open(from)
	if err != nil {
		return err
	}
	defer r.Close()
	w, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, r)
	return errors.Join(err, w.Sync(), w.Close())
}
