package slip

import (
	"context"

	"fengqiao/mediation"
)

// A slip keeps whom it was issued to and where. Its case may turn out to be an accusation since: then it is out of sight of whoever must not
// hear of that, be they addressee or issuer.

// Sees returns a slip that the actor sees; anything else is mediation.ErrNotFound.
func (s *Service) Sees(ctx context.Context, actor mediation.Actor, id string) (Slip, error) {
	sl, err := s.Slips.Load(ctx, id)
	if err != nil {
		return Slip{}, err
	}
	hidden, err := s.Cases.Hides(ctx, sl.Case, actor)
	if err == nil && (hidden || !May(actor, mediation.SlipRead, &sl)) {
		err = mediation.ErrNotFound
	}
	if err != nil {
		return Slip{}, err
	}
	return sl, nil
}

// shown leaves out of a list what must be kept from the actor.
func (s *Service) shown(ctx context.Context, actor mediation.Actor, list []Summary) ([]Summary, error) {
	known := map[string]bool{}
	kept := list[:0:0]
	for _, x := range list {
		hidden, asked := known[x.Case]
		if !asked {
			var err error
			if hidden, err = s.Cases.Hides(ctx, x.Case, actor); err != nil {
				return nil, err
			}
			known[x.Case] = hidden
		}
		if !hidden {
			kept = append(kept, x)
		}
	}
	return kept, nil
}

// shield gives a slip whose case has turned out to be an accusation to the county's staff, to answer or to judge, where it would tell others
// of it: notices are for who may know. What they are to answer another post judges.
func (s *Service) shield(ctx context.Context, sl Slip, r Rules) (Slip, error) {
	if sl.Case == "" || sl.State.Over() {
		return sl, nil
	}
	c, err := s.Reader.Load(ctx, sl.Case)
	if err != nil || !c.Accusation {
		return sl, err
	}
	office := Addressee{Role: mediation.CountyStaff, Area: c.Area}
	to := !reachesNoAccused(sl.To) || s.Cases.AccusedAt(&c, sl.To.Unit) || !sl.To.Area.Contains(c.Area)
	by := sl.Restricted == "" && (!sl.Issuer.Area.Contains(c.Area) || s.Cases.AccusedAt(&c, sl.Issuer.Unit)) ||
		mediation.Withholds(c.KeptFrom(), mediation.KeysOf([]string{sl.Issuer.User}, nil))
	if !to && !by && sl.Area == c.Area {
		return sl, nil
	}
	return s.Slips.Update(ctx, sl.ID, func(x *Slip) error {
		if x.Area = c.Area; to {
			x.To = office
		}
		if by {
			x.Issuer = Issuer{Role: mediation.CountyStaff, Area: c.Area}
		}
		x.impartial(r)
		return nil
	})
}
