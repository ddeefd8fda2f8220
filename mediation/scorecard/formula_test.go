package scorecard

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"fengqiao/mediation"
	"fengqiao/mediation/figures"
	"fengqiao/mediation/policy"
)

// one is a card of one indicator.
func one(formula, better string) []byte {
	target, floor := "1", "0"
	if better == policy.Lower {
		target, floor = floor, target
	}
	return []byte(`key: one
label: "1"
name: {zh: 一, en: one}
dimensions:
  - key: d
    name: {zh: 维, en: d}
    weight: 1
    indicators:
      - key: i
        name: {zh: 标, en: i}
        weight: 1
        formula: ` + formula + `
        measure: share
        better: ` + better + `
        target: ` + target + `
        floor: ` + floor + "\n")
}

const formulaKey = "dimensions[0].indicators[0].formula"

func TestFormulasThatCannotBeAreRefusedByLineAndKey(t *testing.T) {
	for _, x := range []struct {
		situation, formula string
		line, column       int
		reason             string
	}{
		{"an unknown name", "settled / recieved", 12, 28, `unknown name "recieved"`},
		{"a name that no formula may use", "state_joined / received", 12, 18, "unknown name"},
		{"a member of something", "closed.all", 12, 25, "arithmetic"},
		{"a loop over a range", "'all(1..10, # > 3) ? closed : 0'", 12, 19, "may not loop"},
		{"a loop over a list", "'count([closed], # > 0)'", 12, 19, "may not loop"},
		{"a reduction", "'reduce(1..9, # + #acc) + closed'", 12, 19, "may not loop"},
		{"a range alone", "1..1000000000", 12, 19, `".." is not allowed`},
		{"a variable", "let x = closed; x", 12, 22, "arithmetic"},
		{"text", `'closed + "a"'`, 12, 28, "arithmetic"},
		{"a list", "'[closed]'", 12, 19, "arithmetic"},
		{"yes or no instead of a number", "closed > 3", 12, 18, "expected float64"},
		{"a number as a condition", "'closed ? 1 : 2'", 12, 19, "condition"},
		{"a power", "closed ** received", 12, 25, `"**" is not allowed`},
		{"an unknown function", "exec(closed)", 12, 18, `unknown function "exec"`},
		{"a function with too many arguments", "min(closed, open, settled)", 12, 18, "takes 2"},
		{"division by zero", "closed / 0", 12, 27, "divides by zero"},
		{"division by what comes to zero", "closed / (2 - 1 - 1)", 12, 34, "divides by zero"},
		{"division by a name less itself", "closed / (open - open)", 12, 33, "divides by zero"},
		{"division by what cancels out", "closed / (2 * (open - settled) / 2 - open + settled)", 12, 60, "divides by zero"},
		{"division by nothing of a name", "closed / (0 * open)", 12, 30, "divides by zero"},
		{"division by the least of a name and nothing", "closed / min(received, 0)", 12, 0, "divides by zero"},
		{"division by nothing on either way", "'closed / (received > 0 ? 0 : 0)'", 12, 0, "divides by zero"},
		{"a number beyond bounds", "closed * 1000000001", 12, 27, "may exceed"},
		{"half a formula", "closed +", 12, 25, "formula is wrong"},
		{"nothing of the cases", "1 + 1", 12, 20, "names nothing"},
		{"on lines of its own, the third wrong", "|\n          settled\n          /\n          recieved", 15, 1, `unknown name "recieved"`},
		{"a long one", strings.Repeat("closed+", 60) + "closed", 12, 18, "characters"},
		{"one of many parts", strings.Repeat("0+", 120) + "open", 12, 18, "parts"},
		{"brackets for ever", strings.Repeat("(", 390) + "1", 12, 0, "formula is wrong"},
	} {
		t.Run(x.situation, func(t *testing.T) {
			_, err := Load("card.yaml", one(x.formula, policy.Higher))
			var found policy.Findings
			if !errors.As(err, &found) {
				t.Fatalf("%v", err)
			}
			f := found[0]
			if f.File != "card.yaml" || f.Line != x.line || f.Key != formulaKey || !strings.Contains(f.Reason, x.reason) || f.ReasonZh == "" {
				t.Errorf("%s", err)
			}
			if x.column != 0 && f.Column != x.column {
				t.Errorf("column %d: %s", x.column, err)
			}
		})
	}
}

// tallyOf is a tally in which every count differs from the others.
func tallyOf() figures.Tally {
	return figures.Tally{Received: 100, Open: 20, Overdue: 5, Closed: 64, InTime: 48, Settled: 60, Concluded: 70, Reopened: 4, Breached: 17, Satisfied: 30, Dissatisfied: 10, SatisfiedCases: 30, RatedCases: 40,
		Closing: figures.Spread{N: 64, Median: 86400 * 3, Ninety: 86400 * 9}}
}

func TestWhatFormulasComeTo(t *testing.T) {
	tally := tallyOf()
	for formula, want := range map[string]float64{
		"settled / received":                           0.6,
		"100 * (settled + open) / received":            80,
		"closingMedian / 86400":                        3,
		"min(settled, open)":                           20,
		"max(settled, open) - abs(open - settled)":     20,
		"overdue > 4 && open < 30 ? 1 : closed":        1,
		"not (overdue > 4) ? 1 : closed":               64,
		"(1 + 2) / 3 + open * 0":                       1,
		"-overdue + 6":                                 1,
		"received == 100 and open != 19 ? settled : 0": 60,
		"settlementRate":                               0.8571,
		"state_suspended":                              0,
	} {
		f, faults := Read(formula)
		if len(faults) > 0 {
			t.Fatalf("%s: %v", formula, faults)
		}
		if v, ok := f.Value(&tally); !ok || math.Abs(v-want) > 1e-12 {
			t.Errorf("%s is %v %v, not %v", formula, v, ok, want)
		}
	}
}

func TestThereIsNoValueWhereOneIsMissingOrDividedByZero(t *testing.T) {
	for _, formula := range []string{
		"settled / (open + overdue)",
		"settled / open",              // none is open
		"open / open > 1 ? 1 : 0",     // compared with nothing, it would be 0 by accident
		"settled / open > 1 ? 1 : 2",  // or 1, infinity being more
		"closed + 0 * (settled/open)", // nothing times nothing
		"satisfaction",                // nobody has spoken
		"satisfaction > 0.5 ? 1 : 0",
		"min(satisfaction, 1)",
		"agreementMedian / 86400",
	} {
		f, faults := Read(formula)
		if len(faults) > 0 {
			t.Fatalf("%s: %v", formula, faults)
		}
		if v, ok := f.Value(&figures.Tally{Received: 3, Settled: 3, Closed: 3, Concluded: 3}); ok {
			t.Errorf("%s is %v", formula, v)
		}
	}
	huge := "open" + strings.Repeat(" * open", 45)
	f, faults := Read(huge)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	if v, ok := f.Value(&figures.Tally{Open: 1_000_000_000}); ok {
		t.Errorf("beyond all numbers: %v", v)
	}
}

// golden is a card whose points are reckoned by hand below.
const golden = `key: golden
label: "1"
name: {zh: 例, en: example}
units: [甲局, 乙局]
dimensions:
  - key: settle
    name: {zh: 化解, en: settlement}
    weight: 60
    indicators:
      - {key: rate, name: {zh: 化解, en: settled}, weight: 3, formula: settled / received, measure: share, better: higher, target: 0.8, floor: 0.4}
      - {key: late, name: {zh: 超期, en: late}, weight: 1, formula: (breached + state_not_accepted) / received, measure: share, better: lower, target: 0.1, floor: 0.3}
  - key: people
    name: {zh: 群众, en: people}
    weight: 40
    indicators:
      - {key: yes, name: {zh: 满意, en: satisfied}, weight: 1, formula: satisfiedCases / (ratedCases + state_not_accepted), measure: share, better: higher, target: 1, floor: 0.5}
      - key: many
        name: {zh: 多, en: many}
        weight: 1
        formula: 10 * satisfied / received
        measure: points
        better: higher
        target: 2
        floor: 0
        bounds: {least: 0, most: 2}
`

func TestPointsAreWeightedAndWhatHasNoValueIsLeftOut(t *testing.T) {
	c, err := Load("golden.yaml", []byte(golden))
	if err != nil {
		t.Fatal(err)
	}
	tally := tallyOf()
	l := c.Mark("甲局", &tally)
	// rate: (0.6-0.4)/0.4 = 50; late: (0.17-0.3)/(0.1-0.3) = 65; together (3·50+65)/4 = 53.75.
	// yes: (0.75-0.5)/0.5 = 50; many: 3, held to 2, = 100; together 75. All: 0.6·53.75 + 0.4·75 = 62.25.
	for i, want := range []float64{50, 65, 50, 100} {
		if got := l.Marks[i].Points; got == nil || *got != want {
			t.Errorf("indicator %d: %v", i, got)
		}
	}
	if *l.Parts[0] != 53.75 || *l.Parts[1] != 75 || *l.Points != 62.25 || l.Covered != 1 {
		t.Errorf("%v %v %v %v", *l.Parts[0], *l.Parts[1], *l.Points, l.Covered)
	}
	if *l.Marks[3].Value != 3 {
		t.Errorf("the value itself is shown as it is: %v", *l.Marks[3].Value)
	}
	tally.Satisfied, tally.Dissatisfied, tally.SatisfiedCases, tally.RatedCases = 0, 0, 0, 0
	l = c.Mark("甲局", &tally)
	// Nobody has spoken: yes has no value, many is 0. People: 0. All: 0.6·53.75 = 32.25, of 80 hundredths of the weights.
	if l.Marks[2].Value != nil || l.Marks[2].Points != nil || *l.Parts[1] != 0 || *l.Points != 32.25 || l.Covered != 0.8 {
		t.Errorf("%+v %v %v %v", l.Marks[2], *l.Parts[1], *l.Points, l.Covered)
	}
	if _, there := l.Terms["satisfaction"]; there || l.Terms["settled"] != 60 {
		t.Errorf("%v", l.Terms)
	}
	if l = c.Mark("乙局", &figures.Tally{}); l.Points != nil || l.Parts[0] != nil || l.Covered != 0 {
		t.Errorf("of no case: %+v", l)
	}
}

func TestACardIsReadStrictly(t *testing.T) {
	for _, x := range []struct{ situation, old, new, key, reason string }{
		{"unknown key", "measure: points", "measure: points\n        colour: red", "dimensions[1].indicators[1].colour", "unknown key"},
		{"unknown measure", "measure: points", "measure: litres", "dimensions[1].indicators[1].measure", "unknown value"},
		{"no way is up", "better: lower", "better: other", "dimensions[0].indicators[1].better", "unknown value"},
		{"a floor above the target", "target: 0.8, floor: 0.4", "target: 0.8, floor: 0.9", "dimensions[0].indicators[0].floor", "below the target"},
		{"a floor below the target where lower is better", "target: 0.1, floor: 0.3", "target: 0.1, floor: 0.1", "dimensions[0].indicators[1].floor", "above the target"},
		{"a target out of bounds", "target: 2", "target: 3", "dimensions[1].indicators[1].target", "outside the bounds"},
		{"bounds the wrong way round", "least: 0, most: 2", "least: 2, most: 2", "dimensions[1].indicators[1].bounds.most", "above least"},
		{"no weight", "weight: 60", "weight: 0", "dimensions[0].weight", "above zero"},
		{"an indicator without weight", "weight: 3", "weight: 0", "dimensions[0].indicators[0].weight", "above zero"},
		{"a dimension twice", "key: people", "key: settle", "dimensions[1].key", "taken"},
		{"an indicator twice, in two dimensions", "key: yes", "key: rate", "dimensions[1].indicators[0].key", "taken"},
		{"no formula", "formula: satisfiedCases / (ratedCases + state_not_accepted), ", "", "dimensions[1].indicators[0].formula", "missing"},
		{"a number as formula", "formula: satisfiedCases / (ratedCases + state_not_accepted)", "formula: 5", "dimensions[1].indicators[0].formula", "quotes"},
		{"a unit twice", "[甲局, 乙局]", "[甲局, 甲局]", "units[1]", "twice"},
		{"no indicator", golden[strings.Index(golden, "    indicators:\n      - {key: yes"):], "    indicators: []\n", "dimensions[1].indicators", "at least one"},
		{"a target beyond all numbers", "target: 2", "target: 2000000000", "dimensions[1].indicators[1].target", "between"},
	} {
		t.Run(x.situation, func(t *testing.T) {
			if !strings.Contains(golden, x.old) {
				t.Fatalf("the card has no %q", x.old)
			}
			_, err := Load("x.yaml", []byte(strings.Replace(golden, x.old, x.new, 1)))
			var found policy.Findings
			if !errors.As(err, &found) || !slices.ContainsFunc(found, func(f policy.Finding) bool {
				return f.Key == x.key && strings.Contains(f.Reason, x.reason) && f.Line > 0 && f.ReasonZh != ""
			}) {
				t.Errorf("%v", err)
			}
		})
	}
	many := strings.Repeat("\n      - {key: x, name: {zh: 标, en: i}, weight: 1, formula: open, measure: count, better: lower, target: 0, floor: 9}", 200)
	if _, err := Load("x.yaml", []byte(golden+many[1:]+"\n")); err == nil || !strings.Contains(err.Error(), "100 indicators at most") {
		t.Errorf("two hundred indicators: %.200v", err)
	}
}

func TestEveryTermHasANameOfItsOwnThatIsNoWordOfTheLanguage(t *testing.T) {
	seen := map[string]bool{}
	for _, term := range figures.Terms {
		if seen[term.Key] || term.Zh == "" || term.En == "" || term.DefZh == "" || term.DefEn == "" {
			t.Errorf("%+v", term)
		}
		seen[term.Key] = true
		if _, faults := Read(term.Key); len(faults) > 0 {
			t.Errorf("%s: %v", term.Key, faults)
		}
		if _, is := functions[term.Key]; is {
			t.Errorf("%s is a function too", term.Key)
		}
	}
	for _, s := range mediation.States {
		if s.State != mediation.Joined && !seen["state_"+string(s.State)] {
			t.Errorf("no term counts %s", s.State)
		}
	}
}

// FuzzFormula: whatever is typed, it is read in bounded time or refused, and what was read comes to a finite value or to none.
func FuzzFormula(f *testing.F) {
	for _, text := range []string{"settled / received", "min(closed, 3) > 2 ? 1 : open/0.5", "all(1..9, #>1)", "a.b?.c[1:2]", "let x = 1; x", "((((", "\"\\u00", "1e999", "not not closed", "-closed--open", "if closed > 1 {1} else {2}"} {
		f.Add(text)
	}
	tally := tallyOf()
	f.Fuzz(func(t *testing.T, text string) {
		formula, faults := Read(text)
		if (formula == nil) == (len(faults) == 0) {
			t.Fatalf("%q: %v, %v", text, formula, faults)
		}
		for _, x := range faults {
			if x.Reason.Zh == "" || x.Reason.En == "" || x.Line < 0 || x.Column < 0 {
				t.Fatalf("%q: %+v", text, x)
			}
		}
		if formula == nil {
			return
		}
		for _, c := range []*figures.Tally{{}, &tally} {
			if v, ok := formula.Value(c); ok && (math.IsNaN(v) || math.IsInf(v, 0)) {
				t.Fatalf("%q is %v", text, v)
			}
		}
	})
}

// FuzzCard: a file is a card, or is refused with findings.
func FuzzCard(f *testing.F) {
	f.Add([]byte(golden))
	f.Add(one("|\n          open / 0", policy.Lower))
	f.Add(one("state_withdrawn", policy.Higher))
	f.Fuzz(func(t *testing.T, src []byte) {
		c, err := Load("c", src)
		var found policy.Findings
		if (err == nil) == (c == nil) || err != nil && (!errors.As(err, &found) || len(found) == 0) {
			t.Fatalf("%v, %v", c, err)
		}
		if c != nil {
			tally := tallyOf()
			if l := c.Mark("", &tally); l.Points != nil && (*l.Points < 0 || *l.Points > 100) || l.Covered < 0 || l.Covered > 1 {
				t.Fatalf("%+v", l)
			}
		}
	})
}
