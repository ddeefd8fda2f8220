package mongo

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"strconv"

	"go.mongodb.org/mongo-driver/bson"
	driver "go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"fengqiao/internal/store"
)

// The register of issued numbers: one small document a number, {_id: "series/n", s: series, n: number, o: owner}. Its two
// unique keys replace the transaction that would span register and row:
//
//   - _id lets one owner alone have a number, whichever instance asked first;
//   - series and owner let an owner have one number alone, so that a repeated insert gets the number it had.
//
// A number is always the one behind the highest that stands there, so there are no gaps; it is registered before the row
// is inserted, and where that insert never comes, the register says to whom the number belongs.

const numbersName = "_numbers"

// registration is one entry of the register.
type registration struct {
	ID     string `bson:"_id"`
	Series string `bson:"s"`
	N      int64  `bson:"n"`
	Owner  string `bson:"o"`
}

func newRegistration(t *table, series string, n int64, id string) registration {
	return registration{ID: series + "/" + strconv.FormatInt(n, 10), Series: series, N: n, Owner: t.def.Name + "/" + id}
}

// seriesLocks queue the callers of this process that want a number of one series, so that they do not race each other
// for the same one; between processes the register decides.
type seriesLocks struct {
	seed  maphash.Seed
	slots [64]chan struct{}
}

func newSeriesLocks() seriesLocks {
	l := seriesLocks{seed: maphash.MakeSeed()}
	for i := range l.slots {
		l.slots[i] = make(chan struct{}, 1)
	}
	return l
}

// lock waits for the series' turn or the end of ctx.
func (l *seriesLocks) lock(ctx context.Context, series string) (unlock func(), err error) {
	slot := l.slots[maphash.String(l.seed, series)%uint64(len(l.slots))]
	select {
	case slot <- struct{}{}:
		return func() { <-slot }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w", store.ErrUnavailable, ctx.Err())
	}
}

// issue returns the row's number in the series: the one it has, or the next. Whatever goes wrong here, no row was
// stored, so nothing is uncertain: a number that was registered nevertheless is found by the next attempt.
func (e *Engine) issue(ctx context.Context, t *table, series, id string) (int64, error) {
	ctx, cancel := bounded(ctx)
	defer cancel()
	unlock, err := e.series.lock(ctx, series)
	if err != nil {
		return 0, err
	}
	defer unlock()
	if n, err := t.registered(ctx, series, id); n > 0 || err != nil {
		return n, err
	}
	// A row that is there already gets no number: its insert is about to fail, and the number would be lost.
	if _, _, err := t.version(ctx, id); !errors.Is(err, store.ErrNotFound) {
		if err == nil {
			err = store.ErrExists
		}
		return 0, err
	}
	for {
		highest, err := t.highest(ctx, series)
		if err != nil {
			return 0, err
		}
		entry := newRegistration(t, series, highest+1, id)
		_, err = t.numbers.InsertOne(ctx, entry)
		if err == nil {
			return entry.N, nil
		}
		if !driver.IsDuplicateKeyError(err) {
			return 0, fmt.Errorf("number of series %s: %w", series, readError(err))
		}
		// Somebody else has that number, or another attempt for this very row was faster.
		if n, err := t.registered(ctx, series, id); n > 0 || err != nil {
			return n, err
		}
	}
}

// registered is the number that a row has in a series, 0 if none.
func (t *table) registered(ctx context.Context, series, id string) (int64, error) {
	return t.number(ctx, bson.D{{Key: "s", Value: series}, {Key: "o", Value: newRegistration(t, series, 0, id).Owner}}, options.FindOne())
}

// highest is the last number of a series, 0 if none was issued.
func (t *table) highest(ctx context.Context, series string) (int64, error) {
	return t.number(ctx, bson.D{{Key: "s", Value: series}}, options.FindOne().SetSort(bson.D{{Key: "n", Value: -1}}))
}

func (t *table) number(ctx context.Context, filter bson.D, opts *options.FindOneOptions) (int64, error) {
	var entry registration
	err := t.numbers.FindOne(ctx, filter, opts).Decode(&entry)
	if errors.Is(err, driver.ErrNoDocuments) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("register of numbers: %w", readError(err))
	}
	return entry.N, nil
}

// register notes a number that a loaded row carries. store.ErrExists if it belongs to another row, or the row has
// another number in that series.
func (t *table) register(ctx context.Context, series string, n int64, id string) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	entry := newRegistration(t, series, n, id)
	_, err := t.numbers.InsertOne(ctx, entry)
	if !driver.IsDuplicateKeyError(err) {
		return writeError(err)
	}
	var found registration
	if err := t.numbers.FindOne(ctx, bson.D{{Key: "_id", Value: entry.ID}}).Decode(&found); err != nil && !errors.Is(err, driver.ErrNoDocuments) {
		return readError(err)
	}
	if found.Owner == entry.Owner {
		return nil
	}
	return fmt.Errorf("%w: number %d of series %s belongs to %q", store.ErrExists, n, series, found.Owner)
}
