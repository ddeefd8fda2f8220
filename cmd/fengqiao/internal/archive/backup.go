package archive

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"

	"fengqiao/internal/durable"
	"fengqiao/internal/media"
	"fengqiao/internal/seal"
	"fengqiao/internal/sqlite"
	"fengqiao/internal/store"
)

// A backup is a folder with the records and the photos, and a second one with the wrapped keys, which may be kept elsewhere:
//
//	DIR/manifest.json        the files, with sums; written last, so that a backup without it is not one
//	DIR/contents.age         what is in them, and the keys of the packs, under the installation key
//	DIR/records/….age        the database, in packs, each under a key of its own
//	DIR/media/…              photos, under keys of their own already
//	WRAPS/manifest.json      the same id
//	WRAPS/keys.db            the data keys, each wrapped under the installation key already
//
// The installation key is in neither: who finds both folders reads neither records nor photos, and restoring needs no other secret.
// See docs/decisions/0009-backups.md.
const (
	manifestFile  = "manifest.json"
	contentsFile  = "contents.age"
	recordsFolder = "records"
	mediaFolder   = "media"
	// WrapsFolder is where the wraps go unless said otherwise.
	WrapsFolder = "wraps"
	format      = 2
)

// Job is a backup to be made of a running or stopped installation.
type Job struct {
	// Dir and Wraps are the two folders; neither may hold anything.
	Dir, Wraps string
	// Earlier is the backup before this one, whose unchanged files are taken over; nil if there is none.
	Earlier *Earlier
	// Scratch is a folder with room for a copy of the records, where they are as safe as the database itself: the copy is in clear.
	Scratch string
	// Key is the installation key, under whose newest epoch the backup is closed.
	Key     seal.KEK
	Program string
	Now     time.Time
}

// Made is a backup that was made.
type Made struct {
	Manifest Manifest
	Tables   Sums
	Media    MediaSum
	// Whole is why nothing was taken over from the newest backup, where Rounds would have; nil otherwise.
	Whole error
}

// making is a backup while it is made.
type making struct {
	Job
	progress Progress
	manifest Manifest
	contents contents
	files    map[string]File // made or taken over so far, by path
	link     func(from, to string) error
}

// Make writes the backup. A store that makes no copy of itself is read row by row: ErrWrittenMeanwhile if somebody else goes on writing.
func (j Job) Make(ctx context.Context, from Place, progress Progress) (Made, error) {
	return j.make(ctx, from, os.Link, progress)
}

func (j Job) make(ctx context.Context, from Place, link func(from, to string) error, progress Progress) (Made, error) {
	m := &making{Job: j, progress: progress, files: map[string]File{}, link: link, manifest: Manifest{Format: format, ID: uuid.NewString(),
		Made: j.Now.UTC().Truncate(time.Second), Program: j.Program, Epoch: j.Key.Newest()}}
	if j.Earlier != nil {
		m.manifest.Since = j.Earlier.id
	}
	// A key that does not open the wraps would close the backup for ever.
	if err := seal.Fits(ctx, from.Store.Wraps(), j.Key); err != nil {
		return Made{}, err
	}
	err := m.folders()
	if err == nil {
		err = m.all(ctx, from)
	}
	return Made{Manifest: m.manifest, Tables: m.contents.Tables, Media: m.contents.Media}, err
}

func (m *making) folders() error {
	for _, d := range []string{m.Dir, m.Wraps} {
		if err := mustBeNew(d); err != nil {
			return err
		}
	}
	for _, d := range []string{filepath.Join(m.Dir, recordsFolder), m.Wraps} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return fmt.Errorf("archive: %w", err)
		}
	}
	return nil
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

func (m *making) all(ctx context.Context, from Place) (err error) {
	staged, err := stage(m.Scratch, "backup", m.Now)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(staged)) }()
	walked, err := m.copyRecords(ctx, from.Engine, staged)
	if err != nil {
		return err
	}
	if err := m.look(ctx, from, staged); err != nil {
		return err
	}
	if walked != nil {
		if err := Compare(walked, m.contents.Tables); err != nil {
			return err
		}
	}
	copied, err := only(staged)
	if err != nil {
		return err
	}
	if err := m.pack(ctx, copied); err != nil {
		return err
	}
	return m.finish(ctx)
}

// copyRecords makes a copy of the database, in clear, and the wraps beside. Where it had to be read row by row, it says what was read.
func (m *making) copyRecords(ctx context.Context, from store.Engine, staged string) (walked Sums, err error) {
	err = from.Backup(ctx, staged, m.Wraps, func(done, total int64) { m.progress("records", done, total) })
	if errors.Is(err, store.ErrNoBackup) {
		return m.copyRows(ctx, from, staged)
	}
	return nil, err
}

// look opens the copy, counts it, and fetches the photos that its records name: those are all there, as records are written
// before their blobs' names become known and blobs outlive records.
func (m *making) look(ctx context.Context, from Place, staged string) (err error) {
	copied, err := openFolder(ctx, staged, m.Wraps, filepath.Join(m.Dir, mediaFolder))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, copied.Engine.Close()) }()
	c := &m.contents
	if c.Tables, err = SumsOf(ctx, copied.Engine, func(what string, n, total int64) { m.progress("count "+what, n, total) }); err != nil {
		return err
	}
	c.Media, err = copyMedia(ctx, copied, from, copied.Blobs, m.photo, m.progress)
	return err
}

// photo takes a blob over from the earlier backup, if it is the one that the record speaks of.
func (m *making) photo(id, sum string) (bool, error) {
	name := m.Earlier.blob(id)
	if name == "" {
		return false, nil
	}
	return m.carry(name, sum)
}

// finish writes the descriptions, the open one of the records last.
func (m *making) finish(ctx context.Context) error {
	var err error
	if m.manifest.Files, err = listFiles(ctx, m.Dir, m.files, m.progress, recordsFolder, mediaFolder); err != nil {
		return err
	}
	m.manifest.Written = -m.manifest.Linked
	for _, f := range m.manifest.Files {
		m.manifest.Written += f.Bytes
	}
	w := Manifest{Format: format, ID: m.manifest.ID, Made: m.manifest.Made, Program: m.Program}
	if w.Files, err = listFiles(ctx, m.Wraps, nil, m.progress, "."); err != nil {
		return err
	}
	if m.contents.Manifest, err = m.manifest.sum(); err != nil {
		return err
	}
	if m.contents.Wraps, err = w.sum(); err != nil {
		return err
	}
	f, err := m.contents.write(m.Dir, lock{ctx: ctx, key: m.Key, id: m.manifest.ID, epoch: m.manifest.Epoch})
	if err != nil {
		return err
	}
	m.manifest.Files = append(m.manifest.Files, f)
	if err := durableFolders(m.Dir); err != nil {
		return err
	}
	if err := w.write(m.Wraps); err != nil {
		return err
	}
	return m.manifest.write(m.Dir)
}

// durableFolders makes the names of a backup's files survive a power cut: the manifest must not be there without them.
func durableFolders(dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		return durable.Folder(path)
	})
}

// openFiles opens SQLite files as a store.
func openFiles(ctx context.Context, records, wraps string) (*store.Store, error) {
	e, err := sqlite.New(records, sqlite.WithApart(wraps))
	if err != nil {
		return nil, err
	}
	s, err := store.New(ctx, e)
	if err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return s, nil
}

// openFolder opens SQLite files and a folder of photos as a Place.
func openFolder(ctx context.Context, records, wraps, photos string) (Place, error) {
	s, err := openFiles(ctx, records, wraps)
	if err != nil {
		return Place{}, err
	}
	blobs, err := media.NewDir(photos)
	if err != nil {
		return Place{}, errors.Join(err, s.Engine.Close())
	}
	return Place{Engine: s.Engine, Store: s, Blobs: blobs}, nil
}

// stageAge is after how long a folder in the scratch is one that a crash left there.
const stageAge = 24 * time.Hour

// stage makes a folder of its owner's alone for a copy in clear, and removes those that crashes left.
func stage(scratch, what string, now time.Time) (string, error) {
	if scratch == "" {
		scratch = os.TempDir()
	}
	if err := os.MkdirAll(scratch, 0o700); err != nil {
		return "", fmt.Errorf("archive: %w", err)
	}
	prefix := "fengqiao-" + what + "-"
	entries, err := os.ReadDir(scratch)
	if err != nil {
		return "", fmt.Errorf("archive: %w", err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !e.IsDir() || !strings.HasPrefix(e.Name(), prefix) || now.Sub(info.ModTime()) < stageAge {
			continue
		}
		if err := os.RemoveAll(filepath.Join(scratch, e.Name())); err != nil {
			return "", fmt.Errorf("archive: %w", err)
		}
	}
	dir, err := os.MkdirTemp(scratch, prefix+"*")
	if err != nil {
		return "", fmt.Errorf("archive: %w", err)
	}
	return dir, nil
}

// only is the one file in a folder: the copy of the database, with nothing of its log left beside it.
func only(dir string) (string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", fmt.Errorf("archive: %w", err)
	}
	if len(entries) != 1 {
		return "", fmt.Errorf("archive: there are %d files in %s, there should be the copy of the database alone", len(entries), dir)
	}
	return filepath.Join(dir, entries[0].Name()), nil
}
