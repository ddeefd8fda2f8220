package policy_test

import "testing"

func TestMistakesAboutTheClosedLoop(t *testing.T) {
	const good = `loop:
  of: all
  steps:
    - {key: sign, name: {zh: 签字, en: signature}, kind: signature, by: [township_staff], times: 2}
    - {key: meet, name: {zh: 见面, en: meeting}, kind: meeting, by: [township_staff], times: 2, with: applicant, other_days: true}
`
	p, found := withSection(t, good)
	if len(found) > 0 {
		t.Fatal(found)
	}
	if s := p.Loop.Steps[1]; s.With != "applicant" || !s.OtherDays {
		t.Errorf("%+v", s)
	}
	mistakesAreTold(t, good, []mistake{
		{"with: applicant", "with: anybody", "loop.steps[1].with", "unknown value"},
		{"kind: signature", "kind: signature, with: applicant", "loop.steps[0]", "only a meeting"},
		{"kind: signature", "kind: signature, other_days: true", "loop.steps[0]", "only a meeting"},
	})
}
