package push

import (
	"context"
	"errors"
	"time"
)

// holdBatch is how many entries are claimed at once.
const holdBatch = 200

// HoldBack finishes, unsent, the sends of notices from before a time, and returns how many: after a backup was restored, what it had not
// sent yet has gone out since as a rule, and an old knock on a phone misleads. Inboxes get everything: notices that were not
// given to their recipients yet, and sends of later ones, stay. No relay may work on the outbox meanwhile; now is the machine's time.
func HoldBack(ctx context.Context, box Outbox, before, now time.Time) (int, error) {
	// Entries that wait for a retry are due by then, too.
	later := now.Add(2 * longestAfter)
	held := 0
	var kept []Entry
	var unreadable error
	for {
		claimed, err := box.Claim(ctx, later, time.Minute, holdBatch)
		unreadable = errors.Join(unreadable, err)
		if len(claimed) == 0 {
			break
		}
		for _, e := range claimed {
			if e.Device == "" || !e.Notice.At.Before(before) {
				kept = append(kept, e)
				continue
			}
			if err := box.Done(ctx, e, now); err != nil {
				return held, err
			}
			held++
		}
	}
	for _, e := range kept {
		e.From = now
		if err := box.Retry(ctx, e, now, Setback{}); err != nil {
			return held, err
		}
	}
	return held, unreadable
}
