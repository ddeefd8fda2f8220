package scorecard

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"fengqiao/fixtures"
	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/figures"

	"pgregory.net/rapid"
)

func longyou(t testing.TB, change ...string) (*Card, error) {
	t.Helper()
	src, err := fixtures.Scorecard("longyou")
	if err != nil {
		t.Fatal(err)
	}
	return Load("longyou.yaml", []byte(strings.NewReplacer(change...).Replace(string(src))))
}

// TestAVillagesAssessmentEqualsARecount compares random cases' assessment with plain loops over the same cases.
func TestAVillagesAssessmentEqualsARecount(t *testing.T) {
	card, err := longyou(t)
	if err != nil {
		t.Fatal(err)
	}
	from := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	now := from.AddDate(0, 1, 0)
	county := grid.Code("33.01.11")
	members := []grid.Code{"33.01.11.001.001", "33.01.11.001.002", "33.01.11.002.001"}
	states := []mediation.State{mediation.Reported, mediation.Mediating, mediation.Settled, mediation.Unsettled, mediation.Failed, mediation.Withdrawn, mediation.NotAccepted, mediation.Joined}
	rapid.Check(t, func(rt *rapid.T) {
		book := &figures.Book{}
		type count map[string]int
		want := map[grid.Code]count{}
		for _, m := range members {
			want[m] = count{}
		}
		for i := range rapid.IntRange(0, 30).Draw(rt, "cases") {
			s := mediation.Summary{ID: fmt.Sprint(i), State: rapid.SampledFrom(states).Draw(rt, "state"), Repeats: rapid.IntRange(0, 1).Draw(rt, "repeats"),
				Area:    rapid.SampledFrom([]grid.Code{members[0] + ".001", members[0], members[1] + ".002", members[2], "33.01.11.001", "33.01.11"}).Draw(rt, "area"),
				Channel: rapid.SampledFrom([]string{"petition", "app"}).Draw(rt, "channel"), Opened: from.AddDate(0, 0, rapid.IntRange(-10, 40).Draw(rt, "day"))}
			if rapid.Bool().Draw(rt, "late") {
				s.Course.Breached = from.AddDate(0, 0, rapid.IntRange(-5, 40).Draw(rt, "late on"))
			}
			s.Apart = s.State == mediation.Joined && s.Channel == "petition"
			book.Put(&s)
			w := want[s.Area.Prefix(5)]
			if w == nil || s.State == mediation.Joined && !s.Apart && s.Course.Breached.IsZero() {
				continue
			}
			within := func(t time.Time) bool { return !t.Before(from) && t.Before(now) }
			opened := within(s.Opened)
			for key, counts := range map[string]bool{"above": opened && s.Channel == "petition", "again": opened && s.Repeats > 0, "late": within(s.Course.Breached),
				"refused": opened && s.State == mediation.NotAccepted, "unsettled": opened && (s.State == mediation.Unsettled || s.State == mediation.Failed)} {
				if counts {
					w[key]++
				}
			}
		}
		got := card.Assess(book, figures.Query{Sight: mediation.Visible{Area: &county}, From: from, Until: now, Now: now}, members)
		for _, v := range got {
			passes := true
			for n, x := range card.Villages.Criteria {
				is := want[v.Area][x.Key]
				passes = passes && is == 0
				if f := v.Found[n]; f.Value == nil || *f.Value != float64(is) || f.Met != (is == 0) {
					rt.Fatalf("%s of %s: %+v, recounted %d", x.Key, v.Area, f, is)
				}
			}
			if v.Passed != passes {
				rt.Fatalf("%s passed: %v, recounted %v", v.Area, v.Passed, passes)
			}
		}
	})
}

// TestNoVillageGainsByWhatTheLawForbids: what would make giving up, or turning people away, a way to pass is refused when it is loaded.
func TestNoVillageGainsByWhatTheLawForbids(t *testing.T) {
	for change, want := range map[[2]string]string{
		{"formula: reopened,", "formula: received,"}:                                     "refusing intake",
		{"formula: state_not_accepted, most: 0", "formula: state_not_accepted, most: 1"}: "refusing intake", // two hard cases for one
		{"formula: reopened,", "formula: 5 - state_withdrawn,"}:                          "giving up petitions",
		{"formula: reopened,", "formula: overdue,"}:                                      "refusing intake",
		{"formula: reopened,", "formula: state_reported,"}:                               "refusing intake",
		{"within: 5wd", "within: 0d"}:                                                    "villages.objection.within",
		{"formula: reopened,", "formula: nothing,"}:                                      "unknown name",
		{"every: month", "every: week"}:                                                  "villages.every",
		{"key: again", "key: above"}:                                                     "villages.criteria",
	} {
		_, err := longyou(t, change[0], change[1])
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v", change, err)
		}
	}
}
