package storetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"fengqiao/internal/store"
)

func walked(t *testing.T, e store.Engine, table string) []store.Row {
	t.Helper()
	var rows []store.Row
	err := e.Walk(t.Context(), table, func(r store.Row) error {
		rows = append(rows, r)
		return nil
	})
	if err != nil {
		t.Fatalf("Walk %s: %v", table, err)
	}
	return rows
}

func engineWalk(t *testing.T, open opener) {
	e := openEngine(t, open)
	engineInsertList(t, e)
	rows := walked(t, e, "things")
	if ids := rowIDs(rows); len(ids) != 100 || !slices.IsSorted(ids) {
		t.Fatalf("%d rows, in the order %q", len(ids), ids)
	}
	for _, got := range rows {
		sameRow(t, got, mustGet(t, e, "things", got.ID))
	}
	if rows := walked(t, e, "plain"); len(rows) != 0 {
		t.Fatalf("an empty table shows %q", rowIDs(rows))
	}
	enough, seen := errors.New("enough"), 0
	err := e.Walk(t.Context(), "things", func(r store.Row) error {
		// The engine can be used from inside.
		mustGet(t, e, "things", r.ID)
		if seen++; seen == 5 {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) || seen != 5 {
		t.Fatalf("ended with %v after %d rows", err, seen)
	}
}

func engineLoad(t *testing.T, open opener) {
	from, to := openEngine(t, open), openEngine(t, open)
	engineInsertList(t, from)
	for i := range 5 {
		row := thing(fmt.Sprint("numbered ", i), int64(1000+i), "numbered")
		row.Keys["series"], row.Keys["name"] = "s", fmt.Sprint("name ", i)
		mustApply(t, from, store.Write{Table: "things", Row: row, Series: "s"})
		row.Version = 1
		mustApply(t, from, replaceThing(row))
	}
	mustApply(t, from, store.Write{Table: "secrets", Row: store.Row{ID: "k", Keys: map[string]any{"kind": "wrap"}, Body: []byte{0, 1}}})
	for _, table := range []string{"things", "secrets"} {
		rows := walked(t, from, table)
		for part := range slices.Chunk(rows, 30) {
			if err := to.Load(t.Context(), table, part); err != nil {
				t.Fatalf("Load %s: %v", table, err)
			}
		}
		loaded := walked(t, to, table)
		sameIDs(t, table, loaded, rowIDs(rows)...)
		for i := range rows {
			sameRow(t, loaded[i], rows[i])
		}
	}
	for _, q := range append(engineList(), store.Query{Tags: []string{"numbered"}}, store.Query{Eq: map[string]any{"name": "name 3"}}) {
		sameIDs(t, fmt.Sprintf("%+v", q), mustFind(t, to, q), rowIDs(mustFind(t, from, q))...)
	}
	// The copy goes on where the original stood.
	row := mustGet(t, to, "things", "numbered 1")
	mustApply(t, to, replaceThing(row))
	next := mustApply(t, to, store.Write{Table: "things", Row: thing("the next", 1), Series: "s"})
	if next[0].N != 6 {
		t.Fatalf("behind five loaded numbers comes %d", next[0].N)
	}
	double := thing("double", 1)
	double.Keys["name"] = "name 2"
	_, err := to.Apply(t.Context(), insertThing(double))
	refused(t, err, store.ErrExists)
	if err := to.Load(t.Context(), "things", nil); err != nil {
		t.Fatalf("Load of nothing: %v", err)
	}
}

func engineLoadReplaces(t *testing.T, open opener) {
	e := openEngine(t, open)
	old := thing("a", 1, "old", "both")
	old.Keys["name"] = "old name"
	mustApply(t, e, insertThing(old))
	row := thing("a", 9, "both", "new")
	row.Version, row.N = 40, 7
	row.Keys["series"] = "s"
	for range 2 {
		if err := e.Load(t.Context(), "things", []store.Row{row}); err != nil {
			t.Fatal(err)
		}
		sameRow(t, mustGet(t, e, "things", "a"), row)
	}
	sameIDs(t, "old tag", mustFind(t, e, store.Query{Tags: []string{"old"}}))
	sameIDs(t, "old name", mustFind(t, e, store.Query{Eq: map[string]any{"name": "old name"}}))
	found := mustFind(t, e, store.Query{Tags: []string{"both"}})
	sameIDs(t, "tag that stayed", found, "a")
	if found[0].Sort != 9 {
		t.Fatalf("found at sort %d", found[0].Sort)
	}
	sameIDs(t, "behind the old sort", mustFind(t, e, store.Query{Tags: []string{"both"}, From: map[string]any{"sort": int64(5)}}), "a")
}
