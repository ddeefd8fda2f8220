package checkpoint

import (
	"context"
	"time"
)

// Source knows where things stand.
type Source interface {
	// Since calls fn with the mark of everything that is new or moved on at or after t, or of everything for the zero time, in
	// no given order. What moves meanwhile may be told as it was or as it is, or twice. What cannot be read has no mark and holds
	// up no other: a checkpoint does not say so, Verify does. An error of fn ends it and is returned.
	Since(ctx context.Context, t time.Time, fn func(Mark) error) error
}

// Register keeps the checkpoints, for good. Failures of the store are mediation.ErrUnavailable or mediation.ErrUncertain.
type Register interface {
	// Last returns the checkpoint of the highest number; mediation.ErrNotFound if there is none.
	Last(ctx context.Context) (Checkpoint, error)
	// Get returns one; mediation.ErrNotFound.
	Get(ctx context.Context, n int64) (Checkpoint, error)
	// Add stores a checkpoint whose parts are stored; mediation.ErrExists if the number is taken.
	Add(ctx context.Context, c Checkpoint) error
	// PutPart stores the text of a part under its sum. It may be repeated.
	PutPart(ctx context.Context, sum string, text []byte) error
	// Part returns a part's text; mediation.ErrNotFound.
	Part(ctx context.Context, sum string) ([]byte, error)
}
