package account_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fengqiao/internal/account"
	"fengqiao/mediation"
)

// family is what a refresh family must do, told without tokens: the model that the real one is checked against.
type family struct {
	tokens  []string // by generation, from 0
	access  []string
	expires time.Time
	created time.Time
	rotated time.Time
	until   time.Time
	dead    bool
}

func (f *family) newest() int { return len(f.tokens) - 1 }

// expect tells what refreshing with a generation must give.
func (f *family) expect(generation int, now time.Time) error {
	switch {
	case f.dead:
		return account.ErrSessionEnded
	case !now.Before(f.until):
		return account.ErrTokenExpired
	case generation == f.newest(), generation == f.newest()-1 && now.Sub(f.rotated) < account.Grace:
		return nil
	}
	return account.ErrReused
}

func TestRefreshFamilies(t *testing.T) {
	w := newTown(t)
	here, there := w.instance(), w.instance()
	rapid.Check(t, func(t *rapid.T) {
		u := w.user(here, mediation.GridWorker)
		tokens := w.signIn(here, u)
		now := w.clock.now()
		f := &family{tokens: []string{tokens.Refresh}, access: []string{tokens.Access}, expires: tokens.Expires, created: now, rotated: now, until: tokens.RefreshUntil}
		gone := false // signed out everywhere, which the family itself does not know

		refresh := func(t *rapid.T, s *account.Service, generation int) {
			now, want := w.clock.now(), f.expect(generation, w.clock.now())
			got, err := s.Refresh(ctx, f.tokens[generation])
			if gone {
				if err == nil {
					t.Fatal("refreshed after signing out everywhere")
				}
				return
			}
			if !errors.Is(err, want) || want == nil && err != nil {
				t.Fatalf("generation %d of %d: got %v, want %v", generation, f.newest(), err, want)
			}
			switch {
			case errors.Is(want, account.ErrReused):
				f.dead = true
			case want != nil:
			case generation == f.newest():
				f.rotated = now
				f.tokens, f.access = append(f.tokens, got.Refresh), append(f.access, got.Access)
				f.until, f.expires = got.RefreshUntil, got.Expires
				if end := f.created.Add(account.MaxLife); f.until.After(end) {
					t.Fatalf("prolonged to %s beyond %s", f.until, end)
				}
			case got.Refresh != f.tokens[f.newest()]:
				t.Fatal("grace gave a second line of tokens")
			}
		}
		service := func(t *rapid.T) *account.Service {
			return rapid.SampledFrom([]*account.Service{here, there}).Draw(t, "instance")
		}
		t.Repeat(map[string]func(*rapid.T){
			"refresh":            func(t *rapid.T) { refresh(t, service(t), f.newest()) },
			"refresh an old one": func(t *rapid.T) { refresh(t, service(t), rapid.IntRange(0, f.newest()).Draw(t, "generation")) },
			"seconds go by":      func(t *rapid.T) { w.clock.advance(time.Duration(rapid.IntRange(1, 12).Draw(t, "s")) * time.Second) },
			"days go by":         func(t *rapid.T) { w.clock.advance(time.Duration(rapid.IntRange(1, 31).Draw(t, "d")) * 24 * time.Hour) },
			"somebody guesses": func(t *rapid.T) {
				raw, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(f.tokens[0], "fqr_"))
				must(t, err)
				raw[rapid.IntRange(16, len(raw)-1).Draw(t, "at")] ^= byte(rapid.IntRange(1, 255).Draw(t, "bits"))
				_, err = service(t).Refresh(ctx, "fqr_"+base64.RawURLEncoding.EncodeToString(raw))
				refused(t, err, account.ErrTokenInvalid)
			},
			"sign out": func(t *rapid.T) {
				must(t, here.SignOut(ctx, u.ID, tokens.Session))
				f.dead = true
			},
			"sign out everywhere": func(t *rapid.T) {
				must(t, here.SignOutEverywhere(ctx, u.ID, u.ID))
				gone = true
			},
			"": func(t *rapid.T) {
				_, _, err := here.Verify(ctx, f.access[f.newest()])
				switch {
				case !w.clock.now().Before(f.expires.Add(account.Leeway)):
					refused(t, err, account.ErrTokenExpired)
				case f.dead || gone:
					// Reuse may have been noticed by the other instance a moment ago.
					w.clock.advance(account.Recheck)
					if _, _, err = here.Verify(ctx, f.access[f.newest()]); err == nil {
						t.Fatal("an ended session opens doors")
					}
				default:
					must(t, err)
				}
			},
		})
	})
}

func TestRefreshTellsOldFromFalse(t *testing.T) {
	w := newTown(t)
	s := w.instance()
	u := w.user(s, mediation.GridWorker)
	first := w.signIn(s, u)
	other := w.signIn(s, u)
	for _, token := range []string{"", "fqr_", "fqr_AAAA", first.Access, first.Device, first.Refresh + "A", first.Refresh[:len(first.Refresh)-1],
		"fqr_" + strings.Repeat("A", 1<<16), strings.ToUpper(first.Refresh)} {
		_, err := s.Refresh(ctx, token)
		refused(t, err, account.ErrTokenInvalid)
	}
	second, err := s.Refresh(ctx, first.Refresh)
	must(t, err)
	w.clock.advance(account.Grace)
	_, err = s.Refresh(ctx, first.Refresh)
	refused(t, err, account.ErrReused)
	_, err = s.Refresh(ctx, second.Refresh)
	refused(t, err, account.ErrSessionEnded)
	_, _, err = s.Verify(ctx, second.Access)
	refused(t, err, account.ErrSessionEnded)
	_, err = s.Refresh(ctx, other.Refresh)
	must(t, err) // the other device is no part of it
}

func TestManyRefreshAtOnce(t *testing.T) {
	w := newTown(t)
	services := []*account.Service{w.instance(), w.instance()}
	u := w.user(services[0], mediation.GridWorker)
	first := w.signIn(services[0], u)
	got := make([]string, 32)
	for _, err := range atOnce(len(got), func(i int) error {
		tokens, err := services[i%2].Refresh(ctx, first.Refresh)
		got[i] = tokens.Refresh
		return err
	}) {
		must(t, err)
	}
	for _, token := range got {
		if token != got[0] || token == first.Refresh {
			t.Fatal("two lines of tokens came of one")
		}
	}
	_, err := services[0].Refresh(ctx, got[0])
	must(t, err)
}

func TestRefreshBringsTheUserAsTheyAreNow(t *testing.T) {
	w := newTown(t)
	s := w.instance()
	u := w.user(s, mediation.GridWorker)
	tokens := w.signIn(s, u)
	name, lang := "新名字", "en"
	_, err := s.ChangeUser(ctx, account.Order{By: "admin"}, u.ID, account.Changes{Name: &name, Lang: &lang})
	must(t, err)
	tokens, err = s.Refresh(ctx, tokens.Refresh)
	must(t, err)
	if tokens.User.Name != "新名字" || tokens.User.PasswordHash != "" {
		t.Fatalf("user %+v", tokens.User)
	}
	_, err = s.ChangeUser(ctx, account.Order{By: "admin"}, u.ID, account.Changes{Place: &account.Place{Role: mediation.GridLeader, Area: "33.01.11.002"}})
	must(t, err)
	_, err = s.Refresh(ctx, tokens.Refresh)
	refused(t, err, account.ErrSessionEnded)
}
