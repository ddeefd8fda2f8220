package mediation

import (
	"context"
	"time"

	"fengqiao/grid"
)

// Stray is a matter that has been without a case for too long (兜底): a report that nobody placed or that could not be filed, or what an outside
// desk said of an order that never came.
type Stray struct {
	Subject string    // what it is: "report/<id>", "desk/<desk>/<number>"
	Area    grid.Code // where it lies, as far as is known
	Turn    int       // how many times it has fallen due; each is told once. 0: danger was named in it, which waits for nothing
	At      time.Time // case time
}

// catch tells who is on duty of a report that has been without a case for too long, and when that falls due next; zero: never. An accusation is
// left to people, as dispatch leaves it.
func (w *Watch) catch(ctx context.Context, rep *Report, now time.Time) (next time.Time, err error) {
	if w.Catch == nil || rep.Raised != "" {
		return time.Time{}, nil
	}
	r, err := w.rules(ctx, "")
	if err != nil {
		return time.Time{}, err
	}
	turn, next := r.Policy.CatchAll.Turn(rep.Received, now)
	if turn > 0 {
		err = w.Catch(ctx, Stray{Subject: "report/" + rep.ID, Area: rep.Place(), Turn: turn, At: now})
	}
	return next, err
}

// catchFailed does so for a report that the sweep has just failed at: what cannot be filed must not be tried in silence for ever.
func (w *Watch) catchFailed(ctx context.Context, id string, now time.Time) {
	rep, err := w.Reports.Load(ctx, id)
	if err == nil && rep.Waits() {
		_, err = w.catch(ctx, &rep, now)
	}
	if err != nil {
		w.Log.ErrorContext(ctx, "nobody could be told of a report", "report", id, "cause", err)
	}
}

// sooner is the earlier of two times, of which zero is never.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
