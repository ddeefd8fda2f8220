package storetest

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/mediation/policy"
	"fengqiao/mediation/slip"
)

// SlipCrashes kills the store after every write of everything that is done with slips, and of the sweep behind it, and holds what is
// there after the next sweep to what slips promise. s must be opened and empty.
func SlipCrashes(t *testing.T, s *store.Store) {
	engine := Failing(s.Engine, !s.Engine.Atomic())
	data, err := store.New(context.Background(), engine)
	if err != nil {
		t.Fatal(err)
	}
	k := &slipKit{Office: NewOffice(t, data, s, FuyangPolicy(t)), engine: engine, data: data, sound: s}
	for _, oneByOne := range []bool{false, true} {
		if engine.OneByOne = oneByOne; !oneByOne && !s.Engine.Atomic() {
			continue // such an engine has no other mode
		}
		name := "all or nothing"
		if oneByOne {
			name = "one by one"
		}
		t.Run(name, func(t *testing.T) {
			for _, x := range slipCrashes {
				t.Run(x.name, func(t *testing.T) { k.crash(t, x.prepare) })
			}
		})
	}
}

// slipKit is an office with slips.
type slipKit struct {
	*Office
	engine      *FailingEngine
	data, sound *store.Store
}

// service is a server that has just started.
func (k *slipKit) service() *slip.Service {
	return slip.NewService(slip.Deps{Slips: k.data.Slips(), Watches: k.data.Slips(), Cases: k.Service, Reader: k.data.Cases(), Moves: k.data.Figures(), Users: k.Users,
		Sealer: k.Sealer, Atlas: k.Atlas, Now: k.Clock, Log: slog.New(slog.DiscardHandler)})
}

var (
	slipIssuer  = mediation.Actor{ID: "sv", Role: mediation.Supervisor, Area: "33.01.11"}
	slipChief   = mediation.Actor{ID: "ld", Role: mediation.Leader, Area: "33.01.11"}
	slipAnswers = mediation.Actor{ID: "ts", Role: mediation.TownshipStaff, Area: "33.01.11.001"}
)

// slipCrashes prepare a slip and return the one step that is then interrupted; it may be repeated.
var slipCrashes = []struct {
	name    string
	prepare func(t *testing.T, k *slipKit) (caseID string, step func() error)
}{
	{"it is issued", func(t *testing.T, k *slipKit) (string, func() error) {
		id, key := k.Report(t, k.Worker(), Quarrel(CellA)).ID, k.Next("key")
		return id, func() error { return second(k.issue(id, key)) }
	}},
	{"it is acknowledged", func(t *testing.T, k *slipKit) (string, func() error) {
		id, s := k.issued(t)
		return id, k.give(s.ID, slipAnswers, slip.Command{Name: slip.CmdAcknowledge})
	}},
	{"it is answered", func(t *testing.T, k *slipKit) (string, func() error) {
		id, s := k.issued(t)
		return id, k.give(s.ID, slipAnswers, slip.Command{Name: slip.CmdReply, Text: "已到场"})
	}},
	{"its reply does not suffice for the second time", func(t *testing.T, k *slipKit) (string, func() error) {
		id, s := k.issued(t)
		for _, x := range []slip.Name{slip.CmdReply, slip.CmdReturn, slip.CmdReply} {
			by := slipAnswers
			if x == slip.CmdReturn {
				by = slipIssuer
			}
			if err := k.give(s.ID, by, slip.Command{Name: x, Text: "x"})(); err != nil {
				t.Fatal(err)
			}
		}
		return id, k.give(s.ID, slipIssuer, slip.Command{Name: slip.CmdReturn, Text: "仍不清楚"})
	}},
	{"nobody acknowledges it", func(t *testing.T, k *slipKit) (string, func() error) {
		id, s := k.issued(t)
		k.Pass(s.Acknowledge.Due.Sub(k.Clock()))
		return id, func() error { return second(k.service().Sweep(context.Background())) }
	}},
	{"days off move its limits", func(t *testing.T, k *slipKit) (string, func() error) {
		id, s := k.issued(t)
		due := s.Acknowledge.Due
		if !s.Reply.Due.IsZero() {
			due = s.Reply.Due
		}
		local := due.In(time.FixedZone("", 8*3600))
		year := policy.Year{Number: local.Year(), Source: "通知", Holidays: []string{local.Format(time.DateOnly)}}
		if err := k.Calendars.Put(context.Background(), mediation.AnyRevision, year, k.Clock()); err != nil {
			t.Fatal(err)
		}
		return id, func() error { return second(k.service().Reckon(context.Background())) }
	}},
}

func (k *slipKit) issue(caseID, key string) (slip.Slip, error) {
	return k.service().Issue(context.Background(), slipIssuer, slip.Issue{Key: key, Kind: "reminder", About: slip.Subject{Kind: slip.AboutCase, ID: caseID},
		To: slip.Addressee{Role: mediation.TownshipStaff, Area: "33.01.11.001"}, Text: "请说明进展"})
}

// issued is a case with one slip.
func (k *slipKit) issued(t *testing.T) (string, slip.Slip) {
	t.Helper()
	id := k.Report(t, k.Worker(), Quarrel(CellA)).ID
	s, err := k.issue(id, k.Next("key"))
	if err != nil {
		t.Fatal(err)
	}
	return id, s
}

func (k *slipKit) give(id string, by mediation.Actor, cmd slip.Command) func() error {
	key := k.Next("key")
	return func() error {
		return second(k.service().Do(context.Background(), by, id, slip.Request{Command: cmd, Key: key}))
	}
}

// crash interrupts the step and the sweep behind it at the first write, the second, and so on, once before the write and once after it,
// until it gets through.
func (k *slipKit) crash(t *testing.T, prepare func(*testing.T, *slipKit) (string, func() error)) {
	for n, lost := 1, false; ; {
		id, step := prepare(t, k)
		k.Settle(t)
		k.engine.Arm(n, lost)
		first := step()
		_, _ = k.service().Sweep(context.Background()) // goes down as well
		fell := k.engine.Mend()
		if err := step(); err != nil { // as whoever got no answer sends it again, whatever became of it
			t.Fatalf("write %d lost %v: %v, sent again: %v", n, lost, first, err)
		}
		for range 3 {
			if _, err := k.service().Sweep(context.Background()); err != nil {
				t.Fatalf("write %d lost %v: %v", n, lost, err)
			}
			k.Pass(mediation.Grace) // what failed was put off
		}
		k.check(t, id, n, lost)
		k.withdraw(t, id)
		if t.Failed() || !fell {
			return
		}
		if lost = !lost; !lost {
			n++
		}
	}
}

// withdraw ends the slips of a case, so that later sweeps have no more to do than the first.
func (k *slipKit) withdraw(t *testing.T, caseID string) {
	t.Helper()
	slips, err := k.sound.Slips().OfCase(context.Background(), caseID)
	if err != nil {
		t.Fatal(err)
	}
	for i := range slips {
		if s := &slips[i]; !s.State.Over() {
			if err := k.give(s.ID, slipIssuer, slip.Command{Name: slip.CmdWithdraw, Text: "x"})(); err != nil {
				t.Fatal(err)
			}
			if left, err := k.sound.Slips().Load(context.Background(), s.ID); err != nil || left.Withdrawal == nil {
				continue // nothing was late
			}
			if err := k.give(s.ID, slipChief, slip.Command{Name: slip.CmdApprove, Text: "x"})(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// check holds the slips of a case to their promises: each line of their history stands in the case's timeline once, whoever escalated has
// one follower, whoever was to hear of it is told, and nothing is left to do.
func (k *slipKit) check(t *testing.T, caseID string, n int, lost bool) {
	t.Helper()
	ctx := context.Background()
	slips, err := k.sound.Slips().OfCase(ctx, caseID)
	if err != nil {
		t.Fatal(err)
	}
	events, err := k.sound.Cases().Timeline(ctx, caseID, 0, 300)
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]int{}
	for _, e := range events {
		if kind, ok := strings.CutPrefix(e.Kind, "slip_"); ok {
			told[e.Data["slip"]+" "+kind]++
		}
	}
	bad := func(format string, args ...any) {
		t.Errorf("write %d lost %v: "+format, append([]any{n, lost}, args...)...)
	}
	lines, followers := map[string]int{}, 0
	for i := range slips {
		s := &slips[i]
		for _, e := range s.History {
			lines[s.ID+" "+e.Kind]++
		}
		if s.Following != nil || len(s.Unlogged) > 0 || len(s.Unsent) > 0 {
			bad("left to do: %+v %+v %+v", s.Following, s.Unlogged, s.Unsent)
		}
		if _, err := k.sound.Outbox().Entry(ctx, s.ID+"/1/0"); err != nil {
			bad("the addressee of %s is not told: %v", s.Kind, err)
		}
		if s.From != "" {
			followers++
		}
		if (s.State == slip.Escalated) != (s.Next != "") {
			bad("%s is followed by %q", s.State, s.Next)
		}
		if _, err := k.sound.Slips().Load(ctx, s.Next); s.Next != "" && err != nil {
			bad("the follower: %v", err)
		}
	}
	if len(slips) != 1+followers || followers > 1 {
		bad("%d slips, %d of them followers", len(slips), followers)
	}
	if len(told) != len(lines) {
		bad("the timeline has %v, the slips %v", told, lines)
	}
	for line, want := range lines {
		if told[line] != want {
			bad("%s stands %d times in the timeline, want %d", line, told[line], want)
		}
	}
}
