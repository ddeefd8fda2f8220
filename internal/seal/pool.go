package seal

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"time"
)

// firstBatch is how many keys are made ahead when they are asked for at leisure, so that a quiet server leaves few behind.
const firstBatch = 32

// hurry is how soon the next batch must be asked for to be made twice as large.
const hurry = time.Second

// pool holds keys that are stored already and not handed out yet.
type pool struct {
	mu     sync.Mutex
	ready  []pooled
	batch  int       // size of the last batch
	filled time.Time // when it came
	// filling is true while a refill ahead of need is under way.
	filling bool
}

type pooled struct {
	id  string
	key *dataKey
}

// NewKey implements mediation.Sealer. As a rule it costs no write: the key was stored with its batch before. Only when
// the pool has run dry the callers wait together for one batch.
func (k *Keyring) NewKey(ctx context.Context) (string, error) {
	for {
		if p, ok := k.take(); ok {
			k.cache.Add(p.id, p.key)
			return p.id, nil
		}
		if _, err := k.shared(ctx, "fill", k.fill); err != nil {
			return "", err
		}
	}
}

// take removes one key from the pool and sees to it that more are made before the last is gone.
func (k *Keyring) take() (pooled, bool) {
	p := &k.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.ready)
	if n == 0 {
		return pooled{}, false
	}
	got := p.ready[n-1]
	p.ready = p.ready[:n-1]
	if n-1 <= p.batch/2 && !p.filling && k.enter() {
		p.filling = true
		go func() {
			defer k.work.Done()
			// A failure is not lost: the caller who finds the pool empty tries again and is told.
			_, _ = k.shared(k.life, "fill", k.fill)
			p.mu.Lock()
			p.filling = false
			p.mu.Unlock()
		}()
	}
	return got, true
}

// fill stores a batch of fresh keys and only then adds them to the pool. Where storing fails none of them is used, even
// if some were stored.
func (k *Keyring) fill(ctx context.Context) (any, error) {
	size := k.nextBatch()
	ids, plain := make([]string, size), make([][]byte, size)
	fresh := make([]pooled, size)
	for i := range ids {
		ids[i], plain[i] = rand.Text(), randomKey()
		fresh[i] = pooled{id: ids[i], key: newDataKey(ids[i], plain[i])}
	}
	wraps, err := k.wrapNewest(ctx, ids, plain)
	if err != nil {
		return nil, err
	}
	if err := k.wraps.Put(ctx, wraps); err != nil {
		return nil, err
	}
	p := &k.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ready = append(p.ready, fresh...)
	p.batch, p.filled = size, k.opts.Now()
	return nil, nil
}

// wrapNewest wraps keys under the newest epoch, and under the next one where that has begun meanwhile.
func (k *Keyring) wrapNewest(ctx context.Context, ids []string, plain [][]byte) ([]Wrap, error) {
	for {
		epoch := k.kek.Newest()
		boxes, err := k.wrapAll(ctx, epoch, ids, plain)
		if errors.Is(err, ErrNoEpoch) && k.kek.Newest() > epoch {
			continue
		}
		if err != nil {
			return nil, err
		}
		wraps := make([]Wrap, len(ids))
		for i, id := range ids {
			wraps[i] = Wrap{ID: id, Epoch: epoch, Box: boxes[i]}
		}
		return wraps, nil
	}
}

// wrapAll is one call where the installation key is a service that takes many at once.
func (k *Keyring) wrapAll(ctx context.Context, epoch int64, ids []string, plain [][]byte) ([][]byte, error) {
	bound := make([][]byte, len(ids))
	for i, id := range ids {
		bound[i] = boundTo(id, epoch)
	}
	if batch, ok := k.kek.(Batch); ok {
		return batch.WrapAll(ctx, epoch, plain, bound)
	}
	boxes := make([][]byte, len(ids))
	var err error
	for i := range boxes {
		if boxes[i], err = k.kek.Wrap(ctx, epoch, plain[i], bound[i]); err != nil {
			return nil, err
		}
	}
	return boxes, nil
}

// nextBatch doubles while batches follow each other closely and begins anew after a pause.
func (k *Keyring) nextBatch() int {
	p := &k.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.batch == 0 || k.opts.Now().Sub(p.filled) > hurry {
		return min(firstBatch, k.opts.Batch)
	}
	return min(2*p.batch, k.opts.Batch)
}
