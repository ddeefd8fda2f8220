package archive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"

	"fengqiao/internal/media"
	"fengqiao/internal/sqlite"
	"fengqiao/internal/store"
)

// A backup is a folder with the records and the photos, and a second one with the wrapped keys, which may be kept elsewhere:
//
//	DIR/manifest.json        what follows, with sums; written last, so that a backup without it is not one
//	DIR/records/fengqiao.db
//	DIR/media/…
//	WRAPS/manifest.json      the same id
//	WRAPS/keys.db
//
// The installation key is in neither: who finds both folders reads nothing personal.
const (
	manifestFile  = "manifest.json"
	recordsFolder = "records"
	mediaFolder   = "media"
	// WrapsFolder is where the wraps go unless said otherwise.
	WrapsFolder = "wraps"
	format      = 1
)

// Manifest describes a backup, or its wraps.
type Manifest struct {
	Format  int       `json:"format"`
	ID      string    `json:"id"`
	Made    time.Time `json:"made"`
	Program string    `json:"program"`
	Files   []File    `json:"files"`
	// Tables and Media count what is inside; in the records' manifest alone.
	Tables Sums      `json:"tables,omitempty"`
	Media  *MediaSum `json:"media,omitempty"`
}

// File is one file of a backup.
type File struct {
	Path   string `json:"path"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Backup writes a backup of a running or stopped installation.
func Backup(ctx context.Context, from Place, dir, wraps, program string, now time.Time, progress Progress) (Manifest, error) {
	m := Manifest{Format: format, ID: uuid.NewString(), Made: now.UTC().Truncate(time.Second), Program: program}
	records := filepath.Join(dir, recordsFolder)
	for _, d := range []string{dir, wraps} {
		if err := mustBeNew(d); err != nil {
			return m, err
		}
	}
	for _, d := range []string{records, wraps} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return m, fmt.Errorf("archive: %w", err)
		}
	}
	err := from.Engine.Backup(ctx, records, wraps, func(done, total int64) { progress("records", done, total) })
	if err != nil {
		return m, err
	}
	if err := m.look(ctx, from, dir, wraps, progress); err != nil {
		return m, err
	}
	if m.Files, err = listFiles(ctx, dir, progress, recordsFolder, mediaFolder); err != nil {
		return m, err
	}
	w := Manifest{Format: format, ID: m.ID, Made: m.Made, Program: program}
	if w.Files, err = listFiles(ctx, wraps, progress, "."); err != nil {
		return m, err
	}
	if err := w.write(wraps); err != nil {
		return m, err
	}
	return m, m.write(dir)
}

func mustBeNew(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	return fmt.Errorf("archive: %s is not empty; give each backup a folder of its own", dir)
}

// look opens the copy, counts it, and fetches the photos that its records name: those are all there, as records are written
// before their blobs' names become known and blobs outlive records.
func (m *Manifest) look(ctx context.Context, from Place, dir, wraps string, progress Progress) (err error) {
	copied, closeCopy, err := openFolder(ctx, filepath.Join(dir, recordsFolder), wraps, filepath.Join(dir, mediaFolder))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeCopy()) }()
	if m.Tables, err = SumsOf(ctx, copied.Engine, func(what string, n, total int64) { progress("count "+what, n, total) }); err != nil {
		return err
	}
	sum, err := copyMedia(ctx, copied, from, copied.Blobs, progress)
	m.Media = &sum
	return err
}

// openFolder opens SQLite files and a folder of photos as a Place.
func openFolder(ctx context.Context, records, wraps, photos string) (Place, func() error, error) {
	e, err := sqlite.New(records, sqlite.WithApart(wraps))
	if err != nil {
		return Place{}, nil, err
	}
	s, err := store.New(ctx, e)
	if err != nil {
		return Place{}, nil, errors.Join(err, e.Close())
	}
	blobs, err := media.NewDir(photos)
	if err != nil {
		return Place{}, nil, errors.Join(err, e.Close())
	}
	return Place{Engine: e, Store: s, Blobs: blobs}, e.Close, nil
}

func listFiles(ctx context.Context, root string, progress Progress, folders ...string) ([]File, error) {
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
			f, err := sumFile(root, name)
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

func sumFile(root, name string) (File, error) {
	f, err := os.Open(filepath.Join(root, name))
	if err != nil {
		return File{}, err
	}
	sum, n, err := fileSum(f)
	return File{filepath.ToSlash(name), n, sum}, errors.Join(err, f.Close())
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
	return nil
}

// ReadManifest reads a backup's manifest and checks every file that it names.
func ReadManifest(ctx context.Context, dir string, progress Progress) (Manifest, error) {
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
		return m, fmt.Errorf("archive: the backup has format %d, this program reads %d", m.Format, format)
	}
	for i, want := range m.Files {
		if err := ctx.Err(); err != nil {
			return m, err
		}
		if !filepath.IsLocal(filepath.FromSlash(want.Path)) {
			return m, fmt.Errorf("archive: %s names %q, which lies outside", manifestFile, want.Path)
		}
		got, err := sumFile(dir, filepath.FromSlash(want.Path))
		if err != nil {
			return m, fmt.Errorf("archive: %w", err)
		}
		if got != want {
			return m, fmt.Errorf("archive: %s was changed or damaged: its checksum is not the manifest's", want.Path)
		}
		progress("checksums", int64(i+1), int64(len(m.Files)))
	}
	return m, nil
}
