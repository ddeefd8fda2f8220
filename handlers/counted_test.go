package handlers_test

import (
	"os"
	"strings"
	"testing"

	"fengqiao/mediation"
	"fengqiao/mediation/slip"
)

// The description of the API names the sets that lists may be narrowed to as the tables do.
func TestTheSetsOfListsAreDescribedAsTheyAre(t *testing.T) {
	text, err := os.ReadFile("../api/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var cases, slips []string
	for _, set := range mediation.CountedSets {
		cases = append(cases, string(set.Key))
	}
	for _, set := range slip.CountedSets {
		slips = append(slips, string(set.Key))
	}
	for enum, routes := range map[string]int{strings.Join(cases, ", "): 4, strings.Join(slips, ", "): 2} {
		if n := strings.Count(string(text), "enum: ["+enum+"]"); n != routes {
			t.Errorf("%d routes of %d describe the sets %s", n, routes, enum)
		}
	}
}
