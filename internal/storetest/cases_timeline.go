package storetest

import (
	"context"
	"testing"

	"fengqiao/internal/store"
	"fengqiao/mediation"
)

func caseTimeline(t *testing.T, k *caseKit) {
	c := k.open(t, nil)
	k.notes(t, c.ID, 200-len(c.Events))
	all := k.chain(t, c.ID, 200)
	stored := k.load(t, c.ID)
	if len(stored.Events) >= 32 || stored.Spilled == 0 || stored.Spilled+len(stored.Events) != 200 {
		t.Fatalf("%d events in the case, %d spilled", len(stored.Events), stored.Spilled)
	}
	if string(all[199].Hash) != string(stored.Head) {
		t.Fatal("the case's head is not the newest event's hash")
	}
	for _, limit := range []int{1, 7, 32, 33, 64, 199, 200, 500} {
		var paged []mediation.Event
		for after := 0; ; {
			page, err := k.p.Timeline(context.Background(), c.ID, after, limit)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			if len(page) > limit {
				t.Fatalf("%d events on a page of %d", len(page), limit)
			}
			paged = append(paged, page...)
			after = page[len(page)-1].Seq
		}
		if i := mediation.VerifyChain(nil, 1, paged); i >= 0 || len(paged) != 200 {
			t.Fatalf("in pages of %d: %d events, the chain breaks at %d", limit, len(paged), i)
		}
	}
}

// caseCost measures what is handed to the engine, which no clock can disturb.
func caseCost(t *testing.T, k *caseKit) {
	engine := Failing(k.s.Engine, false)
	s, err := store.New(context.Background(), engine)
	if err != nil {
		t.Fatal(err)
	}
	measured := &caseKit{s: s, p: s.Cases(), pol: k.pol, rules: k.rules}
	c := k.open(t, nil)
	// dearest is the dearest of so many single changes that a page spills among them.
	dearest := func() int {
		most := 0
		for range 40 {
			before := engine.Written()
			measured.notes(t, c.ID, 1)
			most = max(most, engine.Written()-before)
		}
		return most
	}
	k.notes(t, c.ID, 60)
	young := dearest()
	long := 10_000
	if !k.s.Engine.Atomic() {
		long = 2_000 // the stand-in for MongoDB is slow
	}
	k.notes(t, c.ID, long)
	if old := dearest(); float64(old) > 1.1*float64(young) {
		t.Fatalf("an update writes %d bytes at 100 events and %d at %d", young, old, long)
	}
}
