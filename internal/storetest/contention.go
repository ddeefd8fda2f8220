package storetest

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"fengqiao/internal/store"
	"fengqiao/mediation"
)

// The crowd that is asked for every seat, and how many of them answer at the same time.
const (
	crowdSize   = 20
	connections = 64
)

// Contention opens cases with one seat each, asks twenty mediators for every seat, and lets all of them accept all of them, in no order and
// 64 at a time: each seat has one holder in the end, who was told so, and everybody's load is what they hold. s must be opened and empty.
func Contention(t *testing.T, s *store.Store, seats int) {
	o := NewOffice(t, s, s, widePolicy(t))
	crowd := make([]mediation.Actor, crowdSize)
	for i := range crowd {
		crowd[i] = o.Hire(t, "fulltime", "village", "33.01.11.001.003", seats)
	}
	type acceptance struct {
		c  *mediation.Case
		by mediation.Actor
	}
	var all []acceptance
	for range seats {
		c := o.Accepted(t, CellC)
		for _, by := range crowd {
			all = append(all, acceptance{&c, by})
		}
	}
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	var mu sync.Mutex
	told := map[string][]string{} // whom, of each case
	var group errgroup.Group
	group.SetLimit(connections)
	for _, a := range all {
		group.Go(func() error {
			if !cameSecond(t, second(o.Do(context.Background(), a.by, a.c.ID, mediation.Request{Command: mediation.Take{Offer: OfferOf(a.c, a.by)}, Key: o.Next("key")}))) {
				mu.Lock()
				defer mu.Unlock()
				told[a.c.ID] = append(told[a.c.ID], a.by.ID)
			}
			return nil
		})
	}
	_ = group.Wait() // each call has judged its own error
	if len(told) != seats {
		t.Errorf("%d of %d seats were taken", len(told), seats)
	}
	for id, who := range told {
		c := o.Read(t, id)
		var holds []string
		for _, seat := range c.Panel.Seats {
			if seat.User != "" {
				holds = append(holds, seat.User)
			}
		}
		if len(who) != 1 || !slices.Equal(who, holds) {
			t.Errorf("case %s: %q were told that the seat is theirs, it is held by %q", id, who, holds)
		}
	}
	o.Pass(2 * time.Minute)
	o.Sweep(t)
	Sound(t, o.Store)
}
