package storetest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fengqiao/internal/store"
)

type opener = func(*testing.T) store.Engine

func engineInsert(t *testing.T, open opener) {
	e := openEngine(t, open)
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	row := store.Row{
		ID: "富阳-1 'quoted\" %_$.", Sort: 1<<53 + 1, Head: every, Body: append(every, every...),
		Keys: map[string]any{"name": "枫桥经验 ‘小事不出村’", "owner": "李'; --", "due": int64(math.MaxInt64)},
		Tags: []string{"area:330111", "area:330111001", "中文 标签", "a\"b'c", "$x.y"},
	}
	done := mustApply(t, e, insertThing(row))
	if done[0] != (store.Applied{Version: 1, Done: true}) {
		t.Fatalf("applied: %+v", done[0])
	}
	want := row
	want.Version = 1
	want.Keys = map[string]any{"name": "枫桥经验 ‘小事不出村’", "owner": "李'; --", "due": int64(math.MaxInt64), "series": ""}
	sameRow(t, mustGet(t, e, "things", row.ID), want)
	for _, tag := range row.Tags {
		found := mustFind(t, e, store.Query{Tags: []string{tag}})
		sameIDs(t, "by tag "+tag, found, row.ID)
		sameRow(t, found[0], want)
	}
	sameIDs(t, "by name", mustFind(t, e, store.Query{Eq: map[string]any{"name": "枫桥经验 ‘小事不出村’"}}), row.ID)
	// Numbers below zero and at the end of the range keep their value and order.
	mustApply(t, e, insertThing(thing("low", math.MinInt64)), insertThing(thing("before 1970", -1)))
	sameIDs(t, "in order", mustFind(t, e, store.Query{}), "low", "before 1970", row.ID)

	_, err := e.Apply(t.Context(), insertThing(thing(row.ID, 5)))
	refused(t, err, store.ErrExists)
	sameRow(t, mustGet(t, e, "things", row.ID), want)
}

func engineNotFound(t *testing.T, open opener) {
	e := openEngine(t, open)
	absent(t, e, "things", "nobody")
	for op, name := range map[store.Op]string{store.Replace: "replace", store.Delete: "delete"} {
		row := thing("nobody", 1)
		row.Version = 1
		_, err := e.Apply(t.Context(), store.Write{Table: "things", Op: op, Row: row})
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if rows := mustFind(t, e, store.Query{}); len(rows) != 0 {
		t.Fatalf("an empty table answers %q", rowIDs(rows))
	}
}

func engineNilOrEmpty(t *testing.T, open opener) {
	e := openEngine(t, open)
	mustApply(t, e,
		insertThing(store.Row{ID: "nil"}),
		insertThing(store.Row{ID: "empty", Head: []byte{}, Body: []byte{}, Tags: []string{}, Keys: map[string]any{}}),
		store.Write{Table: "plain", Row: store.Row{ID: "nil"}})
	for _, id := range []string{"nil", "empty"} {
		want := thing(id, 0)
		want.Version, want.Head, want.Body = 1, nil, nil
		sameRow(t, mustGet(t, e, "things", id), want)
	}
	sameRow(t, mustGet(t, e, "plain", "nil"), store.Row{ID: "nil", Version: 1, Keys: map[string]any{"group": "", "order": int64(0)}})
	row := thing("nil", 0, "one")
	row.Version = 1
	mustApply(t, e, replaceThing(row))
	row.Version, row.Tags, row.Head, row.Body = 2, nil, nil, []byte{}
	mustApply(t, e, replaceThing(row))
	row.Version = 3
	sameRow(t, mustGet(t, e, "things", "nil"), row)
	if done, err := e.Apply(t.Context()); err != nil || len(done) != 0 {
		t.Fatalf("no writes: %v, %v", done, err)
	}
}

func engineGetMany(t *testing.T, open opener) {
	e := openEngine(t, open)
	var writes []store.Write
	var ask []string
	for i := range 600 {
		id := fmt.Sprintf("thing %03d", i)
		writes = append(writes, insertThing(thing(id, int64(i), "t")))
		ask = append(ask, id, "no "+id)
	}
	mustApply(t, e, writes...)
	rows, err := e.GetMany(t.Context(), "things", ask)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]store.Row{}
	for _, r := range rows {
		got[r.ID] = r
	}
	if len(rows) != 600 || len(got) != 600 {
		t.Fatalf("%d rows, %d different", len(rows), len(got))
	}
	want := thing("thing 077", 77, "t")
	want.Version = 1
	sameRow(t, got["thing 077"], want)
	if rows, err := e.GetMany(t.Context(), "things", nil); err != nil || len(rows) != 0 {
		t.Fatalf("no ids: %v, %v", rows, err)
	}
}

func engineReplace(t *testing.T, open opener) {
	e := openEngine(t, open)
	row := thing("a", 10, "old", "both")
	row.Keys["owner"], row.Keys["due"] = "worker", int64(7)
	issued := mustApply(t, e, store.Write{Table: "things", Op: store.Insert, Row: row, Series: "s"})
	next := thing("a", 99, "both", "new")
	next.Version, next.N, next.Body = 1, 77, []byte("second")
	next.Keys = map[string]any{"owner": "mediator"}
	done := mustApply(t, e, replaceThing(next))
	if done[0].Version != 2 || !done[0].Done {
		t.Fatalf("applied: %+v", done[0])
	}
	want := next
	want.Version, want.Sort, want.N = 2, 10, issued[0].N
	want.Keys = map[string]any{"name": "", "owner": "mediator", "due": int64(0), "series": ""}
	sameRow(t, mustGet(t, e, "things", "a"), want)
	sameIDs(t, "old tag", mustFind(t, e, store.Query{Tags: []string{"old"}}))
	sameIDs(t, "both and new", mustFind(t, e, store.Query{Tags: []string{"new", "both"}}), "a")
	sameIDs(t, "old owner", mustFind(t, e, store.Query{Eq: map[string]any{"owner": "worker"}}))
	sameIDs(t, "new owner", mustFind(t, e, store.Query{Eq: map[string]any{"owner": "mediator"}}), "a")
	sameIDs(t, "due", mustFind(t, e, store.Query{From: map[string]any{"due": int64(1)}, By: "due"}))
}

func engineConflict(t *testing.T, open opener) {
	e := openEngine(t, open)
	row := thing("a", 1, "x")
	mustApply(t, e, insertThing(row))
	row.Version = 1
	mustApply(t, e, replaceThing(row))
	for _, version := range []int64{0, 1, 3} {
		stale := thing("a", 1, "y")
		stale.Version = version
		_, err := e.Apply(t.Context(), replaceThing(stale))
		refused(t, err, store.ErrConflict)
		if version == 0 {
			continue // which stands for any version with Delete
		}
		_, err = e.Apply(t.Context(), store.Write{Table: "things", Op: store.Delete, Row: stale})
		refused(t, err, store.ErrConflict)
	}
	row.Version = 2
	sameRow(t, mustGet(t, e, "things", "a"), row)
	sameIDs(t, "tag of the refused", mustFind(t, e, store.Query{Tags: []string{"y"}}))
}

func engineDelete(t *testing.T, open opener) {
	e := openEngine(t, open)
	row := thing("a", 1, "x", "y")
	row.Keys["name"] = "taken"
	for _, version := range []int64{1, 0} {
		mustApply(t, e, insertThing(row))
		gone := store.Row{ID: "a", Version: version}
		mustApply(t, e, store.Write{Table: "things", Op: store.Delete, Row: gone})
		absent(t, e, "things", "a")
		sameIDs(t, "by tag", mustFind(t, e, store.Query{Tags: []string{"x"}}))
		sameIDs(t, "by name", mustFind(t, e, store.Query{Eq: map[string]any{"name": "taken"}}))
	}
	done := mustApply(t, e, insertThing(row))
	if done[0].Version != 1 {
		t.Fatalf("a row inserted again has version %d", done[0].Version)
	}
}

func engineEnsure(t *testing.T, open opener) {
	e := openEngine(t, open)
	var stored atomic.Int32
	var group sync.WaitGroup
	for i := range 20 {
		group.Go(func() {
			row := thing("a", 1, "x")
			row.Body = fmt.Append(nil, "writer ", i)
			done, err := e.Apply(context.Background(), store.Write{Table: "things", Op: store.Ensure, Row: row})
			if err != nil {
				t.Errorf("ensure: %v", err)
			} else if done[0].Done {
				stored.Add(1)
			}
		})
	}
	group.Wait()
	if stored.Load() != 1 {
		t.Fatalf("%d writers stored the row", stored.Load())
	}
	kept := mustGet(t, e, "things", "a")
	done := mustApply(t, e, store.Write{Table: "things", Op: store.Ensure, Row: thing("a", 9, "z")})
	if done[0].Done {
		t.Fatal("said to be stored although it was there")
	}
	sameRow(t, mustGet(t, e, "things", "a"), kept)
	sameIDs(t, "by the tag of the second", mustFind(t, e, store.Query{Tags: []string{"z"}}))
}

func engineUnique(t *testing.T, open opener) {
	e := openEngine(t, open)
	named := func(id, name string) store.Row {
		row := thing(id, 1)
		row.Keys["name"] = name
		return row
	}
	mustApply(t, e, insertThing(named("a", "张三")), insertThing(named("none 1", "")), insertThing(named("none 2", "")))
	_, err := e.Apply(t.Context(), insertThing(named("b", "张三")))
	refused(t, err, store.ErrExists)
	absent(t, e, "things", "b")
	// A row cannot take a name by being replaced either; once the holder gives it up it can.
	mustApply(t, e, insertThing(named("b", "李四")))
	grab := named("b", "张三")
	grab.Version = 1
	_, err = e.Apply(t.Context(), replaceThing(grab))
	refused(t, err, store.ErrExists)
	sameIDs(t, "the holder", mustFind(t, e, store.Query{Eq: map[string]any{"name": "张三"}}), "a")
	free := named("a", "")
	free.Version = 1
	mustApply(t, e, replaceThing(free), replaceThing(grab))
	sameIDs(t, "the new holder", mustFind(t, e, store.Query{Eq: map[string]any{"name": "张三"}}), "b")

	place := func(id, group string, order int64) store.Write {
		return store.Write{Table: "plain", Row: store.Row{ID: id, Keys: map[string]any{"group": group, "order": order}}}
	}
	mustApply(t, e, place("1", "g", 1), place("2", "g", 2), place("3", "h", 1), place("4", "", 1), place("5", "", 1), place("6", "g", 0))
	_, err = e.Apply(t.Context(), place("7", "g", 2))
	refused(t, err, store.ErrExists)
	_, err = e.Apply(t.Context(), place("8", "g", 0))
	refused(t, err, store.ErrExists)

	var winners atomic.Int32
	var group sync.WaitGroup
	for i := range 20 {
		group.Go(func() {
			switch _, err := e.Apply(context.Background(), insertThing(named(fmt.Sprint("racer ", i), "王五"))); {
			case err == nil:
				winners.Add(1)
			case !errors.Is(err, store.ErrExists):
				t.Errorf("racer %d: %v", i, err)
			}
		})
	}
	group.Wait()
	if winners.Load() != 1 {
		t.Fatalf("%d rows got the same name", winners.Load())
	}
}

func engineAtomicity(t *testing.T, open opener) {
	e := openEngine(t, open)
	mustApply(t, e, insertThing(thing("there", 1)))
	stale := thing("there", 1)
	stale.Version = 9
	for what, failing := range map[string]store.Write{"exists": insertThing(thing("there", 1)), "conflict": replaceThing(stale),
		"missing": {Table: "things", Op: store.Delete, Row: store.Row{ID: "nobody"}}} {
		first, last := "first "+what, "last "+what
		_, err := e.Apply(t.Context(), insertThing(thing(first, 1, what)), failing, insertThing(thing(last, 1)))
		if err == nil {
			t.Fatalf("%s: nothing failed", what)
		}
		absent(t, e, "things", last)
		if e.Atomic() {
			absent(t, e, "things", first)
			sameIDs(t, what, mustFind(t, e, store.Query{Tags: []string{what}}))
		} else {
			mustGet(t, e, "things", first)
		}
	}
	// Later writes of a call see the earlier ones, in this table and in others.
	again := thing("new", 1, "second")
	again.Version = 1
	done := mustApply(t, e, insertThing(thing("new", 1, "first")), replaceThing(again),
		store.Write{Table: "plain", Row: store.Row{ID: "beside"}})
	if done[0].Version != 1 || done[1].Version != 2 || done[2].Version != 1 {
		t.Fatalf("applied: %+v", done)
	}
	mustGet(t, e, "plain", "beside")
	sameIDs(t, "as replaced", mustFind(t, e, store.Query{Tags: []string{"second"}}), "new")
}

func engineApart(t *testing.T, open opener) {
	e := openEngine(t, open)
	row := store.Row{ID: "k", Sort: 1, Tags: []string{"person"}, Keys: map[string]any{"kind": "wrap"}, Body: []byte{0, 255}}
	mustApply(t, e, store.Write{Table: "secrets", Row: row})
	row.Version = 1
	mustApply(t, e, store.Write{Table: "secrets", Op: store.Replace, Row: row})
	row.Version = 2
	sameRow(t, mustGet(t, e, "secrets", "k"), row)
	sameIDs(t, "by tag", mustFind(t, e, store.Query{Table: "secrets", Tags: []string{"person"}}), "k")
	absent(t, e, "things", "k")
	mustApply(t, e, store.Write{Table: "secrets", Op: store.Delete, Row: store.Row{ID: "k"}})
	absent(t, e, "secrets", "k")
}

func enginePing(t *testing.T, open opener) {
	e := openEngine(t, open)
	if err := e.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func engineContext(t *testing.T, open opener) {
	e := openEngine(t, open)
	mustApply(t, e, insertThing(thing("there", 1, "x")))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Apply(ended, insertThing(thing("a", 1))); !errors.Is(err, store.ErrUnavailable) && !errors.Is(err, store.ErrUncertain) {
		t.Errorf("Apply: %v", err)
	} else if errors.Is(err, store.ErrUnavailable) {
		absent(t, e, "things", "a")
	}
	if _, err := e.Get(ended, "things", "there"); err == nil {
		t.Error("Get answered")
	}
	if _, err := e.Find(ended, store.Query{Table: "things", Tags: []string{"x"}, Limit: 5}); err == nil {
		t.Error("Find answered")
	}
	if err := e.Walk(ended, "things", func(store.Row) error { return nil }); err == nil {
		t.Error("Walk went to its end")
	}
}

// engineDeadlines ends contexts at all moments of an Apply and holds the engine to each answer.
func engineDeadlines(t *testing.T, open opener) {
	e := openEngine(t, open)
	const writers, each = 16, 25
	answers := make([]error, writers*each)
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for i := range each {
				n := w*each + i
				ctx, cancel := context.WithTimeout(context.Background(), time.Duration(n%40)*100*time.Microsecond)
				_, answers[n] = e.Apply(ctx, insertThing(thing(fmt.Sprint(n), int64(n), "x")))
				cancel()
			}
		})
	}
	group.Wait()
	// A write without a deadline comes behind all that was handed over before.
	mustApply(t, e, insertThing(thing("last", 1)))
	for n, err := range answers {
		_, got := e.Get(t.Context(), "things", fmt.Sprint(n))
		switch {
		case err == nil && got != nil:
			t.Errorf("write %d was answered but is not there: %v", n, got)
		case errors.Is(err, store.ErrUnavailable) && got == nil:
			t.Errorf("write %d is there although the answer was %v", n, err)
		case err != nil && !errors.Is(err, store.ErrUnavailable) && !errors.Is(err, store.ErrUncertain):
			t.Errorf("write %d: %v", n, err)
		}
	}
}
