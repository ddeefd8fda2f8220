package account_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"fengqiao/internal/account"
	"fengqiao/mediation"
)

func TestCreateUserRefuses(t *testing.T) {
	w := newTown(t)
	s := w.instance()
	good := account.NewUser{Login: "zhou", Name: "周", Password: goodPassword, Place: account.Place{Role: mediation.TownshipStaff, Area: "33.01"}}
	u, err := s.CreateUser(ctx, "admin", good)
	must(t, err)
	if u.Revision != 1 || len(u.History) != 1 || u.History[0].By != "admin" {
		t.Fatalf("made %+v", u)
	}
	for _, c := range []struct {
		about  string
		change func(n *account.NewUser)
		want   error
		reason string
	}{
		{"a taken login in other letters", func(n *account.NewUser) { n.Login = "ZHOU" }, account.ErrLoginTaken, ""},
		{"no login", func(n *account.NewUser) { n.Login = "" }, account.ErrInvalid, "login"},
		{"no name", func(n *account.NewUser) { n.Name = " " }, account.ErrInvalid, "name"},
		{"a name with a line break", func(n *account.NewUser) { n.Name = "a\nb" }, account.ErrInvalid, "name"},
		{"no role", func(n *account.NewUser) { n.Role = "" }, account.ErrInvalid, "role"},
		{"a party's role", func(n *account.NewUser) { n.Role = mediation.PartyRole }, account.ErrInvalid, "role"},
		{"the sweep's role", func(n *account.NewUser) { n.Role = mediation.System }, account.ErrInvalid, "role"},
		{"no area, which would be everywhere", func(n *account.NewUser) { n.Area = "" }, account.ErrInvalid, "area"},
		{"an area that is no code", func(n *account.NewUser) { n.Area = "33..01" }, account.ErrInvalid, "area"},
		{"unit staff of no unit", func(n *account.NewUser) { n.Role = mediation.UnitStaff }, account.ErrInvalid, "unit"},
		{"a mediator without a record", func(n *account.NewUser) { n.Role = mediation.MediatorRole }, account.ErrInvalid, "mediator"},
		{"a mediator's record for somebody else", func(n *account.NewUser) { n.Mediator = "m-1" }, account.ErrInvalid, "mediator"},
		{"a language that is none", func(n *account.NewUser) { n.Lang = "not a tag" }, account.ErrInvalid, "lang"},
		{"a weak password", func(n *account.NewUser) { n.Password = "short" }, account.ErrWeakPassword, "too_short"},
	} {
		t.Run(c.about, func(t *testing.T) {
			n := good
			n.Login = "other"
			c.change(&n)
			_, err := s.CreateUser(ctx, "admin", n)
			var e *account.Error
			if !errors.Is(err, c.want) || !errors.As(err, &e) || e.Reason != c.reason {
				t.Fatalf("got %v, want %v (%s)", err, c.want, c.reason)
			}
		})
	}
}

func TestOrdersGoByWhatTheOrdererSaw(t *testing.T) {
	w := newTown(t)
	s := w.instance()
	u := w.user(s, mediation.GridWorker)
	seen := account.Order{By: "admin", Revision: u.Revision}
	name := "new name"
	u, err := s.ChangeUser(ctx, seen, u.ID, account.Changes{Name: &name})
	must(t, err)
	_, err = s.LockUser(ctx, seen, u.ID, "")
	refused(t, err, account.ErrStale)
	u, err = s.LockUser(ctx, account.Order{By: "admin", Revision: u.Revision}, u.ID, "reason")
	must(t, err)
	if last := u.History[len(u.History)-1]; last.What != "locked" || last.Note != "reason" || !last.At.Equal(w.clock.now()) {
		t.Fatalf("history ends with %+v", last)
	}
	_, err = s.UnlockUser(ctx, account.Order{}, "nobody")
	refused(t, err, account.ErrNotFound)
}

func TestARefusedChangeHasChangedNothing(t *testing.T) {
	w := newTown(t)
	s := w.instance()
	u := w.user(s, mediation.GridWorker)
	text := func(s string) *string { return &s }
	there := account.Place{Role: mediation.GridLeader, Area: "33.01.11.002"}
	for _, c := range []struct {
		about  string
		change account.Changes
		reason string
	}{
		{"a move with a name that is none", account.Changes{Name: text("a\nb"), Place: &there}, "name"},
		{"a move with a language that is none", account.Changes{Lang: text("not a tag"), Place: &there}, "lang"},
		{"a name with a move to nowhere", account.Changes{Name: text("新名字"), Place: &account.Place{Role: mediation.GridLeader}}, "area"},
	} {
		t.Run(c.about, func(t *testing.T) {
			_, err := s.ChangeUser(ctx, account.Order{By: "admin"}, u.ID, c.change)
			var e *account.Error
			if !errors.As(err, &e) || !errors.Is(err, account.ErrInvalid) || e.Reason != c.reason {
				t.Fatalf("got %v, want %s", err, c.reason)
			}
			now, err := s.User(ctx, u.ID)
			must(t, err)
			if now.Revision != u.Revision || now.Role != u.Role || now.Area != u.Area || now.Name != u.Name || now.Epoch != u.Epoch {
				t.Fatalf("became %+v", now)
			}
		})
	}
	u, err := s.ChangeUser(ctx, account.Order{By: "admin", Revision: u.Revision}, u.ID, account.Changes{Name: text("新名字"), Place: &there})
	must(t, err)
	if u.Revision != 2 || u.Name != "新名字" || u.Role != mediation.GridLeader || len(u.History) != 3 {
		t.Fatalf("both at once became %+v", u)
	}
}

func TestHistoryIsBounded(t *testing.T) {
	w := newTown(t)
	s := w.instance()
	u := w.user(s, mediation.GridWorker)
	for range 60 {
		must(t, s.SignOutEverywhere(ctx, u.ID, u.ID))
	}
	u, err := s.User(ctx, u.ID)
	must(t, err)
	if len(u.History) != 50 || u.Revision != 61 || u.Epoch != 60 {
		t.Fatalf("%d lines, revision %d, epoch %d", len(u.History), u.Revision, u.Epoch)
	}
}

func TestTheFirstAdministrator(t *testing.T) {
	w := newTown(t)
	s := w.instance()
	_, err := s.Redeem(ctx, "aaaa-aaaa-aaaa-aaaa-aaaa-aaaa", "root", "管理员", goodPassword)
	refused(t, err, account.ErrCodeInvalid)
	first, err := s.Bootstrap(ctx)
	must(t, err)
	code, err := s.Bootstrap(ctx)
	must(t, err)
	for _, c := range []struct {
		about, code, login, password string
		want                         error
	}{
		{"the code before", first, "root", goodPassword, account.ErrCodeInvalid},
		{"no code", "", "root", goodPassword, account.ErrCodeInvalid},
		{"a weak password", code, "root", "root", account.ErrWeakPassword},
	} {
		_, err = s.Redeem(ctx, c.code, c.login, "管理员", c.password)
		refused(t, err, c.want)
	}
	won := 0
	for _, err := range atOnce(8, func(i int) error {
		_, err := s.Redeem(ctx, strings.ToUpper(strings.ReplaceAll(code, "-", " ")), "root"+string(rune('a'+i)), "管理员", goodPassword)
		return err
	}) {
		if err == nil {
			won++
		}
	}
	if won != 1 {
		t.Fatalf("%d first administrators", won)
	}
	_, err = s.Bootstrap(ctx)
	refused(t, err, account.ErrAdministratorExists)

	t.Run("cannot lock or demote themselves while alone", func(t *testing.T) {
		list, _, err := s.ListUsers(ctx, account.Filter{Role: mediation.Administrator})
		must(t, err)
		id := list[0].ID
		_, err = s.LockUser(ctx, account.Order{By: id}, id, "")
		refused(t, err, account.ErrLastAdministrator)
		_, err = s.ChangeUser(ctx, account.Order{By: id}, id, account.Changes{Place: &account.Place{Role: mediation.Leader, Area: "33"}})
		refused(t, err, account.ErrLastAdministrator)
		// Neither who cannot sign in nor who administers a township alone can stand in for them.
		for login, n := range map[string]account.NewUser{
			"ghost":    {Place: account.Place{Role: mediation.Administrator}},
			"one-time": {Place: account.Place{Role: mediation.Administrator}, Password: goodPassword, MustChange: true},
			"township": {Place: account.Place{Role: mediation.Administrator, Area: "33.01.11.001"}, Password: goodPassword},
		} {
			n.Login, n.Name = login, login
			_, err := s.CreateUser(ctx, id, n)
			must(t, err)
		}
		w.clock.advance(account.OneTimeLife)
		_, err = s.LockUser(ctx, account.Order{By: id}, id, "")
		refused(t, err, account.ErrLastAdministrator)
		_, err = s.ChangeUser(ctx, account.Order{By: id}, id, account.Changes{Place: &account.Place{Role: mediation.Administrator, Area: "33.01"}})
		refused(t, err, account.ErrLastAdministrator)
		_, err = s.CreateUser(ctx, id, account.NewUser{Login: "second", Name: "b", Password: goodPassword, Place: account.Place{Role: mediation.Administrator}})
		must(t, err)
		_, err = s.LockUser(ctx, account.Order{By: id}, id, "")
		must(t, err)
	})
}

func TestTheFirstAdministratorIsToldAgainWhoTheyAre(t *testing.T) {
	w := newTown(t)
	s := w.instance()
	code, err := s.Bootstrap(ctx)
	must(t, err)
	u, err := s.Redeem(ctx, code, "root", "管理员", goodPassword)
	must(t, err)
	again, err := s.Redeem(ctx, strings.ToUpper(code), "ROOT", "管理员", goodPassword)
	must(t, err)
	if again.ID != u.ID {
		t.Fatalf("%s became %s", u.ID, again.ID)
	}
	for _, c := range []struct{ about, code, login, password string }{
		{"another password", code, "root", "a password of somebody else"},
		{"another login", code, "toor", goodPassword},
		{"another code", "aaaa-aaaa-aaaa-aaaa-aaaa-aaaa", "root", goodPassword},
	} {
		t.Run(c.about, func(t *testing.T) {
			_, err := s.Redeem(ctx, c.code, c.login, "管理员", c.password)
			refused(t, err, account.ErrAdministratorExists)
		})
	}
	w.clock.advance(account.BootstrapLife)
	_, err = s.Redeem(ctx, code, "root", "管理员", goodPassword)
	refused(t, err, account.ErrAdministratorExists)
}

func TestAnOrderThatIsRepeatedMakesOneUser(t *testing.T) {
	w := newTown(t)
	s := w.instance()
	order := account.NewUser{Login: "zhou", Name: "周", Key: "k-1", Place: account.Place{Role: mediation.TownshipStaff, Area: "33.01"}}
	u, err := s.CreateUser(ctx, "admin", order)
	must(t, err)
	again, err := s.CreateUser(ctx, "admin", order)
	must(t, err)
	if again.ID != u.ID {
		t.Fatalf("%s became %s", u.ID, again.ID)
	}
	for _, c := range []struct{ about, by, key, login string }{
		{"another's order with the same key", "other", "k-1", "zhou"},
		{"another order", "admin", "k-2", "zhou"},
		{"the same order for another login", "admin", "k-1", "wu"},
		{"no order at all", "admin", "", "zhou"},
	} {
		t.Run(c.about, func(t *testing.T) {
			n := order
			n.Key, n.Login = c.key, c.login
			_, err := s.CreateUser(ctx, c.by, n)
			refused(t, err, account.ErrLoginTaken)
		})
	}
}

func TestABootstrapCodeExpires(t *testing.T) {
	w := newTown(t)
	s := w.instance()
	code, err := s.Bootstrap(ctx)
	must(t, err)
	w.clock.advance(account.BootstrapLife)
	_, err = s.Redeem(ctx, code, "root", "管理员", goodPassword)
	refused(t, err, account.ErrCodeInvalid)
	code, err = s.Bootstrap(ctx)
	must(t, err)
	w.clock.advance(account.BootstrapLife - time.Second)
	u, err := s.Redeem(ctx, code, "root", "管理员", goodPassword)
	must(t, err)
	if u.Area != "" || u.Role != mediation.Administrator {
		t.Fatalf("made %+v", u)
	}
}
