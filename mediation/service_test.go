package mediation_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"fengqiao/grid"
	"fengqiao/internal/storetest"
	"fengqiao/mediation"
)

// fails checks the code of a refusal.
func fails(t *testing.T, err error, code string) {
	t.Helper()
	var no *mediation.Error
	if !errors.As(err, &no) || no.Code != code {
		t.Fatalf("got %v, want %s", err, code)
	}
}

func receive(t *testing.T, o *storetest.Office, by mediation.Actor, in mediation.ReportInput) mediation.Receipt {
	t.Helper()
	got, err := o.Receive(context.Background(), by, in)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestFromAReportToASettledCase(t *testing.T) {
	o := office(t)
	ctx := context.Background()
	a := o.Hire(t, "elder", "village", "33.01.11.001.002", 0)
	worker := o.Worker()
	in := storetest.Quarrel(storetest.CellA)
	in.Parties = []mediation.PartyInput{{Kind: mediation.Person, Side: mediation.Applicant, Name: "张某", Phone: "138 0000 0001"}}
	c := o.Report(t, worker, in)
	if c.State != mediation.Screened || c.Number.Series != "33.01.11/2026" || c.Number.N != 1 || c.Cell != storetest.CellA {
		t.Fatalf("opened as %s %+v in %s", c.State, c.Number, c.Cell)
	}
	o.Settle(t)
	opponent := party(t, o, c.ID, mediation.Respondent, "13800000002")
	offers, err := o.Offers(ctx, a)
	if err != nil || len(offers) != 1 || offers[0].Case.ID != c.ID || len(offers[0].Offer.Reasons) == 0 {
		t.Fatalf("offers %+v, %v", offers, err)
	}
	o.Must(t, a, c.ID, mediation.Take{Offer: offers[0].Offer.ID})
	o.Must(t, a, c.ID, mediation.RecordSession{Notes: "双方到场", Attended: []string{opponent.ID}})
	o.Must(t, a, c.ID, mediation.Agree{Terms: "修缮并赔偿", Facts: "漏水属实", PerformBy: o.Clock().AddDate(0, 0, 10)})
	applicant := mediation.Actor{ID: o.Read(t, c.ID).Parties[0].ID, Role: mediation.PartyRole, Case: c.ID}
	for _, by := range []mediation.Actor{applicant, opponent} {
		o.Must(t, by, c.ID, mediation.Sign{Manner: "click"})
	}
	o.Must(t, a, c.ID, mediation.Sign{Role: mediation.SignsAsMediator})
	o.Must(t, storetest.Town, c.ID, mediation.Sign{Role: mediation.SignsAsCommittee, Manner: "seal"})
	o.Pass(5 * 24 * time.Hour)
	o.Settle(t)
	o.Must(t, a, c.ID, mediation.Perform{})
	o.Must(t, a, c.ID, mediation.Close{})
	o.Settle(t)
	if m, err := o.Me(ctx, a); err != nil || len(m.Seats) != 0 {
		t.Fatalf("after closing the mediator holds %d seats, %v", len(m.Seats), err)
	}
	o.Must(t, worker, c.ID, mediation.RecordFollowUp{Kept: true, Resolved: true})
	if got := o.Read(t, c.ID); got.State != mediation.Settled {
		t.Fatalf("the case is %s", got.State)
	}
	terms, err := o.Open(ctx, o.Read(t, c.ID).Agreement.Terms)
	if err != nil || terms != "修缮并赔偿" {
		t.Fatalf("the terms read %q, %v", terms, err)
	}
	for text, n := range map[string]int{"漏水": 1, "停电": 0} {
		list, _, err := o.List(ctx, storetest.Town, mediation.Filter{WordHashes: o.WordHashes(text)}, "", 10)
		if err != nil || len(list) != n {
			t.Errorf("%d cases speak of %s, %v", len(list), text, err)
		}
	}
	storetest.Sound(t, o.Store)
}

func TestJoinsAreReversible(t *testing.T) {
	o := office(t)
	a, b, c := o.Report(t, o.Worker(), storetest.Quarrel(storetest.CellA)), o.Report(t, o.Worker(), storetest.Quarrel(storetest.CellA)), o.Report(t, o.Worker(), storetest.Quarrel(storetest.CellA))
	before := [][]string{a.Reports, b.Reports, c.Reports}
	check := func(step string) {
		t.Helper()
		o.Settle(t)
		if storetest.Sound(t, o.Store); t.Failed() {
			t.Fatalf("after %s", step)
		}
	}
	o.Must(t, storetest.Town, a.ID, mediation.Join{Into: b.ID})
	check("joining a to b")
	o.Must(t, storetest.Town, b.ID, mediation.Join{Into: c.ID})
	check("joining b to c")
	if got := o.Read(t, c.ID); len(got.Reports) != 3 {
		t.Fatalf("the last host has %d reports", len(got.Reports))
	}
	_, err := o.Do(context.Background(), storetest.Town, a.ID, mediation.Request{Command: mediation.Split{}, Revision: o.Read(t, a.ID).Revision, Key: "k"})
	fails(t, err, "case.host_joined")
	o.Must(t, storetest.Town, b.ID, mediation.Split{})
	check("splitting b")
	o.Must(t, storetest.Town, a.ID, mediation.Split{})
	check("splitting a")
	for i, id := range []string{a.ID, b.ID, c.ID} {
		if got := o.Read(t, id); !slices.Equal(got.Reports, before[i]) || got.State != mediation.Reported && got.State != mediation.Screened {
			t.Errorf("case %d is %s with %q", i, got.State, got.Reports)
		}
	}
	_, err = o.Do(context.Background(), storetest.Town, a.ID, mediation.Request{Command: mediation.Join{Into: "none"}, Revision: o.Read(t, a.ID).Revision, Key: "k2"})
	fails(t, err, "unknown_value")
}

func TestADetachedReportGetsACaseOfItsOwn(t *testing.T) {
	o := office(t)
	worker := o.Worker()
	c := o.Report(t, worker, storetest.Quarrel(storetest.CellA))
	rep := receive(t, o, worker, storetest.Quarrel(storetest.CellA)).Report
	o.Must(t, storetest.Town, c.ID, mediation.Detach{Report: rep.ID})
	o.Settle(t)
	storetest.Sound(t, o.Store)
	own, err := o.Reports.Load(context.Background(), rep.ID)
	if err != nil || own.Case == c.ID || own.Case == "" {
		t.Fatalf("the report leads to %q, %v", own.Case, err)
	}
	// Joined to the case after all, its report is the joined case's to give back: one matter must not get two numbers.
	o.Must(t, storetest.Town, own.Case, mediation.Join{Into: c.ID})
	o.Settle(t)
	_, err = o.Do(context.Background(), storetest.Town, c.ID, mediation.Request{Command: mediation.Detach{Report: rep.ID}, Revision: o.Read(t, c.ID).Revision, Key: "k"})
	fails(t, err, "case.joined_report")
	o.Must(t, storetest.Town, own.Case, mediation.Split{})
	o.Settle(t)
	if again, _ := o.Reports.Load(context.Background(), rep.ID); again.Case != own.Case {
		t.Fatalf("after the split the report leads to %q", again.Case)
	}
	storetest.Sound(t, o.Store)
}

func TestWithdrawingAReport(t *testing.T) {
	o := office(t)
	ctx := context.Background()
	worker := o.Worker()
	first := receive(t, o, worker, storetest.Quarrel(storetest.CellA))
	second := receive(t, o, worker, storetest.Quarrel(storetest.CellA))
	_, err := o.WithdrawReport(ctx, o.Worker(), first.Report.ID, "k", "mistake")
	fails(t, err, "not_found")
	got, err := o.WithdrawReport(ctx, worker, second.Report.ID, "k1", "mistake")
	if err != nil || got.Report.Withdrawn.IsZero() || got.Case.State == mediation.Withdrawn {
		t.Fatalf("the case has another report and is %+v, %v", got.Case, err)
	}
	alone := receive(t, o, worker, storetest.Quarrel(storetest.CellB))
	for range 2 { // and sent again
		if got, err = o.WithdrawReport(ctx, worker, alone.Report.ID, "k2", "mistake"); err != nil || got.Case == nil || got.Case.State != mediation.Withdrawn {
			t.Fatalf("%+v, %v", got, err)
		}
	}
	_, err = o.SupplementReport(ctx, worker, alone.Report.ID, "k3", "还有", nil)
	fails(t, err, "case.state")
	if rep, _ := o.Reports.Load(ctx, alone.Report.ID); len(rep.Supplements) > 0 {
		t.Fatal("a refused supplement was stored")
	}
	if got, err = o.SupplementReport(ctx, worker, first.Report.ID, "k4", "还有", nil); err != nil || len(got.Report.Supplements) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	o.Settle(t)
	storetest.Sound(t, o.Store)
}

func TestALinkIsGivenOnceAndEndsWhenItIsRenewed(t *testing.T) {
	o := office(t)
	ctx := context.Background()
	c := o.Report(t, o.Worker(), storetest.Quarrel(storetest.CellA))
	q := mediation.Request{Revision: c.Revision, Key: "one",
		Command: mediation.AddParty{Party: mediation.PartyInput{Kind: mediation.Person, Side: mediation.Applicant, Name: "王某", Phone: "13700000001"}}}
	first, err := o.Do(ctx, storetest.Town, c.ID, q)
	if err != nil {
		t.Fatal(err)
	}
	again, err := o.Do(ctx, storetest.Town, c.ID, q)
	if err != nil || again.Link != "" || again.Party != first.Party || len(again.Case.Parties) != 1 {
		t.Fatalf("sent again: link %q, party %q of %q, %v", again.Link, again.Party, first.Party, err)
	}
	before, err := o.PartyByLink(ctx, first.Link)
	if err != nil || before.Case != c.ID || before.Party != first.Party {
		t.Fatalf("the link leads to %+v, %v", before, err)
	}
	if err := o.LinkValid(ctx, before); err != nil {
		t.Fatal(err)
	}
	o.Pass(-time.Hour) // the clock was ahead, and is put right
	renewed := o.Must(t, storetest.Town, c.ID, mediation.RenewLink{Party: first.Party})
	if renewed.Link == "" || renewed.Link == first.Link || renewed.Party != first.Party {
		t.Fatalf("%+v", renewed)
	}
	_, err = o.PartyByLink(ctx, first.Link)
	fails(t, err, "not_found")
	fails(t, o.LinkValid(ctx, before), "not_found")
	after, err := o.PartyByLink(ctx, " "+renewed.Link+" ")
	if err != nil {
		t.Fatal(err)
	}
	if err := o.LinkValid(ctx, after); err != nil {
		t.Fatal(err)
	}
}

// TestNobodySeesOrActsBeyondTheirArea walks every role, inside and outside, and holds reading, lists, counts, actions and
// commands to one another.
func TestNobodySeesOrActsBeyondTheirArea(t *testing.T) {
	o := office(t)
	ctx := context.Background()
	worker := o.Worker()
	a := o.Hire(t, "elder", "village", "33.01.11.001.002", 0)
	mine := o.Report(t, worker, storetest.Quarrel(storetest.CellA))
	o.Report(t, o.Worker(), storetest.Quarrel(storetest.CellD))
	o.Settle(t)
	o.Must(t, storetest.Town, mine.ID, mediation.Note{Text: "n"})
	for _, role := range append([]mediation.Role{mediation.PartyRole}, mediation.AccountRoles...) {
		for _, area := range []grid.Code{"33.01.11.001", "33.01.11.00", "33.01.11.002", "33.02"} {
			by := mediation.Actor{ID: "stranger", Role: role, Area: area, Unit: "住建局", Mediator: "nobody", Case: "elsewhere"}
			staff := []mediation.Role{mediation.GridLeader, mediation.TownshipStaff, mediation.CountyStaff, mediation.Supervisor, mediation.Leader}
			holds(t, o, by, mine.ID, area == "33.01.11.001" && slices.Contains(staff, role))
		}
	}
	holds(t, o, worker, mine.ID, true)
	holds(t, o, a, mine.ID, true)
	if _, err := o.Case(ctx, storetest.Town, mine.ID); err != nil {
		t.Fatal(err)
	}
	looks, _, err := o.LooksAt(ctx, storetest.Town, mine.ID, "", 100)
	if err != nil || len(looks) == 0 || looks[0].Actor != storetest.Town.ID {
		t.Fatalf("looks %+v, %v", looks, err)
	}
	if p, err := o.PointOf(ctx, worker, &mine); err != nil || p != nil {
		t.Errorf("who does not handle the case reads its exact point: %v, %v", p, err)
	}
	if p, err := o.PointOf(ctx, storetest.Town, &mine); err != nil || p == nil {
		t.Errorf("who handles it does not: %v", err)
	}
}

func holds(t *testing.T, o *storetest.Office, by mediation.Actor, id string, sees bool) {
	t.Helper()
	ctx := context.Background()
	_, err := o.Case(ctx, by, id)
	if sees != (err == nil) || err != nil && !errors.Is(err, mediation.ErrNotFound) {
		t.Errorf("%s of %q reads the case: %v, want %v", by.Role, by.Area, err, sees)
	}
	list, _, listErr := o.List(ctx, by, mediation.Filter{}, "", 100)
	listed := slices.ContainsFunc(list, func(s mediation.Summary) bool { return s.ID == id })
	if by.Role != mediation.PartyRole && listed != sees {
		t.Errorf("%s of %q finds it in the list: %v, want %v (%v)", by.Role, by.Area, listed, sees, listErr)
	}
	if n, _ := o.Count(ctx, by, mediation.Filter{}, 100); n != len(list) {
		t.Errorf("%s of %q counts %d and lists %d", by.Role, by.Area, n, len(list))
	}
	c := o.Read(t, id)
	actions, err := o.ActionsOf(ctx, by, &c)
	if err != nil || !sees && len(actions) > 0 {
		t.Errorf("%s of %q may %q, %v", by.Role, by.Area, actions, err)
	}
	if sees {
		return
	}
	_, err = o.Do(ctx, by, id, mediation.Request{Command: mediation.Note{Text: "n"}, Revision: c.Revision, Key: "k"})
	if !errors.Is(err, mediation.ErrNotFound) {
		t.Errorf("%s of %q learns of the case: %v", by.Role, by.Area, err)
	}
}
