package mediation

import (
	"slices"
	"testing"
)

// 两代表一委员: by Yongkang's rules congress delegates and consultative members are asked for the invited seat, never for the lead, and nothing begins
// while one of them sits there before both sides have consented.
func TestDelegatesAreInvitedWithTheConsentOfBothSides(t *testing.T) {
	s := beginWith(t, rulesFor(yongkang(t)), nil)
	if len(s.c.Panel.Seats) != 2 || !s.c.Panel.Seats[1].Outsider {
		t.Fatalf("%+v", s.c.Panel)
	}
	for _, kind := range []string{"delegate", "consultative"} {
		m := Mediator{ID: kind, User: "u-" + kind, Kind: kind, Area: s.c.Cell.Prefix(5), Tier: "village", Available: true, Cap: 3}
		for seat, asked := range []bool{false, true} {
			found := Match(s.c, seat, []Mediator{m}, Ground{Rules: s.r, Tier: s.r.Policy.Tiers[0], Now: s.at})
			wrong := slices.ContainsFunc(found[0].Excluded, func(r Reason) bool { return r.Code == matchKind })
			if wrong == asked {
				t.Errorf("%s for seat %d: %+v", kind, seat, found[0].Excluded)
			}
		}
	}
	s.offer(0, "elder").do(elder, Take{}).do(staff, Assign{Mediator: "delegate", Seat: 1})
	s.refuses(elder, RecordSession{}, "need.consent").do(applicant, ConsentOutsiders{Given: true})
	s.refuses(elder, RecordSession{}, "need.consent").do(opponent, ConsentOutsiders{Given: true})
	s.do(elder, RecordSession{}).is(Mediating)
}
