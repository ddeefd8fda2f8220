package account_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"fengqiao/internal/account"
	"fengqiao/mediation"
)

func kid(t *testing.T, token string) string {
	t.Helper()
	parsed, _, err := jwt.NewParser().ParseUnverified(token, jwt.MapClaims{})
	must(t, err)
	return parsed.Header["kid"].(string)
}

// published reads a JWKS the way a stranger would.
func published(t *testing.T, s *account.Service) map[string]ed25519.PublicKey {
	t.Helper()
	raw, err := s.JWKS(ctx)
	must(t, err)
	var set struct{ Keys []map[string]string }
	must(t, json.Unmarshal(raw, &set))
	out := map[string]ed25519.PublicKey{}
	for _, k := range set.Keys {
		if k["kty"] != "OKP" || k["crv"] != "Ed25519" || k["alg"] != "EdDSA" || k["use"] != "sig" || k["d"] != "" {
			t.Fatalf("published %v", k)
		}
		x, err := base64.RawURLEncoding.DecodeString(k["x"])
		must(t, err)
		out[k["kid"]] = x
	}
	return out
}

func TestKeyRotation(t *testing.T) {
	w := newTown(t)
	here, there := w.instance(), w.instance()
	party := func() string {
		token, _, err := here.PartyToken(ctx, "c", "p", time.Time{})
		must(t, err)
		return token
	}
	before := party()
	old := kid(t, before)
	fresh, err := here.RotateKey(ctx, false)
	must(t, err)

	if k := kid(t, party()); k != old {
		t.Fatal("a key signs before everybody can know it")
	}
	w.clock.advance(time.Minute)
	for _, s := range []*account.Service{here, there} {
		if keys := published(t, s); len(keys) != 2 || keys[fresh] == nil || keys[old] == nil {
			t.Fatalf("published %v", keys)
		}
	}
	w.clock.advance(9 * time.Minute)
	last := before
	after := party()
	if kid(t, after) != fresh {
		t.Fatal("the new key does not sign when its time has come")
	}
	_, err = jwt.Parse(after, func(*jwt.Token) (any, error) { return published(t, there)[fresh], nil },
		jwt.WithValidMethods([]string{"EdDSA"}), jwt.WithTimeFunc(w.clock.now))
	must(t, err)

	// Tokens of the old key are good until they expire, and then the key goes.
	w.clock.advance(account.PartyLife - 10*time.Minute - time.Second)
	for _, s := range []*account.Service{here, there} {
		_, _, err = s.Verify(ctx, last)
		must(t, err)
	}
	must(t, here.Purge(ctx))
	if keys := published(t, here); keys[old] == nil {
		t.Fatal("purged too early")
	}
	w.clock.advance(15 * time.Minute)
	must(t, here.Purge(ctx))
	if list, err := there.SigningKeys(ctx); err != nil || len(list) != 1 || list[0].ID != fresh || !list[0].Until.IsZero() {
		t.Fatalf("left %+v, %v", list, err)
	}
}

func TestACompromisedKeyGoesAtOnce(t *testing.T) {
	w := newTown(t)
	here, there := w.instance(), w.instance()
	u := w.user(here, mediation.GridWorker)
	tokens := w.signIn(here, u)
	for _, s := range []*account.Service{here, there} {
		_, _, err := s.Verify(ctx, tokens.Access)
		must(t, err)
	}
	_, err := here.RotateKey(ctx, true)
	must(t, err)
	_, _, err = here.Verify(ctx, tokens.Access)
	refused(t, err, account.ErrTokenInvalid)
	next, err := here.Refresh(ctx, tokens.Refresh)
	must(t, err)
	w.clock.advance(time.Minute)
	_, _, err = there.Verify(ctx, tokens.Access)
	refused(t, err, account.ErrTokenInvalid)
	_, _, err = there.Verify(ctx, next.Access)
	must(t, err)
}

func TestInstancesThatStartAtOnceUnderstandEachOther(t *testing.T) {
	w := newTown(t)
	services := make([]*account.Service, 8)
	for _, err := range atOnce(len(services), func(i int) (err error) {
		services[i], err = account.New(ctx, w.ports(), account.Config{Hashing: account.Hashing{Cost: cheap}}, w.clock.now, rand.Reader)
		return err
	}) {
		must(t, err)
	}
	w.clock.advance(time.Minute)
	u := w.user(services[0], mediation.GridWorker)
	for _, s := range services {
		tokens := w.signIn(s, u)
		for _, other := range services {
			_, _, err := other.Verify(ctx, tokens.Access)
			must(t, err)
			if !other.CheckCSRF("x", s.CSRF("x")) {
				t.Fatal("two MAC keys")
			}
		}
		_, err := services[0].Refresh(ctx, tokens.Refresh)
		must(t, err)
	}
}

func TestPrivateKeysAreSealedAtRest(t *testing.T) {
	w := newTown(t)
	w.instance()
	keys, err := w.store.SigningKeys().List(ctx)
	must(t, err)
	for _, k := range keys {
		secret, err := w.vault.Unwrap(ctx, k.Sealed)
		must(t, err)
		stored, err := w.store.Engine.Get(ctx, "signing_keys", k.ID)
		must(t, err)
		if bytes.Contains(stored.Body, secret) || bytes.Contains(stored.Body, []byte(base64.StdEncoding.EncodeToString(secret))) {
			t.Fatalf("key %s lies open", k.ID)
		}
	}
	wrong := w.vault
	wrong.key = bytes.Repeat([]byte{7}, len(wrong.key))
	ports := w.ports()
	ports.Vault = wrong
	if _, err := account.New(ctx, ports, account.Config{Hashing: account.Hashing{Cost: cheap}}, w.clock.now, rand.Reader); err == nil {
		t.Fatal("started under another installation's key")
	}
}
