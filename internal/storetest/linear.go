package storetest

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"fengqiao/internal/store"
	"fengqiao/mediation"
)

// Linear lets many people write and read a few cases at once and asks a checker whether there is an order of all that they did in
// which every answer makes sense, and which none of them could tell from what happened: whoever was told that their command was
// carried out finds it there, and whoever reads never reads back in time. s must be opened and empty.
func Linear(t *testing.T, s *store.Store) {
	o := NewOffice(t, s, s, FuyangPolicy(t))
	var cases []string
	for range 3 {
		cases = append(cases, o.Report(t, o.Worker(), Quarrel(CellA)).ID)
	}
	h := &history{start: time.Now()}
	var people sync.WaitGroup
	for person := range 8 {
		people.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(person), 1))
			for range 30 {
				h.act(t, o, person, cases[rng.IntN(len(cases))], rng.IntN(3) > 0)
			}
		})
	}
	people.Wait()
	carriedOut := 0
	for _, op := range h.done {
		if op.Output.(answer).done {
			carriedOut++
		}
	}
	if carriedOut < 30 {
		t.Fatalf("only %d commands were carried out: nothing was contended", carriedOut)
	}
	if result := porcupine.CheckOperationsTimeout(revisions, h.done, time.Minute); result != porcupine.Ok {
		t.Errorf("%d operations, %d commands carried out: the case register is not linearizable (%s)", len(h.done), carriedOut, result)
	}
}

// request is what somebody does: a command on the revision that they saw, or a reading.
type request struct {
	id    string
	write bool
	seen  int64
}

// answer is the revision that they were told; done: their command was carried out.
type answer struct {
	revision int64
	done     bool
}

type history struct {
	start time.Time
	mu    sync.Mutex
	done  []porcupine.Operation
}

func (h *history) now() int64 { return time.Since(h.start).Nanoseconds() }

func (h *history) note(op porcupine.Operation) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.done = append(h.done, op)
}

// act reads a case and then, if it is to write, gives a command on what it saw. Both are told to the checker.
func (h *history) act(t *testing.T, o *Office, person int, id string, write bool) {
	ctx := context.Background()
	call := h.now()
	c, err := o.Cases.Load(ctx, id)
	if err != nil {
		t.Error(err)
		return
	}
	h.note(porcupine.Operation{ClientId: person, Input: request{id: id}, Call: call, Output: answer{revision: c.Revision}, Return: h.now()})
	if !write {
		return
	}
	in := request{id: id, write: true, seen: c.Revision}
	call = h.now()
	done, err := o.Do(ctx, County, id, mediation.Request{Command: mediation.Note{Text: "备注"}, Revision: c.Revision, Key: o.Next("linear")})
	switch {
	case err == nil:
		h.note(porcupine.Operation{ClientId: person, Input: in, Call: call, Output: answer{done.Case.Revision, true}, Return: h.now()})
	case errors.Is(err, mediation.ErrStale):
		h.note(porcupine.Operation{ClientId: person, Input: in, Call: call, Output: answer{}, Return: h.now()})
	default:
		t.Error(err)
	}
}

// revisions is what a case is to whoever counts its revisions: a command on the present one makes the next, on any other it changes
// nothing. Cases have nothing to do with each other.
var revisions = porcupine.Model{
	Partition: func(all []porcupine.Operation) [][]porcupine.Operation {
		byCase := map[string][]porcupine.Operation{}
		for _, op := range all {
			id := op.Input.(request).id
			byCase[id] = append(byCase[id], op)
		}
		var parts [][]porcupine.Operation
		for _, ops := range byCase {
			parts = append(parts, ops)
		}
		return parts
	},
	Init: func() any { return int64(0) }, // not known before the first reading
	Step: func(state, input, output any) (bool, any) {
		now, in, out := state.(int64), input.(request), output.(answer)
		switch {
		case !in.write:
			return now == 0 || now == out.revision, out.revision
		case out.done:
			return now == in.seen && out.revision == in.seen+1, out.revision
		}
		return now != in.seen, now
	},
}
