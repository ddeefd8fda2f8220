package policy_test

import (
	"strings"
	"testing"

	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

func TestASignatoryIsWhoMaySign(t *testing.T) {
	src := source(t, "liandu.yaml")
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
