package mediation

import (
	"slices"
	"testing"
	"time"

	"fengqiao/mediation/policy"
)

// jointly is the application of everybody whose agreement it is.
func (s *story) jointly() ApplyConfirmation {
	cmd := ApplyConfirmation{Court: "法院"}
	for _, party := range s.c.Agreement.Signers {
		cmd.Consents = append(cmd.Consents, Behalf{Party: party, Manner: "written"})
	}
	return cmd
}

func TestAJointApplicationForConfirmationMeetsTheClock(t *testing.T) {
	s := beginWith(t, rulesFor(yongkang(t)), nil).talked().agreedAndSigned()
	effective, due := s.c.Agreement.Effective, s.c.Agreement.Confirm.Due
	s.wait(10)
	one, early, future, nowhere := s.jointly(), s.jointly(), s.jointly(), s.jointly()
	one.Consents = one.Consents[:1]
	early.On, future.On, nowhere.Court = effective.Add(-time.Hour), s.at.Add(time.Hour), ""
	stranger := s.jointly()
	stranger.Consents[0].Party = "somebody"
	for _, x := range []struct {
		cmd  ApplyConfirmation
		code string
	}{{one, "confirm.not_joint"}, {early, "confirm.early"}, {future, "in_future"}, {nowhere, "required"}, {stranger, "unknown_value"}} {
		s.refuses(elder, x.cmd, x.code)
	}
	in := s.jointly()
	in.On = s.at.Add(-48 * time.Hour)
	s.do(elder, in)
	a := s.c.Agreement
	if !a.Applied.Equal(in.On) || a.Court != "法院" || len(a.Consents) != len(a.Signers) || a.Confirmation(s.c) != "applied" || s.c.confirmable() {
		t.Errorf("%+v", a)
	}
	s.refuses(staff, s.jointly(), "need.to_confirm")
	s.wait(60)
	for _, e := range s.c.Events {
		if e.Kind == "confirm_lapsed" || e.Kind == "reminded" && e.Data["clock"] == "confirm" {
			t.Errorf("%s at %s though it was applied for before %s", e.Kind, e.At, due)
		}
	}
}

func TestAfterThirtyDaysNobodyAppliesForConfirmation(t *testing.T) {
	s := beginWith(t, rulesFor(yongkang(t)), nil).talked().agreedAndSigned()
	within := s.at.Add(24 * time.Hour)
	s.wait(40)
	if got := s.c.Agreement.Confirmation(s.c); got != "lapsed" {
		t.Fatal(got)
	}
	s.refuses(staff, s.jointly(), "confirm.late")
	// What was applied for in time may be put on record later.
	late := s.jointly()
	late.On = within
	if s.do(staff, late); s.c.Agreement.Confirmation(s.c) != "applied" {
		t.Errorf("%+v", s.c.Agreement)
	}
}

func TestWhatTheLawLetsNoCourtConfirmIsRefused(t *testing.T) {
	status := beginWith(t, rulesFor(yongkang(t)), func(rep *Report) { rep.Channel, rep.Category = "letter", "marriage_family" }).do(staff, Accept{}).talked().agreedAndSigned()
	oral := petitioned(t).talked().do(elder, Agree{Terms: "t", Oral: true, PerformBy: matchNow.AddDate(0, 3, 0)}).is(Effective)
	performed := petitioned(t).talked().agreedAndSigned().do(staff, Perform{})
	pol := *yongkang(t)
	pol.Confirmation = policy.Confirmation{}
	silent := beginWith(t, rulesFor(&pol), func(rep *Report) { rep.Channel = "letter" }).talked().agreedAndSigned()
	// Whoever signed as mediator is no appointed one: the petition was settled by somebody else than a mediation committee.
	otherwise := petitioned(t).talked().agreedAndSigned()
	for i := range otherwise.c.Panel.Seats {
		otherwise.c.Panel.Seats[i].Outsider = true
	}
	for _, x := range []struct {
		s    *story
		code string
	}{{status, "confirm.excluded"}, {oral, "confirm.oral"}, {performed, "need.not_performed"}, {silent, "confirm.off"}, {otherwise, "confirm.no_body"}} {
		x.s.refuses(staff, x.s.jointly(), x.code)
	}
	petition := petitioned(t).talked().agreedAndSigned()
	petition.do(staff, petition.jointly())
	if petition.c.Agreement.Applied.IsZero() {
		t.Error("a petition that a committee mediated may be confirmed")
	}
}

// What the court ruled is recorded once, after the application, also when the case is closed; figures count the case by it.
func TestTheCourtsRulingIsOnRecord(t *testing.T) {
	for _, ruling := range []string{CourtConfirmed, CourtRefused} {
		s := beginWith(t, rulesFor(yongkang(t)), nil).talked().agreedAndSigned()
		s.refuses(staff, ApplyConfirmation{Ruling: ruling}, "need.to_confirm")
		if sum := s.c.Summarise(); !sum.Counted.Has(setOfCounted(CountedConfirmable)) || sum.Counted.Has(setOfCounted(CountedConfirmAsked)) {
			t.Errorf("before the application: %+v", sum.Confirm)
		}
		s.do(elder, s.jointly())
		s.wait(10)
		s.refuses(staff, ApplyConfirmation{Ruling: "maybe"}, "unknown_value")
		s.refuses(staff, ApplyConfirmation{Ruling: ruling, On: s.at.Add(time.Hour)}, "in_future")
		s.refuses(staff, ApplyConfirmation{Ruling: ruling, On: s.c.Agreement.Applied.Add(-time.Hour)}, "confirm.ruled_early")
		s.do(staff, ApplyConfirmation{Ruling: ruling})
		s.refuses(staff, ApplyConfirmation{Ruling: ruling}, "need.to_confirm")
		if got := s.c.Agreement.Confirmation(s.c); got != ruling {
			t.Errorf("%s, want %s", got, ruling)
		}
		s.do(staff, Default{})
		s.do(applicant, Reopen{Reason: "r"}) // an earlier turn's counts, too
		sum := s.c.Summarise()
		if want := (Confirmations{Open: true, Asked: true, Confirmed: ruling == CourtConfirmed, Refused: ruling == CourtRefused}); sum.Confirm != want {
			t.Errorf("%+v, want %+v", sum.Confirm, want)
		}
	}
	s := beginWith(t, rulesFor(yongkang(t)), nil).talked().agreedAndSigned()
	s.wait(40)
	if sum := s.c.Summarise(); sum.Confirm != (Confirmations{Open: true, Lapsed: true}) || !sum.Counted.Has(setOfCounted(CountedConfirmLapsed)) {
		t.Errorf("%+v", sum.Confirm)
	}
}

func setOfCounted(k Counted) int {
	return slices.IndexFunc(CountedSets, func(s CountedSet) bool { return s.Key == k })
}
