package mediation

import (
	"os"
	"strings"
	"testing"
	"time"

	"fengqiao/mediation/policy"

	"pgregory.net/rapid"
)

const yongkangPolicy = "../fixtures/policies/yongkang.yaml"

func yongkang(t testing.TB) *policy.Policy {
	t.Helper()
	src, err := os.ReadFile(yongkangPolicy)
	if err != nil {
		t.Fatal(err)
	}
	p, err := policy.Load(yongkangPolicy, src, PolicyVocabulary())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// petitioned is a letter of ten in the morning of 3 March 2026.
func petitioned(t testing.TB) *story {
	return beginWith(t, rulesFor(yongkang(t)), func(rep *Report) { rep.Channel = "letter" })
}

// bureau is the unit that handles it.
var bureau = Actor{ID: "u-bureau", Role: UnitStaff, Unit: "land", Area: "33.01.11"}

func (s *story) step(by Actor, cmd HandlePetition) *story { return s.do(by, cmd) }

// stands holds the petition to a state and to when its clock ends, Beijing time.
func (s *story) stands(want PetitionState, due string) *story {
	s.t.Helper()
	got := ""
	if k := s.c.Petition.Clock; !k.Due.IsZero() {
		got = k.Due.In(chinaTime).Format("2006-01-02 15:04")
	}
	if s.c.Petition.State != want || got != due {
		s.t.Fatalf("the petition is %s, due %q; want %s, %q", s.c.Petition.State, got, want, due)
	}
	return s
}

// wait lets days pass and the sweep come by.
func (s *story) wait(days int) *story {
	s.at = s.at.AddDate(0, 0, days)
	Tick(s.c, s.at, s.r)
	return s
}

func TestAPetitionTakesTheRegulationsCourse(t *testing.T) {
	s := petitioned(t)
	s.stands(PetitionRegistered, "2026-03-18 23:59") // 15 days (22)
	s.wait(1).step(staff, HandlePetition{Step: StepSend, Unit: "land"}).stands(PetitionSent, "2026-03-19 23:59")
	s.wait(1).step(bureau, HandlePetition{Step: StepAccept, Remark: "受理告知书"}).stands(PetitionAccepted, "2026-05-06 23:59") // 60 days end in the holiday
	s.wait(10).step(bureau, HandlePetition{Step: StepExtend, Days: 30, Approver: "局长", Reason: "complex"}).stands(PetitionAccepted, "2026-06-03 23:59")
	s.wait(10).step(bureau, HandlePetition{Step: StepOpinion, Remark: "处理意见书"}).stands(PetitionHandled, "2026-04-24 23:59")
	s.wait(3).step(applicant, HandlePetition{Step: StepAskReview, Remark: "不服"}).stands(PetitionReviewing, "2026-04-27 23:59")
	s.wait(3).step(above, HandlePetition{Step: StepReview, Unit: "永康市人民政府", Remark: "复查意见书"}).stands(PetitionReviewed, "2026-04-30 23:59")
	s.wait(3).step(applicant, HandlePetition{Step: StepAskRereview, Remark: "不服"}).stands(PetitionRereviewing, "2026-05-06 23:59")
	s.wait(2).step(above, HandlePetition{Step: StepHearing})
	s.wait(10).step(above, HandlePetition{Step: StepHeard, Remark: "听证笔录"}).stands(PetitionRereviewing, "2026-05-13 23:59") // the ten days of the hearing are left out (36) of 30 that would have ended on 3 May
	s.wait(1).step(higher, HandlePetition{Step: StepRereview, Unit: "金华市人民政府", Remark: "复核意见书"}).stands(PetitionConcluded, "")
	if n := len(s.c.Petition.Papers); n != 10 || s.c.Petition.Papers[2].Days != 30 || s.c.Petition.Papers[2].Approver.Empty() {
		t.Errorf("%d papers: %+v", n, s.c.Petition.Papers)
	}
	if i := VerifyChain(nil, 1, s.c.Events); i >= 0 {
		t.Errorf("the chain breaks at event %d", i+1)
	}
}

func TestWhatAPetitionsCourseDoesNotAllow(t *testing.T) {
	accepted := func(s *story) {
		s.step(staff, HandlePetition{Step: StepSend, Unit: "land"}).step(bureau, HandlePetition{Step: StepAccept})
	}
	handled := func(s *story) { accepted(s); s.step(bureau, HandlePetition{Step: StepOpinion, Remark: "w"}) }
	reviewing := func(s *story) { handled(s); s.step(applicant, HandlePetition{Step: StepAskReview}) }
	for _, x := range []struct {
		situation string
		before    func(*story)
		by        Actor
		cmd       HandlePetition
		code      string
	}{
		{"an opinion before it was accepted", nil, staff, HandlePetition{Step: StepOpinion, Remark: "w"}, "petition.step"},
		{"a transfer to nobody", nil, staff, HandlePetition{Step: StepSend}, "required"},
		{"a unit passes on what is the office's to pass on", func(s *story) { s.c.Unit = "land" }, bureau, HandlePetition{Step: StepSend, Unit: "land"}, "need.petition"},
		{"an objection without a reason", func(s *story) { s.step(staff, HandlePetition{Step: StepSend, Unit: "land"}) }, bureau, HandlePetition{Step: StepObject}, "required"},
		{"an objection after five working days", func(s *story) { s.step(staff, HandlePetition{Step: StepSend, Unit: "land"}).wait(8) }, bureau, HandlePetition{Step: StepObject, Reason: "not_ours"}, "petition.late"},
		{"turned away without the lawful road", nil, staff, HandlePetition{Step: StepRefuse, Reason: "not_ours"}, "required"},
		{"an extension of 31 days", accepted, bureau, HandlePetition{Step: StepExtend, Days: 31, Approver: "a", Reason: "r"}, "out_of_range"},
		{"an extension that nobody approved", accepted, bureau, HandlePetition{Step: StepExtend, Days: 30, Reason: "r"}, "required"},
		{"an extension without a reason", accepted, bureau, HandlePetition{Step: StepExtend, Days: 30, Approver: "a"}, "required"},
		{"a second extension", func(s *story) {
			accepted(s)
			s.step(bureau, HandlePetition{Step: StepExtend, Days: 5, Approver: "a", Reason: "r"})
		}, bureau, HandlePetition{Step: StepExtend, Days: 5, Approver: "a", Reason: "r"}, "petition.extended"},
		{"an extension when the time is over", func(s *story) { accepted(s); s.wait(70) }, bureau, HandlePetition{Step: StepExtend, Days: 5, Approver: "a", Reason: "r"}, "petition.late"},
		{"an opinion that says nothing", accepted, bureau, HandlePetition{Step: StepOpinion}, "required"},
		{"the other side asks for review", handled, opponent, HandlePetition{Step: StepAskReview}, "need.petition"},
		{"review is asked for on the 31st day, before any sweep", func(s *story) { handled(s); s.at = s.at.AddDate(0, 0, 31) }, applicant, HandlePetition{Step: StepAskReview}, "petition.late"},
		{"a unit reviews its own opinion", reviewing, above, HandlePetition{Step: StepReview, Unit: "land", Remark: "w"}, "petition.own_review"},
		{"the petitioner issues the review", reviewing, applicant, HandlePetition{Step: StepReview, Unit: "x", Remark: "w"}, "petition.role"},
		{"whoever reviewed reviews again", func(s *story) {
			reviewing(s)
			s.step(above, HandlePetition{Step: StepReview, Unit: "永康市人民政府", Remark: "w"}).step(applicant, HandlePetition{Step: StepAskRereview})
		}, higher, HandlePetition{Step: StepRereview, Unit: "永康市人民政府", Remark: "w"}, "petition.own_review"},
	} {
		t.Run(x.situation, func(t *testing.T) {
			s := petitioned(t)
			if x.before != nil {
				x.before(s)
			}
			s.refuses(x.by, x.cmd, x.code)
		})
	}
}

func TestAnObjectionGivesTheTransferBackToTheOffice(t *testing.T) {
	s := petitioned(t).wait(3).step(staff, HandlePetition{Step: StepSend, Unit: "land"})
	s.wait(2).step(bureau, HandlePetition{Step: StepObject, Reason: "not_ours"}).stands(PetitionRegistered, "2026-03-18 23:59") // 15 days since it came (22), whoever had it meanwhile
	if s.c.Unit != "" || s.c.Petition.Unit != "" {
		t.Error("the unit keeps it")
	}
	s.step(staff, HandlePetition{Step: StepSend, Unit: "housing"}).stands(PetitionSent, "2026-03-23 23:59")
}

func TestWhatIsOwedIsRemindedOfAndBreachedAndARightLapses(t *testing.T) {
	s := petitioned(t)
	s.wait(13) // three days before
	if e := s.c.Events[len(s.c.Events)-1]; e.Kind != "reminded" || e.Data["clock"] != "petition_transfer" {
		t.Fatalf("%+v", e)
	}
	s.wait(3)
	found := false
	for _, e := range s.c.Events {
		found = found || e.Kind == "breached" && e.Data["clock"] == "petition_transfer"
	}
	if sum := s.c.Summarise(); !found || !sum.Breached || sum.Petition != PetitionRegistered {
		t.Fatalf("%+v", s.c.Events[len(s.c.Events)-1])
	}
	s.step(staff, HandlePetition{Step: StepSend, Unit: "land"}).step(bureau, HandlePetition{Step: StepAccept}).step(bureau, HandlePetition{Step: StepOpinion, Remark: "w"})
	s.wait(40).stands(PetitionLapsed, "")
	if e := s.c.Events[len(s.c.Events)-1]; e.Kind != "petition_lapsed" && e.Kind != "breached" {
		t.Errorf("%+v", e)
	}
}

// The mediation may be over while a remedy runs; and what ended stays on the sweep's list for the petition's sake.
func TestAPetitionsRemediesOutliveTheMediation(t *testing.T) {
	s := petitioned(t).step(staff, HandlePetition{Step: StepSend, Unit: "land"}).step(bureau, HandlePetition{Step: StepAccept}).step(bureau, HandlePetition{Step: StepOpinion, Remark: "w"})
	s.do(staff, Refuse{Route: "court", Reason: "not_ours"}).is(NotAccepted)
	if s.c.NextDue.IsZero() || s.c.Expired(policy.Retention{CaseDays: 1}, s.at.AddDate(1, 0, 0)) {
		t.Fatal("nobody looks at it any more")
	}
	s.step(applicant, HandlePetition{Step: StepAskReview})
	s.wait(29)
	if e := s.c.Events[len(s.c.Events)-1]; e.Kind != "reminded" {
		t.Errorf("%+v", e)
	}
	s.step(staff, HandlePetition{Step: StepWithdraw, Behalf: Behalf{Party: "p1", Manner: "spoken"}, Remark: "he said so"}).stands(PetitionWithdrawn, "")
	s.c.Chores = nil // the words still to be indexed
	if s.c.schedule(s.r); !s.c.NextDue.IsZero() {
		t.Errorf("due %v", s.c.NextDue)
	}
}

func TestOnlyLettersVisitsAndTheNetArePetitionsAndNoAccusationIs(t *testing.T) {
	r := rulesFor(yongkang(t))
	for channel, want := range map[string]bool{"letter": true, "visit": true, "net": true, "app": false, "110": false} {
		s := beginWith(t, r, func(rep *Report) { rep.Channel = channel })
		if got := s.c.Petition != nil; got != want {
			t.Errorf("%s: a petition: %v", channel, got)
		}
	}
	if s := beginWith(t, r, func(rep *Report) { rep.Channel, rep.Category, rep.Raised = "letter", "accusation", "33.01.11" }); s.c.Petition != nil {
		t.Error("an accusation is a petition")
	}
}

func TestAPetitionsClocksNameTheArticleAndSayWhy(t *testing.T) {
	s := petitioned(t).step(staff, HandlePetition{Step: StepSend, Unit: "land"})
	clocks := Clocks(s.c, s.r, s.at)
	tell, object := clocks[len(clocks)-2], clocks[len(clocks)-1]
	if tell.Name != "petition_tell" || tell.Limit.Basis != "信访工作条例23" || len(tell.Why) == 0 || object.Name != "petition_object" || object.Due.In(chinaTime).Format(time.DateOnly) != "2026-03-10" {
		t.Errorf("%+v", clocks)
	}
	s.step(bureau, HandlePetition{Step: StepAccept}).step(bureau, HandlePetition{Step: StepExtend, Days: 10, Approver: "a", Reason: "r"})
	clocks = Clocks(s.c, s.r, s.at)
	last := clocks[len(clocks)-1]
	if last.Limit.Within.String() != "70d" || !strings.Contains(last.Limit.Basis, "延长10日") || last.Why[len(last.Why)-1].Text("zh") != s.r.Calendar.Due(last.Due).Text("zh") {
		t.Errorf("%+v", last)
	}
	for _, line := range last.Why {
		if line.Code == "clock.set" {
			t.Errorf("reckoned by nothing known: %+v", last.Why)
		}
	}
}

// plausibleStep is one of the steps of the case's petition that the actor may take, with what it asks for.
func plausibleStep(c *Case, by Actor, behalf Behalf) Command {
	cmd := HandlePetition{Step: StepSend, Unit: "住建局", Route: "court", Days: 20, Approver: "a", Reason: "r", Remark: "w", Behalf: behalf, Verdict: []string{SameFacts, NewFacts}[len(c.Events)%2], Rating: Rating{Unit: new(bool)}}
	if steps := c.PetitionSteps(by); len(steps) > 0 {
		cmd.Step = steps[len(c.Events)%len(steps)]
	}
	if cmd.Step == StepReview || cmd.Step == StepRereview {
		cmd.Unit = string(cmd.Step)
	}
	return cmd
}

// The mediation may fail while a review is open; nobody is led out of the case before it is over. The time to ask for one holds nothing up: the remedy outlives the case.
func TestNobodyExitsOrClosesWhileAReviewIsOpen(t *testing.T) {
	exit := Exit{Route: "court", Reason: "no_basis"}
	at := func(state PetitionState) *story {
		s := rereviewing(t).do(staff, Terminate{Reason: "r"}).is(Failed)
		s.c.Petition.State = state
		return s
	}
	for _, state := range []PetitionState{PetitionReviewing, PetitionRereviewing} {
		at(state).refuses(staff, exit, "need.no_review")
	}
	for _, state := range []PetitionState{PetitionHandled, PetitionReviewed, PetitionConcluded, PetitionLapsed, PetitionWithdrawn} {
		at(state).do(staff, exit).is(Exited)
	}
	s := at(PetitionReviewing)
	s.c.Petition.State, s.c.Petition.Aside.State = PetitionAccused, PetitionReviewing
	s.refuses(staff, exit, "need.no_review")
	for _, name := range []CommandName{CmdClose, CmdFinish, CmdExit, CmdSettleAtOnce} {
		if rule, _ := RuleOf(name); !has(rule.Needs, NeedNoReview) {
			t.Errorf("%s does not ask for it", name)
		}
	}
}

// Passing on and objecting gain no day: what the office owes is owed since the petition came, and the petitioner is told within both limits together.
func TestPassingOnAndObjectingGainNoDay(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := petitioned(t)
		units := []string{"land", "housing", "water"}
		receipt := s.c.Petition.Clock.Since
		fifteen := policy.Span{Days: 15}
		transfer := s.r.after(receipt, fifteen)
		first := s.at.AddDate(0, 0, rapid.IntRange(0, 20).Draw(rt, "wait"))
		s.at = first
		most := s.r.after(transfer, fifteen)
		if late := s.r.after(first.Add(time.Minute), fifteen); late.After(most) {
			most = late
		}
		for i := range rapid.IntRange(1, 12).Draw(rt, "rounds") {
			unit := rapid.SampledFrom(units).Draw(rt, "unit")
			s.step(staff, HandlePetition{Step: StepSend, Unit: unit})
			if due := s.c.Petition.Clock.Due; due.After(most) {
				rt.Fatalf("round %d: to be told by %s, later than %s", i, due, most)
			}
			s.wait(rapid.IntRange(0, 4).Draw(rt, "days"))
			if s.try(Actor{ID: "u-" + unit, Role: UnitStaff, Unit: unit, Area: "33.01.11"}, HandlePetition{Step: StepObject, Reason: "not_ours"}) != nil {
				return // it has had its time to object
			}
			if due := s.c.Petition.Clock.Due; !due.Equal(transfer) {
				rt.Fatalf("round %d: to be passed on by %s, not %s", i, due, transfer)
			}
			s.wait(rapid.IntRange(0, 4).Draw(rt, "days"))
		}
	})
}
