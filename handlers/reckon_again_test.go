package handlers_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/push"
)

// toldOf is how often something was told of a record, by what.
func (w *inAllRooms) toldOf(id string) map[mediation.NoticeKind]int {
	w.Helper()
	n := map[mediation.NoticeKind]int{}
	err := w.a.Store.Engine.Walk(w.Context(), "outbox", func(row store.Row) error {
		var e push.Entry
		err := json.Unmarshal(row.Body, &e)
		if strings.Contains(e.Notice.ID+" "+e.Notice.Subject, id) {
			n[e.Notice.Kind]++
		}
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return n
}

// until lets time pass to a moment, and what is due then be done.
func (w *inAllRooms) until(at time.Time) {
	w.Helper()
	w.a.Case.Forward(at.Add(time.Minute))
	w.sweep()
}

// Whoever was reminded is not reminded again because days off have moved the end, and what was late stays late when they are taken back.
func TestAReminderThatWentOutAndALimitThatRanOutStand(t *testing.T) {
	for _, x := range []struct {
		clock    string
		reminder mediation.NoticeKind
		late     mediation.NoticeKind // "" where nobody is late
	}{
		{"to acknowledge", mediation.NoticeSlipReminder, mediation.NoticeSlipOverdue},
		{"study", mediation.NoticeReminder, mediation.NoticeBreach},
		{"sitting", mediation.NoticeDocket, ""},
	} {
		t.Run(x.clock, func(t *testing.T) {
			apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
				w := allRooms(t, fresh(t))
				id, read := w.ids[x.clock], w.read[x.clock]
				before, first := w.toldOf(id), read()
				w.until(first.Reminders[0])
				reminded := w.toldOf(id)
				if reminded[x.reminder] <= before[x.reminder] {
					t.Fatalf("nobody is reminded: %v", reminded)
				}
				day := first.Due.In(time.FixedZone("", 8*3600))
				w.puts(day, true)
				w.reckon()
				later := read()
				moved := w.toldOf(id)
				if !later.Due.After(*first.Due) {
					t.Fatalf("it was due %s and is %s", first.Due, later.Due)
				}
				w.until(later.Reminders[0])
				if got := w.toldOf(id); got[x.reminder] != moved[x.reminder] {
					t.Errorf("they are reminded again: %v, before %v", got, moved)
				}
				if x.late == "" {
					return
				}
				w.until(*later.Due)
				late := w.toldOf(id)
				if late[x.late] == 0 {
					t.Fatalf("nobody hears that it is late: %v", late)
				}
				w.puts(day, false)
				w.reckon()
				if got := read(); got != nil && (got.Due == nil || !got.Due.Equal(*later.Due)) {
					t.Errorf("what was late by what was known then is due at %v, and was at %s", got.Due, later.Due)
				}
				if got := w.toldOf(id); got[x.late] != late[x.late] {
					t.Errorf("it is told again: %v, before %v", got, late)
				}
			})
		})
	}
}

// A weekend day that is worked instead brings the ends of working-day clocks nearer, in every room that counts over it.
func TestAMakeUpDayBringsEndsNearer(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		w := allRooms(t, fresh(t))
		before := w.ends()
		day := w.a.Case.Now().In(time.FixedZone("", 8*3600)).AddDate(0, 0, 1)
		for day.Weekday() != time.Saturday {
			day = day.AddDate(0, 0, 1)
		}
		w.year(day.Year(), fmt.Sprintf("%q", day.AddDate(0, 0, 1).Format(time.DateOnly)), fmt.Sprintf("%q", day.Format(time.DateOnly)))
		w.reckon()
		after := w.ends()
		for name := range before {
			switch over := before[name].After(day.AddDate(0, 0, 1)); {
			case after[name].After(before[name]):
				t.Errorf("%s ends later, at %s", name, after[name])
			case over && !after[name].Before(before[name]):
				t.Errorf("%s counts over %s and ends at %s as before", name, day.Format(time.DateOnly), after[name])
			}
		}
		if n, err := w.a.Cases.Reckon(t.Context()); n != 0 || err != nil {
			t.Errorf("%d are reckoned again, %v", n, err)
		}
	})
}

// Of a year of which nothing is known each clock that counts its days says so, and is reckoned anew when it comes.
func TestEveryRoomSaysThatAYearIsNotKnown(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		a := fresh(t)
		pol, err := a.Store.Policies().Current(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		year := a.Case.Now().Year()
		for pol.Clocks.Calendar.Covers(year, nil) {
			year++
		}
		a.Case.Forward(time.Date(year, 1, 5, 2, 0, 0, 0, time.UTC))
		w := allRooms(t, a)
		provisional := func() (names []string) {
			for name, read := range w.read {
				k := read()
				if slices.ContainsFunc(k.Why, func(line string) bool { return strings.Contains(line, "尚未导入") }) {
					names = append(names, name)
				}
			}
			slices.Sort(names)
			return names
		}
		if got := provisional(); len(got) != len(w.read) {
			t.Errorf("only %v say that the days off are not known", got)
		}
		w.puts(w.tomorrow(), true)
		w.reckon()
		if got := provisional(); len(got) != 0 {
			t.Errorf("%v say so still", got)
		}
		w.ends()
	})
}
