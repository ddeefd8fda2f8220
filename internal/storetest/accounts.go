package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"fengqiao/grid"
	"fengqiao/internal/account"
	"fengqiao/internal/store"
	"fengqiao/mediation"
)

// Accounts holds an opened, empty store to the contracts of account's ports.
func Accounts(t *testing.T, s *store.Store) {
	t.Run("users", func(t *testing.T) { accountUsers(t, s.Users()) })
	t.Run("user lists", func(t *testing.T) { accountUserLists(t, s.Users()) })
	t.Run("sessions", func(t *testing.T) { accountSessions(t, s.SignInSessions()) })
	t.Run("attempts", func(t *testing.T) { accountAttempts(t, s.SignInAttempts()) })
	t.Run("keys", func(t *testing.T) { accountKeys(t, s.SigningKeys()) })
	t.Run("codes", func(t *testing.T) { accountCodes(t, s.OneTimeCodes()) })
}

var accountsDay = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

func accountUser(id, login string, area grid.Code, role mediation.Role, at time.Time) account.User {
	return account.User{ID: id, Login: login, Name: "姓名 " + login, Role: role, Area: area, PasswordHash: "hash of " + login,
		Created: at, Revision: 1, History: []account.Change{{At: at, By: "test", What: "created"}}}
}

func accountFails(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got error %v, want %v", err, want)
	}
}

func accountOK(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// accountRace runs n calls at once and returns how many gave no error; others must give want.
func accountRace(t *testing.T, n int, want error, call func(i int) error) (won int) {
	t.Helper()
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = call(i) })
	}
	wg.Wait()
	for _, err := range errs {
		if err == nil {
			won++
		} else if !errors.Is(err, want) {
			t.Errorf("got error %v, want %v", err, want)
		}
	}
	return won
}

func accountUsers(t *testing.T, p account.Users) {
	ctx := context.Background()
	u := accountUser("u-li", "li.wei", "33.01.11.001", mediation.GridWorker, accountsDay)
	u.Lang, u.Unit, u.Mediator, u.Epoch, u.MustChange = "en", "司法所", "m1", 3, true
	u.PasswordUntil, u.TokensFrom = accountsDay.Add(time.Hour), accountsDay
	accountOK(t, p.Create(ctx, u))

	got, err := p.Get(ctx, u.ID)
	accountOK(t, err)
	if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", u) {
		t.Fatalf("stored %+v\nread   %+v", u, got)
	}
	got, err = p.ByLogin(ctx, "li.wei")
	accountOK(t, err)
	if got.ID != u.ID || got.PasswordHash != u.PasswordHash {
		t.Fatalf("by login: %+v", got)
	}
	for _, login := range []string{"", "li", "li.wei2", "LI.WEI"} {
		_, err = p.ByLogin(ctx, login)
		accountFails(t, err, account.ErrNotFound)
	}
	_, err = p.Get(ctx, "nobody")
	accountFails(t, err, account.ErrNotFound)
	_, err = p.Update(ctx, "nobody", func(*account.User) error { return nil })
	accountFails(t, err, account.ErrNotFound)

	t.Run("a taken login is refused", func(t *testing.T) {
		accountFails(t, p.Create(ctx, accountUser("u-other", "li.wei", "33", mediation.Leader, accountsDay)), account.ErrLoginTaken)
		_, err := p.Get(ctx, "u-other")
		accountFails(t, err, account.ErrNotFound)
	})
	t.Run("of many who want one login one gets it", func(t *testing.T) {
		won := accountRace(t, 20, account.ErrLoginTaken, func(i int) error {
			return p.Create(ctx, accountUser(fmt.Sprintf("u-race-%d", i), "wanted", "33", mediation.Leader, accountsDay))
		})
		if won != 1 {
			t.Fatalf("%d users got the login", won)
		}
	})
	t.Run("a failing update stores nothing", func(t *testing.T) {
		refusal := errors.New("no")
		_, err := p.Update(ctx, u.ID, func(u *account.User) error { u.Name = "changed"; return refusal })
		if err != refusal {
			t.Fatalf("got %v, want the function's own error", err)
		}
		if got, _ := p.Get(ctx, u.ID); got.Name != u.Name {
			t.Fatal("the change was stored")
		}
	})
	t.Run("no update is lost", func(t *testing.T) {
		const n = 50
		accountRace(t, n, nil, func(int) error {
			_, err := p.Update(ctx, u.ID, func(u *account.User) error { u.Epoch++; return nil })
			return err
		})
		if got, _ := p.Get(ctx, u.ID); got.Epoch != u.Epoch+n {
			t.Fatalf("epoch %d after %d updates from %d", got.Epoch, n, u.Epoch)
		}
	})
}

func accountUserLists(t *testing.T, p account.Users) {
	ctx := context.Background()
	// Two of a village, one of a sibling whose code begins alike, one of the township, three in the same millisecond.
	at := accountsDay.AddDate(1, 0, 0)
	for _, u := range []account.User{
		accountUser("l1", "l1", "44.01.002", mediation.GridWorker, at),
		accountUser("l2", "l2", "44.01.0021", mediation.GridWorker, at),
		accountUser("l3", "l3", "44.01", mediation.TownshipStaff, at),
		accountUser("l4", "l4", "44.01.002.03", mediation.GridWorker, at.Add(time.Minute)),
		accountUser("l5", "l5", "44.02", mediation.TownshipStaff, at.Add(time.Hour)),
	} {
		accountOK(t, p.Create(ctx, u))
	}
	_, err := p.Update(ctx, "l4", func(u *account.User) error { u.Mediator = "m-l"; return nil })
	accountOK(t, err)
	for _, c := range []struct {
		about string
		f     account.Filter
		want  []string
	}{
		{"a county sees its townships", account.Filter{Area: "44"}, []string{"l1", "l2", "l3", "l4", "l5"}},
		{"an area is matched by segment, never by prefix", account.Filter{Area: "44.01.002"}, []string{"l1", "l4"}},
		{"a role within an area", account.Filter{Area: "44", Role: mediation.TownshipStaff}, []string{"l3", "l5"}},
		{"whose a mediator's record is", account.Filter{Mediator: "m-l"}, []string{"l4"}},
		{"a record that is nobody's", account.Filter{Mediator: "m-"}, nil},
		{"an area with nobody in it", account.Filter{Area: "44.03"}, nil},
	} {
		t.Run(c.about, func(t *testing.T) {
			for _, size := range []int{1, 2, 3, 100} {
				if got := accountUserPages(t, p, c.f, size, nil); !slices.Equal(got, c.want) {
					t.Fatalf("pages of %d: %v, want %v", size, got, c.want)
				}
			}
		})
	}
	t.Run("a moved user is found where they are now", func(t *testing.T) {
		_, err := p.Update(ctx, "l5", func(u *account.User) error { u.Area, u.Role = "44.01", mediation.Leader; return nil })
		accountOK(t, err)
		if got := accountUserPages(t, p, account.Filter{Area: "44.02"}, 10, nil); got != nil {
			t.Fatalf("still in the old area: %v", got)
		}
		if got := accountUserPages(t, p, account.Filter{Area: "44.01", Role: mediation.Leader}, 10, nil); !slices.Equal(got, []string{"l5"}) {
			t.Fatalf("in the new area: %v", got)
		}
	})
	t.Run("locked users can be left out", func(t *testing.T) {
		_, err := p.Update(ctx, "l1", func(u *account.User) error { u.Locked = true; return nil })
		accountOK(t, err)
		if got := accountUserPages(t, p, account.Filter{Area: "44.01.002", Open: true}, 10, nil); !slices.Equal(got, []string{"l4"}) {
			t.Fatalf("open: %v", got)
		}
	})
	t.Run("others joining between pages neither skip nor repeat a user", func(t *testing.T) {
		n := 0
		join := func() {
			n++
			u := accountUser(fmt.Sprintf("new%d", n), fmt.Sprintf("new%d", n), "44.01.002", mediation.GridWorker, at.Add(time.Duration(n)*time.Second))
			accountOK(t, p.Create(ctx, u))
			_, err := p.Update(ctx, "l4", func(u *account.User) error { u.Revision++; return nil })
			accountOK(t, err)
		}
		got := accountUserPages(t, p, account.Filter{Area: "44"}, 1, func(page int) {
			if page < 5 {
				join()
			}
		})
		seen := map[string]int{}
		for _, id := range got {
			seen[id]++
		}
		for _, id := range []string{"l1", "l2", "l3", "l4", "l5"} {
			if seen[id] != 1 {
				t.Fatalf("%s was listed %d times: %v", id, seen[id], got)
			}
		}
	})
	for _, text := range forged(" ") {
		_, _, err = p.List(ctx, account.Filter{After: text, Limit: 1})
		accountFails(t, err, account.ErrInvalid)
	}
}

func accountUserPages(t *testing.T, p account.Users, f account.Filter, size int, between func(page int)) (ids []string) {
	t.Helper()
	for page := 0; page < 100; page++ {
		f.Limit = size
		list, next, err := p.List(context.Background(), f)
		accountOK(t, err)
		if len(list) > size {
			t.Fatalf("a page of %d holds %d", size, len(list))
		}
		for _, u := range list {
			if u.PasswordHash != "" || u.History != nil || u.Name == "" {
				t.Fatalf("a list shows %+v", u)
			}
			ids = append(ids, u.ID)
		}
		if next == "" {
			return ids
		}
		if f.After = next; between != nil {
			between(page)
		}
	}
	t.Fatal("the list does not end")
	return nil
}

func accountSessions(t *testing.T, p account.Sessions) {
	ctx := context.Background()
	var made []account.Session
	for i := range 4 {
		v := account.Session{ID: fmt.Sprintf("s%d", i), User: "u1", Epoch: 2, Generation: 1, Seed: []byte{1, 2, 3}, Device: "手机",
			Created: accountsDay.Add(time.Duration(i) * time.Minute), Until: accountsDay.Add(time.Duration(i) * time.Hour)}
		accountOK(t, p.Create(ctx, v))
		made = append(made, v)
	}
	accountOK(t, p.Create(ctx, account.Session{ID: "s9", User: "u2", Created: accountsDay, Until: accountsDay.AddDate(1, 0, 0)}))
	accountFails(t, p.Create(ctx, made[0]), account.ErrExists)
	got, err := p.Get(ctx, "s2")
	accountOK(t, err)
	if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", made[2]) {
		t.Fatalf("stored %+v\nread   %+v", made[2], got)
	}
	_, err = p.Get(ctx, "s5")
	accountFails(t, err, account.ErrNotFound)
	accountFails(t, p.Update(ctx, "s5", func(*account.Session) error { return nil }), account.ErrNotFound)

	t.Run("a user's sessions, newest first", func(t *testing.T) {
		list, err := p.OfUser(ctx, "u1", 3)
		accountOK(t, err)
		var ids []string
		for _, v := range list {
			ids = append(ids, v.ID)
		}
		if !slices.Equal(ids, []string{"s3", "s2", "s1"}) {
			t.Fatalf("got %v", ids)
		}
	})
	t.Run("of many who spend one generation one does", func(t *testing.T) {
		spent := errors.New("spent")
		won := accountRace(t, 50, spent, func(int) error {
			return p.Update(ctx, "s3", func(v *account.Session) error {
				if v.Generation != 1 {
					return spent
				}
				v.Generation++
				return nil
			})
		})
		if won != 1 {
			t.Fatalf("%d spent it", won)
		}
	})
	t.Run("purging takes what is over and no more", func(t *testing.T) {
		// s1 is prolonged, so that s0 and s2 are over.
		accountOK(t, p.Update(ctx, "s1", func(v *account.Session) error { v.Until = accountsDay.AddDate(0, 1, 0); return nil }))
		n, err := p.Purge(ctx, accountsDay.Add(150*time.Minute), 1)
		accountOK(t, err)
		if n != 1 {
			t.Fatalf("purged %d of at most 1", n)
		}
		if n, err = p.Purge(ctx, accountsDay.Add(150*time.Minute), 100); err != nil || n != 1 {
			t.Fatalf("purged %d, %v", n, err)
		}
		for id, want := range map[string]error{"s0": account.ErrNotFound, "s1": nil, "s2": account.ErrNotFound, "s3": nil, "s9": nil} {
			_, err := p.Get(ctx, id)
			accountFails(t, err, want)
		}
	})
}

func accountAttempts(t *testing.T, p account.Attempts) {
	ctx := context.Background()
	if got, err := p.Get(ctx, "a", "b"); err != nil || len(got) != 0 {
		t.Fatalf("nothing failed yet: %v, %v", got, err)
	}
	const n = 40
	accountRace(t, n, nil, func(int) error {
		return p.Update(ctx, "a", func(a *account.Attempt) { a.Failures++; a.Last = accountsDay; a.Until = accountsDay.Add(time.Minute) })
	})
	got, err := p.Get(ctx, "a", "b")
	accountOK(t, err)
	if len(got) != 1 || got[0].ID != "a" || got[0].Failures != n || !got[0].Until.Equal(accountsDay.Add(time.Minute)) {
		t.Fatalf("after %d failures at once: %+v", n, got)
	}
	accountOK(t, p.Clear(ctx, "a", "b"))
	if got, _ := p.Get(ctx, "a"); len(got) != 0 {
		t.Fatalf("cleared, but %+v", got)
	}
	for i, id := range []string{"x", "y", "z"} {
		accountOK(t, p.Update(ctx, id, func(a *account.Attempt) { a.Last = accountsDay.Add(time.Duration(i) * time.Hour) }))
	}
	if n, err := p.Purge(ctx, accountsDay.Add(90*time.Minute), 10); err != nil || n != 2 {
		t.Fatalf("purged %d, %v", n, err)
	}
	if got, _ := p.Get(ctx, "x", "y", "z"); len(got) != 1 || got[0].ID != "z" {
		t.Fatalf("left %+v", got)
	}
}

func accountKeys(t *testing.T, p account.Keys) {
	ctx := context.Background()
	k := account.Key{ID: "k1", Public: []byte{1}, Sealed: []byte{2, 3}, Created: accountsDay, ActiveFrom: accountsDay.Add(time.Minute)}
	won := accountRace(t, 10, account.ErrExists, func(i int) error {
		mine := k
		mine.Sealed = []byte{byte(i)}
		return p.Add(ctx, mine)
	})
	if won != 1 {
		t.Fatalf("%d keys of one id were added", won)
	}
	for i := range 120 {
		accountOK(t, p.Add(ctx, account.Key{ID: fmt.Sprintf("more%d", i), Created: accountsDay.Add(time.Duration(i/50) * time.Second)}))
	}
	list, err := p.List(ctx)
	accountOK(t, err)
	if len(list) != 121 {
		t.Fatalf("%d keys listed of 121", len(list))
	}
	i := slices.IndexFunc(list, func(k account.Key) bool { return k.ID == "k1" })
	if i < 0 || !bytes.Equal(list[i].Public, k.Public) || !list[i].ActiveFrom.Equal(k.ActiveFrom) {
		t.Fatalf("k1 is not as it was stored: %+v", list)
	}
	for _, k := range list {
		accountOK(t, p.Delete(ctx, k.ID))
	}
	accountOK(t, p.Delete(ctx, "k1"))
	if list, err = p.List(ctx); err != nil || len(list) != 0 {
		t.Fatalf("deleted, but %v, %v", list, err)
	}
}

func accountCodes(t *testing.T, p account.Codes) {
	ctx := context.Background()
	_, err := p.Get(ctx, "c")
	accountFails(t, err, account.ErrNotFound)
	accountOK(t, p.Put(ctx, account.Code{ID: "c", Hash: []byte("old"), Until: accountsDay}))
	accountOK(t, p.Put(ctx, account.Code{ID: "c", Hash: []byte("new"), Until: accountsDay.Add(time.Hour)}))
	c, err := p.Get(ctx, "c")
	accountOK(t, err)
	if c.ID != "c" || string(c.Hash) != "new" || !c.Until.Equal(accountsDay.Add(time.Hour)) {
		t.Fatalf("the code is %+v", c)
	}
}
