package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"fengqiao/grid"
	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/mediation/patrol"
)

// Patrols holds an opened, empty store to the contract of patrol.Checkins.
func Patrols(t *testing.T, s *store.Store) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, *store.Patrols)
	}{
		{"a check-in sent twice is one", checkinsOnce},
		{"a cell keeps its latest visit, however they come", checkinsLatest},
		{"a doubtful fix visits no cell", checkinsCoarse},
		{"a person's list holds their own, newest first", checkinsOwn},
		{"what is old is forgotten, the cell's visit is not", checkinsForget}, // last: it empties the table
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, s.Patrols()) })
	}
}

func checkin(id, user string, cell grid.Code, at time.Time) patrol.Checkin {
	return patrol.Checkin{ID: id, User: user, Cell: cell, At: at, PhoneTime: at, Received: at}
}

func lastOf(t *testing.T, p *store.Patrols, cell grid.Code) time.Time {
	t.Helper()
	last, err := p.Last(context.Background(), []grid.Code{cell, "nowhere"})
	if err != nil {
		t.Fatal(err)
	}
	return last[cell]
}

func checkinsOnce(t *testing.T, p *store.Patrols) {
	ctx := context.Background()
	if _, err := p.Load(ctx, "once"); !errors.Is(err, mediation.ErrNotFound) {
		t.Fatalf("before anything: %v", err)
	}
	if stored, _, err := p.Add(ctx, checkin("once", "w1", "c1", noon)); err != nil || !stored {
		t.Fatalf("%v, %v", stored, err)
	}
	stored, as, err := p.Add(ctx, checkin("once", "w1", "c2", noon.Add(time.Hour)))
	if err != nil || stored || as.Cell != "c1" || !as.At.Equal(noon) {
		t.Errorf("%v %+v, %v", stored, as, err)
	}
	if !lastOf(t, p, "c2").IsZero() {
		t.Error("what was not stored has visited a cell")
	}
}

func checkinsLatest(t *testing.T, p *store.Patrols) {
	var all sync.WaitGroup
	for i := range 20 { // the latest is neither the first nor the last to come
		all.Go(func() {
			at := noon.Add(time.Duration((i*7)%20) * time.Minute)
			if _, _, err := p.Add(context.Background(), checkin(fmt.Sprint("latest", i), "w2", "c3", at)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := lastOf(t, p, "c3"); !got.Equal(noon.Add(19 * time.Minute)) {
		t.Errorf("last visited %s", got)
	}
}

func checkinsCoarse(t *testing.T, p *store.Patrols) {
	c := checkin("coarse", "w3", "c4", noon)
	c.Marks = []mediation.Mark{mediation.CoarsePosition}
	if _, _, err := p.Add(context.Background(), c); err != nil {
		t.Fatal(err)
	}
	if got := lastOf(t, p, "c4"); !got.IsZero() {
		t.Errorf("visited %s", got)
	}
}

func checkinsOwn(t *testing.T, p *store.Patrols) {
	ctx := context.Background()
	for i := range 5 {
		for _, user := range []string{"own", "other"} {
			if _, _, err := p.Add(ctx, checkin(fmt.Sprint(user, i), user, "c5", noon.Add(time.Duration(i)*time.Minute))); err != nil {
				t.Fatal(err)
			}
		}
	}
	var got []string
	for cursor, page := "", 0; page < 5; page++ {
		list, next, err := p.Of(ctx, "own", cursor, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range list {
			got = append(got, c.ID)
		}
		if cursor = next; next == "" {
			break
		}
	}
	if fmt.Sprint(got) != "[own4 own3 own2 own1 own0]" {
		t.Errorf("%v", got)
	}
}

func checkinsForget(t *testing.T, p *store.Patrols) {
	ctx := context.Background()
	if _, _, err := p.Add(ctx, checkin("old", "w6", "c6", noon.Add(-48*time.Hour))); err != nil {
		t.Fatal(err)
	}
	if oldest, err := p.Oldest(ctx); err != nil || !oldest.Equal(noon.Add(-48*time.Hour)) {
		t.Fatalf("%s, %v", oldest, err)
	}
	if n, err := p.Forget(ctx, noon.Add(-48*time.Hour), 100); err != nil || n != 0 {
		t.Errorf("what was made at the bound is not before it: %d, %v", n, err)
	}
	if n, err := p.Forget(ctx, noon, 100); err != nil || n != 1 {
		t.Errorf("%d, %v", n, err)
	}
	if _, err := p.Load(ctx, "old"); !errors.Is(err, mediation.ErrNotFound) {
		t.Errorf("it is still there: %v", err)
	}
	if got := lastOf(t, p, "c6"); !got.Equal(noon.Add(-48 * time.Hour)) {
		t.Errorf("the cell has lost its visit: %s", got)
	}
	if n, err := p.Forget(ctx, noon.Add(24*time.Hour), 3); err != nil || n != 3 {
		t.Errorf("no more than asked: %d, %v", n, err)
	}
}
