package account_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"fengqiao/internal/account"
	"fengqiao/mediation"
)

func TestSignIn(t *testing.T) {
	w := newTown(t)
	s := w.instance()
	ok := w.user(s, mediation.GridWorker)
	locked := w.user(s, mediation.GridWorker)
	_, err := s.LockUser(ctx, account.Order{By: "admin"}, locked.ID, "left the service")
	must(t, err)
	reset := w.user(s, mediation.GridWorker)
	oneTime, _, err := s.ResetPassword(ctx, account.Order{By: "admin"}, reset.ID)
	must(t, err)
	dormant, err := s.CreateUser(ctx, "test", account.NewUser{Login: "dormant", Name: "x", Place: account.Place{Role: mediation.Leader, Area: "33"}})
	must(t, err)

	for _, c := range []struct {
		about, login, password string
		want                   error
	}{
		{"the right password", ok.Login, goodPassword, nil},
		{"a login typed in capitals and full width", " ＵＳＥＲ1 ", goodPassword, nil},
		{"a no-break space for a space in the password", ok.Login, strings.Replace(goodPassword, " ", "\u00a0", 1), nil},
		{"a wrong password", ok.Login, goodPassword + "!", account.ErrBadCredentials},
		{"no password", ok.Login, "", account.ErrBadCredentials},
		{"a password with control characters", ok.Login, "a\x00b", account.ErrBadCredentials},
		{"a password of a megabyte", ok.Login, strings.Repeat("a", 1<<20), account.ErrBadCredentials},
		{"a login that does not exist", "nobody", goodPassword, account.ErrBadCredentials},
		{"no login", "", goodPassword, account.ErrBadCredentials},
		{"a login that cannot be one", "a\x00\xff b", goodPassword, account.ErrBadCredentials},
		{"a login of a megabyte", strings.Repeat("a", 1<<20), goodPassword, account.ErrBadCredentials},
		{"an account without a password, none given", dormant.Login, "", account.ErrBadCredentials},
		{"a locked account, to who knows the password", locked.Login, goodPassword, account.ErrLocked},
		{"a locked account, to a stranger", locked.Login, "guess", account.ErrBadCredentials},
		{"a one-time password", reset.Login, oneTime, account.ErrMustChange},
		{"the password before the reset", reset.Login, goodPassword, account.ErrBadCredentials},
	} {
		t.Run(c.about, func(t *testing.T) {
			before := w.hashed.Load()
			tokens, err := s.SignIn(ctx, c.login, c.password, account.Device{})
			if c.want != nil {
				refused(t, err, c.want)
				if tokens.Access != "" || tokens.Refresh != "" {
					t.Fatal("tokens in spite of the error")
				}
			} else {
				must(t, err)
			}
			if got := w.hashed.Load() - before; got != 1 {
				t.Fatalf("cost %d hashes; whoever asks must see the same cost", got)
			}
		})
	}
}

func TestTokensSayWhoTheUserIs(t *testing.T) {
	w := newTown(t)
	s := w.instance()
	u := w.user(s, mediation.MediatorRole)
	tokens := w.signIn(s, u)
	if tokens.User.PasswordHash != "" {
		t.Fatal("the password hash left the service")
	}
	actor, caller, err := s.Verify(ctx, tokens.Access)
	must(t, err)
	want := mediation.Actor{ID: u.ID, Role: mediation.MediatorRole, Area: "33.01.11.001", Mediator: "m-1", Unit: "司法所"}
	if actor != want {
		t.Fatalf("actor %+v, want %+v", actor, want)
	}
	if caller.Session != tokens.Session || !caller.Expires.Equal(w.clock.now().Add(account.AccessLife)) || !caller.Issued.Equal(w.clock.now()) {
		t.Fatalf("caller %+v", caller)
	}
}

func TestChangePassword(t *testing.T) {
	const fresh = "新的口令在蓝色抽屉里"
	t.Run("a one-time password is good for one change and nothing else", func(t *testing.T) {
		w := newTown(t)
		s := w.instance()
		u := w.user(s, mediation.GridWorker)
		before := w.signIn(s, u)
		oneTime, _, err := s.ResetPassword(ctx, account.Order{By: "admin"}, u.ID)
		must(t, err)
		_, _, err = s.Verify(ctx, before.Access)
		refused(t, err, account.ErrSessionEnded)
		_, err = s.Refresh(ctx, before.Refresh)
		refused(t, err, account.ErrSessionEnded)
		tokens, err := s.ChangePassword(ctx, u.Login, oneTime, fresh, account.Device{})
		must(t, err)
		_, _, err = s.Verify(ctx, tokens.Access)
		must(t, err)
		_, err = s.ChangePassword(ctx, u.Login, oneTime, "yet another long one", account.Device{})
		refused(t, err, account.ErrBadCredentials)
		_, err = s.SignIn(ctx, u.Login, fresh, account.Device{})
		must(t, err)
	})
	t.Run("a one-time password that nobody fetched expires", func(t *testing.T) {
		w := newTown(t)
		s := w.instance()
		u := w.user(s, mediation.GridWorker)
		oneTime, _, err := s.ResetPassword(ctx, account.Order{By: "admin"}, u.ID)
		must(t, err)
		w.clock.advance(account.OneTimeLife)
		_, err = s.ChangePassword(ctx, u.Login, oneTime, fresh, account.Device{})
		refused(t, err, account.ErrPasswordExpired)
	})
	t.Run("a new password ends every other session", func(t *testing.T) {
		w := newTown(t)
		s := w.instance()
		u := w.user(s, mediation.GridWorker)
		phone, desk := w.signIn(s, u), w.signIn(s, u)
		now, err := s.ChangePassword(ctx, u.Login, goodPassword, fresh, account.Device{})
		must(t, err)
		for _, old := range []account.Tokens{phone, desk} {
			_, _, err = s.Verify(ctx, old.Access)
			refused(t, err, account.ErrSessionEnded)
		}
		_, _, err = s.Verify(ctx, now.Access)
		must(t, err)
	})
	t.Run("weak, unchanged, or for the wrong person", func(t *testing.T) {
		w := newTown(t)
		s := w.instance()
		u := w.user(s, mediation.GridWorker)
		_, err := s.ChangePassword(ctx, u.Login, goodPassword, "short", account.Device{})
		refused(t, err, account.ErrWeakPassword)
		_, err = s.ChangePassword(ctx, u.Login, goodPassword, goodPassword, account.Device{})
		refused(t, err, account.ErrWeakPassword)
		for range 5 {
			_, err = s.ChangePassword(ctx, u.Login, "a guess", fresh, account.Device{})
			refused(t, err, account.ErrBadCredentials)
		}
		_, err = s.ChangePassword(ctx, u.Login, "a guess", fresh, account.Device{})
		refused(t, err, account.ErrLockedOut)
	})
	t.Run("of two changes at once one wins", func(t *testing.T) {
		w := newTown(t)
		a, b := w.instance(), w.instance()
		u := w.user(a, mediation.GridWorker)
		errs := atOnce(2, func(i int) error {
			_, err := []*account.Service{a, b}[i].ChangePassword(ctx, u.Login, goodPassword, fresh+string(rune('a'+i)), account.Device{})
			return err
		})
		if (errs[0] == nil) == (errs[1] == nil) || !errors.Is(errors.Join(errs...), account.ErrBadCredentials) {
			t.Fatalf("got %v", errs)
		}
	})
}

func TestHashesFollowTheConfiguredCost(t *testing.T) {
	w := newTown(t)
	old := w.instance()
	u := w.user(old, mediation.GridWorker)
	now := w.instanceWith(account.Hashing{Cost: account.Cost{MemoryKiB: 128, Passes: 2, Lanes: 1}})
	tokens := w.signIn(now, u)
	stored, err := now.User(ctx, u.ID)
	must(t, err)
	if !strings.HasPrefix(stored.PasswordHash, "$argon2id$v=19$m=128,t=2,p=1$") {
		t.Fatalf("still %s", stored.PasswordHash)
	}
	if stored.Revision != u.Revision {
		t.Fatal("a silent rehash passes for a change by a person")
	}
	_, _, err = now.Verify(ctx, tokens.Access)
	must(t, err)
	w.signIn(now, u)
}

func TestDevices(t *testing.T) {
	w := newTown(t)
	s := w.instance()
	u, other := w.user(s, mediation.GridWorker), w.user(s, mediation.GridWorker)
	first := w.signIn(s, u)
	w.clock.advance(time.Minute)
	second := w.signIn(s, u)
	list, err := s.Devices(ctx, u.ID)
	must(t, err)
	if len(list) != 2 || list[0].ID != second.Session || list[0].Seed != nil || list[0].Device != "手机" {
		t.Fatalf("devices: %+v", list)
	}
	refused(t, s.SignOut(ctx, other.ID, first.Session), account.ErrNotFound)
	must(t, s.SignOut(ctx, u.ID, first.Session))
	must(t, s.SignOut(ctx, u.ID, first.Session))
	if list, _ = s.Devices(ctx, u.ID); len(list) != 1 || list[0].ID != second.Session {
		t.Fatalf("after signing one out: %+v", list)
	}
	must(t, s.SignOutEverywhere(ctx, u.ID, u.ID))
	if list, _ = s.Devices(ctx, u.ID); len(list) != 0 {
		t.Fatalf("after signing out everywhere: %+v", list)
	}
}
