package policy_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

func TestMistakesAboutWhoActsForResidents(t *testing.T) {
	const good = `proxies:
  name: {zh: 代办员, en: errand runner}
  by: [grid_worker, township_staff]
  manners: [signature]
  within: 5d
  remind: [1d]
`
	load := func(section string) (*policy.Policy, policy.Findings) {
		p, err := policy.Load("x.yaml", []byte(source(t, "fuyang.yaml")+"\n"+section), mediation.PolicyVocabulary())
		var found policy.Findings
		errors.As(err, &found)
		return p, found
	}
	p, found := load(good)
	if len(found) > 0 {
		t.Fatal(found)
	}
	if x := p.Proxies; !x.May("grid_worker") || x.May("grid_leader") || !x.Takes("signature") || x.Takes("spoken") {
		t.Errorf("%+v", x)
	}
	for _, x := range []struct{ old, new, key, reason string }{
		{"by: [grid_worker, township_staff]", "by: []", "proxies.by", "at least one"},
		{"township_staff", "supervisor", "proxies.by[1]", "unknown value"},
		{"[signature]", "[wink]", "proxies.manners[0]", "unknown value"},
		{"  within: 5d\n", "", "proxies.remind", "no end to remind of"},
		{"remind: [1d]", "remind: [6d]", "proxies.remind[0]", "shorter than the limit"},
	} {
		_, found := load(strings.Replace(good, x.old, x.new, 1))
		if i := slices.IndexFunc(found, func(f policy.Finding) bool { return f.Key == x.key }); i < 0 || !strings.Contains(found[i].Reason, x.reason) || found[i].Line < 2 {
			t.Errorf("%s: nothing such at %s: %v", x.new, x.key, found)
		}
	}
}
