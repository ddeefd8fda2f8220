package mongo

import (
	"context"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/bson"
	driver "go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"fengqiao/internal/store"
)

// loadChunk is the most rows that one command of Load writes, so that each has time enough of its own.
const loadChunk = 500

// Load writes rows as they are. Numbers are registered before the rows, so that an interrupted Load never leaves a
// number in use and unregistered; running it again completes it.
func (e *Engine) Load(ctx context.Context, name string, rows []store.Row) error {
	t, err := e.table(name)
	if err != nil {
		return err
	}
	for chunk := range slices.Chunk(rows, loadChunk) {
		models := make([]driver.WriteModel, len(chunk))
		for i, row := range chunk {
			doc, err := t.document(row)
			if err != nil {
				return err
			}
			models[i] = driver.NewReplaceOneModel().SetFilter(bson.D{{Key: "_id", Value: row.ID}}).SetReplacement(doc).SetUpsert(true)
			series, _ := row.Keys["series"].(string)
			if row.N == 0 || series == "" {
				continue
			}
			if err := t.register(ctx, series, row.N, row.ID); err != nil {
				return fmt.Errorf("mongo: load %s %s: %w", name, row.ID, err)
			}
		}
		if err := t.write(ctx, models); err != nil {
			return fmt.Errorf("mongo: load %s: %w", name, err)
		}
	}
	return nil
}

func (t *table) write(ctx context.Context, models []driver.WriteModel) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	_, err := t.rows.BulkWrite(ctx, models, options.BulkWrite().SetOrdered(false))
	return writeError(err)
}
