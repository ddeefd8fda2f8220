package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"fengqiao/grid"
	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

// Cases holds an opened, empty store to the contracts of mediation.Cases and mediation.Opener.
func Cases(t *testing.T, s *store.Store) {
	k := newCaseKit(t, s)
	for _, situation := range []struct {
		name string
		run  func(*testing.T, *caseKit)
	}{
		{"a case comes back as it was opened, with its number", caseRoundTrip},
		{"numbers have no gaps under many openers", caseNumbers},
		{"a hundred writers lose no update", caseContention},
		{"of fifty acceptances of one seat one wins", caseAcceptances},
		{"a failing update stores nothing", caseFailingUpdate},
		{"a writer waits for its turn no longer than it may", caseTurn},
		{"many are changed at once and each as if alone", caseEach},
		{"notices reach the outbox once", caseNotices},
		{"a long timeline is one chain and pages exactly", caseTimeline},
		{"an update of a long case costs what one of a short case costs", caseCost},
		{"what is due comes longest due first", caseDue},
		{"a case that is put off comes back when its time has come", caseDefer},
		{"what a report might belong to", caseAlike},
		{"what the same reporter or party has there already", caseAlikeOf},
		{"a link finds its case until it is renewed", caseLinks},
		{"a party's cases and reports are found by their hash", ofParty},
	} {
		t.Run(situation.name, func(t *testing.T) { situation.run(t, k) })
	}
	t.Run("lists", func(t *testing.T) { caseLists(t, k) })
	t.Run("lists under writes", func(t *testing.T) { caseListsUnderWrites(t, k) })
}

// caseKit makes cases.
type caseKit struct {
	s     *store.Store
	p     *store.Cases
	pol   *policy.Policy
	rules mediation.Rules

	mu sync.Mutex
	n  int
}

func newCaseKit(t *testing.T, s *store.Store) *caseKit {
	t.Helper()
	pol, err := policy.Load("fuyang.yaml", FuyangPolicy(t), mediation.PolicyVocabulary())
	if err != nil {
		t.Fatal(err)
	}
	return &caseKit{s: s, p: s.Cases(), pol: pol, rules: RulesOf(pol)}
}

var caseDay = time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)

func (k *caseKit) id(prefix string) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.n++
	return fmt.Sprintf("%s-%04d", prefix, k.n)
}

// fresh is a new case in a cell, as a report opens it, not stored yet.
func (k *caseKit) fresh(t failer, cell grid.Code, at time.Time) mediation.Case {
	t.Helper()
	rep := mediation.Report{ID: k.id("report"), Reporter: "worker", Channel: "app", Category: "neighbour", Severity: 1, Cell: cell, Home: cell.Parent(),
		Key: "key", Text: mediation.Sealed{Key: "key", Box: []byte("sealed words")}, Received: at}
	c, err := mediation.OpenCase(&rep, mediation.Opening{ID: k.id("case"), At: at,
		Actor: mediation.Actor{ID: "worker", Role: mediation.GridWorker, Area: cell.Parent()}}, k.rules)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return c
}

// open stores a fresh case, changed as fn says.
func (k *caseKit) open(t failer, fn func(*mediation.Case)) mediation.Case {
	t.Helper()
	c := k.fresh(t, CellA, caseDay)
	if fn != nil {
		fn(&c)
	}
	stored, err := k.p.Open(context.Background(), c)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return stored
}

func (k *caseKit) load(t failer, id string) mediation.Case {
	t.Helper()
	c, err := k.p.Load(context.Background(), id)
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	return c
}

func (k *caseKit) update(t failer, id string, fn func(*mediation.Case) error) mediation.Case {
	t.Helper()
	c, err := k.p.Update(context.Background(), id, fn)
	if err != nil {
		t.Fatalf("update: %v", err)
	}
	return c
}

// note is an order that adds one event and nothing else.
func (k *caseKit) note(n int) mediation.Order {
	return mediation.Order{Actor: County, Command: mediation.Note{Text: "note"}, At: caseDay.Add(time.Duration(n) * time.Second),
		Words: mediation.Sealed{Key: "key", Box: []byte("a sealed note of usual length, say forty")}}
}

// notes adds n events to the case, some at a time.
func (k *caseKit) notes(t failer, id string, n int) {
	t.Helper()
	for n > 0 {
		some := min(n, 30)
		k.update(t, id, func(c *mediation.Case) error {
			for i := range some {
				if err := mediation.Decide(c, k.note(i), k.rules); err != nil {
					return err
				}
			}
			return nil
		})
		n -= some
	}
}

func shown(v any) string {
	text, err := json.Marshal(v) // as what stands behind pointers tells too
	if err != nil {
		panic(err)
	}
	return string(text)
}

func caseRoundTrip(t *testing.T, k *caseKit) {
	ctx := context.Background()
	_, err := k.p.Load(ctx, "none")
	refused(t, err, mediation.ErrNotFound)
	_, err = k.p.Update(ctx, "none", func(*mediation.Case) error { return nil })
	refused(t, err, mediation.ErrNotFound)

	c := k.open(t, func(c *mediation.Case) { c.Number.Series = "round/2026" })
	if c.Number.N != 1 {
		t.Fatalf("the first number is %d", c.Number.N)
	}
	got := k.load(t, c.ID)
	if len(got.Events) == 0 || len(got.Chores) == 0 || got.Head == nil || got.NextDue.IsZero() {
		t.Fatalf("the stored case lacks something: %+v", got)
	}
	again := k.update(t, c.ID, func(*mediation.Case) error { return nil })
	if a, b := shown(got), shown(again); a != b {
		t.Fatalf("an update that changes nothing changed\n%s\nto\n%s", a, b)
	}
	_, err = k.p.Open(ctx, c)
	refused(t, err, mediation.ErrExists)
}

func caseNumbers(t *testing.T, k *caseKit) {
	const openers = 40
	numbers := make([]int, openers)
	cases := make([]mediation.Case, openers)
	for i := range cases {
		cases[i] = k.fresh(t, CellA, caseDay)
		cases[i].Number.Series = "many/2026"
	}
	var wg sync.WaitGroup
	for i := range cases {
		wg.Go(func() {
			c, err := k.p.Open(context.Background(), cases[i])
			if err != nil {
				t.Error(err)
			}
			numbers[i] = int(c.Number.N)
		})
	}
	wg.Wait()
	slices.Sort(numbers)
	for i, n := range numbers {
		if n != i+1 {
			t.Fatalf("numbers %v", numbers)
		}
	}
}

func caseContention(t *testing.T, k *caseKit) {
	c := k.open(t, nil)
	const writers = 100
	process, err := store.New(context.Background(), Failing(k.s.Engine, false)) // another process: its writers do not queue with ours
	if err != nil {
		t.Fatal(err)
	}
	other := process.Cases()
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			p := k.p
			if i%2 == 0 {
				p = other
			}
			for {
				_, err := p.Update(context.Background(), c.ID, func(c *mediation.Case) error { return mediation.Decide(c, k.note(i), k.rules) })
				if errors.Is(err, mediation.ErrUnavailable) {
					continue // lost the race for the version fifty times over: nothing was written
				}
				if err != nil {
					t.Error(err)
				}
				return
			}
		})
	}
	wg.Wait()
	if got := k.load(t, c.ID); got.Revision != c.Revision+writers {
		t.Fatalf("revision %d after %d changes of revision %d", got.Revision, writers, c.Revision)
	}
	k.chain(t, c.ID, len(c.Events)+writers)
}

// chain checks that the timeline is one chain of n events.
func (k *caseKit) chain(t failer, id string, n int) []mediation.Event {
	t.Helper()
	events, err := k.p.Timeline(context.Background(), id, 0, n+1000)
	if err != nil {
		t.Fatalf("timeline: %v", err)
	}
	if len(events) != n {
		t.Fatalf("%d events, want %d", len(events), n)
	}
	if i := mediation.VerifyChain(nil, 1, events); i >= 0 {
		t.Fatalf("the chain breaks at event %d", i+1)
	}
	return events
}

func caseAcceptances(t *testing.T, k *caseKit) {
	const asked = 50
	c := k.open(t, func(c *mediation.Case) {
		c.State, c.Chores = mediation.Offered, nil
		for i := range asked {
			c.Offers = append(c.Offers, mediation.Offer{ID: fmt.Sprintf("of-%d", i), Mediator: fmt.Sprintf("m-%d", i), User: fmt.Sprintf("u-%d", i),
				State: mediation.OfferOpen, Sent: caseDay, Deadline: caseDay.Add(time.Hour)})
		}
	})
	var mu sync.Mutex
	var winners []string
	var wg sync.WaitGroup
	for i := range asked {
		wg.Go(func() {
			actor := mediation.Actor{ID: fmt.Sprintf("u-%d", i), Role: mediation.MediatorRole, Mediator: fmt.Sprintf("m-%d", i)}
			_, err := k.p.Update(context.Background(), c.ID, func(c *mediation.Case) error {
				return mediation.Decide(c, mediation.Order{Actor: actor, Command: mediation.Take{Offer: fmt.Sprintf("of-%d", i)}, At: caseDay.Add(time.Minute)}, k.rules)
			})
			mu.Lock()
			defer mu.Unlock()
			var no *mediation.Error
			switch {
			case err == nil:
				winners = append(winners, actor.Mediator)
			case !errors.As(err, &no) || no.Kind != mediation.Conflict && no.Kind != mediation.Forbidden:
				t.Errorf("%s: %v", actor.Mediator, err)
			}
		})
	}
	wg.Wait()
	got := k.load(t, c.ID)
	if len(winners) != 1 || got.Panel.Seats[0].Mediator != winners[0] || got.State != mediation.Accepted {
		t.Fatalf("won by %q, the seat is %q's, the case %s", winners, got.Panel.Seats[0].Mediator, got.State)
	}
}

func caseTurn(t *testing.T, k *caseKit) {
	ctx := context.Background()
	c, err := k.p.Open(ctx, k.fresh(t, CellA, caseDay))
	if err != nil {
		t.Fatal(err)
	}
	begun, end, gone := make(chan struct{}), make(chan struct{}), make(chan struct{})
	stop := errors.New("nothing to store")
	go func() {
		defer close(gone)
		_, err := k.p.Update(ctx, c.ID, func(*mediation.Case) error {
			close(begun)
			<-end
			return stop
		})
		if !errors.Is(err, stop) {
			t.Errorf("the first writer: %v", err)
		}
	}()
	<-begun
	over, cancel := context.WithCancel(ctx)
	cancel()
	_, err = k.p.Update(over, c.ID, func(*mediation.Case) error { return nil })
	refused(t, err, mediation.ErrUnavailable)
	close(end)
	<-gone
}

func caseFailingUpdate(t *testing.T, k *caseKit) {
	c := k.open(t, nil)
	k.notes(t, c.ID, 61) // one more would spill
	before, rows := shown(k.load(t, c.ID)), k.rows(t)
	refusal := errors.New("no")
	_, err := k.p.Update(context.Background(), c.ID, func(c *mediation.Case) error {
		for i := range 40 {
			if err := mediation.Decide(c, k.note(i), k.rules); err != nil {
				return err
			}
		}
		c.Unsent = append(c.Unsent, mediation.Notice{ID: c.ID + "/never", Kind: mediation.NoticeProgress, Case: c.ID, To: mediation.Recipient{User: "u"}})
		return refusal
	})
	if err != refusal {
		t.Fatalf("got %v, want the function's own error", err)
	}
	if after := shown(k.load(t, c.ID)); after != before {
		t.Fatalf("the case changed from\n%s\nto\n%s", before, after)
	}
	if after := k.rows(t); after != rows {
		t.Fatalf("rows before %s, after %s", rows, after)
	}
}

// rows counts what stands beside cases.
func (k *caseKit) rows(t failer) string {
	t.Helper()
	text := ""
	for _, table := range []string{"case_pages", "outbox", "case_words"} {
		n := 0
		if err := k.s.Engine.Walk(context.Background(), table, func(store.Row) error { n++; return nil }); err != nil {
			t.Fatalf("walk: %v", err)
		}
		text += fmt.Sprintf("%s %d ", table, n)
	}
	return text
}

func caseNotices(t *testing.T, k *caseKit) {
	ctx := context.Background()
	c := k.open(t, func(c *mediation.Case) { c.State = mediation.Reported })
	_ = k.update(t, c.ID, func(c *mediation.Case) error {
		return mediation.Decide(c, mediation.Order{Actor: County, Command: mediation.Transfer{Unit: "住建局", Reason: "authority"}, At: caseDay}, k.rules)
	})
	// The same change by the loser of a race adds nothing, since a notice's id follows from its event.
	want := map[string]bool{}
	for id := range readEverything(t, k.s).notices {
		if len(id) > len(c.ID) && id[:len(c.ID)] == c.ID {
			want[id] = true
		}
	}
	if len(want) < 2 {
		t.Fatalf("notices of the transfer: %v", want)
	}
	if got := k.load(t, c.ID); len(got.Unsent) > 0 {
		t.Fatalf("%d notices stay in the case", len(got.Unsent))
	}
	if _, err := k.p.Drain(ctx, 100); err != nil {
		t.Fatal(err)
	}
	k.drained(t)
}

// drained: a crash between the case and the outbox, on an engine without transactions.
func (k *caseKit) drained(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	for n := 1; ; n++ {
		engine := Failing(k.s.Engine, true)
		s, err := store.New(ctx, engine)
		if err != nil {
			t.Fatal(err)
		}
		c := k.open(t, func(c *mediation.Case) { c.State = mediation.Reported })
		engine.Arm(n, n%2 == 0)
		_, err = s.Cases().Update(ctx, c.ID, func(c *mediation.Case) error {
			return mediation.Decide(c, mediation.Order{Actor: County, Command: mediation.Transfer{Unit: "住建局", Reason: "authority"}, At: caseDay}, k.rules)
		})
		fell := engine.Mend()
		if _, drainErr := s.Cases().Drain(ctx, 1000); drainErr != nil {
			t.Fatal(drainErr)
		}
		got := k.load(t, c.ID)
		told := 0
		for id := range readEverything(t, s).notices {
			if len(id) > len(c.ID) && id[:len(c.ID)+1] == c.ID+"/" {
				told++
			}
		}
		if got.Revision > c.Revision && told < 2 || got.Revision == c.Revision && told > 0 || len(got.Unsent) > 0 {
			t.Fatalf("failed at write %d (%v): revision %d, %d notices sent, %d kept", n, err, got.Revision, told, len(got.Unsent))
		}
		if !fell {
			return
		}
	}
}
