package handlers_test

import (
	"context"
	"sync"
	"testing"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
)

// Two are asked for one seat and press the button 32 times each: one has it, and everybody else hears that the offer is over.
func TestWhoComesSecondForASeatHearsThatItIsTaken(t *testing.T) {
	apptest.OnBoth(t, whoComesSecondForASeatHearsThatItIsTaken)
}

func whoComesSecondForASeatHearsThatItIsTaken(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	s := begin(t, a)
	second := a.Post(t, "second", account.Place{Role: mediation.MediatorRole, Area: apptest.Here.Code(), Mediator: apptest.Here.Mediator("elder")})
	if _, err := a.Store.Mediators().Update(context.Background(), apptest.Here.Mediator("elder"), func(m *mediation.Mediator) error {
		m.User = second.User.ID
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	s.order(s.staff, "accept", nil).Want(200)
	s.sweep()
	k, err := a.Store.Cases().Load(t.Context(), s.id)
	if err != nil {
		t.Fatal(err)
	}
	offers := map[*apptest.Person]string{}
	for _, o := range k.Offers {
		for _, p := range []*apptest.Person{s.mediator, second} {
			if o.User == p.User.ID && o.Seat == k.Offers[0].Seat {
				offers[p] = o.ID
			}
		}
	}
	if len(offers) != 2 {
		t.Fatalf("not both were asked for one seat: %+v", k.Offers)
	}
	tag := a.Do(t, s.mediator, "GET", s.path(""), nil).Want(200).ETag()
	var all sync.WaitGroup
	var mu sync.Mutex
	answers := map[int]int{}
	for p, offer := range offers {
		for range 32 {
			all.Go(func() {
				w := a.Do(t, p, "POST", s.path("/take"), obj{"offer": offer}, apptest.IfMatch(tag), newKey())
				mu.Lock()
				defer mu.Unlock()
				answers[w.Status]++
			})
		}
	}
	all.Wait()
	if answers[200] != 1 || answers[409]+answers[412] != 63 {
		t.Errorf("answers by status: %v", answers)
	}
	loser, offer := s.mediator, offers[s.mediator]
	if a.Do(t, loser, "GET", s.path(""), nil).Status == 200 {
		loser, offer = second, offers[second]
	}
	a.Do(t, loser, "GET", s.path(""), nil).Refused(404, "not_found", "")
	for _, command := range []string{"/take", "/decline"} {
		a.Do(t, loser, "POST", s.path(command), obj{"offer": offer, "reason": "busy"}, apptest.IfMatch(tag), newKey()).Refused(409, "need.open_offer", "")
	}
	stranger := a.As(t, mediation.MediatorRole, apptest.There)
	a.Do(t, stranger, "POST", s.path("/take"), obj{"offer": offer}, apptest.IfMatch(tag), newKey()).Refused(404, "not_found", "")
}
