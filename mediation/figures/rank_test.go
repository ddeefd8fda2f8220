package figures

import (
	"fmt"
	"testing"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/policy"

	"pgregory.net/rapid"
)

// ranks are the places of the units whose cases these are.
func ranks(cases []mediation.Summary, measures []string) map[string]Ranked {
	return ranksBy(ByUnit, cases, measures)
}

func ranksBy(by By, cases []mediation.Summary, measures []string) map[string]Ranked {
	b := &Book{}
	for i := range cases {
		b.Put(&cases[i])
	}
	places := map[string]Ranked{}
	for _, r := range Rank(b.Competitors(Query{Sight: sightOf("33"), Now: day.AddDate(0, 3, 0)}, by), measures) {
		places[r.Key] = r
	}
	return places
}

// drawn is cases of three units that ended in every way.
func drawn(t *rapid.T) []mediation.Summary {
	states := []mediation.State{mediation.Settled, mediation.Closed, mediation.Unsettled, mediation.Failed, mediation.Exited, mediation.Mediating, mediation.NotAccepted, mediation.Withdrawn}
	cases := make([]mediation.Summary, rapid.IntRange(3, 40).Draw(t, "cases"))
	for i := range cases {
		s := &cases[i]
		*s = mediation.Summary{ID: fmt.Sprint(i), Area: "33.01", Opened: day, Unit: fmt.Sprint("u", i%3), State: rapid.SampledFrom(states).Draw(t, "state")}
		if s.State == mediation.Settled || s.State == mediation.Closed || s.State == mediation.Unsettled {
			s.Closed = day.Add(48 * time.Hour)
			if rapid.Bool().Draw(t, "late") {
				s.Course.Breached = day.Add(24 * time.Hour)
			}
		}
	}
	return cases
}

// orders are the rankings that a policy may have.
var orders = [][]string{{policy.RankSettlement}, {policy.RankClosing}, {policy.RankSettlement, policy.RankTimeliness}, {policy.RankSettlement, policy.RankClosing, policy.RankTimeliness},
	{policy.RankClosing, policy.RankSettlement, policy.RankTimeliness}}

func refused(s mediation.Summary) mediation.Summary {
	s.State, s.Closed, s.Course = mediation.NotAccepted, time.Time{}, mediation.Course{}
	return s
}

func TestRefusingIntakeNeverHelpsARank(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		cases, measures := drawn(rt), rapid.SampledFrom(orders).Draw(rt, "measures")
		before := ranks(cases, measures)
		better := func(unit, what string, after map[string]Ranked) {
			if after[unit].Place < before[unit].Place {
				rt.Fatalf("by %v %s takes %s from place %d to %d", measures, what, unit, before[unit].Place, after[unit].Place)
			}
		}
		unit := fmt.Sprint("u", rapid.IntRange(0, 2).Draw(rt, "unit"))
		more := append(append([]mediation.Summary{}, cases...), refused(mediation.Summary{ID: "more", Area: "33.01", Opened: day, Unit: unit}))
		better(unit, "another refusal", ranks(more, measures))
		for i := range cases {
			instead := append([]mediation.Summary{}, cases...)
			instead[i] = refused(cases[i])
			better(cases[i].Unit, fmt.Sprintf("refusing what came to be %s", cases[i].State), ranks(instead, measures))
		}
	})
}

// rid is a case that its unit got rid of, by an objection or because it was taken up again, and that came to any end elsewhere, or with nobody.
func rid(t *rapid.T, s mediation.Summary) mediation.Summary {
	end := drawn(t)[0]
	s.Had = []string{s.Unit}
	s.State, s.Closed, s.Course = end.State, end.Closed, end.Course
	if s.Unit = rapid.SampledFrom([]string{"", "u0", "u1", "u2"}).Draw(t, "whose now"); s.Unit == s.Had[0] {
		s.Unit = ""
	}
	return s
}

// What a unit has had stays below its line, so that no share of its own grows by getting rid of a case, and it passes nobody but a unit that has the case
// now and made nothing of it.
func TestGettingRidOfACaseNeverHelpsARank(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		cases, measures := drawn(rt), rapid.SampledFrom(orders).Draw(rt, "measures")
		before := ranks(cases, measures)
		i := rapid.IntRange(0, len(cases)-1).Draw(rt, "case")
		unit, instead := cases[i].Unit, append([]mediation.Summary{}, cases...)
		instead[i] = rid(rt, cases[i])
		after := ranks(instead, measures)
		if _, still := after[unit]; !still {
			rt.Fatalf("%s is ranked no more", unit)
		}
		for n, share := range after[unit].Shares {
			if share.compare(before[unit].Shares[n]) > 0 || share.Below != before[unit].Shares[n].Below {
				rt.Fatalf("by %s %s had %v and has %v", measures[n], unit, before[unit].Shares[n], share)
			}
		}
		for other, was := range before {
			if other != unit && other != instead[i].Unit && was.Place <= before[unit].Place && after[unit].Place < after[other].Place {
				rt.Fatalf("%s passed %s by getting rid of a case", unit, other)
			}
		}
	})
}

// passed is a case that its township passed on, to another or above, and that came to any end there.
func passed(t *rapid.T, s mediation.Summary) mediation.Summary {
	end := drawn(t)[0]
	s.State, s.Closed, s.Course = end.State, end.Closed, end.Course
	from := s.Area
	s.Lain = []grid.Code{from}
	if s.Area = grid.Code(rapid.SampledFrom([]string{"33", "33.t0.1", "33.t1.1", "33.t2"}).Draw(t, "whose now")); s.Area.Prefix(2) == from.Prefix(2) {
		s.Area = "33"
	}
	return s
}

// The same holds of townships: no share of their own grows by passing a case on.
func TestPassingACaseOnNeverHelpsATownshipsRank(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		cases, measures := drawn(rt), rapid.SampledFrom(orders).Draw(rt, "measures")
		for i := range cases {
			cases[i].Area = grid.Code(fmt.Sprintf("33.t%d.%d", i%3, i%2))
		}
		before := ranksBy(ByArea, cases, measures)
		i := rapid.IntRange(0, len(cases)-1).Draw(rt, "case")
		town, instead := string(cases[i].Area.Prefix(2)), append([]mediation.Summary{}, cases...)
		instead[i] = passed(rt, cases[i])
		after := ranksBy(ByArea, instead, measures)
		if _, still := after[town]; !still {
			rt.Fatalf("%s is ranked no more", town)
		}
		for n, share := range after[town].Shares {
			if share.compare(before[town].Shares[n]) > 0 || share.Below != before[town].Shares[n].Below {
				rt.Fatalf("by %s %s had %v and has %v", measures[n], town, before[town].Shares[n], share)
			}
		}
		for other, was := range before {
			if other != town && other != string(instead[i].Area.Prefix(2)) && was.Place <= before[town].Place && after[town].Place < after[other].Place {
				rt.Fatalf("%s passed %s by passing a case on", town, other)
			}
		}
	})
}

func TestTimelinessNeverRanksAboveSettlement(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		places := ranks(drawn(rt), []string{policy.RankSettlement, policy.RankTimeliness})
		for _, a := range places {
			for _, b := range places {
				if a.Shares[0].compare(b.Shares[0]) > 0 && a.Place >= b.Place {
					rt.Fatalf("%s settles %v and stands at %d, %s settles %v and stands at %d", a.Key, a.Shares[0], a.Place, b.Key, b.Shares[0], b.Place)
				}
			}
		}
	})
}

func TestEqualsShareAPlace(t *testing.T) {
	group := func(key string, settled, received int) Group {
		return Group{Key: key, Tally: Tally{Settled: settled, Received: received}}
	}
	got := ""
	for _, r := range Rank([]Group{group("a", 1, 2), group("b", 3, 4), group("c", 2, 4), group("d", 0, 1)}, []string{policy.RankSettlement}) {
		got += fmt.Sprint(r.Place, r.Key, " ")
	}
	if got != "1b 2a 2c 4d " {
		t.Error(got)
	}
}
