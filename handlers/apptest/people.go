package apptest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"fengqiao/internal/account"
	"fengqiao/mediation"
)

// Password is everybody's.
const Password = "石榴树下三把椅子 and a lamp"

// Unit is the department that unit staff belong to.
const Unit = "富阳区信访局"

// Person is somebody who is signed in. nil is nobody.
type Person struct {
	User    account.User
	Token   string
	expires time.Time
}

// As is the person of a role in a township; township staff and everybody else have the township as their area, grid people
// their grid, county staff, supervisors and leaders the township too, so that each sees one of the two.
func (a *App) As(t testing.TB, role mediation.Role, p Place) *Person {
	t.Helper()
	key := string(role) + "@" + string(p)
	if known, ok := a.people.Load(key); ok {
		person := known.(*Person)
		if a.Machine.Now().Before(person.expires.Add(-time.Minute)) {
			return person
		}
		return a.signIn(t, key, person.User)
	}
	place := account.Place{Role: role, Area: p.Code()}
	switch role {
	case mediation.GridWorker, mediation.GridLeader, mediation.InformationOfficer:
		place.Area = p.Grid()
	case mediation.MediatorRole:
		place.Mediator = fmt.Sprintf("m-%d-own", slices.Index([]Place{Here, There}, p))
	case mediation.UnitStaff:
		place.Unit = Unit
	case mediation.Desk:
		place.Unit = p.DeskUnit()
	}
	u := a.NewUser(t, key, place)
	if place.Mediator != "" {
		_, err := a.Store.Mediators().Update(context.Background(), place.Mediator, func(m *mediation.Mediator) error {
			m.User = u.ID
			return nil
		})
		must(t, err)
	}
	return a.signIn(t, key, u)
}

// Root is an administrator of everywhere.
func (a *App) Root(t testing.TB) *Person {
	t.Helper()
	return a.Post(t, "root", account.Place{Role: mediation.Administrator})
}

// Post is a person in any post, by a name of the test's choosing.
func (a *App) Post(t testing.TB, login string, place account.Place) *Person {
	t.Helper()
	if known, ok := a.people.Load(login); ok {
		return known.(*Person)
	}
	return a.signIn(t, login, a.NewUser(t, login, place))
}

// NewUser makes a user with Password who is not signed in.
func (a *App) NewUser(t testing.TB, login string, place account.Place) account.User {
	t.Helper()
	u, err := a.Accounts.CreateUser(context.Background(), "test", account.NewUser{Login: login, Name: "测试" + string(place.Role), Place: place, Password: Password})
	must(t, err)
	return u
}

func (a *App) signIn(t testing.TB, key string, u account.User) *Person {
	t.Helper()
	tokens, err := a.Accounts.SignIn(context.Background(), u.Login, Password, account.Device{Address: "192.0.2.1", Name: "test"})
	must(t, err)
	p := &Person{User: u, Token: tokens.Access, expires: tokens.Expires}
	a.people.Store(key, p)
	return p
}

// Party is the bearer of a party's link to a case.
func (a *App) Party(t testing.TB, caseID, party string) *Person {
	t.Helper()
	c, err := a.Store.Cases().Load(context.Background(), caseID)
	must(t, err)
	var link time.Time
	if p := c.Party(party); p != nil {
		link = p.LinkFrom
	}
	token, expires, err := a.Accounts.PartyToken(context.Background(), caseID, party, link)
	must(t, err)
	return &Person{User: account.User{ID: party, Role: mediation.PartyRole}, Token: token, expires: expires}
}

// Actor is the person as mediation knows them.
func (p *Person) Actor() mediation.Actor {
	u := p.User
	return mediation.Actor{ID: u.ID, Role: u.Role, Area: u.Area, Mediator: u.Mediator, Unit: u.Unit}
}

// Desk is the name of the outside desk whose account As makes for the township, DeskUnit the account's unit.
func (p Place) Desk() string { return fmt.Sprintf("desk_%d", slices.Index([]Place{Here, There}, p)) }

// PoliceDesk is the desk of the police of the whole county, PoliceUnit its account's unit.
const PoliceDesk, PoliceUnit = "desk_110", "110指挥中心"

// DeskUnit is what the desk is known by.
func (p Place) DeskUnit() string { return "12345热线" + string(p) }

// Mediators of the township by kind: "own" (the mediator user's), "elder", "lawyer".
func (p Place) Mediator(which string) string {
	return fmt.Sprintf("m-%d-%s", slices.Index([]Place{Here, There}, p), which)
}
