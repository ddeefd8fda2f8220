package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Opened is a backup that can be read: its files fit the manifests.
type Opened struct {
	Manifest Manifest
	Place
	close func() error
}

// Open checks a backup's files against the manifests and opens them. scratch is a folder with room for a copy of the records,
// since a database cannot be read without being written beside. The caller closes it.
func Open(ctx context.Context, dir, wraps, scratch string, progress Progress) (o *Opened, err error) {
	o = &Opened{}
	if o.Manifest, err = ReadManifest(ctx, dir, progress); err != nil {
		return nil, err
	}
	w, err := ReadManifest(ctx, wraps, progress)
	if err != nil {
		return nil, err
	}
	if w.ID != o.Manifest.ID {
		return nil, fmt.Errorf("archive: the wraps in %s belong to another backup", wraps)
	}
	stage, err := os.MkdirTemp(scratch, "restore-*")
	if err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(stage))
		}
	}()
	records, keys := filepath.Join(stage, recordsFolder), filepath.Join(stage, WrapsFolder)
	for _, job := range []struct{ from, to string }{{filepath.Join(dir, recordsFolder), records}, {wraps, keys}} {
		if err := copyFolder(job.from, job.to); err != nil {
			return nil, err
		}
	}
	place, closeFiles, err := openFolder(ctx, records, keys, filepath.Join(dir, mediaFolder))
	if err != nil {
		return nil, err
	}
	o.Place = place
	o.close = func() error { return errors.Join(closeFiles(), os.RemoveAll(stage)) }
	return o, nil
}

// Close removes the copy.
func (o *Opened) Close() error { return o.close() }

// Restore brings a backup into an empty place of any kind. Sessions are left behind, so that everybody signs in again: a
// token that was stolen, or revoked after the backup, opens nothing. The caller sees to it beforehand that there is an
// installation key that opens the backup, and replays the erasure journal afterwards.
func (o *Opened) Restore(ctx context.Context, to Place, progress Progress) error {
	done, err := Copy(ctx, o.Place, to, Options{Leave: []string{sessionsTable}}, progress)
	if err != nil {
		return err
	}
	want := Sums{}
	for name, sum := range o.Manifest.Tables {
		want[name] = sum
	}
	want[sessionsTable] = done.Sums[sessionsTable]
	if was := o.Manifest.Media; was != nil && (was.Blobs != done.Media.Blobs || was.Missing != done.Media.Missing) {
		err = fmt.Errorf("archive: %d photo files were restored, %d should have been", done.Media.Blobs-done.Media.Missing, was.Blobs-was.Missing)
	}
	return errors.Join(err, Compare(want, done.Sums))
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
