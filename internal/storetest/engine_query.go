package storetest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"fengqiao/internal/store"
)

// queryRows is a small world: id, sort, owner, due and tags. Sorts repeat, so that ids break ties.
func queryRows() []store.Row {
	var rows []store.Row
	for _, r := range []struct {
		id    string
		sort  int64
		owner string
		due   int64
		tags  []string
	}{
		{"a", 30, "wang", 0, []string{"cell:1", "open"}},
		{"b", 10, "wang", 500, []string{"cell:1", "open", "urgent"}},
		{"c", 20, "li", 100, []string{"cell:2", "open"}},
		{"d", 20, "li", 100, []string{"cell:1", "closed"}},
		{"e", 40, "", 300, []string{"cell:1", "open", "urgent"}},
		{"f", 20, "zhao", 0, []string{"cell:10", "open"}},
		{"g", 50, "wang", 100, []string{"cell:1", "open"}},
		{"h", 5, "李", 400, nil},
	} {
		row := thing(r.id, r.sort, r.tags...)
		row.Keys["owner"], row.Keys["due"] = r.owner, r.due
		rows = append(rows, row)
	}
	return rows
}

func engineQueries(t *testing.T, open opener) {
	e := openEngine(t, open)
	for _, row := range queryRows() {
		mustApply(t, e, insertThing(row))
	}
	type values = map[string]any
	for _, c := range []struct {
		situation string
		q         store.Query
		want      []string
	}{
		{"everything by sort, ties by id", store.Query{}, []string{"h", "b", "c", "d", "f", "a", "e", "g"}},
		{"everything, newest first", store.Query{Desc: true}, []string{"g", "e", "a", "f", "d", "c", "b", "h"}},
		{"the first three", store.Query{Limit: 3}, []string{"h", "b", "c"}},
		{"one owner", store.Query{Eq: values{"owner": "wang"}}, []string{"b", "a", "g"}},
		{"one owner, newest first", store.Query{Eq: values{"owner": "wang"}, Desc: true}, []string{"g", "a", "b"}},
		{"an owner in Chinese", store.Query{Eq: values{"owner": "李"}}, []string{"h"}},
		{"those without an owner", store.Query{Eq: values{"owner": ""}}, []string{"e"}},
		{"no such owner", store.Query{Eq: values{"owner": "nobody"}}, nil},
		{"two owners", store.Query{In: anyOf("owner", "li", "zhao")}, []string{"c", "d", "f"}},
		{"three owners, one of them empty", store.Query{In: anyOf("owner", "li", "", "li")}, []string{"c", "d", "e"}},
		{"any of no owners", store.Query{In: anyOf("owner")}, nil},
		{"owner and due", store.Query{Eq: values{"owner": "wang", "due": int64(100)}}, []string{"g"}},
		{"a span of sorts: lower end in, upper end out", store.Query{From: values{"sort": int64(20)}, Until: values{"sort": int64(40)}},
			[]string{"c", "d", "f", "a"}},
		{"a span of dues", store.Query{From: values{"due": int64(100)}, Until: values{"due": int64(400)}}, []string{"c", "d", "e", "g"}},
		{"owners from one letter to another", store.Query{From: values{"owner": "li"}, Until: values{"owner": "zhao"}}, []string{"b", "c", "d", "a", "g"}},
		{"what is due, in the order of dues", store.Query{From: values{"due": int64(1)}, Until: values{"due": int64(401)}, By: "due"},
			[]string{"c", "d", "g", "e", "h"}},
		{"what has no due time stands in no order of dues", store.Query{Until: values{"due": int64(401)}, By: "due"},
			[]string{"c", "d", "g", "e", "h"}},
		{"what is due for one owner", store.Query{Eq: values{"owner": "wang"}, From: values{"due": int64(1)}, By: "due"}, []string{"g", "b"}},
		{"by due, descending is not a thing", store.Query{From: values{"due": int64(1)}, By: "due", Desc: true}, []string{"c", "d", "g", "e", "h", "b"}},
		{"what is due in a cell", store.Query{Tags: []string{"cell:1"}, From: values{"due": int64(1)}, By: "due"}, []string{"d", "g", "e", "b"}},
		{"a tag", store.Query{Tags: []string{"urgent"}}, []string{"b", "e"}},
		{"a tag is matched whole, not by its beginning", store.Query{Tags: []string{"cell:10"}}, []string{"f"}},
		{"two tags", store.Query{Tags: []string{"cell:1", "open"}}, []string{"b", "a", "e", "g"}},
		{"two tags, newest first", store.Query{Tags: []string{"cell:1", "open"}, Desc: true}, []string{"g", "e", "a", "b"}},
		{"three tags", store.Query{Tags: []string{"urgent", "cell:1", "open"}}, []string{"b", "e"}},
		{"a tag that nobody bears", store.Query{Tags: []string{"cell:1", "nobody"}}, nil},
		{"either tag", store.Query{Any: []string{"urgent", "closed"}}, []string{"b", "d", "e"}},
		{"a row that bears both comes once", store.Query{Any: []string{"open", "urgent", "open"}, Desc: true}, []string{"g", "e", "a", "f", "c", "b"}},
		{"either tag and another", store.Query{Any: []string{"urgent", "closed"}, Tags: []string{"cell:1"}, Desc: true, Limit: 2}, []string{"e", "d"}},
		{"either tag behind a position", store.Query{Any: []string{"urgent", "closed"}, After: &store.Position{Sort: 20, ID: "c"}}, []string{"d", "e"}},
		{"what is due with either tag", store.Query{Any: []string{"urgent", "closed"}, By: "due"}, []string{"d", "e", "b"}},
		{"a tag and an owner", store.Query{Tags: []string{"open"}, Eq: values{"owner": "wang"}}, []string{"b", "a", "g"}},
		{"a tag within a span of sorts", store.Query{Tags: []string{"cell:1"}, From: values{"sort": int64(20)}, Until: values{"sort": int64(50)}},
			[]string{"d", "a", "e"}},
		{"behind a position", store.Query{After: &store.Position{Sort: 20, ID: "d"}}, []string{"f", "a", "e", "g"}},
		{"behind a position that no row has", store.Query{After: &store.Position{Sort: 20, ID: "dd"}}, []string{"f", "a", "e", "g"}},
		{"behind a position, newest first", store.Query{After: &store.Position{Sort: 20, ID: "d"}, Desc: true}, []string{"c", "b", "h"}},
		{"a tag behind a position", store.Query{Tags: []string{"open"}, After: &store.Position{Sort: 20, ID: "c"}}, []string{"f", "a", "e", "g"}},
		{"a position before the span", store.Query{From: values{"sort": int64(30)}, After: &store.Position{Sort: 10, ID: "b"}}, []string{"a", "e", "g"}},
		{"a position within the span", store.Query{From: values{"sort": int64(20)}, After: &store.Position{Sort: 30, ID: "a"}}, []string{"e", "g"}},
		{"a position at the start of the span", store.Query{From: values{"sort": int64(20)}, After: &store.Position{Sort: 20, ID: "c"}},
			[]string{"d", "f", "a", "e", "g"}},
		{"newest first, a position within the span", store.Query{Until: values{"sort": int64(50)}, After: &store.Position{Sort: 30, ID: "a"}, Desc: true},
			[]string{"f", "d", "c", "b", "h"}},
		{"newest first, a position at the end of the span", store.Query{Until: values{"sort": int64(30)}, After: &store.Position{Sort: 30, ID: "b"}, Desc: true},
			[]string{"f", "d", "c", "b", "h"}},
		{"by due behind a position", store.Query{From: values{"due": int64(1)}, By: "due", After: &store.Position{By: int64(100), Sort: 20, ID: "d"}},
			[]string{"g", "e", "h", "b"}},
		{"by due, a position before the span", store.Query{From: values{"due": int64(200)}, By: "due", After: &store.Position{By: int64(100), Sort: 20, ID: "d"}},
			[]string{"e", "h", "b"}},
		{"by due, a position at the start of the span", store.Query{From: values{"due": int64(100)}, By: "due", After: &store.Position{By: int64(100), Sort: 20, ID: "c"}},
			[]string{"d", "g", "e", "h", "b"}},
	} {
		t.Run(c.situation, func(t *testing.T) { sameIDs(t, "found", mustFind(t, e, c.q), c.want...) })
	}
	if _, err := e.Find(t.Context(), store.Query{Table: "things"}); err == nil {
		t.Error("a query without a limit was answered")
	}
}

func anyOf(key string, values ...any) map[string][]any { return map[string][]any{key: values} }

func engineHeadsOnly(t *testing.T, open opener) {
	e := openEngine(t, open)
	for _, row := range queryRows() {
		mustApply(t, e, insertThing(row))
	}
	for _, q := range []store.Query{{Tags: []string{"urgent"}}, {In: anyOf("owner", "", "wang"), Eq: map[string]any{"series": ""}}} {
		q.HeadsOnly = true
		rows := mustFind(t, e, q)
		if len(rows) < 2 {
			t.Fatalf("found %q", rowIDs(rows))
		}
		for _, got := range rows {
			want := mustGet(t, e, "things", got.ID)
			want.Body, want.Tags = nil, nil
			sameRow(t, got, want)
		}
	}
}

func engineCount(t *testing.T, open opener) {
	e := openEngine(t, open)
	for _, row := range queryRows() {
		mustApply(t, e, insertThing(row))
	}
	for _, c := range []struct {
		situation string
		q         store.Query
		max, want int
	}{
		{"everything", store.Query{}, 100, 8},
		{"everything up to five", store.Query{}, 5, 5},
		{"just as many as there are", store.Query{}, 8, 8},
		{"one owner", store.Query{Eq: map[string]any{"owner": "wang"}}, 100, 3},
		{"a tag", store.Query{Tags: []string{"open"}}, 100, 6},
		{"two tags", store.Query{Tags: []string{"cell:1", "open"}}, 100, 4},
		{"two tags up to three", store.Query{Tags: []string{"cell:1", "open"}}, 3, 3},
		{"either tag, one row bearing both", store.Query{Any: []string{"open", "urgent", "closed"}}, 100, 7},
		{"a tag since then", store.Query{Tags: []string{"open"}, From: map[string]any{"sort": int64(30)}}, 100, 3},
		{"a tag and an owner", store.Query{Tags: []string{"open"}, Eq: map[string]any{"owner": "li"}}, 100, 1},
		{"what is due", store.Query{From: map[string]any{"due": int64(1)}, Until: map[string]any{"due": int64(301)}, By: "due"}, 100, 4},
		{"limit, position and order do not matter", store.Query{Limit: 1, Desc: true, After: &store.Position{Sort: 20, ID: "d"}}, 100, 8},
		{"any of no owners", store.Query{In: anyOf("owner")}, 100, 0},
	} {
		t.Run(c.situation, func(t *testing.T) {
			c.q.Table = "things"
			if got, err := e.Count(t.Context(), c.q, c.max); err != nil || got != c.want {
				t.Fatalf("counted %d, %v; want %d", got, err, c.want)
			}
		})
	}
}

// position is where a page that ends with row is continued.
func position(q store.Query, row store.Row) *store.Position {
	p := &store.Position{Sort: row.Sort, ID: row.ID}
	if q.By != "" {
		p.By = row.Keys[q.By]
	}
	return p
}

// allPages reads a query page by page until one is not full.
func allPages(t failer, e store.Engine, q store.Query) []store.Row {
	t.Helper()
	var all []store.Row
	for range 2000 {
		rows := mustFind(t, e, q)
		all = append(all, rows...)
		if len(rows) < q.Limit {
			return all
		}
		q.After = position(q, rows[len(rows)-1])
	}
	t.Fatalf("%+v: the pages have no end", q)
	return nil
}

func engineList() []store.Query {
	return []store.Query{
		{},
		{Desc: true},
		{Tags: []string{"even"}},
		{Tags: []string{"all", "even"}, Desc: true},
		{Any: []string{"even", "odd"}, Desc: true},
		{Eq: map[string]any{"owner": "wang"}},
		{Eq: map[string]any{"owner": "wang"}, Desc: true, HeadsOnly: true},
		{From: map[string]any{"due": int64(1)}, By: "due"},
		{From: map[string]any{"due": int64(3)}, Until: map[string]any{"due": int64(6)}, By: "due", Tags: []string{"all"}},
		{From: map[string]any{"sort": int64(4)}, Until: map[string]any{"sort": int64(20)}},
		{From: map[string]any{"sort": int64(4)}, Until: map[string]any{"sort": int64(20)}, Tags: []string{"all"}, Desc: true},
	}
}

// listRow is the i-th of many rows, in which sorts and dues repeat.
func listRow(i int) store.Row {
	row := thing(fmt.Sprintf("row %03d", i*37%100), int64(i/3), "all")
	if i%2 == 0 {
		row.Tags = append(row.Tags, "even")
	} else {
		row.Tags = append(row.Tags, "odd")
	}
	row.Keys["owner"] = []string{"wang", "li", ""}[i%3]
	row.Keys["due"] = int64(i % 8)
	return row
}

func engineInsertList(t *testing.T, e store.Engine) {
	t.Helper()
	var writes []store.Write
	for i := range 100 {
		writes = append(writes, insertThing(listRow(i)))
	}
	mustApply(t, e, writes...)
}

func enginePages(t *testing.T, open opener) {
	e := openEngine(t, open)
	engineInsertList(t, e)
	for _, q := range engineList() {
		whole := rowIDs(mustFind(t, e, q))
		if len(whole) < 10 {
			t.Fatalf("%+v finds %d rows", q, len(whole))
		}
		for _, size := range []int{1, 7, len(whole), 200} {
			q.Limit = size
			sameIDs(t, fmt.Sprintf("%+v", q), allPages(t, e, q), whole...)
		}
	}
}

// enginePagesUnderWrites reads pages while rows come, go and change around those that stay as they are: each of these
// appears once, in order.
func enginePagesUnderWrites(t *testing.T, open opener) {
	e := openEngine(t, open)
	engineInsertList(t, e)
	ctx, stop := context.WithCancel(context.Background())
	var group sync.WaitGroup
	for w := range 3 {
		group.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				row := listRow(i % 100)
				row.ID = fmt.Sprintf("guest %d of %d", i, w)
				mutate := row
				mutate.Version, mutate.Tags = 1, []string{"all"}
				gone := store.Write{Table: "things", Op: store.Delete, Row: store.Row{ID: row.ID}}
				if _, err := e.Apply(context.Background(), insertThing(row), replaceThing(mutate), gone); err != nil {
					t.Errorf("write: %v", err)
					return
				}
			}
		})
	}
	for range 3 {
		for _, q := range engineList() {
			var want []string
			for _, row := range mustFind(t, e, q) {
				if row.ID[:3] == "row" {
					want = append(want, row.ID)
				}
			}
			q.Limit = 9
			got := rowIDs(allPages(t, e, q))
			got = slices.DeleteFunc(got, func(id string) bool { return id[:3] != "row" })
			if !slices.Equal(got, want) {
				t.Errorf("%+v\n got %q\nwant %q", q, got, want)
			}
		}
	}
	stop()
	group.Wait()
}
