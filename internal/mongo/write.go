package mongo

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/bson"
	driver "go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"fengqiao/internal/store"
)

// Apply carries out the writes one after another, each atomic and durable by itself; neighbouring plain inserts into one
// table go out in one command, which keeps that order. The first failure ends the call and what came before stays. So a
// failure that stored nothing by itself (ErrUnavailable) is reported as ErrUncertain once an earlier write of the same
// call is in: "nothing was written" would be untrue.
func (e *Engine) Apply(ctx context.Context, writes ...store.Write) ([]store.Applied, error) {
	if err := e.check(writes); err != nil {
		return nil, err
	}
	done := make([]store.Applied, 0, len(writes))
	for len(done) < len(writes) {
		if err := ctx.Err(); err != nil {
			return nil, partly(len(done), fmt.Errorf("%w: %w", store.ErrUnavailable, err))
		}
		rest := writes[len(done):]
		if n := plainInserts(rest); n > 1 {
			stored, err := e.insertMany(ctx, rest[:n])
			if err != nil {
				return nil, partly(len(done)+stored, err)
			}
			for range n {
				done = append(done, store.Applied{Version: 1, Done: true})
			}
			continue
		}
		applied, err := e.change(ctx, rest[0])
		if err != nil {
			return nil, partly(len(done), fmt.Errorf("mongo: %s %s: %w", rest[0].Table, rest[0].Row.ID, err))
		}
		done = append(done, applied)
	}
	return done, nil
}

// check refuses, before anything is stored, what cannot be carried out at all.
func (e *Engine) check(writes []store.Write) error {
	apart := 0
	for _, w := range writes {
		t, err := e.table(w.Table)
		if err != nil {
			return err
		}
		if t.def.Apart {
			apart++
		}
		if w.Series != "" && w.Op != store.Insert {
			return errors.New("mongo: only an Insert can be given a number")
		}
		if w.Op == store.Delete {
			continue
		}
		if _, err := t.content(w.Row); err != nil {
			return err
		}
	}
	if apart > 0 && apart < len(writes) {
		return errors.New("mongo: one Apply never mixes tables that are kept apart with others")
	}
	return nil
}

// partly says ErrUncertain instead of ErrUnavailable where earlier writes of the call are stored.
func partly(stored int, err error) error {
	if stored == 0 || !errors.Is(err, store.ErrUnavailable) {
		return err
	}
	return fmt.Errorf("%w: %d earlier writes are stored: %v", store.ErrUncertain, stored, err)
}

// plainInserts counts the leading inserts into one table that ask for no number.
func plainInserts(writes []store.Write) int {
	n := 0
	for n < len(writes) && writes[n].Op == store.Insert && writes[n].Series == "" && writes[n].Table == writes[0].Table {
		n++
	}
	return n
}

// insertMany inserts rows of one table in order, and tells how many are stored if it fails.
func (e *Engine) insertMany(ctx context.Context, writes []store.Write) (stored int, err error) {
	t, err := e.table(writes[0].Table)
	if err != nil {
		return 0, err
	}
	docs := make([]any, len(writes))
	for i, w := range writes {
		w.Row.Version, w.Row.N = 1, 0
		if docs[i], err = t.document(w.Row); err != nil {
			return 0, err
		}
	}
	ctx, cancel := bounded(ctx)
	defer cancel()
	_, err = t.rows.InsertMany(ctx, docs)
	if err == nil {
		return len(writes), nil
	}
	var bulk driver.BulkWriteException
	if errors.As(err, &bulk) && len(bulk.WriteErrors) > 0 {
		stored = bulk.WriteErrors[0].Index
		return stored, fmt.Errorf("mongo: %s %s: %w", t.def.Name, writes[stored].Row.ID, writeError(err))
	}
	return 0, fmt.Errorf("mongo: %s %s …: %w", t.def.Name, writes[0].Row.ID, writeError(err))
}

// change carries out one write.
func (e *Engine) change(ctx context.Context, w store.Write) (store.Applied, error) {
	t, err := e.table(w.Table)
	if err != nil {
		return store.Applied{}, err
	}
	switch w.Op {
	case store.Insert:
		return e.insert(ctx, t, w.Row, w.Series)
	case store.Replace:
		return t.replace(ctx, w.Row)
	case store.Delete:
		return t.remove(ctx, w.Row)
	case store.Ensure:
		return t.ensure(ctx, w.Row)
	}
	return store.Applied{}, fmt.Errorf("unknown operation %d", w.Op)
}

func (e *Engine) insert(ctx context.Context, t *table, row store.Row, series string) (store.Applied, error) {
	row.Version, row.N = 1, 0
	if series != "" {
		n, err := e.issue(ctx, t, series, row.ID)
		if err != nil {
			return store.Applied{}, err
		}
		row.N = n
	}
	doc, err := t.document(row)
	if err != nil {
		return store.Applied{}, err
	}
	ctx, cancel := bounded(ctx)
	defer cancel()
	if _, err := t.rows.InsertOne(ctx, doc); err != nil {
		return store.Applied{}, writeError(err)
	}
	return store.Applied{Version: 1, N: row.N, Done: true}, nil
}

func (t *table) replace(ctx context.Context, row store.Row) (store.Applied, error) {
	content, err := t.content(row)
	if err != nil {
		return store.Applied{}, err
	}
	bound, cancel := bounded(ctx)
	defer cancel()
	var old stored
	err = t.rows.FindOneAndUpdate(bound, bson.D{{Key: "_id", Value: row.ID}, {Key: "v", Value: row.Version}},
		bson.D{{Key: "$set", Value: content}, {Key: "$inc", Value: bson.D{{Key: "v", Value: int64(1)}}}},
		options.FindOneAndUpdate().SetProjection(versionOnly)).Decode(&old)
	if errors.Is(err, driver.ErrNoDocuments) {
		return store.Applied{}, t.refused(ctx, row)
	}
	if err != nil {
		return store.Applied{}, writeError(err)
	}
	return store.Applied{Version: row.Version + 1, N: old.N, Done: true}, nil
}

func (t *table) remove(ctx context.Context, row store.Row) (store.Applied, error) {
	filter := bson.D{{Key: "_id", Value: row.ID}}
	if row.Version != 0 {
		filter = append(filter, bson.E{Key: "v", Value: row.Version})
	}
	bound, cancel := bounded(ctx)
	defer cancel()
	var old stored
	err := t.rows.FindOneAndDelete(bound, filter, options.FindOneAndDelete().SetProjection(versionOnly)).Decode(&old)
	if errors.Is(err, driver.ErrNoDocuments) {
		return store.Applied{}, t.refused(ctx, row)
	}
	if err != nil {
		return store.Applied{}, writeError(err)
	}
	return store.Applied{N: old.N, Done: true}, nil
}

// refused tells why no row had this id and version.
func (t *table) refused(ctx context.Context, row store.Row) error {
	version, _, err := t.version(ctx, row.ID)
	if err != nil {
		return err
	}
	return fmt.Errorf("%w: version %d is stored, not %d", store.ErrConflict, version, row.Version)
}

func (t *table) ensure(ctx context.Context, row store.Row) (store.Applied, error) {
	row.Version, row.N = 1, 0
	doc, err := t.document(row)
	if err != nil {
		return store.Applied{}, err
	}
	bound, cancel := bounded(ctx)
	defer cancel()
	result, err := t.rows.UpdateOne(bound, bson.D{{Key: "_id", Value: row.ID}},
		bson.D{{Key: "$setOnInsert", Value: doc[1:]}}, options.Update().SetUpsert(true))
	switch {
	case err == nil && result.UpsertedCount > 0:
		return store.Applied{Version: 1, Done: true}, nil
	case err != nil && !driver.IsDuplicateKeyError(err):
		return store.Applied{}, writeError(err)
	}
	// The row is there already, or somebody was just faster with it, or a unique key is another row's.
	version, number, readErr := t.version(ctx, row.ID)
	if err != nil && errors.Is(readErr, store.ErrNotFound) {
		return store.Applied{}, writeError(err)
	}
	if errors.Is(readErr, store.ErrNotFound) {
		return store.Applied{}, nil // it was there, and was deleted since
	}
	return store.Applied{Version: version, N: number}, readErr
}
