package mediation

import (
	"strings"
	"testing"
	"time"

	"fengqiao/mediation/policy"
)

// explained is one of the case's clocks as it explains itself.
func (s *story) explained(name ClockName) Explained {
	s.t.Helper()
	for _, e := range Clocks(s.c, s.r, s.at) {
		if e.Name == name {
			return e
		}
	}
	s.t.Fatalf("no clock %s runs", name)
	return Explained{}
}

// TestTheLawsOwnClocks holds every limit that the law sets to what the running clock says of itself: the rule, the article and the end.
func TestTheLawsOwnClocks(t *testing.T) {
	at := func(steps ...func(*story)) func(*story) {
		return func(s *story) {
			for _, step := range steps {
				step(s)
			}
		}
	}
	send := func(s *story) { s.step(staff, HandlePetition{Step: StepSend, Unit: "land"}) }
	accept := func(s *story) { s.step(bureau, HandlePetition{Step: StepAccept}) }
	extend := func(s *story) {
		s.step(bureau, HandlePetition{Step: StepExtend, Days: 30, Approver: "局长", Reason: "complex"})
	}
	opinion := func(s *story) { s.step(bureau, HandlePetition{Step: StepOpinion, Remark: "w"}) }
	ask := func(s *story) { s.step(applicant, HandlePetition{Step: StepAskReview}) }
	review := func(s *story) {
		s.step(above, HandlePetition{Step: StepReview, Unit: "永康市人民政府", Remark: "w"})
	}
	again := func(s *story) { s.step(applicant, HandlePetition{Step: StepAskRereview}) }
	mediating := func(s *story) { s.talked() }
	inEffect := func(s *story) { mediating(s); s.agreedAndSigned() }
	for _, x := range []struct {
		rule          string
		story         func(*story)
		clock         ClockName
		within, basis string
		due           string
	}{
		{"people's mediation normally ends within a month", mediating, StateClock, "30d", "人民调解工作若干规定33", "2026-04-02 23:59"},
		{"thirty days for judicial confirmation", inEffect, ConfirmClock, "30d", "人民调解法33、民事诉讼法205", "2026-04-02 23:59"},
		{"fifteen days to register and pass on", at(), "petition_transfer", "15d", "信访工作条例22", "2026-03-18 23:59"},
		{"five working days to dispute a transfer", send, petitionObject, "5wd", "信访工作条例23", "2026-03-10 23:59"},
		{"fifteen days to tell", send, "petition_tell", "15d", "信访工作条例23", "2026-03-18 23:59"},
		{"sixty days to handle", at(send, accept), "petition_handle", "60d", "信访工作条例34", "2026-05-06 23:59"},
		{"and thirty more", at(send, accept, extend), "petition_handle", "90d", "信访工作条例34（延长30日）", "2026-06-01 23:59"},
		{"thirty days to ask for review", at(send, accept, opinion), "petition_ask_review", "30d", "信访工作条例35", "2026-04-02 23:59"},
		{"thirty days to review", at(send, accept, opinion, ask), "petition_review", "30d", "信访工作条例35", "2026-04-02 23:59"},
		{"thirty days to ask for re-review", at(send, accept, opinion, ask, review), "petition_ask_rereview", "30d", "信访工作条例36", "2026-04-02 23:59"},
		{"thirty days to re-review", at(send, accept, opinion, ask, review, again), "petition_rereview", "30d", "信访工作条例36", "2026-04-02 23:59"},
	} {
		t.Run(x.rule, func(t *testing.T) {
			s := petitioned(t)
			x.story(s)
			e := s.explained(x.clock)
			if e.Limit.Within.String() != x.within || e.Limit.Basis != x.basis || !strings.HasPrefix(e.Due.In(chinaTime).Format("2006-01-02 15:04"), x.due) {
				t.Errorf("%s by %s, due %s", e.Limit.Within, e.Limit.Basis, e.Due.In(chinaTime))
			}
			if len(e.Why) < 3 || e.Why[0].Code != "clock.start" || e.Why[len(e.Why)-1].Text("zh") != s.r.Calendar.Due(e.Due).Text("zh") {
				t.Errorf("%+v", e.Why)
			}
			for _, line := range e.Why {
				if line.Code == "clock.set" {
					t.Errorf("reckoned by nothing known: %+v", e.Why)
				}
			}
		})
	}
}

// agreedAndSigned brings a case in mediation to a written agreement in effect, to be performed later.
func (s *story) agreedAndSigned() *story {
	s.do(elder, Agree{Terms: "t", PerformBy: s.at.AddDate(0, 3, 0)})
	for _, party := range s.c.unsigned() {
		s.do(staff, Sign{Role: SignsAsParty, Party: party, Manner: "seal"})
	}
	return s.do(elder, Sign{Role: SignsAsMediator}).do(staff, Sign{Role: SignsAsCommittee, Manner: "seal"}).is(Effective)
}

func TestTheTimeForConfirmationIsARightThatLapses(t *testing.T) {
	s := beginWith(t, rulesFor(yongkang(t)), nil).talked().agreedAndSigned()
	s.wait(21)
	if e := s.c.Events[len(s.c.Events)-1]; e.Kind != "reminded" || e.Data["clock"] != "confirm" {
		t.Fatalf("%+v", e)
	}
	s.tells("clock_reminder to township_staff").tells("clock_reminder to u-elder")
	s.wait(10)
	lapsed, breached := 0, 0
	for _, e := range s.c.Events {
		switch {
		case e.Kind == "confirm_lapsed":
			lapsed++
		case e.Kind == "breached" && e.Data["clock"] == "confirm":
			breached++
		}
	}
	if lapsed != 1 || breached != 0 || s.c.confirmable() {
		t.Errorf("lapsed %d times, breached %d times", lapsed, breached)
	}
	for _, e := range Clocks(s.c, s.r, s.at) {
		if e.Name == ConfirmClock {
			t.Errorf("it still runs: %+v", e)
		}
	}
}

func TestTheTimeForConfirmationRunsOnlyWhereCourtsConfirm(t *testing.T) {
	runs := func(s *story) bool { return s.c.confirmable() }
	status := beginWith(t, rulesFor(yongkang(t)), func(rep *Report) { rep.Channel, rep.Category = "letter", "marriage_family" })
	status.do(staff, Accept{}).talked().agreedAndSigned()
	oral := petitioned(t).talked().do(elder, Agree{Terms: "t", Oral: true, PerformBy: matchNow.AddDate(0, 3, 0)}).is(Effective)
	performed := petitioned(t).talked().agreedAndSigned().do(staff, Perform{})
	pol := *yongkang(t)
	pol.Confirmation = policy.Confirmation{}
	silent := beginWith(t, rulesFor(&pol), func(rep *Report) { rep.Channel = "letter" }).talked().agreedAndSigned()
	for name, s := range map[string]*story{"about status": status, "oral": oral, "performed": performed, "the county says nothing of it": silent} {
		if runs(s) {
			t.Errorf("%s: it runs", name)
		}
	}
}

// TestTheLastDayOfATermIsWhole holds every right of the regulation to the whole of its last day, to the millisecond, whenever it began.
func TestTheLastDayOfATermIsWhole(t *testing.T) {
	sent := func(s *story) { s.step(staff, HandlePetition{Step: StepSend, Unit: "land"}) }
	handled := func(s *story) {
		sent(s)
		s.step(bureau, HandlePetition{Step: StepAccept}).step(bureau, HandlePetition{Step: StepOpinion, Remark: "w"})
	}
	for _, x := range []struct {
		right, begins, last string
		before              func(*story)
		by                  Actor
		cmd                 HandlePetition
	}{
		{"five working days, begun before the office opens", "2026-07-06 08:00:00", "2026-07-13", sent, bureau, HandlePetition{Step: StepObject, Reason: "not_ours"}},
		{"five working days, begun at ten", "2026-07-06 10:00:00", "2026-07-13", sent, bureau, HandlePetition{Step: StepObject, Reason: "not_ours"}},
		{"five working days, begun at night", "2026-07-06 23:30:00", "2026-07-13", sent, bureau, HandlePetition{Step: StepObject, Reason: "not_ours"}},
		{"thirty days to ask for review", "2026-07-06 00:00:01", "2026-08-05", handled, applicant, HandlePetition{Step: StepAskReview}},
		{"thirty days that would end on a Sunday", "2026-07-10 09:00:00", "2026-08-10", handled, applicant, HandlePetition{Step: StepAskReview}},
	} {
		for _, late := range []bool{false, true} {
			s := petitioned(t)
			s.at = chinaAt(t, x.begins)
			x.before(s)
			end := chinaAt(t, x.last+" 23:59:59").Add(999 * time.Millisecond)
			const command = time.Minute // a story's command takes so long
			if late {
				s.at = end.Add(time.Millisecond - command)
				s.refuses(x.by, x.cmd, "petition.late")
				continue
			}
			Tick(s.c, end, s.r)
			s.at = end.Add(-command)
			s.step(x.by, x.cmd)
		}
	}
}

func chinaAt(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation(time.DateTime, s, chinaTime)
	if err != nil {
		t.Fatal(err)
	}
	return at.UTC()
}

func TestReclassifyingGainsNoTime(t *testing.T) {
	s := beginWith(t, rulesFor(yongkang(t)), func(rep *Report) { rep.Channel = "app" }).is(Screened)
	due := s.c.StateClock.Due
	s.at = s.at.Add(20 * time.Hour)
	for _, category := range []string{"medical", "neighbour", "medical"} {
		s.do(staff, Reclassify{Category: category, Severity: 2}).is(Screened)
		if got := s.c.StateClock.Due; !got.Equal(due) {
			t.Fatalf("due %s, was due %s", got, due)
		}
	}
}

// Whatever way round a case comes back to a step, it has no more time left than it had when it went.
func TestNoWayRoundGainsTime(t *testing.T) {
	for _, x := range []struct {
		name, category string
		state          State
		round          func(s *story)
	}{
		{"called something else and so again", "neighbour", Screened, func(s *story) {
			s.do(staff, Reclassify{Category: "expropriation", Severity: 2}).is(Reported)
			s.at = s.at.Add(time.Hour)
			s.do(staff, Reclassify{Category: "neighbour", Severity: 2}).do(staff, Accept{})
		}},
		{"passed on and taken back", "expropriation", Reported, func(s *story) {
			s.do(staff, Transfer{Unit: "land", Reason: "r"}).do(staff, TakeBack{})
		}},
	} {
		s := beginWith(t, rulesFor(yongkang(t)), func(rep *Report) { rep.Channel, rep.Category = "app", x.category }).is(x.state)
		for n := range 6 {
			s.at = s.at.Add(time.Hour)
			left := s.c.StateClock.Due.Sub(s.at)
			x.round(s)
			if got := s.is(x.state).c.StateClock.Due.Sub(s.at); got > left || got <= 0 {
				t.Fatalf("%s, round %d: %s are left, of %s before", x.name, n, got, left)
			}
		}
	}
}
