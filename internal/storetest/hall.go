package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/mediation/hall"

	"github.com/google/uuid"
)

// HallRules is a one-stop hall of the office's county, to be put behind a policy's source.
const HallRules = `
halls:
  - key: centre
    name: {zh: 矛调中心, en: centre}
    teams:
      - {key: peace, name: {zh: 平安治理, en: peace governance}}
      - {key: legal, name: {zh: 法律服务, en: legal service}}
    functions:
      - {key: reception, name: {zh: 接待, en: reception}, prefix: A, calls: 2}
      - {key: mediation, name: {zh: 调解, en: mediation}, prefix: B}
    windows:
      - {key: "1", name: {zh: 一号窗口, en: window 1}, functions: [reception], team: peace}
      - {key: "2", name: {zh: 二号窗口, en: window 2}, functions: [reception, mediation], team: peace}
      - {key: "3", name: {zh: 三号窗口, en: window 3}, functions: [mediation], team: legal}
`

// Hall holds an opened, empty store to what a hall promises, with the real service on it.
func Hall(t *testing.T, s *store.Store) {
	o := NewOffice(t, s, s, append(FuyangPolicy(t), HallRules...))
	h := &hallKit{Office: o, Service: hall.NewService(hall.Deps{Visits: s.Visits(), Policies: s.Policies(), Cases: o.Service, Reader: s.Cases(), Now: o.Clock})}
	for _, c := range []struct {
		name string
		run  func(*testing.T)
	}{
		{"numbers run per function and day without gaps, whoever registers at the same moment", h.numbers},
		{"a slip that is asked for again is the same number", h.again},
		{"windows that call at the same moment each get another visitor, and nobody is left out", h.contend},
		{"a window serves one at a time", h.oneAtATime},
		{"figures equal a recount of what was done, and their lists hold as many", h.figures},
	} {
		o.Pass(24 * time.Hour)
		t.Run(c.name, c.run)
	}
}

type hallKit struct {
	*Office
	*hall.Service
}

func (h *hallKit) take(t *testing.T, function string) hall.Visit {
	t.Helper()
	v, _, err := h.Register(context.Background(), County, "centre", uuid.NewString(), function)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (h *hallKit) numbers(t *testing.T) {
	for day := range 2 {
		var mu sync.Mutex
		got := map[string][]string{}
		var all sync.WaitGroup
		for i := range 40 {
			all.Go(func() {
				function := []string{"reception", "mediation"}[i%2]
				v, _, err := h.Register(context.Background(), County, "centre", uuid.NewString(), function)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				got[function] = append(got[function], v.Number.String())
			})
		}
		all.Wait()
		for function, letter := range map[string]string{"reception": "A", "mediation": "B"} {
			want := make([]string, 20)
			for i := range want {
				want[i] = fmt.Sprintf("%s%03d", letter, i+1)
			}
			if slices.Sort(got[function]); !slices.Equal(got[function], want) {
				t.Errorf("day %d, %s: %v", day, function, got[function])
			}
		}
		h.Pass(24 * time.Hour)
	}
}

func (h *hallKit) again(t *testing.T) {
	ctx := context.Background()
	id := uuid.NewString()
	first, again, err := h.Register(ctx, County, "centre", id, "reception")
	if err != nil || again {
		t.Fatal(again, err)
	}
	second, again, err := h.Register(ctx, County, "centre", strings.ToUpper(id), "reception")
	if err != nil || !again || second.Number != first.Number {
		t.Errorf("%v, %v after %v, %v", second.Number, again, first.Number, err)
	}
	if next := h.take(t, "reception"); next.Number.N != first.Number.N+1 {
		t.Errorf("%s follows %s", next.Number, first.Number)
	}
	var differs *mediation.Error
	if _, _, err := h.Register(ctx, County, "centre", id, "mediation"); !errors.As(err, &differs) || differs.Kind != mediation.Differs {
		t.Errorf("another function under the same id: %v", err)
	}
}

// step carries out a step with the visit as it is now.
func (h *hallKit) step(t *testing.T, id string, step hall.Step, to string) hall.Visit {
	t.Helper()
	ctx := context.Background()
	v, err := h.Look(ctx, County, "centre", id)
	if err == nil {
		v, err = h.Take(ctx, County, "centre", id, v.Version, hall.Order{Step: step, To: to})
	}
	if err != nil {
		t.Fatalf("%s: %v", step, err)
	}
	return v
}

func (h *hallKit) contend(t *testing.T) {
	const many = 30
	for range many {
		h.take(t, "reception")
		h.Pass(time.Second)
	}
	var mu sync.Mutex
	called := map[string][]string{}
	var all sync.WaitGroup
	for _, window := range []string{"1", "2"} {
		all.Go(func() {
			for {
				v, err := h.CallNext(context.Background(), County, "centre", window)
				var refusal *mediation.Error
				if errors.As(err, &refusal) && refusal.Code == "hall.nobody" {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				called[window] = append(called[window], v.Number.String())
				mu.Unlock()
				h.step(t, v.ID, hall.Begin, "")
				h.step(t, v.ID, hall.Finish, "")
			}
		})
	}
	all.Wait()
	for window, numbers := range called {
		if !slices.IsSorted(numbers) {
			t.Errorf("window %s calls out of order: %v", window, numbers)
		}
	}
	both := slices.Concat(called["1"], called["2"])
	slices.Sort(both)
	if distinct := slices.Compact(slices.Clone(both)); len(both) != many || len(distinct) != many {
		t.Errorf("%d calls of %d numbers, not %d: %v", len(both), len(distinct), many, both)
	}
}

func (h *hallKit) oneAtATime(t *testing.T) {
	for range 10 {
		h.take(t, "mediation")
	}
	var mu sync.Mutex
	got, busy := 0, 0
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			_, err := h.CallNext(context.Background(), County, "centre", "3")
			var refusal *mediation.Error
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				got++
			case errors.As(err, &refusal) && refusal.Code == "hall.busy":
				busy++
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got != 1 || busy != 7 {
		t.Errorf("%d were called to one window, %d calls were refused", got, busy)
	}
	// Not even somebody who never looked puts a second one there.
	waiting := h.take(t, "mediation")
	if _, err := h.Store.Visits().Update(context.Background(), waiting.ID, func(v *hall.Visit) error {
		v.Turns[0].Window, v.Stands = "3", hall.Called
		return nil
	}); !errors.Is(err, mediation.ErrExists) {
		t.Errorf("a second visit at the window: %v", err)
	}
	h.step(t, waiting.ID, hall.Leave, "")
	board, err := h.Board(context.Background(), "centre")
	if err != nil || board.Lines[1].Waiting != 9 || board.Desks[2].Number != "B001" || board.Desks[2].Stands != hall.Called {
		t.Errorf("%+v, %v", board, err)
	}
}

// figures does things at random and keeps count of them in the plainest way.
func (h *hallKit) figures(t *testing.T) {
	ctx := context.Background()
	rng := rand.New(rand.NewPCG(7, 11))
	first := h.Clock()
	var ids []string
	done := map[string]map[hall.Outcome]bool{} // visit → what happened to it
	said := func(id string, o hall.Outcome) { done[id][o] = true }
	for range 400 {
		h.Pass(time.Duration(rng.IntN(120)) * time.Second)
		if rng.IntN(3) == 0 {
			v := h.take(t, []string{"reception", "mediation"}[rng.IntN(2)])
			ids, done[v.ID] = append(ids, v.ID), map[hall.Outcome]bool{}
			continue
		}
		if rng.IntN(2) == 0 {
			_, _ = h.CallNext(ctx, County, "centre", fmt.Sprint(1+rng.IntN(3))) // nobody may wait
			continue
		}
		if len(ids) == 0 {
			continue
		}
		v, err := h.Look(ctx, County, "centre", h.somebody(t, rng, ids))
		if err != nil {
			t.Fatal(err)
		}
		id, step := v.ID, hall.Steps[rng.IntN(len(hall.Steps))]
		if v.Stands == hall.Waiting && rng.IntN(4) > 0 {
			continue // few leave before they are called
		}
		if _, err := h.Take(ctx, County, "centre", id, v.Version, hall.Order{Step: step, To: "mediation"}); err != nil {
			continue
		}
		switch step {
		case hall.Finish:
			said(id, hall.OutServed)
		case hall.Miss:
			said(id, hall.OutMissed)
		case hall.PassOn:
			if v.Stands != hall.Absent {
				said(id, hall.OutPassedOn)
			}
		case hall.Leave:
			said(id, hall.OutLeft)
		}
	}
	period := hall.Period{From: first.In(zoneOf(t, h)).Format(time.DateOnly)}
	groups, _, err := h.Count(ctx, County, "centre", period, hall.Whole)
	if err != nil || len(groups) != 1 {
		t.Fatalf("%+v, %v", groups, err)
	}
	got := groups[0]
	want := map[hall.Outcome]int{}
	for _, outcomes := range done {
		for o := range outcomes {
			want[o]++
		}
		if !outcomes[hall.OutServed] && !outcomes[hall.OutLeft] {
			want[hall.OutUnserved]++
		}
	}
	if got.Visits != len(ids) {
		t.Errorf("%d numbers of %d", got.Visits, len(ids))
	}
	for _, o := range []hall.Outcome{hall.OutServed, hall.OutMissed, hall.OutPassedOn, hall.OutLeft, hall.OutUnserved} {
		if got.Outcomes[o] != want[o] || want[o] == 0 {
			t.Errorf("%s: %d, counted %d", o, got.Outcomes[o], want[o])
		}
	}
	h.linked(t, period)
}

// somebody is any visit, as a rule one that is at a window.
func (h *hallKit) somebody(t *testing.T, rng *rand.Rand, ids []string) string {
	t.Helper()
	present, err := h.Store.Visits().Present(context.Background(), "centre", h.Clock().In(zoneOf(t, h)).Format(time.DateOnly))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range present {
		if v.Window() != "" && rng.IntN(3) > 0 {
			return v.ID
		}
	}
	return ids[rng.IntN(len(ids))]
}

// linked holds every count, whole and by function, to the list that stands behind it.
func (h *hallKit) linked(t *testing.T, period hall.Period) {
	t.Helper()
	ctx := context.Background()
	for _, by := range []hall.By{hall.Whole, hall.ByFunction} {
		groups, _, err := h.Count(ctx, County, "centre", period, by)
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range groups {
			for _, f := range hall.Figures {
				if f.Unit != "count" {
					continue
				}
				n, cursor := 0, ""
				for {
					page, next, err := h.Service.List(ctx, County, "centre", period, g.Key, f.Outcome, cursor, 7)
					if err != nil {
						t.Fatal(err)
					}
					n += len(page)
					if cursor = next; next == "" {
						break
					}
				}
				if value, _ := f.Of(&g.Tally); value != n {
					t.Errorf("%s of %q: %d, and its list holds %d", f.Key, g.Key, value, n)
				}
			}
		}
	}
}

func zoneOf(t *testing.T, h *hallKit) *time.Location {
	t.Helper()
	zone, err := h.Policy.Clocks.Calendar.Location()
	if err != nil {
		t.Fatal(err)
	}
	return zone
}
