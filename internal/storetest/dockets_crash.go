package storetest

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"fengqiao/grid"
	"fengqiao/internal/store"
	"fengqiao/mediation/docket"

	"github.com/google/uuid"
)

// reviewSection is what a county's policy says of review lists, behind Fuyang's.
const reviewSection = "\nreview_lists:\n  - {key: monthly, name: {zh: 月度, en: monthly}, every: month, reasons: [{key: old, name: {zh: 老案, en: old}, older_than: 1d}], sits: [county_staff], decided: 2d}\n"

// DocketCrashes kills the store after every write of freezing a list, of a decision, of its report and of its being late, and of the sweep behind
// it, and holds what is there afterwards to what the room promises. s must be opened and empty.
func DocketCrashes(t *testing.T, s *store.Store) {
	engine := Failing(s.Engine, !s.Engine.Atomic())
	data, err := store.New(context.Background(), engine)
	if err != nil {
		t.Fatal(err)
	}
	k := &docketKit{Office: NewOffice(t, data, s, append(FuyangPolicy(t), reviewSection...)), engine: engine, data: data, sound: s}
	for _, x := range []struct {
		name string
		step func(k *docketKit, t *testing.T) func() error
	}{
		{"a list is frozen", (*docketKit).freezes},
		{"a review decides", (*docketKit).decides},
		{"it is reported", (*docketKit).reports},
		{"it is late", (*docketKit).lateness},
	} {
		t.Run(x.name, func(t *testing.T) { k.crash(t, x.step) })
	}
}

type docketKit struct {
	*Office
	engine      *FailingEngine
	data, sound *store.Store
	list, id    string
	decision    string
	kinds       []string // what the case's timeline must tell
}

// known is a county in which everybody is somebody.
type known struct{}

func (known) UnitOf(context.Context, string) (string, error) { return "", nil }

func (known) Staffed(context.Context, string, grid.Code) (bool, error) { return true, nil }

// room is a server that has just started.
func (k *docketKit) room() *docket.Service {
	return docket.NewService(docket.Deps{Lists: k.data.ReviewLists(), Decisions: k.data.ReviewDecisions(), Core: k.Service, Cases: k.data.Cases(), Heads: k.data.Figures(), People: known{},
		Sealer: k.Sealer, Now: k.Clock})
}

// freezes is the beginning of the next month, with one more old case.
func (k *docketKit) freezes(t *testing.T) func() error {
	t.Helper()
	k.id, k.decision, k.kinds = k.Report(t, k.Worker(), Quarrel(CellA)).ID, "", nil
	zone, err := k.Policy.Clocks.Calendar.Location()
	if err != nil {
		t.Fatal(err)
	}
	k.Pass(48 * time.Hour)
	next := docket.PeriodOf("month", k.Clock(), zone).Until
	k.Pass(next.Add(time.Hour).Sub(k.Clock()))
	k.list = docket.IDOf("monthly", docket.PeriodOf("month", next, zone))
	return func() error { return second(k.room().Sweep(context.Background())) }
}

func (k *docketKit) decides(t *testing.T) func() error {
	t.Helper()
	if err := k.freezes(t)(); err != nil {
		t.Fatal(err)
	}
	key := uuid.NewString()
	k.kinds = []string{"review_decision"}
	return func() error {
		d, err := k.room().Decide(context.Background(), County, k.list, docket.Resolve{Key: key, Case: k.id, Text: "上门", Party: docket.Party{User: "somebody"}})
		if err == nil {
			k.decision = d.ID
		}
		return err
	}
}

func (k *docketKit) reports(t *testing.T) func() error {
	t.Helper()
	if err := k.decides(t)(); err != nil {
		t.Fatal(err)
	}
	k.kinds = []string{"review_decision", "review_done"}
	return func() error {
		_, err := k.room().Report(context.Background(), County, k.decision, "已上门")
		if err != nil && strings.Contains(err.Error(), "docket.done") {
			return nil // it was stored, and only the answer lost
		}
		return err
	}
}

func (k *docketKit) lateness(t *testing.T) func() error {
	t.Helper()
	if err := k.decides(t)(); err != nil {
		t.Fatal(err)
	}
	k.Pass(5 * 24 * time.Hour)
	k.kinds = []string{"review_decision", "review_late"}
	return func() error { return second(k.room().Sweep(context.Background())) }
}

// crash interrupts the step and the sweep behind it at the first write, the second, and so on, once before the write and once after it,
// until it gets through.
func (k *docketKit) crash(t *testing.T, prepare func(*docketKit, *testing.T) func() error) {
	for n, lost := 1, false; ; {
		step := prepare(k, t)
		k.engine.Arm(n, lost)
		first := step()
		_, _ = k.room().Sweep(context.Background()) // goes down as well
		fell := k.engine.Mend()
		if err := step(); err != nil { // as whoever got no answer sends it again
			t.Fatalf("write %d lost %v: %v, sent again: %v", n, lost, first, err)
		}
		for range 3 {
			k.Pass(2 * time.Minute) // what failed was put off
			if _, err := k.room().Sweep(context.Background()); err != nil {
				t.Fatalf("write %d lost %v: %v", n, lost, err)
			}
		}
		k.check(t, n, lost)
		if t.Failed() || !fell {
			return
		}
		if lost = !lost; !lost {
			n++
		}
	}
}

// check holds the month's list and the case to their promises: one list with the case on it, one decision, and each thing told once.
func (k *docketKit) check(t *testing.T, n int, lost bool) {
	t.Helper()
	ctx := context.Background()
	bad := func(format string, args ...any) {
		t.Errorf("write %d lost %v: "+format, append([]any{n, lost}, args...)...)
	}
	l, err := k.sound.ReviewLists().Load(ctx, k.list)
	if err != nil || l.Item(k.id) == nil || l.Total != len(l.Items) {
		bad("%s: %+v, %v", k.list, l.Item(k.id), err)
		return
	}
	taken, _, err := k.sound.ReviewDecisions().List(ctx, docket.Filter{List: k.list, Case: k.id}, "", 10)
	if err != nil || (len(k.kinds) > 0) != (len(taken) == 1) || len(taken) > 1 {
		bad("%d decisions, %v", len(taken), err)
		return
	}
	for i := range taken {
		if d := &taken[i]; len(d.Untold) > 0 || !d.NextDue.IsZero() && !d.NextDue.After(k.Clock()) {
			bad("%+v", d)
		}
	}
	events, err := k.sound.Cases().Timeline(ctx, k.id, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for i := range events {
		if strings.HasPrefix(events[i].Kind, "review_") {
			kinds = append(kinds, events[i].Kind)
		}
	}
	if !slices.Equal(kinds, k.kinds) {
		bad("the case tells %v, want %v", kinds, k.kinds)
	}
}
