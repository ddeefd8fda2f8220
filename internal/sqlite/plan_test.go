package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strings"
	"testing"

	"fengqiao/internal/store"
)

// planned is the query planner's account of how a statement walks.
func planned(t *testing.T, e *Engine, text string, args []any) string {
	t.Helper()
	var lines []string
	err := e.main.readers.with(context.Background(), func(c *conn) error {
		return c.query(context.Background(), func(v []driver.Value) error {
			lines = append(lines, fmt.Sprint(v[3]))
			return nil
		}, "EXPLAIN QUERY PLAN "+text, args...)
	})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return strings.Join(lines, "\n")
}

var planTable = store.Table{
	Name: "things", Tagged: true,
	Keys: []store.Key{{Name: "name"}, {Name: "owner"}, {Name: "due", Type: store.Int}, {Name: "state"}},
	Indexes: []store.Index{
		{Keys: []string{"name"}, Unique: true}, {Keys: []string{"owner", "sort"}}, {Keys: []string{"due"}}, {Keys: []string{"sort"}}, {Keys: []string{"state", "owner"}},
	},
}

// Lists walk in their order and stop at the limit; nothing is read to be sorted or thrown away.
func TestQueriesWalkTheirOrderWithoutSorting(t *testing.T) {
	e := opened(t, t.TempDir(), planTable)
	type values = map[string]any
	at := &store.Position{Sort: 5, ID: "x"}
	by := &store.Position{By: int64(7), Sort: 5, ID: "x"}
	const alongTag, alongTagOn = "SEARCH g USING PRIMARY KEY (tag=?)", "SEARCH g USING PRIMARY KEY (tag=? AND (sort,id)"
	for _, c := range []struct {
		situation string
		q         store.Query
		walk      string // the first line of the plan begins so
	}{
		{"a tag", store.Query{Tags: []string{"a"}}, alongTag},
		{"a tag, newest first", store.Query{Tags: []string{"a"}, Desc: true}, alongTag},
		{"a tag behind a position", store.Query{Tags: []string{"a"}, After: at}, alongTagOn},
		{"a tag behind a position, newest first", store.Query{Tags: []string{"a"}, After: at, Desc: true}, alongTagOn},
		{"three tags", store.Query{Tags: []string{"a", "b", "c"}}, alongTag},
		{"three tags behind a position", store.Query{Tags: []string{"a", "b", "c"}, After: at, Desc: true}, alongTagOn},
		{"a tag since then", store.Query{Tags: []string{"a"}, From: values{"sort": int64(3)}}, "SEARCH g USING PRIMARY KEY (tag=? AND sort>?)"},
		{"a tag between then and now", store.Query{Tags: []string{"a"}, From: values{"sort": int64(3)}, Until: values{"sort": int64(9)}}, "SEARCH g USING PRIMARY KEY (tag=? AND sort>? AND sort<?)"},
		{"a tag and an equal key", store.Query{Tags: []string{"a"}, Eq: values{"owner": "w"}, After: at}, alongTagOn},
		{"a tag and one of several", store.Query{Tags: []string{"a"}, In: map[string][]any{"state": {"x", "y"}}}, alongTag},
		{"either tag", store.Query{Any: []string{"a", "b"}}, "MERGE (UNION ALL)\nLEFT\n" + alongTag},
		{"either tag behind a position, newest first", store.Query{Any: []string{"a", "b"}, Tags: []string{"c"}, After: at, Desc: true}, "MERGE (UNION ALL)\nLEFT\n" + alongTagOn},
		{"what is due with either tag", store.Query{Any: []string{"a", "b"}, Until: values{"due": int64(9)}, By: "due"}, `SEARCH t USING INDEX i.things.due (k_due<?)`},
		{"an owner's", store.Query{Eq: values{"owner": "w"}}, `SEARCH t USING INDEX i.things.owner.sort (k_owner=?)`},
		{"an owner's, newest first behind a position", store.Query{Eq: values{"owner": "w"}, Desc: true, After: at}, `SEARCH t USING INDEX i.things.owner.sort (k_owner=? AND (sort,id)<(?,?))`},
		{"an owner's in a state", store.Query{Eq: values{"owner": "w", "state": "s"}, After: at}, `SEARCH t USING INDEX i.things.state.owner (k_state=? AND k_owner=? AND (sort,id)>(?,?))`},
		{"by name", store.Query{Eq: values{"name": "n"}}, `SEARCH t USING INDEX u.things.name (k_name=?)`},
		{"what is due", store.Query{Until: values{"due": int64(9)}, By: "due"}, `SEARCH t USING INDEX i.things.due (k_due<?)`},
		{"what is due behind a position", store.Query{Until: values{"due": int64(9)}, By: "due", After: by}, `SEARCH t USING INDEX i.things.due ((k_due,sort,id)>(?,?,?) AND k_due<?)`},
		{"what is due from then on", store.Query{From: values{"due": int64(1)}, By: "due"}, `SEARCH t USING INDEX i.things.due (k_due>?)`},
		{"what is due with a tag", store.Query{Tags: []string{"a"}, Until: values{"due": int64(9)}, By: "due"}, `SEARCH t USING INDEX i.things.due (k_due<?)`},
		{"everything", store.Query{}, `SCAN t USING INDEX i.things.sort`},
		{"everything behind a position", store.Query{After: at, Desc: true}, `SEARCH t USING INDEX i.things.sort ((sort,id)<(?,?))`},
	} {
		t.Run(c.situation, func(t *testing.T) {
			c.q.Limit, c.q.HeadsOnly = 20, true
			s, err := find(e.tables["things"], c.q)
			if err != nil {
				t.Fatal(err)
			}
			plan := planned(t, e, s.text, s.args)
			if strings.Contains(plan, "TEMP B-TREE") || !strings.HasPrefix(plan, c.walk) {
				t.Errorf("%s\nis walked so:\n%s", s.text, plan)
			}
		})
	}
}

func TestCountingByTagsReadsNoRows(t *testing.T) {
	e := opened(t, t.TempDir(), planTable)
	s, err := count(e.tables["things"], store.Query{Tags: []string{"a", "b"}, From: map[string]any{"sort": int64(3)}}, 100)
	if err != nil {
		t.Fatal(err)
	}
	if plan := planned(t, e, s.text, s.args); strings.Contains(plan, " t ") || !strings.Contains(plan, "SEARCH g USING PRIMARY KEY (tag=? AND sort>?)") {
		t.Errorf("%s\nis walked so:\n%s", s.text, plan)
	}
}
