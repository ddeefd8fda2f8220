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
	switch {
	case rule.Metres == 0:
		return nil // the policy does not ask where they are
	case cmd.Point == nil:
		return Refusal("arrive", Invalid, "required", "point")
	case cmd.AccuracyM == 0:
		return Refusal("arrive", Invalid, "required", "accuracyMetres")
	case cmd.AccuracyM > rule.AccuracyMetres:
		return Refusal("arrive", Conflict, "arrive.inaccurate", "accuracyMetres", "metres", whole(cmd.AccuracyM), "max", whole(rule.AccuracyMetres))
	case d.Away == nil:
		d.say("metres", "unknown") // the case has no place that theirs could be compared with
		return nil
	case *d.Away-cmd.AccuracyM > rule.Metres:
		return Refusal("arrive", Conflict, "arrive.far", "point", "metres", whole(*d.Away), "max", whole(rule.Metres))
	}
	metres := math.Round(*d.Away)
	k.Metres = &metres
	d.say("metres", whole(metres))
	return nil
}

// farthest is the longest way that a distance to a cell is looked for, in metres; what is beyond is beyond any policy's bound, too.
const farthest = 20_000

// away is how far somebody's position is from the case's place: its exact point or, where it has none that lies in its cell, the
// cell's border. nil where there is no position or no place.
func (s *Service) away(ctx context.Context, c *Case, cmd Arrive) (*float64, error) {
	if math.IsNaN(cmd.AccuracyM) || cmd.AccuracyM < 0 || cmd.AccuracyM > 1e7 {
		return nil, Refusal("arrive", Invalid, "out_of_range", "accuracyMetres", "min", "0", "max", "10000000")
	}
	if cmd.Point == nil {
		return nil, nil
	}
	if err := grid.CheckPoint(*cmd.Point); err != nil {
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
		metres = grid.Distance(*cmd.Point, *spot)
	case c.Cell != "":
		metres = toCell(plan, c.Cell, *cmd.Point, farthest)
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
