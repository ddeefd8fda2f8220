package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/mediation/council"
	"fengqiao/mediation/hall"
	"fengqiao/mediation/handover"
	"fengqiao/mediation/opinion"
	"fengqiao/mediation/slip"
)

// kept is how long a port has been keeping what, in a way that all ports share.
type kept func(ctx context.Context, until time.Time, limit int) ([]string, time.Time, error)

// expect holds what has been kept until a moment against the ids, and since when the first has been.
func (k kept) expect(t *testing.T, when string, until time.Time, limit int, want []string, since time.Time) {
	t.Helper()
	ids, first, err := k(context.Background(), until, limit)
	if err != nil || fmt.Sprint(ids) != fmt.Sprint(want) || !first.Equal(since) {
		t.Errorf("%s: %v since %s, %v; want %v since %s", when, ids, first, err, want, since)
	}
}

// Kept holds an opened, empty store to what it says of how long records beside the cases have been kept: the longest first, to the
// millisecond, and of what has been let go of nothing any more.
func Kept(t *testing.T, s *store.Store) {
	ctx := context.Background()
	must := func(t *testing.T, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	day := func(n int) time.Time { return noon.AddDate(0, 0, n) }
	t.Run("papers", func(t *testing.T) {
		k, p := kept(s.Slips().Kept), s.Slips()
		for i, change := range map[string]func(*slip.Slip){
			"open": func(x *slip.Slip) { x.State = slip.Answered }, "late": func(x *slip.Slip) { x.Ended = day(3) }, "early": func(x *slip.Slip) { x.Ended = day(1) },
			"of a case": func(x *slip.Slip) { x.Case = "c" }, "of a suggestion": func(x *slip.Slip) { x.About = slip.Subject{Kind: slip.AboutSuggestion, ID: "s"} },
			"followed": func(x *slip.Slip) { x.State, x.Next = slip.Escalated, "late" },
		} {
			x := paper("kept "+i, "contact")
			x.State, x.Ended = slip.Accepted, day(1)
			x.Case, x.About = "", slip.Subject{Kind: slip.AboutArea, ID: "33.01.11"}
			change(&x)
			_, err := p.Open(ctx, x)
			must(t, err)
		}
		k.expect(t, "all", day(9), 9, []string{"kept early", "kept late"}, day(1))
		k.expect(t, "one", day(9), 1, []string{"kept early"}, day(1))
		k.expect(t, "at its moment", day(3), 9, []string{"kept early", "kept late"}, day(1))
		k.expect(t, "before it", day(3).Add(-time.Millisecond), 9, []string{"kept early"}, day(1))
		_, err := p.Update(ctx, "kept early", func(x *slip.Slip) error { x.Erased = true; return nil })
		must(t, err)
		k.expect(t, "the first is gone", day(9), 9, []string{"kept late"}, day(3))
	})
	t.Run("meetings", func(t *testing.T) {
		k, p := kept(s.Meetings().Kept), s.Meetings()
		for id, m := range map[string]council.Meeting{"to come": {At: day(8)}, "moved": {At: day(2), History: []council.Entry{{At: day(4)}}}, "past": {At: day(2)}} {
			m.ID, m.Area, m.Made, m.State = "kept "+id, "33.01.11.009", day(0), council.Minuted
			m.Invited = []council.Invitee{{ID: "v1", Match: []string{"hash of " + id, "hash of all"}}}
			must(t, p.Open(ctx, m))
		}
		k.expect(t, "some", day(7), 9, []string{"kept past", "kept moved"}, day(2))
		found := func(hashes ...string) (n int) {
			list, err := p.OfPerson(ctx, hashes)
			must(t, err)
			return len(list)
		}
		if found() != 0 || found("hash of past") != 1 || found("hash of all") != 3 || found("hash of past", "hash of moved", "hash of nobody") != 2 {
			t.Error("not those who were invited")
		}
		_, err := p.Update(ctx, "kept past", func(m *council.Meeting) error { m.Erased, m.Invited[0].Match = true, nil; return nil })
		must(t, err)
		k.expect(t, "the first is gone", day(7), 9, []string{"kept moved"}, day(4))
		if found("hash of past") != 0 || found("hash of all") != 2 {
			t.Error("who is gone is found")
		}
	})
	t.Run("visits", func(t *testing.T) {
		k, p := kept(s.Visits().Kept), s.Visits()
		for id, v := range map[string]hall.Visit{"linked": {Report: "r", Came: day(2)}, "called": {Came: day(1), Turns: []hall.Turn{{Function: "f", By: "clerk"}}}, "left": {Came: day(1)}} {
			v.ID, v.Hall, v.Day, v.Stands = "kept "+id, "kept", v.Came.Format(time.DateOnly), hall.Done
			if v.Turns == nil {
				v.Turns = []hall.Turn{{Function: "f"}}
			}
			_, _, err := p.Register(ctx, v)
			must(t, err)
		}
		k.expect(t, "all", day(9), 9, []string{"kept called", "kept linked"}, day(1))
		for _, id := range []string{"kept called", "kept linked"} {
			must(t, (&hall.Eraser{Visits: p}).Erase(ctx, id))
		}
		k.expect(t, "all are gone", day(9), 9, nil, time.Time{})
		if v, err := p.Load(ctx, "kept linked"); err != nil || v.Report != "" || fmt.Sprint(v.Outcomes()[""]) != "[linked]" {
			t.Errorf("%+v, %v", v, err)
		}
	})
	t.Run("campaigns", func(t *testing.T) {
		k, p := kept(s.OpinionCampaigns().Kept), s.OpinionCampaigns()
		for id, c := range map[string]opinion.Campaign{"runs": {}, "ended": {Ended: day(1)}, "spared": {Ended: day(1), Spared: day(2)}, "cleared": {Ended: day(1), Cleared: true}} {
			c.ID, c.Area, c.Made = "kept "+id, "33.01.11", day(0)
			_, _, err := p.Add(ctx, c)
			must(t, err)
		}
		k.expect(t, "all", day(9), 9, []string{"kept ended", "kept spared"}, day(1))
		_, err := p.Update(ctx, "kept ended", func(c *opinion.Campaign) ([]mediation.Notice, error) { c.Cleared = true; return nil, nil })
		must(t, err)
		k.expect(t, "the first is gone", day(9), 9, []string{"kept spared"}, day(2))
	})
	t.Run("hand-overs", func(t *testing.T) {
		k, p := kept(s.HandOvers().Kept), s.HandOvers()
		for id, ends := range map[string]int{"goes on": 0, "late": 4, "early": 2} {
			_, err := p.Open(ctx, leaving("kept "+id, "kept-"+id, "33.01.11", day(0)))
			must(t, err)
			if ends > 0 {
				_, err = p.Change(ctx, "kept "+id, func(h *handover.HandOver) error {
					return h.Cancel(handover.Order{By: "x", At: day(ends), Revision: 1, Words: mediation.Sealed{Key: "k", Box: []byte("b")}})
				})
				must(t, err)
			}
		}
		k.expect(t, "those that ended", day(9), 9, []string{"kept early", "kept late"}, day(2))
		_, err := p.Change(ctx, "kept early", func(h *handover.HandOver) error { h.Erased = true; return nil })
		must(t, err)
		k.expect(t, "the first is gone", day(9), 9, []string{"kept late"}, day(4))
	})
	t.Run("what is held", func(t *testing.T) { heldIsNotKept(t, s) })
}
