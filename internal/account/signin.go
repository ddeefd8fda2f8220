package account

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// SignIn exchanges a login and a password for tokens. ErrBadCredentials, ErrLockedOut and ErrBusy (both with RetryAfter);
// to who knows the password also ErrLocked, ErrMustChange and ErrPasswordExpired.
func (s *Service) SignIn(ctx context.Context, login, password string, device Device) (Tokens, error) {
	u, err := s.prove(ctx, login, password, device)
	if err != nil {
		return Tokens{}, err
	}
	if u.MustChange {
		return Tokens{}, ErrMustChange
	}
	return s.begin(ctx, u, device)
}

// ChangePassword sets a new password in exchange for the old or the one-time one, ends every session of the user and
// begins a new one. The same refusals as SignIn (without ErrMustChange), and ErrWeakPassword.
func (s *Service) ChangePassword(ctx context.Context, login, old, password string, device Device) (Tokens, error) {
	if folded, err := FoldLogin(login); err == nil {
		if err := CheckPassword(folded, password); err != nil {
			return Tokens{}, err
		}
	}
	u, err := s.prove(ctx, login, old, device)
	if err != nil {
		return Tokens{}, err
	}
	if old == password {
		return Tokens{}, ErrWeakPassword.because("unchanged")
	}
	hash, err := s.hashPassword(ctx, password)
	if err != nil {
		return Tokens{}, err
	}
	now, proven := s.now(), u.PasswordHash
	u, err = s.ports.Users.Update(ctx, u.ID, func(u *User) error {
		if u.PasswordHash != proven {
			return ErrBadCredentials // somebody else set a password while we were hashing
		}
		u.PasswordHash = hash
		u.MustChange = false
		u.PasswordUntil = time.Time{}
		u.changed(now, u.ID, "password_changed", "", true)
		return nil
	})
	if err != nil {
		return Tokens{}, absent(err, ErrBadCredentials)
	}
	s.forget(u.ID)
	return s.begin(ctx, u, device)
}

// prove finds the user whose password this is and keeps the count of failures. Nothing in its answer or its cost tells
// whether a login exists.
func (s *Service) prove(ctx context.Context, login, password string, device Device) (User, error) {
	folded, err := FoldLogin(login)
	if err != nil {
		// Cannot be anybody's, but must cost and count the same.
		folded = strings.ToLower(login[:min(len(login), maxLogin)])
	}
	leave, err := s.enter(ctx, folded)
	if err != nil {
		return User{}, err
	}
	defer leave()
	ids := s.keys.get(ctx, ringLife).counters(folded, device)
	if err := s.admit(ctx, ids); err != nil {
		return User{}, err
	}
	u, err := s.ports.Users.ByLogin(ctx, folded)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return User{}, err
	}
	typed, usable := normal(password)
	right, stale, err := s.hasher.verify(ctx, u.PasswordHash, typed)
	if err != nil {
		return User{}, err
	}
	if !right || !usable {
		if err := s.failed(ctx, ids); err != nil {
			return User{}, err
		}
		return User{}, ErrBadCredentials
	}
	switch {
	case u.Locked:
		return User{}, ErrLocked
	case u.MustChange && !s.now().Before(u.PasswordUntil):
		return User{}, ErrPasswordExpired
	}
	if err := s.ports.Attempts.Clear(ctx, ids...); err != nil {
		return User{}, err
	}
	if stale {
		return s.rehash(ctx, u, typed)
	}
	return u, nil
}

// rehash brings a hash to today's cost. It may fail for want of room: then the next sign-in tries again.
func (s *Service) rehash(ctx context.Context, u User, typed string) (User, error) {
	hash, err := s.hasher.hash(ctx, typed)
	if err != nil {
		return u, nil
	}
	return s.ports.Users.Update(ctx, u.ID, func(stored *User) error {
		if stored.PasswordHash == u.PasswordHash {
			stored.PasswordHash = hash
		}
		return nil
	})
}

// begin starts a session of a user who has proven to be one.
func (s *Service) begin(ctx context.Context, u User, device Device) (Tokens, error) {
	id, err := s.newID()
	if err != nil {
		return Tokens{}, err
	}
	secret, err := s.randomBytes(32 + 16)
	if err != nil {
		return Tokens{}, err
	}
	now := s.now()
	session := Session{
		ID: id, User: u.ID, Epoch: u.Epoch, Generation: 1, Seed: secret[:32:32], Device: deviceName(device.Name),
		Created: now, Rotated: now, Until: now.Add(IdleLife),
	}
	if err := s.ports.Sessions.Create(ctx, session); err != nil {
		return Tokens{}, err
	}
	r := s.keys.get(ctx, ringLife)
	tokens, err := s.issue(ctx, r, u, session)
	if err != nil {
		return Tokens{}, err
	}
	tokens.Device = device.Token
	if _, known := r.knownDevice(u.Login, device.Token); !known {
		tokens.Device = r.deviceToken(u.Login, secret[32:])
	}
	return tokens, nil
}

func deviceName(name string) string {
	return strings.TrimSpace(strings.ToValidUTF8(name[:min(len(name), maxField)], ""))
}

// hashPassword hashes a new password in its normal form.
func (s *Service) hashPassword(ctx context.Context, password string) (string, error) {
	typed, ok := normal(password)
	if !ok {
		return "", ErrWeakPassword.because("bad_characters")
	}
	hash, err := s.hasher.hash(ctx, typed)
	if err != nil {
		return "", fmt.Errorf("account: hash password: %w", err)
	}
	return hash, nil
}
