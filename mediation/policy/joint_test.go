package policy_test

import (
	"strings"
	"testing"

	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

func TestASignatoryIsWhoMaySign(t *testing.T) {
	src := strings.Replace(source(t, "liandu.yaml"), "    post: signatory\n", "", 1) // without a post it is the role that signs
	i := strings.Index(src, "  signatory:")
	role := src[i:][strings.Index(src[i:], "role: "):]
	role = role[:strings.IndexAny(role, ",\n")]
	for _, x := range []struct {
		role string
		ok   bool
	}{{"leader", true}, {"county_staff", true}, {"township_staff", true}, {"supervisor", false}, {"administrator", false}, {"emperor", false}} {
		_, err := policy.Load("x.yaml", []byte(src[:i]+strings.Replace(src[i:], role, "role: "+x.role, 1)), mediation.PolicyVocabulary())
		if (err == nil) != x.ok || !x.ok && !strings.Contains(err.Error(), "joint.signatory.role: unknown value") {
			t.Errorf("%s: %v", x.role, err)
		}
	}
}

func TestAPostThatSignsIsOneOfTheCountysOwnTeam(t *testing.T) {
	src := source(t, "liandu.yaml")
	for name, x := range map[string]struct{ was, is, wrong string }{
		"as it stands":      {"", "", ""},
		"no such post":      {"post: signatory", "post: chair", "joint.signatory.post"},
		"held by several":   {"roles: [leader], required: true", "roles: [leader], number: 2", "joint.signatory.post"},
		"held by nobody":    {"    role: leader\n    unit", "    role: county_staff\n    unit", "joint.signatory.post"},
		"led from the grid": {"    level: 3\n", "    level: 6\n", "teams[0].posts[0].roles"},
	} {
		_, err := policy.Load("x.yaml", []byte(strings.Replace(src, x.was, x.is, 1)), mediation.PolicyVocabulary())
		if (err == nil) != (x.wrong == "") || err != nil && !strings.Contains(err.Error(), x.wrong) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
