package policy_test

import (
	"testing"
)

// TestMistakesInStages changes one thing in Longgang's stages.
func TestMistakesInStages(t *testing.T) {
	src := source(t, "longgang.yaml")
	for _, x := range []struct{ situation, old, new, key, reason string }{
		{"a channel that nobody has", `channels: ["12345", "110"]`, `channels: ["12345", "119"]`, "stages.channels[1]", "unknown value"},
		{"a stage twice", "- key: arrive", "- key: sign", "stages.clocks[1].key", "taken"},
		{"a stage that is called receipt", "- key: sign\n", "- key: receipt\n", "stages.clocks[0].key", "no stage's word"},
		{"a stage that follows a later one", "start: sign", "start: handle", "stages.clocks[1].start", "unknown value"},
		{"a stage that follows itself", "start: sign", "start: arrive", "stages.clocks[1].start", "unknown value"},
		{"a stage without a start", "      start: sign\n", "", "stages.clocks[1].start", "missing"},
		{"a command that there is not", "ends: [sign_for, take]", "ends: [sign_for, shout]", "stages.clocks[0].ends[1]", "unknown value"},
		{"a state that there is not", "reaches: [closed]", "reaches: [shut]", "stages.clocks[3].reaches[0]", "unknown value"},
		{"a stage that nothing ends", "      reaches: [closed]\n", "", "stages.clocks[3]", "what ends it"},
		{"a reminder before the start", "remind: [10m]", "remind: [40m]", "stages.clocks[1].remind[0]", "shorter than"},
		{"a place without an accuracy", "      accuracy_metres: 100\n", "", "stages.clocks[1].accuracy_metres", "known accuracy"},
		{"an accuracy without a place", "      metres: 200\n", "", "stages.clocks[1].accuracy_metres", "without metres"},
		{"a place where nobody arrives", "ends: [handle]", "ends: [handle]\n      metres: 5\n      accuracy_metres: 5", "stages.clocks[2].metres", "only an arrival"},
		{"an unknown key", "start: sign", "start: sign\n      begins: 1m", "stages.clocks[1].begins", "unknown key"},
	} {
		t.Run(x.situation, func(t *testing.T) { changeIsTold(t, src, mistake{x.old, x.new, x.key, x.reason}) })
	}
}
