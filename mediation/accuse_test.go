package mediation_test

import (
	"context"
	"slices"
	"testing"

	"fengqiao/internal/storetest"
	"fengqiao/mediation"
)

// accusation is a report against somebody in office.
func accusation() mediation.ReportInput {
	in := storetest.Quarrel(storetest.CellA)
	in.Category, in.Text = "accusation", "村干部侵占补偿款"
	return in
}

func TestAnAccusationIsOutOfSightBelowTheDistrict(t *testing.T) {
	o := office(t)
	ctx := context.Background()
	worker := o.Worker()
	got := receive(t, o, worker, accusation())
	c := o.Read(t, got.Case.ID)
	if !c.Accusation || c.Area != "33.01.11" || c.State != mediation.Reported {
		t.Fatalf("%s in %s, %s", c.ID, c.Area, c.State)
	}
	leader := mediation.Actor{ID: "leader", Role: mediation.Leader, Area: storetest.Town.Area}
	grid := mediation.Actor{ID: "grid", Role: mediation.GridLeader, Area: storetest.CellA.Parent()}
	for _, below := range []mediation.Actor{storetest.Town, leader, grid} {
		_, err := o.Case(ctx, below, c.ID)
		fails(t, err, "not_found")
		list, _, err := o.List(ctx, below, mediation.Filter{}, "", 10)
		if err != nil || len(list) > 0 {
			t.Errorf("%s lists %d, %v", below.Role, len(list), err)
		}
		if _, err := o.ReportOf(ctx, below, got.Report.ID); err == nil {
			t.Errorf("%s reads the report", below.Role)
		}
	}
	for _, sees := range []mediation.Actor{storetest.County, worker} {
		if _, err := o.Case(ctx, sees, c.ID); err != nil {
			t.Errorf("%s: %v", sees.Role, err)
		}
	}
	in := accusation()
	in.Point, in.Address = nil, "樟树下"
	receive(t, o, worker, in)
	if list, _, err := o.UnplacedReports(ctx, storetest.Town, "", 10); err != nil || len(list) > 0 {
		t.Errorf("the township has %d to place, %v", len(list), err)
	}
	if list, _, err := o.UnplacedReports(ctx, storetest.County, "", 10); err != nil || len(list) != 1 {
		t.Errorf("the district has %d to place, %v", len(list), err)
	}
}

func TestTheAccusedAndTheirUnitHearNothing(t *testing.T) {
	o := office(t)
	ctx := context.Background()
	c := receive(t, o, o.Worker(), accusation()).Case
	order := func(cmd mediation.Command) (mediation.Done, error) {
		return o.Do(ctx, storetest.County, c.ID, mediation.Request{Command: cmd, Revision: o.Read(t, c.ID).Revision, Key: o.Next("key")})
	}
	enter := func(side mediation.PartySide, phone string) mediation.Done {
		t.Helper()
		done, err := order(mediation.AddParty{Party: mediation.PartyInput{Kind: mediation.Person, Side: side, Name: "某某", Phone: phone, Units: []string{"某镇人民政府"}}})
		if err != nil || done.Party == "" {
			t.Fatalf("%+v, %v", done, err)
		}
		return done
	}
	accuser, accused := enter(mediation.Applicant, "13700000001"), enter(mediation.Respondent, "13700000002")
	if accuser.Link == "" || accused.Link != "" {
		t.Errorf("links %q and %q", accuser.Link, accused.Link)
	}
	_, err := order(mediation.RenewLink{Party: accused.Party})
	fails(t, err, "case.accused")
	_, err = o.Case(ctx, mediation.Actor{ID: accused.Party, Role: mediation.PartyRole, Case: c.ID}, c.ID)
	fails(t, err, "not_found")
	if _, err = o.Case(ctx, mediation.Actor{ID: accuser.Party, Role: mediation.PartyRole, Case: c.ID}, c.ID); err != nil {
		t.Errorf("the accuser: %v", err)
	}
	_, err = order(mediation.Transfer{Unit: "某镇人民政府", Reason: "authority"})
	fails(t, err, "case.accused_unit")
	_, err = order(mediation.Transfer{Area: storetest.Town.Area, Reason: "authority"})
	fails(t, err, "case.accusation_area")
	if _, err = order(mediation.Transfer{Route: "discipline", Reason: "authority"}); err != nil {
		t.Fatal(err)
	}
	_, err = order(mediation.AddParty{Party: mediation.PartyInput{Kind: mediation.Person, Side: mediation.Respondent, Name: "某某", Units: []string{"富阳区纪委监委"}}})
	fails(t, err, "case.accused_unit")
}

// TestAMatterIsPassedOnToNoDeskAtWhichAnAccusedWorks, be it for the first time or back to where it came from.
func TestAMatterIsPassedOnToNoDeskAtWhichAnAccusedWorks(t *testing.T) {
	o := office(t, "closing:\n", "desks:\n  passes: [{from: \"12345\", to: \"110\"}, {from: \"110\", to: \"12345\"}]\nclosing:\n")
	ctx := context.Background()
	o.DeskUnit = func(name string) string { return map[string]string{"12345": "热线", "110": "公安局"}[name] }
	hotline := mediation.Actor{ID: "hotline", Role: mediation.Desk, Area: "33.01.11", Unit: "热线", Units: [2]string{mediation.UnitHash(o.Sealer, "热线")}}
	in := accusation()
	in.Channel, in.Outside = "12345", mediation.Outside{Desk: "12345", Number: "GD-1"}
	c := receive(t, o, hotline, in).Case
	order := func(by mediation.Actor, cmd mediation.Command) error {
		_, err := o.Do(ctx, by, c.ID, mediation.Request{Command: cmd, Revision: o.Read(t, c.ID).Revision, Key: o.Next("key")})
		return err
	}
	accused := func(unit string) {
		t.Helper()
		if err := order(storetest.County, mediation.AddParty{Party: mediation.PartyInput{Kind: mediation.Person, Side: mediation.Respondent, Name: "某某", Units: []string{unit}}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := order(hotline, mediation.PassOn{To: "110", Remark: "属警情"}); err != nil {
		t.Fatal(err)
	}
	accused("热线")
	before := o.Read(t, c.ID)
	fails(t, order(storetest.County, mediation.PassOn{To: "12345"}), "desk.not_connected") // it came from there
	if now := o.Read(t, c.ID); now.Revision != before.Revision || len(now.Passes) != 1 || len(now.Events) != len(before.Events) {
		t.Errorf("the refusal has changed something: %+v", now.Passes)
	}
	in = accusation()
	in.Text, in.Channel, in.Outside = "派出所不作为", "12345", mediation.Outside{Desk: "12345", Number: "GD-2"}
	in.Print = "other"
	c = receive(t, o, hotline, in).Case
	accused("公安局")
	fails(t, order(hotline, mediation.PassOn{To: "110", Remark: "转公安"}), "desk.not_connected")
	if n := len(o.Read(t, c.ID).Passes); n != 0 {
		t.Errorf("passed on %d times", n)
	}
}

func TestAQuarrelThatTurnsOutToBeAnAccusationIsTakenAway(t *testing.T) {
	o := office(t)
	ctx := context.Background()
	m := o.Hire(t, "elder", "village", "33.01.11.001.002", 0)
	c := o.Accepted(t, storetest.CellA)
	opposed, _ := enter(t, o, c.ID, mediation.Respondent, "13700000002")
	o.Must(t, m, c.ID, mediation.Take{Offer: storetest.OfferOf(&c, m)})
	before := o.Read(t, c.ID)
	o.Must(t, storetest.Town, c.ID, mediation.Reclassify{Category: "accusation", Severity: 3})
	o.Settle(t)
	c = o.Read(t, c.ID)
	if c.Area != "33.01.11" || c.Panel.Seated(m.Mediator) || c.Parties[0].LinkHash != "" {
		t.Errorf("it lies in %s, the mediator sits %v, the link is %q", c.Area, c.Panel.Seated(m.Mediator), c.Parties[0].LinkHash)
	}
	for _, who := range []mediation.Actor{storetest.Town, m, opposed} {
		_, err := o.Case(ctx, who, c.ID)
		fails(t, err, "not_found")
	}
	if i := slices.IndexFunc(c.Events, func(e mediation.Event) bool { return e.Kind == "reclassify" }); i < 0 {
		t.Error("nothing is on record")
	}
	other := o.Report(t, o.Worker(), storetest.Quarrel(storetest.CellA))
	_, err := o.Do(ctx, storetest.County, other.ID, mediation.Request{Command: mediation.Join{Into: c.ID}, Revision: o.Read(t, other.ID).Revision, Key: "k"})
	fails(t, err, "case.accusation_join")
	// It was none after all: it goes back to where it happened.
	o.Must(t, storetest.County, c.ID, mediation.Reclassify{Category: "neighbour", Severity: 1})
	if c = o.Read(t, c.ID); c.Area != before.Area || c.Accusation {
		t.Errorf("it lies in %s, an accusation %v", c.Area, c.Accusation)
	}
	if _, err := o.Case(ctx, storetest.Town, c.ID); err != nil {
		t.Error(err)
	}
}
