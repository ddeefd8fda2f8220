package mediation

import (
	"slices"
	"testing"
)

// district is somebody of the county's office, and another is their colleague.
var (
	district  = Actor{ID: "u-district", Role: CountyStaff, Area: "33.01.11"}
	colleague = Actor{ID: "u-colleague", Role: CountyStaff, Area: "33.01.11"}
)

// cameBack is a letter about what was concluded by law in case c0.
func cameBack(t testing.TB) *story {
	s := petitioned(t)
	s.c.Petition.Back = &Back{Concluded: "c0"}
	return s
}

func same(why string) HandlePetition {
	return HandlePetition{Step: StepJudge, Verdict: SameFacts, Remark: why}
}

func TestWhatWasConcludedByLawAndComesBackIsJudgedFirst(t *testing.T) {
	s := cameBack(t)
	s.refuses(staff, HandlePetition{Step: StepSend, Unit: "land"}, "petition.step")
	s.refuses(staff, HandlePetition{Step: StepRefuse, Route: "court", Reason: "concluded"}, "petition.step")
	s.refuses(staff, HandlePetition{Step: StepJudge, Verdict: "perhaps", Remark: "w"}, "unknown_value")
	s.refuses(staff, same(""), "required")
	s.refuses(applicant, same("w"), "petition.role")
	s.c.Area = "33.01.11.002" // it lay elsewhere
	s.step(district, same("the same letter")).stands(PetitionExplaining, "2026-03-18 23:59")
	if s.c.Area != "33.01.11.001" || s.c.Petition.Back.By != district.ID {
		t.Errorf("it lies in %s, judged by %s", s.c.Area, s.c.Petition.Back.By)
	}
	if e := s.c.Events[len(s.c.Events)-1]; e.Data["verdict"] != SameFacts || e.Data["concluded"] != "c0" || e.Words.Empty() {
		t.Errorf("%+v", e)
	}
	s.refuses(staff, HandlePetition{Step: StepExplain}, "required")
	s.step(staff, HandlePetition{Step: StepExplain, Remark: "w"}).stands(PetitionExplained, "")
}

func TestNewFactsGoToIntakeLikeAnyPetition(t *testing.T) {
	s := cameBack(t)
	before := s.c.Petition.Clock
	s.step(staff, HandlePetition{Step: StepJudge, Verdict: NewFacts, Remark: "w"}).stands(PetitionRegistered, "2026-03-18 23:59")
	if !s.c.Petition.Clock.Since.Equal(before.Since) {
		t.Error("the clock began anew")
	}
	s.step(staff, HandlePetition{Step: StepSend, Unit: "land"}).stands(PetitionSent, "2026-03-18 23:59")
	s.refuses(applicant, HandlePetition{Step: StepContest}, "petition.step")
}

func TestAVerdictMayBeContestedOnceAndIsThenAnothers(t *testing.T) {
	for _, explained := range []bool{false, true} {
		s := cameBack(t).step(district, same("w"))
		if explained {
			s.step(staff, HandlePetition{Step: StepExplain, Remark: "w"})
		}
		s.refuses(opponent, HandlePetition{Step: StepContest}, "need.petition")
		s.step(applicant, HandlePetition{Step: StepContest, Remark: "there is a new storey"})
		s.refuses(district, same("w"), "petition.same_judge")
		s.refuses(staff, same("w"), "petition.same_judge")
		s.step(colleague, same("w"))
		if steps := s.c.PetitionSteps(applicant); slices.Contains(steps, StepContest) || s.c.Petition.State != PetitionExplaining {
			t.Errorf("a second objection: %v in %s", steps, s.c.Petition.State)
		}
	}
}

func TestTheUnitAndThePetitionOfficeAreRatedApart(t *testing.T) {
	yes, no := true, false
	s := petitioned(t).step(staff, HandlePetition{Step: StepSend, Unit: "land"}).step(bureau, HandlePetition{Step: StepAccept})
	s.refuses(applicant, HandlePetition{Step: StepRate, Rating: Rating{Unit: &yes}}, "petition.step") // nothing is answered yet
	s.step(bureau, HandlePetition{Step: StepOpinion, Remark: "w"})
	s.refuses(applicant, HandlePetition{Step: StepRate}, "required")
	s.refuses(opponent, HandlePetition{Step: StepRate, Rating: Rating{Unit: &yes}}, "need.petition")
	s.step(applicant, HandlePetition{Step: StepRate, Rating: Rating{Unit: &no, Office: &yes}})
	s.step(staff, HandlePetition{Step: StepRate, Behalf: Behalf{Party: "p1", Manner: "spoken"}, Remark: "he said so", Rating: Rating{Unit: &yes}})
	if r := s.c.Summarise().Rating; r.Unit == nil || !*r.Unit || r.Office == nil || !*r.Office || s.c.Petition.State != PetitionHandled {
		t.Errorf("%+v", r)
	}
}

// TestWhereThereIsNoTownshipTheCityExplains: 龙港's communities stand directly under the city, which is the government nearest to the matter.
func TestWhereThereIsNoTownshipTheCityExplains(t *testing.T) {
	city := Actor{ID: "u-city", Role: CountyStaff, Area: "33.03.83"}
	s := cameBack(t)
	s.c.Home, s.c.Cell, s.c.Area = "33.03.83.-.001.002.03", "33.03.83.-.001.002.03", "33.03.83.-.001.002.03"
	s.step(city, same("the same letter")).stands(PetitionExplaining, "2026-03-18 23:59")
	if s.c.Area != s.c.Cell {
		t.Errorf("it went to %s", s.c.Area)
	}
	s.step(city, HandlePetition{Step: StepExplain, Remark: "w"}).stands(PetitionExplained, "")
	s = cameBack(t)
	s.c.Home, s.c.Area = "33.03.83.-.001.002.03", "33.01.11.001" // it lay elsewhere
	s.step(district, same("the same letter"))
	if s.c.Area != "33.03.83" {
		t.Errorf("it went to %s", s.c.Area)
	}
}
