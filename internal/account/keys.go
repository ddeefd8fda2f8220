package account

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Key is a key of the installation as it is stored.
type Key struct {
	// ID of a signing key is its JWK thumbprint (RFC 7638) and the kid of its tokens; of the MAC key "mac".
	ID string
	// Public is the Ed25519 public key; empty for the MAC key.
	Public []byte
	// Sealed is the private seed, or the MAC secret, wrapped by the Vault.
	Sealed  []byte
	Created time.Time
	// ActiveFrom is when it begins to sign, later than Created so that everybody knows it by then.
	ActiveFrom time.Time
}

const (
	// macKey is the id of the key under refresh tokens, device tokens and CSRF tokens. Fixed, so that instances that
	// start at once agree on one.
	macKey  = "mac"
	macSize = sha256.Size
	// ringLife is how old the known keys may be; missLife how soon an unknown kid makes us look again, so that forged
	// kids cannot be used to flood the store.
	ringLife = time.Minute
	missLife = 5 * time.Second
	// publishLead is how long before its first signature a new key is published: well above ringLife.
	publishLead = 10 * time.Minute
)

// signing is an opened signing key. Its tokens are good until Until; zero for the newest.
type signing struct {
	Key
	private ed25519.PrivateKey
	until   time.Time
}

// ring is all keys at one moment; immutable.
type ring struct {
	at      time.Time
	signing []signing // in the order in which they become active
	secret  []byte
}

// mac authenticates parts under a label of what it is for; parts are length-prefixed, so that none can pass for two.
func (r *ring) mac(label string, parts ...string) []byte {
	h := hmac.New(sha256.New, r.secret)
	for _, p := range append([]string{label}, parts...) {
		var n [4]byte
		binary.BigEndian.PutUint32(n[:], uint32(len(p)))
		h.Write(n[:])
		io.WriteString(h, p)
	}
	return h.Sum(nil)
}

func same(a, b []byte) bool { return hmac.Equal(a, b) }

// active is the key that signs now: the last one whose time has come.
func (r *ring) active(now time.Time) (signing, bool) {
	for i := len(r.signing) - 1; i >= 0; i-- {
		if k := r.signing[i]; !k.ActiveFrom.After(now) || i == 0 {
			return k, true
		}
	}
	return signing{}, false
}

// public is the key that checks tokens of that kid now.
func (r *ring) public(kid string, now time.Time) (ed25519.PublicKey, bool) {
	for _, k := range r.signing {
		if k.ID == kid && (k.until.IsZero() || now.Before(k.until)) {
			return ed25519.PublicKey(k.Public), true
		}
	}
	return nil, false
}

// keyring keeps a fresh ring.
type keyring struct {
	keys    Keys
	vault   Vault
	now     func() time.Time
	random  io.Reader
	current atomic.Pointer[ring]
	loading sync.Mutex
}

// open loads the keys and makes the first ones where there are none.
func (k *keyring) open(ctx context.Context) error {
	r, err := k.load(ctx)
	if err != nil {
		return err
	}
	if len(r.signing) == 0 {
		if _, err := k.add(ctx, k.now()); err != nil {
			return err
		}
	}
	if r.secret == nil {
		if err := k.addSecret(ctx); err != nil {
			return err
		}
	}
	if r, err = k.load(ctx); err != nil {
		return err
	}
	if len(r.signing) == 0 || r.secret == nil {
		return errors.New("account: the installation's keys vanished while they were made")
	}
	return nil
}

// get returns a ring no older than maxAge. Where the store fails the old one serves on: a key that is due is in it
// already.
func (k *keyring) get(ctx context.Context, maxAge time.Duration) *ring {
	r := k.current.Load()
	if age := k.now().Sub(r.at); age >= 0 && age < maxAge || !k.loading.TryLock() {
		return r
	}
	defer k.loading.Unlock()
	fresh, err := k.read(ctx)
	if err != nil || len(fresh.signing) == 0 || fresh.secret == nil {
		return r
	}
	return fresh
}

// load reads the keys now. One at a time, so that what was read later is also kept later.
func (k *keyring) load(ctx context.Context) (*ring, error) {
	k.loading.Lock()
	defer k.loading.Unlock()
	return k.read(ctx)
}

func (k *keyring) read(ctx context.Context) (*ring, error) {
	at := k.now()
	stored, err := k.keys.List(ctx)
	if err != nil {
		return nil, err
	}
	old := k.current.Load()
	r := &ring{at: at}
	for _, key := range stored {
		if key.ID == macKey {
			if old != nil && old.secret != nil {
				r.secret = old.secret
			} else if r.secret, err = k.vault.Unwrap(ctx, key.Sealed); err != nil {
				return nil, fmt.Errorf("account: open key %s: %w", key.ID, err)
			}
			continue
		}
		opened, err := k.unseal(ctx, old, key)
		if err != nil {
			return nil, err
		}
		r.signing = append(r.signing, opened)
	}
	slices.SortFunc(r.signing, func(a, b signing) int {
		return cmp.Or(a.ActiveFrom.Compare(b.ActiveFrom), cmp.Compare(a.ID, b.ID))
	})
	for i := range max(len(r.signing)-1, 0) {
		// ringLife: an instance that has not heard of the successor yet may go on signing that long.
		r.signing[i].until = r.signing[i+1].ActiveFrom.Add(ringLife + max(AccessLife, PartyLife) + Leeway)
	}
	k.current.Store(r)
	return r, nil
}

func (k *keyring) unseal(ctx context.Context, old *ring, key Key) (signing, error) {
	if old != nil {
		for _, known := range old.signing {
			if known.ID == key.ID {
				return signing{Key: key, private: known.private}, nil
			}
		}
	}
	seed, err := k.vault.Unwrap(ctx, key.Sealed)
	if err != nil {
		return signing{}, fmt.Errorf("account: open key %s: %w", key.ID, err)
	}
	if len(seed) != ed25519.SeedSize {
		return signing{}, fmt.Errorf("account: open key %s: wrong size", key.ID)
	}
	private := ed25519.NewKeyFromSeed(seed)
	if !same(private.Public().(ed25519.PublicKey), key.Public) {
		return signing{}, fmt.Errorf("account: key %s: public and private half do not match", key.ID)
	}
	return signing{Key: key, private: private}, nil
}

// add makes a signing key.
func (k *keyring) add(ctx context.Context, activeFrom time.Time) (string, error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(k.random, seed); err != nil {
		return "", fmt.Errorf("account: random key: %w", err)
	}
	sealed, err := k.vault.Wrap(ctx, seed)
	if err != nil {
		return "", fmt.Errorf("account: seal key: %w", err)
	}
	public := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	key := Key{ID: thumbprint(public), Public: public, Sealed: sealed, Created: k.now(), ActiveFrom: activeFrom}
	return key.ID, k.keys.Add(ctx, key)
}

func (k *keyring) addSecret(ctx context.Context) error {
	secret := make([]byte, macSize)
	if _, err := io.ReadFull(k.random, secret); err != nil {
		return fmt.Errorf("account: random key: %w", err)
	}
	sealed, err := k.vault.Wrap(ctx, secret)
	if err != nil {
		return fmt.Errorf("account: seal key: %w", err)
	}
	err = k.keys.Add(ctx, Key{ID: macKey, Sealed: sealed, Created: k.now(), ActiveFrom: k.now()})
	if errors.Is(err, ErrExists) {
		return nil
	}
	return err
}

// purge deletes the signing keys whose last token has expired.
func (k *keyring) purge(ctx context.Context) error {
	r, err := k.load(ctx)
	if err != nil {
		return err
	}
	for _, key := range r.signing {
		if !key.until.IsZero() && !k.now().Before(key.until) {
			if err := k.keys.Delete(ctx, key.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// RotateKey makes a new signing key and returns its kid. It is published at once and signs ten minutes later; the key
// before it checks tokens until its last one has expired. With compromised the new key signs at once and every older one
// is deleted: access tokens are refused (here at once, elsewhere within about a minute) and clients refresh them.
func (s *Service) RotateKey(ctx context.Context, compromised bool) (string, error) {
	if !compromised {
		kid, err := s.keys.add(ctx, s.now().Add(publishLead))
		if err != nil {
			return "", err
		}
		_, err = s.keys.load(ctx)
		return kid, err
	}
	kid, err := s.keys.add(ctx, s.now())
	if err != nil {
		return "", err
	}
	stored, err := s.ports.Keys.List(ctx)
	if err != nil {
		return "", err
	}
	for _, key := range stored {
		if key.ID != kid && key.ID != macKey {
			if err := s.ports.Keys.Delete(ctx, key.ID); err != nil {
				return "", err
			}
		}
	}
	if _, err = s.keys.load(ctx); err != nil {
		return "", err
	}
	s.cache.Purge()
	return kid, nil
}

// KeyInfo is what may be shown of a signing key.
type KeyInfo struct {
	ID                  string
	Created, ActiveFrom time.Time
	// Until is when the last token of this key expires; zero for the newest key.
	Until time.Time
}

// SigningKeys lists the signing keys in the order in which they become active.
func (s *Service) SigningKeys(ctx context.Context) ([]KeyInfo, error) {
	r, err := s.keys.load(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]KeyInfo, len(r.signing))
	for i, k := range r.signing {
		out[i] = KeyInfo{ID: k.ID, Created: k.Created, ActiveFrom: k.ActiveFrom, Until: k.until}
	}
	return out, nil
}

// jwk is an Ed25519 public key on the wire (RFC 8037).
type jwk struct {
	Kty string `json:"kty"`
	Crv string `json:"crv"`
	X   string `json:"x"`
	Kid string `json:"kid"`
	Use string `json:"use"`
	Alg string `json:"alg"`
}

// JWKS returns the public keys as a JSON Web Key Set (RFC 7517), those included that will sign soon. It may be cached for
// a minute.
func (s *Service) JWKS(ctx context.Context) ([]byte, error) {
	set := struct {
		Keys []jwk `json:"keys"`
	}{Keys: []jwk{}}
	now := s.now()
	r := s.keys.get(ctx, ringLife)
	for _, k := range r.signing {
		if _, ok := r.public(k.ID, now); ok {
			x := base64.RawURLEncoding.EncodeToString(k.Public)
			set.Keys = append(set.Keys, jwk{Kty: "OKP", Crv: "Ed25519", X: x, Kid: k.ID, Use: "sig", Alg: "EdDSA"})
		}
	}
	return json.Marshal(set)
}

// thumbprint is the key's name (RFC 7638; RFC 8037, 2 for the members and their order).
func thumbprint(public ed25519.PublicKey) string {
	x := base64.RawURLEncoding.EncodeToString(public)
	sum := sha256.Sum256([]byte(`{"crv":"Ed25519","kty":"OKP","x":"` + x + `"}`))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
