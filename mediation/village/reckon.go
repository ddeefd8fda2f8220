package village

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/clock"
)

// errSame: nothing ends at another time.
var errSame = errors.New("village: no limit ends at another time")

// reckonDays works out anew, after days off have changed, until when the village may object and by when an objection must be decided, and tells who
// has to know. What has run out stays so.
func (t *turn) reckonDays(cal *clock.Calendar, grids []grid.Code) error {
	moved := false
	stamp := strconv.FormatInt(t.at.UnixMilli(), 10)
	if term := t.Result.Term(t.card); t.at.Before(t.Contest) {
		if due, ok := cal.Reckoned(&term); ok && !due.Equal(t.Contest) {
			t.Contest, moved = due, true
			t.tell(mediation.NoticeVillage, "reckoned/"+stamp, due, t.theirs(grids)...)
		}
	}
	t.Objections = slices.Clone(t.Objections)
	if o := t.Open(); o != nil {
		term := o.Term(t.card)
		if due, ok := cal.Reckoned(&term); ok && !due.Equal(o.Clock.Due) {
			o.Clock.Due, moved = due, true
			t.tell(mediation.NoticeVillage, "reckoned/"+o.ID+"/"+stamp, due, t.county()...)
		}
	}
	if !moved {
		return errSame
	}
	return nil
}

// reckonPage is how many are read at a time.
const reckonPage = 200

// Reckon is a run over the results that may be objected to, or are objected to, after days off have changed. It changes none twice and returns how
// many it changed.
func (s *Service) Reckon(ctx context.Context) (n int, err error) {
	rules, err := s.Core.Rules(ctx, "")
	if err != nil {
		return 0, err
	}
	var failed []error
	for cursor := ""; ; {
		some, next, err := s.Results.List(ctx, Filter{Meets: grid.Code(rules.Policy.County)}, cursor, reckonPage)
		if err != nil {
			return n, errors.Join(append(failed, err)...)
		}
		for i := range some {
			r := &some[i]
			if r.Open() == nil && !s.now().Before(r.Contest) {
				continue
			}
			_, err := s.do(ctx, mediation.SystemActor, r.ID, 0, func(t *turn) error { return t.reckonDays(rules.Calendar, s.grids(t.Village)) })
			switch {
			case err == nil:
				n++
			case !errors.Is(err, errSame):
				failed = append(failed, err)
			}
		}
		if cursor = next; next == "" {
			return n, errors.Join(failed...)
		}
	}
}
