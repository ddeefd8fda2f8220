package mediation_test

import (
	"context"
	"testing"
	"time"

	"fengqiao/internal/storetest"
	"fengqiao/mediation"
)

// enter enters a party and returns them with their link.
func enter(t *testing.T, o *storetest.Office, id string, side mediation.PartySide, phone string) (mediation.Actor, string) {
	t.Helper()
	done := o.Must(t, storetest.Town, id, mediation.AddParty{Party: mediation.PartyInput{Kind: mediation.Person, Side: side, Name: "某某" + phone, Phone: phone}})
	return mediation.Actor{ID: done.Party, Role: mediation.PartyRole, Case: id}, done.Link
}

// leads checks where a party's link leads.
func leads(t *testing.T, o *storetest.Office, link, caseID, party string) {
	t.Helper()
	e, err := o.PartyByLink(context.Background(), link)
	if err != nil || e.Case != caseID || e.Party != party {
		t.Fatalf("the link leads to %+v, %v; want %q of %q", e, err, party, caseID)
	}
}

func TestPartiesGoWithTheirCaseAndComeBackWithIt(t *testing.T) {
	o := office(t)
	first, host := o.Report(t, o.Worker(), storetest.Quarrel(storetest.CellA)), o.Report(t, o.Worker(), storetest.Quarrel(storetest.CellA))
	wang, wangsLink := enter(t, o, first.ID, mediation.Applicant, "13700000001")
	li, lisLink := enter(t, o, first.ID, mediation.Respondent, "13700000002")
	liAgain, _ := enter(t, o, host.ID, mediation.Respondent, "137 0000 0002") // the same man, known there already
	o.Pass(time.Minute)

	o.Must(t, storetest.Town, first.ID, mediation.Join{Into: host.ID})
	leads(t, o, wangsLink, first.ID, wang.ID) // nobody has been carried over yet
	o.Settle(t)
	if got := o.Read(t, host.ID); len(got.Parties) != 2 || got.Party(wang.ID) == nil || got.Party(li.ID) != nil {
		t.Fatalf("the host has the parties %+v", got.Parties)
	}
	leads(t, o, wangsLink, host.ID, wang.ID)
	leads(t, o, lisLink, host.ID, liAgain.ID)
	wang.Case = host.ID
	o.Must(t, wang, host.ID, mediation.ConsentOutsiders{Given: true})

	o.Must(t, storetest.Town, first.ID, mediation.Split{})
	o.Settle(t)
	if got := o.Read(t, host.ID); len(got.Parties) != 1 || got.Parties[0].ID != liAgain.ID {
		t.Fatalf("after the split the host has the parties %+v", got.Parties)
	}
	back := o.Read(t, first.ID)
	if p := back.Party(wang.ID); len(back.Parties) != 2 || p == nil || p.Outsiders == nil || !p.Outsiders.Given || p.From != "" {
		t.Fatalf("the parties came back as %+v", back.Parties)
	}
	leads(t, o, wangsLink, first.ID, wang.ID)
	storetest.Sound(t, o.Store)
}

func TestALinkThatWasRenewedInTheHostIsVoid(t *testing.T) {
	o := office(t)
	ctx := context.Background()
	first, host := o.Report(t, o.Worker(), storetest.Quarrel(storetest.CellA)), o.Report(t, o.Worker(), storetest.Quarrel(storetest.CellA))
	wang, old := enter(t, o, first.ID, mediation.Applicant, "13700000001")
	o.Pass(time.Minute)
	o.Must(t, storetest.Town, first.ID, mediation.Join{Into: host.ID})
	o.Settle(t)
	o.Pass(time.Minute)
	renewed := o.Must(t, storetest.Town, host.ID, mediation.RenewLink{Party: wang.ID}).Link
	leads(t, o, renewed, host.ID, wang.ID)
	_, err := o.PartyByLink(ctx, old)
	fails(t, err, "not_found")
	o.Must(t, storetest.Town, first.ID, mediation.Split{})
	o.Settle(t)
	leads(t, o, renewed, first.ID, wang.ID)
	_, err = o.PartyByLink(ctx, old)
	fails(t, err, "not_found")
}

func TestPartiesOfAnAgreementStayWithIt(t *testing.T) {
	o := office(t)
	a := o.Hire(t, "elder", "village", "33.01.11.001.002", 0)
	host := o.Accepted(t, storetest.CellA)
	first := o.Report(t, o.Worker(), storetest.Quarrel(storetest.CellA))
	wang, _ := enter(t, o, first.ID, mediation.Applicant, "13700000001")
	o.Must(t, storetest.Town, first.ID, mediation.Join{Into: host.ID})
	o.Settle(t)
	enter(t, o, host.ID, mediation.Respondent, "13700000002")
	host = o.Read(t, host.ID)
	o.Must(t, a, host.ID, mediation.Take{Offer: storetest.OfferOf(&host, a)})
	o.Must(t, a, host.ID, mediation.RecordSession{})
	o.Must(t, a, host.ID, mediation.Agree{Terms: "各退一步"})
	o.Must(t, storetest.Town, first.ID, mediation.Split{})
	o.Settle(t)
	if got := o.Read(t, host.ID); got.Party(wang.ID) == nil {
		t.Fatal("whose agreement it is has been taken off the case")
	}
	storetest.Sound(t, o.Store)
}

// joinedAtOnce joins a case to another as somebody did who had looked just before the other changed.
func joinedAtOnce(t *testing.T, o *storetest.Office, id, into string) {
	t.Helper()
	if _, err := o.Cases.Update(context.Background(), id, func(c *mediation.Case) error {
		return mediation.Decide(c, mediation.Order{Actor: storetest.Town, Command: mediation.Join{Into: into}, At: o.Clock(), Key: o.Next("key")}, o.Rules)
	}); err != nil {
		t.Fatal(err)
	}
}

func TestTwoCasesJoinedToEachOtherAreNotLost(t *testing.T) {
	o := office(t)
	a, b := o.Report(t, o.Worker(), storetest.Quarrel(storetest.CellA)), o.Report(t, o.Worker(), storetest.Quarrel(storetest.CellA))
	joinedAtOnce(t, o, a.ID, b.ID)
	joinedAtOnce(t, o, b.ID, a.ID)
	o.Settle(t)
	a, b = o.Read(t, a.ID), o.Read(t, b.ID)
	if (a.State == mediation.Joined) == (b.State == mediation.Joined) || len(a.Reports)+len(b.Reports) != 3 {
		t.Fatalf("one is %s with %q, the other %s with %q", a.State, a.Reports, b.State, b.Reports)
	}
	storetest.Sound(t, o.Store)
}

func TestACaseIsNotJoinedToOneThatHasEnded(t *testing.T) {
	o := office(t)
	a, b := o.Report(t, o.Worker(), storetest.Quarrel(storetest.CellA)), o.Report(t, o.Worker(), storetest.Quarrel(storetest.CellA))
	o.Must(t, storetest.Town, b.ID, mediation.WithdrawCase{Reason: "mistake"})
	joinedAtOnce(t, o, a.ID, b.ID)
	o.Settle(t)
	if got := o.Read(t, a.ID); got.State != a.State {
		t.Fatalf("it is %s", got.State)
	}
	storetest.Sound(t, o.Store)
}

func TestAReportJoinsNoCaseThatHasItsAgreement(t *testing.T) {
	o := office(t)
	a := o.Hire(t, "elder", "village", "33.01.11.001.002", 0)
	worker := o.Worker()
	c := o.Report(t, worker, storetest.Quarrel(storetest.CellA))
	o.Settle(t)
	c = o.Read(t, c.ID)
	o.Must(t, a, c.ID, mediation.Take{Offer: storetest.OfferOf(&c, a)})
	party(t, o, c.ID, mediation.Applicant, "13700000001")
	party(t, o, c.ID, mediation.Respondent, "13700000002")
	o.Must(t, a, c.ID, mediation.RecordSession{})
	if again := o.Report(t, worker, storetest.Quarrel(storetest.CellA)); again.ID != c.ID {
		t.Fatal("while it is mediated, a further report of the same worker joins")
	}
	o.Must(t, a, c.ID, mediation.Agree{Terms: "各退一步"})
	later := o.Report(t, worker, storetest.Quarrel(storetest.CellA))
	if later.ID == c.ID || len(later.Suggested) != 1 || later.Suggested[0].Case != c.ID {
		t.Fatalf("the later report led to %s, suggested %+v", later.ID, later.Suggested)
	}
}
