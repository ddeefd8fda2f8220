package push

import (
	"context"
	"log/slog"
	"time"
)

// Waits and claims are kept as the time of their end. Where the machine's clock was an hour ahead and is put right, a letter that was to wait for
// seconds would wait for that hour, and all behind it. So each remembers its beginning too: one that lies ahead of the clock shows that the clock
// it was read from was wrong, and the wait begins anew. What has to wait for long and began rightly is left alone.

// apart is how far the clocks of two machines may differ, and one may be set back, before it matters: less delays a letter by less than its first wait.
const apart = 10 * time.Second

// watched is a clock that somebody may set.
type watched struct {
	now     func() time.Time
	steady  func() time.Duration
	shown   time.Time     // at the last look
	looked  time.Duration // when that was, by steady
	trusted bool          // waits have been recounted since it was set
}

// newWatched does not trust the clock at first: nobody knows what it showed before.
func newWatched(now func() time.Time, steady func() time.Duration) *watched {
	return &watched{now: now, steady: steady, shown: now().Round(0), looked: steady()}
}

// suspect tells that the clock was set, and waits were not recounted yet. The monotonic reading, which hides that, is taken off.
func (w *watched) suspect(log *slog.Logger) bool {
	shown, looked := w.now().Round(0), w.steady()
	by := shown.Sub(w.shown) - (looked - w.looked)
	w.shown, w.looked = shown, looked
	if by.Abs() >= apart {
		log.Warn("push: the clock was set", "by", by.Round(time.Second).String())
		w.trusted = false
	}
	return !w.trusted
}

// recount begins anew what was counted on a clock that was ahead, and tells whether that is done. Once is enough: where another machine's
// clock goes on being ahead, its claims are not taken away from it again and again.
func (r *Relay) recount(ctx context.Context) (done bool) {
	now := r.Clock()
	err := r.Outbox.Recount(ctx, now, now.Add(apart))
	r.complain(err, "push: beginning waits anew failed")
	return err == nil
}
