package seal

import (
	"context"
	"fmt"
	"time"
)

// overlap is how much further back than what is known the journal is read: clocks of instances differ, and an entry
// becomes visible a little after the time that it bears.
const overlap = 2 * time.Minute

// Erase destroys a data key: what was sealed under it is gone for good. It may be repeated. It cannot be undone.
func (k *Keyring) Erase(ctx context.Context, id string) error {
	if id == "" || id == rootID {
		return fmt.Errorf("seal: erase: %q names no data key", id)
	}
	err := k.journal.Erase(ctx, Erasure{ID: id, At: k.opts.Now().UTC()})
	// Forgotten even where the outcome is unknown: the key is read again if it is still there.
	k.forget(id)
	return err
}

// Erased tells whether a key has been destroyed.
func (k *Keyring) Erased(ctx context.Context, id string) (bool, error) {
	return k.journal.Erased(ctx, id)
}

// forget drops a key from memory, also one that is being loaded at this moment.
func (k *Keyring) forget(id string) {
	k.forgetting.Lock()
	defer k.forgetting.Unlock()
	k.erasures++
	k.cache.Remove(id)
}

// refresh sees to it that erasures by other instances are noticed: in the background when the last look at the journal
// is older than Poll, before going on when it is older than Trust.
func (k *Keyring) refresh(ctx context.Context) error {
	age := k.opts.Now().Sub(*k.polled.Load())
	switch {
	case age < k.opts.Poll:
		return nil
	case age >= k.opts.Trust:
		_, err := k.shared(ctx, "poll", k.poll)
		return err
	}
	if k.polling.CompareAndSwap(false, true) {
		if !k.enter() {
			return ErrClosed
		}
		go func() {
			defer k.work.Done()
			defer k.polling.Store(false)
			// A failure shows when Trust has passed.
			_, _ = k.shared(k.life, "poll", k.poll)
		}()
	}
	return nil
}

// poll drops the keys that were erased since the last poll. Where the journal was read to is told by its entries, and by how long ago they were read,
// but not by this machine's clock: one that is an hour ahead would read past what others write. Nor is an entry believed whose own time is still to
// come.
func (k *Keyring) poll(ctx context.Context) (any, error) {
	start, asked := k.opts.Now(), k.opts.Steady()
	heard := earlier(k.heard.Add(asked-k.asked), start)
	err := k.journal.Since(ctx, heard.Add(-overlap), func(e Erasure) error {
		if e.At.After(heard) {
			heard = e.At
		}
		if k.cache.Contains(e.ID) {
			k.forget(e.ID)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	k.heard, k.asked = earlier(heard, start), asked
	k.polled.Store(&start)
	return nil, nil
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// Replay carries out every erasure of the journal since a time once more and returns how many there are: after wraps
// were restored from a backup that is older than the journal (the zero time), or to finish what a crash cut short.
func (k *Keyring) Replay(ctx context.Context, since time.Time) (int, error) {
	n := 0
	err := k.journal.Since(ctx, since, func(e Erasure) error {
		n++
		if err := k.journal.Erase(ctx, e); err != nil {
			return err
		}
		k.forget(e.ID)
		return nil
	})
	return n, err
}
