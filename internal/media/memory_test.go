package media

import (
	"context"
	"crypto/rand"
	"slices"
	"sync"
	"testing"
	"time"

	"fengqiao/internal/seal"
	"fengqiao/mediation"
)

// drawer keeps records in memory, by the port's contract; storetest.Media holds the real one to the same behaviour.
type drawer struct {
	mu      sync.Mutex
	records map[string]Photo
	// stop, if set, is asked before each write and may fail it, as a process that ends there.
	stop func(op string) error
}

func (d *drawer) may(op string) error {
	if d.stop == nil {
		return nil
	}
	return d.stop(op)
}

func (d *drawer) Create(_ context.Context, p Photo) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.may("create"); err != nil {
		return err
	}
	if _, taken := d.records[p.ID]; taken {
		return mediation.ErrExists
	}
	p.Version = 1
	d.records[p.ID] = p
	return nil
}

func (d *drawer) Get(_ context.Context, id string) (Photo, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	p, ok := d.records[id]
	if !ok {
		return Photo{}, mediation.ErrNotFound
	}
	return p, nil
}

func (d *drawer) Update(_ context.Context, id string, fn func(*Photo) error) (Photo, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	p, ok := d.records[id]
	if !ok {
		return Photo{}, mediation.ErrNotFound
	}
	if err := d.may("update"); err != nil {
		return Photo{}, err
	}
	again := p
	if fn(&again) == nil { // it may run twice
		if err := fn(&p); err != nil {
			return Photo{}, err
		}
	} else {
		return Photo{}, fn(&p)
	}
	p.Version++
	d.records[id] = p
	return p, nil
}

func (d *drawer) Orphans(_ context.Context, now time.Time, limit int) ([]Photo, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []Photo
	for _, p := range d.records {
		if !p.Until.IsZero() && !p.Until.After(now) {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b Photo) int { return a.Until.Compare(b.Until) })
	return out[:min(limit, len(out))], nil
}

// keys is a shelf of wraps for a real keyring.
type keys struct {
	mu     sync.Mutex
	wraps  map[string]seal.Wrap
	erased map[string]bool
}

func (k *keys) Put(_ context.Context, ws []seal.Wrap) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, w := range ws {
		k.wraps[w.ID] = w
	}
	return nil
}

func (k *keys) Get(_ context.Context, id string) (seal.Wrap, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	w, ok := k.wraps[id]
	if !ok {
		return seal.Wrap{}, mediation.ErrNotFound
	}
	return w, nil
}

func (k *keys) Replace(context.Context, seal.Wrap) error                         { return mediation.ErrStale }
func (k *keys) Older(context.Context, int64, int) ([]seal.Wrap, error)           { return nil, nil }
func (k *keys) Count(context.Context, int64) (int64, error)                      { return 0, nil }
func (k *keys) Since(context.Context, time.Time, func(seal.Erasure) error) error { return nil }

func (k *keys) Erase(_ context.Context, e seal.Erasure) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.erased[e.ID] = true
	delete(k.wraps, e.ID)
	return nil
}

func (k *keys) Erased(_ context.Context, id string) (bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.erased[id], nil
}

// clock is the machine's time as tests set it.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return c.now
}

// room is a service with everything around it.
type room struct {
	*Service
	drawer *drawer
	dir    *Dir
	path   string
	clock  *clock
}

func newRoom(t testing.TB, l Limits) *room {
	t.Helper()
	path := t.TempDir()
	dir, err := NewDir(path)
	if err != nil {
		t.Fatal(err)
	}
	kek, err := seal.ParseInstallationKey(seal.NewInstallationKey())
	if err != nil {
		t.Fatal(err)
	}
	shelf := &keys{wraps: map[string]seal.Wrap{}, erased: map[string]bool{}}
	ring, err := seal.New(t.Context(), shelf, shelf, kek, seal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ring.Close() })
	r := &room{drawer: &drawer{records: map[string]Photo{}}, dir: dir, path: path,
		clock: &clock{now: time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC)}}
	r.Service = New(r.drawer, dir, ring, Options{Limits: l, Now: r.clock.Now})
	return r
}

// clientID is a phone's new id.
func clientID() string { return rand.Text() }
