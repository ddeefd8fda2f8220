package account

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/secure/precis"

	"fengqiao/grid"
	"fengqiao/mediation"
)

// User is somebody who may sign in: a member of staff, a grid worker, a mediator, or a machine of another desk.
type User struct {
	ID string
	// Login is unique and in the form that FoldLogin gives.
	Login string
	// Name is what colleagues read.
	Name string
	Role mediation.Role
	// Area bounds what the user sees. Empty means everywhere, which only an administrator can have.
	Area grid.Code
	// Unit is the department of unit staff, Mediator the mediator's record that is this user's.
	Unit, Mediator string
	Posts          []Post
	// Placed is when Area and Posts were last given by somebody; zero in accounts of earlier releases. Plan is the edition of the
	// plan that a change of plans brought them to since, "" if none did, and Earlier what they were before that.
	Placed  time.Time
	Plan    string
	Earlier *mediation.Lay
	// Lang is the language of pushes and papers, a BCP 47 tag; empty means zh-CN.
	Lang string

	Locked       bool
	LockedReason string

	// PasswordHash is a PHC string; empty for an account that cannot sign in until its password is reset. It is
	// blank in what Users.List returns.
	PasswordHash string
	// MustChange: the password is one-time and good for ChangePassword alone, until PasswordUntil.
	MustChange    bool
	PasswordUntil time.Time

	// Epoch counts what voids every session and token before: sign-out everywhere, lock, move, new password.
	Epoch int
	// TokensFrom is when Epoch last rose. For people to read: a comparison of clocks decides nothing.
	TokensFrom time.Time

	Created time.Time
	// Revision counts the changes that people made, from 1; it is what If-Match compares. A silent rehash of the
	// password does not count.
	Revision int
	// History is the newest changes, oldest first.
	History []Change
}

// Change is one line of a user's history.
type Change struct {
	At time.Time
	// By is the id of the user who did it, "bootstrap" or "system".
	By string
	// What is one of created, edited, locked, unlocked, moved, rezoned, unlinked, password_reset, password_changed, signed_out_everywhere.
	What string
	// Note holds the reason of a lock, "role area" before a move or a change of plans, or the record that was lost.
	Note string
}

// maxHistory bounds a user's document; older lines are in the request log.
const maxHistory = 50

// changed notes a change. revoke also voids every session and token so far.
func (u *User) changed(at time.Time, by, what, note string, revoke bool) {
	u.Revision++
	if revoke {
		u.Epoch++
		u.TokensFrom = at
	}
	u.noted(at, by, what, note)
}

// noted adds a line to the history.
func (u *User) noted(at time.Time, by, what, note string) {
	u.History = append(u.History, Change{At: at, By: by, What: what, Note: note})
	if n := len(u.History) - maxHistory; n > 0 {
		u.History = slices.Clone(u.History[n:])
	}
}

// actor is the user as the rest of the system knows them.
func (u User) actor() mediation.Actor {
	return mediation.Actor{ID: u.ID, Role: u.Role, Area: u.Area, Mediator: u.Mediator, Unit: u.Unit}
}

// Place is what a move changes.
type Place struct {
	Role           mediation.Role
	Area           grid.Code
	Unit, Mediator string
}

// Check is the one rule of what a place must be, for requests, the command line and files alike. ErrInvalid with the field.
func (p Place) Check() error {
	switch {
	case !slices.Contains(mediation.AccountRoles, p.Role):
		return ErrInvalid.because("role")
	case p.Area == "" && p.Role != mediation.Administrator:
		// An empty area is the whole country; a form field left out must not give that away.
		return ErrInvalid.because("area")
	case p.Area != "" && !wellFormed(p.Area):
		return ErrInvalid.because("area")
	case p.Unit == "" && p.Role == mediation.UnitStaff:
		return ErrInvalid.because("unit")
	case (p.Mediator != "") != (p.Role == mediation.MediatorRole):
		return ErrInvalid.because("mediator")
	case len(p.Unit) > maxField || len(p.Mediator) > maxField:
		return ErrInvalid.because("unit")
	}
	return nil
}

// maxField and maxLogin bound what a person may type, in bytes.
const (
	maxField = 200
	maxLogin = 100
)

func wellFormed(c grid.Code) bool {
	if len(c) > maxField || strings.ContainsFunc(string(c), func(r rune) bool { return r <= ' ' || r == utf8.RuneError }) {
		return false
	}
	return !slices.Contains(c.Segments(), "")
}

// FoldLogin brings a login into the one form in which it is stored and compared: full-width letters become half-width,
// capitals small (RFC 8265, UsernameCaseMapped). ErrInvalid for what cannot be a login: empty, with spaces or control
// characters, longer than 100 bytes.
func FoldLogin(login string) (string, error) {
	if len(login) > maxLogin {
		return "", ErrInvalid.because("login")
	}
	folded, err := precis.UsernameCaseMapped.String(strings.TrimSpace(login))
	if err != nil || folded == "" || len(folded) > maxLogin {
		return "", ErrInvalid.because("login")
	}
	return folded, nil
}

func checkName(name string) (string, error) {
	name = strings.TrimSpace(name)
	bad := func(r rune) bool { return r < ' ' || r == 0x7f || r == utf8.RuneError }
	if name == "" || len(name) > maxField || strings.ContainsFunc(name, bad) {
		return "", ErrInvalid.because("name")
	}
	return name, nil
}

// Check tells, without asking the store, whether CreateUser would take this. ErrInvalid with the field.
func (n NewUser) Check() error {
	_, err := n.checked()
	return err
}

// checked is the new user with login and name as they are stored.
func (n NewUser) checked() (NewUser, error) {
	var err error
	if n.Login, err = FoldLogin(n.Login); err != nil {
		return n, err
	}
	if n.Name, err = checkName(n.Name); err != nil {
		return n, err
	}
	if err := checkLang(n.Lang); err != nil {
		return n, err
	}
	if err := checkPosts(n.Posts); err != nil {
		return n, err
	}
	return n, n.Place.Check()
}
