package seal

import (
	"context"
	"crypto/cipher"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/singleflight"

	"fengqiao/mediation"
)

// boxVersion begins every box: AES-256-GCM, random nonce in front.
const boxVersion = 1

// storeTimeout bounds one piece of work that several callers wait for and no single one of them may cancel.
const storeTimeout = 10 * time.Second

// Options are a Keyring's settings; zero ones take the defaults.
type Options struct {
	// Cache is how many opened keys are kept in memory, about 1 KB each. Default 10,000.
	Cache int
	// Batch is the most keys that are stored at once ahead of need. Default 512.
	Batch int
	// Poll is how old the knowledge of other instances' erasures may be before it is asked for again, Trust how old
	// before nothing is opened without it. Defaults 5 s and 30 s.
	Poll, Trust time.Duration
	// Now is the machine's clock, for the journal and the two ages. Default time.Now.
	Now func() time.Time
	// Steady is how long ago some moment was, which stays so however the clock is set. Default: since the keyring was opened.
	Steady func() time.Duration
}

func (o Options) filled() Options {
	if o.Cache <= 0 {
		o.Cache = 10_000
	}
	if o.Batch <= 0 {
		o.Batch = 512
	}
	if o.Poll <= 0 {
		o.Poll = 5 * time.Second
	}
	if o.Trust <= 0 {
		o.Trust = 30 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Steady == nil {
		opened := time.Now()
		o.Steady = func() time.Duration { return time.Since(opened) }
	}
	return o
}

// Keyring seals and opens. Safe for concurrent use by one process; several processes may share one store. The errors
// of its ports come through as they are.
type Keyring struct {
	wraps   Wraps
	journal Journal
	kek     KEK
	opts    Options
	root    rootKeys
	pool    pool

	cache   *lru.Cache[string, *dataKey]
	flights singleflight.Group
	// forgetting guards cache additions against erasures that ran while a key was being loaded.
	forgetting sync.Mutex
	erasures   uint64
	polled     atomic.Pointer[time.Time]
	heard      time.Time     // up to when erasures are known, by the clocks of those who erase; poll's alone
	asked      time.Duration // when that was, by Steady
	polling    atomic.Bool

	life    context.Context
	end     context.CancelFunc
	closing sync.Mutex
	closed  bool
	work    sync.WaitGroup
}

// dataKey is an opened key, or the knowledge that it has been erased.
type dataKey struct {
	aead  cipher.AEAD
	bound []byte
	gone  bool
}

var _ mediation.Sealer = (*Keyring)(nil)

// New opens the installation's keys, or makes them on an empty store. ErrWrongKey or ErrNoEpoch if the installation
// key is not the one that this store was set up with.
func New(ctx context.Context, wraps Wraps, journal Journal, kek KEK, opts Options) (*Keyring, error) {
	k := &Keyring{wraps: wraps, journal: journal, kek: kek, opts: opts.filled()}
	cache, err := lru.New[string, *dataKey](k.opts.Cache)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	k.cache = cache
	if k.root, err = openRoot(ctx, wraps, kek); err != nil {
		return nil, err
	}
	now := k.opts.Now()
	k.polled.Store(&now)
	k.life, k.end = context.WithCancel(context.Background())
	return k, nil
}

// Close ends the work in the background and waits for it. Keys that were made ahead and not handed out stay stored.
func (k *Keyring) Close() error {
	k.closing.Lock()
	k.closed = true
	k.closing.Unlock()
	k.end()
	k.work.Wait()
	return nil
}

// enter counts a piece of work that Close waits for; false if the keyring has been closed. k.work.Done ends it.
func (k *Keyring) enter() bool {
	k.closing.Lock()
	defer k.closing.Unlock()
	if k.closed {
		return false
	}
	k.work.Add(1)
	return true
}

// Seal implements mediation.Sealer. About 1 µs for 200 bytes when the key is in memory.
func (k *Keyring) Seal(ctx context.Context, key string, plain []byte) (mediation.Sealed, error) {
	if len(plain) == 0 {
		return mediation.Sealed{}, nil
	}
	d, err := k.lookup(ctx, key)
	if err != nil {
		return mediation.Sealed{}, err
	}
	return mediation.Sealed{Key: key, Box: d.close(plain)}, nil
}

// Open implements mediation.Sealer. A box that was changed, or belongs to another key, is an error.
func (k *Keyring) Open(ctx context.Context, s mediation.Sealed) ([]byte, error) {
	if s.Empty() {
		return nil, nil
	}
	d, err := k.lookup(ctx, s.Key)
	if err != nil {
		return nil, err
	}
	plain, err := d.open(s.Box)
	if err != nil {
		return nil, fmt.Errorf("seal: value under key %s: %w", s.Key, err)
	}
	return plain, nil
}

func newDataKey(id string, key []byte) *dataKey {
	return &dataKey{aead: newAEAD(key), bound: append([]byte{boxVersion}, "fengqiao value "+id...)}
}

func (d *dataKey) close(plain []byte) []byte {
	box := make([]byte, 1, 1+len(plain)+d.aead.Overhead())
	box[0] = boxVersion
	return d.aead.Seal(box, nil, plain, d.bound)
}

var errBox = errors.New("changed, or sealed under another key")

func (d *dataKey) open(box []byte) ([]byte, error) {
	if len(box) == 0 || box[0] != boxVersion {
		return nil, errors.New("unknown form")
	}
	plain, err := d.aead.Open(nil, nil, box[1:], d.bound)
	if err != nil {
		return nil, errBox
	}
	return plain, nil
}

// lookup returns an opened key from memory or, once for all who ask at the same time, from the store.
func (k *Keyring) lookup(ctx context.Context, id string) (*dataKey, error) {
	if id == "" || id == rootID {
		return nil, fmt.Errorf("seal: %q names no data key", id)
	}
	if err := k.refresh(ctx); err != nil {
		return nil, err
	}
	d, ok := k.cache.Get(id)
	if !ok {
		got, err := k.shared(ctx, "load "+id, func(ctx context.Context) (any, error) { return k.load(ctx, id) })
		if err != nil {
			return nil, err
		}
		d = got.(*dataKey)
	}
	if d.gone {
		return nil, mediation.ErrErased
	}
	return d, nil
}

// shared runs fn once for all callers of the same name; each stops waiting when its own context ends, fn goes on.
func (k *Keyring) shared(ctx context.Context, name string, fn func(context.Context) (any, error)) (any, error) {
	answer := k.flights.DoChan(name, func() (any, error) {
		if !k.enter() {
			return nil, ErrClosed
		}
		defer k.work.Done()
		ctx, cancel := context.WithTimeout(k.life, storeTimeout)
		defer cancel()
		return fn(ctx)
	})
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case r := <-answer:
		return r.Val, r.Err
	}
}

// load reads a key from the store. The journal is asked as well: it outweighs a wrap that a crash or an old backup left.
func (k *Keyring) load(ctx context.Context, id string) (*dataKey, error) {
	k.forgetting.Lock()
	before := k.erasures
	k.forgetting.Unlock()

	w, err := k.wraps.Get(ctx, id)
	missing := errors.Is(err, mediation.ErrNotFound)
	if err != nil && !missing {
		return nil, err
	}
	erased, err := k.journal.Erased(ctx, id)
	if err != nil {
		return nil, err
	}
	d := &dataKey{gone: true}
	if !erased {
		if missing {
			return nil, fmt.Errorf("seal: key %s is not stored and was never erased: the wraps are not those of this data", id)
		}
		plain, err := k.kek.Unwrap(ctx, w.Epoch, w.Box, boundTo(w.ID, w.Epoch))
		if err != nil {
			return nil, fmt.Errorf("seal: key %s: %w", id, err)
		}
		d = newDataKey(id, plain)
	}

	k.forgetting.Lock()
	defer k.forgetting.Unlock()
	if k.erasures == before {
		k.cache.Add(id, d)
	}
	return d, nil
}
