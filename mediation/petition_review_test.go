package mediation

import "testing"

func TestNobodyConcludesAPetitionByThemselves(t *testing.T) {
	review := HandlePetition{Step: StepReview, Unit: "永康市人民政府", Remark: "w"}
	rereview := HandlePetition{Step: StepRereview, Unit: "金华市人民政府", Remark: "w"}
	s := petitioned(t).step(staff, HandlePetition{Step: StepSend, Unit: "land"}).step(above, HandlePetition{Step: StepAccept})
	s.refuses(above, HandlePetition{Step: StepOpinion, Unit: "police", Remark: "w"}, "unknown_value")
	s.step(above, HandlePetition{Step: StepOpinion, Remark: "w"}) // in the unit's place
	if papers := s.c.Petition.Papers; papers[len(papers)-1].Unit != "land" {
		t.Errorf("whose opinion it is is not on record: %+v", papers)
	}
	s.refuses(staff, HandlePetition{Step: StepAskReview, Behalf: Behalf{Party: "p1"}}, "required")
	s.step(staff, HandlePetition{Step: StepAskReview, Behalf: Behalf{Party: "p1", Manner: "written"}, Remark: "来信申请复查"})
	s.refuses(staff, review, "petition.role")       // a township
	s.refuses(above, review, "petition.own_answer") // who recorded the opinion
	s.refuses(higher, HandlePetition{Step: StepReview, Unit: "随便", Remark: "w"}, "unknown_value")
	s.refuses(higher, HandlePetition{Step: StepReview, Unit: "金华市人民政府", Remark: "w"}, "unknown_value") // two levels above
	s.step(higher, review).step(applicant, HandlePetition{Step: StepAskRereview})
	s.refuses(higher, rereview, "petition.own_answer")
	s.refuses(above, rereview, "petition.own_answer")
	third := Actor{ID: "u-third", Role: CountyStaff, Area: "33.01.11"}
	s.refuses(third, HandlePetition{Step: StepRereview, Unit: "永康市人民政府", Remark: "w"}, "petition.own_review")
	s.step(third, rereview).stands(PetitionConcluded, "")
}

func TestATransferTakesThePetitionAlong(t *testing.T) {
	police := Actor{ID: "u-police", Role: UnitStaff, Unit: "police", Area: "33.01.11"}
	s := petitioned(t).step(staff, HandlePetition{Step: StepSend, Unit: "land"}).step(bureau, HandlePetition{Step: StepAccept})
	due := s.c.Petition.Clock.Due
	s.do(staff, Transfer{Unit: "police", Reason: "r"}).tells("case_progress to land").tells("case_transferred to police")
	if p := s.c.Petition; p.Unit != "police" || !p.Clock.Due.Equal(due) || MayCase(bureau, CaseRead, s.c) || !MayCase(police, CaseRead, s.c) {
		t.Errorf("%+v", p)
	}
	s.do(staff, TakeBack{}).is(Reported)
	if !MayCase(police, CaseRead, s.c) {
		t.Error("who owes the opinion does not see the case")
	}
	s.step(police, HandlePetition{Step: StepOpinion, Remark: "w"}).step(applicant, HandlePetition{Step: StepAskReview})
	s.refuses(above, HandlePetition{Step: StepReview, Unit: "police", Remark: "w"}, "petition.own_review")
}
