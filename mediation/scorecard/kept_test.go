package scorecard

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/figures"

	"pgregory.net/rapid"
)

// A formula knows terms alone, none of which is of a category or a channel, and whatever terms it is made of: nothing of it, and of no line, tells
// somebody of an accused's side, or anybody who reads a frozen month, that there is a case that is kept from them.
func TestNoFormulaTellsOfWhatIsKept(t *testing.T) {
	day := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	kept := mediation.KeysOf(nil, []string{"their-unit"})
	theirs := mediation.Actor{ID: "reader", Role: mediation.Leader, Area: "33", Unit: "某局", Units: [2]string{"their-unit", ""}}
	rapid.Check(t, func(rt *rapid.T) {
		with, without := &figures.Book{}, &figures.Book{}
		for i := range rapid.IntRange(1, 20).Draw(rt, "cases") {
			s := mediation.Summary{ID: fmt.Sprint(i), Area: grid.Code(fmt.Sprint("33.0", i%3)), Unit: fmt.Sprint("u", i%2), Opened: day,
				State: rapid.SampledFrom([]mediation.State{mediation.Settled, mediation.Mediating, mediation.NotAccepted, mediation.Unsettled}).Draw(rt, "state")}
			s.Course.Officials = []string{fmt.Sprint("o", i%2)}
			if rapid.Bool().Draw(rt, "late") {
				s.Course.Breached = day.Add(time.Hour)
			}
			if rapid.IntRange(0, 2).Draw(rt, "kept") == 0 {
				s.KeptFrom = kept
			} else {
				without.Put(&s)
			}
			with.Put(&s)
		}
		area := grid.Code("33")
		for name, sight := range map[string]mediation.Visible{"their own": mediation.VisibleBy(theirs, mediation.ScorecardRead), "frozen": {Area: &area, Except: mediation.FromAnybody}} {
			for _, by := range Subjects {
				for _, late := range []bool{false, true} {
					q := figures.Query{Sight: sight, From: day.Add(-time.Hour), Until: day.AddDate(0, 1, 0), Now: day.AddDate(0, 1, 0), Late: late}
					all, lines := with.Divide(q, figures.By(by))
					want, wanted := without.Divide(q, figures.By(by))
					if !reflect.DeepEqual(lines, wanted) && len(lines)+len(wanted) > 0 {
						rt.Fatalf("%s, by %s: %+v, want %+v", name, by, lines, wanted)
					}
					for _, term := range figures.Terms {
						got, ok := term.Value(&all)
						if v, there := term.Value(&want); v != got || there != ok {
							rt.Fatalf("%s: %s is %v, want %v", name, term.Key, got, v)
						}
					}
				}
			}
		}
	})
}
