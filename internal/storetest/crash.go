package storetest

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"fengqiao/internal/store"
	"fengqiao/mediation"
)

// Crashes kills the store after every write of every command that touches two documents, and holds what is there after the
// next sweep to Sound; and it lets mediators race for seats. s must be opened and empty.
func Crashes(t *testing.T, s *store.Store) {
	engine := Failing(s.Engine, !s.Engine.Atomic())
	data, err := store.New(context.Background(), engine)
	if err != nil {
		t.Fatal(err)
	}
	o := NewOffice(t, data, s, widePolicy(t))
	modes := []bool{false, true}
	for _, oneByOne := range modes {
		if engine.OneByOne = oneByOne; !oneByOne && !s.Engine.Atomic() {
			continue // such an engine has no other mode
		}
		name := "all or nothing"
		if oneByOne {
			name = "one by one"
		}
		t.Run(name, func(t *testing.T) {
			for _, x := range crashes {
				t.Run(x.name, func(t *testing.T) { crash(t, o, engine, s, x.prepare) })
			}
		})
	}
	t.Run("fifty mediators accept the same seat at once", func(t *testing.T) { seatRace(t, o) })
	t.Run("one mediator accepts more cases at once than the cap allows", func(t *testing.T) { capRace(t, o) })
}

// widePolicy is the sample county's, but whole crowds may be asked at once and everybody has time to answer.
func widePolicy(t testing.TB) []byte {
	source := FuyangPolicy(t)
	source = bytes.ReplaceAll(source, []byte("wave_size: 3"), []byte("wave_size: 50"))
	return bytes.ReplaceAll(source, []byte("answer: 2h"), []byte("answer: 20h"))
}

// crashes prepare a situation and return the one step that is then interrupted.
var crashes = []struct {
	name    string
	prepare func(t *testing.T, o *Office) (step func() error)
}{
	{"a report opens a case", func(t *testing.T, o *Office) func() error {
		by, in := o.Worker(), Quarrel(CellA)
		return func() error { return second(o.Receive(context.Background(), by, in)) }
	}},
	{"a report joins a case", func(t *testing.T, o *Office) func() error {
		by := o.Worker()
		o.Report(t, by, Quarrel(CellB))
		in := Quarrel(CellB)
		return func() error { return second(o.Receive(context.Background(), by, in)) }
	}},
	{"a report is placed by hand", func(t *testing.T, o *Office) func() error {
		in := Quarrel(CellA)
		in.Point, in.Address = nil, "东街道某小区"
		got, err := o.Receive(context.Background(), o.Worker(), in)
		if err != nil {
			t.Fatal(err)
		}
		return func() error {
			return second(o.PlaceReport(context.Background(), Town, got.Report.ID, got.Report.Version, CellC))
		}
	}},
	{"a mediator takes a seat", func(t *testing.T, o *Office) func() error {
		by, c := asked(t, o)
		return command(t, o, by, c.ID, mediation.Take{Offer: OfferOf(&c, by)})
	}},
	{"a mediator declines", func(t *testing.T, o *Office) func() error {
		by, c := asked(t, o)
		return command(t, o, by, c.ID, mediation.Decline{Offer: OfferOf(&c, by), Reason: "busy"})
	}},
	{"staff assign a mediator", func(t *testing.T, o *Office) func() error {
		by, c := asked(t, o)
		return command(t, o, Town, c.ID, mediation.Assign{Mediator: by.Mediator, Seat: -1, Force: true})
	}},
	{"a mediator steps back", func(t *testing.T, o *Office) func() error {
		by, c := seated(t, o)
		return command(t, o, by, c.ID, mediation.StepBack{Reason: "ill"})
	}},
	{"a case is joined to another", func(t *testing.T, o *Office) func() error {
		a, b := twoCases(t, o)
		return command(t, o, Town, a.ID, mediation.Join{Into: b.ID})
	}},
	{"a join is taken back", func(t *testing.T, o *Office) func() error {
		a, b := twoCases(t, o)
		o.Must(t, Town, a.ID, mediation.Join{Into: b.ID})
		o.Settle(t)
		return command(t, o, Town, a.ID, mediation.Split{})
	}},
	{"a report is withdrawn, and its case with it", func(t *testing.T, o *Office) func() error {
		by := o.Worker()
		got, err := o.Receive(context.Background(), by, Quarrel(CellD))
		if err != nil {
			t.Fatal(err)
		}
		key := o.Next("key")
		return func() error {
			return second(o.WithdrawReport(context.Background(), by, got.Report.ID, key, "mistake"))
		}
	}},
	{"a report is taken out of its case", func(t *testing.T, o *Office) func() error {
		by := o.Worker()
		c := o.Report(t, by, Quarrel(CellB))
		got, err := o.Receive(context.Background(), by, Quarrel(CellB))
		if err != nil || got.Report.Case != c.ID {
			t.Fatalf("the second report leads to %q, %v", got.Report.Case, err)
		}
		return command(t, o, Town, c.ID, mediation.Detach{Report: got.Report.ID})
	}},
}

func second[T any](_ T, err error) error { return err }

// command is one command on the case as it is now, however often it is given.
func command(t *testing.T, o *Office, by mediation.Actor, id string, cmd mediation.Command) func() error {
	t.Helper()
	o.Settle(t)
	q := mediation.Request{Command: cmd, Revision: o.Read(t, id).Revision, Key: o.Next("key")}
	return func() error { return second(o.Do(context.Background(), by, id, q)) }
}

// asked is a mediator with an open offer of a fresh case. Those of earlier rounds rest.
func asked(t *testing.T, o *Office) (mediation.Actor, mediation.Case) {
	t.Helper()
	o.Rest(t)
	by := o.Hire(t, "elder", "village", "33.01.11.001.002", 3)
	c := o.Accepted(t, CellA)
	if OfferOf(&c, by) == "" {
		t.Fatalf("%s was not asked: %+v", by.Mediator, c.Offers)
	}
	return by, c
}

func seated(t *testing.T, o *Office) (mediation.Actor, mediation.Case) {
	t.Helper()
	by, c := asked(t, o)
	o.Must(t, by, c.ID, mediation.Take{Offer: OfferOf(&c, by)})
	o.Settle(t)
	return by, o.Read(t, c.ID)
}

func twoCases(t *testing.T, o *Office) (mediation.Case, mediation.Case) {
	t.Helper()
	a, b := o.Report(t, o.Worker(), Quarrel(CellA)), o.Report(t, o.Worker(), Quarrel(CellA))
	o.Settle(t)
	return a, b
}

// crash interrupts the step, and the sweep behind it, at the first write, the second, and so on, once before the write and once
// after it, until it gets through.
func crash(t *testing.T, o *Office, engine *FailingEngine, s *store.Store, prepare func(*testing.T, *Office) func() error) {
	for n, lost := 1, false; ; {
		step := prepare(t, o)
		o.Settle(t)
		engine.Arm(n, lost)
		first := step()
		_, _ = o.Watch.Sweep(context.Background(), o.Clock()) // goes down as well
		fell := engine.Mend()
		if first == nil {
			if err := step(); err != nil && !repeatable(err) {
				t.Errorf("write %d lost %v: carried out, then sent again: %v", n, lost, err)
			}
		} else if !fell {
			t.Fatalf("undisturbed: %v", first)
		}
		o.Pass(2 * time.Minute)
		o.Sweep(t)
		o.Settle(t)
		if !fell {
			break
		}
		if lost = !lost; !lost {
			n++
		}
	}
	Sound(t, s)
}

// repeatable: a command that took the case out of its sender's sight answers that, or that the offer has ended, at its second
// sending.
func repeatable(err error) bool {
	return errors.Is(err, mediation.ErrNotFound) || errors.Is(err, &mediation.Error{Kind: mediation.Forbidden}) ||
		errors.Is(err, &mediation.Error{Kind: mediation.Conflict, Code: "need." + string(mediation.NeedOpenOffer)})
}

func seatRace(t *testing.T, o *Office) {
	var crowd []mediation.Actor
	for range 50 {
		crowd = append(crowd, o.Hire(t, "fulltime", "village", "33.01.11.001.003", 1))
	}
	c := o.Accepted(t, CellC)
	won := race(t, len(crowd), func(i int) error {
		return second(o.Do(context.Background(), crowd[i], c.ID, mediation.Request{Command: mediation.Take{Offer: OfferOf(&c, crowd[i])}, Key: o.Next("key")}))
	})
	if won != 1 {
		t.Errorf("%d mediators took the seat", won)
	}
	o.Pass(2 * time.Minute)
	o.Sweep(t)
	o.Settle(t)
	if got := o.Read(t, c.ID); got.State != mediation.Accepted {
		t.Errorf("the case is %s", got.State)
	}
	Sound(t, o.Store)
}

func capRace(t *testing.T, o *Office) {
	o.Rest(t)
	by := o.Hire(t, "elder", "village", "33.01.11.001.002", 2)
	var cases []mediation.Case
	for range 6 {
		cases = append(cases, o.Accepted(t, CellA))
	}
	won := race(t, len(cases), func(i int) error {
		c := o.Read(t, cases[i].ID)
		return second(o.Do(context.Background(), by, c.ID, mediation.Request{Command: mediation.Take{Offer: OfferOf(&c, by)}, Key: o.Next("key")}))
	})
	if won != 2 {
		t.Errorf("%d cases were taken by one who may hold two", won)
	}
	o.Pass(2 * time.Minute)
	o.Sweep(t)
	Sound(t, o.Store)
}

// cameSecond tells whether somebody was refused because another was faster; an error that is no such refusal fails the test.
func cameSecond(t *testing.T, err error) bool {
	t.Helper()
	var no *mediation.Error
	if err != nil && (!errors.As(err, &no) || no.Kind != mediation.Conflict && no.Kind != mediation.NotFound && no.Kind != mediation.Forbidden) {
		t.Error(err)
	}
	return err != nil
}

// race runs n calls at once and counts those that succeed; the others must be refusals.
func race(t *testing.T, n int, call func(int) error) int {
	t.Helper()
	var mu sync.Mutex
	won := 0
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			err := call(i)
			if !cameSecond(t, err) {
				mu.Lock()
				defer mu.Unlock()
				won++
			}
		})
	}
	wg.Wait()
	return won
}
