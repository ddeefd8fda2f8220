package mediation_test

import (
	"context"
	"testing"
	"time"

	"fengqiao/internal/storetest"
	"fengqiao/mediation"
)

func TestARefusalHoldsInTheCaseThatTheOtherWasJoinedTo(t *testing.T) {
	o := office(t)
	m := o.Hire(t, "elder", "village", "33.01.11.001.002", 0)
	host := o.Accepted(t, storetest.CellA)
	first := o.Report(t, o.Worker(), storetest.Quarrel(storetest.CellA))
	o.Must(t, storetest.Town, first.ID, mediation.Accept{})
	o.Settle(t)
	wang, _ := enter(t, o, first.ID, mediation.Applicant, "13700000001")
	enter(t, o, host.ID, mediation.Applicant, "13700000001")
	o.Must(t, wang, first.ID, mediation.RefuseMediator{Mediator: m.Mediator})
	o.Must(t, storetest.Town, first.ID, mediation.Join{Into: host.ID})
	o.Settle(t)
	host = o.Read(t, host.ID)
	if p := host.Parties[0]; len(host.Parties) != 1 || len(p.RefusedMediators) != 1 {
		t.Fatalf("%d parties, refused %q", len(host.Parties), p.RefusedMediators)
	}
	if host.Panel.Seated(m.Mediator) || storetest.OfferOf(&host, m) != "" {
		t.Error("the mediator whom the party refused sits there, or is asked")
	}
}

func TestNobodyMediatesWhereAPartyHasRefusedInAJoinedCase(t *testing.T) {
	o := office(t)
	m := o.Hire(t, "elder", "village", "33.01.11.001.002", 0)
	host := o.Accepted(t, storetest.CellA)
	first := o.Report(t, o.Worker(), storetest.Quarrel(storetest.CellA))
	wang, _ := enter(t, o, first.ID, mediation.Applicant, "13700000001")
	enter(t, o, host.ID, mediation.Applicant, "13700000001")
	o.Must(t, wang, first.ID, mediation.RefuseMediation{})
	o.Must(t, storetest.Town, first.ID, mediation.Reopen{Reason: "again"})
	o.Must(t, storetest.Town, first.ID, mediation.Join{Into: host.ID})
	o.Settle(t)
	host = o.Read(t, host.ID)
	_, err := o.Do(context.Background(), m, host.ID, mediation.Request{Command: mediation.Take{Offer: storetest.OfferOf(&host, m)}, Revision: host.Revision, Key: "k"})
	fails(t, err, "need.not_refused")
}

// joinedByAReportWithAParty is a case without parties that a second report of the same worker joined, and that report, which names 王某.
func joinedByAReportWithAParty(t *testing.T, o *storetest.Office) (mediation.Case, mediation.Report) {
	t.Helper()
	worker := o.Worker()
	c := o.Report(t, worker, storetest.Quarrel(storetest.CellA))
	in := storetest.Quarrel(storetest.CellA)
	in.Parties = []mediation.PartyInput{{Kind: mediation.Person, Side: mediation.Respondent, Name: "王某", Phone: "13700000009"}}
	return c, receive(t, o, worker, in).Report
}

func TestAReportThatIsTakenOutTakesItsPartiesAlong(t *testing.T) {
	o := office(t)
	ctx := context.Background()
	c, rep := joinedByAReportWithAParty(t, o)
	p := o.Read(t, c.ID).Parties[0]
	link := o.Must(t, storetest.Town, c.ID, mediation.RenewLink{Party: p.ID}).Link
	o.Must(t, mediation.Actor{ID: p.ID, Role: mediation.PartyRole, Case: c.ID}, c.ID, mediation.ConsentOutsiders{Given: true})
	o.Must(t, storetest.Town, c.ID, mediation.Detach{Report: rep.ID})
	o.Settle(t)
	if left := o.Read(t, c.ID).Parties; len(left) != 0 {
		t.Errorf("the other quarrel keeps %d parties", len(left))
	}
	rep, err := o.Reports.Load(ctx, rep.ID)
	if err != nil {
		t.Fatal(err)
	}
	own := o.Read(t, rep.Case)
	if len(own.Parties) != 1 || own.Parties[0].Outsiders == nil {
		t.Errorf("its own case has %+v", own.Parties)
	}
	if e, err := o.PartyByLink(ctx, link); err != nil || e.Case != own.ID || e.Party != p.ID {
		t.Errorf("the link leads to %+v, %v", e, err)
	}
	storetest.Sound(t, o.Store)
}

// hasty runs something just before a report is next updated, or a case opened, as another request might.
type hasty struct {
	mediation.Reports
	mediation.Opener
	updating, opening func()
}

func (h *hasty) Update(ctx context.Context, id string, fn func(*mediation.Report) error) (mediation.Report, error) {
	if run := h.updating; run != nil {
		h.updating = nil
		run()
	}
	return h.Reports.Update(ctx, id, fn)
}

func (h *hasty) Open(ctx context.Context, c mediation.Case) (mediation.Case, error) {
	if run := h.opening; run != nil {
		h.opening = nil
		run()
	}
	return h.Opener.Open(ctx, c)
}

func TestAReportThatIsPlacedWhileItIsWithdrawn(t *testing.T) {
	for _, order := range []string{"withdrawing finds the case late", "the case finds the withdrawal late"} {
		t.Run(order, func(t *testing.T) {
			o := office(t)
			ctx := context.Background()
			worker := o.Worker()
			in := storetest.Quarrel(storetest.CellA)
			in.Point, in.Address = nil, "樟树下"
			rep := receive(t, o, worker, in).Report
			h := &hasty{Reports: o.Reports, Opener: o.Opener}
			o.Service.Reports, o.Service.Opener = h, h
			place := func() {
				if _, err := o.PlaceReport(ctx, storetest.Town, rep.ID, rep.Version, storetest.CellA); err != nil {
					t.Error(err)
				}
			}
			withdraw := func() {
				if _, err := o.WithdrawReport(ctx, worker, rep.ID, "k", "mistake"); err != nil {
					t.Error(err)
				}
			}
			if order == "withdrawing finds the case late" {
				h.updating = place
				withdraw()
			} else {
				h.opening = withdraw
				place()
			}
			o.Settle(t)
			after, err := o.Reports.Load(ctx, rep.ID)
			if err != nil || after.Withdrawn.IsZero() {
				t.Fatalf("%+v, %v", after, err)
			}
			if c := o.Read(t, after.Case); c.State != mediation.Withdrawn {
				t.Errorf("its case is %s", c.State)
			}
		})
	}
}

func TestAReportWhoseCaseACrashKeptFromItIsWithdrawnWithIt(t *testing.T) {
	o := office(t)
	ctx := context.Background()
	worker := o.Worker()
	c := o.Report(t, worker, storetest.Quarrel(storetest.CellA))
	if _, err := o.Reports.Update(ctx, c.Reports[0], func(r *mediation.Report) error { r.Case = ""; return nil }); err != nil {
		t.Fatal(err)
	}
	got, err := o.WithdrawReport(ctx, worker, c.Reports[0], "k", "mistake")
	if err != nil || got.Case == nil || got.Case.State != mediation.Withdrawn || got.Report.Case != c.ID {
		t.Fatalf("%+v, %v", got, err)
	}
}

func TestAnOfficerTakesBackTheirOwnReportFromElsewhere(t *testing.T) {
	o := office(t)
	ctx := context.Background()
	rep := receive(t, o, storetest.Town, storetest.Quarrel(storetest.CellD))
	if got, err := o.WithdrawReport(ctx, storetest.Town, rep.Report.ID, "k", "mistake"); err != nil || got.Case.State != mediation.Withdrawn {
		t.Errorf("%+v, %v", got.Case, err)
	}
}

func TestTheSameReporterJoinsTheirOwnCaseInABusyCell(t *testing.T) {
	o := office(t)
	worker := o.Worker()
	first := o.Report(t, worker, storetest.Quarrel(storetest.CellA))
	for range 9 {
		o.Pass(time.Minute)
		o.Report(t, o.Worker(), storetest.Quarrel(storetest.CellA))
	}
	if again := o.Report(t, worker, storetest.Quarrel(storetest.CellA)); again.ID != first.ID {
		t.Errorf("a second case was opened, with %d suggestions", len(again.Suggested))
	}
}

func TestWhatIsSettledIsNotLookedAtForEver(t *testing.T) {
	o := office(t)
	ctx := context.Background()
	c := o.Report(t, o.Worker(), storetest.Quarrel(storetest.CellA))
	m := o.Hire(t, "elder", "village", "33.01.11.001.002", 0)
	// A sweep put them off although another instance had been quicker.
	for range 2 {
		if err := o.Reports.Defer(ctx, c.Reports[0], o.Clock().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		if err := o.Mediators.Defer(ctx, m.Mediator, o.Clock().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	o.Pass(time.Hour)
	pending, err := o.Reports.Pending(ctx, o.Clock(), 10)
	reserved, err2 := o.Mediators.Reserved(ctx, o.Clock(), 10)
	if err != nil || err2 != nil || len(pending)+len(reserved) > 0 {
		t.Errorf("the sweep is to look at %q and %q, %v, %v", pending, reserved, err, err2)
	}
}

func TestAnEarlierAgreementStaysWithWhomItBinds(t *testing.T) {
	o := office(t)
	ctx := context.Background()
	m := o.Hire(t, "elder", "village", "33.01.11.001.002", 0)
	worker := o.Worker()
	c := o.Report(t, worker, storetest.Quarrel(storetest.CellA))
	in := storetest.Quarrel(storetest.CellA)
	in.Parties = []mediation.PartyInput{{Kind: mediation.Person, Side: mediation.Respondent, Name: "王某", Phone: "13700000009"}}
	rep := receive(t, o, worker, in).Report
	enter(t, o, c.ID, mediation.Applicant, "13700000001")
	bound := o.Read(t, c.ID).Parties[0].ID
	o.Settle(t)
	c = o.Read(t, c.ID)
	o.Must(t, m, c.ID, mediation.Take{Offer: storetest.OfferOf(&c, m)})
	for _, cmd := range []mediation.Command{mediation.RecordSession{Notes: "谈"}, mediation.Agree{Oral: true, Terms: "赔偿", PerformBy: o.Clock().AddDate(0, 1, 0)}, mediation.Default{}} {
		o.Must(t, m, c.ID, cmd)
	}
	o.Must(t, storetest.Town, c.ID, mediation.Reopen{Reason: "again"})
	_, err := o.Do(ctx, storetest.Town, c.ID, mediation.Request{Command: mediation.RemoveParty{Party: bound, Reason: "mistake"}, Revision: o.Read(t, c.ID).Revision, Key: "k"})
	fails(t, err, "party.bound")
	o.Must(t, storetest.Town, c.ID, mediation.Detach{Report: rep.ID})
	o.Settle(t)
	if c = o.Read(t, c.ID); c.Party(bound) == nil {
		t.Error("whom the agreement binds was taken out with their report")
	}
	host := o.Report(t, o.Worker(), storetest.Quarrel(storetest.CellB))
	o.Must(t, storetest.Town, c.ID, mediation.Join{Into: host.ID})
	o.Settle(t)
	if h := o.Read(t, host.ID); len(h.Former) != 1 || h.Party(bound) == nil {
		t.Errorf("the host has %d earlier agreements", len(h.Former))
	}
	o.Must(t, storetest.Town, c.ID, mediation.Split{})
	o.Settle(t)
	if h, back := o.Read(t, host.ID), o.Read(t, c.ID); len(h.Former) != 0 || h.Party(bound) != nil || len(back.Former) != 1 {
		t.Errorf("after the split the host has %d, the case %d", len(h.Former), len(back.Former))
	}
	storetest.Sound(t, o.Store)
}

func TestWhatAPartySaysWhileTheirReportIsTakenOutIsHeard(t *testing.T) {
	o := office(t)
	ctx := context.Background()
	c, rep := joinedByAReportWithAParty(t, o)
	party := mediation.Actor{ID: o.Read(t, c.ID).Parties[0].ID, Role: mediation.PartyRole, Case: c.ID}
	h := &hasty{Reports: o.Reports, Opener: o.Opener}
	h.opening = func() { o.Must(t, party, c.ID, mediation.ConsentOutsiders{Given: true}) }
	o.Service.Reports, o.Service.Opener = h, h
	o.Must(t, storetest.Town, c.ID, mediation.Detach{Report: rep.ID})
	o.Settle(t)
	rep, err := o.Reports.Load(ctx, rep.ID)
	if err != nil {
		t.Fatal(err)
	}
	if own := o.Read(t, rep.Case); len(own.Parties) != 1 || own.Parties[0].Outsiders == nil {
		t.Errorf("the consent is lost: %+v", own.Parties)
	}
}
