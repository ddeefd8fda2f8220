package sqlite

import (
	"database/sql/driver"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"fengqiao/internal/storetest"
)

// byDue is a walk along an index whose range holds rows that are due and no others: rows that wait for nothing, ended cases among them, have
// no value there and are left out of it, as every index leaves them out.
var byDue = regexp.MustCompile(`^SEARCH t USING INDEX i\.\w+\.(due|pending|reserved|kept)(\.\w+)? \(k_\w+>\? AND k_\w+<\?\)$`)

// byMoved is the walk of what something has happened in since a pass looked last: ended cases are met once, when they end.
const byMoved = "SEARCH t USING INDEX i.cases.moved (k_moved>?)"

// byTag is a walk along one tag. A sweep walks so the mediators of one place, for matching, and what is held for the law, of which there are as many as
// there are, whatever becomes of cases.
const byTag = "SEARCH g USING PRIMARY KEY (tag=?)"

// A sweep asks for what is due by indexes that hold nothing else, so that ended cases, however many, are no part of any walk of it. This is
// shown by the plan of each question that it asks, not by the time that it takes.
func TestASweepWalksWhatIsDueAndNothingElse(t *testing.T) {
	e, err := New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	due, beginnings := map[string]bool{}, 0
	for _, q := range storetest.SweepQueries(t, e) {
		s, err := find(e.tables[q.Table], q)
		if err != nil {
			t.Fatal(err)
		}
		plan := planned(t, e, s.text, s.args)
		first, _, _ := strings.Cut(plan, "\n")
		switch {
		case strings.Contains(plan, "TEMP B-TREE") || strings.Contains(plan, "SCAN"):
			t.Errorf("%s: %s\nis walked so:\n%s", q.Table, s.text, plan)
		case byDue.MatchString(plan):
			due[q.Table] = true
		case (q.Table == "mediators" || q.Table == "holds") && first == byTag:
		case plan == byMoved:
			if q.From["moved"] == int64(0) {
				beginnings++
			}
		default:
			t.Errorf("%s: %s\nwalks rows that are not due:\n%s", q.Table, s.text, plan)
		}
	}
	if beginnings > 1 {
		t.Errorf("%d passes began with the first case, where each after the first goes on from the one before", beginnings)
	}
	for _, table := range []string{"cases", "reports", "mediators", "slips", "studies", "scorecard_months", "village_rounds", "village_results", "council_meetings", "hall_visits", "opinion_campaigns"} {
		if !due[table] {
			t.Errorf("nothing that is due was asked of %s", table)
		}
	}
	// Nothing of an ended case stands in the index: it has no due time.
	for _, name := range []string{"i.cases.due.sort", "i.slips.due.sort", "i.studies.due.sort", "i.village_rounds.due.sort", "i.village_results.due.sort"} {
		if made := schemaOf(t, e, name); !strings.Contains(made, `WHERE "k_due" <> 0`) {
			t.Errorf("%s holds rows that are never due: %s", name, made)
		}
	}
}

// The lists behind figures walk along a tag in their order: of few cases along that of the set itself, of most along their area's.
func TestTheListsBehindFiguresWalkAlongATag(t *testing.T) {
	e, err := New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	for set, asked := range storetest.CountedQueries(t, e) {
		for _, q := range asked {
			s, err := find(e.tables[q.Table], q)
			if err != nil {
				t.Fatal(err)
			}
			plan := planned(t, e, s.text, s.args)
			if strings.Contains(plan, "TEMP B-TREE") || strings.Contains(plan, "SCAN") || !strings.Contains(plan, "SEARCH g USING PRIMARY KEY (tag=?") {
				t.Errorf("%s: %s\nis walked so:\n%s", set, s.text, plan)
			}
		}
	}
}

// schemaOf is the statement that made an index.
func schemaOf(t *testing.T, e *Engine, name string) (made string) {
	t.Helper()
	err := e.main.readers.with(t.Context(), func(c *conn) error {
		return c.query(t.Context(), func(v []driver.Value) error {
			made = fmt.Sprint(v[0])
			return nil
		}, "SELECT sql FROM sqlite_schema WHERE name = ?", name)
	})
	if err != nil {
		t.Fatal(err)
	}
	return made
}
