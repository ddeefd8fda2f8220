package archive

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"fengqiao/internal/seal"
)

// Opened is a backup that can be read: its files fit the manifests, and those what the backup says of itself under the installation
// key.
type Opened struct {
	Manifest Manifest
	Place
	contents contents
	stage    string
}

// Open decrypts the records into a folder in scratch, which must have room for them, and opens them together with a copy of the
// wraps, since a database cannot be read without being written beside. seal.ErrWrongKey or seal.ErrNoEpoch if the installation key
// is not that of the backup. The caller closes it.
func (c *Checked) Open(ctx context.Context, key seal.KEK, scratch string, progress Progress) (o *Opened, err error) {
	o = &Opened{Manifest: c.Manifest}
	if o.contents, err = readContents(ctx, c.dir, c.Manifest, key); err != nil {
		return nil, err
	}
	if err := c.manifest.stated(o.contents.Wraps, c.wraps); err != nil {
		return nil, err
	}
	if o.stage, err = stage(scratch, "restore", time.Now()); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(o.stage))
		}
	}()
	records, keys := filepath.Join(o.stage, recordsFolder), filepath.Join(o.stage, WrapsFolder)
	for _, d := range []string{records, keys} {
		if err := os.Mkdir(d, 0o700); err != nil {
			return nil, fmt.Errorf("archive: %w", err)
		}
	}
	if err := o.contents.Records.unpack(ctx, c.dir, records, progress); err != nil {
		return nil, err
	}
	for _, f := range c.manifest.Files {
		if err := copyFile(filepath.Join(c.wraps, filepath.FromSlash(f.Path)), filepath.Join(keys, filepath.Base(f.Path))); err != nil {
			return nil, fmt.Errorf("archive: %w", err)
		}
	}
	o.Place, err = openFolder(ctx, records, keys, filepath.Join(c.dir, mediaFolder))
	return o, err
}

// Close removes the copy.
func (o *Opened) Close() error { return errors.Join(o.Engine.Close(), os.RemoveAll(o.stage)) }

// Restore brings a backup into an empty place of any kind. Sessions are left behind, so that everybody signs in again: a
// token that was stolen, or revoked after the backup, opens nothing. The caller sees to it beforehand that there is an
// installation key that opens the backup, and replays the erasure journal afterwards.
func (o *Opened) Restore(ctx context.Context, to Place, progress Progress) error {
	done, err := Copy(ctx, o.Place, to, Options{Leave: []string{sessionsTable}}, progress)
	if err != nil {
		return err
	}
	want := Sums{}
	for name, sum := range o.contents.Tables {
		want[name] = sum
	}
	want[sessionsTable] = done.Sums[sessionsTable]
	if was := o.contents.Media; was.Blobs != done.Media.Blobs || was.Missing != done.Media.Missing {
		err = fmt.Errorf("archive: %d photo files were restored, %d should have been", done.Media.Blobs-done.Media.Missing, was.Blobs-was.Missing)
	}
	return errors.Join(err, Compare(want, done.Sums))
}
