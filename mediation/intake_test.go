package mediation_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"fengqiao/grid"
	"fengqiao/internal/store"
	"fengqiao/internal/storetest"
	"fengqiao/mediation"

	"github.com/paulmach/orb"
)

func TestStaffAreToldOfAReportThatWaitsToBePlaced(t *testing.T) {
	o := office(t)
	ctx := context.Background()
	in := storetest.Quarrel(storetest.CellA)
	in.Point, in.Address = nil, "东街道某小区门口"
	worker := o.Worker()
	rep := receive(t, o, worker, in).Report
	told := func() (n int) {
		t.Helper()
		err := o.Store.Engine.Walk(ctx, "outbox", func(row store.Row) error {
			if bytes.Contains(row.Body, []byte(mediation.NoticeUnplaced)) && bytes.Contains(row.Body, []byte(worker.Area)) {
				n++
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, step := range []struct {
		passes time.Duration
		want   int
	}{{time.Second, 0}, {2 * time.Minute, 1}, {time.Hour, 1}, {24 * time.Hour, 2}} {
		o.Pass(step.passes)
		o.Sweep(t)
		o.Sweep(t)
		if got := told(); got != step.want {
			t.Fatalf("after %s more staff have been told %d times, want %d", step.passes, got, step.want)
		}
	}
	now, err := o.Reports.Load(ctx, rep.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.PlaceReport(ctx, storetest.Town, rep.ID, now.Version, storetest.CellC); err != nil {
		t.Fatal(err)
	}
	o.Pass(48 * time.Hour)
	o.Sweep(t)
	if got := told(); got != 2 {
		t.Errorf("told %d times, once more after it was placed", got)
	}
}

func TestAReportThatItsCaseTookInBeforeACrashGetsNoSecondCase(t *testing.T) {
	o := office(t)
	ctx := context.Background()
	worker := o.Worker()
	first := o.Report(t, worker, storetest.Quarrel(storetest.CellA))
	host := o.Report(t, o.Worker(), storetest.Quarrel(storetest.CellA))
	rep := receive(t, o, worker, storetest.Quarrel(storetest.CellA)).Report
	if rep.Case != first.ID {
		t.Fatalf("the report leads to %q", rep.Case)
	}
	crashed := func() {
		t.Helper()
		if _, err := o.Reports.Update(ctx, rep.ID, func(r *mediation.Report) error { r.Case = ""; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	sweptTo := func(want string) {
		t.Helper()
		o.Pass(2 * time.Minute)
		o.Sweep(t)
		if got, err := o.Reports.Load(ctx, rep.ID); err != nil || got.Case != want {
			t.Fatalf("after the sweep the report leads to %q, %v; want %q", got.Case, err, want)
		}
	}
	o.Must(t, storetest.Town, first.ID, mediation.Join{Into: host.ID})
	o.Settle(t)
	crashed()
	sweptTo(host.ID) // the case has been joined to another meanwhile
	o.Must(t, storetest.Town, host.ID, mediation.WithdrawCase{Reason: "mistake"})
	crashed()
	sweptTo(host.ID) // that one has ended
	storetest.Sound(t, o.Store)
}

func TestARepeatedReportLeadsToTheCaseThatACrashKeptFromIt(t *testing.T) {
	o := office(t)
	ctx := context.Background()
	worker := o.Worker()
	opening, joining := storetest.Quarrel(storetest.CellA), storetest.Quarrel(storetest.CellA)
	c := o.Report(t, worker, opening)
	receive(t, o, worker, joining)
	for what, in := range map[string]mediation.ReportInput{"that opened it": opening, "that joined it": joining} {
		id := receive(t, o, worker, in).Report.ID
		if _, err := o.Reports.Update(ctx, id, func(r *mediation.Report) error { r.Case = ""; return nil }); err != nil {
			t.Fatal(err)
		}
		again := receive(t, o, worker, in)
		if !again.Again || again.Case == nil || again.Case.ID != c.ID || again.Report.Case != c.ID {
			t.Errorf("%s: %+v", what, again)
		}
	}
	storetest.Sound(t, o.Store)
}

func TestWhatReportsLeadTo(t *testing.T) {
	o := office(t)
	worker, neighbour := o.Worker(), o.Worker()
	first := o.Report(t, worker, storetest.Quarrel(storetest.CellA))
	t.Run("the same reporter at the same place", func(t *testing.T) {
		if c := o.Report(t, worker, storetest.Quarrel(storetest.CellA)); c.ID != first.ID || len(c.Reports) != 2 {
			t.Fatalf("opened %s", c.ID)
		}
	})
	t.Run("the same reporter at the other end of the cell", func(t *testing.T) {
		in := storetest.Quarrel(storetest.CellA)
		in.Point[1] += 0.002 // some two hundred metres; the policy says fifty
		if c := o.Report(t, worker, in); c.ID == first.ID || len(c.Suggested) == 0 || c.State != mediation.Reported {
			t.Fatalf("joined, or not suggested: %+v", c.Suggested)
		}
	})
	t.Run("somebody else about the same kind of thing", func(t *testing.T) {
		c := o.Report(t, neighbour, storetest.Quarrel(storetest.CellA))
		if c.ID == first.ID || !slices.ContainsFunc(c.Suggested, func(s mediation.Suggestion) bool { return s.Case == first.ID }) {
			t.Fatalf("joined, or not suggested: %+v", c.Suggested)
		}
	})
	t.Run("another kind of thing, or another cell", func(t *testing.T) {
		in := storetest.Quarrel(storetest.CellA)
		in.Category = "property"
		if c := o.Report(t, worker, in); c.ID == first.ID || len(c.Suggested) > 0 {
			t.Fatalf("joined or suggested: %+v", c.Suggested)
		}
		if c := o.Report(t, worker, storetest.Quarrel(storetest.CellB)); c.ID == first.ID || len(c.Suggested) > 0 {
			t.Fatalf("joined or suggested: %+v", c.Suggested)
		}
	})
	t.Run("danger opens its own", func(t *testing.T) {
		in := storetest.Quarrel(storetest.CellA)
		in.Emergency = true
		if c := o.Report(t, worker, in); c.ID == first.ID || c.State != mediation.Transferred || c.Unit == "" {
			t.Fatalf("%s, %s with %q", c.ID, c.State, c.Unit)
		}
	})
	t.Run("a party who is known by another spelling of the phone", func(t *testing.T) {
		with := func(phone string) mediation.ReportInput {
			in := storetest.Quarrel(storetest.CellC)
			in.Parties = []mediation.PartyInput{{Kind: mediation.Person, Side: mediation.Applicant, Name: "李某", Phone: phone}}
			return in
		}
		c := o.Report(t, worker, with("13900000009"))
		if d := o.Report(t, neighbour, with("+86 139-0000-0009")); d.ID != c.ID || len(d.Parties) != 1 || len(d.Reporters) != 2 {
			t.Fatalf("opened another, or knows the party twice: %+v", d.Parties)
		}
	})
	o.Pass(2 * time.Minute)
	o.Settle(t)
	storetest.Sound(t, o.Store)
}

func TestAReportIsStoredOnceAndAnotherOfItsIdIsRefused(t *testing.T) {
	o := office(t)
	worker, in := o.Worker(), storetest.Quarrel(storetest.CellA)
	first, again := receive(t, o, worker, in), receive(t, o, worker, in)
	if !again.Again || again.Report.ID != first.Report.ID || again.Case == nil || again.Case.ID != first.Case.ID {
		t.Fatalf("sent again: %+v", again)
	}
	in.Print = "other content"
	_, err := o.Receive(context.Background(), worker, in)
	fails(t, err, "same_id_other_content")
	if c := receive(t, o, o.Worker(), in); c.Report.ID == first.Report.ID {
		t.Fatal("another phone's report of the same id is the same report")
	}
}

func TestAWellFormedReportIsNeverRefusedForPlaceOrTime(t *testing.T) {
	o := office(t)
	at := func(lon, lat float64) *orb.Point { return &orb.Point{lon, lat} }
	for name, x := range map[string]struct {
		change    func(*mediation.ReportInput)
		marks     []mediation.Mark
		cell      grid.Code
		suggested grid.Code
	}{
		"outside every cell": {func(in *mediation.ReportInput) { in.Point = at(120.5, 30.5) }, []mediation.Mark{mediation.Unplaced}, "", ""},
		"a little outside":   {func(in *mediation.ReportInput) { in.Point = at(119.9496, 30.052) }, []mediation.Mark{mediation.Snapped}, storetest.CellA, ""},
		"longitude and latitude swapped": {func(in *mediation.ReportInput) { in.Point = at(in.Point[1], in.Point[0]) },
			[]mediation.Mark{mediation.MaybeSwapped, mediation.Unplaced}, "", storetest.CellA},
		"no fix, chosen by hand":     {func(in *mediation.ReportInput) { in.Point, in.Cell = nil, storetest.CellC }, nil, storetest.CellC, ""},
		"no fix, a cell that is not": {func(in *mediation.ReportInput) { in.Point, in.Cell = nil, "33.01.11.001.002.003.99" }, []mediation.Mark{mediation.Unplaced}, "", ""},
		"no fix, an address":         {func(in *mediation.ReportInput) { in.Point, in.Address = nil, "某路1号" }, []mediation.Mark{mediation.Unplaced}, "", ""},
		"a clock that runs ahead":    {func(in *mediation.ReportInput) { in.PhoneTime = o.Clock().Add(time.Hour) }, []mediation.Mark{mediation.ClockDoubtful}, storetest.CellA, ""},
		"a clock of last year":       {func(in *mediation.ReportInput) { in.PhoneTime = o.Clock().AddDate(-1, 0, 0) }, []mediation.Mark{mediation.ClockDoubtful}, storetest.CellA, ""},
		"a clock that is right":      {func(in *mediation.ReportInput) { in.PhoneTime = o.Clock().Add(-time.Hour) }, nil, storetest.CellA, ""},
		"a coarse fix":               {func(in *mediation.ReportInput) { in.AccuracyM = 900 }, []mediation.Mark{mediation.CoarsePosition}, storetest.CellA, ""},
		"an old phone's category":    {func(in *mediation.ReportInput) { in.Category = "last_years" }, []mediation.Mark{mediation.NoCategory}, storetest.CellA, ""},
	} {
		t.Run(name, func(t *testing.T) {
			in := storetest.Quarrel(storetest.CellA)
			x.change(&in)
			got := receive(t, o, o.Worker(), in).Report
			if !slices.Equal(got.Marks, x.marks) || got.Cell != x.cell || got.Suggested != x.suggested || (got.Case == "") != (x.cell == "") {
				t.Fatalf("marks %q, cell %q, suggested %q, case %q", got.Marks, got.Cell, got.Suggested, got.Case)
			}
		})
	}
	for basis, change := range map[mediation.PlaceBasis]func(*mediation.ReportInput){
		mediation.ByGPS:     func(*mediation.ReportInput) {},
		mediation.ByCell:    func(in *mediation.ReportInput) { in.Point, in.Cell = nil, storetest.CellC },
		mediation.ByAddress: func(in *mediation.ReportInput) { in.Point, in.Address = nil, "某路1号" },
		mediation.Nowhere:   func(in *mediation.ReportInput) { in.Point = nil },
	} {
		in := storetest.Quarrel(storetest.CellA)
		change(&in)
		if got := receive(t, o, o.Worker(), in).Report.Basis; got != basis {
			t.Errorf("placed by %q, want %q", got, basis)
		}
	}
	t.Run("danger without a place", func(t *testing.T) {
		in := storetest.Quarrel(storetest.CellA)
		in.Point, in.Emergency = nil, true
		if c := o.Report(t, o.Worker(), in); c.Cell != "" || c.Area != storetest.CellA.Parent() || c.State != mediation.Transferred {
			t.Fatalf("%s in %s", c.State, c.Area)
		}
	})
	o.Pass(2 * time.Minute)
	o.Settle(t)
	storetest.Sound(t, o.Store)
}

func TestAReportSaysWhatOtherCellsClaimItsPoint(t *testing.T) {
	o := office(t)
	square := func(code grid.Code, west, east float64) grid.Cell {
		return grid.Cell{Code: code, Shape: orb.MultiPolygon{orb.Bound{Min: orb.Point{west, 30}, Max: orb.Point{east, 31}}.ToPolygon()}}
	}
	cells := []grid.Cell{square(storetest.CellA, 119, 120), square(storetest.CellB, 119.9, 121), square(storetest.CellA.Parent(), 119, 120), square(storetest.CellD, 121, 122)}
	for i := range mediation.MaxContested + 2 { // a pile of cells on one place
		cells = append(cells, square(storetest.CellC.Parent()+grid.Code(fmt.Sprintf(".%02d", i+2)), 123, 124))
	}
	plan, err := grid.NewPlan("overlapping", grid.ChinaSchema(), nil, cells)
	if err != nil {
		t.Fatal(err)
	}
	o.Atlas.Swap(plan)
	var pile []grid.Code
	for _, c := range cells[5 : 5+mediation.MaxContested] {
		pile = append(pile, c.Code)
	}
	ambiguous := []mediation.Mark{mediation.AmbiguousCell}
	for name, x := range map[string]struct {
		lon       float64
		marks     []mediation.Mark
		cell      grid.Code
		contested []grid.Code
	}{
		"in one cell, over its background": {119.5, nil, storetest.CellA, nil},
		"where two overlap":                {119.95, ambiguous, storetest.CellA, []grid.Code{storetest.CellB}},
		"on the first's border":            {120, ambiguous, storetest.CellA, []grid.Code{storetest.CellB}},
		"on a border that two share":       {121, nil, storetest.CellB, nil},
		"on a whole pile":                  {123.5, ambiguous, cells[4].Code, pile},
		"a little outside":                 {124.00001, []mediation.Mark{mediation.Snapped}, cells[4].Code, nil},
	} {
		t.Run(name, func(t *testing.T) {
			in := storetest.Quarrel(storetest.CellA)
			in.Point = &orb.Point{x.lon, 30.5}
			got := receive(t, o, o.Worker(), in).Report
			if !slices.Equal(got.Marks, x.marks) || got.Cell != x.cell || !slices.Equal(got.Contested, x.contested) {
				t.Fatalf("marks %q, cell %q, contested %q", got.Marks, got.Cell, got.Contested)
			}
			if kept, err := o.Reports.Load(t.Context(), got.ID); err != nil || !slices.Equal(kept.Contested, x.contested) {
				t.Fatalf("stored as %q, %v", kept.Contested, err)
			}
		})
	}
	t.Run("chosen by hand", func(t *testing.T) {
		in := storetest.Quarrel(storetest.CellB)
		in.Point, in.Cell = nil, storetest.CellB
		if got := receive(t, o, o.Worker(), in).Report; len(got.Marks) > 0 || got.Cell != storetest.CellB || got.Contested != nil {
			t.Fatalf("marks %q, cell %q, contested %q", got.Marks, got.Cell, got.Contested)
		}
	})
}

func TestAnUnplacedReportIsPlacedByStaffOfItsArea(t *testing.T) {
	o := office(t)
	ctx := context.Background()
	in := storetest.Quarrel(storetest.CellA)
	in.Point = nil
	rep := receive(t, o, o.Worker(), in).Report
	away := mediation.Actor{ID: "away", Role: mediation.TownshipStaff, Area: "33.01.11.002"}
	if list, _, err := o.UnplacedReports(ctx, away, "", 10); err != nil || len(list) > 0 {
		t.Fatalf("another township sees %d, %v", len(list), err)
	}
	_, err := o.PlaceReport(ctx, away, rep.ID, rep.Version, storetest.CellC)
	fails(t, err, "not_found")
	_, err = o.PlaceReport(ctx, storetest.Town, rep.ID, rep.Version, "33.01.11.001.009.001.01")
	fails(t, err, "unknown_value")
	_, err = o.PlaceReport(ctx, storetest.Town, rep.ID, rep.Version+1, storetest.CellC)
	fails(t, err, "stale")
	got, err := o.PlaceReport(ctx, storetest.Town, rep.ID, rep.Version, storetest.CellC)
	if err != nil || got.Case == nil || got.Case.Cell != storetest.CellC || got.Report.Has(mediation.Unplaced) {
		t.Fatalf("%+v, %v", got, err)
	}
	if _, err := o.PlaceReport(ctx, storetest.Town, rep.ID, rep.Version, storetest.CellC); err != nil {
		t.Fatalf("sent again: %v", err)
	}
	storetest.Sound(t, o.Store)
}

func TestAPhoneThatEmptiesItsQueueOpensOneCase(t *testing.T) {
	o := office(t)
	worker := o.Worker()
	const sent = 16
	cases := make([]string, sent)
	var all sync.WaitGroup
	for i := range sent {
		in := storetest.Quarrel(storetest.CellA)
		all.Go(func() {
			receipt, err := o.Service.Receive(t.Context(), worker, in)
			if err != nil || receipt.Case == nil {
				t.Errorf("report %d: %+v, %v", i, receipt.Case, err)
				return
			}
			cases[i] = receipt.Case.ID
		})
	}
	all.Wait()
	slices.Sort(cases)
	if distinct := slices.Compact(cases); len(distinct) != 1 {
		t.Fatalf("%d reports of one matter opened %d cases", sent, len(distinct))
	}
	storetest.Sound(t, o.Store)
}
