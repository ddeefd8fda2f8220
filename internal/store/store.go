package store

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/go-json-experiment/json"
	lru "github.com/hashicorp/golang-lru/v2"
)

// Store is an opened Engine with what all port implementations share. The ports are methods' results:
// s.Cases(), s.Users(), s.Outbox() …
type Store struct {
	Engine Engine
	// OnNotice, if set before use, is called after a write that put notices into the outbox, so that they need not wait for
	// the relay's next look. It must not block.
	OnNotice func()
	// UnitHash, if set before use, is mediation.UnitHash of this installation. Where it is not, who works at a unit hears of no accusation that
	// names any.
	UnitHash func(unit string) string
	// turns queue the writers of one row inside this process, so that they need not race for its version; between
	// processes the version alone decides. Each holds one token.
	turns [256]chan struct{}
	seed  maphash.Seed
	heads *lru.Cache[string, readHead]
	// standing counts the changes of grids' teams in this process: who stands in for whom may be another then.
	standing atomic.Int64
}

// New opens the engine's tables and returns the store.
func New(ctx context.Context, e Engine) (*Store, error) {
	if err := e.Open(ctx, Tables()); err != nil {
		return nil, err
	}
	heads, err := lru.New[string, readHead](knownHeads)
	if err != nil {
		return nil, err
	}
	s := &Store{Engine: e, seed: maphash.MakeSeed(), heads: heads}
	for i := range s.turns {
		s.turns[i] = make(chan struct{}, 1)
	}
	return s, nil
}

// noticed says that there are new notices in the outbox.
func (s *Store) noticed(n int) {
	if n > 0 && s.OnNotice != nil {
		s.OnNotice()
	}
}

// turn waits for the writer's turn at a row, no longer than ctx lasts, and returns what ends it.
func (s *Store) turn(ctx context.Context, table, id string) (func(), error) {
	var h maphash.Hash
	h.SetSeed(s.seed)
	h.WriteString(table)
	h.WriteString(id)
	token := s.turns[h.Sum64()%uint64(len(s.turns))]
	select {
	case token <- struct{}{}:
		return func() { <-token }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: waiting for %s %s: %w", ErrUnavailable, table, id, ctx.Err())
	}
}

// encode writes a record's stored form. Bodies are JSON by field name: readable, the same on both engines, and unknown
// or missing fields of another release do no harm. Zero values are left out, which halves a young case.
func encode(v any) ([]byte, error) { return json.Marshal(v, storedForm) }

var storedForm = json.JoinOptions(json.OmitZeroStructFields(true), json.Deterministic(true))

func decode(table, id string, b []byte, v any) error {
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("store: %s %s: stored form: %w", table, id, err)
	}
	return nil
}

// maxAttempts bounds the version races one update may lose to other processes before it gives up with ErrUnavailable.
const maxAttempts = 50

// modify is the optimistic loop: read, change, replace if unchanged, else again. fn may run several times and must be
// pure; an error of fn ends the loop, nothing is stored and that error is returned as it is. fn returns the row to
// store (with ID; modify fills in Version), plus further writes to be applied behind it.
func (s *Store) modify(ctx context.Context, table, id string, fn func(Row) (Row, []Write, error)) (Applied, error) {
	return s.modifyAround(ctx, table, id, func(row Row) (change, error) {
		next, behind, err := fn(row)
		return change{next: next, behind: behind}, err
	})
}

// change is what one run of an update wants written: the row itself, writes that must stand before it and writes that follow.
type change struct {
	ahead  []Write
	next   Row
	behind []Write
}

// modifyAround is modify for rows that need other rows to be there first.
func (s *Store) modifyAround(ctx context.Context, table, id string, fn func(Row) (change, error)) (Applied, error) {
	unlock, err := s.turn(ctx, table, id)
	if err != nil {
		return Applied{}, err
	}
	defer unlock()
	for attempt := 0; ; attempt++ {
		row, err := s.Engine.Get(ctx, table, id)
		if err != nil {
			return Applied{}, err
		}
		ch, err := fn(row)
		if err != nil {
			return Applied{}, err
		}
		ch.next.ID, ch.next.Version = id, row.Version
		writes := append(append(ch.ahead, Write{Table: table, Op: Replace, Row: ch.next}), ch.behind...)
		done, err := s.Engine.Apply(ctx, writes...)
		if err == nil {
			s.noticed(len(ch.behind))
			return done[len(ch.ahead)], nil
		}
		if !errors.Is(err, ErrConflict) {
			return Applied{}, err
		}
		if attempt >= maxAttempts {
			// No fault of the caller's revision: nothing was written, try again.
			return Applied{}, fmt.Errorf("%w: %w", ErrUnavailable, err)
		}
		pause := time.Duration(rand.Int64N(int64(time.Millisecond) << min(attempt, 5)))
		select {
		case <-ctx.Done():
			return Applied{}, fmt.Errorf("%w: %w", ErrUnavailable, ctx.Err())
		case <-time.After(pause):
		}
	}
}
