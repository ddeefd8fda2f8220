package mediation_test

import (
	"context"
	"slices"
	"testing"

	"fengqiao/internal/storetest"
	"fengqiao/mediation"
)

// phoned gives a mediator a phone, as an import does.
func phoned(t *testing.T, o *storetest.Office, id, phone string, kin ...string) {
	t.Helper()
	if _, err := o.Mediators.Update(context.Background(), id, func(m *mediation.Mediator) error {
		m.Match, m.Kin = []string{mediation.PhoneMatch(o.Sealer, phone)}, kin
		m.Unit, m.UnitHash = "某厂", mediation.UnitHash(o.Sealer, "某厂")
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestNoMediatorIsAskedInAQuarrelOfTheirOwn(t *testing.T) {
	o := office(t)
	own, brother, other := o.Hire(t, "elder", "village", "33.01.11.001.002", 0), o.Hire(t, "elder", "village", "33.01.11.001.002", 0), o.Hire(t, "elder", "village", "33.01.11.001.002", 0)
	phoned(t, o, own.Mediator, "13700000001")
	phoned(t, o, brother.Mediator, "13700000009", own.Mediator)
	in := storetest.Quarrel(storetest.CellA)
	in.Parties = []mediation.PartyInput{{Kind: mediation.Person, Side: mediation.Respondent, Name: "王某", Phone: "137-0000-0001"}}
	c := o.Report(t, o.Worker(), in)
	o.Settle(t)
	c = o.Read(t, c.ID)
	if storetest.OfferOf(&c, other) == "" || storetest.OfferOf(&c, own) != "" || storetest.OfferOf(&c, brother) != "" {
		t.Fatalf("asked: %+v", c.Offers)
	}
	for id, code := range map[string]string{own.Mediator: "match.is_party", brother.Mediator: "match.kin"} {
		_, err := o.Do(context.Background(), storetest.Town, c.ID, mediation.Request{Revision: c.Revision, Key: id, Command: mediation.Assign{Mediator: id, Seat: -1, Force: true}})
		fails(t, err, code)
	}
}

func TestAPartyEnteredLaterRecusesWhomTheyConflictWith(t *testing.T) {
	for _, x := range []struct {
		situation string
		party     mediation.PartyInput
		stays     bool
	}{
		{"nothing to do with the mediator", mediation.PartyInput{Phone: "13700000002"}, true},
		{"the mediator themselves", mediation.PartyInput{Phone: "13700000001"}, false},
		{"of the mediator's own unit", mediation.PartyInput{Units: []string{" 某厂"}}, false},
		{"kin by their own word", mediation.PartyInput{Kin: []string{"elder-1"}}, false},
	} {
		t.Run(x.situation, func(t *testing.T) {
			o := office(t)
			a := o.Hire(t, "elder", "village", "33.01.11.001.002", 0)
			phoned(t, o, a.Mediator, "13700000001")
			c := o.Accepted(t, storetest.CellA)
			o.Must(t, a, c.ID, mediation.Take{Offer: storetest.OfferOf(&c, a)})
			x.party.Kind, x.party.Side, x.party.Name = mediation.Person, mediation.Respondent, "王某"
			o.Must(t, storetest.Town, c.ID, mediation.AddParty{Party: x.party})
			o.Settle(t)
			got := o.Read(t, c.ID)
			if got.Panel.Seated(a.Mediator) != x.stays {
				t.Fatalf("on the panel: %v, want %v", !x.stays, x.stays)
			}
			if m, err := o.Me(context.Background(), a); err != nil || (len(m.Seats) == 1) != x.stays {
				t.Errorf("holds %d seats, %v", len(m.Seats), err)
			}
			if !x.stays && !got.NeedsHand { // there is nobody else to ask
				t.Errorf("nobody looks for another: %s", got.State)
			}
			storetest.Sound(t, o.Store)
		})
	}
}

func TestAConflictFoundAfterTheAgreementIsForAPerson(t *testing.T) {
	o := office(t)
	a := o.Hire(t, "elder", "village", "33.01.11.001.002", 0)
	c := o.Accepted(t, storetest.CellA)
	o.Must(t, a, c.ID, mediation.Take{Offer: storetest.OfferOf(&c, a)})
	party(t, o, c.ID, mediation.Applicant, "13700000001")
	party(t, o, c.ID, mediation.Respondent, "13700000002")
	o.Must(t, a, c.ID, mediation.RecordSession{})
	o.Must(t, a, c.ID, mediation.Agree{Terms: "各退一步"})
	o.Must(t, storetest.Town, c.ID, mediation.AddParty{Party: mediation.PartyInput{Kind: mediation.Person, Side: mediation.ThirdParty, Name: "赵某", Kin: []string{a.Mediator}}})
	o.Settle(t)
	got := o.Read(t, c.ID)
	if list := kinds(t, o, c.ID); got.State != mediation.Agreed || !got.Panel.Seated(a.Mediator) || !slices.Contains(list, "conflict_found") {
		t.Fatalf("%s, %q", got.State, list)
	}
}
