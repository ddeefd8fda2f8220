package push_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"fengqiao/mediation"
	"fengqiao/push"
	"fengqiao/push/fcm/fcmtest"
)

var errKilled = errors.New("the process is gone")

// killed lets a relay die: from a given write on, nothing that it wants to write is written any more.
type killed struct {
	push.Outbox
	push.Inbox
	left *atomic.Int64
}

func (k killed) dead() bool { return k.left.Add(-1) < 0 }

func (k killed) Add(ctx context.Context, entries ...push.Entry) error {
	if k.dead() {
		return errKilled
	}
	return k.Outbox.Add(ctx, entries...)
}

func (k killed) Put(ctx context.Context, items ...push.Item) error {
	if k.dead() {
		return errKilled
	}
	return k.Inbox.Put(ctx, items...)
}

func (k killed) Done(ctx context.Context, e push.Entry, now time.Time) error {
	if k.dead() {
		return errKilled
	}
	return k.Outbox.Done(ctx, e, now)
}

func (k killed) Retry(ctx context.Context, e push.Entry, at time.Time, why push.Setback) error {
	if k.dead() {
		return errKilled
	}
	return k.Outbox.Retry(ctx, e, at, why)
}

// killAfter makes a relay that may write so often.
func (p *post) killAfter(writes int64) {
	k := killed{Outbox: p.parts.Outbox, Inbox: p.parts.Inbox, left: &atomic.Int64{}}
	k.left.Store(writes)
	alive := p.parts
	p.parts.Outbox, p.parts.Inbox = k, k
	p.renew()
	p.parts = alive
}

func TestAKillAtAnyWriteOfTheSpreadTellsNobodyTwice(t *testing.T) {
	for writes := range int64(3) { // inbox, sends, done
		t.Run(fmt.Sprint("after ", writes, " writes"), func(t *testing.T) {
			p := newPost(t, nil)
			staff := mediation.Recipient{Unit: "court"}
			p.parts.Directory = people{staff: {"ann", "bob"}}
			p.phone("ann", "ann-1")
			p.phone("bob", "bob-1")
			n := notice("case", "", 1)
			n.To = staff
			p.announce(n)
			p.killAfter(writes)
			if _, err := p.Pass(t.Context(), t0); !errors.Is(err, errKilled) {
				t.Fatalf("the pass ended with %v", err)
			}
			p.renew()
			p.passes(t0.Add(time.Hour))
			p.wantDelivered(2)
			p.wantUnread("ann", 1)
			p.wantUnread("bob", 1)
			if s := p.stats(); s.Queued != 0 {
				t.Errorf("stats %+v", s)
			}
		})
	}
}

func TestAKillBetweenSendAndDoneSendsAgainUnderTheSameName(t *testing.T) {
	p := newPost(t, nil)
	p.phone("ann", "phone")
	p.announce(notice("case", "ann", 1), notice("case", "ann", 2))
	for range 2 { // both notices become sends
		if n, err := p.Pass(t.Context(), t0); err != nil || n == 0 {
			t.Fatal(n, err)
		}
		if p.server.Stats().Requests > 0 {
			t.Fatal("sent too early for this test")
		}
		if p.stats().Spread == 1 {
			break
		}
	}
	p.killAfter(0)
	if _, err := p.Pass(t.Context(), t0); !errors.Is(err, errKilled) {
		t.Fatalf("the pass ended with %v", err)
	}
	first := p.server.Messages()
	if len(first) != 1 || !first[0].Delivered {
		t.Fatalf("sent %+v", first)
	}
	p.renew()
	p.passes(t0.Add(time.Second))
	if n := p.server.Stats().Requests; n != 1 {
		t.Fatalf("%d requests while the claim still holds", n)
	}
	p.passes(t0.Add(time.Hour))
	all := p.server.Messages()
	if len(all) != 3 || all[1].Notice != first[0].Notice || all[1].Tag != first[0].Tag || all[2].Notice == first[0].Notice {
		t.Fatalf("sent %+v", all)
	}
}

func TestAnEntryThatKillsEveryRelayIsBuried(t *testing.T) {
	p := newPost(t, nil)
	p.opt.MaxAttempts = 3
	p.phone("ann", "phone")
	p.announce(notice("case", "ann", 1))
	now := t0
	for range 3 { // claimed, and the process is gone before anything else
		_, err := p.parts.Outbox.Claim(t.Context(), now, time.Minute, 1)
		p.ok(err)
		now = now.Add(time.Minute)
	}
	p.renew()
	p.passes(now)
	letters, _, err := p.parts.Outbox.DeadLetters(t.Context(), "", 10)
	if err != nil || len(letters) != 1 || letters[0].Reason != "attempts_without_end" {
		t.Fatalf("dead letters %+v, %v", letters, err)
	}
}

func TestStopFinishesWhatIsUnderWayAndGivesTheRestBack(t *testing.T) {
	arrived, release := make(chan struct{}, 100), make(chan struct{})
	p := newPost(t, func(fcmtest.Message) fcmtest.Reply {
		arrived <- struct{}{}
		<-release
		return fcmtest.OK
	})
	p.parts.Clock, p.parts.Steady = time.Now, running()
	p.opt = push.Options{Pool: 2}
	p.phone("ann", "phone")
	const cases = 6
	now := time.Now()
	for i := range cases {
		p.announce(notice(fmt.Sprint("case", i), "ann", 1))
	}
	p.renew()
	if n, err := p.Pass(t.Context(), now); err != nil || n != cases { // the notices become sends
		t.Fatal(n, err)
	}
	p.Start(t.Context())
	<-arrived
	<-arrived
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		p.Stop()
	}()
	// Those that were not begun come back although two sends still hang.
	for {
		entries, err := p.parts.Outbox.Claim(t.Context(), time.Now(), time.Millisecond, 10)
		p.ok(err)
		if len(entries) == cases-2 {
			for _, e := range entries {
				if e.PossiblyTwice || e.Attempts != 1 {
					t.Errorf("given back as %+v", e)
				}
			}
			break
		}
		for _, e := range entries {
			e.Attempts--
			p.ok(p.parts.Outbox.Retry(t.Context(), e, time.Now(), push.Setback{}))
		}
		time.Sleep(time.Millisecond)
	}
	close(release)
	<-stopped
	p.wantDelivered(2)
	if s := p.stats(); s.Sent != 2 || s.Queued != cases-2 {
		t.Errorf("stats %+v", s)
	}
}
