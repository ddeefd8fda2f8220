package account

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"fengqiao/grid"
	"fengqiao/mediation"
)

// claims are what an access token says (RFC 9068, with claims of our own).
type claims struct {
	jwt.RegisteredClaims
	// Session is the sign-in behind the token; a party's token has none.
	Session  string         `json:"sid,omitempty"`
	Role     mediation.Role `json:"role"`
	Area     grid.Code      `json:"area,omitempty"`
	Unit     string         `json:"unit,omitempty"`
	Mediator string         `json:"mediator,omitempty"`
	// Case is the one case that a party's token opens.
	Case string `json:"case,omitempty"`
	// Link names the party's link, in milliseconds.
	Link int64 `json:"link,omitempty"`
}

// tokenType tells access tokens from every other JWT that may ever be signed with these keys (RFC 9068, 2.1).
const tokenType = "at+jwt"

// actor is who the claims speak of. False if they do not fit together, which a signature alone does not show.
func (c *claims) actor() (mediation.Actor, bool) {
	a := mediation.Actor{ID: c.Subject, Role: c.Role, Area: c.Area, Mediator: c.Mediator, Unit: c.Unit, Case: c.Case}
	if c.Subject == "" || c.ID == "" || c.IssuedAt == nil {
		return a, false
	}
	if c.Role == mediation.PartyRole {
		return a, c.Case != "" && c.Session == "" && c.Area == "" && c.Unit == "" && c.Mediator == ""
	}
	return a, slices.Contains(mediation.AccountRoles, c.Role) && c.Session != "" && c.Case == "" && c.Link == 0
}

// sign issues an access token for an actor and returns it with its expiry.
func (s *Service) sign(ctx context.Context, a mediation.Actor, session string, link int64, life time.Duration) (string, time.Time, error) {
	id, err := s.newID()
	if err != nil {
		return "", time.Time{}, err
	}
	now := s.now()
	key, ok := s.keys.get(ctx, ringLife).active(now)
	if !ok {
		return "", time.Time{}, errors.New("account: no signing key")
	}
	expires := now.Add(life).Truncate(time.Second)
	t := jwt.NewWithClaims(jwt.SigningMethodEdDSA, &claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: s.config.Issuer, Audience: jwt.ClaimStrings{s.config.Audience}, Subject: a.ID, ID: id,
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(expires),
		},
		Session: session, Role: a.Role, Area: a.Area, Unit: a.Unit, Mediator: a.Mediator, Case: a.Case, Link: link,
	})
	t.Header["kid"] = key.ID
	t.Header["typ"] = tokenType
	text, err := t.SignedString(key.private)
	if err != nil {
		return "", time.Time{}, fmt.Errorf("account: sign token: %w", err)
	}
	return text, expires, nil
}

// parse checks an access token by itself: form, algorithm, key, signature, issuer, audience, times, claims.
func (s *Service) parse(ctx context.Context, text string) (*claims, string, error) {
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodEdDSA.Alg()}),
		jwt.WithIssuer(s.config.Issuer), jwt.WithAudience(s.config.Audience),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(),
		jwt.WithLeeway(Leeway), jwt.WithTimeFunc(s.now), jwt.WithStrictDecoding(),
	)
	var c claims
	var kid string
	_, err := parser.ParseWithClaims(text, &c, func(t *jwt.Token) (any, error) {
		kid, _ = t.Header["kid"].(string)
		if t.Header["typ"] != tokenType {
			return nil, ErrTokenInvalid.because("type")
		}
		now := s.now()
		key, ok := s.keys.get(ctx, ringLife).public(kid, now)
		if !ok {
			// Perhaps a key that another instance made a moment ago.
			key, ok = s.keys.get(ctx, missLife).public(kid, now)
		}
		if !ok {
			return nil, ErrTokenInvalid.because("key")
		}
		return key, nil
	})
	switch {
	case errors.Is(err, jwt.ErrTokenExpired) && !errors.Is(err, jwt.ErrTokenInvalidAudience) && !errors.Is(err, jwt.ErrTokenInvalidIssuer):
		return nil, "", ErrTokenExpired
	case err != nil:
		return nil, "", fmt.Errorf("%w: %w", ErrTokenInvalid, err)
	}
	return &c, kid, nil
}

// PartyToken issues the token that a party's link is exchanged for, good for an hour. The caller has checked the link's
// code. Such a token has no session and cannot be revoked: who opens the case with it asks the case whether the party is
// still in it and the link still the same. Note that the Actor's Area is empty; for a party Case is the bound, not Area.
func (s *Service) PartyToken(ctx context.Context, caseID, partyID string, link time.Time) (token string, expires time.Time, err error) {
	if caseID == "" || partyID == "" {
		return "", time.Time{}, ErrInvalid.because("case")
	}
	return s.sign(ctx, mediation.Actor{ID: partyID, Role: mediation.PartyRole, Case: caseID}, "", link.UnixMilli(), PartyLife)
}
