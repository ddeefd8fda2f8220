package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"fengqiao/grid"
	"fengqiao/internal/account"
	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/mediation/team"
)

// Teams holds an opened, empty store to the contract of team.Teams, and to that of the directory in which substitutes stand.
func Teams(t *testing.T, s *store.Store) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, *store.Store)
	}{
		{"a team is made by its first change, with its notices", teamsFound},
		{"of many changes at once, the first among them, none is lost", teamsContend},
		{"lists hold an area's and a person's, by code", teamsList},
		{"what is due is found, the longest due first", teamsDue},
		{"a substitute is told what the holder is told, while it runs", teamsStandIns},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, s) })
	}
}

// holding puts somebody into a post of a team.
func holding(user string, more ...func(*team.Team)) func(*team.Team) error {
	return func(x *team.Team) error {
		x.Revision++
		x.Holders = append(x.Holders, team.Tenure{Post: "worker", User: user, From: noon})
		for _, m := range more {
			m(x)
		}
		return nil
	}
}

func change(t *testing.T, s *store.Store, area grid.Code, fn func(*team.Team) error) team.Team {
	t.Helper()
	x, err := s.Teams().Change(context.Background(), area, fn)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func teamsFound(t *testing.T, s *store.Store) {
	ctx, area, no := context.Background(), grid.Code("33.01.11.009.001.001"), errors.New("no")
	if _, err := s.Teams().Change(ctx, area, func(x *team.Team) error { x.Revision++; return no }); !errors.Is(err, no) {
		t.Errorf("%v", err)
	}
	if _, err := s.Teams().Load(ctx, area); !errors.Is(err, mediation.ErrNotFound) {
		t.Errorf("a refused change founded it: %v", err)
	}
	made := change(t, s, area, holding("f1", func(x *team.Team) {
		x.Unsent = []mediation.Notice{{ID: "team/f/1/0", Kind: mediation.NoticeTeam, At: noon, Seq: 1, To: mediation.Recipient{User: "f1"}}}
	}))
	if e, err := s.Outbox().Entry(ctx, "team/f/1/0"); err != nil || e.Notice.To.User != "f1" {
		t.Errorf("%+v, %v", e, err)
	}
	read, err := s.Teams().Load(ctx, area)
	if err != nil || len(read.Unsent) != 0 || read.Holder("f1") == nil || made.ID != string(area) {
		t.Errorf("%+v, %v", read, err)
	}
	many, err := s.Teams().Many(ctx, []grid.Code{area, "33.01.11.009.001.002"})
	if err != nil || len(many) != 1 || len(many[area].Holders) != 1 {
		t.Errorf("%+v, %v", many, err)
	}
}

func teamsContend(t *testing.T, s *store.Store) {
	const many = 20
	area := grid.Code("33.01.11.009.001.003")
	var all sync.WaitGroup
	for i := range many {
		all.Go(func() {
			if _, err := s.Teams().Change(context.Background(), area, holding(fmt.Sprint("c", i))); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if x, err := s.Teams().Load(context.Background(), area); err != nil || len(x.Holders) != many || x.Revision != many {
		t.Errorf("%d holders, %v", len(x.Holders), err)
	}
}

func teamsList(t *testing.T, s *store.Store) {
	for i, area := range []grid.Code{"44.01.11.001.001.002", "44.01.11.002.001.001", "44.01.11.001.001.001"} {
		change(t, s, area, holding(fmt.Sprint("l", i)))
	}
	change(t, s, "44.01.11.002.001.001", func(x *team.Team) error {
		x.Past, x.Holders = []team.Tenure{{Post: "worker", User: "l1", Until: noon, How: team.Left}}, nil
		return nil
	})
	area := grid.Code("44.01.11.001")
	for _, c := range []struct {
		q    team.Query
		want string
	}{
		{team.Query{Area: &area}, "[44.01.11.001.001.001 44.01.11.001.001.002]"},
		{team.Query{User: "l0"}, "[44.01.11.001.001.002]"},
		{team.Query{User: "l1"}, "[]"},
		{team.Query{Was: "l1"}, "[44.01.11.002.001.001]"},
		{team.Query{Area: &area, User: "l0"}, "[44.01.11.001.001.001 44.01.11.001.001.002]"},
		{team.Query{}, "[]"},
	} {
		got := []string{}
		for cursor, page := "", 0; page < 5; page++ {
			list, next, err := s.Teams().List(context.Background(), c.q, cursor, 1)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range list {
				got = append(got, x.ID)
			}
			if cursor = next; next == "" {
				break
			}
		}
		if fmt.Sprint(got) != c.want {
			t.Errorf("%+v: %v, want %s", c.q, got, c.want)
		}
	}
}

func teamsDue(t *testing.T, s *store.Store) {
	ctx := context.Background()
	for i, area := range []grid.Code{"55.01.11.001.001.002", "55.01.11.001.001.001"} {
		change(t, s, area, holding("d", func(x *team.Team) { x.NextDue = noon.Add(time.Duration(2-i) * time.Hour) }))
	}
	due := func() string {
		areas, err := s.Teams().Due(ctx, noon.Add(3*time.Hour), 10)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(areas)
	}
	if got := due(); got != "[55.01.11.001.001.001 55.01.11.001.001.002]" {
		t.Error(got)
	}
	if err := s.Teams().Defer(ctx, "55.01.11.001.001.001", noon.Add(9*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if got := due(); got != "[55.01.11.001.001.002]" {
		t.Errorf("put off: %s", got)
	}
}

func teamsStandIns(t *testing.T, s *store.Store) {
	ctx, area, now := context.Background(), grid.Code("66.01.11.001.001.001"), noon
	for id, place := range map[string]account.Place{
		"s-worker": {Role: mediation.GridWorker, Area: area}, "s-guide": {Role: mediation.TownshipStaff, Area: "66.01.11.001"},
		"s-one": {Role: mediation.GridWorker, Area: area}, "s-two": {Role: mediation.TownshipStaff, Area: "66.01.11.001"},
	} {
		if err := s.Users().Create(ctx, account.User{ID: id, Login: id, Role: place.Role, Area: place.Area}); err != nil {
			t.Fatal(err)
		}
	}
	d := &store.StandIns{Directory: s.Directory(), Now: func() time.Time { return now }}
	told := func(to mediation.Recipient, who string) bool {
		t.Helper()
		list, err := d.Who(ctx, to)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, a := range list {
			if a.User == who {
				n++
			}
		}
		if n > 1 {
			t.Errorf("%s is told %d times", who, n)
		}
		return n == 1
	}
	if told(mediation.Recipient{User: "s-worker"}, "s-one") {
		t.Error("told before anybody stands in")
	}
	change(t, s, area, holding("s-worker", func(x *team.Team) {
		x.Holders = append(x.Holders, team.Tenure{Post: "guide", User: "s-guide"})
		x.StandIns = []team.StandIn{{ID: "1", Holder: "s-worker", Substitute: "s-one", From: noon, Until: noon.Add(time.Hour)},
			{ID: "2", Holder: "s-guide", Substitute: "s-two", From: noon, Until: noon.Add(time.Hour)}}
	}))
	for _, c := range []struct {
		name string
		at   time.Time
		to   mediation.Recipient
		who  string
		want bool
	}{
		{"from its first moment on", noon, mediation.Recipient{User: "s-worker"}, "s-one", true},
		{"the holder still is", noon, mediation.Recipient{User: "s-worker"}, "s-worker", true},
		{"before", noon.Add(-time.Millisecond), mediation.Recipient{User: "s-worker"}, "s-one", false},
		{"at its end no more", noon.Add(time.Hour), mediation.Recipient{User: "s-worker"}, "s-one", false},
		{"what is another's", noon, mediation.Recipient{User: "s-two"}, "s-one", false},
		{"what is the guide's in person, who works in more than the grid", noon, mediation.Recipient{User: "s-guide"}, "s-two", false},
	} {
		now = c.at
		if got := told(c.to, c.who); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
