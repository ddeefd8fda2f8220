package account

import (
	"context"
	"crypto/sha256"
	"errors"
	"strings"

	"fengqiao/mediation"
)

// bootstrapCode is the id of the one code that there is at a time.
const bootstrapCode = "bootstrap"

// Bootstrap returns a one-time code with which Redeem makes the first administrator, in place of any earlier code. Its
// hash alone is stored and it is good for BootstrapLife. ErrAdministratorExists while an administrator can sign in.
func (s *Service) Bootstrap(ctx context.Context) (string, error) {
	if err := s.noAdministrator(ctx); err != nil {
		return "", err
	}
	// 6 × 20 bits: no rate limit is needed to keep 2^120 from being tried, nor a slow hash.
	code, err := words(s.random, 6)
	if err != nil {
		return "", err
	}
	return code, s.ports.Codes.Put(ctx, Code{ID: bootstrapCode, Hash: codeHash(code), Until: s.now().Add(BootstrapLife)})
}

// Redeem makes the first administrator, of everywhere. ErrCodeInvalid, ErrAdministratorExists, and what CreateUser
// refuses. The user's id is made of the code, so that of several who redeem it one wins, the code serves once and storing the
// user is the only write. The same code, login and password again, while the code is good, answer with the same user,
// because the first answer may have been lost; any other password is refused like any other code.
func (s *Service) Redeem(ctx context.Context, code, login, name, password string) (User, error) {
	stored, err := s.ports.Codes.Get(ctx, bootstrapCode)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return User{}, err
	}
	good := same(stored.Hash, codeHash(code)) && s.now().Before(stored.Until)
	id := userID(bootstrapCode, string(stored.Hash))
	if good {
		if u, err := s.redeemed(ctx, id, login, password); !errors.Is(err, ErrNotFound) {
			return u, err
		}
	}
	if err := s.noAdministrator(ctx); err != nil {
		return User{}, err
	}
	if !good {
		return User{}, ErrCodeInvalid
	}
	u, err := s.draft(ctx, bootstrapCode, NewUser{
		Login: login, Name: name, Password: password, Place: Place{Role: mediation.Administrator},
	})
	if err != nil {
		return User{}, err
	}
	u.ID = id
	err = s.ports.Users.Create(ctx, u)
	if errors.Is(err, ErrLoginTaken) {
		// Another's login, or somebody was quicker with the code: perhaps this very request, sent twice.
		if u, again := s.redeemed(ctx, id, login, password); !errors.Is(again, ErrNotFound) {
			return u, again
		}
	}
	return u, err
}

// redeemed returns the user whom a code has made, to who made them. ErrNotFound if it has made none.
func (s *Service) redeemed(ctx context.Context, id, login, password string) (User, error) {
	u, err := s.ports.Users.Get(ctx, id)
	if err != nil {
		return User{}, err
	}
	folded, err := FoldLogin(login)
	if err != nil {
		return User{}, err
	}
	typed, usable := normal(password)
	right, _, err := s.hasher.verify(ctx, u.PasswordHash, typed)
	switch {
	case err != nil:
		return User{}, err
	case right && usable && u.Login == folded:
		return u, nil
	}
	if err := s.noAdministrator(ctx); err != nil {
		return User{}, err
	}
	return User{}, ErrCodeInvalid
}

// codeHash forgives what a person does to a code on its way: capitals, spaces, other or no dashes.
func codeHash(code string) []byte {
	keep := func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '2' && r <= '7' {
			return r
		}
		return -1
	}
	sum := sha256.Sum256([]byte(strings.Map(keep, strings.ToLower(code))))
	return sum[:]
}

func (s *Service) noAdministrator(ctx context.Context) error {
	found, err := s.administrator(ctx, "", func(User) bool { return true })
	if err == nil && found {
		err = ErrAdministratorExists
	}
	return err
}
