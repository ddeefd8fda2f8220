package store

import (
	"context"

	"fengqiao/mediation"
)

// telling is a table whose records change together with the notices of the change.
type telling[T any] struct {
	s     *Store
	table string
	read  func(Row) (T, error)
	row   func(*T) (Row, error)
}

// whole reads records by their body, of which the head is a part.
func whole[T any](read func(Row, []byte) (T, error)) func(Row) (T, error) {
	return func(row Row) (T, error) { return read(row, row.Body) }
}

// change lets fn change a record, and writes it with the notices that fn returns: they are written ahead of it, so that no change is ever there
// of which nobody is told. It returns what the record has become, and its version; what fn or the store refuses changes nothing.
func (k telling[T]) change(ctx context.Context, id string, fn func(*T) ([]mediation.Notice, error)) (x T, version int64, err error) {
	told := 0
	done, err := k.s.modifyAround(ctx, k.table, id, func(row Row) (ch change, err error) {
		if x, err = k.read(row); err != nil {
			return ch, err
		}
		notices, err := fn(&x)
		if err != nil {
			return ch, err
		}
		told = len(notices)
		if ch.ahead, err = outboxWrites(notices); err != nil {
			return ch, err
		}
		ch.next, err = k.row(&x)
		return ch, err
	})
	if err != nil {
		return x, 0, err
	}
	k.s.noticed(told)
	return x, done.Version, nil
}
