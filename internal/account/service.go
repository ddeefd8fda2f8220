package account

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	lru "github.com/hashicorp/golang-lru/v2"
)

// How long things live. Machine time, not case time.
const (
	// AccessLife is how long an access token is good; a phone refreshes it shortly before.
	AccessLife = 15 * time.Minute
	// PartyLife is how long the token lasts that a party's link is exchanged for.
	PartyLife = time.Hour
	// IdleLife ends a session that is not refreshed; MaxLife ends every session.
	IdleLife = 30 * 24 * time.Hour
	MaxLife  = 90 * 24 * time.Hour
	// Grace is how long the refresh token of the generation before gives the same answer again.
	Grace = 10 * time.Second
	// Leeway is how far the clocks of instances may differ.
	Leeway = 30 * time.Second
	// Recheck is how old what is known of a session may be: within it a revocation made elsewhere takes effect.
	Recheck = 5 * time.Second
	// OneTimeLife is how long a password set by an administrator waits to be changed.
	OneTimeLife = 7 * 24 * time.Hour
	// BootstrapLife is how long the code for the first administrator is good.
	BootstrapLife = 24 * time.Hour
)

// Ports are what the service works on.
type Ports struct {
	Users    Users
	Sessions Sessions
	Attempts Attempts
	Keys     Keys
	Codes    Codes
	Vault    Vault
}

// Config is what an installation chooses. Zero fields take the defaults.
type Config struct {
	// Issuer and Audience are in every token and demanded of every token ("fengqiao").
	Issuer, Audience string
	Hashing          Hashing
	// Cached is how many verified tokens are remembered (20,000, about 10 MB).
	Cached int
}

// Service is who signs people in and knows them again. It does not ask whether the caller may do what they order: that
// is the permission table's.
type Service struct {
	ports  Ports
	config Config
	now    func() time.Time
	random io.Reader
	hasher *hasher
	keys   *keyring
	cache  *lru.Cache[[32]byte, *verified]
	// revoked counts revocations made by this process, by hash of the user: what was known before one is asked again.
	revoked [1024]atomic.Uint64
	// gates let the sign-ins of one login through one at a time, so that a volley of guesses cannot all be under way
	// before the first failure is counted. Different instances can add one volley each.
	gates     [256]chan struct{}
	gateQueue queue
	seed      maphash.Seed
}

// New returns a ready service. It makes the installation's first keys if there are none. now and random must be safe for
// concurrent use.
func New(ctx context.Context, ports Ports, config Config, now func() time.Time, random io.Reader) (*Service, error) {
	if config.Issuer == "" {
		config.Issuer = "fengqiao"
	}
	if config.Audience == "" {
		config.Audience = "fengqiao"
	}
	if config.Cached <= 0 {
		config.Cached = 20_000
	}
	s := &Service{ports: ports, config: config, now: now, random: random, seed: maphash.MakeSeed()}
	var err error
	if s.hasher, err = newHasher(config.Hashing, random); err != nil {
		return nil, err
	}
	if s.cache, err = lru.New[[32]byte, *verified](config.Cached); err != nil {
		return nil, err
	}
	for i := range s.gates {
		s.gates[i] = make(chan struct{}, 1)
	}
	s.gateQueue = queue{most: int64(s.hasher.Waiting), patience: s.hasher.Patience}
	s.keys = &keyring{keys: ports.Keys, vault: ports.Vault, now: now, random: random}
	return s, s.keys.open(ctx)
}

// enter waits until no other sign-in of this login is under way here.
func (s *Service) enter(ctx context.Context, login string) (leave func(), err error) {
	gate := s.gates[maphash.String(s.seed, login)%uint64(len(s.gates))]
	leave = func() { <-gate }
	select {
	case gate <- struct{}{}:
		return leave, nil
	default:
	}
	err = s.gateQueue.wait(ctx, func(ctx context.Context) error {
		select {
		case gate <- struct{}{}:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	return leave, err
}

func (s *Service) stripe(user string) *atomic.Uint64 {
	return &s.revoked[maphash.String(s.seed, user)%uint64(len(s.revoked))]
}

// forget makes this process ask again about everything it knows of a user. Call it after the write.
func (s *Service) forget(user string) { s.stripe(user).Add(1) }

func (s *Service) newID() (string, error) {
	id, err := uuid.NewRandomFromReader(s.random)
	if err != nil {
		return "", fmt.Errorf("account: random id: %w", err)
	}
	return id.String(), nil
}

func (s *Service) randomBytes(n int) ([]byte, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(s.random, b); err != nil {
		return nil, fmt.Errorf("account: random bytes: %w", err)
	}
	return b, nil
}

// Purge removes what is over: sessions and counters whose time is up, and signing keys of which no token can be left. The
// sweep calls it now and then; several instances may.
func (s *Service) Purge(ctx context.Context) error {
	const batch = 500
	now := s.now()
	for _, purge := range []func() (int, error){
		func() (int, error) { return s.ports.Sessions.Purge(ctx, now, batch) },
		func() (int, error) { return s.ports.Attempts.Purge(ctx, now.Add(-forgetAfter), batch) },
	} {
		for n := batch; n == batch; {
			var err error
			if n, err = purge(); err != nil {
				return err
			}
		}
	}
	return s.keys.purge(ctx)
}

// absent turns ErrNotFound of a port into what the caller of the service should hear.
func absent(err, instead error) error {
	if errors.Is(err, ErrNotFound) {
		return instead
	}
	return err
}
