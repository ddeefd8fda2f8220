package study

import (
	"context"
	"strconv"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/due"
)

// reckon works the study's limit out anew after days off have changed. One that has run out stays so; who gave an order named its time.
func (t *turn) reckon() error {
	term := t.Study.Term(t.rules)
	end, ok := t.rules.Calendar.Reckoned(&term)
	if !ok || end.Equal(t.Clock.Due) {
		return due.ErrSame
	}
	t.note("study_reckoned", "reckoned/"+strconv.FormatInt(t.at.UnixMilli(), 10), map[string]string{"due_before": t.Clock.Due.Format(time.RFC3339), "due": end.Format(time.RFC3339)})
	t.Clock.Due = end
	return nil
}

// Reckon is a run over the studies that have not concluded, after days off have changed. It changes none twice and returns how many it changed.
func (s *Service) Reckon(ctx context.Context) (int, error) {
	r, err := s.Cases.Rules(ctx, "")
	if err != nil {
		return 0, err
	}
	open := true
	return due.Reckon(ctx, func(ctx context.Context, cursor string, limit int) ([]Study, string, error) {
		return s.Studies.List(ctx, Filter{Area: string(grid.Code(r.Policy.County)), Open: &open}, cursor, limit)
	}, s.reckon)
}

func (s *Service) reckon(ctx context.Context, st *Study) error {
	rules, err := s.Cases.Rules(ctx, st.Policy)
	if err != nil {
		return err
	}
	at := s.now()
	changed, err := s.Studies.Update(ctx, st.ID, func(st *Study) ([]mediation.Notice, error) {
		t := &turn{Study: st, at: at, by: mediation.SystemActor, rules: rules}
		if err := t.reckon(); err != nil {
			return nil, err
		}
		t.schedule()
		return nil, nil
	})
	if err != nil {
		return err
	}
	_, err = s.settle(ctx, changed, false)
	return err
}
