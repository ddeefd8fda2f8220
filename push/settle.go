package push

import (
	"context"
	"errors"
	"sync"
	"time"
)

// batch settles the entries of one claim, each in its own goroutine, as many at once as the relay's pool allows.
type batch struct {
	r     *Relay
	ctx   context.Context // its end means: begin nothing more
	now   time.Time       // when the entries were claimed
	start time.Time       // the same moment on the relay's clock
	group sync.WaitGroup

	mu    sync.Mutex
	first error // the first failure to write down what became of an entry
}

func (r *Relay) begin(ctx context.Context, now time.Time) *batch {
	return &batch{r: r, ctx: ctx, now: now, start: r.Clock()}
}

// at is the present, counted from the time that the entries were claimed at.
func (b *batch) at() time.Time { return b.now.Add(b.r.Clock().Sub(b.start)) }

func (b *batch) add(e Entry, then func()) {
	b.group.Go(func() {
		defer then()
		if err := b.settle(e); err != nil {
			b.mu.Lock()
			defer b.mu.Unlock()
			if b.first == nil {
				b.first = err
			}
		}
	})
}

func (b *batch) end() error {
	b.group.Wait()
	return b.first
}

// settle brings one entry to an end: done, again later, or dead.
func (b *batch) settle(e Entry) error {
	select {
	case b.r.slots <- struct{}{}:
		defer func() { <-b.r.slots }()
	case <-b.ctx.Done():
	}
	if b.ctx.Err() != nil {
		return b.giveBack(e)
	}
	// Whoever comes too late for his claim leaves the entry alone: another relay may be sending it.
	if b.at().Sub(b.now)+b.r.opt.Deadline >= b.r.opt.Lease {
		return nil
	}
	if e.Attempts > b.r.opt.MaxAttempts {
		// Not one of them came back with an answer: each ended the process, or lost the claim.
		return b.dead(e, Setback{Reason: "attempts_without_end"})
	}
	// What has begun is finished, whatever happens to ctx.
	ctx := context.WithoutCancel(b.ctx)
	if e.Device == "" {
		return b.spread(ctx, e)
	}
	return b.deliver(ctx, e)
}

// writeTime bounds each reading or writing of the store.
const writeTime = 10 * time.Second

// write carries a change to the outbox, and repeats it where the store was away for a moment: what is not written down
// here is sent twice.
func (b *batch) write(fn func(context.Context) error) error {
	const tries = 3
	ctx, cancel := context.WithTimeout(context.WithoutCancel(b.ctx), writeTime)
	defer cancel()
	for n := 1; ; n++ {
		err := fn(ctx)
		if err == nil || n == tries || ctx.Err() != nil {
			return err
		}
		if errors.Is(err, ErrClaimLost) {
			if n > 1 {
				return nil // the first try was stored after all, or another relay has it
			}
			b.r.count.lost.Add(1)
			return nil
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(n) * 50 * time.Millisecond):
		}
	}
}

func (b *batch) done(e Entry) error {
	return b.write(func(ctx context.Context) error { return b.r.Outbox.Done(ctx, e, b.at()) })
}

func (b *batch) dead(e Entry, why Setback) error {
	b.r.count.dead.Add(1)
	b.r.Log.Warn("push: dead letter", "notice", e.Notice.ID, "kind", e.Notice.Kind, "attempts", e.Attempts, "reason", why.Reason)
	return b.write(func(ctx context.Context) error { return b.r.Outbox.Dead(ctx, e, b.at(), why) })
}

// giveBack returns an entry that was not begun, as if it had not been claimed.
func (b *batch) giveBack(e Entry) error {
	e.Attempts--
	return b.wait(e, 0, Setback{Reason: e.Reason})
}

// later gives an entry back for another attempt, or gives it up.
func (b *batch) later(e Entry, after time.Duration, why Setback) error {
	if e.Attempts >= b.r.opt.MaxAttempts {
		return b.dead(e, why)
	}
	b.r.count.retried.Add(1)
	return b.wait(e, b.r.retry.wait(e.Attempts, after), why)
}

// wait gives an entry back for so long.
func (b *batch) wait(e Entry, d time.Duration, why Setback) error {
	e.From = b.at()
	return b.write(func(ctx context.Context) error { return b.r.Outbox.Retry(ctx, e, e.From.Add(d), why) })
}

// spread finds out who is meant by a notice and makes inbox items and sends of it. Their ids repeat on a second run, so a
// crash at any point costs nothing; the notice is finished last.
func (b *batch) spread(ctx context.Context, e Entry) error {
	reason, err := b.tell(ctx, e)
	if err != nil {
		b.r.Log.Error("push: notice not spread", "notice", e.Notice.ID, "kind", e.Notice.Kind, "at", reason, "error", err)
		return b.later(e, 0, Setback{Reason: reason})
	}
	b.r.count.spread.Add(1)
	return b.done(e)
}

// tell returns the name of the part that failed with its error.
func (b *batch) tell(ctx context.Context, e Entry) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, writeTime)
	defer cancel()
	people, err := b.r.Directory.Who(ctx, e.Notice.To)
	if err == nil {
		people, err = b.r.Directory.Spare(ctx, e.Notice, people)
	}
	if err != nil {
		return "directory", err
	}
	if len(people) == 0 {
		b.r.count.nobody.Add(1)
		b.r.Log.Warn("push: nobody to tell", "notice", e.Notice.ID, "kind", e.Notice.Kind, "role", e.Notice.To.Role, "area", e.Notice.To.Area)
		return "", nil
	}
	users := make([]string, len(people))
	items := make([]Item, len(people))
	langs := make(map[string]Lang, len(people))
	for i, a := range people {
		users[i], langs[a.User] = a.User, a.Lang
		items[i] = Item{
			ID: ItemID(e.Notice.ID, a.User), User: a.User, Notice: e.Notice.ID, Kind: e.Notice.Kind,
			Case: e.Notice.Case, Subject: e.Notice.Subject, At: e.Notice.At, Due: e.Notice.Due,
		}
	}
	if err := b.r.Inbox.Put(ctx, items...); err != nil {
		return "inbox", err
	}
	devices, err := b.r.Devices.OfUsers(ctx, users...)
	if err != nil {
		return "devices", err
	}
	if len(devices) == 0 {
		return "", nil
	}
	sends := make([]Entry, len(devices))
	for i, d := range devices {
		sends[i] = Entry{
			ID: SendID(e.Notice.ID, d.ID), Notice: e.Notice, Urgent: e.Urgent, Since: e.Since,
			User: d.User, Lang: langs[d.User], Device: d.ID,
		}
	}
	return "outbox", b.r.Outbox.Add(ctx, sends...)
}

// deliver sends one letter to one device.
func (b *batch) deliver(ctx context.Context, e Entry) error {
	ttl, useful := e.keep(b.at())
	if !useful {
		b.r.count.expired.Add(1)
		return b.done(e)
	}
	device, err := b.device(ctx, e)
	if errors.Is(err, ErrNotFound) || err == nil && device.User != e.User {
		// Signed out, or somebody else's phone now.
		b.r.count.gone.Add(1)
		return b.done(e)
	}
	if err != nil {
		return b.later(e, 0, Setback{Reason: "devices"})
	}
	letter, err := Compose(e, device, ttl)
	if err == nil {
		err = b.send(ctx, letter)
	}
	return b.outcome(e, device, err)
}

func (b *batch) device(ctx context.Context, e Entry) (Device, error) {
	ctx, cancel := context.WithTimeout(ctx, writeTime)
	defer cancel()
	return b.r.Devices.Get(ctx, e.Device)
}

func (b *batch) send(ctx context.Context, l Letter) error {
	ctx, cancel := context.WithTimeout(ctx, b.r.opt.Deadline)
	defer cancel()
	return b.r.Sender.Send(ctx, l)
}

// outcome writes down what a Sender answered.
func (b *batch) outcome(e Entry, d Device, err error) error {
	var busy *Retryable
	var refused *Permanent
	switch {
	case err == nil:
		b.r.count.sent.Add(1)
		return b.done(e)
	case errors.Is(err, ErrNoVendor):
		b.r.count.skipped.Add(1)
		return b.done(e)
	case errors.Is(err, ErrUnregistered):
		b.r.count.unregistered.Add(1)
		forget := b.write(func(ctx context.Context) error { return b.r.Devices.Discard(ctx, d.ID, d.Token) })
		return errors.Join(forget, b.done(e))
	case errors.As(err, &refused):
		b.r.count.failed.Add(1)
		return b.dead(e, Setback{Reason: refused.Reason})
	case errors.As(err, &busy):
		b.r.count.failed.Add(1)
		return b.later(e, busy.After, Setback{Reason: busy.Reason, MayHaveArrived: busy.MayHaveArrived})
	}
	b.r.count.failed.Add(1)
	return b.later(e, 0, Setback{Reason: "sender", MayHaveArrived: true})
}
