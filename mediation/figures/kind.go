package figures

import (
	"slices"

	"fengqiao/mediation"
)

// kind is all that makes cases count alike, their groups, times and limits aside. Of a million cases there are some hundred kinds, so a
// scan counts how many of each there are, and only then what each comes to.
type kind struct {
	sets                             mediation.Membership
	state                            uint8
	repeats, satisfied, dissatisfied uint8
	consultations                    uint8
	kept                             string // whom it is kept from, as a set; "" of nearly all
}

func kindOf(s *mediation.Summary) kind {
	sets := s.Counted
	if !sets.Current() {
		sets = mediation.MembershipOf(s)
	}
	return kind{sets, stateCode[s.State], small(s.Repeats), small(s.Satisfied), small(s.Dissatisfied), small(s.Course.Consultations), setOf(s.KeptFrom)}
}

// counters are the counts of a tally that a set of cases is.
var counters = []struct {
	bit mediation.Membership
	of  func(*Tally) *int
}{
	{mediation.CountedClosed.Bit(), func(t *Tally) *int { return &t.Closed }},
	{mediation.CountedClosed.Bit(), func(t *Tally) *int { return &t.Closing.N }},
	{mediation.CountedInTime.Bit(), func(t *Tally) *int { return &t.InTime }},
	{mediation.CountedAccepted.Bit(), func(t *Tally) *int { return &t.Acceptance.N }},
	{mediation.CountedAgreed.Bit(), func(t *Tally) *int { return &t.Agreement.N }},
	{mediation.CountedLate.Bit(), func(t *Tally) *int { return &t.Breached }},
	{mediation.CountedReopened.Bit(), func(t *Tally) *int { return &t.Reopened }},
	{mediation.CountedPassedOn.Bit(), func(t *Tally) *int { return &t.PassedOn }},
	{mediation.CountedAtOnce.Bit(), func(t *Tally) *int { return &t.AtOnce }},
	{mediation.CountedStudied.Bit(), func(t *Tally) *int { return &t.Studied }},
	{mediation.CountedConsulted.Bit(), func(t *Tally) *int { return &t.Consulted }},
	{mediation.CountedSupervised.Bit(), func(t *Tally) *int { return &t.Supervised }},
	{mediation.CountedOverseen.Bit(), func(t *Tally) *int { return &t.Overseen }},
	{mediation.CountedFirst.Bit(), func(t *Tally) *int { return &t.First }},
	{mediation.CountedFirstEnded.Bit(), func(t *Tally) *int { return &t.FirstEnded }},
	{mediation.CountedFirstKept.Bit(), func(t *Tally) *int { return &t.FirstSettled }},
	{mediation.CountedUnitLiked.Bit(), func(t *Tally) *int { return &t.UnitLiked }},
	{mediation.CountedUnitRated.Bit(), func(t *Tally) *int { return &t.UnitRated }},
	{mediation.CountedOfficeLiked.Bit(), func(t *Tally) *int { return &t.OfficeLiked }},
	{mediation.CountedOfficeRated.Bit(), func(t *Tally) *int { return &t.OfficeRated }},
	{mediation.CountedConfirmable.Bit(), func(t *Tally) *int { return &t.Confirmable }},
	{mediation.CountedConfirmAsked.Bit(), func(t *Tally) *int { return &t.ConfirmAsked }},
	{mediation.CountedConfirmLapsed.Bit(), func(t *Tally) *int { return &t.ConfirmLapsed }},
	{mediation.CountedConfirmed.Bit(), func(t *Tally) *int { return &t.Confirmed }},
	{mediation.CountedConfirmRefused.Bit(), func(t *Tally) *int { return &t.ConfirmRefused }},
	{mediation.CountedSatisfied.Bit(), func(t *Tally) *int { return &t.SatisfiedCases }},
	{mediation.CountedDissatisfied.Bit(), func(t *Tally) *int { return &t.DissatisfiedCases }},
	{mediation.CountedRated.Bit(), func(t *Tally) *int { return &t.RatedCases }},
}

// add counts n cases of a kind.
func (t *Tally) add(k kind, n int) {
	t.Received += n
	t.States[k.state%maxStates] += n
	if !over[k.state] {
		t.Open += n
	}
	if k.state == settled {
		t.Settled += n
	}
	if k.sets&closedBit != 0 || unresolved[k.state] {
		t.Concluded += n
	}
	for _, c := range counters {
		if k.sets&c.bit != 0 {
			*c.of(t) += n
		}
	}
	t.Satisfied += n * int(k.satisfied)
	t.Dissatisfied += n * int(k.dissatisfied)
	t.Consultations += n * int(k.consultations)
}

// receivedSet is the place of the set of all that figures count.
var receivedSet = slices.IndexFunc(mediation.CountedSets, func(s mediation.CountedSet) bool { return s.Key == mediation.CountedReceived })

var closedBit, acceptedBit, agreedBit = mediation.CountedClosed.Bit(), mediation.CountedAccepted.Bit(), mediation.CountedAgreed.Bit()
