package mediation

import (
	"testing"

	"fengqiao/internal/pagetest"
)

func TestClockPageIsUpToDate(t *testing.T) {
	pagetest.UpToDate(t, "../docs/stages.md", ClockPage(), "go test ./mediation -run ClockPage")
}

// TestEveryCommandSaysWhatItDoesToTheClocks: one row a command, in words; a command that leads to another state says so of its clock, one that does not begins none.
func TestEveryCommandSaysWhatItDoesToTheClocks(t *testing.T) {
	if len(ClockEffects) != len(Table) {
		t.Errorf("%d rows, %d commands", len(ClockEffects), len(Table))
	}
	for _, rule := range Table {
		row, ok := ClockRowOf(rule.Command)
		if !ok {
			t.Errorf("%s has no row", rule.Command)
			continue
		}
		if moves := len(rule.To) > 0; moves != (row.State != EffectNone) {
			t.Errorf("%s leads to %v, and the state's clock %q", rule.Command, rule.To, row.State)
		}
		for _, effect := range []ClockEffect{row.State, row.Whole, row.Stages, row.Law} {
			if text := clockEffectTexts[effect]; text[0] == "" || text[1] == "" {
				t.Errorf("%s: %q has no words", rule.Command, effect)
			}
		}
	}
}
