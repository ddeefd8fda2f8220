package mediation

import (
	"context"
	"math"
	"slices"

	"fengqiao/grid"

	"github.com/paulmach/orb"
)

// arrive 到达 notes that somebody has come to the place. The benefit of the doubt is theirs: only who is too far off for certain, by what
// their position can be wrong, is refused.
func (d *decision) arrive(cmd Arrive) error {
	k, rule := d.awaits(CmdArrive, d.rules)
	metres, placed, err := d.near("arrive", place{cmd.Point, cmd.AccuracyM}, rule.Metres, rule.AccuracyMetres)
	if placed {
		k.Metres = &metres
	}
	return err
}

// place is where somebody says that they are, give or take so many metres; nil: they do not say.
type place struct {
	point    *orb.Point
	accuracy float64
}

// near compares a position with the case's place, and notes the whole metres between them; false where the policy does not ask (metres 0) or
// the case has no place.
func (d *decision) near(op string, at place, metres, accuracy float64) (float64, bool, error) {
	switch {
	case metres == 0:
		return 0, false, nil
	case at.point == nil:
		return 0, false, Refusal(op, Invalid, "required", "point")
	case at.accuracy == 0:
		return 0, false, Refusal(op, Invalid, "required", "accuracyMetres")
	case at.accuracy > accuracy:
		return 0, false, Refusal(op, Conflict, "arrive.inaccurate", "accuracyMetres", "metres", whole(at.accuracy), "max", whole(accuracy))
	case d.Away == nil:
		d.say("metres", "unknown") // the case has no place that theirs could be compared with
		return 0, false, nil
	case *d.Away-at.accuracy > metres:
		return 0, false, Refusal(op, Conflict, "arrive.far", "point", "metres", whole(*d.Away), "max", whole(metres))
	}
	away := math.Round(*d.Away)
	d.say("metres", whole(away))
	return away, true, nil
}

// farthest is the longest way that a distance to a cell is looked for, in metres; what is beyond is beyond any policy's bound, too.
const farthest = 20_000

// away is how far somebody's position is from the case's place: its exact point or, where it has none that lies in its cell, the
// cell's border. nil where there is no position or no place.
func (s *Service) away(ctx context.Context, c *Case, at place) (*float64, error) {
	if math.IsNaN(at.accuracy) || at.accuracy < 0 || at.accuracy > 1e7 {
		return nil, Refusal("arrive", Invalid, "out_of_range", "accuracyMetres", "min", "0", "max", "10000000")
	}
	if at.point == nil {
		return nil, nil
	}
	if err := grid.CheckPoint(*at.point); err != nil {
		return nil, &Error{Op: "arrive", Kind: Invalid, Code: "bad_point", Field: "point", Cause: err}
	}
	spot, err := s.point(ctx, c.Point)
	if err != nil {
		return nil, err
	}
	r, err := s.rules(ctx, c.Policy)
	if err != nil {
		return nil, err
	}
	plan := s.Atlas.Load()
	metres := float64(farthest)
	switch {
	case spot != nil && (c.Cell == "" || toCell(plan, c.Cell, *spot, r.Policy.Intake.SnapMetres) <= r.Policy.Intake.SnapMetres):
		metres = grid.Distance(*at.point, *spot)
	case c.Cell != "":
		metres = toCell(plan, c.Cell, *at.point, farthest)
	default:
		return nil, nil
	}
	return &metres, nil
}

// toCell is how far a point is from a cell, 0 inside; farthest where it is not within reach.
func toCell(plan *grid.Plan, cell grid.Code, pt orb.Point, reach float64) float64 {
	near := plan.CellsNear(pt, reach)
	if i := slices.IndexFunc(near, func(n grid.Near) bool { return n.Code == cell }); i >= 0 {
		return near[i].Metres
	}
	return farthest
}
