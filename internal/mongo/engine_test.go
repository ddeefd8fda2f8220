package mongo_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"fengqiao/internal/mongo"
	"fengqiao/internal/mongotest"
	"fengqiao/internal/store"
	"fengqiao/internal/storetest"
)

// open opens an engine on a database of the test's own.
func open(t *testing.T, tables ...store.Table) *mongo.Engine {
	t.Helper()
	return openAt(t, mongotest.Database(t), tables...)
}

func openAt(t *testing.T, uri string, tables ...store.Table) *mongo.Engine {
	t.Helper()
	e, err := mongo.New(context.Background(), uri)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := e.Open(context.Background(), tables); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestEngineHoldsTheContractOfAllStores(t *testing.T) {
	storetest.Engine(t, func(t *testing.T) store.Engine {
		e, err := mongo.New(context.Background(), mongotest.Database(t))
		if err != nil {
			t.Fatal(err)
		}
		return e
	})
}

// papers is a table with everything that a table can have.
var papers = store.Table{
	Name: "papers",
	Keys: []store.Key{{Name: "series"}, {Name: "owner"}, {Name: "due", Type: store.Int}},
	Indexes: []store.Index{
		{Keys: []string{"due"}}, {Keys: []string{"owner", "due"}}, {Keys: []string{"series", "owner"}, Unique: true},
	},
	Tagged: true,
}

func mustApply(t *testing.T, e store.Engine, writes ...store.Write) []store.Applied {
	t.Helper()
	done, err := e.Apply(context.Background(), writes...)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

func insert(id string, keys map[string]any, tags ...string) store.Write {
	return store.Write{Table: papers.Name, Op: store.Insert, Row: store.Row{ID: id, Sort: 1, Keys: keys, Tags: tags, Body: []byte(id)}}
}

func ids(rows []store.Row) string {
	list := make([]string, len(rows))
	for i, row := range rows {
		list[i] = row.ID
	}
	return strings.Join(list, " ")
}

func TestADroppedDatabaseIsGoneWithItsKeys(t *testing.T) {
	uri, ctx := mongotest.Database(t), context.Background()
	e := openAt(t, uri, store.Table{Name: "papers"}, store.Table{Name: "secrets", Apart: true})
	for _, table := range []string{"papers", "secrets"} {
		if _, err := e.Apply(ctx, store.Write{Table: table, Op: store.Ensure, Row: store.Row{ID: "a", Body: []byte("x")}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Drop(ctx); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"papers", "secrets"} {
		if rows, err := e.Find(ctx, store.Query{Table: table, Limit: 1}); err != nil || len(rows) != 0 {
			t.Errorf("%s: %d rows, %v", table, len(rows), err)
		}
	}
}

func TestSeveralInstancesOpenTheSameEmptyDatabaseAtOnce(t *testing.T) {
	uri := mongotest.Database(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			e, err := mongo.New(context.Background(), uri)
			if err != nil {
				t.Error(err)
				return
			}
			defer e.Close()
			if err := e.Open(context.Background(), []store.Table{papers}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestTwoInstancesIssueNumbersWithoutGapsOrRepetition(t *testing.T) {
	uri := mongotest.Database(t)
	engines := []*mongo.Engine{openAt(t, uri, papers), openAt(t, uri, papers)}
	const each = 40
	seen := map[int64]string{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i, e := range engines {
		for j := range each {
			wg.Go(func() {
				w := insert(fmt.Sprintf("p%d-%d", i, j), nil)
				w.Series = "2026"
				done, err := e.Apply(context.Background(), w)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				defer mu.Unlock()
				if other, taken := seen[done[0].N]; taken {
					t.Errorf("number %d went to %s and to %s", done[0].N, other, w.Row.ID)
				}
				seen[done[0].N] = w.Row.ID
			})
		}
	}
	wg.Wait()
	for n := int64(1); n <= 2*each; n++ {
		if seen[n] == "" {
			t.Errorf("number %d was never issued", n)
		}
	}
}

func TestAFailedInsertKeepsItsNumberForTheSameRow(t *testing.T) {
	e := open(t, papers)
	numbered := func(id, owner string) store.Write {
		w := insert(id, map[string]any{"series": "2026", "owner": owner})
		w.Series = "2026"
		return w
	}
	mustApply(t, e, numbered("first", "wang"))
	if _, err := e.Apply(context.Background(), numbered("second", "wang")); !errors.Is(err, store.ErrExists) {
		t.Fatalf("a taken unique key gave %v", err)
	}
	if done := mustApply(t, e, numbered("third", "li")); done[0].N != 3 {
		t.Errorf("third got %d: the number of the failed insert went to another row or there is a gap", done[0].N)
	}
	if done := mustApply(t, e, numbered("second", "zhao")); done[0].N != 2 {
		t.Errorf("second came again and got %d, not the 2 that stood in its name", done[0].N)
	}
}

func TestAnInsertOfARowThatIsThereUsesUpNoNumber(t *testing.T) {
	e := open(t, papers)
	mustApply(t, e, insert("old", nil))
	again := insert("old", nil)
	again.Series = "2026"
	if _, err := e.Apply(context.Background(), again); !errors.Is(err, store.ErrExists) {
		t.Fatalf("got %v", err)
	}
	fresh := insert("new", nil)
	fresh.Series = "2026"
	if done := mustApply(t, e, fresh); done[0].N != 1 {
		t.Errorf("the first number of the series is %d", done[0].N)
	}
}

func TestWritesBeforeAFailureStay(t *testing.T) {
	e := open(t, papers)
	ctx := context.Background()
	mustApply(t, e, insert("b", nil))
	_, err := e.Apply(ctx, insert("a", nil), insert("b", nil), insert("c", nil))
	if !errors.Is(err, store.ErrExists) {
		t.Fatalf("got %v", err)
	}
	rows, err := e.Find(ctx, store.Query{Table: "papers", Limit: 10})
	if err != nil || ids(rows) != "a b" {
		t.Errorf("found %q, %v; want what came before the failure and nothing behind it", ids(rows), err)
	}
}

func TestUniqueKeysTellListsOfValuesApart(t *testing.T) {
	e := open(t, papers)
	ctx := context.Background()
	for i, keys := range []map[string]any{
		{"series": "ab", "owner": "c"}, {"series": "a", "owner": "bc"}, {"series": "ab1:c"}, {"series": "ab", "owner": ""},
		{"owner": "no series"}, {"owner": "no series"},
	} {
		if _, err := e.Apply(ctx, insert(fmt.Sprint(i), keys)); err != nil {
			t.Errorf("%v was refused: %v", keys, err)
		}
	}
	if _, err := e.Apply(ctx, insert("twin", map[string]any{"series": "ab"})); !errors.Is(err, store.ErrExists) {
		t.Errorf("a missing owner is an empty one, yet the twin gave %v", err)
	}
	blank := store.Write{Table: "papers", Op: store.Replace, Row: store.Row{ID: "3", Version: 1}}
	mustApply(t, e, blank)
	if _, err := e.Apply(ctx, insert("twin", map[string]any{"series": "ab"})); err != nil {
		t.Errorf("the key was given up by a replacement, yet %v", err)
	}
	stolen := store.Write{Table: "papers", Op: store.Replace, Row: store.Row{ID: "3", Version: 2, Keys: map[string]any{"series": "ab"}}}
	if _, err := e.Apply(ctx, stolen); !errors.Is(err, store.ErrExists) {
		t.Errorf("a replacement that takes another row's key gave %v", err)
	}
	ensured := store.Write{Table: "papers", Op: store.Ensure, Row: store.Row{ID: "fresh", Keys: map[string]any{"series": "ab"}}}
	if _, err := e.Apply(ctx, ensured); !errors.Is(err, store.ErrExists) {
		t.Errorf("an Ensure of a new row with a taken key gave %v", err)
	}
}

func TestTablesKeptApartLieInAnotherDatabaseAndDoNotMix(t *testing.T) {
	keys := store.Table{Name: "wraps", Apart: true}
	e := open(t, papers, keys)
	wrap := store.Write{Table: "wraps", Op: store.Insert, Row: store.Row{ID: "k"}}
	if _, err := e.Apply(context.Background(), insert("p", nil), wrap); err == nil {
		t.Error("one Apply mixed both")
	}
	mustApply(t, e, wrap)
	if err := e.Backup(context.Background(), "", "", nil); err == nil || !strings.Contains(err.Error(), "mongodump") || !strings.Contains(err.Error(), "_keys") {
		t.Errorf("the refusal to back up does not say how to: %v", err)
	}
}

func TestLoadRegistersTheNumbersThatRowsCarry(t *testing.T) {
	e := open(t, papers)
	ctx := context.Background()
	row := func(id string, n int64) store.Row {
		return store.Row{ID: id, Version: 3, Sort: 9, N: n, Keys: map[string]any{"series": "s", "owner": id, "due": int64(0)}}
	}
	for range 2 { // an interrupted copy is run again
		if err := e.Load(ctx, "papers", []store.Row{row("a", 1), row("b", 2)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Load(ctx, "papers", []store.Row{row("c", 2)}); !errors.Is(err, store.ErrExists) {
		t.Errorf("a number of another row gave %v", err)
	}
	next := insert("d", nil)
	next.Series = "s"
	if done := mustApply(t, e, next); done[0].N != 3 {
		t.Errorf("behind loaded numbers 1 and 2 comes %d", done[0].N)
	}
	if got, err := e.Get(ctx, "papers", "b"); err != nil || got.Version != 3 || got.N != 2 || got.Sort != 9 {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestAWalkLongerThanAPageMeetsEveryRowOnceInOrder(t *testing.T) {
	e := open(t, papers)
	ctx := context.Background()
	var rows []store.Row
	const all = 2300
	for i := range all {
		rows = append(rows, store.Row{ID: fmt.Sprintf("%05d", i), Version: 1})
	}
	if err := e.Load(ctx, "papers", rows); err != nil {
		t.Fatal(err)
	}
	met := 0
	err := e.Walk(ctx, "papers", func(row store.Row) error {
		if row.ID != fmt.Sprintf("%05d", met) {
			return fmt.Errorf("row %d is %s", met, row.ID)
		}
		met++
		return nil
	})
	if err != nil || met != all {
		t.Errorf("met %d of %d: %v", met, all, err)
	}
	stop := errors.New("enough")
	if err := e.Walk(ctx, "papers", func(store.Row) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("the callback's error came back as %v", err)
	}
}

func TestWhatATableCannotHoldIsRefusedBeforeAnythingIsStored(t *testing.T) {
	e := open(t, papers, store.Table{Name: "plain"})
	for name, w := range map[string]store.Write{
		"unknown table": {Table: "nowhere", Op: store.Insert, Row: store.Row{ID: "x"}},
		"unknown key":   insert("x", map[string]any{"colour": "red"}),
		"wrong type":    insert("x", map[string]any{"due": "tomorrow"}),
		"tags":          {Table: "plain", Op: store.Insert, Row: store.Row{ID: "x", Tags: []string{"a"}}},
		"series":        {Table: "papers", Op: store.Ensure, Row: store.Row{ID: "x"}, Series: "s"},
	} {
		if _, err := e.Apply(context.Background(), insert("before", nil), w); err == nil {
			t.Errorf("%s was stored", name)
		}
	}
	if n, err := e.Count(context.Background(), store.Query{Table: "papers"}, 10); n != 0 || err != nil {
		t.Errorf("%d rows are stored, %v", n, err)
	}
}

func TestTablesThatStayWholeOnAClusterAreThoseWithUniqueKeys(t *testing.T) {
	got := mongo.Unsharded([]store.Table{papers, {Name: "plain"}})
	if len(got) != 1 || got[0] != "papers" {
		t.Errorf("got %v", got)
	}
}
