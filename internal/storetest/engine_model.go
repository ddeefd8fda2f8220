package storetest

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"fengqiao/internal/store"
)

// model is the contract in its plainest form: the rows of one table in a map.
type model map[string]store.Row

func (m model) apply(w store.Write) (store.Applied, error) {
	old, there := m[w.Row.ID]
	row := w.Row
	switch {
	case w.Op == store.Ensure && there:
		return store.Applied{}, nil
	case w.Op == store.Insert && there:
		return store.Applied{}, store.ErrExists
	case (w.Op == store.Replace || w.Op == store.Delete) && !there:
		return store.Applied{}, store.ErrNotFound
	case w.Op == store.Replace && row.Version != old.Version, w.Op == store.Delete && row.Version != 0 && row.Version != old.Version:
		return store.Applied{}, store.ErrConflict
	case w.Op == store.Delete:
		delete(m, row.ID)
		return store.Applied{Done: true}, nil
	}
	if name := row.Keys["name"]; name != "" {
		for id, other := range m {
			if id != row.ID && other.Keys["name"] == name {
				return store.Applied{}, store.ErrExists
			}
		}
	}
	if w.Op == store.Replace {
		row.Sort = old.Sort
	}
	row.Version = old.Version + 1
	m[row.ID] = row
	return store.Applied{Version: row.Version, Done: true}, nil
}

func compareKeys(a, b any) int {
	if x, ok := a.(string); ok {
		return strings.Compare(x, b.(string))
	}
	return cmp.Compare(a.(int64), b.(int64))
}

func (m model) meets(row store.Row, q store.Query) bool {
	value := func(key string) any {
		if key == "sort" {
			return row.Sort
		}
		return row.Keys[key]
	}
	for key, v := range q.Eq {
		if value(key) != v {
			return false
		}
	}
	for key, vs := range q.In {
		if !slices.Contains(vs, value(key)) {
			return false
		}
	}
	for key, v := range q.From {
		if compareKeys(value(key), v) < 0 {
			return false
		}
	}
	for key, v := range q.Until {
		if compareKeys(value(key), v) >= 0 {
			return false
		}
	}
	for _, tag := range q.Tags {
		if !slices.Contains(row.Tags, tag) {
			return false
		}
	}
	if slices.ContainsFunc(q.None, func(tag string) bool { return slices.Contains(row.Tags, tag) }) {
		return false
	}
	return len(q.Any) == 0 || slices.ContainsFunc(q.Any, func(tag string) bool { return slices.Contains(row.Tags, tag) })
}

func (m model) find(q store.Query) []string {
	before := func(a, b store.Position) int {
		c := 0
		if q.By != "" {
			c = compareKeys(a.By, b.By)
		}
		return cmp.Or(c, cmp.Compare(a.Sort, b.Sort), strings.Compare(a.ID, b.ID))
	}
	if q.Desc && q.By == "" {
		ascending := before
		before = func(a, b store.Position) int { return ascending(b, a) }
	}
	var at []store.Position
	for _, row := range m {
		p := *position(q, row)
		ordered := q.By == "" || p.By != "" && p.By != int64(0)
		if ordered && m.meets(row, q) && (q.After == nil || before(p, *q.After) > 0) {
			at = append(at, p)
		}
	}
	slices.SortFunc(at, before)
	var ids []string
	for _, p := range at[:min(len(at), q.Limit)] {
		ids = append(ids, p.ID)
	}
	return ids
}

func (m model) count(q store.Query, most int) int {
	n := 0
	for _, row := range m {
		if m.meets(row, q) {
			n++
		}
	}
	return min(n, most)
}

// The values of the model are few, so that operations meet the same rows, tags and keys again and again.
var (
	modelIDs    = rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f", "村"})
	modelOwners = rapid.SampledFrom([]string{"", "li", "wang", "王"})
	modelNames  = rapid.SampledFrom([]string{"", "", "", "n1", "n2"})
	modelNumber = rapid.Int64Range(0, 4)
	modelTags   = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"x", "y", "z", "xx"}), 0, 4, rapid.ID[string])
)

func drawRow(t *rapid.T) store.Row {
	return store.Row{
		ID: modelIDs.Draw(t, "id"), Version: rapid.Int64Range(0, 4).Draw(t, "version"), Sort: modelNumber.Draw(t, "sort"),
		Tags: modelTags.Draw(t, "tags"), Head: rapid.SliceOfN(rapid.Byte(), 0, 4).Draw(t, "head"), Body: rapid.SliceOfN(rapid.Byte(), 0, 8).Draw(t, "body"),
		Keys: map[string]any{"name": modelNames.Draw(t, "name"), "owner": modelOwners.Draw(t, "owner"), "due": modelNumber.Draw(t, "due"), "series": ""},
	}
}

func drawQuery(t *rapid.T) store.Query {
	q := store.Query{
		Table: "things", Eq: map[string]any{}, In: map[string][]any{}, From: map[string]any{}, Until: map[string]any{},
		Desc: rapid.Bool().Draw(t, "desc"), Limit: rapid.IntRange(1, 6).Draw(t, "limit"), HeadsOnly: rapid.Bool().Draw(t, "heads only"),
		By: rapid.SampledFrom([]string{"", "", "due", "owner"}).Draw(t, "by"),
	}
	if rapid.Bool().Draw(t, "with tags") {
		q.Tags = modelTags.Draw(t, "tags")
	}
	if rapid.Bool().Draw(t, "with any tags") {
		q.Any = modelTags.Draw(t, "any")
	}
	if rapid.Bool().Draw(t, "with no tags") {
		q.None = modelTags.Draw(t, "none")
	}
	for _, condition := range rapid.SliceOfN(rapid.IntRange(0, 7), 0, 3).Draw(t, "conditions") {
		switch condition {
		case 0:
			q.Eq["owner"] = modelOwners.Draw(t, "owner")
		case 1:
			q.Eq["due"] = modelNumber.Draw(t, "due")
		case 2:
			for _, v := range rapid.SliceOfN(modelOwners, 0, 3).Draw(t, "owners") {
				q.In["owner"] = append(q.In["owner"], v)
			}
		case 3:
			q.From["due"] = modelNumber.Draw(t, "from due")
		case 4:
			q.Until["due"] = modelNumber.Draw(t, "until due")
		case 5:
			q.From["sort"] = modelNumber.Draw(t, "from sort")
		case 6:
			q.Until["sort"] = modelNumber.Draw(t, "until sort")
		case 7:
			q.From["owner"] = modelOwners.Draw(t, "from owner")
		}
	}
	if rapid.Bool().Draw(t, "with a position") {
		q.After = &store.Position{Sort: modelNumber.Draw(t, "position"), ID: modelIDs.Draw(t, "behind")}
		switch q.By {
		case "due":
			q.After.By = modelNumber.Draw(t, "position of due")
		case "owner":
			q.After.By = modelOwners.Draw(t, "position of owner")
		}
	}
	return q
}

// engineModel drives random histories of single writes, groups of writes and queries.
func engineModel(t *testing.T, open opener) {
	e := openEngine(t, open)
	rapid.Check(t, func(t *rapid.T) {
		for _, id := range []string{"a", "b", "c", "d", "e", "f", "村"} {
			_, err := e.Apply(context.Background(), store.Write{Table: "things", Op: store.Delete, Row: store.Row{ID: id}})
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				t.Fatalf("clearing: %v", err)
			}
		}
		m := model{}
		t.Repeat(map[string]func(*rapid.T){
			"write": func(t *rapid.T) { modelWrites(t, e, &m, 1) },
			"group": func(t *rapid.T) { modelWrites(t, e, &m, 3) },
			"find": func(t *rapid.T) {
				q := drawQuery(t)
				rows := mustFind(t, e, q)
				sameIDs(t, "found", rows, m.find(q)...)
				for _, got := range rows {
					want := m[got.ID]
					if q.HeadsOnly {
						want.Body, want.Tags = nil, nil
					}
					sameRow(t, got, want)
				}
			},
			"count": func(t *rapid.T) {
				q, most := drawQuery(t), rapid.IntRange(1, 6).Draw(t, "max")
				if got, err := e.Count(context.Background(), q, most); err != nil || got != m.count(q, most) {
					t.Fatalf("counted %d, %v; want %d", got, err, m.count(q, most))
				}
			},
			"": func(t *rapid.T) {
				id := modelIDs.Draw(t, "look at")
				if want, there := m[id]; there {
					sameRow(t, mustGet(t, e, "things", id), want)
				} else {
					absent(t, e, "things", id)
				}
			},
		})
	})
}

// modelWrites carries out up to n writes in one Apply, on the engine and on the model.
func modelWrites(t *rapid.T, e store.Engine, m *model, n int) {
	next := maps.Clone(*m)
	var writes []store.Write
	var want []store.Applied
	var failed error
	for range rapid.IntRange(1, n).Draw(t, "writes") {
		w := store.Write{Table: "things", Op: rapid.SampledFrom([]store.Op{store.Insert, store.Insert, store.Replace, store.Replace, store.Delete, store.Ensure}).Draw(t, "op"), Row: drawRow(t)}
		if old, there := next[w.Row.ID]; there && rapid.Bool().Draw(t, "with the right version") {
			w.Row.Version = old.Version
		}
		if w.Op == store.Ensure {
			w.Row.Keys["name"] = "" // the contract does not say what an Ensure makes of a name that another row holds
		}
		writes = append(writes, w)
		if failed != nil {
			continue
		}
		done, err := next.apply(w)
		want, failed = append(want, done), err
	}
	got, err := e.Apply(context.Background(), writes...)
	if failed != nil {
		refused(t, err, failed)
		if !e.Atomic() {
			*m = next
		}
		return
	}
	if err != nil {
		t.Fatalf("Apply: %v", err)
	}
	*m = next
	for i, w := range writes {
		if got[i].Done != want[i].Done || w.Op != store.Delete && want[i].Done && got[i].Version != want[i].Version {
			t.Fatalf("write %d became %+v, want %+v", i, got[i], want[i])
		}
	}
}
