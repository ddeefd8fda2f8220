package account_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"fengqiao/internal/account"
	"fengqiao/mediation"
)

// forger has the installation's real signing key, so that each test can be wrong in one thing only.
type forger struct {
	w       *town
	key     account.Key
	private ed25519.PrivateKey
	good    jwt.MapClaims
}

func newForger(t *testing.T, w *town, s *account.Service) *forger {
	t.Helper()
	f := &forger{w: w}
	keys, err := w.store.SigningKeys().List(ctx)
	must(t, err)
	for _, k := range keys {
		if len(k.Public) > 0 {
			f.key = k
		}
	}
	seed, err := w.vault.Unwrap(ctx, f.key.Sealed)
	must(t, err)
	f.private = ed25519.NewKeyFromSeed(seed)
	tokens := w.signIn(s, w.user(s, mediation.GridWorker))
	_, _, err = jwt.NewParser().ParseUnverified(tokens.Access, &f.good)
	must(t, err)
	return f
}

// token signs the good claims after a change. A nil value takes a claim out.
func (f *forger) token(t *testing.T, method jwt.SigningMethod, key any, header, change map[string]any) string {
	t.Helper()
	claims := jwt.MapClaims{}
	for k, v := range f.good {
		claims[k] = v
	}
	for k, v := range change {
		if claims[k] = v; v == nil {
			delete(claims, k)
		}
	}
	token := jwt.NewWithClaims(method, claims)
	token.Header["kid"], token.Header["typ"] = f.key.ID, "at+jwt"
	for k, v := range header {
		token.Header[k] = v
	}
	text, err := token.SignedString(key)
	must(t, err)
	return text
}

func TestForgedTokensAreRefused(t *testing.T) {
	w := newTown(t)
	s := w.instance()
	f := newForger(t, w, s)
	_, stranger, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	eddsa, now := jwt.SigningMethodEdDSA, w.clock.now()
	type m = map[string]any
	good := f.token(t, eddsa, f.private, nil, nil)
	_, _, err = s.Verify(ctx, good)
	must(t, err)
	parts := strings.Split(good, ".")
	raised := base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(decodePart(t, parts[1]), "grid_worker", "administrator", 1)))
	hmacKey, none := jwt.SigningMethodHS256, jwt.SigningMethodNone

	for _, c := range []struct {
		about, token string
		want         error
	}{
		{"nothing", "", account.ErrTokenInvalid},
		{"no JWT", "abc", account.ErrTokenInvalid},
		{"two parts", parts[0] + "." + parts[1], account.ErrTokenInvalid},
		{"no signature", parts[0] + "." + parts[1] + ".", account.ErrTokenInvalid},
		{"a line break in the signature", good[:len(good)-2] + "\n" + good[len(good)-2:], account.ErrTokenInvalid},
		{"another's signature", parts[0] + "." + raised + "." + parts[2], account.ErrTokenInvalid},
		{"far too long", strings.Repeat("a", 1<<20), account.ErrTokenInvalid},
		{"algorithm none", f.token(t, none, jwt.UnsafeAllowNoneSignatureType, nil, nil), account.ErrTokenInvalid},
		{"algorithm None in other letters", f.token(t, none, jwt.UnsafeAllowNoneSignatureType, m{"alg": "nOnE"}, nil), account.ErrTokenInvalid},
		{"HS256 with the public key as its secret", f.token(t, hmacKey, []byte(f.key.Public), nil, nil), account.ErrTokenInvalid},
		{"HS256 passed off as EdDSA", f.token(t, hmacKey, []byte(f.key.Public), m{"alg": "EdDSA"}, nil), account.ErrTokenInvalid},
		{"a stranger's key under our kid", f.token(t, eddsa, stranger, nil, nil), account.ErrTokenInvalid},
		{"a stranger's key in the header", f.token(t, eddsa, stranger, m{"jwk": m{"kty": "OKP", "crv": "Ed25519", "x": "AA"}}, nil), account.ErrTokenInvalid},
		{"an unknown kid", f.token(t, eddsa, f.private, m{"kid": "nobody"}, nil), account.ErrTokenInvalid},
		{"the MAC key's kid", f.token(t, eddsa, f.private, m{"kid": "mac"}, nil), account.ErrTokenInvalid},
		{"a kid that is no text", f.token(t, eddsa, f.private, m{"kid": 7}, nil), account.ErrTokenInvalid},
		{"another kind of JWT", f.token(t, eddsa, f.private, m{"typ": "JWT"}, nil), account.ErrTokenInvalid},
		{"another audience", f.token(t, eddsa, f.private, nil, m{"aud": "bank"}), account.ErrTokenInvalid},
		{"no audience", f.token(t, eddsa, f.private, nil, m{"aud": nil}), account.ErrTokenInvalid},
		{"another issuer", f.token(t, eddsa, f.private, nil, m{"iss": "bank"}), account.ErrTokenInvalid},
		{"no issuer", f.token(t, eddsa, f.private, nil, m{"iss": nil}), account.ErrTokenInvalid},
		{"no expiry", f.token(t, eddsa, f.private, nil, m{"exp": nil}), account.ErrTokenInvalid},
		{"expired", f.token(t, eddsa, f.private, nil, m{"exp": now.Add(-time.Minute).Unix()}), account.ErrTokenExpired},
		{"expired and for another audience", f.token(t, eddsa, f.private, nil, m{"exp": now.Add(-time.Minute).Unix(), "aud": "bank"}), account.ErrTokenInvalid},
		{"issued in the future", f.token(t, eddsa, f.private, nil, m{"iat": now.Add(time.Hour).Unix()}), account.ErrTokenInvalid},
		{"not valid yet", f.token(t, eddsa, f.private, nil, m{"nbf": now.Add(time.Hour).Unix()}), account.ErrTokenInvalid},
		{"no subject", f.token(t, eddsa, f.private, nil, m{"sub": nil}), account.ErrTokenInvalid},
		{"no issue time", f.token(t, eddsa, f.private, nil, m{"iat": nil}), account.ErrTokenInvalid},
		{"a role that nobody has", f.token(t, eddsa, f.private, nil, m{"role": "emperor"}), account.ErrTokenInvalid},
		{"the sweep's role", f.token(t, eddsa, f.private, nil, m{"role": "system"}), account.ErrTokenInvalid},
		{"a user without a session", f.token(t, eddsa, f.private, nil, m{"sid": nil}), account.ErrTokenInvalid},
		{"a user with a party's case", f.token(t, eddsa, f.private, nil, m{"case": "c1"}), account.ErrTokenInvalid},
		{"a party without a case", f.token(t, eddsa, f.private, nil, m{"role": "party", "sid": nil, "area": nil, "unit": nil, "mediator": nil}), account.ErrTokenInvalid},
		{"a party with an area", f.token(t, eddsa, f.private, nil, m{"role": "party", "sid": nil, "case": "c1"}), account.ErrTokenInvalid},
		{"a session that never was", f.token(t, eddsa, f.private, nil, m{"sid": "11111111-1111-4111-8111-111111111111"}), account.ErrSessionEnded},
	} {
		t.Run(c.about, func(t *testing.T) {
			for range 2 { // the second time must not come from the cache
				actor, caller, err := s.Verify(ctx, c.token)
				refused(t, err, c.want)
				if actor != (mediation.Actor{}) || caller != (account.Caller{}) {
					t.Fatal("says who it is in spite of the error")
				}
			}
		})
	}
	t.Run("a clock that is a little off is forgiven", func(t *testing.T) {
		_, _, err := s.Verify(ctx, f.token(t, eddsa, f.private, nil, m{"exp": now.Add(-account.Leeway + time.Second).Unix(), "iat": now.Add(20 * time.Second).Unix()}))
		must(t, err)
	})
}

func decodePart(t *testing.T, part string) string {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(part)
	must(t, err)
	return string(raw)
}

func TestPartyToken(t *testing.T) {
	w := newTown(t)
	s := w.instance()
	link := time.Date(2030, 1, 2, 3, 4, 5, 6_000_000, time.UTC) // a case lives in a time of its own
	token, expires, err := s.PartyToken(ctx, "case-1", "party-9", link)
	must(t, err)
	actor, caller, err := s.Verify(ctx, token)
	must(t, err)
	if want := (mediation.Actor{ID: "party-9", Role: mediation.PartyRole, Case: "case-1"}); actor != want {
		t.Fatalf("actor %+v, want %+v", actor, want)
	}
	if caller.Session == "" || !caller.Link.Equal(link) || !caller.Expires.Equal(expires) || !expires.Equal(w.clock.now().Add(account.PartyLife)) {
		t.Fatalf("caller %+v", caller)
	}
	if !s.CheckCSRF(caller.Session, s.CSRF(caller.Session)) {
		t.Fatal("a party's browser cannot be protected")
	}
	w.clock.advance(account.PartyLife - time.Second)
	_, _, err = s.Verify(ctx, token)
	must(t, err)
	w.clock.advance(time.Second + account.Leeway)
	_, _, err = s.Verify(ctx, token)
	refused(t, err, account.ErrTokenExpired)
	_, _, err = s.PartyToken(ctx, "", "party-9", link)
	refused(t, err, account.ErrInvalid)
}

func TestCSRF(t *testing.T) {
	w := newTown(t)
	a, b := w.instance(), w.instance()
	token := a.CSRF("session-1")
	if !b.CheckCSRF("session-1", token) {
		t.Fatal("another instance does not know it")
	}
	for session, token := range map[string]string{"session-2": token, "": a.CSRF(""), "session-1": token + "A"} {
		if a.CheckCSRF(session, token) {
			t.Errorf("session %q accepts %q", session, token)
		}
	}
	if other := newTown(t).instance(); other.CheckCSRF("session-1", token) {
		t.Fatal("another installation accepts it")
	}
}

// FuzzTokens: whatever a token is altered to, it opens nothing, and the refusal tells nothing of whom it was.
func FuzzTokens(f *testing.F) {
	w := newTown(f)
	s := w.instance()
	u := w.user(s, mediation.GridWorker)
	tokens := w.signIn(s, u)
	party, _, err := s.PartyToken(ctx, "case-1", "party-9", time.UnixMilli(1))
	must(f, err)
	secret := make([]byte, 32)
	csrf, device := s.CSRF(tokens.Session), account.MarkDevice(secret, u.Login, []byte("0123456789abcdef"))
	for _, token := range []string{tokens.Access, party, tokens.Refresh, csrf, device} {
		f.Add(token)
		f.Add(token[:len(token)-1])
		f.Add(token[:len(token)-3] + "\n" + token[len(token)-3:])
	}
	f.Fuzz(func(t *testing.T, text string) {
		actor, caller, err := s.Verify(ctx, text)
		switch genuine := text == tokens.Access || text == party; {
		case genuine && err != nil, !genuine && err == nil:
			t.Fatalf("%q: %v", text, err)
		case err != nil && !errors.Is(err, account.ErrTokenInvalid), err != nil && (actor != mediation.Actor{} || caller != account.Caller{}):
			t.Fatalf("%q is refused with %v as %+v", text, err, actor)
		}
		if text != tokens.Refresh {
			_, err := s.Refresh(ctx, text)
			refused(t, err, account.ErrTokenInvalid)
			refused(t, s.SignOutBy(ctx, text), account.ErrTokenInvalid)
		}
		if s.CheckCSRF(tokens.Session, text) != (text == csrf) {
			t.Fatalf("the CSRF token %q", text)
		}
		if account.KnowsDevice(secret, u.Login, text) != (text == device) {
			t.Fatalf("the device token %q", text)
		}
	})
}
