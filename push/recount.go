package push

import (
	"context"
	"log/slog"
	"time"

	"fengqiao/mediation"
)

// Waits and claims are kept as the time of their end. Where the machine's clock was an hour ahead and is put right, a letter that was to wait for
// seconds would wait for that hour, and all behind it. So each remembers its beginning too: one that lies ahead of the clock shows that the clock
// it was read from was wrong, and the wait begins anew. What has to wait for long and began rightly is left alone.

// suspect is a relay's clock that may have been set since waits were last recounted.
type suspect struct {
	*mediation.WatchedClock
	recounted bool
}

func (r *Relay) suspect() *suspect {
	return &suspect{WatchedClock: mediation.WatchClock(r.Clock, r.Steady)}
}

// asked tells that the clock was set, or that nobody knows what it showed before, and that waits were not recounted since.
func (s *suspect) asked(log *slog.Logger) bool {
	// Less than this delays a letter by less than its first wait.
	if by, _ := s.Look(); by.Abs() >= mediation.ClocksApart {
		log.Warn("push: the clock was set", "by", by.Round(time.Second).String())
		s.recounted = false
	}
	return !s.recounted
}

// recount begins anew what was counted on a clock that was ahead, and tells whether that is done. Once is enough: where another machine's
// clock goes on being ahead, its claims are not taken away from it again and again.
func (r *Relay) recount(ctx context.Context) (done bool) {
	now := r.Clock()
	err := r.Outbox.Recount(ctx, now, now.Add(mediation.ClocksApart))
	r.complain(err, "push: beginning waits anew failed")
	return err == nil
}
