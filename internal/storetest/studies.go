package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/mediation/study"
)

// Studies holds an opened, empty store to the contract of study.Studies.
func Studies(t *testing.T, s *store.Store) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, *store.Studies)
	}{
		{"a study is opened once", studiesOpen},
		{"of many that are opened of one case at once, one is", studiesRace},
		{"a refused change stores nothing", studiesRefuse},
		{"of many changes at once none is lost", studiesContend},
		{"lists hold what lies in an area and what somebody takes part in", studiesList},
		{"what is due is found, the longest due first", studiesDue},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, s.Studies()) })
	}
}

func opened(t *testing.T, p *store.Studies, st study.Study) study.Study {
	t.Helper()
	st.Called = noon
	made, err := p.Open(context.Background(), st, []mediation.Notice{{ID: "study/" + st.ID + "/called/0", Kind: mediation.NoticeStudy, At: noon, Case: st.Case}})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func studiesOpen(t *testing.T, p *store.Studies) {
	made := opened(t, p, study.Study{ID: "open-1", Case: "open-c", Area: "33.01.11.001", Why: "complex"})
	if _, err := p.Open(context.Background(), study.Study{ID: "open-1", Called: noon}, nil); !errors.Is(err, mediation.ErrExists) {
		t.Errorf("a second time: %v", err)
	}
	read, err := p.Load(context.Background(), "open-1")
	if err != nil || made.Version != 1 || read.Version != 1 || read.Why != "complex" || !read.Open() {
		t.Errorf("%+v %+v, %v", made, read, err)
	}
	if _, err := p.Load(context.Background(), "open-2"); !errors.Is(err, mediation.ErrNotFound) {
		t.Errorf("another: %v", err)
	}
}

func studiesRace(t *testing.T, p *store.Studies) {
	ctx := context.Background()
	const many = 20
	var all sync.WaitGroup
	var made atomic.Int32
	for i := range many {
		all.Go(func() {
			switch _, err := p.Open(ctx, study.Study{ID: fmt.Sprint("race-", i), Case: "race-c", Called: noon}, nil); {
			case err == nil:
				made.Add(1)
			case !errors.Is(err, mediation.ErrExists):
				t.Error(err)
			}
		})
	}
	all.Wait()
	list, _, err := p.List(ctx, study.Filter{Case: "race-c"}, "", many)
	if err != nil || made.Load() != 1 || len(list) != 1 {
		t.Fatalf("%d were opened, %d are there, %v", made.Load(), len(list), err)
	}
	// Once it has concluded, the case may be studied again.
	if _, err := p.Update(ctx, list[0].ID, func(st *study.Study) ([]mediation.Notice, error) {
		st.Conclusion = &study.Conclusion{At: noon}
		return nil, nil
	}); err != nil {
		t.Fatal(err)
	}
	opened(t, p, study.Study{ID: "race-again", Case: "race-c"})
}

func studiesRefuse(t *testing.T, p *store.Studies) {
	opened(t, p, study.Study{ID: "refuse-1", Case: "refuse-c"})
	no := errors.New("no")
	if _, err := p.Update(context.Background(), "refuse-1", func(st *study.Study) ([]mediation.Notice, error) { st.Why = "bent"; return nil, no }); !errors.Is(err, no) {
		t.Errorf("%v", err)
	}
	if read, err := p.Load(context.Background(), "refuse-1"); err != nil || read.Why != "" || read.Version != 1 {
		t.Errorf("%+v, %v", read, err)
	}
}

func studiesContend(t *testing.T, p *store.Studies) {
	opened(t, p, study.Study{ID: "contend-1", Case: "contend-c"})
	const many = 20
	var all sync.WaitGroup
	for i := range many {
		all.Go(func() {
			_, err := p.Update(context.Background(), "contend-1", func(st *study.Study) ([]mediation.Notice, error) {
				st.Materials = append(st.Materials, study.Material{ID: fmt.Sprint(i)})
				return nil, nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if st, err := p.Load(context.Background(), "contend-1"); err != nil || len(st.Materials) != many {
		t.Errorf("%d materials, %v", len(st.Materials), err)
	}
}

func studiesList(t *testing.T, p *store.Studies) {
	ctx := context.Background()
	opened(t, p, study.Study{ID: "list-1", Case: "list-c", Area: "44.01.11.001", Members: []study.Member{{Party: study.Party{User: "list-u"}}}})
	opened(t, p, study.Study{ID: "list-2", Case: "list-d", Area: "44.01.12", Orders: []study.Order{{Party: study.Party{Unit: "住建局"}}}, Conclusion: &study.Conclusion{At: noon}})
	yes := true
	for name, c := range map[string]struct {
		f    study.Filter
		want int
	}{
		"of a case": {study.Filter{Case: "list-c"}, 1}, "in the county": {study.Filter{Area: "44.01"}, 2}, "in a township": {study.Filter{Area: "44.01.11.001"}, 1},
		"in a township whose code begins alike": {study.Filter{Area: "44.01.1"}, 0}, "of a person": {study.Filter{User: "list-u"}, 1},
		"of a unit": {study.Filter{Unit: "住建局"}, 1}, "of either": {study.Filter{User: "list-u", Unit: "住建局"}, 2}, "open": {study.Filter{Area: "44", Open: &yes}, 1}, "of nobody": {study.Filter{}, 0},
	} {
		list, _, err := p.List(ctx, c.f, "", 10)
		if err != nil || len(list) != c.want {
			t.Errorf("%s: %d, want %d, %v", name, len(list), c.want, err)
		}
	}
	first, next, err := p.List(ctx, study.Filter{Area: "44"}, "", 1)
	if err != nil || len(first) != 1 || next == "" {
		t.Fatalf("%v %q, %v", first, next, err)
	}
	second, end, err := p.List(ctx, study.Filter{Area: "44"}, next, 1)
	if err != nil || len(second) != 1 || second[0].ID == first[0].ID || end != "" {
		t.Errorf("%v %q, %v", second, end, err)
	}
}

func studiesDue(t *testing.T, p *store.Studies) {
	ctx := context.Background()
	for i, id := range []string{"due-2", "due-1", "due-never"} {
		st := study.Study{ID: id, Case: "case of " + id}
		if i < 2 {
			st.NextDue = noon.Add(time.Duration(2-i) * time.Hour)
		}
		opened(t, p, st)
	}
	ids, err := p.Due(ctx, noon.Add(3*time.Hour), 10)
	if err != nil || fmt.Sprint(ids) != "[due-1 due-2]" {
		t.Errorf("%v, %v", ids, err)
	}
	if err := p.Defer(ctx, "due-1", noon.Add(9*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if ids, err = p.Due(ctx, noon.Add(3*time.Hour), 10); err != nil || fmt.Sprint(ids) != "[due-2]" {
		t.Errorf("put off: %v, %v", ids, err)
	}
}
