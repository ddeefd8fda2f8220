package hall

import (
	"context"
	"time"
)

// Eraser lets go of what links visits to people: the report and the case that came of one, and who called it.
type Eraser struct{ Visits Visits }

// Kept implements retention.Records.
func (e *Eraser) Kept(ctx context.Context, until time.Time, limit int) ([]string, time.Time, error) {
	return e.Visits.Kept(ctx, until, limit)
}

// Erase implements retention.Records. It may be repeated.
func (e *Eraser) Erase(ctx context.Context, id string) error {
	_, err := e.Visits.Update(ctx, id, func(v *Visit) error { v.strip(); return nil })
	return err
}
