package mediation_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"fengqiao/internal/storetest"
	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

// forOpen is the sample policy for open cases with some of its words replaced; loaded as a preview does, not imported.
func forOpen(t *testing.T, edits ...string) *policy.Policy {
	t.Helper()
	src := append([]byte("appliesTo: open\n"), storetest.FuyangPolicy(t)...)
	for i := 0; i+1 < len(edits); i += 2 {
		if !bytes.Contains(src, []byte(edits[i])) {
			t.Fatalf("the policy has no %q", edits[i])
		}
		src = bytes.ReplaceAll(src, []byte(edits[i]), []byte(edits[i+1]))
	}
	pol, err := policy.Load("open.yaml", src, mediation.PolicyVocabulary())
	if err != nil {
		t.Fatal(err)
	}
	return pol
}

func putInForce(t *testing.T, o *storetest.Office, src []byte) {
	t.Helper()
	if _, err := o.Store.Policies().Import(context.Background(), mediation.AnyRevision, "open.yaml", src); err != nil {
		t.Fatal(err)
	}
}

func rollOut(t *testing.T, o *storetest.Office) int {
	t.Helper()
	n, err := o.RollOut(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func rollout(t *testing.T, o *storetest.Office) mediation.Rollout {
	t.Helper()
	r, err := o.Policies.Rollout(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAPolicyForOpenCasesIsForetoldAsItThenHappens(t *testing.T) {
	o := office(t)
	for i := range 12 {
		c := o.Report(t, o.Worker(), storetest.Quarrel(storetest.CellA))
		if i == 0 {
			o.Must(t, storetest.Town, c.ID, mediation.WithdrawCase{Reason: "mistake"}) // over: nothing is foretold of it
		}
		o.Pass(4 * time.Hour)
	}
	pol := forOpen(t, "reported: {within: 24h, remind: [4h]}", "reported: {within: 10h, remind: [4h]}", "screened: {within: 24h, remind: [4h]}", "screened: {within: 36h}", "whole: {within: 60d", "whole: {within: 50d")
	before := map[string]mediation.Case{}
	all, _, err := o.Cases.List(context.Background(), mediation.Filter{Visible: mediation.Visible{Area: &storetest.County.Area}}, "", 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		before[s.ID] = o.Read(t, s.ID)
	}
	f, err := o.Forecast(context.Background(), pol, nil)
	if err != nil {
		t.Fatal(err)
	}
	for id, was := range before {
		if now := o.Read(t, id); now.Revision != was.Revision || now.Policy != was.Policy {
			t.Fatalf("the preview changed case %s", id)
		}
	}
	putInForce(t, o, pol.Source)
	if n := rollOut(t, o); n != f.Cases || f.Open != f.Cases || n != 11 {
		t.Fatalf("%d went over; foretold were %+v", n, f)
	}
	shifts := map[mediation.ClockName]mediation.Shift{}
	count := func(name mediation.ClockName, was, is time.Time) {
		s := shifts[name]
		switch {
		case is.Before(was):
			s.Sooner++
		case is.After(was):
			s.Later++
		default:
			return
		}
		shifts[name] = s
	}
	for id, was := range before {
		now := o.Read(t, id)
		count(mediation.StateClock, was.StateClock.Due, now.StateClock.Due)
		count(mediation.WholeClock, was.WholeClock.Due, now.WholeClock.Due)
		if ended := was.State.Over(); ended != (now.Policy != pol.ID) {
			t.Errorf("a case that is %s is judged by %s", was.State, now.Policy)
		}
	}
	if !maps.Equal(shifts, f.Clocks) {
		t.Errorf("the clocks moved %+v, foretold %+v", shifts, f.Clocks)
	}
	overdue := 0
	o.Settle(t)
	for id, was := range before {
		if got := kinds(t, o, id); was.State.Over() == false && slices.ContainsFunc(got, func(k string) bool { return k == "breached state" || k == "breached whole" }) {
			overdue++
		}
	}
	if overdue != f.Overdue || overdue == 0 {
		t.Errorf("%d ran out at once, foretold %d", overdue, f.Overdue)
	}
	if len(f.Sample) != 10 || !f.Sample[0].Overdue {
		t.Errorf("%+v", f.Sample)
	}
	storetest.Sound(t, o.Store)
}

func TestAPolicyForOpenCasesReachesThoseThatAnotherInstanceOpensByTheOldOne(t *testing.T) {
	o := office(t)
	old := o.Policy.ID
	first := o.Report(t, o.Worker(), storetest.Quarrel(storetest.CellA))
	pol := forOpen(t)
	putInForce(t, o, pol.Source)
	if n := rollOut(t, o); n != 1 {
		t.Fatalf("%d went over", n)
	}
	o.Pass(time.Second)
	late := o.Report(t, o.Worker(), storetest.Quarrel(storetest.CellD)) // as an instance opens it that has not heard of the policy
	if late.Policy != old {
		t.Fatalf("the test opened it by %s", late.Policy)
	}
	o.Pass(mediation.Grace)
	if n := rollOut(t, o); n != 1 || o.Read(t, late.ID).Policy != pol.ID {
		t.Fatalf("%d went over", n)
	}
	if n := rollOut(t, o); n != 0 {
		t.Fatalf("%d went over again", n)
	}
	r := rollout(t, o)
	if r.Policy != pol.ID || r.Moved != 2 || r.Ended.IsZero() {
		t.Errorf("%+v", r)
	}
	if got := kinds(t, o, first.ID); len(got) != 2 || got[1] != "rejudged" {
		t.Errorf("%v", got)
	}
}

func TestOtherPoliciesLeaveOpenCasesAlone(t *testing.T) {
	o := office(t)
	c := o.Report(t, o.Worker(), storetest.Quarrel(storetest.CellA))
	for i, head := range []string{"", "appliesTo: new\n"} {
		putInForce(t, o, fmt.Appendf(nil, "# %d\n%s%s", i, head, storetest.FuyangPolicy(t)))
		if n := rollOut(t, o); n != 0 || o.Read(t, c.ID).Policy != c.Policy {
			t.Fatalf("%d went over", n)
		}
	}
	open := forOpen(t)
	putInForce(t, o, open.Source)
	putInForce(t, o, storetest.FuyangPolicy(t)) // before any run
	if n := rollOut(t, o); n != 0 {
		t.Errorf("%d went over to a policy that is not in force any more", n)
	}
	// Put in force again it applies again.
	for range 2 {
		putInForce(t, o, open.Source)
		if n := rollOut(t, o); n != 1 {
			t.Errorf("%d went over", n)
		}
		o.Pass(mediation.Grace)
		rollOut(t, o)
		back := append([]byte("# back\n"), open.Source...)
		putInForce(t, o, back)
		rollOut(t, o)
	}
}
