package policy_test

import (
	"slices"
	"testing"

	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

// TestMistakesInSuspensions changes one thing in Longgang's reasons.
func TestMistakesInSuspensions(t *testing.T) {
	src := source(t, "longgang.yaml")
	for _, x := range []struct{ situation, old, new, key, reason string }{
		{"a reason twice", "{key: illness,", "{key: court,", "suspension.reasons[3].key", "taken"},
		{"a clock that there is not", "en: a party is ill}, pauses: [state]", "en: a party is ill}, pauses: [petition_handle]", "suspension.reasons[3].pauses[0]", "unknown value"},
		{"a pause without an end", "once: 7d, in_all: 30d,", "once: 7d,", "suspension.reasons[2]", "how long at most"},
		{"a pause that nothing bounds each time", "once: 7d, in_all: 30d,", "in_all: 30d,", "suspension.reasons[2]", "how long at most"},
		{"a pause that nothing allows", "once: 7d, in_all: 30d, basis: 民法典180", "once: 7d, in_all: 30d", "suspension.reasons[2]", "what allows that"},
		{"longer at once than in all", "once: 7d, in_all: 30d,", "once: 31d, in_all: 30d,", "suspension.reasons[2].once", "no longer than"},
		{"a bound of nothing", "en: both sides ask for it}}", "en: both sides ask for it}, once: 1d, in_all: 1d}", "suspension.reasons[4]", "mean nothing"},
		{"a stage that pauses for what is no reason", "pauses: [disaster]", "pauses: [weather]", "stages.clocks[2].pauses[0]", "unknown value"},
	} {
		t.Run(x.situation, func(t *testing.T) { changeIsTold(t, src, mistake{x.old, x.new, x.key, x.reason}) })
	}
}

func TestEveryCountySaysForWhatItsClocksStandStill(t *testing.T) {
	every(t, func(t *testing.T, name string, p *policy.Policy) {
		if !slices.Contains(p.Suspension.Keys(), "court") {
			t.Errorf("%s lists %v", name, p.Suspension.Keys())
		}
		for _, key := range []string{"lunch", mediation.ReasonOther} {
			if _, listed := p.Suspends(key); listed {
				t.Errorf("%s: suspends for %s", name, key)
			}
		}
	})
}
