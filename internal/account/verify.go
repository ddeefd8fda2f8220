package account

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"fengqiao/mediation"
)

// Caller is what an access token says besides who the actor is.
type Caller struct {
	// Session is the sign-in behind the token; for a party, who has none, the token's own id. CSRF goes by it.
	Session string
	// Token is the token's id (jti).
	Token           string
	Issued, Expires time.Time
	// Link names the link behind a party's token: when it was made, to the millisecond. It means nothing for others.
	Link time.Time
}

// maxToken bounds what is hashed and parsed, in bytes.
const maxToken = 4096

// verified is a token whose signature was checked once.
type verified struct {
	actor  mediation.Actor
	caller Caller
	// session is empty for a party.
	session string
	kid     string
	// known is what was last learnt of the session.
	known atomic.Pointer[standing]
}

// standing says that a session stood at a time, and how many revocations this process had made for users like it then.
type standing struct {
	at      time.Time
	revoked uint64
}

// Verify tells who bears an access token. The signature is checked once; that the session still stands is asked of the
// store when what is known is older than Recheck or somebody was revoked here. Call it again for as long as a stream is
// open. ErrTokenExpired, ErrTokenInvalid, ErrSessionEnded; ErrUnavailable when the store does not answer: an unknown
// standing opens nothing. The token may lie in a buffer that is reused later; nothing of it is kept.
func (s *Service) Verify(ctx context.Context, token string) (mediation.Actor, Caller, error) {
	// Base64 is read over line breaks: with them in its signature one token would be many.
	if token == "" || len(token) > maxToken || strings.ContainsAny(token, "\r\n") {
		return mediation.Actor{}, Caller{}, ErrTokenInvalid
	}
	hash := sha256.Sum256([]byte(token))
	v, ok := s.cache.Get(hash)
	if !ok {
		var err error
		if v, err = s.firstSeen(ctx, token); err != nil {
			return mediation.Actor{}, Caller{}, err
		}
	}
	now := s.now()
	if !now.Before(v.caller.Expires.Add(Leeway)) {
		s.cache.Remove(hash)
		return mediation.Actor{}, Caller{}, ErrTokenExpired
	}
	if err := s.stands(ctx, v, now); err != nil {
		return mediation.Actor{}, Caller{}, err
	}
	if !ok {
		s.cache.Add(hash, v)
	}
	return v.actor, v.caller, nil
}

func (s *Service) firstSeen(ctx context.Context, token string) (*verified, error) {
	c, kid, err := s.parse(ctx, token)
	if err != nil {
		return nil, err
	}
	actor, ok := c.actor()
	if !ok {
		return nil, fmt.Errorf("%w: claims do not fit together", ErrTokenInvalid)
	}
	v := &verified{actor: actor, session: c.Session, kid: kid}
	v.caller = Caller{Session: c.Session, Token: c.ID, Issued: c.IssuedAt.Time, Expires: c.ExpiresAt.Time, Link: time.UnixMilli(c.Link)}
	if v.session == "" {
		v.caller.Session = c.ID
	}
	return v, nil
}

// stands asks whether key and session of a verified token are still good, unless that is known well enough.
func (s *Service) stands(ctx context.Context, v *verified, now time.Time) error {
	// Read before the store is, so that a revocation in between makes the answer old at once.
	revoked := s.stripe(v.actor.ID).Load()
	if k := v.known.Load(); k != nil && k.revoked == revoked {
		if age := now.Sub(k.at); age >= 0 && age < Recheck {
			return nil
		}
	}
	if _, ok := s.keys.get(ctx, ringLife).public(v.kid, now); !ok {
		return ErrTokenInvalid.because("key")
	}
	if v.session != "" {
		_, u, err := s.running(ctx, v.session)
		if err != nil {
			return err
		}
		if u.Area != v.actor.Area {
			return ErrTokenExpired.because("area") // a change of plans has moved them
		}
	}
	v.known.Store(&standing{at: now, revoked: revoked})
	return nil
}

// running returns a session that has not ended and its user.
func (s *Service) running(ctx context.Context, id string) (Session, User, error) {
	session, err := s.ports.Sessions.Get(ctx, id)
	if err != nil {
		return Session{}, User{}, absent(err, ErrSessionEnded)
	}
	if !session.Ended.IsZero() {
		return Session{}, User{}, ErrSessionEnded
	}
	u, err := s.ports.Users.Get(ctx, session.User)
	if err != nil {
		return Session{}, User{}, absent(err, ErrSessionEnded)
	}
	if !u.Holds(session) {
		return Session{}, User{}, ErrSessionEnded
	}
	return session, u, nil
}

// Holds tells whether a session of this user is still of the present epoch.
func (u User) Holds(s Session) bool {
	return s.User == u.ID && s.Epoch == u.Epoch && !u.Locked
}
