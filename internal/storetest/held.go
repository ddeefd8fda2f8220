package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"fengqiao/grid"
	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/mediation/council"
	"fengqiao/mediation/retention"
)

// heldIsNotKept holds a store to what it says of records that are held for the law: they are not among what has been kept long enough, however many
// they are, are so again once the hold is lifted, and a hold is one however often it is placed.
func heldIsNotKept(t *testing.T, s *store.Store) {
	ctx := context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	first := noon.AddDate(-2, 0, 0)
	for i := range 4 {
		must(s.Meetings().Open(ctx, council.Meeting{ID: fmt.Sprint("held ", i), Area: "33.01.11.010", At: first.AddDate(0, 0, i), Made: first, State: council.Minuted}))
	}
	until := first.AddDate(0, 1, 0)
	k := kept(s.Meetings().Kept)
	put := func(record, because string, open bool, look time.Time) {
		t.Helper()
		id := retention.HoldID("meeting", record, because)
		for range 2 {
			h, err := s.Holds().Change(ctx, id, func(h *retention.Hold) error {
				h.ID, h.Kind, h.Record, h.Area, h.Because, h.Open, h.Look = id, "meeting", record, "33.01.11.010", because, open, look
				h.Turns = []retention.Turn{{At: first, By: "x", Held: open}}
				return nil
			})
			if err != nil || h.Open != open {
				t.Fatalf("%+v, %v", h, err)
			}
		}
	}
	put("held 0", "", true, time.Time{})
	put("held 1", "case/c", true, first.AddDate(0, 0, 9))
	k.expect(t, "two of four are held", until, 9, []string{"held 2", "held 3"}, first.AddDate(0, 0, 2))
	k.expect(t, "one is asked for", until, 1, []string{"held 2"}, first.AddDate(0, 0, 2))
	for record, want := range map[string]bool{"held 0": true, "held 1": true, "held 2": false} {
		if is, err := s.Holds().Held(ctx, "meeting", record); err != nil || is != want {
			t.Errorf("%s is held: %v, %v", record, is, err)
		}
	}
	if is, err := s.Holds().Held(ctx, "slip", "held 0"); err != nil || is {
		t.Errorf("a paper of the same id: %v, %v", is, err)
	}
	if ids, at, err := s.Holds().Due(ctx, until, 9); err != nil || len(ids) != 1 || !at.Equal(first.AddDate(0, 0, 9)) {
		t.Errorf("to be looked at: %v at %s, %v", ids, at, err)
	}
	if ids, _, err := s.Holds().Due(ctx, first.AddDate(0, 0, 8), 9); err != nil || len(ids) != 0 {
		t.Errorf("before it is time: %v, %v", ids, err)
	}
	yes, no := true, false
	for _, x := range []struct {
		area grid.Code
		open *bool
		want int
	}{{"33.01.11", &yes, 1}, {"33.01.11", &no, 0}, {"33.01.11.010", nil, 1}, {"33.01.12", nil, 0}} {
		list, _, err := s.Holds().List(ctx, x.area, x.open, "", 9)
		if err != nil || len(list) != x.want {
			t.Errorf("%+v: %v, %v", x, list, err)
		}
	}
	put("held 0", "", false, time.Time{})
	put("held 1", "case/c", false, time.Time{})
	k.expect(t, "all are let go of", until, 9, []string{"held 0", "held 1", "held 2", "held 3"}, first)
	if list, _, err := s.Holds().List(ctx, "33.01", &no, "", 9); err != nil || len(list) != 1 {
		t.Errorf("lifted: %v, %v", list, err)
	}
	if ids, _, err := s.Holds().Due(ctx, until, 9); err != nil || len(ids) != 0 {
		t.Errorf("lifted, and looked at: %v, %v", ids, err)
	}
	refused := errors.New("no")
	if _, err := s.Holds().Change(ctx, "never", func(*retention.Hold) error { return refused }); !errors.Is(err, refused) {
		t.Errorf("%v", err)
	}
	if _, err := s.Holds().Load(ctx, "never"); !errors.Is(err, mediation.ErrNotFound) {
		t.Errorf("one that is not there: %v", err)
	}
}
