package store

import (
	"context"
	"errors"
	"math"
	"time"

	"fengqiao/internal/seal"
)

// The tables of internal/seal, apart from the rest because whoever has both the data and the wraps has gone half the way.
const (
	wrapTable    = "key_wraps"
	erasureTable = "key_erasures"
)

var keyTables = []Table{
	{
		Name:    wrapTable,
		Keys:    []Key{{Name: "epoch", Type: Int}},
		Indexes: []Index{{Keys: []string{"epoch"}}},
		Apart:   true,
	},
	// The sort key is the time of the erasure.
	{Name: erasureTable, Apart: true},
}

// Wraps keeps the wrapped keys.
func (s *Store) Wraps() seal.Wraps { return wraps{s.Engine} }

// Erasures keeps the erasure journal.
func (s *Store) Erasures() seal.Journal { return erasures{s.Engine} }

type wraps struct{ engine Engine }

// wrapBody is a wrap's stored form beside its id and epoch.
type wrapBody struct{ Box []byte }

func wrapRow(w seal.Wrap) (Row, error) {
	body, err := encode(wrapBody{w.Box})
	return Row{ID: w.ID, Version: w.Version, Keys: map[string]any{"epoch": w.Epoch}, Body: body}, err
}

func rowWrap(r Row) (seal.Wrap, error) {
	var b wrapBody
	if err := decode(wrapTable, r.ID, r.Body, &b); err != nil {
		return seal.Wrap{}, err
	}
	epoch, _ := r.Keys["epoch"].(int64)
	return seal.Wrap{ID: r.ID, Epoch: epoch, Box: b.Box, Version: r.Version}, nil
}

func (k wraps) Put(ctx context.Context, ws []seal.Wrap) error {
	writes := make([]Write, len(ws))
	for i, w := range ws {
		row, err := wrapRow(w)
		if err != nil {
			return err
		}
		writes[i] = Write{Table: wrapTable, Op: Insert, Row: row}
	}
	_, err := k.engine.Apply(ctx, writes...)
	return trouble("store key", err)
}

func (k wraps) Get(ctx context.Context, id string) (seal.Wrap, error) {
	row, err := k.engine.Get(ctx, wrapTable, id)
	if err != nil {
		return seal.Wrap{}, trouble("read key", err)
	}
	return rowWrap(row)
}

func (k wraps) Replace(ctx context.Context, w seal.Wrap) error {
	row, err := wrapRow(w)
	if err != nil {
		return err
	}
	_, err = k.engine.Apply(ctx, Write{Table: wrapTable, Op: Replace, Row: row})
	return trouble("rewrap key", err)
}

// below selects wraps of older epochs. Epochs begin at 1, so none is left out of the index.
func below(epoch int64) Query {
	return Query{Table: wrapTable, Until: map[string]any{"epoch": epoch}, By: "epoch"}
}

func (k wraps) Older(ctx context.Context, epoch int64, limit int) ([]seal.Wrap, error) {
	q := below(epoch)
	q.Limit = limit
	rows, err := k.engine.Find(ctx, q)
	if err != nil {
		return nil, trouble("list keys", err)
	}
	out := make([]seal.Wrap, len(rows))
	for i, row := range rows {
		if out[i], err = rowWrap(row); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (k wraps) Count(ctx context.Context, epoch int64) (int64, error) {
	n, err := k.engine.Count(ctx, below(epoch), math.MaxInt32)
	return int64(n), trouble("count keys", err)
}

type erasures struct{ engine Engine }

func (k erasures) Erase(ctx context.Context, e seal.Erasure) error {
	_, err := k.engine.Apply(ctx,
		Write{Table: erasureTable, Op: Ensure, Row: Row{ID: e.ID, Sort: e.At.UnixMilli()}},
		Write{Table: wrapTable, Op: Delete, Row: Row{ID: e.ID}})
	if !errors.Is(err, ErrNotFound) {
		return trouble("erase key", err)
	}
	// The wrap is gone already; where Apply is all or nothing that undid the entry too.
	_, err = k.engine.Apply(ctx, Write{Table: erasureTable, Op: Ensure, Row: Row{ID: e.ID, Sort: e.At.UnixMilli()}})
	return trouble("erase key", err)
}

func (k erasures) Erased(ctx context.Context, id string) (bool, error) {
	_, err := k.engine.Get(ctx, erasureTable, id)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, trouble("read erasure", err)
}

// erasurePage is how many entries Since reads at once.
const erasurePage = 500

func (k erasures) Since(ctx context.Context, t time.Time, fn func(seal.Erasure) error) error {
	q := Query{Table: erasureTable, Limit: erasurePage, HeadsOnly: true}
	if !t.IsZero() {
		q.From = map[string]any{"sort": t.UnixMilli()}
	}
	for {
		rows, err := k.engine.Find(ctx, q)
		if err != nil {
			return trouble("read erasures", err)
		}
		for _, row := range rows {
			if err := fn(seal.Erasure{ID: row.ID, At: time.UnixMilli(row.Sort).UTC()}); err != nil {
				return err
			}
		}
		if len(rows) < q.Limit {
			return nil
		}
		last := rows[len(rows)-1]
		q.After = &Position{Sort: last.Sort, ID: last.ID}
	}
}
