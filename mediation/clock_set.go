package mediation

import "time"

// ClocksApart is how far the clocks of two machines may differ, and one may be set, before it matters to what waits or is claimed.
const ClocksApart = 10 * time.Second

// WatchedClock is a machine's clock that somebody may set while it is watched. It is for one goroutine.
type WatchedClock struct {
	now    func() time.Time
	steady func() time.Duration
	shown  time.Time     // at the last look
	looked time.Duration // when that was, by steady
}

// WatchClock begins to watch a clock. steady is how long ago some moment was, which stays so however the clock is set.
func WatchClock(now func() time.Time, steady func() time.Duration) *WatchedClock {
	w := &WatchedClock{now: now, steady: steady}
	w.Look()
	return w
}

// Look is by how much the clock was set since the last look, forward or, negative, back; and when this look was, by steady. What the
// clock gained or lost by itself is among it.
func (w *WatchedClock) Look() (set, at time.Duration) {
	shown, at := w.now().Round(0), w.steady() // without the monotonic reading, which hides that a clock was set
	set = shown.Sub(w.shown) - (at - w.looked)
	w.shown, w.looked = shown, at
	return set, at
}
