package village

import (
	"context"
	"slices"
	"strconv"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/clock"
	"fengqiao/mediation/due"
)

// reckonDays works out anew, after days off have changed, until when the village may object and by when an objection must be decided, and tells who
// has to know. What has run out stays so.
func (t *turn) reckonDays(cal *clock.Calendar, grids []grid.Code) error {
	moved := false
	stamp := strconv.FormatInt(t.Result.Version, 10) // the same where a crash lets it be done again
	if term := t.Result.Term(t.card); t.at.Before(t.Contest) {
		if end, ok := cal.Reckoned(&term); ok && !end.Equal(t.Contest) {
			t.Contest, moved = end, true
			t.tell(mediation.NoticeVillage, "reckoned/"+stamp, end, t.theirs(grids)...)
		}
	}
	t.Objections = slices.Clone(t.Objections)
	if o := t.Open(); o != nil {
		term := o.Term(t.card)
		if end, ok := cal.Reckoned(&term); ok && !end.Equal(o.Clock.Due) {
			o.Clock.Due, moved = end, true
			t.tell(mediation.NoticeVillage, "reckoned/"+o.ID+"/"+stamp, end, t.county()...)
		}
	}
	if !moved {
		return due.ErrSame
	}
	return nil
}

// Reckon is a run over the results that may be objected to, or are objected to, after days off have changed. It changes none twice and returns how
// many it changed.
func (s *Service) Reckon(ctx context.Context) (int, error) {
	rules, err := s.Core.Rules(ctx, "")
	if err != nil {
		return 0, err
	}
	return due.Reckon(ctx, func(ctx context.Context, cursor string, limit int) ([]Result, string, error) {
		return s.Results.List(ctx, Filter{Meets: grid.Code(rules.Policy.County)}, cursor, limit)
	}, func(ctx context.Context, r *Result) error {
		if r.Open() == nil && !s.now().Before(r.Contest) {
			return due.ErrSame
		}
		_, err := s.do(ctx, mediation.SystemActor, r.ID, 0, func(t *turn) error { return t.reckonDays(rules.Calendar, s.grids(t.Village)) })
		return err
	})
}
