package study

import (
	"context"
	"errors"
	"strconv"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
)

// errSame: the study ends at the same time.
var errSame = errors.New("study: it ends at the same time")

// reckon works the study's limit out anew after days off have changed. One that has run out stays so; who gave an order named its time.
func (t *turn) reckon() error {
	term := t.Study.Term(t.rules)
	due, ok := t.rules.Calendar.Reckoned(&term)
	if !ok || due.Equal(t.Clock.Due) {
		return errSame
	}
	t.note("study_reckoned", "reckoned/"+strconv.FormatInt(t.at.UnixMilli(), 10), map[string]string{"due_before": t.Clock.Due.Format(time.RFC3339), "due": due.Format(time.RFC3339)})
	t.Clock.Due = due
	return nil
}

// reckonPage is how many are read at a time.
const reckonPage = 200

// Reckon is a run over the studies that have not concluded, after days off have changed. It changes none twice and returns how many it changed.
func (s *Service) Reckon(ctx context.Context) (n int, err error) {
	r, err := s.Cases.Rules(ctx, "")
	if err != nil {
		return 0, err
	}
	open := true
	f := Filter{Area: string(grid.Code(r.Policy.County)), Open: &open}
	var failed []error
	for cursor := ""; ; {
		page, next, err := s.Studies.List(ctx, f, cursor, reckonPage)
		if err != nil {
			return n, errors.Join(append(failed, err)...)
		}
		for i := range page {
			err := s.reckon(ctx, &page[i])
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
