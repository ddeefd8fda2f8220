package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/mediation/desk"
)

// DeskOrders holds an opened, empty store to the contract of desk.Orders.
func DeskOrders(t *testing.T, s *store.Store) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, *store.DeskOrders)
	}{
		{"an order is made by its first change", ordersBegin},
		{"a refused change leaves no order", ordersRefuse},
		{"of many messages at once none is lost", ordersContend},
		{"what waits is found when it is due, and told of", ordersRunOut},
		{"every order of every desk is walked", ordersEach},
		{"a desk's list holds its own, newest first", ordersList},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, s.DeskOrders()) })
	}
}

func number(name, n string) mediation.Outside { return mediation.Outside{Desk: name, Number: n} }

var noon = time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)

func say(id string) func(*desk.Order) error {
	return func(o *desk.Order) error {
		return o.Add(desk.Message{ID: id, Kind: desk.Supplement, Print: "p-" + id, At: noon})
	}
}

func ordersBegin(t *testing.T, p *store.DeskOrders) {
	ctx := context.Background()
	key := number("begin", "A-1")
	if _, err := p.Load(ctx, key); !errors.Is(err, mediation.ErrNotFound) {
		t.Fatalf("before anything: %v", err)
	}
	made, err := p.Change(ctx, key, say("m1"))
	if err != nil || made.Version != 1 || len(made.Messages) != 1 || made.Outside != key {
		t.Fatalf("%+v, %v", made, err)
	}
	changed, err := p.Change(ctx, key, func(o *desk.Order) error { o.Begin("report", "user", noon.Add(time.Hour)); return nil })
	if err != nil || changed.Version != 2 || changed.Report != "report" || !changed.Began.Equal(noon) || len(changed.Messages) != 1 {
		t.Fatalf("%+v, %v", changed, err)
	}
	read, err := p.Load(ctx, key)
	if err != nil || read.Version != 2 || read.User != "user" || read.Messages[0].Stands != desk.Waiting {
		t.Errorf("%+v, %v", read, err)
	}
	if _, err := p.Load(ctx, number("begin2", "A-1")); !errors.Is(err, mediation.ErrNotFound) {
		t.Errorf("the same number of another desk: %v", err)
	}
}

func ordersRefuse(t *testing.T, p *store.DeskOrders) {
	ctx := context.Background()
	no := errors.New("no")
	if _, err := p.Change(ctx, number("refuse", "1"), func(*desk.Order) error { return no }); !errors.Is(err, no) {
		t.Errorf("%v", err)
	}
	if _, err := p.Load(ctx, number("refuse", "1")); !errors.Is(err, mediation.ErrNotFound) {
		t.Errorf("it is there: %v", err)
	}
}

func ordersContend(t *testing.T, p *store.DeskOrders) {
	ctx := context.Background()
	const many = 40
	var all sync.WaitGroup
	for i := range many {
		all.Go(func() {
			if _, err := p.Change(ctx, number("contend", "1"), say(fmt.Sprint("m", i))); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if o, err := p.Load(ctx, number("contend", "1")); err != nil || len(o.Messages) != many {
		t.Errorf("%d messages, %v", len(o.Messages), err)
	}
}

func ordersList(t *testing.T, p *store.DeskOrders) {
	ctx := context.Background()
	for i := range 5 {
		for _, name := range []string{"list", "other"} {
			if _, err := p.Change(ctx, number(name, fmt.Sprint(i)), func(o *desk.Order) error {
				o.Begin("r", "u", noon.Add(time.Duration(i)*time.Minute))
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
	}
	var got []string
	for cursor, page := "", 0; page < 5; page++ {
		list, next, err := p.List(ctx, "list", cursor, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range list {
			got = append(got, o.Desk+o.Number)
		}
		if cursor = next; next == "" {
			break
		}
	}
	if fmt.Sprint(got) != "[list4 list3 list2 list1 list0]" {
		t.Errorf("%v", got)
	}
	if _, _, err := p.List(ctx, "list", "nonsense", 2); err == nil {
		t.Error("a cursor of nobody's making is taken")
	}
}

func ordersEach(t *testing.T, p *store.DeskOrders) {
	ctx := context.Background()
	want := map[mediation.Outside]bool{number("each1", "A"): true, number("each1", "B"): true, number("each2", "A"): true}
	for key := range want {
		if _, err := p.Change(ctx, key, say("m1")); err != nil {
			t.Fatal(err)
		}
	}
	err := p.Each(ctx, func(o desk.Order) error {
		if len(o.Messages) > 0 && o.Version > 0 {
			delete(want, o.Outside)
		}
		return nil
	})
	if err != nil || len(want) > 0 {
		t.Errorf("not walked: %v, %v", want, err)
	}
	stop := errors.New("stop")
	if err := p.Each(ctx, func(desk.Order) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("the walk ends with %v", err)
	}
}

func ordersRunOut(t *testing.T, p *store.DeskOrders) {
	ctx := context.Background()
	for i, n := range []string{"3", "1", "2"} {
		if _, err := p.Change(ctx, number("due", n), func(o *desk.Order) error {
			o.Begin("", "", noon)
			o.NextDue = noon.Add([]time.Duration{3, 1, 2}[i] * time.Hour)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Defer(ctx, number("due", "1"), noon.Add(5*time.Hour)); err != nil {
		t.Fatal(err)
	}
	dueBy := func(at time.Time) []mediation.Outside {
		t.Helper()
		due, err := p.Due(ctx, at, 10)
		if err != nil {
			t.Fatal(err)
		}
		return slices.DeleteFunc(due, func(o mediation.Outside) bool { return o.Desk != "due" }) // others' orders wait, too
	}
	due := dueBy(noon.Add(3 * time.Hour))
	if fmt.Sprint(due) != "[{due 2} {due 3}]" {
		t.Fatalf("%v", due)
	}
	notice := mediation.Notice{ID: "desk/due/2/x", Kind: mediation.NoticeDesk, At: noon, To: mediation.Recipient{User: "u"}, Number: "2"}
	for range 2 { // what a crash in between leaves is told again under the same id
		if err := p.Tell(ctx, due[0], func(o *desk.Order) []mediation.Notice { o.NextDue = time.Time{}; return []mediation.Notice{notice} }); err != nil {
			t.Fatal(err)
		}
	}
	if due := dueBy(noon.Add(4 * time.Hour)); fmt.Sprint(due) != "[{due 3}]" {
		t.Errorf("%v", due)
	}
	if err := p.Tell(ctx, number("due", "9"), func(*desk.Order) []mediation.Notice { return nil }); !errors.Is(err, mediation.ErrNotFound) {
		t.Errorf("an order that is not there: %v", err)
	}
}
