package push

import (
	"context"
	"time"
)

// Waits and claims are kept as the time of their end. Where the machine's clock was an hour ahead and is put right, a letter that was to wait for
// seconds would wait for that hour, and all behind it. So each remembers its beginning too: one that lies ahead of the clock shows that the clock
// it was read from was wrong, and the wait begins anew. What has to wait for long and began rightly is left alone.

// apart is how far the clocks of two machines may differ, and one may be set back, before it matters: less delays a letter by less than its first wait.
const apart = 10 * time.Second

// wentBack tells that the clock was set back between two looks at it. Their monotonic readings, which hide that, are taken off.
func (r *Relay) wentBack(last, now time.Time) bool {
	by := last.Round(0).Sub(now.Round(0))
	if by < apart {
		return false
	}
	r.Log.Warn("push: the clock was set back", "by", by.String())
	return true
}

// recount begins anew what was counted on a clock that was ahead, and tells whether that is done. It is done once: where another machine's
// clock goes on being ahead, its claims are not taken away from it again and again.
func (r *Relay) recount(ctx context.Context) (done bool) {
	now := r.Clock()
	err := r.Outbox.Recount(ctx, now, now.Add(apart))
	r.complain(err, "push: beginning waits anew failed")
	return err == nil
}
