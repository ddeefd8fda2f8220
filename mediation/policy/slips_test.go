package policy_test

import (
	"errors"
	"strings"
	"testing"

	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

// trigger is put behind Fuyang's kinds, to be bent.
const trigger = `
  triggers:
    - key: stale
      kind: reminder
      when: no_progress
      within: 45d
      progress: [session, agree]
      channels: [petition, visit]
      text: 四十五日无实质进展
`

// TestMistakesOfSlips changes one thing in Fuyang's slips and expects the mistake to be named where it was made.
func TestMistakesOfSlips(t *testing.T) {
	src := source(t, "fuyang.yaml") + trigger
	if _, err := policy.Load("fuyang.yaml", []byte(src), mediation.PolicyVocabulary()); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ situation, old, new, key, reason string }{
		{"kind twice", "key: contact\n", "key: reminder\n", "slips.kinds[1].key", "taken"},
		{"role that nobody has", "issuers: [county_staff, supervisor, leader]", "issuers: [emperor]", "slips.kinds[2].issuers[0]", "unknown value"},
		{"role that may issue none", "issuers: [county_staff, supervisor, leader]", "issuers: [county_staff, administrator]", "slips.kinds[2].issuers[1]", "unknown value"},
		{"reach of a role that answers none", "      proof: 1\n", "      proof: 1\n      reach: {above: [leader, administrator]}\n", "slips.kinds[2].reach.above[1]", "unknown value"},
		{"reach beside of no role", "      proof: 1\n", "      proof: 1\n      reach: {beside: [emperor]}\n", "slips.kinds[2].reach.beside[0]", "unknown value"},
		{"role that may judge none", "      proof: 1\n", "      proof: 1\n      approvers: [unit_staff]\n", "slips.kinds[2].approvers[0]", "unknown value"},
		{"nobody issues it", "issuers: [county_staff, supervisor, leader]", "issuers: []", "slips.kinds[2].issuers", "at least one"},
		{"addressee of no form", "to: [unit, person, post]\n      acknowledge: {within: 4h", "to: [village]\n      acknowledge: {within: 4h", "slips.kinds[2].to[0]", "unknown value"},
		{"followed by a kind that is not there", "unacknowledged: contact", "unacknowledged: red_card", "slips.kinds[0].next.unacknowledged", "unknown value"},
		{"follows itself", "unacknowledged: contact", "unacknowledged: reminder", "slips.kinds[0].next", "follow itself"},
		{"goes round in a circle", "unacknowledged: assignment", "unacknowledged: reminder", "slips.kinds[0].next", "follow itself"},
		{"followed by one that cannot go there", "to: [unit, person, post]\n      acknowledge: {within: 4h", "to: [unit, post]\n      acknowledge: {within: 4h", "slips.kinds[1].next.unacknowledged", "cannot go"},
		{"followed by one for other eyes", "      proof: 1\n", "      proof: 1\n      restricted: supervisor\n", "slips.kinds[1].next.unacknowledged", "other eyes"},
		{"escalates by a limit that it does not have", "      acknowledge: {within: 1wd, remind: [4h]}\n      reply: {within: 3wd", "      reply: {within: 3wd", "slips.kinds[0].next.unacknowledged", "never happens"},
		{"no limit at all", "      acknowledge: {within: 4h, remind: [1h]}\n      reply: {within: 7d, remind: [3d, 1d]}\n", "", "slips.kinds[2]", "time to acknowledge or to reply"},
		{"reminder longer than its limit", "remind: [3d, 1d]", "remind: [8d, 1d]", "slips.kinds[2].reply.remind[0]", "shorter"},
		{"measure that nobody takes", "      proof: 1\n", "      proof: 1\n      measures: [{key: talk, name: {zh: 约谈, en: talk}}]\n", "slips.kinds[2].approvers", "who judges"},
		{"need of no kind", "      proof: 1\n", "      proof: 1\n      needs: [applause]\n", "slips.kinds[2].needs[0]", "unknown value"},
		{"trigger of an unknown kind", "kind: reminder\n", "kind: red_card\n", "slips.triggers[0].kind", "unknown value"},
		{"trigger that waits for nothing", "when: no_progress", "when: full_moon", "slips.triggers[0].when", "unknown value"},
		{"progress that is no command", "progress: [session, agree]", "progress: [session, coffee]", "slips.triggers[0].progress[1]", "unknown value"},
		{"a note for progress", "progress: [session, agree]", "progress: [session, note]", "slips.triggers[0].progress[1]", "is no progress"},
		{"a suspension for progress", "progress: [session, agree]", "progress: [suspend, agree]", "slips.triggers[0].progress[0]", "is no progress"},
		{"a resumption for progress", "progress: [session, agree]", "progress: [session, agree, resume]", "slips.triggers[0].progress[2]", "is no progress"},
		{"a delay for progress", "progress: [session, agree]", "progress: [extend]", "slips.triggers[0].progress[0]", "unknown value"},
		{"a petition's delay for progress", "progress: [session, agree]", "progress: [petition]\n      petition_steps: [opinion, extend]", "slips.triggers[0].petition_steps[1]", "unknown value"},
		{"steps of no petition", "progress: [session, agree]", "progress: [session]\n      petition_steps: [opinion]", "slips.triggers[0].petition_steps", "does not have petition"},
		{"progress left open", "      progress: [session, agree]\n", "", "slips.triggers[0]", "what progress is"},
		{"no length", "      within: 45d\n", "", "slips.triggers[0]", "how long"},
		{"unknown channel", "channels: [petition, visit]", "channels: [pigeon]", "slips.triggers[0].channels[0]", "unknown value"},
		{"nothing said", "      text: 四十五日无实质进展\n", "", "slips.triggers[0].text", "missing"},
	} {
		t.Run(x.situation, func(t *testing.T) {
			bent := strings.Replace(src, x.old, x.new, 1)
			if bent == src {
				t.Fatalf("%q does not occur", x.old)
			}
			_, err := policy.Load("fuyang.yaml", []byte(bent), mediation.PolicyVocabulary())
			var found policy.Findings
			if !errors.As(err, &found) {
				t.Fatalf("taken: %v", err)
			}
			for _, f := range found {
				if f.Key == x.key && strings.Contains(f.Reason, x.reason) && f.Line > 1 && f.ReasonZh != "" {
					return
				}
			}
			t.Errorf("want %s: …%s…, got\n%v", x.key, x.reason, found)
		})
	}
}
