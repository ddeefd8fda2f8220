package duty

import (
	"context"
	"strconv"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
)

// Catch tells who is on duty of a matter that has been without a case for too long, once for each time that it falls due: whoever holds the
// post that the policy names or, where nobody does, leaders and the county's staff.
func (s *Service) Catch(ctx context.Context, m mediation.Stray) error {
	r, err := s.Cases.Rules(ctx, "")
	if err != nil {
		return err
	}
	area := m.Area
	if area == "" {
		area = grid.Code(r.Policy.County)
	}
	to := []mediation.Recipient{{Role: mediation.Leader, Area: area}, {Role: mediation.CountyStaff, Area: area}}
	if post := r.Policy.CatchAll.Post; post != "" {
		shift, err := s.holder(ctx, &mediation.Case{Area: area}, post, m.At)
		if err != nil {
			return err
		}
		if shift.Person != "" {
			if m.Turn == 0 { // danger: whoever is on duty hears of it besides, and not in their place
				to = append(to, mediation.Recipient{User: shift.Person})
			} else {
				to = []mediation.Recipient{{User: shift.Person}}
			}
		}
	}
	notices := make([]mediation.Notice, len(to))
	for i := range to {
		id := "stray/" + m.Subject + "/" + strconv.Itoa(m.Turn) + "/" + strconv.Itoa(i)
		notices[i] = mediation.Notice{ID: id, Kind: mediation.NoticeStray, At: m.At, To: to[i], Subject: m.Subject}
	}
	err = s.Rosters.Announce(ctx, notices)
	if err == nil {
		s.tallies.strays.Add(1)
	}
	return err
}

// OnPost is who holds a post for a case at a moment and may hear of it, "" where nobody does.
func (s *Service) OnPost(ctx context.Context, c *mediation.Case, post string, at time.Time) (string, error) {
	shift, err := s.holder(ctx, c, post, at)
	return shift.Person, err
}
