package scorecard

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/figures"
	"fengqiao/mediation/policy"

	"pgregory.net/rapid"
)

func TestNoIndicatorRewardsRefusingIntakeOrGivingUp(t *testing.T) {
	const refusing, giving = "refusing intake", "giving up petitions"
	for _, x := range []struct{ formula, better, law string }{
		{"state_not_accepted / received", policy.Higher, refusing},
		{"state_not_accepted", policy.Higher, refusing},
		{"1 - state_not_accepted / received", policy.Lower, refusing},
		{"settled / (received - state_not_accepted)", policy.Higher, refusing},                      // the refused taken out from below the line
		{"settled / ((settled - state_not_accepted) - state_not_accepted)", policy.Lower, refusing}, // jumps below zero
		{"breached / (received + state_not_accepted)", policy.Lower, refusing},
		{"received", policy.Lower, refusing},
		{"received / 100", policy.Lower, refusing},
		{"1000 / received", policy.Higher, refusing},
		{"satisfaction / received", policy.Higher, refusing},
		{"state_not_accepted > 3 ? 1 : 0", policy.Higher, refusing},
		{"abs(state_not_accepted - 10) / received", policy.Higher, refusing},
		{"state_withdrawn / received", policy.Higher, giving},
		{"-state_withdrawn + received", policy.Lower, giving},
		{"min(settled + state_withdrawn, received) / received", policy.Higher, giving},

		// Who is refused leaves the state that they are in, and is no longer open or overdue.
		{"overdue / received", policy.Lower, refusing},
		{"overdue", policy.Lower, giving},
		{"open / received", policy.Lower, refusing},
		{"state_reported / received", policy.Lower, refusing},
		{"(state_screened + state_offered) / received", policy.Lower, giving},
		{"state_reported + state_not_accepted", policy.Lower, giving}, // a withdrawal makes it less
		{"state_reported + 2 * state_not_accepted - overdue", policy.Higher, refusing},
		{"settled / open", policy.Higher, refusing},
		{"breached / open", policy.Lower, refusing}, // with the last open one refused it has no value, which costs nothing

		// who counts bad ends and forgets the refused rewards refusing the hard cases
		{"newlyLate / received", policy.Lower, refusing},
		{"breached / received", policy.Lower, refusing},
		{"100 * dissatisfied / received", policy.Lower, refusing},
		{"(dissatisfied + state_not_accepted) / received", policy.Lower, refusing}, // of one case several parties may be dissatisfied
		{"settlementRate", policy.Higher, refusing},
		{"satisfaction", policy.Higher, refusing},
		{"timeliness", policy.Higher, refusing},
		{"repeatRate", policy.Lower, refusing},
		{"unitSatisfaction", policy.Higher, refusing},
		{"acceptanceMedian", policy.Lower, refusing},
		{"closing90 / 86400", policy.Lower, refusing},
		{"(state_failed + state_unsettled) / concluded", policy.Lower, refusing},
		{"satisfied / (satisfied + dissatisfied + state_not_accepted)", policy.Higher, refusing},
		{"firstPetitions", policy.Lower, refusing},
		{"state_reported + state_screened + state_offered + state_not_accepted + state_withdrawn > 3 ? 1 : 0", policy.Lower, refusing}, // it grows or stays, but it jumps

		{"(newlyLate + state_not_accepted) / received", policy.Lower, ""},
		{"(breached + state_not_accepted) / received", policy.Lower, ""},
		{"(dissatisfiedCases + state_not_accepted) / received", policy.Lower, ""},
		{"satisfiedCases / (ratedCases + state_not_accepted)", policy.Higher, ""},
		{"settled / (concluded + state_not_accepted)", policy.Higher, ""},
		{"(state_failed + state_unsettled + state_not_accepted) / received", policy.Lower, ""},
		{"inTime / received", policy.Higher, ""},
		{"firstResolution", policy.Higher, ""},
		{"closingRate + handlingRate", policy.Higher, ""},
		{"(state_reported + state_not_accepted + state_withdrawn) / received", policy.Lower, ""},
		{"1 - (state_screened + state_not_accepted + state_withdrawn) / received", policy.Higher, ""},
		{"overdue + state_not_accepted + state_withdrawn > 3 ? 1 : 0", policy.Lower, refusing}, // it stays or grows, but it jumps
		{"state_transferred / received", policy.Lower, ""},                                     // from there nothing is refused or withdrawn
		{"settled / received", policy.Higher, ""},
		{"state_not_accepted / received", policy.Lower, ""},
		{"1 - state_not_accepted / received", policy.Higher, ""},
		{"state_withdrawn / received", policy.Lower, ""},
		{"received", policy.Higher, ""},
		{"(settled + closed) / (received + state_not_accepted)", policy.Higher, ""},
	} {
		_, err := Load("card.yaml", one("'"+x.formula+"'", x.better))
		switch {
		case x.law == "" && err != nil:
			t.Errorf("%s, %s: %v", x.formula, x.better, err)
		case x.law != "" && (err == nil || !strings.Contains(err.Error(), "card.yaml:12:19: "+formulaKey) || !strings.Contains(err.Error(), x.law)):
			t.Errorf("%s, %s: %v", x.formula, x.better, err)
		}
	}
}

// formulas draws formulas over a few terms, the guarded ones among them.
func formulas(depth int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		if depth == 0 || rapid.IntRange(0, 3).Draw(t, "leaf") == 0 {
			return rapid.SampledFrom([]string{"state_not_accepted", "state_withdrawn", "state_reported", "state_screened", "overdue", "breached", "settled", "received", "open", "1", "0.5", "100"}).Draw(t, "term")
		}
		a, b := formulas(depth-1).Draw(t, "a"), formulas(depth-1).Draw(t, "b")
		form := rapid.SampledFrom([]string{"(%s + %s)", "(%s - %s)", "(%s * %s)", "(%s / %s)", "min(%s, %s)", "max(%s, %s)", "abs(%s - %s)", "(%s > %s ? 1 : 0)", "-%s + %s"}).Draw(t, "form")
		return fmt.Sprintf(form, a, b)
	})
}

// Whatever the formula, if it is let through then one refusal or withdrawal more earns nothing.
func TestWhatIsLetThroughRewardsNeitherRefusalNorWithdrawal(t *testing.T) {
	passed := 0
	rapid.Check(t, func(rt *rapid.T) {
		better := rapid.SampledFrom([]string{policy.Higher, policy.Lower}).Draw(rt, "better")
		formula := formulas(3).Draw(rt, "formula")
		c, err := Load("card.yaml", one("'"+formula+"'", better))
		if err != nil {
			return
		}
		passed++
		n := rapid.IntRange(1, 20)
		tally := figures.Tally{Received: 100, Settled: n.Draw(rt, "settled"), Open: n.Draw(rt, "open"), Overdue: n.Draw(rt, "overdue"), Breached: n.Draw(rt, "breached")}
		for i, s := range []string{"state_not_accepted", "state_withdrawn", "state_reported", "state_screened", "state_offered"} {
			tally.States[place(s)] = n.Draw(rt, fmt.Sprint("state", i))
		}
		before, had := c.formulas[0].Value(&tally)
		late := rapid.IntRange(0, 1).Draw(rt, "it is overdue")
		from := rapid.SampledFrom([]string{"state_reported", "state_screened", "state_offered"}).Draw(rt, "from")
		for _, s := range []string{"state_not_accepted", "state_withdrawn"} {
			more := tally
			more.States[place(s)]++
			more.States[place(from)]--
			more.Open--
			more.Overdue -= late
			after, has := c.formulas[0].Value(&more)
			if had && !has {
				rt.Fatalf("%s: one case of %s becomes %s and it has no value any more", formula, from, s)
			}
			if !had || !has {
				continue
			}
			if gain := after - before; better == policy.Higher && gain > 1e-9 || better == policy.Lower && gain < -1e-9 {
				rt.Fatalf("%s, %s is better: one case of %s, overdue %d, becomes %s and brings it from %v to %v", formula, better, from, late, s, before, after)
			}
		}
	})
	if passed < 10 {
		t.Errorf("only %d formulas were let through", passed)
	}
}

// Nor does it earn anything that a case was refused which else would have ended badly. Both are counted as they are counted of real cases.
func TestWhatIsLetThroughRewardsNoRefusalOfAHardCase(t *testing.T) {
	terms := []string{"state_not_accepted", "state_unsettled", "state_failed", "settled", "concluded", "closed", "inTime", "received", "breached", "newlyLate", "reopened", "satisfiedCases",
		"dissatisfiedCases", "ratedCases", "dissatisfied", "settlementRate", "satisfaction", "timeliness", "repeatRate", "handlingRate", "closingRate", "firstResolution", "1", "100"}
	opened := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	period := figures.Query{From: opened.Add(-time.Hour), Now: opened.AddDate(0, 1, 0)}
	passed := 0
	rapid.Check(t, func(rt *rapid.T) {
		better := rapid.SampledFrom([]string{policy.Higher, policy.Lower}).Draw(rt, "better")
		term := rapid.SampledFrom(terms)
		formula := term.Draw(rt, "a")
		for range rapid.IntRange(0, 3).Draw(rt, "more") {
			formula = fmt.Sprintf(rapid.SampledFrom([]string{"(%s + %s)", "(%s - %s)", "%s / %s", "%s * %s", "min(%s, %s)"}).Draw(rt, "form"), formula, term.Draw(rt, "b"))
		}
		c, err := Load("card.yaml", one("'"+formula+"'", better))
		if err != nil {
			return
		}
		passed++
		bad := mediation.Summary{ID: "bad", Opened: opened, State: rapid.SampledFrom([]mediation.State{mediation.Closed, mediation.Unsettled, mediation.Exited, mediation.Failed}).Draw(rt, "end"),
			Repeats: rapid.IntRange(0, 1).Draw(rt, "again"), Dissatisfied: rapid.IntRange(0, 2).Draw(rt, "dissatisfied")}
		if bad.State != mediation.Failed {
			bad.Closed = opened.AddDate(0, 0, 9)
		}
		if rapid.Bool().Draw(rt, "late") {
			bad.Course.Breached = opened.AddDate(0, 0, 3)
		}
		refused := mediation.Summary{ID: "bad", Opened: opened, State: mediation.NotAccepted}
		others := make([]mediation.Summary, rapid.IntRange(0, 6).Draw(rt, "others"))
		for i := range others {
			others[i] = mediation.Summary{ID: fmt.Sprint(i), Opened: opened, State: mediation.Settled, Closed: opened.AddDate(0, 0, 1), Satisfied: i % 3, Dissatisfied: i % 2, Repeats: i % 2}
		}
		value := func(x mediation.Summary) (float64, bool) {
			book := &figures.Book{}
			for _, s := range append(slices.Clone(others), x) {
				book.Put(&s)
			}
			tally := book.Count(period)
			tally.NewlyLate = tally.Breached // all were opened in the period
			return c.formulas[0].Value(&tally)
		}
		before, had := value(bad)
		after, has := value(refused)
		if gain := after - before; had && has && (better == policy.Higher && gain > 1e-9 || better == policy.Lower && gain < -1e-9) {
			rt.Fatalf("%s, %s is better: %+v was refused instead, and that brings it from %v to %v", formula, better, bad, before, after)
		}
	})
	if passed < 10 {
		t.Errorf("only %d formulas were let through", passed)
	}
}

// place finds a state's count by its term.
func place(term string) int {
	for i := range (figures.Tally{}).States {
		t := figures.Tally{}
		t.States[i] = 1
		if v, _ := byName[term].Value(&t); v == 1 {
			return i
		}
	}
	panic(term)
}
