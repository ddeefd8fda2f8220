package council

import (
	"errors"
	"strconv"
	"testing"

	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

// More than half is more than half, whatever the number.
func TestAQuorumIsMoreThanThePolicysShare(t *testing.T) {
	majority := policy.Deliberation{QuorumPercent: 50}
	for _, c := range []struct {
		came, invited int
		quorate       bool
	}{{0, 1, false}, {1, 1, true}, {1, 2, false}, {2, 3, true}, {25, 50, false}, {26, 50, true}, {25, 51, false}, {26, 51, true}, {50, 99, true}, {51, 101, true}} {
		m := Meeting{State: Held, Agenda: []Item{{ID: "1"}}}
		for i := range c.invited {
			m.Invited = append(m.Invited, Invitee{ID: strconv.Itoa(i), Attended: i < c.came})
		}
		err := Decide(&m, Order{}, "1", Decision{Outcome: Rejected}, majority)
		var no *mediation.Error
		if c.quorate && err != nil || !c.quorate && (!errors.As(err, &no) || no.Code != "council.no_quorum") {
			t.Errorf("%d of %d: %v", c.came, c.invited, err)
		}
		if err := Decide(&m, Order{}, "1", Decision{Outcome: Deferred}, majority); !c.quorate && err != nil {
			t.Errorf("%d of %d cannot defer: %v", c.came, c.invited, err)
		}
	}
}
