package mediation_test

import (
	"context"
	"slices"
	"testing"

	"fengqiao/internal/seal"
	"fengqiao/internal/storetest"
	"fengqiao/mediation"
)

// photoPile takes note of the photos that were erased.
type photoPile struct{ gone []string }

func (p *photoPile) Erase(_ context.Context, id string) error {
	p.gone = append(p.gone, id)
	return nil
}

// erasing is an office with somebody who erases.
type erasing struct {
	*storetest.Office
	t *testing.T
	e *mediation.Eraser
}

func eraser(t *testing.T) *erasing {
	t.Helper()
	o := office(t)
	e := &mediation.Eraser{Service: o.Service, Keys: o.Sealer.(*seal.Keyring), Photos: &photoPile{}, By: mediation.Actor{ID: "machine", Role: mediation.Administrator}}
	return &erasing{o, t, e}
}

// by a person's phone.
func (e *erasing) person(phone string) (mediation.Traces, error) {
	return e.e.ErasePerson(context.Background(), e.Hashes(phone), "request")
}

func (e *erasing) opens(s mediation.Sealed) bool {
	e.t.Helper()
	text, err := e.Open(context.Background(), s)
	if err != nil {
		e.t.Fatal(err)
	}
	return text != ""
}

// ended withdraws a case.
func (e *erasing) ended(id string) {
	e.t.Helper()
	e.Must(e.t, storetest.Town, id, mediation.WithdrawCase{Reason: "mistake"})
}

func (e *erasing) reported(parties ...mediation.PartyInput) mediation.Case {
	e.t.Helper()
	in := storetest.Quarrel(storetest.CellA)
	in.Parties = parties
	return e.Report(e.t, e.Worker(), in)
}

func someone(phone string) mediation.PartyInput {
	return mediation.PartyInput{Kind: mediation.Person, Side: mediation.Applicant, Name: "某某" + phone, Phone: phone}
}

func TestAMistypedNumberErasesNobodyElse(t *testing.T) {
	e := eraser(t)
	c := e.reported(someone("13700000001"))
	party := c.Parties[0].ID
	e.Must(t, storetest.Town, c.ID, mediation.CorrectParty{Party: party, As: someone("13700000002")})
	// The owner of the number that was written by mistake asks, while the case is open.
	if traces, err := e.person("13700000001"); err != nil || len(traces.Cases)+len(traces.Reports) > 0 {
		t.Errorf("%+v, %v", traces, err)
	}
	if c = e.Read(t, c.ID); !e.opens(c.Party(party).Name) {
		t.Fatal("the party's name is gone")
	}
	_, err := e.person("13700000002")
	fails(t, err, "erase.open")
	e.ended(c.ID)
	if _, err := e.person("13700000002"); err != nil {
		t.Fatal(err)
	}
	c = e.Read(t, c.ID)
	rep, err := e.Reports.Load(context.Background(), c.Reports[0])
	if err != nil {
		t.Fatal(err)
	}
	if e.opens(c.Party(party).Name) || e.opens(rep.Parties[0].Name) || len(rep.Parties[0].Match) > 0 || len(c.Party(party).Match) > 0 {
		t.Error("the party is still known")
	}
}

func TestErasingAPersonSparesWhoWasCorrectedInTheHost(t *testing.T) {
	e := eraser(t)
	host, first := e.reported(), e.reported()
	party, _ := enter(t, e.Office, first.ID, mediation.Applicant, "13700000001")
	e.Must(t, storetest.Town, first.ID, mediation.Join{Into: host.ID})
	e.Settle(t)
	e.Must(t, storetest.Town, host.ID, mediation.CorrectParty{Party: party.ID, As: someone("13700000002")})
	_, err := e.person("13700000001") // the joined case's copy bears it, and its matter is open
	fails(t, err, "erase.open")
	e.ended(host.ID)
	if _, err := e.person("13700000001"); err != nil {
		t.Fatal(err)
	}
	if h := e.Read(t, host.ID); !e.opens(h.Party(party.ID).Name) {
		t.Error("the corrected party's name is gone")
	}
	if f := e.Read(t, first.ID); len(f.Party(party.ID).Match) > 0 {
		t.Error("the wrong number is still on record")
	}
}

func TestErasingACaseErasesWhatWasJoinedToIt(t *testing.T) {
	e := eraser(t)
	ctx := context.Background()
	host, first := e.reported(), e.reported()
	enter(t, e.Office, host.ID, mediation.Applicant, "13700000001")
	same, _ := enter(t, e.Office, first.ID, mediation.Applicant, "13700000001") // the host knows them, so their own record stays here
	e.Must(t, storetest.Town, first.ID, mediation.Note{Text: "备注"})
	e.Must(t, storetest.Town, first.ID, mediation.Join{Into: host.ID})
	e.Settle(t)
	e.ended(host.ID)
	fails(t, e.e.EraseCase(ctx, first.ID, "request"), "erase.joined")
	e.Must(t, storetest.County, first.ID, mediation.HoldCase{Reason: "court"})
	fails(t, e.e.EraseCase(ctx, host.ID, "request"), "erase.held")
	e.Must(t, mediation.Actor{ID: "s", Role: mediation.Supervisor, Area: "33.01.11"}, first.ID, mediation.LiftHold{Reason: "over"})
	if err := e.e.EraseCase(ctx, host.ID, "request"); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{host.ID, first.ID} {
		c := e.Read(t, id)
		if !c.Erased || e.opens(c.Words) || len(c.Parties) > 0 && (e.opens(c.Parties[0].Name) || len(c.Parties[0].Match) > 0) {
			t.Errorf("%s is still readable", id)
		}
		for i := range c.Events {
			if e.opens(c.Events[i].Words) {
				t.Errorf("%s: %s still has words", id, c.Events[i].Kind)
			}
		}
	}
	if traces, err := e.e.Trace(ctx, e.Hashes("13700000001")); err != nil || len(traces.Cases) > 0 {
		t.Errorf("%s is still found: %+v, %v", same.ID, traces, err)
	}
	_, err := e.Do(ctx, storetest.Town, first.ID, mediation.Request{Command: mediation.Split{}, Revision: e.Read(t, first.ID).Revision, Key: "k1"})
	fails(t, err, "need.not_erased")
	_, err = e.Do(ctx, storetest.Town, host.ID, mediation.Request{Command: mediation.Reopen{Reason: "again"}, Revision: e.Read(t, host.ID).Revision, Key: "k2"})
	fails(t, err, "need.not_erased")
}

func TestWhatARemovedPartySaidIsErasedWithThem(t *testing.T) {
	for name, erase := range map[string]func(*erasing, string) error{
		"by their number": func(e *erasing, _ string) error { _, err := e.person("13700000001"); return err },
		"with the case":   func(e *erasing, id string) error { return e.e.EraseCase(context.Background(), id, "request") },
	} {
		t.Run(name, func(t *testing.T) {
			e := eraser(t)
			c := e.reported()
			party, _ := enter(t, e.Office, c.ID, mediation.Applicant, "13700000001")
			e.Must(t, party, c.ID, mediation.RefuseMediation{Reason: "我不是当事人"})
			e.Must(t, storetest.Town, c.ID, mediation.RemoveParty{Party: party.ID, Reason: "mistake"})
			e.Must(t, storetest.Town, c.ID, mediation.Exit{Route: "court", Reason: "refused"})
			if err := erase(e, c.ID); err != nil {
				t.Fatal(err)
			}
			c = e.Read(t, c.ID)
			said := slices.IndexFunc(c.Events, func(ev mediation.Event) bool { return ev.Kind == string(mediation.CmdRefuseMediation) })
			if said < 0 || e.opens(c.Events[said].Words) || len(c.Removed) > 0 {
				t.Errorf("what they said is still there, %d removed parties on record", len(c.Removed))
			}
		})
	}
}

func TestAReportThatNeverHadACaseIsErased(t *testing.T) {
	e := eraser(t)
	ctx := context.Background()
	worker := e.Worker()
	in := storetest.Quarrel(storetest.CellA)
	in.Point, in.Address, in.Parties = nil, "樟树下", []mediation.PartyInput{someone("13700000001")}
	rep := receive(t, e.Office, worker, in).Report
	_, err := e.person("13700000001")
	fails(t, err, "erase.open")
	fails(t, e.e.EraseReport(ctx, rep.ID), "erase.open")
	if _, err := e.WithdrawReport(ctx, worker, rep.ID, "k", "mistake"); err != nil {
		t.Fatal(err)
	}
	if err := e.e.EraseReport(ctx, rep.ID); err != nil {
		t.Fatal(err)
	}
	rep, err = e.Reports.Load(ctx, rep.ID)
	if err != nil || e.opens(rep.Text) || e.opens(rep.Address) || e.opens(rep.Parties[0].Name) || len(rep.Parties[0].Match) > 0 {
		t.Errorf("it is still readable, %v", err)
	}
}
