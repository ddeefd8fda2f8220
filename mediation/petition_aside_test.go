package mediation

import (
	"strings"
	"testing"
	"time"

	"fengqiao/mediation/policy"
)

// above is who deals with an accusation: the district, where the township's staff do not see it.
var above = Actor{ID: "u-county", Role: CountyStaff, Area: "33.01.11"}

// higher is another at the county, who records what a third organ says.
var higher = Actor{ID: "u-higher", Role: CountyStaff, Area: "33.01.11"}

func (s *story) turn(category string) *story {
	return s.do(above, Reclassify{Category: category, Severity: 2})
}

// clockNames are the names of the running petition clocks that the case explains, each with its norm.
func (s *story) petitionNorms() string {
	var names []string
	for _, e := range Clocks(s.c, s.r, s.at) {
		if _, ok := petitionClockTexts[e.Name]; ok {
			names = append(names, string(e.Name)+" "+e.Limit.Basis)
		}
	}
	return strings.Join(names, ", ")
}

func TestAPetitionThatTurnsOutToBeAnAccusationLeavesTheCourse(t *testing.T) {
	s := petitioned(t).wait(1).step(staff, HandlePetition{Step: StepSend, Unit: "land"})
	s.c.Reporters = []string{"u-walker"}
	s.turn("accusation").stands(PetitionAccused, "")
	last := s.c.Events[len(s.c.Events)-1]
	if last.Kind != string(CmdReclassify) || last.Data["petition"] != string(PetitionAccused) || s.petitionNorms() != "" {
		t.Errorf("%+v, clocks %q", last, s.petitionNorms())
	}
	if s.c.Unit != "" || !s.c.Accusation || MayCase(staff, Action(CmdPetition), s.c) || MayCase(bureau, Action(CmdPetition), s.c) {
		t.Error("whoever had the petition still has it")
	}
	for _, n := range s.c.Unsent[len(s.c.Unsent)-2:] {
		if n.To.Role == TownshipStaff || n.To.Unit != "" {
			t.Errorf("an accusation is told to %+v", n.To)
		}
	}
	s.tells("case_progress to u-walker")
	if papers := s.c.Petition.Papers; papers[len(papers)-1].Step != StepAside {
		t.Errorf("the petitioner reads nothing of it: %+v", papers)
	}
	s.refuses(above, HandlePetition{Step: StepAccept}, "need.petition")
	s.wait(100).stands(PetitionAccused, "") // nothing is owed by this course
	for _, e := range s.c.Events {
		if strings.HasPrefix(e.Data["clock"], "petition") {
			t.Errorf("%+v", e)
		}
	}
}

func TestWhatTurnsOutToBeNoAccusationGoesOnWhereItWas(t *testing.T) {
	s := petitioned(t).wait(1).step(staff, HandlePetition{Step: StepSend, Unit: "land"}).stands(PetitionSent, "2026-03-19 23:59")
	object := s.c.Petition.Object.Due
	s.turn("accusation").wait(5).turn("neighbour").stands(PetitionSent, "2026-03-19 23:59") // the unit's duty ran on
	if s.c.Unit != "land" || s.c.Accusation || s.petitionNorms() != "petition_tell 信访工作条例23, petition_object 信访工作条例23" {
		t.Errorf("it lies with %q; %s", s.c.Unit, s.petitionNorms())
	}
	if got := s.c.Petition.Object.Due; !got.After(object) {
		t.Errorf("the unit could not object for five days and may until %s, as before", got)
	}
	for _, e := range Clocks(s.c, s.r, s.at) {
		for _, line := range e.Why {
			if line.Code == "clock.set" {
				t.Errorf("%s: reckoned by nothing known: %+v", e.Name, e.Why)
			}
		}
	}
	s.tells("case_transferred to land").tells("case_opened to township_staff")
	s.step(bureau, HandlePetition{Step: StepAccept})
	s.step(bureau, HandlePetition{Step: StepOpinion, Remark: "w"}).stands(PetitionHandled, "2026-04-08 23:59")
	s.turn("accusation").wait(40).turn("neighbour").stands(PetitionHandled, "2026-05-18 23:59") // forty days in which nobody could ask
}

func TestAnAccusationThatTurnsOutToBeAPetitionBeginsTheCourse(t *testing.T) {
	r := rulesFor(yongkang(t))
	accused := func(channel string) *story {
		return beginWith(t, r, func(rep *Report) { rep.Channel, rep.Category, rep.Raised = channel, "accusation", "33.01.11" })
	}
	s := accused("letter").wait(3).turn("neighbour").stands(PetitionRegistered, "2026-03-18 23:59") // 15 days since it came (22)
	if s.petitionNorms() != "petition_transfer 信访工作条例22" || s.c.Petition.Papers[0].Step != StepTakeUp {
		t.Errorf("%s: %+v", s.petitionNorms(), s.c.Petition)
	}
	if e := s.c.Events[len(s.c.Events)-1]; e.Data["petition"] != "registered" || e.Data["due"] == "" {
		t.Errorf("%+v", e)
	}
	s.step(staff, HandlePetition{Step: StepSend, Unit: "land"})
	if s := accused("app").wait(3).turn("neighbour"); s.c.Petition != nil {
		t.Error("what came by the app is a petition")
	}
	s = accused("app")
	rep := storyReport("r2", "letter")
	rep.Received = s.at.AddDate(0, 0, 2)
	Adopt(s.c, &rep, nil, "by_person", above, rep.Received, s.r)
	s.at = s.at.AddDate(0, 0, 4)
	s.turn("neighbour").stands(PetitionRegistered, "2026-03-20 23:59") // since the letter came
	s = accused("letter")
	s.c.Petitioned = time.Time{} // as an older release stored it
	s.turn("neighbour").stands(PetitionRegistered, "2026-03-18 23:59")
	if Keeps(accused("letter").turn("neighbour").turn("accusation").c, r.Policy, fuyang(t)) == "" {
		t.Error("a policy without petitions takes a course that may go on")
	}
}

func storyReport(id, channel string) Report {
	return Report{ID: id, Channel: channel, Category: "accusation", Severity: 1, Reporter: "u-walker"}
}

// answeredAtOnce is a petition under Yongkang's rules with what is settled on receipt, and without its closed loop.
func answeredAtOnce(t testing.TB) *story {
	pol := *yongkang(t)
	pol.Loop = policy.Loop{}
	pol.Intake.OnReceipt = policy.OnReceipt{Within: policy.Span{WorkingDays: 2}, MaxSeverity: 2}
	return beginWith(t, rulesFor(&pol), func(rep *Report) { rep.Channel, rep.Category, rep.Severity = "letter", "labour", 2 })
}

func TestAPetitionThatIsSettledOnReceiptIsAnsweredAndMayBeReviewed(t *testing.T) {
	for _, x := range []struct {
		situation, steps string
		before           func(*story)
	}{
		{"registered", "accept opinion", func(*story) {}},
		{"passed on", "send accept opinion", func(s *story) { s.step(staff, HandlePetition{Step: StepSend, Unit: "land"}) }},
		{"accepted", "send accept opinion", func(s *story) {
			s.step(staff, HandlePetition{Step: StepSend, Unit: "land"}).step(bureau, HandlePetition{Step: StepAccept})
		}},
	} {
		t.Run(x.situation, func(t *testing.T) {
			s := answeredAtOnce(t)
			x.before(s)
			s.do(staff, SettleAtOnce{Answer: "欠薪已当场结清"}).is(Closed).stands(PetitionHandled, "2026-04-02 23:59") // 30 days to ask for review (35)
			var steps []string
			for _, p := range s.c.Petition.Papers {
				steps = append(steps, string(p.Step))
			}
			last := s.c.Petition.Papers[len(s.c.Petition.Papers)-1]
			if strings.Join(steps, " ") != x.steps || string(last.Words.Box) != "欠薪已当场结清" || s.petitionNorms() != "petition_ask_review 信访工作条例35" {
				t.Errorf("%v, %+v; %s", steps, last, s.petitionNorms())
			}
			if e := s.c.Events[len(s.c.Events)-1]; e.Kind != string(CmdSettleAtOnce) || e.Data["petition"] != "handled" || e.Data["due"] == "" {
				t.Errorf("%+v", e)
			}
			s.step(applicant, HandlePetition{Step: StepAskReview, Remark: "不服"}).stands(PetitionReviewing, "2026-04-02 23:59")
			review := HandlePetition{Step: StepReview, Unit: "永康市人民政府", Remark: "复查意见书"}
			if s.c.Petition.Unit == "" {
				s.refuses(staff, review, "petition.role")
			} else {
				s.refuses(above, HandlePetition{Step: StepReview, Unit: "land", Remark: "w"}, "petition.own_review")
			}
			s.step(above, review)
		})
	}
}

func TestWhatIsSettledOnReceiptLeavesAPetitionThatHasItsOpinionAlone(t *testing.T) {
	s := answeredAtOnce(t)
	s.step(staff, HandlePetition{Step: StepSend, Unit: "land"}).step(bureau, HandlePetition{Step: StepAccept}).step(bureau, HandlePetition{Step: StepOpinion, Remark: "w"})
	s.do(staff, SettleAtOnce{Answer: "a"}).is(Closed).stands(PetitionHandled, "2026-04-02 23:59")
	if n := len(s.c.Petition.Papers); n != 3 {
		t.Errorf("%d papers", n)
	}
	s = answeredAtOnce(t)
	s.c.Petition.Back = &Back{Concluded: "c0"}
	s.refuses(staff, SettleAtOnce{Answer: "a"}, "need.on_receipt") // somebody must judge the facts first
	s = answeredAtOnce(t)
	lead := Actor{ID: "u-lead", Role: GridLeader, Area: matchCell.Parent()}
	s.refuses(lead, SettleAtOnce{Answer: "a"}, "need.on_receipt") // the opinion is an organ's
}
