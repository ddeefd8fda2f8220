package mediation_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fengqiao/internal/sqlite"
	"fengqiao/internal/store"
	"fengqiao/internal/storetest"
	"fengqiao/mediation"
)

// office is an office on an embedded store of its own; edits change the policy's source.
func office(t *testing.T, edits ...string) *storetest.Office {
	t.Helper()
	engine, err := sqlite.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.New(context.Background(), engine)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	})
	source := storetest.FuyangPolicy(t)
	for i := 0; i+1 < len(edits); i += 2 {
		if !bytes.Contains(source, []byte(edits[i])) {
			t.Fatalf("the policy has no %q", edits[i])
		}
		source = bytes.ReplaceAll(source, []byte(edits[i]), []byte(edits[i+1]))
	}
	return storetest.NewOffice(t, s, s, source)
}

// kinds lists what the case's timeline is made of.
func kinds(t *testing.T, o *storetest.Office, id string) []string {
	t.Helper()
	events, err := o.Cases.Timeline(context.Background(), id, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	if i := mediation.VerifyChain(nil, 1, events); i >= 0 {
		t.Fatalf("the chain breaks at event %d", i+1)
	}
	var list []string
	for _, e := range events {
		kind := e.Kind
		if e.Data["clock"] != "" {
			kind += " " + e.Data["clock"]
		}
		if e.Data["tier"] != "" {
			kind += " " + e.Data["tier"] + e.Data["wave"]
		}
		list = append(list, kind)
	}
	return list
}

func TestOffersThatNobodyAnswersClimbTheLadderAndEndWithAPerson(t *testing.T) {
	o := office(t)
	for range 7 { // two waves of three, and one more whom there is no wave for
		o.Hire(t, "elder", "village", "33.01.11.001.002", 0)
	}
	o.Hire(t, "fulltime", "town", "33.01.11.001", 0)
	o.Hire(t, "fulltime", "county", "33.01.11", 0)
	c := o.Report(t, o.Worker(), storetest.Quarrel(storetest.CellA))
	for range 200 {
		o.Settle(t)
		if o.Read(t, c.ID).NeedsHand {
			break
		}
		o.Pass(30 * time.Minute)
	}
	got := strings.Join(slices.DeleteFunc(kinds(t, o, c.ID), func(k string) bool { return strings.HasPrefix(k, "reminded") }), ", ")
	want := "opened, offered village1, offer_expired, offered village2, offer_expired, offered town1, offer_expired, offered county1, offer_expired, needs_hand"
	if got != want {
		t.Fatalf("the timeline\n%s, want\n%s", got, want)
	}
	if now := o.Read(t, c.ID); now.State != mediation.Screened || now.Tier != 2 || len(now.Offers) != 8 {
		t.Fatalf("%s on tier %d after %d offers", now.State, now.Tier, len(now.Offers))
	}
	storetest.Sound(t, o.Store)
}

func TestADeclinedWaveIsFollowedAtOnce(t *testing.T) {
	o := office(t, "wave_size: 3", "wave_size: 1")
	a, b := o.Hire(t, "elder", "village", "33.01.11.001.002", 0), o.Hire(t, "elder", "village", "33.01.11.001.002", 0)
	c := o.Accepted(t, storetest.CellA)
	if storetest.OfferOf(&c, a) == "" {
		a, b = b, a
	}
	o.Must(t, a, c.ID, mediation.Decline{Offer: storetest.OfferOf(&c, a), Reason: "busy"})
	o.Settle(t)
	if c = o.Read(t, c.ID); storetest.OfferOf(&c, b) == "" || c.Wave != 2 {
		t.Fatalf("after the decline: wave %d, %+v", c.Wave, c.Offers)
	}
	m, err := o.Mediators.Load(context.Background(), a.Mediator)
	if err != nil || m.Declines != 1 {
		t.Fatalf("%d declines are counted, %v", m.Declines, err)
	}
	// The next acceptance ends the row of declines.
	o.Must(t, b, c.ID, mediation.Take{Offer: storetest.OfferOf(&c, b)})
	o.Must(t, storetest.Town, c.ID, mediation.Unassign{Mediator: b.Mediator, Reason: "ill"})
	o.Must(t, storetest.Town, c.ID, mediation.Assign{Mediator: a.Mediator, Seat: -1, Force: true})
	if m, err = o.Mediators.Load(context.Background(), a.Mediator); err != nil || m.Declines != 0 || len(m.Declined) != 0 {
		t.Fatalf("%d declines are left, %v", m.Declines, err)
	}
}

func TestClocksRemindOnceHoweverLateTheSweepAndThenBreach(t *testing.T) {
	o := office(t)
	in := storetest.Quarrel(storetest.CellA)
	in.Severity = 3 // waits for a person, 24 hours at most
	c := o.Report(t, o.Worker(), in)
	o.Settle(t)
	steps := []struct {
		pass time.Duration
		want []string
	}{
		{19 * time.Hour, nil},
		{2 * time.Hour, []string{"reminded state"}},
		{time.Hour, nil},
		{3 * time.Hour, []string{"breached state"}},
		{24 * time.Hour, nil},
		{70 * 24 * time.Hour, []string{"breached whole"}}, // both reminders of the whole clock were missed: nobody is reminded of what is over
	}
	before := kinds(t, o, c.ID)
	for _, step := range steps {
		o.Pass(step.pass)
		o.Settle(t)
		now := kinds(t, o, c.ID)
		if got := now[len(before):]; !slices.Equal(got, step.want) {
			t.Fatalf("at %s: %q, want %q", o.Clock(), got, step.want)
		}
		before = now
	}
	storetest.Sound(t, o.Store)
}

// Deadlines are moments: a clock that is wrong for a while neither stops nor shifts them, and brings nothing twice.
func TestACaseFallsDueByTheTrueTimeOnceTheClockIsRightAgain(t *testing.T) {
	o := office(t)
	in := storetest.Quarrel(storetest.CellA)
	in.Severity = 3 // waits for a person, 24 hours at most
	c := o.Report(t, o.Worker(), in)
	o.Settle(t)
	began, before := o.Clock(), kinds(t, o, c.ID)
	for _, look := range []struct {
		at   time.Duration // what the clock says, since the report
		said string
		want []string
	}{
		{15 * time.Hour, "right", nil},
		{14 * time.Hour, "an hour behind", nil},
		{16 * time.Hour, "right", nil},
		{17 * time.Hour, "an hour ahead", nil},
		{16 * time.Hour, "right", nil},
		{21 * time.Hour, "right", []string{"reminded state"}},
		{20 * time.Hour, "an hour behind", nil},
		{23 * time.Hour, "an hour behind, when it is due", nil},
		{24*time.Hour + time.Minute, "right", []string{"breached state"}},
		{23 * time.Hour, "an hour behind", nil},
		{26 * time.Hour, "an hour ahead", nil},
		{25 * time.Hour, "right", nil},
	} {
		o.Pass(look.at - o.Clock().Sub(began))
		o.Settle(t)
		now := kinds(t, o, c.ID)
		if got := now[len(before):]; !slices.Equal(got, look.want) {
			t.Fatalf("the clock says %s and is %s: %q, want %q", look.at, look.said, got, look.want)
		}
		before = now
	}
	storetest.Sound(t, o.Store)
}

func TestSeveralMissedRemindersAreOne(t *testing.T) {
	o := office(t)
	a := o.Hire(t, "elder", "village", "33.01.11.001.002", 0)
	c := o.Accepted(t, storetest.CellA)
	o.Must(t, a, c.ID, mediation.Take{Offer: storetest.OfferOf(&c, a)})
	party(t, o, c.ID, mediation.Applicant, "13800000001")
	party(t, o, c.ID, mediation.Respondent, "13800000002")
	o.Must(t, a, c.ID, mediation.RecordSession{})
	o.Settle(t)
	n := len(kinds(t, o, c.ID))
	due := o.Read(t, c.ID).StateClock.Due
	o.Pass(due.Sub(o.Clock()) - 24*time.Hour) // past the reminders of ten and of three days
	o.Settle(t)
	if got := kinds(t, o, c.ID)[n:]; !slices.Equal(got, []string{"reminded state"}) {
		t.Fatalf("%q", got)
	}
}

// party enters a party and returns them as an actor.
func party(t *testing.T, o *storetest.Office, id string, side mediation.PartySide, phone string) mediation.Actor {
	t.Helper()
	done := o.Must(t, storetest.Town, id, mediation.AddParty{Party: mediation.PartyInput{Kind: mediation.Person, Side: side, Name: "某某" + phone, Phone: phone}})
	if done.Party == "" || done.Link == "" {
		t.Fatalf("no link: %+v", done)
	}
	return mediation.Actor{ID: done.Party, Role: mediation.PartyRole, Case: id}
}

func TestAFailingCaseBacksOffAndHoldsNobodyUp(t *testing.T) {
	o := office(t)
	ctx := context.Background()
	bad := o.Report(t, o.Worker(), storetest.Quarrel(storetest.CellA))
	if _, err := o.Cases.Update(ctx, bad.ID, func(c *mediation.Case) error {
		c.Chores = append(c.Chores, mediation.Chore{Kind: mediation.ChoreOpenReport, Target: "no such report", Since: o.Clock()})
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	good := o.Report(t, o.Worker(), storetest.Quarrel(storetest.CellD))
	o.Watch.Batch = 1 // so that the failing case could fill every sweep
	var tries []time.Duration
	for range 40 {
		n, err := o.Watch.Sweep(ctx, o.Clock())
		if err != nil {
			t.Fatal(err)
		}
		if n.Failed > 0 {
			tries = append(tries, o.Clock().Sub(storetest.OfficeStart))
		}
		o.Pass(10 * time.Second)
	}
	if len(tries) < 3 || len(tries) > 6 {
		t.Fatalf("tried at %v", tries)
	}
	for i := 3; i < len(tries); i++ { // the first pauses are shorter than what a batch of one adds to them
		if tries[i]-tries[i-1] < 2*(tries[i-1]-tries[i-2])-10*time.Second {
			t.Errorf("the pauses do not grow: %v", tries)
		}
	}
	if now := o.Read(t, good.ID); len(now.Chores) > 0 {
		t.Errorf("the other case still waits: %+v", now.Chores)
	}
	if _, err := o.Cases.Update(ctx, bad.ID, func(c *mediation.Case) error { c.Chores = nil; return nil }); err != nil {
		t.Fatal(err)
	}
	o.Pass(2 * time.Hour)
	o.Settle(t)
	if now := o.Read(t, bad.ID); now.Stumble != 0 {
		t.Errorf("mended, and still counts %d failures", now.Stumble)
	}
}

// brittle are ports that fail to load anything while the store is away, yet may write again a moment later: it comes back in mid-sweep.
type brittle struct {
	mediation.Cases
	away *bool
}

func (b brittle) Load(ctx context.Context, id string) (mediation.Case, error) {
	if *b.away {
		return mediation.Case{}, mediation.ErrUnavailable
	}
	return b.Cases.Load(ctx, id)
}

func TestAnOutageOfTheStoreIsNotHeldAgainstCasesAndReports(t *testing.T) {
	o := office(t)
	ctx := context.Background()
	worker := o.Worker()
	c := o.Report(t, worker, storetest.Quarrel(storetest.CellA))
	rep := receive(t, o, worker, storetest.Quarrel(storetest.CellA)).Report
	if _, err := o.Reports.Update(ctx, rep.ID, func(r *mediation.Report) error { r.Case = ""; return nil }); err != nil {
		t.Fatal(err)
	}
	o.Pass(2 * time.Minute)
	away := true
	o.Cases = brittle{o.Cases, &away}
	for range 12 { // as long as it takes a case that fails by itself to be put off for an hour
		if n, err := o.Watch.Sweep(ctx, o.Clock()); err != nil || n.Failed != 2 {
			t.Fatalf("%+v, %v", n, err)
		}
		o.Pass(11 * time.Second)
	}
	away = false
	o.Sweep(t)
	if now := o.Read(t, c.ID); len(now.Chores) > 0 || now.Stumble > 0 {
		t.Errorf("the case still waits for %+v", now.Chores)
	}
	if now, err := o.Reports.Load(ctx, rep.ID); err != nil || now.Case != c.ID {
		t.Errorf("the report leads to %q, %v", now.Case, err)
	}
}

func TestTwoSweepsAtOnceDoEverythingOnce(t *testing.T) {
	o := office(t)
	for range 6 {
		o.Hire(t, "elder", "village", "33.01.11.001.002", 0)
	}
	var ids []string
	for range 8 {
		c := o.Report(t, o.Worker(), storetest.Quarrel(storetest.CellA))
		if c.State == mediation.Reported {
			o.Must(t, storetest.County, c.ID, mediation.Accept{})
		}
		ids = append(ids, c.ID)
	}
	watches := []*mediation.Watch{o.Watch, mediation.NewWatch(o.Service, time.Hour, 1000), mediation.NewWatch(o.Service, time.Hour, 1000)}
	for range 12 {
		var wg sync.WaitGroup
		for _, w := range watches {
			wg.Go(func() {
				if _, err := w.Sweep(context.Background(), o.Clock()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		o.Pass(time.Hour)
	}
	o.Settle(t)
	for _, id := range ids {
		counts := map[string]int{}
		for _, k := range kinds(t, o, id) {
			counts[k]++
		}
		if counts["offered village1"] != 1 || counts["offered village2"] > 1 || counts["needs_hand"] > 1 || counts["breached state"] > 2 {
			t.Errorf("case %s: %v", id, counts)
		}
		c := o.Read(t, id)
		asked := map[string]bool{}
		for _, of := range c.Offers {
			if asked[of.Mediator] {
				t.Errorf("case %s: %s was asked twice", id, of.Mediator)
			}
			asked[of.Mediator] = true
		}
	}
	storetest.Sound(t, o.Store)
}

func TestTheSweepRunsByItselfAndStops(t *testing.T) {
	o := office(t)
	a := o.Hire(t, "elder", "village", "33.01.11.001.002", 0)
	w := mediation.NewWatch(o.Service, time.Millisecond, 100)
	w.Start()
	c := o.Report(t, o.Worker(), storetest.Quarrel(storetest.CellA))
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		if now := o.Read(t, c.ID); storetest.OfferOf(&now, a) != "" {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("nobody was asked")
		}
	}
	w.Stop()
}
