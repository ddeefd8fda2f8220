package account_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"fengqiao/grid"
	"fengqiao/internal/account"
	"fengqiao/mediation"
)

// enrolment is a roster over a town's store, with a mediator's record in each of two villages.
func enrolment(t *testing.T) (*town, account.Roster) {
	t.Helper()
	w := newTown(t)
	records := w.store.Mediators()
	for id, area := range map[string]grid.Code{"m-here": "33.01.11.001.001", "m-too": "33.01.11.001.001", "m-there": "33.01.11.002.001"} {
		_, err := records.Put(ctx, mediation.Mediator{ID: id, Name: "调解员", Kind: "elder", Tier: "village", Area: area})
		must(t, err)
	}
	return w, account.Roster{Accounts: w.instance(), Records: records}
}

// township administers the first village's township.
var township = mediation.Actor{ID: "admin", Role: mediation.Administrator, Area: "33.01.11.001"}

func mediatorOf(record string) account.Place {
	return account.Place{Role: mediation.MediatorRole, Area: "33.01.11.001.001", Mediator: record}
}

// names tells whom a record names.
func names(t *testing.T, r account.Roster, record string) string {
	t.Helper()
	m, err := r.Records.Load(ctx, record)
	must(t, err)
	return m.User
}

func TestARecordIsGivenToOneUserOfTheOrderersArea(t *testing.T) {
	_, r := enrolment(t)
	first, err := r.Create(ctx, township, account.NewUser{Login: "first", Name: "甲", Place: mediatorOf("m-here")})
	must(t, err)
	if names(t, r, "m-here") != first.ID {
		t.Fatal("offers of the new mediator go to nobody")
	}
	worker, err := r.Create(ctx, township, account.NewUser{Login: "worker", Name: "乙", Place: account.Place{Role: mediation.GridWorker, Area: "33.01.11.001.001"}})
	must(t, err)
	for _, c := range []struct {
		about string
		place account.Place
		want  error
	}{
		{"one outside the area", mediatorOf("m-there"), account.ErrNoRecord},
		{"one that is not there", mediatorOf("m-none"), account.ErrNoRecord},
		{"one that is another's", mediatorOf("m-here"), account.ErrRecordTaken},
		{"none for a mediator", mediatorOf(""), account.ErrInvalid},
		{"one for a grid worker", account.Place{Role: mediation.GridWorker, Area: "33.01.11.001", Mediator: "m-too"}, account.ErrInvalid},
	} {
		t.Run(c.about, func(t *testing.T) {
			_, err := r.Create(ctx, township, account.NewUser{Login: "second", Name: "丙", Place: c.place})
			refused(t, err, c.want)
			_, err = r.Accounts.UserByLogin(ctx, "second")
			refused(t, err, account.ErrNotFound)
			_, err = r.Change(ctx, township, account.Order{By: "admin"}, worker.ID, account.Changes{Place: &c.place})
			refused(t, err, c.want)
			now, err := r.Accounts.User(ctx, worker.ID)
			must(t, err)
			if now.Revision != worker.Revision || now.Mediator != "" {
				t.Fatalf("the worker became %+v", now)
			}
		})
	}
	if names(t, r, "m-there") != "" || names(t, r, "m-too") != "" || names(t, r, "m-here") != first.ID {
		t.Error("a refusal changed a record")
	}
}

func TestAMoveTakesTheRecordAlong(t *testing.T) {
	_, r := enrolment(t)
	u, err := r.Create(ctx, township, account.NewUser{Login: "md", Name: "甲", Place: mediatorOf("m-here")})
	must(t, err)
	move := func(to account.Place) {
		t.Helper()
		_, err := r.Change(ctx, township, account.Order{By: "admin"}, u.ID, account.Changes{Place: &to})
		must(t, err)
	}
	move(mediatorOf("m-too"))
	if names(t, r, "m-too") != u.ID || names(t, r, "m-here") != "" {
		t.Errorf("m-too names %q, m-here %q", names(t, r, "m-too"), names(t, r, "m-here"))
	}
	_, err = r.Accounts.LockUser(ctx, account.Order{By: "admin"}, u.ID, "休假")
	must(t, err)
	if names(t, r, "m-too") != u.ID {
		t.Error("a lock took the record away")
	}
	move(account.Place{Role: mediation.GridWorker, Area: "33.01.11.001.001"})
	if names(t, r, "m-too") != "" {
		t.Error("who is no mediator any more still gets offers")
	}
}

var errKilled = errors.New("the process is gone")

// killed loses every write to a record.
type killed struct{ account.Records }

func (killed) Update(context.Context, string, func(*mediation.Mediator) error) (mediation.Mediator, error) {
	return mediation.Mediator{}, errKilled
}

func TestACrashBetweenAccountAndRecordIsMended(t *testing.T) {
	_, r := enrolment(t)
	broken := account.Roster{Accounts: r.Accounts, Records: killed{r.Records}}
	_, err := broken.Create(ctx, township, account.NewUser{Login: "md", Name: "甲", Place: mediatorOf("m-here")})
	refused(t, err, errKilled)
	u, err := r.Accounts.UserByLogin(ctx, "md")
	must(t, err)
	_, err = r.Create(ctx, township, account.NewUser{Login: "other", Name: "乙", Place: mediatorOf("m-here")})
	refused(t, err, account.ErrRecordTaken) // the account owns it, whatever the record knows

	name := "甲甲"
	_, err = r.Change(ctx, township, account.Order{By: "admin"}, u.ID, account.Changes{Name: &name})
	must(t, err)
	if names(t, r, "m-here") != u.ID {
		t.Error("the next change of the user did not link the record")
	}

	away := account.Place{Role: mediation.GridWorker, Area: "33.01.11.001.001"}
	_, err = broken.Change(ctx, township, account.Order{By: "admin"}, u.ID, account.Changes{Place: &away})
	refused(t, err, errKilled)
	next, err := r.Create(ctx, township, account.NewUser{Login: "next", Name: "丙", Place: mediatorOf("m-here")})
	must(t, err)
	if names(t, r, "m-here") != next.ID {
		t.Error("the record that was left behind was not taken over")
	}
}

func TestOfManyWhoAreGivenOneRecordOneKeepsIt(t *testing.T) {
	_, r := enrolment(t)
	won := 0
	for _, err := range atOnce(8, func(i int) error {
		_, err := r.Create(ctx, township, account.NewUser{Login: fmt.Sprintf("md%d", i), Name: "甲", Place: mediatorOf("m-here")})
		return err
	}) {
		if err == nil {
			won++
		} else {
			refused(t, err, account.ErrRecordTaken)
		}
	}
	holders, _, err := r.Accounts.ListUsers(ctx, account.Filter{Mediator: "m-here", Limit: 10})
	must(t, err)
	if won != 1 || len(holders) != 1 || names(t, r, "m-here") != holders[0].ID {
		t.Fatalf("%d were given it, %d hold it", won, len(holders))
	}
}
