package due

import (
	"context"
	"errors"
)

// ErrSame breaks off the change of a record that falls due when it did before.
var ErrSame = errors.New("due: nothing falls on another time")

// Reckon is a run over records whose limits run, page after page, after days off have changed: one puts a record where it now falls, or returns
// ErrSame. It may be run again at any time and by any instance, and returns how many were changed. What fails holds up nothing else.
func Reckon[T any](ctx context.Context, list func(ctx context.Context, cursor string, limit int) ([]T, string, error), one func(context.Context, *T) error) (n int, err error) {
	var failed []error
	for cursor := ""; ; {
		page, next, err := list(ctx, cursor, batch)
		if err != nil {
			return n, errors.Join(append(failed, err)...)
		}
		for i := range page {
			err := one(ctx, &page[i])
			switch {
			case err == nil:
				n++
			case !errors.Is(err, ErrSame):
				failed = append(failed, err)
			}
		}
		if cursor = next; next == "" {
			return n, errors.Join(failed...)
		}
	}
}
