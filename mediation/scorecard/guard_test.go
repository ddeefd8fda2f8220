package scorecard

import (
	"fmt"
	"strings"
	"testing"

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

		{"(state_reported + state_not_accepted + state_withdrawn) / received", policy.Lower, ""},
		{"1 - (state_screened + state_not_accepted + state_withdrawn) / received", policy.Higher, ""},
		{"overdue + state_not_accepted + state_withdrawn > 3 ? 1 : 0", policy.Lower, refusing}, // it stays or grows, but it jumps
		{"state_reported + state_screened + state_offered + state_not_accepted + state_withdrawn > 3 ? 1 : 0", policy.Lower, ""},
		{"state_transferred / received", policy.Lower, ""}, // from there nothing is refused or withdrawn
		{"newlyLate / received", policy.Lower, ""},
		{"breached / received", policy.Lower, ""},
		{"settled / received", policy.Higher, ""},
		{"state_not_accepted / received", policy.Lower, ""},
		{"1 - state_not_accepted / received", policy.Higher, ""},
		{"state_withdrawn / received", policy.Lower, ""},
		{"received", policy.Higher, ""},
		{"100 * dissatisfied / received", policy.Lower, ""},
		{"settlementRate", policy.Higher, ""},
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
