package account

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Tokens is what a sign-in or a refresh gives.
type Tokens struct {
	User    User
	Session string
	// Access is sent with every request until Expires; Refresh gets the next pair until RefreshUntil.
	Access       string
	Expires      time.Time
	Refresh      string
	RefreshUntil time.Time
	// Device is sent with the next sign-in on the same device (Device.Token) and survives signing out. Empty after a
	// refresh, which does not change it.
	Device string
}

// A refresh token is its session's id, a generation and a MAC over both and the session's own random seed. The store has
// no token to lose: who reads it lacks the MAC key, who has the MAC key lacks the seed. And because every token can
// be made again, an old one is known for what it is without a list of old ones, while a guess ends nobody's session.
const (
	refreshPrefix = "fqr_"
	refreshSize   = 16 + 8 + macSize
)

func (r *ring) refreshToken(s Session, generation uint64) (string, error) {
	id, err := uuid.Parse(s.ID)
	if err != nil {
		return "", err
	}
	raw := binary.BigEndian.AppendUint64(append(make([]byte, 0, refreshSize), id[:]...), generation)
	raw = append(raw, r.mac("refresh", string(raw), string(s.Seed))...)
	return refreshPrefix + base64.RawURLEncoding.EncodeToString(raw), nil
}

// readRefresh takes a token apart; whether it is ours only the session can tell.
func readRefresh(token string) (session string, generation uint64, ok bool) {
	rest, ok := strings.CutPrefix(token, refreshPrefix)
	if !ok || len(rest) > 2*refreshSize {
		return "", 0, false
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(rest)
	if err != nil || len(raw) != refreshSize {
		return "", 0, false
	}
	return uuid.UUID(raw[:16]).String(), binary.BigEndian.Uint64(raw[16:24]), true
}

// errUnchanged leaves an update without a write.
var errUnchanged = errors.New("account: nothing to store")

// rotate is the rule of refreshing: what becomes of a session when its token of a generation is presented. It returns
// ErrReused where the session had to end, which must then be stored; errUnchanged where nothing is.
//
// The generation just before gets the same successor again for Grace after the rotation, because a phone whose answer
// was lost in a tunnel, or two tabs that woke together, would otherwise be signed out. That is safe enough: the successor
// is the same token and not a second line, so a thief and the owner still hold one copy each of one token, and
// whoever comes second with it after the next rotation ends the session. Grace puts that off by one generation and
// never reaches further back.
func (s *Session) rotate(generation uint64, now time.Time) error {
	switch {
	case !s.Ended.IsZero():
		return ErrSessionEnded
	case !now.Before(s.Until):
		return ErrTokenExpired
	case generation == s.Generation:
		s.Generation++
		s.Rotated = now
		s.Until = earlier(now.Add(IdleLife), s.Created.Add(MaxLife))
		return nil
	case generation+1 == s.Generation && now.Sub(s.Rotated) < Grace:
		return errUnchanged
	default:
		// An older generation, or after a restored backup a newer one than the store remembers: two lines exist.
		s.end(now, "reuse")
		return ErrReused
	}
}

func (s *Session) end(now time.Time, by string) {
	if s.Ended.IsZero() {
		s.Ended, s.EndedBy = now, by
	}
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// Refresh exchanges a refresh token for the next pair. A token used before ends its session with ErrReused (see rotate
// for the short grace); ErrSessionEnded, ErrTokenExpired, ErrTokenInvalid ask the user to sign in again. After
// ErrUncertain or a lost answer the same token may be sent again within Grace.
func (s *Service) Refresh(ctx context.Context, token string) (Tokens, error) {
	id, generation, ok := readRefresh(token)
	if !ok {
		return Tokens{}, ErrTokenInvalid
	}
	r := s.keys.get(ctx, ringLife)
	now := s.now()
	var session Session
	var outcome error
	err := s.ports.Sessions.Update(ctx, id, func(stored *Session) error {
		genuine, err := r.refreshToken(*stored, generation)
		if err != nil || !same([]byte(genuine), []byte(token)) {
			return ErrTokenInvalid
		}
		outcome = stored.rotate(generation, now)
		session = *stored
		if errors.Is(outcome, ErrReused) {
			return nil
		}
		return outcome
	})
	if err != nil && !errors.Is(err, errUnchanged) {
		return Tokens{}, absent(err, ErrTokenInvalid)
	}
	if errors.Is(outcome, ErrReused) {
		s.forget(session.User)
		return Tokens{}, ErrReused
	}
	u, err := s.ports.Users.Get(ctx, session.User)
	if err != nil {
		return Tokens{}, absent(err, ErrSessionEnded)
	}
	if !u.Holds(session) {
		return Tokens{}, ErrSessionEnded
	}
	return s.issue(ctx, r, u, session)
}

// issue makes the tokens of a session's present generation.
func (s *Service) issue(ctx context.Context, r *ring, u User, session Session) (Tokens, error) {
	access, expires, err := s.sign(ctx, u.actor(), session.ID, 0, AccessLife)
	if err != nil {
		return Tokens{}, err
	}
	refresh, err := r.refreshToken(session, session.Generation)
	if err != nil {
		return Tokens{}, err
	}
	u.PasswordHash = ""
	return Tokens{User: u, Session: session.ID, Access: access, Expires: expires, Refresh: refresh, RefreshUntil: session.Until}, nil
}

// SignOut ends one session of a user, of this device or another. ErrNotFound if it is not theirs.
func (s *Service) SignOut(ctx context.Context, user, session string) error {
	now := s.now()
	err := s.ports.Sessions.Update(ctx, session, func(stored *Session) error {
		if stored.User != user {
			return ErrNotFound
		}
		stored.end(now, "sign_out")
		return nil
	})
	s.forget(user)
	return err
}

// SignOutBy ends the session that a refresh token is of, whichever of its generations it is. ErrTokenInvalid.
func (s *Service) SignOutBy(ctx context.Context, token string) error {
	id, generation, ok := readRefresh(token)
	if !ok {
		return ErrTokenInvalid
	}
	r, now, user := s.keys.get(ctx, ringLife), s.now(), ""
	err := s.ports.Sessions.Update(ctx, id, func(stored *Session) error {
		genuine, err := r.refreshToken(*stored, generation)
		if err != nil || !same([]byte(genuine), []byte(token)) {
			return ErrTokenInvalid
		}
		user = stored.User
		stored.end(now, "sign_out")
		return nil
	})
	s.forget(user)
	return absent(err, ErrTokenInvalid)
}

// SignOutEverywhere ends all sessions of a user, by the user or an administrator.
func (s *Service) SignOutEverywhere(ctx context.Context, by, user string) error {
	now := s.now()
	_, err := s.ports.Users.Update(ctx, user, func(u *User) error {
		u.changed(now, by, "signed_out_everywhere", "", true)
		return nil
	})
	s.forget(user)
	return err
}

// Devices returns the sessions of a user that are running, newest first, at most 100.
func (s *Service) Devices(ctx context.Context, user string) ([]Session, error) {
	u, err := s.ports.Users.Get(ctx, user)
	if err != nil {
		return nil, err
	}
	all, err := s.ports.Sessions.OfUser(ctx, user, 100)
	if err != nil {
		return nil, err
	}
	running := all[:0]
	for _, session := range all {
		if session.Ended.IsZero() && s.now().Before(session.Until) && u.Holds(session) {
			session.Seed = nil
			running = append(running, session)
		}
	}
	return running, nil
}
