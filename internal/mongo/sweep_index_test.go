package mongo

import (
	"slices"
	"testing"

	"go.mongodb.org/mongo-driver/bson"

	"fengqiao/internal/mongotest"
	"fengqiao/internal/store"
	"fengqiao/internal/storetest"
)

// A sweep's questions are each bounded on both sides of the key that orders them, and an index begins with that key and goes on in their
// order: so the server walks what is due and stops. Ended cases have no due time: they lie below the lower bound.
func TestASweepsQuestionsAreRangesOfAnIndex(t *testing.T) {
	e, err := New(t.Context(), mongotest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	tables := map[string]store.Table{}
	for _, def := range store.Tables() {
		tables[def.Name] = def
	}
	due, beginnings := map[string]bool{}, 0
	for _, q := range storetest.SweepQueries(t, e) {
		f, err := e.tables[q.Table].conditions(q)
		if err != nil {
			t.Fatal(err)
		}
		order, err := f.order(q)
		if err != nil {
			t.Fatal(err)
		}
		lead := order
		if q.By == "" { // led by a tag, which the sort order follows
			if len(q.Tags)+len(q.Any) == 0 {
				t.Errorf("%s: %+v is led by nothing", q.Table, q)
				continue
			}
			lead = append(bson.D{{Key: "t", Value: 1}}, order...)
		}
		if !slices.ContainsFunc(tableIndexes(tables[q.Table]), func(ix index) bool { return begins(ix.keys, lead) }) {
			t.Errorf("%s: no index begins with %v", q.Table, lead)
		}
		if q.By == "moved" { // what something has happened in since a pass looked last: ended cases are met once, when they end
			if q.From["moved"] == int64(0) {
				beginnings++
			}
		} else if q.By != "" {
			if from, until := q.From[q.By], q.Until[q.By]; from != int64(1) || until == nil {
				t.Errorf("%s: %+v is not bounded on both sides", q.Table, q)
			}
			due[q.Table] = true
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
}

// The lists behind figures are led by a tag, which the index of tags holds in their order; so is the question whether anything is kept from
// who asks, which comes before each.
func TestTheListsBehindFiguresAreLedByATag(t *testing.T) {
	e, err := New(t.Context(), mongotest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	for set, asked := range storetest.CountedQueries(t, e) {
		for _, q := range asked {
			if len(q.Tags) == 0 && len(q.Any) != 1 || q.By != "" {
				t.Errorf("%s: %+v is led by no tag", set, q)
			}
		}
	}
}

// begins tells whether an index has these fields first.
func begins(keys, lead bson.D) bool {
	return len(keys) >= len(lead) && slices.EqualFunc(keys[:len(lead)], lead, func(a, b bson.E) bool { return a.Key == b.Key })
}
