package main

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"fengqiao/mediation"
	"fengqiao/mediation/desk"
)

// What an outside desk said of an order that never came belongs to no case: it has a way of its own to be erased.
func TestWhatWaitsForAnOrderIsErased(t *testing.T) {
	onBothStores(t, func(t *testing.T, data, address string) {
		q := begun(t, data, address)
		hotline := mediation.Actor{ID: "hotline", Role: mediation.Desk, Area: "33.01.11", Unit: "热线"}
		with := func(do func(in *installation, s *desk.Service)) {
			q.open(func(in *installation, cases *mediation.Service) {
				do(in, desk.NewService(desk.Deps{Orders: in.Store.DeskOrders(), Cases: cases, Reader: in.Store.Cases(), Sealer: in.ring, Keys: in.ring,
					Desks: []desk.Desk{{Name: "12345", Unit: "热线"}}, Now: time.Now}))
			})
		}
		key := mediation.Outside{Desk: "12345", Number: "GD-1"}
		var said desk.Order
		with(func(in *installation, s *desk.Service) {
			_, err := s.Say(t.Context(), hotline, key.Number, desk.Said{ID: "m1", Kind: desk.Supplement, Text: theirWords})
			q.must(err)
			said, err = in.Store.DeskOrders().Load(t.Context(), key)
			q.must(err)
		})
		if r := q.erase("desk-order", "GD-1", "--yes"); r.code == exitOK {
			t.Errorf("without a desk: %s%s", r.out, r.err)
		}
		if r := q.erase("desk-order", "12345/GD-9", "--yes"); r.code != exitFailure {
			t.Errorf("an order of which nobody spoke: %s%s", r.out, r.err)
		}
		if r := q.erase("desk-order", "12345/GD-1"); r.code != exitOK || !strings.Contains(r.out, "--yes") {
			t.Errorf("without --yes: %s%s", r.out, r.err)
		}
		for range 2 {
			if r := q.erase("desk-order", "12345/GD-1", "--yes"); r.code != exitOK {
				t.Fatalf("%s%s", r.out, r.err)
			}
		}
		with(func(in *installation, s *desk.Service) {
			if _, err := in.ring.Open(t.Context(), said.Messages[0].Words); err == nil {
				t.Error("a copy of it opens still")
			}
			o, err := in.Store.DeskOrders().Load(t.Context(), key)
			if err != nil || o.Messages[0].Stands != desk.Expired || !o.Messages[0].Words.Empty() || !o.NextDue.IsZero() {
				t.Errorf("%+v %v", o, err)
			}
			// The desk may speak of it again.
			_, err = s.Say(t.Context(), hotline, key.Number, desk.Said{ID: "m2", Kind: desk.Supplement, Text: theirWords})
			q.must(err)
		})
	})
}

func TestACallBetweenDesksIsErasedWithItsCase(t *testing.T) {
	onBothStores(t, func(t *testing.T, data, address string) {
		q := begun(t, data, address)
		hotline := mediation.Actor{ID: "hotline", Role: mediation.Desk, Area: "33.01.11", Unit: "热线"}
		var id string
		says := func() (said string) {
			q.open(func(in *installation, s *mediation.Service) {
				c, err := in.Store.Cases().Load(t.Context(), id)
				q.must(err)
				for _, v := range []mediation.Sealed{c.Calls[0].Others, c.Calls[0].Summary} {
					text, err := s.Open(t.Context(), v)
					q.must(err)
					said += text
				}
			})
			return said
		}
		q.open(func(in *installation, s *mediation.Service) {
			got, err := s.Receive(t.Context(), hotline, mediation.ReportInput{ClientID: uuid.NewString(), Channel: "12345", Text: itsWords, Category: "neighbour", Severity: 3, Emergency: true,
				Print: "p", Outside: mediation.Outside{Desk: "12345", Number: "GD-1"}})
			q.must(err)
			id = got.Case.ID
			call := mediation.RecordCall{At: time.Now().UTC().Truncate(time.Millisecond), Seconds: 60, Desks: []string{"12345"}, Others: theirName, Summary: theirWords}
			done, err := s.Do(t.Context(), q.staff, id, mediation.Request{Command: call, Revision: got.Case.Revision, Key: "call"})
			q.must(err)
			// What came in as danger was with the police already, who are done.
			done, err = s.Do(t.Context(), q.staff, id, mediation.Request{Command: mediation.Finish{}, Revision: done.Case.Revision, Key: "finish"})
			q.must(err)
			_, err = s.Do(t.Context(), q.staff, id, mediation.Request{Command: mediation.Exit{Route: "court", Reason: "other"}, Revision: done.Case.Revision, Key: "exit"})
			q.must(err)
		})
		if got := says(); got != theirName+theirWords {
			t.Fatalf("before: %q", got)
		}
		if r := q.erase("case", id, "--yes"); r.code != exitOK {
			t.Fatalf("%s%s", r.out, r.err)
		}
		if got := says(); got != "" {
			t.Errorf("after: %q", got)
		}
	})
}

// TestAPersonIsFoundInWhatWaitsForAnOrder by the number that the desk wrote down, however it wrote it.
func TestAPersonIsFoundInWhatWaitsForAnOrder(t *testing.T) {
	onBothStores(t, func(t *testing.T, data, address string) {
		q := begun(t, data, address)
		hotline := mediation.Actor{ID: "hotline", Role: mediation.Desk, Area: "33.01.11", Unit: "热线"}
		spaced := theirPhone[:3] + " " + theirPhone[3:7] + "-" + theirPhone[7:]
		say := map[string]desk.Said{
			"GD-1": {ID: "m1", Kind: desk.Supplement, Text: "来电人电话" + spaced + "，请尽快"},
			"GD-2": {ID: "m1", Kind: desk.Call, Text: "已通话", To: "", Others: "来电人 " + theirPhone + " 13900009999", Talk: desk.Talk{At: time.Now(), Seconds: 60, Desks: []string{"12345"}}},
			"GD-3": {ID: "m1", Kind: desk.Supplement, Text: "另一人 13900009999"},
		}
		orders := map[string]desk.Order{}
		q.open(func(in *installation, cases *mediation.Service) {
			s := desk.NewService(desk.Deps{Orders: in.Store.DeskOrders(), Cases: cases, Reader: in.Store.Cases(), Sealer: in.ring, Keys: in.ring,
				Desks: []desk.Desk{{Name: "12345", Unit: "热线"}}, Now: time.Now})
			for number, said := range say {
				_, err := s.Say(t.Context(), hotline, number, said)
				q.must(err)
				orders[number], err = in.Store.DeskOrders().Load(t.Context(), mediation.Outside{Desk: "12345", Number: number})
				q.must(err)
			}
		})
		if r := runCommand(t.Context(), theirPhone+"\n", q.args("disclose")...); r.code != exitOK || strings.Count(r.out, `"words": "`) < 2 || !strings.Contains(r.out, spaced) {
			t.Errorf("the copy: %s%s", r.out, r.err)
		}
		q.end()
		if r := q.erase("person", "--yes"); r.code != exitOK {
			t.Fatalf("%s%s", r.out, r.err)
		}
		q.open(func(in *installation, _ *mediation.Service) {
			for number, want := range map[string]bool{"GD-1": false, "GD-2": false, "GD-3": true} {
				m := orders[number].Messages[0]
				text := m.Words
				if !m.Others.Empty() {
					text = m.Others
				}
				if _, err := in.ring.Open(t.Context(), text); (err == nil) != want {
					t.Errorf("%s opens: %v, want %v", number, err == nil, want)
				}
				now, err := in.Store.DeskOrders().Load(t.Context(), mediation.Outside{Desk: "12345", Number: number})
				q.must(err)
				if waits := now.Messages[0].Stands == desk.Waiting; waits != want || now.Loose() != "" {
					t.Errorf("%s waits: %v, want %v", number, waits, want)
				}
			}
		})
		if r := q.erase("person"); r.code != exitOK || strings.Contains(r.out, "--yes") && strings.Contains(r.out, "1 things") {
			t.Errorf("a second time: %s%s", r.out, r.err)
		}
	})
}
