package store

import (
	"context"
	"errors"
	"io"
	"time"

	"fengqiao/internal/media"
)

const photoTable = "photos"

var mediaTables = []Table{{
	Name: photoTable,
	// until is when the sweep may remove the photo, milliseconds, 0 once it belongs to a report or is gone; most
	// photos are thus left out of the index.
	// ready is when its upload was complete, for checkpoints.
	Keys:    []Key{{Name: "until", Type: Int}, {Name: "ready", Type: Int}},
	Indexes: []Index{{Keys: []string{"until"}}, {Keys: []string{"ready"}}},
}}

// Photos keeps the records of photos.
func (s *Store) Photos() media.Records { return photos{s} }

type photos struct{ store *Store }

func photoRow(p media.Photo) (Row, error) {
	p.Version = 0 // the row has it
	body, err := encode(p)
	keys := map[string]any{}
	if !p.Until.IsZero() {
		keys["until"] = p.Until.UnixMilli()
	}
	if !p.Ready.IsZero() {
		keys["ready"] = p.Ready.UnixMilli()
	}
	return Row{ID: p.ID, Sort: p.Created.UnixMilli(), Keys: keys, Body: body}, err
}

func rowPhoto(r Row) (media.Photo, error) {
	var p media.Photo
	err := decode(photoTable, r.ID, r.Body, &p)
	p.Version = r.Version
	return p, err
}

func (k photos) Create(ctx context.Context, p media.Photo) error {
	row, err := photoRow(p)
	if err != nil {
		return err
	}
	_, err = k.store.Engine.Apply(ctx, Write{Table: photoTable, Op: Insert, Row: row})
	return trouble("store photo", err)
}

func (k photos) Get(ctx context.Context, id string) (media.Photo, error) {
	row, err := k.store.Engine.Get(ctx, photoTable, id)
	if err != nil {
		return media.Photo{}, trouble("read photo", err)
	}
	return rowPhoto(row)
}

func (k photos) Update(ctx context.Context, id string, fn func(*media.Photo) error) (media.Photo, error) {
	var stored media.Photo
	done, err := k.store.modify(ctx, photoTable, id, func(row Row) (Row, []Write, error) {
		p, err := rowPhoto(row)
		if err != nil {
			return Row{}, nil, err
		}
		if err := fn(&p); err != nil {
			return Row{}, nil, err
		}
		stored = p
		next, err := photoRow(p)
		return next, nil, err
	})
	if err != nil {
		return media.Photo{}, trouble("change photo", err)
	}
	stored.Version = done.Version
	return stored, nil
}

func (k photos) Orphans(ctx context.Context, now time.Time, limit int) ([]media.Photo, error) {
	rows, err := k.store.Engine.Find(ctx, Query{
		Table: photoTable, By: "until", Limit: limit,
		From:  map[string]any{"until": int64(1)},
		Until: map[string]any{"until": now.UnixMilli() + 1},
	})
	if err != nil {
		return nil, trouble("list photos", err)
	}
	out := make([]media.Photo, len(rows))
	for i, row := range rows {
		if out[i], err = rowPhoto(row); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// EachPhoto calls fn for every record there is, in whatever state, in one consistent view where the engine has such a
// thing: for copying and verifying what the records name. An error of fn ends it and is returned.
func (s *Store) EachPhoto(ctx context.Context, fn func(media.Photo) error) error {
	return trouble("walk photos", s.Engine.Walk(ctx, photoTable, func(row Row) error {
		p, err := rowPhoto(row)
		if err != nil {
			return err
		}
		return fn(p)
	}))
}

// EngineBlobs gives blobs that are kept beside an Engine, and answer with its errors, the errors that media.Blobs promises.
func EngineBlobs(b media.Blobs) media.Blobs { return engineBlobs{b} }

type engineBlobs struct{ kept media.Blobs }

func (b engineBlobs) Put(ctx context.Context, id string, r io.Reader) (int64, error) {
	n, err := b.kept.Put(ctx, id, r)
	return n, trouble("store blob", err)
}

func (b engineBlobs) Open(ctx context.Context, id string) (io.ReadCloser, error) {
	r, err := b.kept.Open(ctx, id)
	if err != nil {
		return nil, trouble("open blob", err)
	}
	return r, nil
}

func (b engineBlobs) Delete(ctx context.Context, id string) error {
	err := b.kept.Delete(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return trouble("remove blob", err)
}
