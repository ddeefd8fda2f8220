package account

import (
	"context"
	"crypto/sha256"
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
// refuses. The code is used up last before the user is stored: of several who redeem it one wins, and if the store fails
// in between a new code must be made.
func (s *Service) Redeem(ctx context.Context, code, login, name, password string) (User, error) {
	if err := s.noAdministrator(ctx); err != nil {
		return User{}, err
	}
	u, err := s.draft(ctx, "bootstrap", NewUser{
		Login: login, Name: name, Password: password, Place: Place{Role: mediation.Administrator},
	})
	if err != nil {
		return User{}, err
	}
	if _, err := s.ports.Users.ByLogin(ctx, u.Login); err == nil {
		return User{}, ErrLoginTaken
	}
	now, hash := s.now(), codeHash(code)
	err = s.ports.Codes.Take(ctx, bootstrapCode, func(c Code) bool { return now.Before(c.Until) && same(c.Hash, hash) })
	if err != nil {
		return User{}, absent(err, ErrCodeInvalid)
	}
	return u, s.ports.Users.Create(ctx, u)
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
	open, _, err := s.ports.Users.List(ctx, Filter{Role: mediation.Administrator, Open: true, Limit: 1})
	if err != nil {
		return err
	}
	if len(open) > 0 {
		return ErrAdministratorExists
	}
	return nil
}
