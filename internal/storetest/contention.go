package storetest

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

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
	holders := holdersOf{told: map[string][]string{}}
	next := make(chan acceptance)
	var group sync.WaitGroup
	for range connections {
		group.Go(func() {
			for a := range next {
				_, err := o.Do(context.Background(), a.by, a.c.ID, mediation.Request{Command: mediation.Take{Offer: OfferOf(a.c, a.by)}, Key: o.Next("key")})
				holders.tell(t, a.c.ID, a.by.ID, err)
			}
		})
	}
	for _, a := range all {
		next <- a
	}
	close(next)
	group.Wait()
	if len(holders.told) != seats {
		t.Errorf("%d of %d seats were taken", len(holders.told), seats)
	}
	for id, who := range holders.told {
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

// holdersOf is who was told that the seat of a case is theirs.
type holdersOf struct {
	mu   sync.Mutex
	told map[string][]string
}

func (h *holdersOf) tell(t *testing.T, id, by string, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var no *mediation.Error
	switch {
	case err == nil:
		h.told[id] = append(h.told[id], by)
	case !errors.As(err, &no) || no.Kind != mediation.Conflict && no.Kind != mediation.NotFound && no.Kind != mediation.Forbidden:
		t.Errorf("case %s: %v", id, err)
	}
}
