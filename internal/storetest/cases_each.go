package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"fengqiao/internal/store"
	"fengqiao/mediation"
)

// caseEach changes many cases at once, of which one is left alone, one fails, and one is written by somebody else in between.
func caseEach(t *testing.T, k *caseKit) {
	ctx := context.Background()
	ids := []string{"no such case"}
	for range 5 {
		ids = append(ids, k.open(t, nil).ID)
	}
	left, bad, contested := ids[1], ids[2], ids[3]
	broken := errors.New("broken")
	calls := map[string]int{}
	elsewhere, err := store.New(ctx, Failing(k.s.Engine, false)) // another instance over the same rows
	if err != nil {
		t.Fatal(err)
	}
	n, err := k.p.UpdateEach(ctx, ids, func(c *mediation.Case) error {
		if calls[c.ID]++; c.ID == contested && calls[c.ID] == 1 {
			if _, err := elsewhere.Cases().Update(ctx, contested, func(c *mediation.Case) error { c.Unit = "somebody else's"; return nil }); err != nil {
				t.Error(err)
			}
		}
		switch {
		case c.ID == left || c.NeedsHand:
			return mediation.ErrStale
		case c.ID == bad:
			return broken
		}
		c.NeedsHand = true
		return mediation.Decide(c, k.note(1), k.rules)
	})
	if !errors.Is(err, broken) || n != 3 {
		t.Fatalf("%d were stored, %v", n, err)
	}
	for _, id := range ids[1:] {
		c := k.load(t, id)
		changed := id != left && id != bad
		if c.NeedsHand != changed || changed != (c.Events[len(c.Events)-1].Kind == "note") || id == contested && c.Unit != "somebody else's" {
			t.Errorf("%s after %d calls: changed %v, unit %q, %d events", id, calls[id], c.NeedsHand, c.Unit, len(c.Events))
		}
		if at := mediation.VerifyChain(nil, 1, c.Events); at >= 0 {
			t.Errorf("%s: the chain breaks at event %d", id, at+1)
		}
	}
	if n, err := k.p.UpdateEach(ctx, nil, func(*mediation.Case) error { return broken }); n != 0 || err != nil {
		t.Errorf("of none %d were stored, %v", n, err)
	}
}

// Rollouts puts policies for open cases in force over a store that goes down at every write of the run, in either mode, and holds each case
// to it that it goes over once. s must be opened and empty.
func Rollouts(t *testing.T, s *store.Store) {
	engine := Failing(s.Engine, !s.Engine.Atomic())
	data, err := store.New(context.Background(), engine)
	if err != nil {
		t.Fatal(err)
	}
	o := NewOffice(t, data, s, FuyangPolicy(t))
	var ids []string
	for range 6 {
		ids = append(ids, o.Report(t, o.Worker(), Quarrel(CellA)).ID)
	}
	policies := s.Policies()
	for n, round := 1, 0; ; n++ {
		modes := []bool{false, true}
		down := false
		for _, oneByOne := range modes {
			if engine.OneByOne = oneByOne; !oneByOne && !s.Engine.Atomic() {
				continue
			}
			round++
			before := versions(t, o, ids)
			source := fmt.Appendf(nil, "# round %d\nappliesTo: open\n%s", round, FuyangPolicy(t))
			pol, err := policies.Import(context.Background(), mediation.AnyRevision, "open.yaml", source)
			if err != nil {
				t.Fatal(err)
			}
			engine.Arm(n, n%2 == 0)
			_, failed := o.RollOut(context.Background(), nil)
			if engine.Mend() {
				down = true
				if failed == nil {
					t.Fatalf("write %d failed and nobody was told", n)
				}
			}
			if _, err := o.RollOut(context.Background(), nil); err != nil {
				t.Fatal(err)
			}
			for id, was := range before {
				c := o.Read(t, id)
				moves := 0
				for _, e := range c.Events {
					if e.Kind == "rejudged" && e.Data["policy"] == pol.ID && e.Data["policy_before"] == was {
						moves++
					}
				}
				if c.Policy != pol.ID || moves != 1 {
					t.Errorf("write %d, one by one %v: the case went over %d times and is judged by %s", n, oneByOne, moves, c.Policy)
				}
			}
		}
		if !down {
			break
		}
	}
	Sound(t, s)
}

func versions(t *testing.T, o *Office, ids []string) map[string]string {
	t.Helper()
	by := map[string]string{}
	for _, id := range ids {
		by[id] = o.Read(t, id).Policy
	}
	return by
}
