package push

import "time"

// longestAfter bounds the wait that a vendor can ask for.
const longestAfter = 24 * time.Hour

// backoff is exponential with equal jitter: before the n-th repetition a wait evenly spread over the upper half of c = min(most, base·2ⁿ), so that
// what failed together does not come back together. (Brooker, "Exponential Backoff and Jitter", 2015.) With full jitter, from nothing to c, a
// letter in twenty would have used up its attempts within an hour of the vendor's absence.
type backoff struct {
	base, most time.Duration
	// random returns a number in [0, n).
	random func(n int64) int64
}

// wait returns the pause after the given number of attempts (from 1). It is never shorter than what the vendor asked for
// (up to a day), and then spread over a further base.
func (b backoff) wait(attempts int, after time.Duration) time.Duration {
	if after > 0 {
		return min(after, longestAfter) + b.spread(b.base)
	}
	ceiling := b.base
	for range attempts {
		if ceiling *= 2; ceiling >= b.most {
			ceiling = b.most
			break
		}
	}
	return ceiling - ceiling/2 + b.spread(ceiling/2)
}

func (b backoff) spread(d time.Duration) time.Duration { return time.Duration(b.random(int64(d) + 1)) }
