package media

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"fengqiao/internal/durable"
	"fengqiao/mediation"
)

// Dir keeps blobs as files, for the store that is one folder: a file a blob, in up to 4,096 folders so that none grows
// large. One process at a time stores into a folder, as with the database beside it; others may read and remove.
type Dir struct {
	root string
	// naming makes "is the name free?" and the renaming one step.
	naming sync.Mutex
}

// parts is the folder of files that are not complete yet; partAge is after how long one was left there by a crash.
const (
	parts   = "parts"
	partAge = 24 * time.Hour
)

// NewDir opens the folder, making it if need be, and removes what crashes left half written.
func NewDir(path string) (*Dir, error) {
	folder := filepath.Join(path, parts)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("media: %w", err)
	}
	left, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("media: %w", err)
	}
	for _, part := range left {
		info, err := part.Info()
		if err != nil || time.Since(info.ModTime()) < partAge {
			continue // gone meanwhile, or perhaps being written
		}
		if err := os.Remove(filepath.Join(folder, part.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("media: %w", err)
		}
	}
	return &Dir{root: path}, nil
}

// place is where a blob's file is. Ids become file names, so they are letters, digits, minus and underscore alone.
func (d *Dir) place(id string) (string, error) {
	if len(id) == 0 || len(id) > 128 {
		return "", fmt.Errorf("media: blob id of %d characters", len(id))
	}
	for _, c := range []byte(id) {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
			return "", fmt.Errorf("media: blob id %q", id)
		}
	}
	sum := sha256.Sum256([]byte(id))
	return filepath.Join(d.root, hex.EncodeToString(sum[:])[:3], id), nil
}

// Put implements Blobs: the bytes are on the disk before they have their name.
func (d *Dir) Put(ctx context.Context, id string, r io.Reader) (int64, error) {
	place, err := d.place(id)
	if err != nil {
		return 0, err
	}
	part, err := os.CreateTemp(filepath.Join(d.root, parts), "")
	if err != nil {
		return 0, unavailable(err)
	}
	defer os.Remove(part.Name()) // gone already when all went well
	source := &watched{ctx: ctx, r: r}
	n, err := io.Copy(part, source)
	if err = errors.Join(err, part.Sync(), part.Close()); source.err != nil {
		return 0, source.err
	}
	if err != nil {
		return 0, unavailable(err)
	}
	return n, d.name(part.Name(), place)
}

// name gives a complete file its name, durably.
func (d *Dir) name(part, place string) error {
	d.naming.Lock()
	defer d.naming.Unlock()
	folder := filepath.Dir(place)
	switch err := os.Mkdir(folder, 0o700); {
	case err == nil:
		if err := durable.Folder(d.root); err != nil {
			return unavailable(err)
		}
	case !errors.Is(err, fs.ErrExist):
		return unavailable(err)
	}
	switch _, err := os.Lstat(place); {
	case err == nil:
		return mediation.ErrExists
	case !errors.Is(err, fs.ErrNotExist):
		return unavailable(err)
	}
	if err := os.Rename(part, place); err != nil {
		return unavailable(err)
	}
	if err := durable.Folder(folder); err != nil {
		return unavailable(err)
	}
	return nil
}

// Open implements Blobs.
func (d *Dir) Open(_ context.Context, id string) (io.ReadCloser, error) {
	place, err := d.place(id)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(place)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, mediation.ErrNotFound
	}
	if err != nil {
		return nil, unavailable(err)
	}
	return f, nil
}

// Delete implements Blobs.
func (d *Dir) Delete(_ context.Context, id string) error {
	place, err := d.place(id)
	if err != nil {
		return err
	}
	switch err := os.Remove(place); {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return unavailable(err)
	}
	if err := durable.Folder(filepath.Dir(place)); err != nil {
		return unavailable(err)
	}
	return nil
}

// watched is a reader that ends with its context and remembers its own failure, to tell it from the disk's.
type watched struct {
	ctx context.Context
	r   io.Reader
	err error
}

func (w *watched) Read(p []byte) (int, error) {
	if w.err = w.ctx.Err(); w.err != nil {
		return 0, w.err
	}
	n, err := w.r.Read(p)
	if err != nil && err != io.EOF {
		w.err = err
	}
	return n, err
}

func unavailable(cause error) error {
	return &mediation.Error{Op: "blob", Kind: mediation.Unavailable, Code: mediation.ErrUnavailable.Code, Cause: cause}
}
