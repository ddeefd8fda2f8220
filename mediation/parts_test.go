package mediation

import "testing"

func TestWhoHandlesACaseSeesItWholeAndWhoWatchesSeesNobody(t *testing.T) {
	s := begin(t, nil).seated()
	s.c.Unit = "住建局"
	for name, x := range map[string]struct {
		who  Actor
		sees []Part
	}{
		"the office":       {staff, []Part{PartWords, PartParties, PartContact, PartSpot, PartTerms, PartPhotos, PartReporters, PartMeetings, PartOffers}},
		"the panel":        {elder, []Part{PartWords, PartParties, PartContact, PartSpot, PartTerms, PartPhotos, PartReporters, PartMeetings, PartOffers}},
		"the unit":         {Actor{ID: "u", Role: UnitStaff, Unit: "住建局", Area: "33.01.11"}, []Part{PartWords, PartParties, PartContact, PartSpot, PartTerms, PartPhotos, PartReporters, PartMeetings}},
		"another unit":     {Actor{ID: "u", Role: UnitStaff, Unit: "城管局", Area: "33.01.11"}, nil},
		"a supervisor":     {Actor{ID: "s", Role: Supervisor, Area: "33.01.11"}, []Part{PartReporters, PartMeetings, PartOffers}},
		"another office":   {Actor{ID: "x", Role: TownshipStaff, Area: "33.01.11.002"}, nil},
		"the reporter":     {walker, nil},
		"a party":          {applicant, nil},
		"an administrator": {Actor{ID: "a", Role: Administrator}, nil},
	} {
		seen := Sees(x.who, s.c)
		for _, row := range Parts {
			if seen[row.Part] != has(x.sees, row.Part) {
				t.Errorf("%s: %s %v", name, row.Part, seen[row.Part])
			}
		}
	}
}

// BenchmarkSees is what the table costs each time that a case is shown.
func BenchmarkSees(b *testing.B) {
	s := beginWith(b, rulesFor(fuyang(b)), nil)
	b.ReportAllocs()
	for b.Loop() {
		Sees(staff, s.c)
	}
}
