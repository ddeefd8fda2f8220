package mongo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/bson"
	driver "go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"fengqiao/internal/store"
)

// manyIDs is the most ids that one query of GetMany names.
const manyIDs = 1000

// walkPage is the most rows that Walk asks for at once.
const walkPage = 1000

// Projections: u is for the indexes alone, body and tags are left out of lists.
var (
	wholeRow = bson.D{{Key: "u", Value: 0}}
	headOnly = bson.D{{Key: "u", Value: 0}, {Key: "b", Value: 0}, {Key: "t", Value: 0}}
)

// Get returns one row.
func (e *Engine) Get(ctx context.Context, name, id string) (store.Row, error) {
	t, err := e.table(name)
	if err != nil {
		return store.Row{}, err
	}
	ctx, cancel := bounded(ctx)
	defer cancel()
	raw, err := t.rows.FindOne(ctx, bson.D{{Key: "_id", Value: id}}, options.FindOne().SetProjection(wholeRow)).Raw()
	if err != nil {
		return store.Row{}, fmt.Errorf("mongo: get %s %s: %w", name, id, readError(err))
	}
	return t.row(raw)
}

// GetMany returns those of the ids that exist.
func (e *Engine) GetMany(ctx context.Context, name string, ids []string) ([]store.Row, error) {
	t, err := e.table(name)
	if err != nil {
		return nil, err
	}
	var rows []store.Row
	for chunk := range slices.Chunk(ids, manyIDs) {
		filter := bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: chunk}}}}
		found, err := t.find(ctx, filter, options.Find().SetProjection(wholeRow))
		if err != nil {
			return nil, err
		}
		rows = append(rows, found...)
	}
	return rows, nil
}

// Find returns rows in order.
func (e *Engine) Find(ctx context.Context, q store.Query) ([]store.Row, error) {
	if len(q.Any) > 0 && q.By == "" {
		return e.findAny(ctx, q)
	}
	return e.findOne(ctx, q)
}

// findAny lets each of several tags lead a search of its own, so that each walks its index in order, and merges what they
// find. A row that changes from one tag to another between two searches would be seen in neither: so the first ones are
// asked again behind the last.
func (e *Engine) findAny(ctx context.Context, q store.Query) ([]store.Row, error) {
	leads := distinct(q.Any)
	q.Any = nil
	further := q.Tags
	var all []store.Row
	for _, tag := range append(leads, leads[:len(leads)-1]...) {
		q.Tags = append([]string{tag}, further...)
		rows, err := e.findOne(ctx, q)
		if err != nil || len(leads) == 1 {
			return rows, err
		}
		all = append(all, rows...)
	}
	slices.SortStableFunc(all, func(a, b store.Row) int {
		order := cmp.Or(cmp.Compare(a.Sort, b.Sort), cmp.Compare(a.ID, b.ID))
		if q.Desc {
			return -order
		}
		return order
	})
	all = slices.CompactFunc(all, func(a, b store.Row) bool { return a.ID == b.ID })
	return all[:min(q.Limit, len(all))], nil
}

// findOne is Find as one query of the server.
func (e *Engine) findOne(ctx context.Context, q store.Query) ([]store.Row, error) {
	t, err := e.table(q.Table)
	if err != nil {
		return nil, err
	}
	if q.Limit <= 0 {
		return nil, fmt.Errorf("mongo: find %s: limit %d is not positive", q.Table, q.Limit)
	}
	f, err := t.conditions(q)
	if err != nil {
		return nil, err
	}
	sort, err := f.order(q)
	if err != nil {
		return nil, err
	}
	projection := wholeRow
	if q.HeadsOnly {
		projection = headOnly
	}
	return t.find(ctx, f.document(), options.Find().SetSort(sort).SetLimit(int64(q.Limit)).SetProjection(projection))
}

// find runs one query to its end.
func (t *table) find(ctx context.Context, filter bson.D, opts *options.FindOptions) ([]store.Row, error) {
	ctx, cancel := bounded(ctx)
	defer cancel()
	cursor, err := t.rows.Find(ctx, filter, opts)
	if err != nil {
		return nil, fmt.Errorf("mongo: find %s: %w", t.def.Name, readError(err))
	}
	defer func() { _ = cursor.Close(context.WithoutCancel(ctx)) }() // what it would say, the query has said
	var rows []store.Row
	for cursor.Next(ctx) {
		row, err := t.row(cursor.Current)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	if err := cursor.Err(); err != nil {
		return nil, fmt.Errorf("mongo: find %s: %w", t.def.Name, readError(err))
	}
	return rows, nil
}

// Count counts rows that meet the query, stopping at max.
func (e *Engine) Count(ctx context.Context, q store.Query, max int) (int, error) {
	t, err := e.table(q.Table)
	if err != nil {
		return 0, err
	}
	if max <= 0 {
		return 0, nil
	}
	q.By, q.After = "", nil
	f, err := t.conditions(q)
	if err != nil {
		return 0, err
	}
	ctx, cancel := bounded(ctx)
	defer cancel()
	n, err := t.rows.CountDocuments(ctx, f.document(), options.Count().SetLimit(int64(max)))
	if err != nil {
		return 0, fmt.Errorf("mongo: count %s: %w", q.Table, readError(err))
	}
	return int(n), nil
}

// Walk calls fn for every row in id order. It asks page by page behind the last id rather than keeping one cursor open:
// a cursor would be no consistent view either, dies when a primary steps down and when fn takes longer than a server
// keeps idle cursors. Rows that are inserted meanwhile behind the current place are met, others are not.
func (e *Engine) Walk(ctx context.Context, name string, fn func(store.Row) error) error {
	t, err := e.table(name)
	if err != nil {
		return err
	}
	opts := options.Find().SetSort(ascending("_id")).SetLimit(walkPage).SetProjection(wholeRow)
	filter := bson.D{}
	for {
		// A page is read before fn runs, so that a slow fn does not use up the query's time.
		rows, err := t.find(ctx, filter, opts)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := fn(row); err != nil {
				return err
			}
		}
		if len(rows) < walkPage {
			return nil
		}
		filter = bson.D{{Key: "_id", Value: bson.D{{Key: "$gt", Value: rows[len(rows)-1].ID}}}}
	}
}

// version reads version and number of a row as the primary has them, for judging a refused write.
func (t *table) version(ctx context.Context, id string) (version, number int64, err error) {
	ctx, cancel := bounded(ctx)
	defer cancel()
	var doc stored
	err = t.latest.FindOne(ctx, bson.D{{Key: "_id", Value: id}}, options.FindOne().SetProjection(versionOnly)).Decode(&doc)
	if errors.Is(err, driver.ErrNoDocuments) {
		return 0, 0, store.ErrNotFound
	}
	return doc.Version, doc.N, readError(err)
}

var versionOnly = bson.D{{Key: "v", Value: 1}, {Key: "n", Value: 1}}
