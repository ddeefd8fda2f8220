package figures

import (
	"context"
	"sync"
	"time"

	"fengqiao/mediation"
)

// Source is where the cases are.
type Source interface {
	// Moved calls fn for every case whose newest event is not before t, for all if t is zero. One that moves meanwhile is told as it
	// was or as it is, and not left out. The summaries have a Course that is Known.
	Moved(ctx context.Context, t time.Time, fn func(*mediation.Summary) error) error
	// Summaries returns those of the cases that are there, by id, as they stand now.
	Summaries(ctx context.Context, ids []string) (map[string]mediation.Summary, error)
}

// An event bears the time at which it was decided, by the clock of the instance that did: it may be stored some moments later, and
// another clock may be some moments off. So each pass looks so far back; and now and then at everything, which catches what
// a clock that was set kept from it.
const (
	Overlap    = 2 * time.Minute
	WholeEvery = 6 * time.Hour
)

// Keeper fills a book and keeps it up to date. Each instance of the server has its own.
type Keeper struct {
	*Book
	Source Source
	Now    func() time.Time

	mu    sync.Mutex // one pass at a time
	whole time.Time  // when everything was last looked at
}

// NewKeeper makes a keeper of an empty book.
func NewKeeper(source Source, now func() time.Time) *Keeper {
	return &Keeper{Book: &Book{}, Source: source, Now: now}
}

// Pass brings the book up to the moment at which it begins. One that fails leaves the book as complete as it was.
func (k *Keeper) Pass(ctx context.Context) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	began, last := k.Now(), k.AsOf()
	since := last.Add(-Overlap)
	whole := last.IsZero() || began.Before(last) || began.Sub(k.whole) >= WholeEvery
	if whole {
		since = time.Time{}
	}
	err := k.Source.Moved(ctx, since, func(s *mediation.Summary) error {
		k.Put(s)
		return nil
	})
	if err != nil {
		return err
	}
	if whole {
		k.whole = began
	}
	k.completeTo(began)
	return nil
}
