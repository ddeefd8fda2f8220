// Package casetime is a clock of cases that can be moved on: for scenarios, training and demonstrations, where a month of
// deadlines must not take a month. Only cases live by it. Tokens, leases, retries, limits and idempotency keys go on living by
// the machine's clock, so that nobody is signed out by a holiday that was skipped.
package casetime

import (
	"sync"
	"time"
)

// Clock stands still until it is moved, and never goes back: events of a case bear its time and must stay in order.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// New returns a clock that stands at a time.
func New(at time.Time) *Clock { return &Clock{at: stored(at)} }

// Now is where the clock stands.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Forward moves the clock to a time; an earlier one leaves it where it is.
func (c *Clock) Forward(to time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if to = stored(to); to.After(c.at) {
		c.at = to
	}
}

// stored cuts a time to the milliseconds that stores keep, upwards: what is due at a moment is due when the clock stands there.
func stored(t time.Time) time.Time {
	cut := t.UTC().Truncate(time.Millisecond)
	if cut.Before(t) {
		cut = cut.Add(time.Millisecond)
	}
	return cut
}
