package storetest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"fengqiao/grid"
	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/mediation/handover"

	"pgregory.net/rapid"
)

// HandOvers holds an opened, empty store to the contract of handover.HandOvers, and a hand-over to its promises: it is carried out
// wholly or not at all wherever the store is killed, and leaves nothing without somebody who may act on it.
func HandOvers(t *testing.T, s *store.Store) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, *store.HandOvers)
	}{
		{"the same order opens one", handoverOnce},
		{"of one leaver one is open at a time", handoverOpen},
		{"a list holds one's own and one's area's, newest first", handoverList},
		{"what is accepted is due until it is done", handoverDue},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, s.HandOvers()) })
	}
	engine := Failing(s.Engine, !s.Engine.Atomic())
	data, err := store.New(context.Background(), engine)
	if err != nil {
		t.Fatal(err)
	}
	f := &bureau{Office: NewOffice(t, data, s, widePolicy(t)), people: people{known: map[string]handover.Person{}}}
	f.HandOvers = handover.NewService(handover.Deps{HandOvers: data.HandOvers(), People: &f.people,
		Rooms: handover.CoreRooms(data.Cases(), f.Service, &f.people), Cases: f.Service, Files: noFiles{}, Sealer: f.Sealer, Now: f.Clock, Log: slog.New(slog.DiscardHandler)})
	t.Run("killed after any write, it is done or it is not", func(t *testing.T) { f.killed(t, engine) })
	t.Run("whatever happened, nothing is orphaned", func(t *testing.T) { f.neverOrphaned(t) })
	Sound(t, s)
}

func leaving(id, leaver string, area grid.Code, at time.Time) handover.HandOver {
	h := handover.HandOver{ID: id, Leaver: leaver, Area: area, By: leaver, State: handover.Owed, Opened: at}
	_ = h.Propose(handover.Order{By: leaver, At: at}, "next-of-"+leaver, false, nil)
	return h
}

func handoverOnce(t *testing.T, p *store.HandOvers) {
	ctx := context.Background()
	for range 2 {
		if h, err := p.Open(ctx, leaving("once", "once-a", "33.01.11", noon)); err != nil || h.State != handover.Proposed || h.Revision != 1 {
			t.Fatalf("%+v, %v", h, err)
		}
	}
	if _, err := p.Load(ctx, "never"); !errors.Is(err, mediation.ErrNotFound) {
		t.Errorf("one that is not there: %v", err)
	}
}

func handoverOpen(t *testing.T, p *store.HandOvers) {
	ctx := context.Background()
	if _, err := p.Open(ctx, leaving("open-1", "open-a", "33.01.11", noon)); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Open(ctx, leaving("open-2", "open-a", "33.01.11", noon)); !errors.Is(err, mediation.ErrExists) {
		t.Errorf("a second one: %v", err)
	}
	no := errors.New("no")
	if _, err := p.Change(ctx, "open-1", func(*handover.HandOver) error { return no }); !errors.Is(err, no) {
		t.Errorf("%v", err)
	}
	if _, err := p.Change(ctx, "open-1", func(h *handover.HandOver) error {
		return h.Cancel(handover.Order{By: "open-a", At: noon, Revision: 1})
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Open(ctx, leaving("open-2", "open-a", "33.01.11", noon)); err != nil {
		t.Errorf("after the first has ended: %v", err)
	}
}

func handoverList(t *testing.T, p *store.HandOvers) {
	ctx := context.Background()
	for i, area := range []grid.Code{"44.01.11.001", "44.01.11.002", "44.01.12.001"} {
		if _, err := p.Open(ctx, leaving(fmt.Sprint("list-", i), fmt.Sprint("list-p", i), area, noon.Add(time.Duration(i)*time.Minute))); err != nil {
			t.Fatal(err)
		}
	}
	county := grid.Code("44.01.11")
	for _, c := range []struct {
		who  string
		area *grid.Code
		want string
	}{
		{"list-p2", nil, "[list-2]"}, {"next-of-list-p0", nil, "[list-0]"}, {"nobody", nil, "[]"}, {"list-p2", &county, "[list-2 list-1 list-0]"},
	} {
		ids := []string{}
		for cursor := ""; ; {
			list, next, err := p.List(ctx, c.who, c.area, cursor, 2)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range list {
				ids = append(ids, h.ID)
			}
			if cursor = next; next == "" {
				break
			}
		}
		if fmt.Sprint(ids) != c.want {
			t.Errorf("%s sees %v, want %s", c.who, ids, c.want)
		}
	}
}

func handoverDue(t *testing.T, p *store.HandOvers) {
	ctx := context.Background()
	if _, err := p.Open(ctx, leaving("due", "due-a", "33.01.11", noon)); err != nil {
		t.Fatal(err)
	}
	due := func() bool {
		ids, err := p.Due(ctx, noon, 10)
		if err != nil {
			t.Fatal(err)
		}
		return slices.Contains(ids, "due")
	}
	if due() {
		t.Error("a proposal is due")
	}
	change := func(fn func(*handover.HandOver) error) {
		t.Helper()
		if _, err := p.Change(ctx, "due", fn); err != nil {
			t.Fatal(err)
		}
	}
	change(func(h *handover.HandOver) error {
		return h.Accept(handover.Order{By: "next-of-due-a", At: noon, Revision: 1}, nil, handover.File{})
	})
	if !due() {
		t.Error("an accepted one is not due")
	}
	change(func(h *handover.HandOver) error { h.Stand(noon); return nil })
	if due() {
		t.Error("one that has failed is due at once")
	}
	change(func(h *handover.HandOver) error { h.Finish(noon, nil); return nil })
	if due() {
		t.Error("one that is done is due")
	}
}

// people are the accounts of a bureau.
type people struct {
	mu    sync.Mutex
	known map[string]handover.Person
}

func (p *people) add(a mediation.Actor) handover.Person {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known[a.ID] = handover.Person{Actor: a}
	return p.known[a.ID]
}

// Person implements handover.People.
func (p *people) Person(_ context.Context, id string) (handover.Person, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	who, ok := p.known[id]
	if !ok {
		return who, mediation.ErrNotFound
	}
	return who, nil
}

// Holders implements handover.People.
func (p *people) Holders(_ context.Context, role mediation.Role, unit string) ([]handover.Person, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []handover.Person
	for _, who := range p.known {
		if who.Role == role && (unit == "" || who.Unit == unit) && !who.Locked {
			list = append(list, who)
		}
	}
	return list, nil
}

// noFiles keeps nothing of who leaves.
type noFiles struct{}

// FileOf implements handover.Files.
func (noFiles) FileOf(context.Context, string) (handover.File, error) { return handover.File{}, nil }

// bureau is an office whose people leave.
type bureau struct {
	*Office
	people    people
	HandOvers *handover.Service
}

// mediator hires somebody of the first village.
func (f *bureau) mediator(t testing.TB, kind string) mediation.Actor {
	t.Helper()
	return f.people.add(f.Hire(t, kind, "village", "33.01.11.001.002", 9)).Actor
}

// busy gives a mediator a seat on a fresh case and an offer of another.
func (f *bureau) busy(t testing.TB, by mediation.Actor) (seat, offer mediation.Case) {
	t.Helper()
	for i, c := range []*mediation.Case{&seat, &offer} {
		*c = f.Accepted(t, CellA)
		if OfferOf(c, by) == "" {
			t.Fatalf("%s was not asked: %+v", by.Mediator, c.Offers)
		}
		if i == 0 {
			f.Must(t, by, c.ID, mediation.Take{Offer: OfferOf(c, by)})
			f.Settle(t)
		}
	}
	return f.Read(t, seat.ID), f.Read(t, offer.ID)
}

func (f *bureau) open(t testing.TB, by mediation.Actor, to string) handover.HandOver {
	t.Helper()
	h, err := f.HandOvers.Open(context.Background(), by, handover.Proposal{Leaver: by.ID, Successor: to, Key: f.Next("key")})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// killed interrupts an acceptance at the first write, the second, and so on, once before the write and once after it.
func (f *bureau) killed(t *testing.T, engine *FailingEngine) {
	ctx := context.Background()
	for n, lost := 1, false; ; {
		f.Rest(t)
		from := f.mediator(t, "elder")
		seat, offer := f.busy(t, from)
		to := f.mediator(t, "elder")
		h := f.open(t, from, to.ID)
		f.Settle(t)
		engine.Arm(n, lost)
		_, err := f.HandOvers.Accept(ctx, to, h.ID, h.Revision)
		fell := engine.Mend()
		if err != nil && !fell {
			t.Fatalf("undisturbed: %v", err)
		}
		f.Pass(2 * time.Minute)
		if _, err := f.HandOvers.Sweep(ctx); err != nil {
			t.Fatalf("write %d lost %v: the sweep: %v", n, lost, err)
		}
		f.Sweep(t)
		f.Settle(t)
		f.wholeOrNothing(t, h.ID, from, to, seat.ID, offer.ID)
		if !fell {
			break
		}
		if lost = !lost; !lost {
			n++
		}
	}
}

func (f *bureau) wholeOrNothing(t *testing.T, id string, from, to mediation.Actor, seat, offer string) {
	t.Helper()
	h, err := f.Store.HandOvers().Load(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	holder, other := from, to
	switch h.State {
	case handover.Done:
		holder, other = to, from
	case handover.Proposed:
	default:
		t.Fatalf("it is %s", h.State)
	}
	a, b := f.Read(t, seat), f.Read(t, offer)
	if !a.Panel.Seated(holder.Mediator) || a.Panel.Seated(other.Mediator) {
		t.Errorf("%s: the seat: %+v", h.State, a.Panel)
	}
	if OfferOf(&b, holder) == "" || OfferOf(&b, other) != "" {
		t.Errorf("%s: the offers: %+v", h.State, b.Offers)
	}
	m, err := f.Mediators.Load(context.Background(), other.Mediator)
	if err != nil || len(m.Seats) != 0 {
		t.Errorf("%s: who does not have it holds %+v, %v", h.State, m.Seats, err)
	}
}

// neverOrphaned lets random hand-overs happen among random work.
func (f *bureau) neverOrphaned(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		f.Rest(t)
		staff := []mediation.Actor{f.mediator(t, "elder"), f.mediator(t, "elder"), f.mediator(t, "fulltime"), f.mediator(t, "police")}
		var cases []string
		for range rapid.IntRange(1, 8).Draw(rt, "steps") {
			switch rapid.IntRange(0, 3).Draw(rt, "step") {
			case 0:
				cases = append(cases, f.Accepted(t, CellA).ID)
			case 1:
				f.take(rt, t, staff, cases)
			default:
				f.leave(rt, t, staff)
			}
			f.Settle(t)
		}
	})
}

// take lets somebody accept what they are asked.
func (f *bureau) take(rt *rapid.T, t *testing.T, staff []mediation.Actor, cases []string) {
	if len(cases) == 0 {
		return
	}
	by := rapid.SampledFrom(staff).Draw(rt, "who")
	c := f.Read(t, rapid.SampledFrom(cases).Draw(rt, "case"))
	if OfferOf(&c, by) != "" {
		f.Must(t, by, c.ID, mediation.Take{Offer: OfferOf(&c, by)})
	}
}

// leave lets somebody hand over to somebody else. Refused, nothing has changed; done, all of it is in the hands of somebody who may.
func (f *bureau) leave(rt *rapid.T, t *testing.T, staff []mediation.Actor) {
	ctx := context.Background()
	from := rapid.SampledFrom(staff).Draw(rt, "leaver")
	to := rapid.SampledFrom(slices.DeleteFunc(slices.Clone(staff), func(a mediation.Actor) bool { return a.ID == from.ID })).Draw(rt, "successor")
	h := f.open(t, from, to.ID)
	before := h.Matters
	done, err := f.HandOvers.Accept(ctx, to, h.ID, h.Revision)
	f.Settle(t)
	_, left, lookErr := f.HandOvers.Matters(ctx, from, from.ID)
	if lookErr != nil {
		rt.Fatal(lookErr)
	}
	var no *handover.Refused
	if errors.As(err, &no) {
		if len(left) != len(before) {
			rt.Fatalf("refused, yet %d of %d matters are left", len(left), len(before))
		}
		if _, err := f.HandOvers.Cancel(ctx, from, h.ID, h.Revision, ""); err != nil {
			rt.Fatal(err)
		}
		return
	}
	if err != nil || done.State != handover.Done || len(left) != 0 {
		rt.Fatalf("%s with %d matters left, %v", done.State, len(left), err)
	}
	for _, m := range before {
		c := f.Read(t, m.Case)
		if !slices.ContainsFunc([]mediation.Action{mediation.Action(mediation.CmdStepBack), mediation.Action(mediation.CmdTake)}, func(a mediation.Action) bool { return mediation.MayCase(to, a, &c) }) {
			rt.Fatalf("%s may do nothing with %s: %+v", to.ID, m.Case, c.Offers)
		}
	}
}
