package figures

import (
	"fmt"
	"testing"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
)

// Longgang's headline: 1,220 matters passed on between the tracks, 358 handled on receipt, 34 studied, and rates beside those
// of an earlier period. The cases are made up so that the counts are these; that any history equals its recount, the stores' tests show.
func TestLonggangsHeadlineIsCountedFromItsCases(t *testing.T) {
	b := &Book{}
	area := grid.Code("33.03.83")
	year := func(y int) time.Time { return time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC) }
	put := func(y, n int, state mediation.State, course mediation.Course) {
		for range n {
			s := mediation.Summary{ID: fmt.Sprintf("%032x", b.Len()+1), State: state, Area: area, Opened: year(y).Add(time.Hour), Course: course}
			if state == mediation.Settled || state == mediation.Closed {
				s.Closed = year(y).Add(24 * time.Hour)
			}
			b.Put(&s)
		}
	}
	at := year(2026).Add(2 * time.Hour)
	put(2025, 500, mediation.Settled, mediation.Course{Known: true}) // of 1,000: 60 % handled, of which 83 % settled
	put(2025, 100, mediation.Closed, mediation.Course{Known: true})
	put(2025, 400, mediation.Mediating, mediation.Course{Known: true})
	put(2026, 1220-34, mediation.Settled, mediation.Course{Known: true, Passed: at})
	put(2026, 34, mediation.Settled, mediation.Course{Known: true, Passed: at, Studied: at})
	put(2026, 358, mediation.Settled, mediation.Course{Known: true, AtOnce: at})
	put(2026, 122, mediation.Mediating, mediation.Course{Known: true})
	now := b.Count(Query{Sight: mediation.Visible{Area: &area}, From: year(2026), Now: at})
	before := b.Count(Query{Sight: mediation.Visible{Area: &area}, From: year(2025), Until: year(2026), Now: at})
	got := map[string]float64{}
	for _, f := range All {
		v, _ := f.Value(&now)
		w, _ := f.Value(&before)
		got[f.Key], got["earlier "+f.Key] = v, w
	}
	for key, want := range map[string]float64{"transferred": 1220, "onReceipt": 358, "studied": 34, "earlier transferred": 0, "handlingRate": Rounded(1578.0 / 1700),
		"earlier handlingRate": 0.6, "settlementRate": 1, "earlier settlementRate": Rounded(500.0 / 600)} {
		if got[key] != want {
			t.Errorf("%s is %v, want %v", key, got[key], want)
		}
	}
}
