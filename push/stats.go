package push

import (
	"context"
	"sync/atomic"
)

// Stats are a relay's figures since it was made, except Queued and DeadLetters, which are the store's now.
type Stats struct {
	Spread       int64 // notices whose recipients were told
	Nobody       int64 // notices that nobody was there to be told
	Sent         int64 // acknowledged by the vendor
	Failed       int64 // attempts refused or unanswered
	Retried      int64 // put off for another attempt
	Dead         int64 // given up
	Skipped      int64 // not sent for want of a vendor
	Expired      int64 // not sent because their deadline had passed
	Gone         int64 // not sent because the device was signed out or changed hands
	Unregistered int64 // devices that the vendor did not know any more
	ClaimsLost   int64 // finished too late: another relay had the entry
	Queued       int   // unfinished entries, counted up to StatsMost
	DeadLetters  int   // dead letters, counted up to StatsMost
}

// StatsMost is where counting stops: beyond it the figure says "at least".
const StatsMost = 10_000

type counters struct {
	spread, nobody, sent, failed, retried, dead, skipped, expired, gone, unregistered, lost atomic.Int64
}

// Stats returns the figures. With an error, Queued and DeadLetters are missing and the rest is right.
func (r *Relay) Stats(ctx context.Context) (Stats, error) {
	queued, dead, err := r.Outbox.Depth(ctx, StatsMost)
	c := &r.count
	return Stats{
		Spread: c.spread.Load(), Nobody: c.nobody.Load(), Sent: c.sent.Load(), Failed: c.failed.Load(),
		Retried: c.retried.Load(), Dead: c.dead.Load(), Skipped: c.skipped.Load(), Expired: c.expired.Load(),
		Gone: c.gone.Load(), Unregistered: c.unregistered.Load(), ClaimsLost: c.lost.Load(),
		Queued: queued, DeadLetters: dead,
	}, err
}
