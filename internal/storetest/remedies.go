package storetest

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

// Remedies holds the runs over running clocks to those of a petition whose case is over: they are reckoned anew by a year's days off, and go
// over to a policy for open cases; what nothing runs in any more is left alone. s must be opened and empty.
func Remedies(t *testing.T, s *store.Store) {
	ctx := context.Background()
	source := WithPetitions(t, "app")
	o := NewOffice(t, s, s, source)
	over := func(steps ...mediation.HandlePetition) mediation.Case {
		t.Helper()
		c := o.Report(t, o.Worker(), Quarrel(CellA))
		for _, step := range steps {
			o.Must(t, County, c.ID, step)
		}
		o.Must(t, County, c.ID, mediation.Refuse{Route: "court", Reason: "not_ours"})
		return o.Read(t, c.ID)
	}
	send, accept := mediation.HandlePetition{Step: mediation.StepSend, Unit: "富阳区信访局"}, mediation.HandlePetition{Step: mediation.StepAccept}
	goesOn := over(send, accept)
	ended := over(mediation.HandlePetition{Step: mediation.StepRefuse, Route: "court", Reason: "not_ours"})
	if !goesOn.State.Over() || !goesOn.Remedies() || !ended.State.Over() || ended.Remedies() {
		t.Fatalf("%s with a petition that is %s, %s with one that is %s", goesOn.State, goesOn.Petition.State, ended.State, ended.Petition.State)
	}
	zone, err := o.Policy.Clocks.Calendar.Location()
	if err != nil {
		t.Fatal(err)
	}
	last := goesOn.Petition.Clock.Due.In(zone)
	years, revision, err := o.Calendars.Years(ctx)
	if err != nil || len(years) > 0 {
		t.Fatal(years, err)
	}
	y, err := policy.LoadYear("calendar.yaml", fmt.Appendf(nil, "year: %d\nsource: s\nholidays: [%q]\nworkdays: []\n", last.Year(), last.Format(time.DateOnly)))
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Calendars.Put(ctx, revision, *y, o.Clock()); err != nil {
		t.Fatal(err)
	}
	if n, err := o.Reckon(ctx); n != 1 || err != nil {
		t.Fatalf("%d were reckoned anew, %v", n, err)
	}
	c := o.Read(t, goesOn.ID)
	if e := c.Events[len(c.Events)-1]; !c.Petition.Clock.Due.After(last) || e.Kind != "reckoned" || e.Data["petition_handle"] == "" || !c.WholeClock.Due.Equal(goesOn.WholeClock.Due) || c.NextDue.IsZero() {
		t.Errorf("due %v was %v: %+v", c.Petition.Clock.Due, last, e)
	}
	stricter := append([]byte("appliesTo: open\n"), bytes.Replace(source, []byte("handle: {within: 60d}"), []byte("handle: {within: 50d}"), 1)...)
	pol, err := policy.Load("open.yaml", stricter, mediation.PolicyVocabulary())
	if err != nil {
		t.Fatal(err)
	}
	f, err := o.Forecast(ctx, pol, nil)
	if err != nil || f.Cases != 1 || f.Overdue != 0 || f.Clocks["petition_handle"].Sooner != 1 || len(f.Clocks) != 1 {
		t.Errorf("%+v, %v", f, err)
	}
	if pol, err = s.Policies().Import(ctx, mediation.AnyRevision, "open.yaml", stricter); err != nil {
		t.Fatal(err)
	}
	if n, err := o.RollOut(ctx, nil); n != 1 || err != nil {
		t.Errorf("%d went over, %v", n, err)
	}
	if was, c := c, o.Read(t, goesOn.ID); c.Policy != pol.ID || !c.Petition.Clock.Due.Before(was.Petition.Clock.Due) || c.State != was.State {
		t.Errorf("judged by %s, due %v", c.Policy, c.Petition.Clock.Due)
	}
	if c := o.Read(t, ended.ID); c.Policy == pol.ID || c.Revision != ended.Revision {
		t.Error("a case in which nothing runs went over")
	}
	o.Must(t, County, goesOn.ID, mediation.HandlePetition{Step: mediation.StepOpinion, Remark: "处理意见书"})
	o.Pass(40 * 24 * time.Hour)
	o.Settle(t) // nobody asked for review
	if list, _, err := s.Cases().List(ctx, mediation.Filter{Visible: mediation.Visible{Area: &County.Area}, Remedies: true}, "", 10); len(list) != 0 || err != nil {
		t.Errorf("nothing goes on any more, and %d are listed, %v", len(list), err)
	}
	Sound(t, s)
}
