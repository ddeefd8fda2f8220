package archive

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"fengqiao/internal/durable"
)

// Manifest describes a backup, or its wraps, in the clear: what it takes to check the files, and nothing of what is in them.
type Manifest struct {
	Format  int       `json:"format"`
	ID      string    `json:"id"`
	Made    time.Time `json:"made"`
	Program string    `json:"program"`
	// Epoch is that of the installation key which opens the backup. Not said of wraps, which have epochs each of their own.
	Epoch int64 `json:"epoch,omitempty"`
	// Since is the backup from which files were taken over, if any. Written and Linked are the bytes of records and photos that
	// were written for this backup, and that it shares on the disk with the earlier one.
	Since   string `json:"since,omitempty"`
	Written int64  `json:"written,omitempty"`
	Linked  int64  `json:"linked,omitempty"`
	Files   []File `json:"files"`
}

// File is one file of a backup, as it lies there.
type File struct {
	Path   string `json:"path"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// sum is the SHA-256 of a manifest, in hex. The contents hold it, so that their own entry is left out.
func (m Manifest) sum() (string, error) {
	m.Files = slices.DeleteFunc(slices.Clone(m.Files), func(f File) bool { return f.Path == contentsFile })
	text, err := json.Marshal(m)
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), err
}

// write stores the manifest so that it is there whole or not at all.
func (m Manifest) write(dir string) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "manifest")
	if err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	_, err = f.Write(append(text, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), filepath.Join(dir, manifestFile))
	}
	if err != nil {
		return fmt.Errorf("archive: write manifest: %w", errors.Join(err, os.Remove(f.Name())))
	}
	return durable.Folder(dir)
}

// readManifest reads the manifest of a folder and looks at no other file.
func readManifest(dir string) (Manifest, error) {
	var m Manifest
	text, err := os.ReadFile(filepath.Join(dir, manifestFile))
	if errors.Is(err, fs.ErrNotExist) {
		return m, fmt.Errorf("archive: %s has no %s: it is no backup, or one that broke off", dir, manifestFile)
	}
	if err != nil {
		return m, fmt.Errorf("archive: %w", err)
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("archive: %s: %w", manifestFile, err)
	}
	if m.Format != format {
		return m, fmt.Errorf("archive: the backup in %s has format %d, this program reads %d", dir, m.Format, format)
	}
	for _, f := range m.Files {
		if !filepath.IsLocal(filepath.FromSlash(f.Path)) {
			return m, fmt.Errorf("archive: %s names %q, which lies outside", manifestFile, f.Path)
		}
	}
	return m, nil
}

// check holds every file that the manifest names against it. It needs no key.
func (m Manifest) check(ctx context.Context, dir string, progress Progress) error {
	for i, want := range m.Files {
		if err := ctx.Err(); err != nil {
			return err
		}
		got, err := sumFile(dir, want.Path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("archive: %s is missing in %s", want.Path, dir)
		case err != nil:
			return fmt.Errorf("archive: %w", err)
		case got != want:
			return fmt.Errorf("archive: %s was changed or damaged: its checksum is not the manifest's (it has %d bytes, should have %d)",
				want.Path, got.Bytes, want.Bytes)
		}
		progress("checksums", int64(i+1), int64(len(m.Files)))
	}
	return nil
}

// Checked is a backup whose files are those that its manifests name.
type Checked struct {
	Manifest   Manifest
	manifest   Manifest // of the wraps
	dir, wraps string
}

// Check holds the files of a backup and of its wraps against their manifests. That needs no key, and finds damage; whether somebody
// exchanged files and manifest together, only Open can tell.
func Check(ctx context.Context, dir, wraps string, progress Progress) (*Checked, error) {
	c := &Checked{dir: dir, wraps: wraps}
	for _, part := range []struct {
		dir  string
		into *Manifest
	}{{dir, &c.Manifest}, {wraps, &c.manifest}} {
		m, err := readManifest(part.dir)
		if err != nil {
			return nil, err
		}
		if err := m.check(ctx, part.dir, progress); err != nil {
			return nil, err
		}
		*part.into = m
	}
	if c.manifest.ID != c.Manifest.ID {
		return nil, fmt.Errorf("archive: the wraps in %s belong to another backup", wraps)
	}
	return c, nil
}

// listFiles lists the files below folders of root, the known ones as they are known.
func listFiles(ctx context.Context, root string, known map[string]File, progress Progress, folders ...string) ([]File, error) {
	var files []File
	for _, folder := range folders {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || d.Name() == manifestFile {
				return err
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			name, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			f, ok := known[filepath.ToSlash(name)]
			if !ok {
				f, err = sumFile(root, filepath.ToSlash(name))
			}
			files = append(files, f)
			progress("checksums", int64(len(files)), 0)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("archive: %w", err)
		}
	}
	return files, nil
}

// sumFile reads the file of that path, with slashes, below root.
func sumFile(root, path string) (File, error) {
	f, err := os.Open(filepath.Join(root, filepath.FromSlash(path)))
	if err != nil {
		return File{}, err
	}
	sum, n, err := fileSum(f)
	return File{path, n, sum}, errors.Join(err, f.Close())
}

// fileSum is the SHA-256 of what r gives, in hex.
func fileSum(r io.Reader) (string, int64, error) {
	h := sha256.New()
	n, err := io.Copy(h, r)
	return hex.EncodeToString(h.Sum(nil)), n, err
}
