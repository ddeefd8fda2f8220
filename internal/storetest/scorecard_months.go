package storetest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/mediation/scorecard"
)

// ScorecardMonths holds a store to it that a month is noted once, is found when it is due, and is put off.
func ScorecardMonths(t *testing.T, s *store.Store) {
	ctx, p := context.Background(), s.ScorecardMonths()
	month := func(name string, due time.Time) scorecard.Month {
		return scorecard.Month{ID: scorecard.MonthID("months", name), Key: "months", Month: name, Until: noon, NextDue: due}
	}
	for _, m := range []scorecard.Month{month("2026-03", noon.Add(time.Hour)), month("2026-04", noon.Add(2*time.Hour)), month("2026-03", noon.Add(9*time.Hour))} {
		if err := p.Add(ctx, m); err != nil {
			t.Fatal(err)
		}
	}
	if m, err := p.Load(ctx, "months/2026-03"); err != nil || !m.NextDue.Equal(noon.Add(time.Hour)) {
		t.Errorf("the same again: %+v, %v", m, err)
	}
	if _, err := p.Load(ctx, "months/2026-05"); !errors.Is(err, mediation.ErrNotFound) {
		t.Error(err)
	}
	due := func(at time.Time, want ...string) {
		t.Helper()
		if ids, err := p.Due(ctx, at, 10); err != nil || !slices.Equal(ids, want) {
			t.Errorf("due at %s: %v, %v", at, ids, err)
		}
	}
	due(noon)
	due(noon.Add(2*time.Hour), "months/2026-03", "months/2026-04")
	if err := p.Defer(ctx, "months/2026-03", noon.Add(3*time.Hour)); err != nil {
		t.Fatal(err)
	}
	due(noon.Add(3*time.Hour), "months/2026-04", "months/2026-03")
	if err := errors.Join(p.Schedule(ctx, "months/2026-03", time.Time{}), p.Schedule(ctx, "months/2026-04", noon)); err != nil {
		t.Fatal(err)
	}
	due(noon.Add(9*time.Hour), "months/2026-04")
	if m, err := p.Load(ctx, "months/2026-03"); err != nil || !m.NextDue.IsZero() || m.Stumble != 0 {
		t.Errorf("%+v, %v", m, err)
	}
}
