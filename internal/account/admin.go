package account

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"golang.org/x/text/language"
)

// Order is who changes a user, and on what knowledge.
type Order struct {
	// By is the id of the administrator, or "system".
	By string
	// Revision is the User.Revision that they saw; another gives ErrStale. 0 changes whatever is there.
	Revision int
}

// NewUser is what it takes to make a user.
type NewUser struct {
	Login, Name string
	Place
	Posts []Post
	Lang  string
	// Password is the first password. Empty makes an account that cannot sign in until ResetPassword.
	Password string
	// MustChange makes Password one-time.
	MustChange bool
	// Key names the order among all of who gives it: the same again, after a lost answer, makes the same user. "" does not.
	Key string
}

// CreateUser makes a user, or returns the one that the same order made before, as they are now. ErrInvalid with the field,
// ErrWeakPassword, ErrLoginTaken, ErrBusy.
func (s *Service) CreateUser(ctx context.Context, by string, n NewUser) (User, error) {
	u, err := s.draft(ctx, by, n)
	if err != nil {
		return User{}, err
	}
	if n.Key != "" {
		u.ID = userID(by, n.Key)
	}
	err = s.ports.Users.Create(ctx, u)
	if n.Key == "" || !errors.Is(err, ErrLoginTaken) {
		return u, err
	}
	if before, err := s.ports.Users.Get(ctx, u.ID); err == nil && before.Login == u.Login {
		return before, nil
	}
	return User{}, err
}

// userNamespace keeps ids that are made of an order apart from everybody else's.
var userNamespace = uuid.MustParse("6f1b7a0e-5d0c-4c1f-9f0e-2b7f6a8d1c34")

// userID is the id of the user whom an order makes, the same on every repetition.
func userID(by, key string) string {
	return uuid.NewSHA1(userNamespace, []byte(by+"\x00"+key)).String()
}

// draft checks a new user and makes everything but the store's part.
func (s *Service) draft(ctx context.Context, by string, n NewUser) (User, error) {
	n, err := n.checked()
	if err != nil {
		return User{}, err
	}
	now := s.now()
	u := User{Login: n.Login, Name: n.Name, Role: n.Role, Area: n.Area, Unit: n.Unit, Mediator: n.Mediator, Posts: n.Posts, Lang: n.Lang, Created: now, Placed: now, TokensFrom: now}
	if n.Password != "" {
		if err = CheckPassword(u.Login, n.Password); err != nil {
			return User{}, err
		}
		if u.PasswordHash, err = s.hashPassword(ctx, n.Password); err != nil {
			return User{}, err
		}
		if n.MustChange {
			u.MustChange, u.PasswordUntil = true, now.Add(OneTimeLife)
		}
	}
	if u.ID, err = s.newID(); err != nil {
		return User{}, err
	}
	u.changed(now, by, "created", "", false)
	return u, nil
}

func checkLang(tag string) error {
	if tag == "" {
		return nil
	}
	if _, err := language.Parse(tag); err != nil || len(tag) > 35 {
		return ErrInvalid.because("lang")
	}
	return nil
}

// User returns a user by id. ErrNotFound.
func (s *Service) User(ctx context.Context, id string) (User, error) {
	return s.ports.Users.Get(ctx, id)
}

// UserByLogin returns a user by login, folded or not. ErrNotFound.
func (s *Service) UserByLogin(ctx context.Context, login string) (User, error) {
	folded, err := FoldLogin(login)
	if err != nil {
		return User{}, ErrNotFound
	}
	return s.ports.Users.ByLogin(ctx, folded)
}

// ListUsers returns a page of users and the cursor of the next, "" at the end. Limit is held between 1 and 200.
func (s *Service) ListUsers(ctx context.Context, f Filter) ([]User, string, error) {
	f.Limit = min(max(f.Limit, 1), 200)
	return s.ports.Users.List(ctx, f)
}

// Changes is what is to become of a user; what is nil stays as it is.
type Changes struct {
	Name, Lang *string
	Place      *Place
	Posts      *[]Post
}

func (c *Changes) check() error {
	if c.Name != nil {
		name, err := checkName(*c.Name)
		if err != nil {
			return err
		}
		c.Name = &name
	}
	if c.Lang != nil {
		if err := checkLang(*c.Lang); err != nil {
			return err
		}
	}
	if c.Posts != nil {
		if err := checkPosts(*c.Posts); err != nil {
			return err
		}
	}
	if c.Place != nil {
		return c.Place.Check()
	}
	return nil
}

// ChangeUser edits a user, moves them to another place, or both, in one write: what is refused has changed nothing. A move
// ends the sessions that knew the old place.
func (s *Service) ChangeUser(ctx context.Context, o Order, id string, c Changes) (User, error) {
	if err := c.check(); err != nil {
		return User{}, err
	}
	if c.Place != nil {
		if err := s.CheckMove(ctx, id, *c.Place); err != nil {
			return User{}, err
		}
	}
	return s.order(ctx, o, id, func(u *User, now time.Time) { u.become(c, o.By, now) })
}

// become makes the changes, as one revision.
func (u *User) become(c Changes, by string, now time.Time) {
	edited := c.Name != nil || c.Lang != nil || c.Posts != nil
	if c.Name != nil {
		u.Name = *c.Name
	}
	if c.Lang != nil {
		u.Lang = *c.Lang
	}
	if c.Posts != nil {
		u.Posts = *c.Posts
	}
	if c.Posts != nil || c.Place != nil {
		u.Placed, u.Plan, u.Earlier = now, "", nil
	}
	if c.Place == nil {
		u.changed(now, by, "edited", "", false)
		return
	}
	if edited {
		u.noted(now, by, "edited", "")
	}
	was := string(u.Role) + " " + string(u.Area)
	u.Role, u.Area, u.Unit, u.Mediator = c.Place.Role, c.Place.Area, c.Place.Unit, c.Place.Mediator
	u.changed(now, by, "moved", was, true)
}

// LockUser locks an account and ends its sessions. ErrLastAdministrator protects the last one.
func (s *Service) LockUser(ctx context.Context, o Order, id, reason string) (User, error) {
	if len(reason) > 5*maxField {
		return User{}, ErrInvalid.because("reason")
	}
	if err := s.CheckMove(ctx, id, Place{}); err != nil {
		return User{}, err
	}
	return s.order(ctx, o, id, func(u *User, now time.Time) {
		u.Locked, u.LockedReason = true, reason
		u.changed(now, o.By, "locked", reason, true)
	})
}

// UnlockUser unlocks an account and forgets its failed attempts, so that somebody whom a stranger's guessing keeps out of
// a new phone gets in.
func (s *Service) UnlockUser(ctx context.Context, o Order, id string) (User, error) {
	u, err := s.order(ctx, o, id, func(u *User, now time.Time) {
		u.Locked, u.LockedReason = false, ""
		u.changed(now, o.By, "unlocked", "", false)
	})
	if err != nil {
		return User{}, err
	}
	return u, s.clearLockout(ctx, u.Login)
}

// ResetPassword sets a one-time password, to be told to the user in person, and ends the sessions. With it SignIn answers
// ErrMustChange; it is good for ChangePassword, once, for OneTimeLife.
func (s *Service) ResetPassword(ctx context.Context, o Order, id string) (string, User, error) {
	password, err := words(s.random, 4)
	if err != nil {
		return "", User{}, err
	}
	hash, err := s.hashPassword(ctx, password)
	if err != nil {
		return "", User{}, err
	}
	u, err := s.order(ctx, o, id, func(u *User, now time.Time) {
		u.PasswordHash, u.MustChange, u.PasswordUntil = hash, true, now.Add(OneTimeLife)
		u.changed(now, o.By, "password_reset", "", true)
	})
	if err != nil {
		return "", User{}, err
	}
	return password, u, s.clearLockout(ctx, u.Login)
}

// order carries out a change if the user is still what the orderer saw.
func (s *Service) order(ctx context.Context, o Order, id string, change func(u *User, now time.Time)) (User, error) {
	now := s.now()
	u, err := s.ports.Users.Update(ctx, id, func(u *User) error {
		if o.Revision != 0 && o.Revision != u.Revision {
			return ErrStale
		}
		change(u, now)
		return nil
	})
	s.forget(id)
	return u, err
}

// clearLockout forgets the failures of a login, and those of the addresses that they came from last: as a rule it is the person
// themselves who mistyped, and they are about to try again from there.
func (s *Service) clearLockout(ctx context.Context, login string) error {
	ids := s.keys.get(ctx, ringLife).counters(login, Device{})
	found, err := s.ports.Attempts.Get(ctx, ids...)
	if err != nil {
		return err
	}
	for _, a := range found {
		ids = append(ids, a.From...)
	}
	return s.ports.Attempts.Clear(ctx, ids...)
}
