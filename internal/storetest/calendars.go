package storetest

import (
	"context"
	"reflect"
	"slices"
	"testing"
	"time"

	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

// Calendars holds an opened, empty store to what the years' days off promise.
func Calendars(t *testing.T, s *store.Store) {
	ctx := context.Background()
	p := s.Calendars()
	years := func() ([]policy.Year, int64) {
		t.Helper()
		list, revision, err := p.Years(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return list, revision
	}
	unreckoned := func(want ...int) time.Time {
		t.Helper()
		list, since, err := p.Unreckoned(ctx)
		if err != nil || !slices.Equal(list, want) {
			t.Fatalf("unreckoned are %v, want %v, %v", list, want, err)
		}
		return since
	}
	if list, revision := years(); len(list) != 0 || revision != 0 {
		t.Fatalf("before anything was put: %v at %d", list, revision)
	}
	unreckoned()
	first := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	later := policy.Year{Number: 2028, Holidays: []string{"2028-01-01"}, Source: "b"}
	next := policy.Year{Number: 2027, Holidays: []string{"2027-01-01"}, Workdays: []string{"2027-01-09"}, Source: "a"}
	for i, y := range []policy.Year{later, next} {
		if err := p.Put(ctx, mediation.AnyRevision, y, first.Add(time.Duration(i)*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	list, revision := years()
	if !reflect.DeepEqual(list, []policy.Year{next, later}) {
		t.Fatalf("%+v", list)
	}
	if since := unreckoned(2027, 2028); !since.Equal(first.Add(time.Hour)) {
		t.Errorf("since %v", since)
	}
	if err := p.Put(ctx, revision-1, next, first.Add(time.Minute)); err != nil {
		t.Errorf("the same again: %v", err)
	}
	changed := next
	changed.Source = "c"
	refused(t, p.Put(ctx, revision-1, changed, first), mediation.ErrStale)
	if err := p.Reckoned(ctx, first); err != nil {
		t.Fatal(err)
	}
	unreckoned(2027) // it was put after the moment up to which clocks have been reckoned
	if err := p.Reckoned(ctx, first.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	unreckoned()
	if _, again := years(); again != revision {
		t.Errorf("reckoning has made the revision stale: %d after %d", again, revision)
	}
	if err := p.Put(ctx, revision, changed, first.Add(2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	unreckoned(2027)
	if list, _, err := s.Calendars().Years(ctx); err != nil || list[0].Source != "c" {
		t.Errorf("another instance knows %v, %v", list, err)
	}
}
