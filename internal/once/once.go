// Package once lets a request that was sent twice be carried out once.
package once

import (
	"context"
	"time"
)

// Ticket is what is known of a request key.
type Ticket struct {
	// Print is the fingerprint of the request as it first came: the same key with other content is refused.
	Print string
	// Done tells that it was carried out, with this Status, on the resource Ref.
	Done   bool
	Status int
	Ref    string
	// Until is when a request that is still running counts as lost, and may run again.
	Until time.Time
}

// Keeper keeps tickets. It is safe for several instances.
type Keeper interface {
	// Begin claims the key: first = true lets the caller run the request, and finish or abandon it. Otherwise the ticket
	// says what became of it; one that is not done and whose Until is not after now, or further ahead than a lease that begins
	// now could end, has been claimed anew if first is true.
	Begin(ctx context.Context, id, print string, now time.Time, lease time.Duration) (t Ticket, first bool, err error)
	// Finish notes the outcome.
	Finish(ctx context.Context, id string, status int, ref string) error
	// Abandon gives the key free again: the request was refused and changed nothing.
	Abandon(ctx context.Context, id string) error
	// Prune forgets at most limit finished tickets from before t and returns how many.
	Prune(ctx context.Context, t time.Time, limit int) (int, error)
}
