package account_test

import (
	"testing"
	"time"

	"fengqiao/internal/account"
	"fengqiao/mediation"
)

// revocations is every way to void a token before its time.
var revocations = []struct {
	about  string
	revoke func(t *testing.T, s *account.Service, u account.User, tokens account.Tokens)
}{
	{"signing out", func(t *testing.T, s *account.Service, u account.User, tokens account.Tokens) {
		must(t, s.SignOut(ctx, u.ID, tokens.Session))
	}},
	{"signing out everywhere", func(t *testing.T, s *account.Service, u account.User, _ account.Tokens) {
		must(t, s.SignOutEverywhere(ctx, u.ID, u.ID))
	}},
	{"a lock", func(t *testing.T, s *account.Service, u account.User, _ account.Tokens) {
		_, err := s.LockUser(ctx, account.Order{By: "admin"}, u.ID, "suspicion")
		must(t, err)
	}},
	{"a move", func(t *testing.T, s *account.Service, u account.User, _ account.Tokens) {
		_, err := s.ChangeUser(ctx, account.Order{By: "admin"}, u.ID, account.Changes{Place: &account.Place{Role: mediation.GridWorker, Area: "33.02"}})
		must(t, err)
	}},
	{"a password reset", func(t *testing.T, s *account.Service, u account.User, _ account.Tokens) {
		_, _, err := s.ResetPassword(ctx, account.Order{By: "admin"}, u.ID)
		must(t, err)
	}},
	{"a changed password", func(t *testing.T, s *account.Service, u account.User, _ account.Tokens) {
		_, err := s.ChangePassword(ctx, u.Login, goodPassword, "something quite different", account.Device{})
		must(t, err)
	}},
	{"a reused refresh token", func(t *testing.T, s *account.Service, _ account.User, tokens account.Tokens) {
		next, err := s.Refresh(ctx, tokens.Refresh)
		must(t, err)
		_, err = s.Refresh(ctx, next.Refresh)
		must(t, err)
		_, err = s.Refresh(ctx, tokens.Refresh)
		refused(t, err, account.ErrReused)
	}},
}

func TestRevocationIsHeardEverywhere(t *testing.T) {
	for _, c := range revocations {
		t.Run(c.about, func(t *testing.T) {
			w := newTown(t)
			here, there := w.instance(), w.instance()
			u, other := w.user(here, mediation.GridWorker), w.user(here, mediation.GridWorker)
			tokens, others := w.signIn(here, u), w.signIn(here, other)
			for _, s := range []*account.Service{here, there} {
				_, _, err := s.Verify(ctx, tokens.Access)
				must(t, err)
			}
			c.revoke(t, here, u, tokens)
			_, _, err := here.Verify(ctx, tokens.Access)
			refused(t, err, account.ErrSessionEnded) // at once where it happened
			w.clock.advance(account.Recheck)
			_, _, err = there.Verify(ctx, tokens.Access)
			refused(t, err, account.ErrSessionEnded) // within seconds elsewhere
			_, _, err = here.Verify(ctx, others.Access)
			must(t, err)
		})
	}
}

func TestUnlockingDoesNotReviveOldTokens(t *testing.T) {
	w := newTown(t)
	s := w.instance()
	u := w.user(s, mediation.GridWorker)
	tokens := w.signIn(s, u)
	_, err := s.LockUser(ctx, account.Order{By: "admin"}, u.ID, "")
	must(t, err)
	_, err = s.UnlockUser(ctx, account.Order{By: "admin"}, u.ID)
	must(t, err)
	_, _, err = s.Verify(ctx, tokens.Access)
	refused(t, err, account.ErrSessionEnded)
	w.signIn(s, u)
}

func TestACachedTokenExpires(t *testing.T) {
	w := newTown(t)
	s := w.instance()
	tokens := w.signIn(s, w.user(s, mediation.GridWorker))
	for w.clock.now().Before(tokens.Expires.Add(account.Leeway)) {
		_, _, err := s.Verify(ctx, tokens.Access)
		must(t, err)
		w.clock.advance(31 * time.Second)
	}
	_, _, err := s.Verify(ctx, tokens.Access)
	refused(t, err, account.ErrTokenExpired)
}

func TestAStoreThatDoesNotAnswerOpensNothing(t *testing.T) {
	w := newTown(t)
	s := w.instance()
	tokens := w.signIn(s, w.user(s, mediation.GridWorker))
	_, _, err := s.Verify(ctx, tokens.Access)
	must(t, err)
	w.unplugged.Store(true)
	w.clock.advance(account.Recheck - time.Second)
	_, _, err = s.Verify(ctx, tokens.Access)
	must(t, err) // known well enough
	w.clock.advance(time.Second)
	_, _, err = s.Verify(ctx, tokens.Access)
	refused(t, err, account.ErrUnavailable)
	w.unplugged.Store(false)
	_, _, err = s.Verify(ctx, tokens.Access)
	must(t, err)
}

func TestVerifyKeepsNothingOfTheBuffer(t *testing.T) {
	w := newTown(t)
	s := w.instance()
	u := w.user(s, mediation.GridWorker)
	tokens := w.signIn(s, u)
	buffer := []byte(tokens.Access)
	actor, _, err := s.Verify(ctx, borrowed(buffer))
	must(t, err)
	clear(buffer)
	again, _, err := s.Verify(ctx, tokens.Access)
	must(t, err)
	if actor.ID != u.ID || again != actor || actor.Area != u.Area || actor.Unit != u.Unit {
		t.Fatalf("the actor changed with the buffer: %+v", again)
	}
}

func BenchmarkVerifyCached(b *testing.B) {
	w := newTown(b)
	s := w.instance()
	tokens := w.signIn(s, w.user(s, mediation.GridWorker))
	for b.Loop() {
		if _, _, err := s.Verify(ctx, tokens.Access); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerifyCachedParallel(b *testing.B) {
	w := newTown(b)
	s := w.instance()
	tokens := w.signIn(s, w.user(s, mediation.GridWorker))
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, _, err := s.Verify(ctx, tokens.Access); err != nil {
				b.Error(err)
				return
			}
		}
	})
}
