package account_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/crypto/chacha20poly1305"

	"fengqiao/internal/account"
	"fengqiao/internal/sqlite"
	"fengqiao/internal/store"
	"fengqiao/mediation"
)

// borrowed makes a string of bytes without a copy, as Fiber does.
func borrowed(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

var ctx = context.Background()

// cheap keeps the tests quick; what is tested does not depend on it.
var cheap = account.Cost{MemoryKiB: 64, Passes: 1, Lanes: 1}

// clock is a machine clock that a test turns on by hand.
type clock struct{ nanos atomic.Int64 }

func (c *clock) now() time.Time          { return time.Unix(0, c.nanos.Load()).UTC() }
func (c *clock) advance(d time.Duration) { c.nanos.Add(int64(d)) }

// vault seals with a real cipher, so that a key that was not sealed would be seen.
type vault struct{ key []byte }

func (v vault) Wrap(_ context.Context, secret []byte) ([]byte, error) {
	a, err := chacha20poly1305.NewX(v.key)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, a.NonceSize())
	rand.Read(nonce)
	return a.Seal(nonce, nonce, secret, nil), nil
}

func (v vault) Unwrap(_ context.Context, sealed []byte) ([]byte, error) {
	a, err := chacha20poly1305.NewX(v.key)
	if err != nil {
		return nil, err
	}
	if len(sealed) < a.NonceSize() {
		return nil, errors.New("too short")
	}
	return a.Open(nil, sealed[:a.NonceSize()], sealed[a.NonceSize():], nil)
}

// town is an installation: a store on disk, a clock, and as many instances of the service as a test starts.
type town struct {
	t     testing.TB
	store *store.Store
	clock *clock
	vault vault
	// hashing is the most that was being hashed at once, hashed how many hashes there were.
	hashing, hashed atomic.Int64
	last            atomic.Int64
	users           atomic.Int64
	// unplugged makes reading sessions fail.
	unplugged atomic.Bool
	// hold, once stored, keeps every hash from being computed until it is closed.
	hold atomic.Pointer[chan struct{}]
}

func newTown(t testing.TB) *town {
	t.Helper()
	e, err := sqlite.New(t.TempDir())
	must(t, err)
	s, err := store.New(ctx, e)
	must(t, err)
	t.Cleanup(func() { must(t, s.Engine.Close()) })
	w := &town{t: t, store: s, clock: &clock{}, vault: vault{make([]byte, chacha20poly1305.KeySize)}}
	w.clock.nanos.Store(time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC).UnixNano())
	return w
}

func (w *town) ports() account.Ports {
	return account.Ports{Users: w.store.Users(), Sessions: pluggable{w.store.SignInSessions(), &w.unplugged},
		Attempts: w.store.SignInAttempts(), Keys: w.store.SigningKeys(), Codes: w.store.OneTimeCodes(), Vault: w.vault}
}

// pluggable is the real port behind a plug that a test can pull.
type pluggable struct {
	account.Sessions
	unplugged *atomic.Bool
}

func (p pluggable) Get(ctx context.Context, id string) (account.Session, error) {
	if p.unplugged.Load() {
		return account.Session{}, account.ErrUnavailable
	}
	return p.Sessions.Get(ctx, id)
}

// instance starts one more process.
func (w *town) instance() *account.Service {
	return w.instanceWith(account.Hashing{Cost: cheap, Waiting: 1000, Patience: time.Minute})
}

func (w *town) instanceWith(h account.Hashing) *account.Service {
	w.t.Helper()
	h.Running = func(n int) {
		if hold := w.hold.Load(); hold != nil {
			<-*hold
		}
		w.hashed.Add(int64(max(0, n-int(w.last.Swap(int64(n))))))
		for {
			most := w.hashing.Load()
			if int64(n) <= most || w.hashing.CompareAndSwap(most, int64(n)) {
				return
			}
		}
	}
	s, err := account.New(ctx, w.ports(), account.Config{Hashing: h}, w.clock.now, rand.Reader)
	must(w.t, err)
	return s
}

const goodPassword = "石榴树下三把椅子 and a lamp"

// user makes a user who can sign in with goodPassword.
func (w *town) user(s *account.Service, role mediation.Role) account.User {
	w.t.Helper()
	n := w.users.Add(1)
	place := account.Place{Role: role, Area: "33.01.11.001", Unit: "司法所"}
	if role == mediation.MediatorRole {
		place.Mediator = "m-1"
	}
	u, err := s.CreateUser(ctx, "test", account.NewUser{Login: fmt.Sprintf("user%d", n), Name: "网格员", Password: goodPassword, Place: place})
	must(w.t, err)
	return u
}

// signIn signs a user in on a new device.
func (w *town) signIn(s *account.Service, u account.User) account.Tokens {
	w.t.Helper()
	tokens, err := s.SignIn(ctx, u.Login, goodPassword, account.Device{Address: "192.0.2.1", Name: "手机"})
	must(w.t, err)
	return tokens
}

// failer is what *testing.T and *rapid.T have in common here.
type failer interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

func must(t failer, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func refused(t failer, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got error %v, want %v", err, want)
	}
}

// atOnce runs n calls at the same time and returns their errors.
func atOnce(n int, call func(i int) error) []error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = call(i) })
	}
	wg.Wait()
	return errs
}
