package account_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"fengqiao/internal/account"
	"fengqiao/mediation"
)

func TestTwoHundredSignInsAtOnceHashTwoAtATime(t *testing.T) {
	w := newTown(t)
	s := w.instance()
	users := make([]account.User, 50)
	for i := range users {
		users[i] = w.user(s, mediation.GridWorker)
	}
	w.hashing.Store(0)
	for _, err := range atOnce(200, func(i int) error {
		_, err := s.SignIn(ctx, users[i%len(users)].Login, goodPassword, account.Device{})
		return err
	}) {
		must(t, err)
	}
	if most := w.hashing.Load(); most > 2 {
		t.Fatalf("%d hashes at once, want at most 2", most)
	}
}

func TestTooManySignInsAreTurnedAwayAndNotLost(t *testing.T) {
	w := newTown(t)
	s := w.instanceWith(account.Hashing{Cost: cheap, AtOnce: 1, Waiting: 4, Patience: time.Minute})
	users := make([]account.User, 40)
	for i := range users {
		users[i] = w.user(s, mediation.GridWorker)
	}
	// One is being served and cannot finish. Four may wait behind it, and four more behind others of their gate: so at
	// least 31 must hear at once that there is no room.
	hold := make(chan struct{})
	w.hold.Store(&hold)
	var turnedAway, served atomic.Int64
	for _, err := range atOnce(len(users), func(i int) error {
		_, err := s.SignIn(ctx, users[i].Login, goodPassword, account.Device{})
		var e *account.Error
		switch {
		case err == nil:
			served.Add(1)
		case !errors.As(err, &e) || !errors.Is(err, account.ErrBusy) || e.RetryAfter <= 0:
			return err
		case turnedAway.Add(1) == 31:
			close(hold)
		}
		return nil
	}) {
		must(t, err)
	}
	if served.Load() == 0 {
		t.Fatal("nobody was served")
	}
	for _, u := range users { // to be turned away is no failure
		w.signIn(s, u)
	}
}

func TestADamagedHashIsAnErrorAndNoWayIn(t *testing.T) {
	w := newTown(t)
	s := w.instance()
	u := w.user(s, mediation.GridWorker)
	for _, damaged := range []string{"x", "$argon2id$v=19$m=64,t=1,p=1$$", "$argon2i$v=19$m=64,t=1,p=1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=4294967295,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=64,t=0,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"} {
		_, err := w.store.Users().Update(ctx, u.ID, func(u *account.User) error { u.PasswordHash = damaged; return nil })
		must(t, err)
		if _, err = s.SignIn(ctx, u.Login, "", account.Device{}); err == nil {
			t.Fatalf("signed in by %q", damaged)
		}
	}
}
