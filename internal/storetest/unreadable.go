package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/push"
)

// Unreadable spoils the first of whatever the sweep and the relay find in order, as a broken disk or a faulty release would, and
// holds them to it that the rest has its turn, however little they take at a time. s must be opened and empty.
func Unreadable(t *testing.T, s *store.Store) {
	o := NewOffice(t, s, s, FuyangPolicy(t))
	o.Watch.Batch = 1
	t.Run("a case among many that are swept at once", func(t *testing.T) { unreadableAmongMany(t, o) })
	t.Run("a case", func(t *testing.T) { unreadableCase(t, o) })
	t.Run("a pending report", func(t *testing.T) { unreadableReport(t, o) })
	t.Run("a mediator", func(t *testing.T) { unreadableMediator(t, o) })
	t.Run("a case with notices that were not handed over", func(t *testing.T) { unreadableUnsent(t, o) })
	t.Run("an entry of the outbox", func(t *testing.T) { unreadableEntry(t, s.Outbox(), s) })
}

// spoil makes a row's body one that nobody can read and keeps all by which it is found.
func spoil(t *testing.T, s *store.Store, table, id string) {
	t.Helper()
	ctx := context.Background()
	row, err := s.Engine.Get(ctx, table, id)
	if err != nil {
		t.Fatal(err)
	}
	row.Body = []byte("{broken")
	if _, err := s.Engine.Apply(ctx, store.Write{Table: table, Op: store.Replace, Row: row}); err != nil {
		t.Fatal(err)
	}
}

// sweeps sweeps a few times; what fails is the spoilt row's.
func sweeps(o *Office) {
	for range 4 {
		_, _ = o.Watch.Sweep(context.Background(), o.Clock())
	}
}

func unreadableCase(t *testing.T, o *Office) {
	bad, good := o.Report(t, o.Worker(), Quarrel(CellA)), o.Report(t, o.Worker(), Quarrel(CellD))
	spoil(t, o.Store, "cases", bad.ID)
	sweeps(o)
	if c := o.Read(t, good.ID); len(c.Chores) > 0 && c.NextDue.Before(o.Clock()) {
		t.Errorf("the other case still waits: %+v", c.Chores)
	}
}

// unreadableAmongMany holds one sweep to it that it sees to all others, though it takes them together.
func unreadableAmongMany(t *testing.T, o *Office) {
	o.Watch.Batch = 100
	defer func() { o.Watch.Batch = 1 }()
	o.Settle(t)
	var ids []string
	for range 5 {
		in := Quarrel(CellC)
		in.Severity = 3 // a person screens it: all that falls due is its clock
		ids = append(ids, o.Report(t, o.Worker(), in).ID)
	}
	o.Settle(t)
	o.Pass(30 * time.Hour)
	bad := ids[2]
	spoil(t, o.Store, "cases", bad)
	n, err := o.Watch.Sweep(context.Background(), o.Clock())
	if err != nil || n.Failed != 1 || n.Cases < 4 {
		t.Errorf("%+v, %v", n, err)
	}
	for _, id := range ids {
		if id == bad {
			continue
		}
		if c := o.Read(t, id); c.StateClock.Breached.IsZero() || c.Events[len(c.Events)-1].Kind != "breached" {
			t.Errorf("a case was passed over: %+v", c.StateClock)
		}
	}
	if n, err := o.Watch.Sweep(context.Background(), o.Clock()); err != nil || n.Failed != 0 {
		t.Errorf("it was not put off: %+v, %v", n, err)
	}
}

func unreadableReport(t *testing.T, o *Office) {
	ctx := context.Background()
	for _, placed := range []bool{true, false} { // left by a crash, and waiting for a person
		var ids []string
		for i := range 2 {
			r := mediation.Report{ID: o.Next("pending"), Reporter: "w", Category: "neighbour", Severity: 1, Received: o.Clock().Add(time.Duration(i) * time.Second),
				Home: CellA.Parent()}
			if placed {
				r.Cell = CellA
			}
			if _, _, _, err := o.Reports.Intake(ctx, r, nil); err != nil {
				t.Fatal(err)
			}
			ids = append(ids, r.ID)
		}
		spoil(t, o.Store, "reports", ids[0])
		o.Pass(2 * time.Minute)
		sweeps(o)
		if r, err := o.Reports.Load(ctx, ids[1]); err != nil || placed && r.Case == "" || !placed && r.Told != 1 {
			t.Errorf("placed %v: the other report has case %q and was told %d times, %v", placed, r.Case, r.Told, err)
		}
	}
}

func unreadableMediator(t *testing.T, o *Office) {
	ctx := context.Background()
	var ids []string
	for i := range 2 {
		a := o.Hire(t, "elder", "village", "33.01.11.001.002", 0)
		if _, err := o.Mediators.Update(ctx, a.Mediator, func(m *mediation.Mediator) error {
			m.Seats = []mediation.HeldSeat{{Case: "nowhere", Since: o.Clock().Add(time.Duration(i) * time.Second)}}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, a.Mediator)
	}
	spoil(t, o.Store, "mediators", ids[0])
	o.Pass(2 * time.Minute)
	sweeps(o)
	if m, err := o.Mediators.Load(ctx, ids[1]); err != nil || len(m.Seats) != 0 {
		t.Errorf("the other mediator holds %d seats, %v", len(m.Seats), err)
	}
	row, err := o.Store.Engine.Get(ctx, "mediators", ids[0]) // out of the way of the situations that follow
	if err == nil {
		_, err = o.Store.Engine.Apply(ctx, store.Write{Table: "mediators", Op: store.Delete, Row: store.Row{ID: ids[0], Version: row.Version}})
	}
	if err != nil {
		t.Fatal(err)
	}
}

func unreadableUnsent(t *testing.T, o *Office) {
	if o.Store.Engine.Atomic() {
		return // a case and its notices are one write
	}
	ctx := context.Background()
	var ids []string
	for range 2 {
		c := o.Report(t, o.Worker(), Quarrel(CellC))
		row, err := o.Store.Engine.Get(ctx, "cases", c.ID)
		if err != nil {
			t.Fatal(err)
		}
		row.Tags = append(row.Tags, "x:unsent") // as a crash leaves it
		if _, err := o.Store.Engine.Apply(ctx, store.Write{Table: "cases", Op: store.Replace, Row: row}); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, c.ID)
	}
	spoil(t, o.Store, "cases", ids[0])
	if _, err := o.Cases.Drain(ctx, 100); err == nil {
		t.Error("nobody is told of the case that cannot be read")
	}
	if n, err := o.Cases.Drain(ctx, 100); err != nil || n > 1 {
		t.Errorf("drained %d, %v: it is found again", n, err)
	}
}

func unreadableEntry(t *testing.T, o push.Outbox, s *store.Store) {
	ctx := context.Background()
	emptyOutbox(t, o)
	first, behind, other := pushEntry("spoilt", "phone", 1), pushEntry("spoilt", "phone", 2), pushEntry("whole", "phone", 3)
	if err := o.Add(ctx, first, behind, other); err != nil {
		t.Fatal(err)
	}
	spoil(t, s, "outbox", first.ID)
	var got []push.Entry
	told := false
	for range 3 {
		entries, err := o.Claim(ctx, pushNow, pushLease, 10)
		told = told || err != nil && !errors.Is(err, push.ErrClaimLost)
		got = append(got, entries...)
	}
	if !told {
		t.Error("nobody is told of the entry that cannot be read")
	}
	wantIDs(t, got, other, behind)
}
