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
	"fengqiao/mediation/council"
)

// Meetings holds an opened, empty store to the contract of council.Meetings.
func Meetings(t *testing.T, s *store.Store) {
	ctx := context.Background()
	p := s.Meetings()
	meeting := func(id string, area grid.Code, user string, n int) council.Meeting {
		return council.Meeting{ID: id, Area: area, Convener: "leader", Made: noon.Add(time.Duration(n) * time.Minute), State: council.Convened, Revision: 1,
			Invited: []council.Invitee{{ID: "u1", User: user}}}
	}
	open := func(t *testing.T, m council.Meeting) {
		t.Helper()
		if err := p.Open(ctx, m); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("a meeting is made once, with its notices", func(t *testing.T) {
		m := meeting("once", "33.01.11.009", "w0", 0)
		m.Unsent = []mediation.Notice{{ID: "once/1/0", Kind: mediation.NoticeInvited, At: noon, Seq: 1, To: mediation.Recipient{User: "w0"}}}
		open(t, m)
		if err := p.Open(ctx, m); !errors.Is(err, mediation.ErrExists) {
			t.Errorf("again: %v", err)
		}
		if e, err := s.Outbox().Entry(ctx, "once/1/0"); err != nil || e.Notice.To.User != "w0" {
			t.Errorf("%+v, %v", e, err)
		}
		if m, err := p.Load(ctx, "once"); err != nil || len(m.Unsent) != 0 {
			t.Errorf("%+v, %v", m, err)
		}
		if _, err := p.Load(ctx, "gone"); !errors.Is(err, mediation.ErrNotFound) {
			t.Errorf("%v", err)
		}
	})
	t.Run("of many changes at once none is lost, and a refused one stores nothing", func(t *testing.T) {
		open(t, meeting("many", "33.01.11.009", "w0", 1))
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if _, err := p.Update(ctx, "many", func(m *council.Meeting) error { m.Revision++; return nil }); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		no := errors.New("no")
		if _, err := p.Update(ctx, "many", func(m *council.Meeting) error { m.Revision = 0; return no }); !errors.Is(err, no) {
			t.Error(err)
		}
		if m, err := p.Load(ctx, "many"); err != nil || m.Revision != 21 {
			t.Errorf("%d, %v", m.Revision, err)
		}
	})
	t.Run("lists hold an area's and a user's, newest first", func(t *testing.T) {
		for i, area := range []grid.Code{"33.01.11.001.001.001", "33.01.11.002.001.001", "33.01.11.001.002.001"} {
			open(t, meeting(fmt.Sprint("list", i), area, fmt.Sprint("guest", i), 10+i))
		}
		area := grid.Code("33.01.11.001")
		for _, c := range []struct {
			q    council.Query
			want string
		}{
			{council.Query{Area: &area}, "[list2 list0]"},
			{council.Query{User: "guest1"}, "[list1]"},
			{council.Query{Area: &area, User: "guest1"}, "[list2 list1 list0]"},
			{council.Query{}, "[]"},
		} {
			got := []string{}
			for cursor, page := "", 0; page < 5; page++ {
				list, next, err := p.List(ctx, c.q, cursor, 2)
				if err != nil {
					t.Fatal(err)
				}
				for _, m := range list {
					got = append(got, m.ID)
				}
				if cursor = next; next == "" {
					break
				}
			}
			if fmt.Sprint(got) != c.want {
				t.Errorf("%+v: %v, want %s", c.q, got, c.want)
			}
		}
	})
}
