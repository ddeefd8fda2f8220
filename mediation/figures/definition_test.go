package figures

import (
	"strings"
	"testing"
	"time"

	"fengqiao/mediation"
)

// What the definition of received says of joined cases is what is counted: each by itself that says so, and no other.
func TestReceivedIsDefinedAsItIsCounted(t *testing.T) {
	joined := func(change func(*mediation.Summary)) mediation.Summary {
		s := mediation.Summary{ID: "joined", State: mediation.Joined, Area: "33.01", Opened: day}
		change(&s)
		return s
	}
	for what, c := range map[string]struct {
		s    mediation.Summary
		want int
	}{
		"an ordinary one":                        {joined(func(*mediation.Summary) {}), 0},
		"a petition, or what was handed over":    {joined(func(s *mediation.Summary) { s.Apart = true }), 1},
		"what was late before it was joined":     {joined(func(s *mediation.Summary) { s.Course.Breached = day.Add(time.Hour) }), 1},
		"one that was not joined, whatever else": {mediation.Summary{ID: "open", State: mediation.Reported, Area: "33.01", Opened: day}, 1},
	} {
		b := &Book{}
		b.Put(&c.s)
		if got := b.Count(Query{Sight: sightOf("33"), Now: day}).Received; got != c.want {
			t.Errorf("%s: %d, want %d", what, got, c.want)
		}
	}
	f := All[0]
	for _, says := range []string{"不另计", "信访件", "移送", "并案前已超期"} {
		if f.Key != "received" || !strings.Contains(f.DefZh, says) || strings.Contains(f.DefZh, "计在并入") {
			t.Errorf("%s is defined as %s", f.Key, f.DefZh)
		}
	}
}
