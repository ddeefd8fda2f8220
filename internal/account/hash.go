package account

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/argon2"
	"golang.org/x/sync/semaphore"
)

// Cost is what one argon2id hash takes.
type Cost struct {
	MemoryKiB uint32
	Passes    uint32
	Lanes     uint8
}

// DefaultCost is the first choice of the OWASP Password Storage Cheat Sheet: 19 MiB, 2 passes, 1 lane.
var DefaultCost = Cost{MemoryKiB: 19456, Passes: 2, Lanes: 1}

// Hashing bounds what password hashing may take. Zero fields take the defaults.
type Hashing struct {
	Cost Cost
	// AtOnce is how many hashes are computed at the same time (2); AtOnce × Cost.MemoryKiB is the memory they take.
	AtOnce int
	// Waiting is how many more may wait for their turn (64), and Patience for how long (5 s). Beyond is ErrBusy.
	Waiting  int
	Patience time.Duration
	// Running, if set, is told the number being computed whenever it changes: for metrics.
	Running func(n int)
}

func (h Hashing) withDefaults() Hashing {
	if h.Cost == (Cost{}) {
		h.Cost = DefaultCost
	}
	if h.AtOnce <= 0 {
		h.AtOnce = 2
	}
	if h.Waiting <= 0 {
		h.Waiting = 64
	}
	if h.Patience <= 0 {
		h.Patience = 5 * time.Second
	}
	return h
}

const (
	saltSize = 16
	hashSize = 32
	// What a stored hash may ask for at most: a damaged or planted one must not take the machine down.
	maxMemoryKiB = 1 << 20
	maxPasses    = 32
	maxLanes     = 16
)

// hasher computes password hashes, a bounded number within a bounded memory at a time.
type hasher struct {
	Hashing
	// memory is counted in KiB. A hash takes at least the configured cost, so that older, cheaper hashes do not run
	// in greater number, and at most everything, so that a dearer one can run at all (then alone).
	memory  *semaphore.Weighted
	queue   queue
	running atomic.Int64
	random  io.Reader
	// dummy is compared for logins that do not exist.
	dummy string
}

func newHasher(h Hashing, random io.Reader) (*hasher, error) {
	h = h.withDefaults()
	c := h.Cost
	if c.MemoryKiB < 8*uint32(c.Lanes) || c.MemoryKiB > maxMemoryKiB || c.Passes < 1 || c.Passes > maxPasses || c.Lanes < 1 || c.Lanes > maxLanes {
		return nil, fmt.Errorf("account: argon2id cost m=%d,t=%d,p=%d is out of range", c.MemoryKiB, c.Passes, c.Lanes)
	}
	out := &hasher{
		Hashing: h,
		memory:  semaphore.NewWeighted(int64(h.AtOnce) * int64(c.MemoryKiB)),
		queue:   queue{most: int64(h.Waiting), patience: h.Patience},
		random:  random,
	}
	nobody, err := words(random, 8)
	if err != nil {
		return nil, err
	}
	out.dummy, err = out.hash(context.Background(), nobody)
	return out, err
}

// hash returns the PHC string of a password. ErrBusy if too many wait.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltSize)
	if _, err := io.ReadFull(h.random, salt); err != nil {
		return "", fmt.Errorf("account: random salt: %w", err)
	}
	p := phc{Cost: h.Cost, salt: salt, sum: make([]byte, hashSize)}
	sum, err := h.sum(ctx, p, password)
	p.sum = sum
	return p.String(), err
}

// verify tells whether the password is that of the PHC string, and whether the string was made at another cost than
// today's. An empty string stands for "no such user or no password": it costs the same and is never right.
func (h *hasher) verify(ctx context.Context, stored, password string) (ok, stale bool, err error) {
	known := stored != ""
	if !known {
		stored = h.dummy
	}
	p, err := parsePHC(stored)
	if err != nil {
		return false, false, err
	}
	sum, err := h.sum(ctx, p, password)
	if err != nil {
		return false, false, err
	}
	ok = subtle.ConstantTimeCompare(sum, p.sum) == 1
	return ok && known, p.Cost != h.Cost || len(p.salt) != saltSize || len(p.sum) != hashSize, nil
}

func (h *hasher) sum(ctx context.Context, p phc, password string) ([]byte, error) {
	weight := min(int64(max(p.MemoryKiB, h.Cost.MemoryKiB)), int64(h.AtOnce)*int64(h.Cost.MemoryKiB))
	if !h.memory.TryAcquire(weight) {
		if err := h.queue.wait(ctx, func(ctx context.Context) error { return h.memory.Acquire(ctx, weight) }); err != nil {
			return nil, err
		}
	}
	defer h.memory.Release(weight)
	h.tell(1)
	defer h.tell(-1)
	return argon2.IDKey([]byte(password), p.salt, p.Passes, p.MemoryKiB, p.Lanes, uint32(len(p.sum))), nil
}

func (h *hasher) tell(delta int64) {
	if n := h.running.Add(delta); h.Running != nil {
		h.Running(int(n))
	}
}

// queue bounds how many wait for something, and how long.
type queue struct {
	waiting  atomic.Int64
	most     int64
	patience time.Duration
}

// busyDelay is what who is turned away is told to wait: about what a full queue takes.
const busyDelay = 3 * time.Second

// wait runs acquire, which must obey its context. ErrBusy if the queue is full or patience ends; the caller's own
// context error if that ends first.
func (q *queue) wait(ctx context.Context, acquire func(context.Context) error) error {
	defer q.waiting.Add(-1)
	if q.waiting.Add(1) > q.most {
		return ErrBusy.after(busyDelay)
	}
	patient, cancel := context.WithTimeout(ctx, q.patience)
	defer cancel()
	if err := acquire(patient); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return ErrBusy.after(busyDelay)
	}
	return nil
}

// phc is a hash in the "PHC string format": $argon2id$v=19$m=…,t=…,p=…$salt$sum.
type phc struct {
	Cost
	salt, sum []byte
}

func (p phc) String() string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.MemoryKiB, p.Passes, p.Lanes,
		b64.EncodeToString(p.salt), b64.EncodeToString(p.sum))
}

var errHash = errors.New("account: stored password hash is not a usable argon2id string")

func parsePHC(s string) (phc, error) {
	part := strings.Split(s, "$")
	if len(part) != 6 || part[0] != "" || part[1] != "argon2id" || part[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return phc{}, errHash
	}
	var p phc
	if _, err := fmt.Sscanf(part[3], "m=%d,t=%d,p=%d", &p.MemoryKiB, &p.Passes, &p.Lanes); err != nil {
		return phc{}, errHash
	}
	b64 := base64.RawStdEncoding.Strict()
	var errSalt, errSum error
	p.salt, errSalt = b64.DecodeString(part[4])
	p.sum, errSum = b64.DecodeString(part[5])
	if errSalt != nil || errSum != nil || len(p.salt) < 8 || len(p.salt) > 64 || len(p.sum) < 16 || len(p.sum) > 64 ||
		p.MemoryKiB > maxMemoryKiB || p.Passes < 1 || p.Passes > maxPasses || p.Lanes < 1 || p.Lanes > maxLanes {
		return phc{}, errHash
	}
	return p, nil
}
