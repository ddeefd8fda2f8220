package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"fengqiao/cmd/fengqiao/internal/archive"
	"fengqiao/cmd/fengqiao/internal/settings"
	"fengqiao/internal/media"
	"fengqiao/internal/mongo"
	"fengqiao/internal/sqlite"
	"fengqiao/internal/store"
)

// closers are closed in the opposite order of their opening.
type closers []func() error

func (c *closers) add(f func() error) { *c = append(*c, f) }

func (c *closers) Close() error {
	var errs []error
	for _, f := range slices.Backward(*c) {
		errs = append(errs, f())
	}
	*c = nil
	return errors.Join(errs...)
}

// place is an opened store with its photos.
type place struct {
	archive.Place
	closers
	// orphans removes what broken uploads left beside the photos; nil where NewDir does that.
	orphans func(ctx context.Context, before time.Time) (int, error)
}

// openPlace opens the store of an address, or makes it: SQLite with a folder of photos beside it, or MongoDB with GridFS.
func openPlace(ctx context.Context, address string) (*place, error) {
	return reachPlace(ctx, address, func(context.Context, engine) error { return nil })
}

// openExisting opens a store that is there, for commands that have nothing to do with an empty one: a slip in the address would
// otherwise pass for a store in which all is well.
func openExisting(ctx context.Context, address string) (*place, error) {
	return reachPlace(ctx, address, func(ctx context.Context, e engine) error {
		there, err := e.Exists(ctx)
		if err == nil && !there {
			err = fmt.Errorf("there is no installation in %s", settings.Redacted(address))
		}
		return err
	})
}

// engine is a store that can be looked for without being made.
type engine interface {
	store.Engine
	// Exists tells whether the store was ever opened; it makes nothing.
	Exists(ctx context.Context) (bool, error)
}

// reachPlace opens a store after agree has looked at it, before anything is touched.
func reachPlace(ctx context.Context, address string, agree func(context.Context, engine) error) (p *place, err error) {
	p = &place{}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("open %s: %w", settings.Redacted(address), err), p.Close())
		}
	}()
	var e engine
	dir, embedded := strings.CutPrefix(address, "sqlite:")
	if embedded {
		e, err = sqlite.New(dir)
	} else {
		var m *mongo.Engine
		if m, err = mongo.New(ctx, address); err == nil {
			e, p.Blobs, p.orphans = m, store.EngineBlobs(m.Blobs()), m.Blobs().Orphans
		}
	}
	if err != nil {
		return p, err
	}
	p.Engine = e
	p.add(e.Close)
	if err := agree(ctx, e); err != nil {
		return p, err
	}
	if embedded {
		if p.Blobs, err = media.NewDir(filepath.Join(dir, "media")); err != nil {
			return p, err
		}
	}
	p.Store, err = store.New(ctx, e)
	return p, err
}

// storeAddress is the store in use: the one that is set, or SQLite in the data folder.
func storeAddress(v *settings.Values) string {
	if v.Store != "" {
		return v.Store
	}
	return "sqlite:" + v.Data
}
