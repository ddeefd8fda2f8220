package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/push"
)

// Push holds an opened store, whose outbox is empty, to the contracts of push's ports.
func Push(t *testing.T, s *store.Store) {
	for _, situation := range []struct {
		name string
		run  func(*testing.T, push.Outbox)
	}{
		{"an entry is claimed by one until its claim expires", outboxClaim},
		{"many relays claim at once and none shares an entry", outboxRace},
		{"an entry added again stays what it was, finished ones too", outboxAddTwice},
		{"a line moves one by one and a waiting head holds it", outboxOrder},
		{"what waits on a clock that was ahead waits anew, and long waits stay long", outboxRecount},
		{"a dead letter blocks nobody and can be sent again", outboxDead},
		{"a long line behind a waiting head starves nobody", outboxLongLine},
		{"urgent entries come first, then the oldest", outboxUrgent},
		{"case time may be any time", outboxVirtualTime},
		{"entries that come back and fresh ones share each claim", outboxShare},
		{"every line is finished in order, whatever happens", outboxStorm},
		{"dead letters are listed in pages", outboxPages},
		{"finished entries are forgotten when their time is over", outboxPrune},
	} {
		t.Run(situation.name, func(t *testing.T) {
			o := s.Outbox()
			situation.run(t, o)
			emptyOutbox(t, o)
		})
	}
	t.Run("inbox", func(t *testing.T) { pushInbox(t, s.Inbox()) })
	t.Run("devices", func(t *testing.T) { pushDevices(t, s.Devices()) })
}

var pushNow = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

const pushLease = time.Minute

// pushEntry is a send of a case's seq-th notice to a device.
func pushEntry(caseID, device string, seq int) push.Entry {
	n := mediation.Notice{ID: fmt.Sprintf("%s-%d", caseID, seq), Kind: mediation.NoticeProgress, At: pushNow.Add(time.Duration(seq) * time.Second), Case: caseID, Seq: seq}
	e := push.NewEntry(n)
	e.ID, e.Device, e.User, e.Lang = push.SendID(n.ID, device), device, "user-of-"+device, push.Chinese
	return e
}

func pushOK(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func pushFails(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got error %v, want %v", err, want)
	}
}

func pushClaim(t *testing.T, o push.Outbox, now time.Time, limit int) []push.Entry {
	t.Helper()
	entries, err := o.Claim(t.Context(), now, pushLease, limit)
	pushOK(t, err)
	if len(entries) > limit {
		t.Fatalf("claimed %d entries with a limit of %d", len(entries), limit)
	}
	return entries
}

func pushIDs(entries []push.Entry) []string {
	ids := make([]string, len(entries))
	for i, e := range entries {
		ids[i] = e.ID
	}
	return ids
}

func wantIDs(t *testing.T, got []push.Entry, want ...push.Entry) {
	t.Helper()
	if !slices.Equal(pushIDs(got), pushIDs(want)) {
		t.Fatalf("got %v, want %v", pushIDs(got), pushIDs(want))
	}
}

// emptyOutbox finishes and forgets everything, so that the next situation starts with nothing.
func emptyOutbox(t *testing.T, o push.Outbox) {
	ctx := t.Context()
	later := pushNow.Add(1000 * time.Hour)
	for {
		letters, _, err := o.DeadLetters(ctx, "", 100)
		pushOK(t, err)
		for _, e := range letters {
			pushOK(t, o.Resend(ctx, e.ID))
		}
		entries := pushClaim(t, o, later, 500)
		for _, e := range entries {
			pushOK(t, o.Done(ctx, e, later))
		}
		if len(entries)+len(letters) == 0 {
			break
		}
	}
	for {
		n, err := o.Prune(ctx, later.Add(time.Hour), 500)
		pushOK(t, err)
		if n == 0 {
			return
		}
	}
}

func outboxClaim(t *testing.T, o push.Outbox) {
	ctx := t.Context()
	e := pushEntry("claim", "phone", 1)
	pushOK(t, o.Add(ctx, e))
	first := pushClaim(t, o, pushNow, 10)
	wantIDs(t, first, e)
	if got := first[0]; got.Attempts != 1 || !got.Since.Equal(pushNow) || got.PossiblyTwice || got.Notice != e.Notice || got.User != e.User {
		t.Fatalf("claimed %+v", got)
	}
	wantIDs(t, pushClaim(t, o, pushNow.Add(pushLease-time.Second), 10))

	second := pushClaim(t, o, pushNow.Add(pushLease), 10)
	wantIDs(t, second, e)
	if got := second[0]; got.Attempts != 2 || !got.Since.Equal(pushNow) || !got.PossiblyTwice {
		t.Fatalf("claimed again %+v: an expired claim may have been carried out", got)
	}
	pushFails(t, o.Done(ctx, first[0], pushNow), push.ErrClaimLost)
	pushFails(t, o.Retry(ctx, first[0], pushNow, push.Setback{}), push.ErrClaimLost)
	pushFails(t, o.Dead(ctx, first[0], pushNow, push.Setback{}), push.ErrClaimLost)

	again := pushNow.Add(time.Hour)
	pushOK(t, o.Retry(ctx, second[0], again, push.Setback{Reason: "busy"}))
	wantIDs(t, pushClaim(t, o, again.Add(-time.Millisecond), 10))
	third := pushClaim(t, o, again, 10)
	wantIDs(t, third, e)
	if got := third[0]; got.Reason != "busy" || !got.PossiblyTwice || got.Attempts != 3 {
		t.Fatalf("claimed after a retry %+v", got)
	}
	pushOK(t, o.Done(ctx, third[0], again))
	pushFails(t, o.Done(ctx, third[0], again), push.ErrClaimLost)
	wantIDs(t, pushClaim(t, o, again.Add(1000*time.Hour), 10))
}

func outboxRace(t *testing.T, o push.Outbox) {
	const entries, relays = 120, 12
	for i := range entries {
		pushOK(t, o.Add(t.Context(), pushEntry(fmt.Sprintf("race-%d", i), "phone", 1)))
	}
	var mu sync.Mutex
	holders := map[string]int{}
	var wg sync.WaitGroup
	for range relays {
		wg.Go(func() {
			// Every relay goes on until all entries have a holder, so the end is contended too.
			for {
				got, err := o.Claim(context.WithoutCancel(t.Context()), pushNow, pushLease, 9)
				mu.Lock()
				for _, e := range got {
					holders[e.ID]++
				}
				enough := len(holders) == entries
				mu.Unlock()
				if err != nil {
					t.Error(err)
				}
				if err != nil || enough {
					return
				}
			}
		})
	}
	wg.Wait()
	for id, n := range holders {
		if n != 1 {
			t.Errorf("%s was claimed %d times", id, n)
		}
	}
	if waiting, _, err := o.Depth(t.Context(), 1000); err != nil || waiting != entries {
		t.Errorf("depth %d, %v; claimed entries are unfinished", waiting, err)
	}
}

func outboxAddTwice(t *testing.T, o push.Outbox) {
	ctx := t.Context()
	e := pushEntry("again", "phone", 1)
	pushOK(t, o.Add(ctx, e, e))
	got := pushClaim(t, o, pushNow, 10)
	wantIDs(t, got, e)
	pushOK(t, o.Add(ctx, e))
	wantIDs(t, pushClaim(t, o, pushNow, 10))
	pushOK(t, o.Done(ctx, got[0], pushNow))
	pushOK(t, o.Add(ctx, e, pushEntry("again", "phone", 2)))
	wantIDs(t, pushClaim(t, o, pushNow.Add(time.Hour), 10), pushEntry("again", "phone", 2))
}

func outboxOrder(t *testing.T, o push.Outbox) {
	ctx := t.Context()
	a1, a2, a10 := pushEntry("order", "a", 1), pushEntry("order", "a", 2), pushEntry("order", "a", 10)
	b3 := pushEntry("order", "b", 3)
	loose1, loose2 := pushEntry("", "a", 4), pushEntry("", "a", 5)
	pushOK(t, o.Add(ctx, a10, a2, loose2, a1, b3, loose1))
	first := pushClaim(t, o, pushNow, 10)
	// Each device is a line of its own, and what belongs to no case is in no line.
	wantIDs(t, first, a1, b3, loose1, loose2)
	for _, e := range first[1:] {
		pushOK(t, o.Done(ctx, e, pushNow))
	}
	wantIDs(t, pushClaim(t, o, pushNow, 10))

	again := pushNow.Add(10 * time.Minute)
	pushOK(t, o.Retry(ctx, first[0], again, push.Setback{Reason: "busy"}))
	wantIDs(t, pushClaim(t, o, again.Add(-time.Second), 10))
	head := pushClaim(t, o, again, 10)
	wantIDs(t, head, a1)
	pushOK(t, o.Done(ctx, head[0], again))
	head = pushClaim(t, o, again, 10)
	wantIDs(t, head, a2)
	pushOK(t, o.Done(ctx, head[0], again))
	wantIDs(t, pushClaim(t, o, again, 10), a10)
}

func outboxRecount(t *testing.T, o push.Outbox) {
	ctx := t.Context()
	var waiting []push.Entry
	for i := range 300 { // more than one page
		waiting = append(waiting, pushEntry(fmt.Sprint("recount-", i), "phone", 1))
	}
	behind, taken, long := pushEntry("recount-0", "phone", 2), pushEntry("recount", "taken", 1), pushEntry("recount", "long", 1)
	pushOK(t, o.Add(ctx, long))
	asked := pushClaim(t, o, pushNow, 1) // rightly, by another machine: the vendor wants to be left alone for long
	asked[0].From = pushNow
	pushOK(t, o.Retry(ctx, asked[0], pushNow.Add(2*time.Hour), push.Setback{Reason: "quota"}))

	pushOK(t, o.Add(ctx, append(waiting, behind, taken)...))
	ahead := pushNow.Add(time.Hour)
	for _, e := range pushClaim(t, o, ahead, 500) {
		if e.ID == taken.ID {
			continue // its relay dies
		}
		e.From = ahead
		pushOK(t, o.Retry(ctx, e, ahead.Add(20*time.Second), push.Setback{Reason: "busy"}))
	}
	wantIDs(t, pushClaim(t, o, ahead, 500)) // and what stands behind a head waits with it
	right := pushNow.Add(5 * time.Minute)
	for range 2 {
		pushOK(t, o.Recount(ctx, right, right.Add(10*time.Second)))
	}
	wantIDs(t, pushClaim(t, o, right.Add(19*time.Second), 500))
	if got := pushClaim(t, o, right.Add(20*time.Second), 500); len(got) != len(waiting) {
		t.Fatalf("%d of %d may be claimed when their wait is over", len(got), len(waiting))
	}
	if got := pushClaim(t, o, right.Add(pushLease), 500); !slices.ContainsFunc(got, func(e push.Entry) bool { return e.ID == taken.ID && e.PossiblyTwice }) {
		t.Fatal("a dead relay's claim does not expire when it should")
	}
	if got := pushClaim(t, o, pushNow.Add(2*time.Hour-time.Second), 500); slices.Contains(pushIDs(got), long.ID) {
		t.Fatal("a long wait that began rightly was cut short")
	}
	if got := pushClaim(t, o, pushNow.Add(2*time.Hour), 500); !slices.Contains(pushIDs(got), long.ID) {
		t.Fatal("the long wait does not end")
	}
}

func outboxDead(t *testing.T, o push.Outbox) {
	ctx := t.Context()
	e1, e2 := pushEntry("dead", "phone", 1), pushEntry("dead", "phone", 2)
	pushOK(t, o.Add(ctx, e1, e2))
	pushFails(t, o.Resend(ctx, e1.ID), push.ErrNotDead)
	pushFails(t, o.Resend(ctx, "nothing of the kind"), push.ErrNotFound)
	got := pushClaim(t, o, pushNow, 10)
	wantIDs(t, got, e1)
	pushOK(t, o.Dead(ctx, got[0], pushNow, push.Setback{Reason: "refused"}))
	if waiting, dead, err := o.Depth(ctx, 10); err != nil || waiting != 1 || dead != 1 {
		t.Fatalf("depth %d waiting, %d dead, %v", waiting, dead, err)
	}

	next := pushClaim(t, o, pushNow, 10)
	wantIDs(t, next, e2)
	pushOK(t, o.Done(ctx, next[0], pushNow))
	letters, cursor, err := o.DeadLetters(ctx, "", 10)
	pushOK(t, err)
	wantIDs(t, letters, e1)
	if l := letters[0]; l.Reason != "refused" || !l.Died.Equal(pushNow) || l.Attempts != 1 || cursor != "" {
		t.Fatalf("dead letter %+v, cursor %q", l, cursor)
	}

	pushOK(t, o.Resend(ctx, e1.ID))
	pushFails(t, o.Resend(ctx, e1.ID), push.ErrNotDead)
	later := pushNow.Add(time.Hour)
	again := pushClaim(t, o, later, 10)
	wantIDs(t, again, e1)
	if e := again[0]; e.Attempts != 1 || !e.Since.Equal(later) || !e.Died.IsZero() {
		t.Fatalf("sent again %+v: its attempts and age are counted anew", e)
	}
	pushOK(t, o.Done(ctx, again[0], later))
	pushFails(t, o.Resend(ctx, e1.ID), push.ErrNotDead)
}

func outboxLongLine(t *testing.T, o push.Outbox) {
	ctx := t.Context()
	var line []push.Entry
	for seq := range 400 {
		line = append(line, pushEntry("long", "phone", seq+1))
	}
	pushOK(t, o.Add(ctx, line...))
	other := pushEntry("other", "phone", 5000)
	pushOK(t, o.Add(ctx, other))
	head := pushClaim(t, o, pushNow, 1)
	wantIDs(t, head, line[0])
	again := pushNow.Add(time.Hour)
	pushOK(t, o.Retry(ctx, head[0], again, push.Setback{Reason: "busy"}))
	for range 3 { // each call may put off a part of the line only
		if got := pushClaim(t, o, pushNow, 1); len(got) > 0 {
			wantIDs(t, got, other)
			return
		}
	}
	t.Fatal("the entry behind the blocked line was never reached")
}

func outboxUrgent(t *testing.T, o push.Outbox) {
	ctx := t.Context()
	old, young, urgent := pushEntry("old", "phone", 9), pushEntry("young", "phone", 1), pushEntry("urgent", "phone", 5)
	old.Notice.At = pushNow.Add(-time.Hour)
	urgent.Urgent = true
	pushOK(t, o.Add(ctx, young, old, urgent))
	for _, want := range []push.Entry{urgent, old, young} {
		wantIDs(t, pushClaim(t, o, pushNow, 1), want)
	}
}

func outboxVirtualTime(t *testing.T, o push.Outbox) {
	ctx := t.Context()
	var want []push.Entry
	for i, at := range []time.Time{{}, time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC), pushNow, pushNow.AddDate(50, 0, 0)} {
		e := pushEntry(fmt.Sprintf("virtual-%d", i), "phone", i+1)
		e.Notice.At = at
		want = append(want, e)
	}
	pushOK(t, o.Add(ctx, want...))
	wantIDs(t, pushClaim(t, o, pushNow, 10), want...)
}

func outboxShare(t *testing.T, o push.Outbox) {
	ctx := t.Context()
	var all []push.Entry
	for i := range 20 {
		all = append(all, pushEntry(fmt.Sprintf("share-%02d", i), "phone", 1))
	}
	pushOK(t, o.Add(ctx, all[:10]...))
	back := pushNow.Add(time.Minute)
	for _, e := range pushClaim(t, o, pushNow, 10) {
		pushOK(t, o.Retry(ctx, e, back, push.Setback{}))
	}
	pushOK(t, o.Add(ctx, all[10:]...))
	got := pushClaim(t, o, back, 8)
	returned := 0
	for _, e := range got {
		returned += e.Attempts - 1
	}
	if len(got) != 8 || returned != 4 {
		t.Fatalf("%d claimed, %d of them came back; want 8 and 4", len(got), returned)
	}
	if got := pushClaim(t, o, back, 12); len(got) != 12 {
		t.Fatalf("%d claimed of the 12 that were left", len(got))
	}
}
