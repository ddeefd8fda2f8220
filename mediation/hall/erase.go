package hall

import (
	"context"
	"time"

	"fengqiao/mediation"
)

// Eraser lets go of what links visits to people: the report and the case that came of one, and who called it.
type Eraser struct {
	Visits Visits
	Holds  mediation.Holding // nil: nothing is held
	// CaseOf is the case of a report, "" where it has none (yet).
	CaseOf func(ctx context.Context, report string) (string, error)
}

// About implements retention.Records.
func (e *Eraser) About(ctx context.Context, id string) (mediation.Record, error) {
	v, err := e.Visits.Load(ctx, id)
	r := mediation.Record{Area: v.Area}
	if v.Case != "" {
		r.Cases = []string{v.Case}
	}
	if err == nil && v.Report != "" && e.CaseOf != nil {
		var of string
		if of, err = e.CaseOf(ctx, v.Report); of != "" {
			r.Cases = append(r.Cases, of)
		}
	}
	return r, err
}

// Kept implements retention.Records.
func (e *Eraser) Kept(ctx context.Context, until time.Time, limit int) ([]string, time.Time, error) {
	return e.Visits.Kept(ctx, until, limit)
}

// Erase implements retention.Records. It may be repeated.
func (e *Eraser) Erase(ctx context.Context, id string) error {
	if err := mediation.AnyHeld(ctx, e.Holds, "visit", id); err != nil {
		return err
	}
	_, err := e.Visits.Update(ctx, id, func(v *Visit) error { v.strip(); return nil })
	return err
}
