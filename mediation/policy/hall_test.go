package policy_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

func TestMistakesInHalls(t *testing.T) {
	const h = `
halls:
  - key: centre
    name: {zh: 中心, en: centre}
    teams:
      - {key: peace, name: {zh: 平安, en: peace}}
    functions:
      - {key: reception, name: {zh: 接待, en: reception}, prefix: A}
      - {key: counselling, name: {zh: 咨询, en: counselling}, prefix: B}
    windows:
      - {key: "1", name: {zh: 一号, en: "1"}, functions: [reception], team: peace}
      - {key: "2", name: {zh: 二号, en: "2"}, functions: [counselling]}
`
	for _, x := range []struct{ old, new, key, reason string }{
		{"", "", "", ""},
		{"prefix: B", "prefix: A", "halls[0].functions[1].prefix", "one number"},
		{"prefix: B", "prefix: b", "halls[0].functions[1].prefix", "capital letters"},
		{"[counselling]", "[reception]", "halls[0].functions[1]", "no window serves"},
		{"[counselling]", "[mediation]", "halls[0].windows[1].functions[0]", "unknown value"},
		{"team: peace", "team: war", "halls[0].windows[0].team", "unknown value"},
		{"name: {zh: 中心, en: centre}", "name: {zh: 中心, en: centre}\n    area: \"33.02\"", "halls[0].area", "inside the county"},
		{`key: "2"`, `key: "1"`, "halls[0].windows[1].key", "taken"},
	} {
		_, err := policy.Load("x.yaml", []byte(source(t, "fuyang.yaml")+strings.Replace(h, x.old, x.new, 1)), mediation.PolicyVocabulary())
		var found policy.Findings
		if errors.As(err, &found); x.key == "" {
			if err != nil {
				t.Errorf("a good hall: %v", err)
			}
			continue
		}
		if i := slices.IndexFunc(found, func(f policy.Finding) bool { return f.Key == x.key }); i < 0 || !strings.Contains(found[i].Reason, x.reason) || found[i].Line < 2 {
			t.Errorf("%s: nothing such at %s: %v", x.new, x.key, err)
		}
	}
}
