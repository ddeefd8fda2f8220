package account_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"fengqiao/internal/account"
	"fengqiao/mediation"
)

func TestDelayGrowsAndIsBounded(t *testing.T) {
	for failures, want := range map[int]time.Duration{
		0: 0, 4: 0, 5: 30 * time.Second, 6: time.Minute, 7: 2 * time.Minute, 11: 32 * time.Minute, 12: time.Hour, 13: time.Hour, 1 << 40: time.Hour,
	} {
		if got := account.Delay(failures); got != want {
			t.Errorf("after %d failures %s, want %s", failures, got, want)
		}
	}
}

// guess fails to sign in and returns how long the door is shut, 0 if the guess was heard.
func guess(t *testing.T, s *account.Service, login string, d account.Device) time.Duration {
	t.Helper()
	_, err := s.SignIn(ctx, login, "a wrong guess", d)
	var e *account.Error
	if errors.As(err, &e) && errors.Is(err, account.ErrLockedOut) {
		if e.RetryAfter <= 0 {
			t.Fatal("locked out without a time")
		}
		return e.RetryAfter
	}
	refused(t, err, account.ErrBadCredentials)
	return 0
}

func TestLockoutGrowsWithTheClock(t *testing.T) {
	for _, login := range []string{"user1", "does-not-exist"} {
		t.Run(login, func(t *testing.T) {
			w := newTown(t)
			s := w.instance()
			w.user(s, mediation.GridWorker)
			for i := range 5 {
				if wait := guess(t, s, login, account.Device{}); wait != 0 {
					t.Fatalf("guess %d was not heard", i+1)
				}
			}
			for _, want := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute,
				16 * time.Minute, 32 * time.Minute, time.Hour, time.Hour} {
				if wait := guess(t, s, login, account.Device{}); wait != want {
					t.Fatalf("shut for %s, want %s", wait, want)
				}
				// Knocking meanwhile neither costs a hash nor keeps the door shut.
				before := w.hashed.Load()
				w.clock.advance(want - time.Second)
				if wait := guess(t, s, login, account.Device{}); wait != time.Second || w.hashed.Load() != before {
					t.Fatalf("a second before: shut for %s, %d hashes", wait, w.hashed.Load()-before)
				}
				w.clock.advance(time.Second)
				if wait := guess(t, s, login, account.Device{}); wait != 0 {
					t.Fatalf("time is up, still shut for %s", wait)
				}
			}
			w.clock.advance(25 * time.Hour)
			if guess(t, s, login, account.Device{}); guess(t, s, login, account.Device{}) != 0 {
				t.Fatal("a quiet day did not forgive")
			}
		})
	}
}

func TestALockoutDoesNotLastAsLongAsTheClockWasAhead(t *testing.T) {
	w := newTown(t)
	s := w.instance()
	u := w.user(s, mediation.GridWorker)
	for range 5 {
		guess(t, s, u.Login, account.Device{})
	}
	w.clock.advance(-5 * time.Second) // another machine's clock
	if guess(t, s, u.Login, account.Device{}) == 0 {
		t.Fatal("five seconds undo a lockout")
	}
	w.clock.advance(-time.Hour)
	if wait := guess(t, s, u.Login, account.Device{}); wait != 0 {
		t.Fatalf("shut for %s", wait)
	}
	if wait := guess(t, s, u.Login, account.Device{}); wait != time.Minute {
		t.Fatalf("after a sixth failure shut for %s", wait)
	}
}

func TestLockoutHoldsForRestartsAndOtherInstances(t *testing.T) {
	w := newTown(t)
	s := w.instance()
	u := w.user(s, mediation.GridWorker)
	for i := range 5 {
		guess(t, []*account.Service{s, w.instance()}[i%2], u.Login, account.Device{})
	}
	if guess(t, w.instance(), u.Login, account.Device{}) == 0 {
		t.Fatal("a new process had forgotten")
	}
	_, err := s.SignIn(ctx, u.Login, goodPassword, account.Device{})
	refused(t, err, account.ErrLockedOut)
	w.clock.advance(30 * time.Second)
	w.signIn(s, u)
	for range 5 { // success forgave: five more are heard
		if guess(t, s, u.Login, account.Device{}) != 0 {
			t.Fatal("failures before a success still count")
		}
	}
}

func TestAStrangerCannotKeepTheOwnerOut(t *testing.T) {
	w := newTown(t)
	s := w.instance()
	u, other := w.user(s, mediation.GridWorker), w.user(s, mediation.GridWorker)
	phone := account.Device{Address: "192.0.2.7", Token: w.signIn(s, u).Device}
	foreign := account.Device{Token: w.signIn(s, other).Device}

	// A whole day of a guess from a new address as soon as one is heard.
	for n, end := 0, w.clock.now().Add(24*time.Hour); w.clock.now().Before(end); n++ {
		d := account.Device{Address: fmt.Sprintf("203.0.113.%d", n%250)}
		w.clock.advance(guess(t, s, u.Login, d))
		if n%10 == 0 {
			tokens, err := s.SignIn(ctx, u.Login, goodPassword, phone)
			must(t, err)
			if tokens.Device != phone.Token {
				t.Fatal("a known device got a new token")
			}
		}
	}
	for guess(t, s, u.Login, account.Device{}) == 0 {
		continue
	}
	_, err := s.SignIn(ctx, u.Login, goodPassword, foreign)
	refused(t, err, account.ErrLockedOut) // another login's device is a stranger's
	_, err = s.SignIn(ctx, u.Login, goodPassword, account.Device{Token: phone.Token + "A"})
	refused(t, err, account.ErrLockedOut)

	t.Run("a thief of the known device is counted too", func(t *testing.T) {
		for range 5 {
			if guess(t, s, u.Login, phone) != 0 {
				t.Fatal("shut too early")
			}
		}
		if guess(t, s, u.Login, phone) == 0 {
			t.Fatal("a known device may guess for ever")
		}
	})
	t.Run("an administrator opens the door for a new phone", func(t *testing.T) {
		_, err := s.UnlockUser(ctx, account.Order{By: "admin"}, u.ID)
		must(t, err)
		w.signIn(s, u)
	})
}

func TestWhoMistypedGetsInFromTheSameAddressOnceTheyAreUnlocked(t *testing.T) {
	w := newTown(t)
	s := w.instance()
	u := w.user(s, mediation.GridWorker)
	home := account.Device{Address: "2001:db8:1:2::1"}
	shut := func() {
		t.Helper()
		for guess(t, s, u.Login, home) == 0 {
			continue
		}
	}
	shut()
	_, err := s.UnlockUser(ctx, account.Order{By: "admin"}, u.ID)
	must(t, err)
	_, err = s.SignIn(ctx, u.Login, goodPassword, account.Device{Address: "2001:db8:1:2:ffff::9"})
	must(t, err)
	shut()
	password, _, err := s.ResetPassword(ctx, account.Order{By: "admin"}, u.ID)
	must(t, err)
	_, err = s.SignIn(ctx, u.Login, password, home)
	refused(t, err, account.ErrMustChange) // and not that they must wait

	// A flood from everywhere is not what an administrator forgives: of its addresses the newest alone are forgotten.
	heard := func(d account.Device) {
		for wait := guess(t, s, u.Login, d); wait > 0; wait = guess(t, s, u.Login, d) {
			w.clock.advance(wait)
		}
	}
	first, newest := account.Device{Address: "198.51.100.1"}, account.Device{Address: "203.0.113.9"}
	for range 5 {
		heard(first)
	}
	for n := range 10 {
		heard(account.Device{Address: fmt.Sprintf("203.0.113.%d", n)})
	}
	_, err = s.UnlockUser(ctx, account.Order{By: "admin"}, u.ID)
	must(t, err)
	heard(newest)
	if guess(t, s, u.Login, newest) > 0 {
		t.Error("the newest address was not forgotten")
	}
	heard(first)
	if guess(t, s, u.Login, first) == 0 {
		t.Error("the oldest address was forgotten as well")
	}
}

func TestAVolleyOfGuessesIsCountedOneByOne(t *testing.T) {
	w := newTown(t)
	s := w.instanceWith(account.Hashing{Cost: cheap, AtOnce: 8, Waiting: 1000, Patience: time.Minute})
	u := w.user(s, mediation.GridWorker)
	before := w.hashed.Load()
	atOnce(60, func(int) error {
		_, err := s.SignIn(ctx, u.Login, "a wrong guess", account.Device{})
		return err
	})
	if heard := w.hashed.Load() - before; heard != 5 {
		t.Fatalf("%d of 60 guesses at once were heard, want 5", heard)
	}
}

func TestPurgeForgetsOldFailuresAndSessions(t *testing.T) {
	w := newTown(t)
	s := w.instance()
	u := w.user(s, mediation.GridWorker)
	tokens := w.signIn(s, u)
	for range 6 {
		guess(t, s, u.Login, account.Device{})
	}
	must(t, s.Purge(ctx))
	if guess(t, s, u.Login, account.Device{}) == 0 {
		t.Fatal("purging opened a shut door")
	}
	_, err := s.Refresh(ctx, tokens.Refresh)
	must(t, err)
	w.clock.advance(account.IdleLife + time.Second)
	must(t, s.Purge(ctx))
	_, err = s.Refresh(ctx, tokens.Refresh)
	refused(t, err, account.ErrTokenInvalid)
}
