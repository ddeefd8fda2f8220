package storetest

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fengqiao/internal/once"
	"fengqiao/internal/store"
)

var onceDay = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

const onceLease = time.Minute

// Once holds an opened, empty store to the contract of once.Keeper.
func Once(t *testing.T, s *store.Store) {
	k := s.Once()
	ctx := context.Background()
	begin := func(t *testing.T, id, print string, now time.Time) (once.Ticket, bool) {
		t.Helper()
		ticket, first, err := k.Begin(ctx, id, print, now, onceLease)
		if err != nil {
			t.Fatal(err)
		}
		return ticket, first
	}
	must := func(t *testing.T, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Run("a request runs once and its answer is remembered", func(t *testing.T) {
		if _, first := begin(t, "a", "print", onceDay); !first {
			t.Fatal("the first request may not run")
		}
		if ticket, first := begin(t, "a", "print", onceDay.Add(time.Second)); first || ticket.Done {
			t.Fatalf("while it runs: first %v, %+v", first, ticket)
		}
		must(t, k.Finish(ctx, "a", 201, "case-1"))
		for _, now := range []time.Time{onceDay.Add(time.Second), onceDay.Add(time.Hour)} {
			ticket, first := begin(t, "a", "print", now)
			if first || !ticket.Done || ticket.Status != 201 || ticket.Ref != "case-1" || ticket.Print != "print" {
				t.Fatalf("sent again at %s: first %v, %+v", now, first, ticket)
			}
		}
	})
	t.Run("the same key with other content shows the first content's print", func(t *testing.T) {
		begin(t, "b", "print", onceDay)
		for _, now := range []time.Time{onceDay, onceDay.Add(time.Hour)} {
			if ticket, first := begin(t, "b", "other", now); first || ticket.Print != "print" {
				t.Fatalf("first %v, print %q", first, ticket.Print)
			}
		}
	})
	t.Run("a request that was lost may run again, for one caller", func(t *testing.T) {
		begin(t, "c", "print", onceDay)
		if _, first := begin(t, "c", "print", onceDay.Add(onceLease-time.Millisecond)); first {
			t.Fatal("it runs twice at once")
		}
		if n := onceRace(t, k, "c", onceDay.Add(onceLease)); n != 1 {
			t.Fatalf("%d callers took over", n)
		}
	})
	t.Run("and need not wait out the error of a clock that was ahead", func(t *testing.T) {
		begin(t, "ahead", "print", onceDay.Add(5*time.Second))
		if _, first := begin(t, "ahead", "print", onceDay); first {
			t.Fatal("it runs twice at once because two clocks differ a little")
		}
		begin(t, "hour", "print", onceDay.Add(time.Hour))
		if _, first := begin(t, "hour", "print", onceDay); !first {
			t.Fatal("the key stays taken for the hour")
		}
	})
	t.Run("a refused request leaves the key free", func(t *testing.T) {
		begin(t, "d", "print", onceDay)
		must(t, k.Abandon(ctx, "d"))
		must(t, k.Abandon(ctx, "d"))
		if _, first := begin(t, "d", "other", onceDay); !first {
			t.Fatal("the key is still taken")
		}
	})
	t.Run("of fifty that begin at once one is first", func(t *testing.T) {
		if n := onceRace(t, k, "e", onceDay); n != 1 {
			t.Fatalf("%d were first", n)
		}
	})
	t.Run("old tickets are forgotten, some at a time", func(t *testing.T) {
		old := onceDay.AddDate(0, 0, -10)
		for _, id := range []string{"o1", "o2", "o3"} {
			begin(t, id, "print", old)
			must(t, k.Finish(ctx, id, 200, id))
		}
		forgotten := 0
		for _, want := range []int{2, 1, 0} {
			n, err := k.Prune(ctx, onceDay.AddDate(0, 0, -1), 2)
			must(t, err)
			if n != want {
				t.Fatalf("forgot %d, want %d, after %d", n, want, forgotten)
			}
			forgotten += n
		}
		if ticket, first := begin(t, "a", "print", onceDay); first || !ticket.Done {
			t.Fatal("a young ticket is gone")
		}
		if _, first := begin(t, "o1", "other", onceDay); !first {
			t.Fatal("an old ticket is still there")
		}
	})
}

// onceRace lets fifty callers begin at once and says how many were first.
func onceRace(t *testing.T, k once.Keeper, id string, now time.Time) int {
	t.Helper()
	var firsts atomic.Int32
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			_, first, err := k.Begin(context.Background(), id, "print", now, onceLease)
			if err != nil {
				t.Error(err)
			}
			if first {
				firsts.Add(1)
			}
		})
	}
	wg.Wait()
	return int(firsts.Load())
}
