package handlers_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/store"
	"fengqiao/internal/storetest"
	"fengqiao/mediation"
	"fengqiao/push"
)

// inAllRooms is a county in which a working-day clock runs in every room that has one.
type inAllRooms struct {
	*testing.T
	a      *apptest.App
	read   map[string]func() *dueClock // what the API says of each
	stored map[string]func() time.Time // what the sweep goes by, of which the API says nothing
	cases  []string
	ids    map[string]string // of the records that some of them are of
	sweeps []func(context.Context) (int, error)
	day    time.Time // the first working day after the beginning
}

func allRooms(t *testing.T, a *apptest.App) *inAllRooms {
	t.Helper()
	rules := noProgress + strings.Replace(reviewRules, "meets: 8d", "meets: 8wd\n    decided: 3wd", 1) + strings.Replace(studyRules, "72h", "5wd", 1) +
		"teams:\n  - key: grid\n    name: {zh: 网格团队, en: team}\n    level: 6\n    vacant: 3wd\n    tell: [township_staff]\n    substitute_days: 30\n    posts:\n" +
		"      - {key: fulltime, name: {zh: 专职, en: full-time}, roles: [grid_worker], required: true}\n      - {key: leader, name: {zh: 网格长, en: leader}, roles: [grid_leader], required: true}\n"
	withEdited(t, a, rules, "answer: 2h", aDayToAnswer)
	sat := sit(t, a)
	list := sat.latest(sat.chief).ID
	sat.decide(sat.chief, list, obj{"case": sat.here, "unit": apptest.Unit, "text": "三日内落实"}).Want(201)
	s := begin(t, a)
	s.offered()
	w := &inAllRooms{T: t, a: a, read: map[string]func() *dueClock{}, cases: []string{s.id, sat.here}, sweeps: []func(context.Context) (int, error){a.Slips.Sweep, a.Studies.Sweep, a.Dockets.Sweep, a.Teams.Sweep,
		func(ctx context.Context) (int, error) {
			_, err := a.Watch.Sweep(ctx, a.Case.Now())
			return 0, err
		}}}
	super := desktop{a, a.As(t, mediation.Supervisor, apptest.Here)}
	slip := super.issue(t, "reminder", s.id, obj{"role": "township_staff"}).ID
	study := a.Do(t, sat.leader, "POST", s.path("/studies"), obj{"reason": "complex", "text": "涉及三个部门"}, newKey()).Want(201).Text("id")
	crew := newCrew(t, a)
	crew.fill("fulltime", crew.worker)
	type one struct{ Clock *dueClock }
	read := func(path string, who *apptest.Person, into any) {
		t.Helper()
		a.Do(t, who, http.MethodGet, path, nil).Want(200).Into(into)
	}
	w.read["offer"] = func() *dueClock {
		var v struct{ Offers []one }
		read(s.path(""), s.staff, &v)
		return v.Offers[0].Clock
	}
	for i, name := range []string{"to acknowledge", "to reply"} {
		w.read[name] = func() *dueClock {
			var v struct{ Clocks []*dueClock }
			read("/api/v1/slips/"+slip, super.who, &v)
			if i >= len(v.Clocks) {
				return nil // another paper took its place
			}
			return v.Clocks[i]
		}
	}
	w.read["study"] = func() *dueClock {
		var v one
		read("/api/v1/studies/"+study, sat.leader, &v)
		return v.Clock
	}
	w.read["sitting"] = func() *dueClock {
		var v one
		read("/api/v1/review-lists/"+list, sat.chief, &v)
		return v.Clock
	}
	w.read["decision"] = func() *dueClock {
		var v struct{ Items []one }
		read("/api/v1/review-decisions", sat.chief, &v)
		return v.Items[0].Clock
	}
	w.read["vacancy"] = func() *dueClock {
		var v struct{ Vacancies []one }
		read(teamPath, crew.staff, &v)
		return v.Vacancies[0].Clock
	}
	w.read["watch"] = func() *dueClock {
		var v struct{ Watched []*dueClock }
		read(s.path("/clocks"), s.staff, &v)
		return v.Watched[0]
	}
	w.ids = map[string]string{"to acknowledge": slip, "study": study, "sitting": list}
	w.stored = map[string]func() time.Time{
		"the first case that is watched": func() time.Time {
			_, watched, err := a.Store.Slips().Watched(t.Context(), a.Case.Now().AddDate(1, 0, 0), 1)
			if err != nil {
				t.Fatal(err)
			}
			return watched
		},
		"when a vacancy is told of": func() time.Time {
			crew, err := a.Store.Teams().Load(t.Context(), apptest.Here.Grid())
			if err != nil {
				t.Fatal(err)
			}
			return crew.NextDue
		},
	}
	w.sweep()
	return w
}

// sweep lets what a crash has left be done.
func (w *inAllRooms) sweep() {
	w.Helper()
	for _, sweep := range w.sweeps {
		if _, err := sweep(w.Context()); err != nil {
			w.Fatal(err)
		}
	}
}

// tomorrow is the first working day after today, by what was known before any test.
func (w *inAllRooms) tomorrow() time.Time {
	w.Helper()
	r, err := w.a.Cases.Rules(w.Context(), "")
	if err != nil {
		w.Fatal(err)
	}
	day := w.a.Case.Now().In(time.FixedZone("", 8*3600)).AddDate(0, 0, 1)
	for !r.Calendar.Working(day) {
		day = day.AddDate(0, 0, 1)
	}
	return day
}

// puts puts the year of a day with that day off or, where it is a working day, with a Sunday off that is off already.
func (w *inAllRooms) puts(day time.Time, isOff bool) {
	w.Helper()
	off := day
	for !isOff && off.Weekday() != time.Sunday {
		off = off.AddDate(0, 0, -1)
	}
	w.year(off.Year(), fmt.Sprintf("%q", off.Format(time.DateOnly)), "")
}

// year puts a year's days off and the weekend days worked instead, each a list of quoted days.
func (w *inAllRooms) year(year int, holidays, workdays string) {
	w.Helper()
	seen := w.a.Do(w.T, w.a.Root(w.T), http.MethodGet, "/api/v1/calendar", nil).Want(200)
	condition := apptest.IfMatch(seen.ETag())
	if seen.ETag() == "" || strings.Contains(string(seen.Body), `"years":[]`) {
		condition = apptest.Header("If-None-Match", "*")
	}
	file := fmt.Sprintf("year: %d\nsource: 通知\nholidays: [%s]\nworkdays: [%s]\n", year, holidays, workdays)
	w.a.Do(w.T, w.a.Root(w.T), http.MethodPut, "/api/v1/calendar", []byte(file), condition, apptest.Header("Content-Type", "application/yaml")).Want(200)
}

// reckon is a server that reckons until nothing is left.
func (w *inAllRooms) reckon() {
	w.Helper()
	for range 5 {
		n, err := w.a.Cases.Reckon(w.Context())
		if err != nil {
			w.Fatal(err)
		}
		if n == 0 {
			w.sweep()
			return
		}
	}
	w.Fatal("the same is reckoned again and again")
}

// ends are when each clock ends, each explained by the calendar as it is.
func (w *inAllRooms) ends() map[string]time.Time {
	w.Helper()
	all := map[string]time.Time{}
	for name, read := range w.read {
		k := read()
		if k == nil || k.Due == nil {
			w.Fatalf("%s has no end", name)
		}
		if why := strings.Join(k.Why, "；"); strings.Contains(why, "以当时算定的为准") {
			w.Errorf("%s was missed: %s", name, why)
		}
		all[name] = *k.Due
	}
	for name, read := range w.stored {
		if all[name] = read(); all[name].IsZero() {
			w.Fatalf("%s has no end", name)
		}
	}
	return all
}

// said is how often each thing was told and written down.
func (w *inAllRooms) said() map[string]int {
	w.Helper()
	n := map[string]int{}
	err := w.a.Store.Engine.Walk(w.Context(), "outbox", func(row store.Row) error {
		var e push.Entry
		err := json.Unmarshal(row.Body, &e)
		n["told of "+string(e.Notice.Kind)]++
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	for _, id := range w.cases {
		events, err := w.a.Store.Cases().Timeline(w.Context(), id, 0, 900)
		if err != nil {
			w.Fatal(err)
		}
		for i := range events {
			n["the timeline says "+events[i].Kind]++
		}
	}
	return n
}

// more is what was said more than before.
func more(before, after map[string]int) map[string]int {
	d := map[string]int{}
	for k, n := range after {
		if n != before[k] {
			d[k] = n - before[k]
		}
	}
	return d
}

// contestedRooms is a county in which a village may object to its result, and has.
func contestedRooms(t *testing.T, fresh apptest.Fresh) *inAllRooms {
	t.Helper()
	k := contested(t, fresh)
	k.post(t, k.staff, "/objections", "", point(k.petition, false, "不是本村的")).Want(201)
	type one struct{ Clock *dueClock }
	read := func() (v struct {
		Clock    *dueClock
		Objected []one
	}) {
		t.Helper()
		k.app.Do(t, k.county, http.MethodGet, "/api/v1/villages/"+k.id, nil).Want(200).Into(&v)
		return v
	}
	return &inAllRooms{T: t, a: k.app, sweeps: []func(context.Context) (int, error){k.app.Villages.Sweep}, read: map[string]func() *dueClock{
		"to object": func() *dueClock { return read().Clock }, "objection": func() *dueClock { return read().Objected[0].Clock }}}
}

// A day off comes and goes, and the server that reckons anew is killed at its first write, its second, and so on, before the write and after it:
// another takes up what is left. Every clock of every room then ends where it would have ended, and nothing was told or written down twice.
func TestDaysOffReachEveryRoomOnceThoughTheServerIsKilledMeanwhile(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		allRooms(t, fresh(t)).holds(4, "told of offer", "told of review_list", "the timeline says reckoned", "the timeline says slip_reckoned", "the timeline says study_reckoned",
			"the timeline says review_reckoned")
	})
}

func TestDaysOffReachVillagesOnceThoughTheServerIsKilledMeanwhile(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) { contestedRooms(t, fresh).holds(2, "told of village_result") })
}

// holds checks that a day off moves everything and says so, and lets it come and go with kills in between, of at least so many writes.
func (w *inAllRooms) holds(writes int, says ...string) {
	w.Helper()
	w.day = w.tomorrow()
	w.puts(w.day, false)
	w.reckon()
	at := [2]map[string]time.Time{w.ends(), nil}
	before := w.said()
	w.puts(w.day, true)
	w.reckon()
	once := more(before, w.said())
	at[1] = w.ends()
	for name := range at[0] {
		if !at[1][name].After(at[0][name]) {
			w.Errorf("%s ends at %s with the day off, and at %s without", name, at[1][name], at[0][name])
		}
	}
	for _, name := range says {
		if once[name] == 0 {
			w.Errorf("nothing is %s: %v", name, once)
		}
	}
	w.killed(at, once, writes)
}

// killed lets a server be killed at every write of the reckoning, as the day off goes and comes. Writes are as the store has them: with their notices
// in one, or one after the other.
func (w *inAllRooms) killed(at [2]map[string]time.Time, once map[string]int, writes int) {
	w.Helper()
	isOff := 1
	for n, lost := 1, false; ; {
		before := w.said()
		isOff = 1 - isOff
		w.puts(w.day, isOff == 1)
		var engine *storetest.FailingEngine
		victim := w.a.Beside(w.T, func(e store.Engine) store.Engine {
			engine = storetest.Failing(e, !e.Atomic())
			return engine
		})
		engine.Arm(n, lost)
		_, err := victim.Cases.Reckon(w.Context())
		fell := engine.Mend()
		if fell && err == nil {
			w.Errorf("write %d lost %v: the server died and reports no error", n, lost)
		}
		w.reckon()
		if got := w.ends(); !maps.EqualFunc(got, at[isOff], time.Time.Equal) {
			w.Errorf("write %d lost %v: ends at %v, want %v", n, lost, got, at[isOff])
		}
		if got := more(before, w.said()); !maps.Equal(got, once) {
			w.Errorf("write %d lost %v: said %v, want %v", n, lost, got, once)
		}
		if w.Failed() || !fell {
			if n <= writes && !w.Failed() {
				w.Errorf("it has only %d writes", n)
			}
			return
		}
		if lost = !lost; !lost {
			n++
		}
	}
}
