// Package storetest is the contract of the stores as tests: Engine holds every store.Engine to its documentation, and
// the ports' suites hold what is built on it. Each suite runs on every engine.
package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"fengqiao/internal/store"
)

// engineTables are the suite's own tables. They cover what tables can have: tags, unique and ordered indexes over one
// and several keys of both types, numbers, names that mean something in SQL, and being kept apart.
func engineTables() []store.Table {
	return []store.Table{
		{
			Name: "things", Tagged: true,
			Keys: []store.Key{{Name: "name"}, {Name: "owner"}, {Name: "due", Type: store.Int}, {Name: "series"}},
			Indexes: []store.Index{
				{Keys: []string{"name"}, Unique: true}, {Keys: []string{"owner", "sort"}}, {Keys: []string{"due"}}, {Keys: []string{"sort"}},
			},
		},
		{
			Name:    "plain",
			Keys:    []store.Key{{Name: "group"}, {Name: "order", Type: store.Int}},
			Indexes: []store.Index{{Keys: []string{"group", "order"}, Unique: true}, {Keys: []string{"order"}}},
		},
		{Name: "secrets", Apart: true, Tagged: true, Keys: []store.Key{{Name: "kind"}}, Indexes: []store.Index{{Keys: []string{"kind"}}}},
	}
}

// Engine runs the contract of store.Engine. open returns an engine over empty storage that has not been opened yet;
// the suite opens it with its own tables and closes it. open is called many times, also twice in one test.
func Engine(t *testing.T, open func(t *testing.T) store.Engine) {
	for _, situation := range []struct {
		name string
		run  func(*testing.T, func(*testing.T) store.Engine)
	}{
		{"an inserted row comes back as it was", engineInsert},
		{"a row that is not there is not found", engineNotFound},
		{"nil and empty bodies and tags are the same", engineNilOrEmpty},
		{"many rows are read by id at once", engineGetMany},
		{"a replaced row keeps its sort and number", engineReplace},
		{"a stale version changes nothing", engineConflict},
		{"a deleted row leaves nothing behind", engineDelete},
		{"ensure stores once and never fails for existing", engineEnsure},
		{"a unique key has one holder", engineUnique},
		{"atomic or not, a failing write stops the rest", engineAtomicity},
		{"tables kept apart work like the others", engineApart},
		{"an ended context is obeyed", engineContext},
		{"an engine that is open answers a ping", enginePing},
		{"queries answer what meets all conditions, in order", engineQueries},
		{"lists leave out what only the whole record has", engineHeadsOnly},
		{"counting stops at the most that is asked for", engineCount},
		{"pages put together are the list", enginePages},
		{"pages neither skip nor repeat while others write", enginePagesUnderWrites},
		{"numbers have no gaps under fifty inserters", engineNumbers},
		{"a failed insert loses no number", engineNumberKept},
		{"a hundred writers of one row lose no update", engineContention},
		{"deadlines that end at any moment leave no wrong answer", engineDeadlines},
		{"walking shows every row in the order of ids", engineWalk},
		{"what is walked and loaded elsewhere is the same", engineLoad},
		{"loading again replaces", engineLoadReplaces},
		{"any history of operations behaves like a map", engineModel},
	} {
		t.Run(situation.name, func(t *testing.T) { situation.run(t, open) })
	}
}

// openEngine opens an engine for the length of a test.
func openEngine(t *testing.T, open func(*testing.T) store.Engine) store.Engine {
	t.Helper()
	e := open(t)
	if err := e.Open(t.Context(), engineTables()); err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return e
}

// failer is what *testing.T and *rapid.T have in common.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// thing makes a row of things. The name is left empty, since it is unique.
func thing(id string, sort int64, tags ...string) store.Row {
	return store.Row{
		ID: id, Sort: sort, Tags: tags, Head: []byte("head of " + id), Body: []byte("body of " + id),
		Keys: map[string]any{"name": "", "owner": "", "due": int64(0), "series": ""},
	}
}

func insertThing(row store.Row) store.Write {
	return store.Write{Table: "things", Op: store.Insert, Row: row}
}

func replaceThing(row store.Row) store.Write {
	return store.Write{Table: "things", Op: store.Replace, Row: row}
}

func mustApply(t failer, e store.Engine, writes ...store.Write) []store.Applied {
	t.Helper()
	done, err := e.Apply(context.Background(), writes...)
	if err != nil {
		t.Fatalf("Apply: %v", err)
	}
	if len(done) != len(writes) {
		t.Fatalf("Apply answered %d of %d writes", len(done), len(writes))
	}
	return done
}

func mustGet(t failer, e store.Engine, table, id string) store.Row {
	t.Helper()
	row, err := e.Get(context.Background(), table, id)
	if err != nil {
		t.Fatalf("Get %s %s: %v", table, id, err)
	}
	return row
}

func mustFind(t failer, e store.Engine, q store.Query) []store.Row {
	t.Helper()
	if q.Table == "" {
		q.Table = "things"
	}
	if q.Limit == 0 {
		q.Limit = 1000
	}
	rows, err := e.Find(context.Background(), q)
	if err != nil {
		t.Fatalf("Find %+v: %v", q, err)
	}
	return rows
}

// refused checks which error came.
func refused(t failer, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("the answer is %v, not %v", err, want)
	}
}

// absent checks that no such row is stored.
func absent(t failer, e store.Engine, table, id string) {
	t.Helper()
	_, err := e.Get(context.Background(), table, id)
	refused(t, err, store.ErrNotFound)
}

func rowIDs(rows []store.Row) []string {
	ids := make([]string, 0, len(rows))
	for _, r := range rows {
		ids = append(ids, r.ID)
	}
	return ids
}

func sameIDs(t failer, what string, rows []store.Row, want ...string) {
	t.Helper()
	if got := rowIDs(rows); !slices.Equal(got, want) {
		t.Fatalf("%s: got %q, want %q", what, got, want)
	}
}

// sameRow compares rows as the contract sees them: tags have no order, and empty bytes are like none.
func sameRow(t failer, got, want store.Row) {
	t.Helper()
	if diff := rowDiff(got, want); diff != "" {
		t.Fatalf("row %s: %s", want.ID, diff)
	}
}

func rowDiff(got, want store.Row) string {
	a, b := slices.Sorted(slices.Values(got.Tags)), slices.Sorted(slices.Values(want.Tags))
	switch {
	case got.ID != want.ID || got.Version != want.Version || got.Sort != want.Sort || got.N != want.N:
		return fmt.Sprintf("got id %s version %d sort %d number %d, want %s %d %d %d",
			got.ID, got.Version, got.Sort, got.N, want.ID, want.Version, want.Sort, want.N)
	case !maps.Equal(got.Keys, want.Keys):
		return fmt.Sprintf("got keys %v, want %v", got.Keys, want.Keys)
	case !slices.Equal(a, b):
		return fmt.Sprintf("got tags %q, want %q", a, b)
	case !bytes.Equal(got.Head, want.Head):
		return fmt.Sprintf("got head %q, want %q", got.Head, want.Head)
	case !bytes.Equal(got.Body, want.Body):
		return fmt.Sprintf("got body %q, want %q", got.Body, want.Body)
	}
	return ""
}
