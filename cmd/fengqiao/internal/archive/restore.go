package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Restore brings a backup into an empty place of any kind. The files are checked against the manifests first. Sessions are
// left behind, so that everybody signs in again: a token that was stolen, or revoked after the backup, opens nothing.
// The caller replays the erasure journal, for which it needs the installation key. scratch is a folder with room for
// a copy of the records, since a database cannot be read without being written beside.
func Restore(ctx context.Context, dir, wraps string, to Place, scratch string, progress Progress) (m Manifest, err error) {
	if m, err = ReadManifest(ctx, dir, progress); err != nil {
		return m, err
	}
	w, err := ReadManifest(ctx, wraps, progress)
	if err != nil {
		return m, err
	}
	if w.ID != m.ID {
		return m, fmt.Errorf("archive: the wraps in %s belong to another backup", wraps)
	}
	stage, err := os.MkdirTemp(scratch, "restore-*")
	if err != nil {
		return m, fmt.Errorf("archive: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(stage)) }()
	records, keys := filepath.Join(stage, recordsFolder), filepath.Join(stage, WrapsFolder)
	for _, job := range []struct{ from, to string }{{filepath.Join(dir, recordsFolder), records}, {wraps, keys}} {
		if err := copyFolder(job.from, job.to); err != nil {
			return m, err
		}
	}
	from, closeFrom, err := openFolder(ctx, records, keys, filepath.Join(dir, mediaFolder))
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, closeFrom()) }()
	done, err := Copy(ctx, from, to, Options{Leave: []string{sessionsTable}}, progress)
	if err != nil {
		return m, err
	}
	want := Sums{}
	for name, sum := range m.Tables {
		want[name] = sum
	}
	want[sessionsTable] = done.Sums[sessionsTable]
	return m, Compare(want, done.Sums)
}

func copyFolder(from, to string) error {
	if err := os.MkdirAll(to, 0o700); err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	for _, e := range entries {
		if e.IsDir() || e.Name() == manifestFile {
			continue
		}
		if err := copyFile(filepath.Join(from, e.Name()), filepath.Join(to, e.Name())); err != nil {
			return fmt.Errorf("archive: %w", err)
		}
	}
	return nil
}

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
	return errors.Join(err, w.Close())
}
