package mediation

import (
	"slices"
	"testing"
)

// answered is a petition that the unit land has answered.
func answered(t *testing.T) *story {
	s := petitioned(t)
	return s.step(staff, HandlePetition{Step: StepSend, Unit: "land"}).step(bureau, HandlePetition{Step: StepAccept}).step(bureau, HandlePetition{Step: StepOpinion, Remark: "处理意见书"})
}

func TestNobodyWhomItConcernsSpeaksForThePetitioner(t *testing.T) {
	yes := true
	clerk := Actor{ID: "u-clerk", Role: CountyStaff, Unit: "land", Area: "33.01.11"}
	said := Behalf{Party: "p1", Manner: "phone"}
	for _, own := range []HandlePetition{{Step: StepWithdraw}, {Step: StepRate, Rating: Rating{Unit: &yes, Office: &yes}}, {Step: StepAskReview}} {
		s := answered(t)
		with := func(b Behalf, remark, evidence string) HandlePetition {
			cmd := own
			cmd.Behalf, cmd.Remark, cmd.Evidence = b, remark, evidence
			return cmd
		}
		for _, by := range []Actor{bureau, clerk} {
			code := "petition.concerned"
			if by.Role == UnitStaff {
				code = "petition.role" // serving its paper alone is the unit's now
			}
			s.refuses(by, with(said, "he said so", ""), code)
		}
		if slices.Contains(s.c.PetitionSteps(bureau), own.Step) {
			t.Errorf("the unit is offered %s", own.Step)
		}
		s.refuses(staff, with(Behalf{Party: "p1"}, "he said so", ""), "required")
		s.refuses(staff, with(Behalf{Party: "p1", Manner: "dream"}, "he said so", ""), "unknown_value")
		s.refuses(staff, with(said, "", ""), "petition.evidence")
		s.refuses(staff, with(Behalf{Party: "p2", Manner: "phone"}, "he said so", ""), "petition.petitioner")
		s.do(staff, with(said, "", "photo-1"))
		paper := s.c.Petition.Papers[len(s.c.Petition.Papers)-1]
		if paper.Party != "p1" || paper.Manner != "phone" || s.c.Events[len(s.c.Events)-1].Data["photo1"] != "photo-1" {
			t.Errorf("%s: the petitioner reads %+v", own.Step, paper)
		}
	}
	s := answered(t)
	s.step(applicant, HandlePetition{Step: StepAskReview}).step(higher, HandlePetition{Step: StepReview, Unit: "永康市人民政府", Remark: "复查意见书"})
	reviewer := Actor{ID: "u-review", Role: CountyStaff, Unit: "永康市人民政府", Area: "33.01.11"}
	s.refuses(reviewer, HandlePetition{Step: StepWithdraw, Behalf: said, Remark: "he said so"}, "petition.concerned")
}

func TestThePetitionerDisownsWhatWasRecordedForThem(t *testing.T) {
	yes, no := true, false
	said := Behalf{Party: "p1", Manner: "spoken"}
	s := answered(t)
	due := s.c.Petition.Clock.Due
	s.refuses(applicant, HandlePetition{Step: StepDisown}, "petition.step")
	s.step(staff, HandlePetition{Step: StepWithdraw, Behalf: said, Remark: "he said so"}).stands(PetitionWithdrawn, "")
	s.refuses(staff, HandlePetition{Step: StepDisown}, "need.petition")
	s.at = s.at.AddDate(0, 0, 10)
	if !slices.Contains(s.c.PetitionSteps(applicant), StepDisown) {
		t.Errorf("by their link they may only %q", s.c.PetitionSteps(applicant))
	}
	s.step(applicant, HandlePetition{Step: StepDisown, Remark: "I never did"})
	if p := s.c.Petition; p.State != PetitionHandled || p.Clock.Due.Before(due.AddDate(0, 0, 9)) || len(p.Left) > 0 {
		t.Fatalf("the petition is %s, due %v: it was due %v before it was withdrawn in their name for ten days", p.State, p.Clock.Due, due)
	}
	s.tells("party_refused to " + string(Supervisor))
	s.step(applicant, HandlePetition{Step: StepRate, Rating: Rating{Unit: &no}})
	s.step(staff, HandlePetition{Step: StepRate, Behalf: said, Remark: "he said so", Rating: Rating{Unit: &yes}})
	if got := s.c.Petition.Rating.Unit; got == nil || !*got {
		t.Fatal("what was recorded is not there")
	}
	s.step(applicant, HandlePetition{Step: StepDisown})
	if got := s.c.Petition.Rating.Unit; got == nil || *got {
		t.Error("their own word has not come back")
	}
}
