package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"fengqiao/push"
)

// ended is one claim's end of an entry.
type ended struct {
	seq   int
	claim int64
}

// outboxStorm lets several relays finish, retry, bury, abandon and oversleep at random, and looks at the order of the ends.
func outboxStorm(t *testing.T, o push.Outbox) {
	const lines, each, relays = 5, 8, 4
	for seq := each; seq > 0; seq-- {
		for line := range lines {
			pushOK(t, o.Add(t.Context(), pushEntry("storm", fmt.Sprint(line), seq)))
		}
	}
	var mu sync.Mutex
	now := pushNow
	ends := map[string][]ended{}
	count := 0
	end := func(e push.Entry, write func() error) error {
		this := ended{e.Notice.Seq, e.Claim}
		// Noted before it is written: what comes after it may be claimed the moment it is.
		mu.Lock()
		ends[e.Device] = append(ends[e.Device], this)
		mu.Unlock()
		err := write()
		mu.Lock()
		defer mu.Unlock()
		if err == nil {
			count++
		} else { // lost: another relay has it and will end it, or has done so. Its note stays; only this one goes.
			ends[e.Device] = slices.DeleteFunc(ends[e.Device], func(x ended) bool { return x == this })
		}
		return err
	}
	work := func(r *rand.Rand, late *[]push.Entry) error {
		ctx := context.WithoutCancel(t.Context())
		mu.Lock()
		at := now
		now = now.Add(time.Second)
		mu.Unlock()
		entries, err := o.Claim(ctx, at, 10*time.Second, 3)
		if err != nil {
			return err
		}
		if len(*late) > 0 && r.IntN(8) == 0 { // by now others may have carried out what this relay slept over
			entries = append(entries, (*late)[0])
			*late = (*late)[1:]
		}
		for _, e := range entries {
			var err error
			switch dice := r.IntN(10); {
			case dice < 3:
				err = o.Retry(ctx, e, at.Add(time.Duration(r.IntN(5))*time.Second), push.Setback{Reason: "dice"})
			case dice < 4:
				// abandoned
			case dice < 5:
				*late = append(*late, e)
			case dice < 6:
				err = end(e, func() error { return o.Dead(ctx, e, at, push.Setback{Reason: "dice"}) })
			default:
				err = end(e, func() error { return o.Done(ctx, e, at) })
			}
			if err != nil && !errors.Is(err, push.ErrClaimLost) {
				return err
			}
		}
		return nil
	}
	var wg sync.WaitGroup
	for i := range relays {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(i), 1))
			var late []push.Entry
			for range 2000 {
				if err := work(r, &late); err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				over := count == lines*each
				mu.Unlock()
				if over {
					return
				}
			}
		})
	}
	wg.Wait()
	if count != lines*each {
		t.Fatalf("%d of %d ended", count, lines*each)
	}
	for line, list := range ends {
		seqs := make([]int, len(list))
		for i, x := range list {
			seqs[i] = x.seq
		}
		if !slices.IsSorted(seqs) || len(seqs) != each {
			t.Errorf("line %s ended in the order %v", line, seqs)
		}
	}
}

func outboxPages(t *testing.T, o push.Outbox) {
	ctx := t.Context()
	want := map[string]bool{}
	for i := range 7 {
		e := pushEntry(fmt.Sprintf("pages-%d", i), "phone", 1)
		want[e.ID] = true
		pushOK(t, o.Add(ctx, e))
	}
	for i, e := range pushClaim(t, o, pushNow, 10) {
		pushOK(t, o.Dead(ctx, e, pushNow.Add(time.Duration(i/3)*time.Minute), push.Setback{Reason: "refused"}))
	}
	cursor, pages := "", 0
	var last time.Time
	for {
		letters, next, err := o.DeadLetters(ctx, cursor, 3)
		pushOK(t, err)
		for _, e := range letters {
			if !want[e.ID] || e.Died.Before(last) {
				t.Fatalf("%s was not expected here", e.ID)
			}
			delete(want, e.ID)
			last = e.Died
		}
		pages++
		if cursor = next; next == "" {
			break
		}
	}
	if len(want) != 0 || pages != 3 {
		t.Fatalf("%v are missing after %d pages", want, pages)
	}
	for _, text := range []string{"no cursor of ours", forged(":")[1], encoded(`{"s":17,"i":"ab","x":1}`), encoded("{\"s\":17,\"i\":\"\xff\"}")} {
		_, _, err := o.DeadLetters(ctx, text, 3)
		pushFails(t, err, push.ErrBadCursor)
	}
}

func outboxPrune(t *testing.T, o push.Outbox) {
	ctx := t.Context()
	done, dead, open := pushEntry("prune-1", "phone", 1), pushEntry("prune-2", "phone", 1), pushEntry("prune-3", "phone", 1)
	pushOK(t, o.Add(ctx, done, dead, open))
	got := pushClaim(t, o, pushNow, 10)
	wantIDs(t, got, done, dead, open)
	pushOK(t, o.Done(ctx, got[0], pushNow))
	pushOK(t, o.Dead(ctx, got[1], pushNow, push.Setback{Reason: "refused"}))
	for _, step := range []struct {
		before time.Time
		want   int
	}{{pushNow, 0}, {pushNow.Add(time.Second), 1}, {pushNow.Add(time.Hour), 0}} {
		if n, err := o.Prune(ctx, step.before, 10); err != nil || n != step.want {
			t.Fatalf("pruned %d, %v; want %d", n, err, step.want)
		}
	}
	if waiting, dead, err := o.Depth(ctx, 10); err != nil || waiting != 1 || dead != 1 {
		t.Fatalf("depth %d waiting, %d dead, %v", waiting, dead, err)
	}
}
