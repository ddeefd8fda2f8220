package policy_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"fengqiao/mediation/policy"
)

const year2027 = `# 按通知逐年填写
year: 2027
source: 关于2027年部分节假日安排的通知（示例）
holidays: ["2027-01-01", "2027-02-08"]
workdays: ["2027-01-09"]
`

func TestAYearsDaysAreReadStrictly(t *testing.T) {
	y, err := policy.LoadYear("2027.yaml", []byte(year2027))
	want := &policy.Year{Number: 2027, Holidays: []string{"2027-01-01", "2027-02-08"}, Workdays: []string{"2027-01-09"}, Source: "关于2027年部分节假日安排的通知（示例）"}
	if err != nil || !reflect.DeepEqual(y, want) {
		t.Fatalf("%+v, %v", y, err)
	}
	for _, x := range []struct{ situation, old, new, key, reason string }{
		{"unknown key", "year: 2027", "year: 2027\nzone: x", "zone", "unknown key"},
		{"no source", "source: 关于2027年部分节假日安排的通知（示例）\n", "", "source", "missing"},
		{"a year that is none", "year: 2027", "year: 27", "year", "between"},
		{"a date of another year", `"2027-02-08"`, `"2028-02-08"`, "holidays[1]", "not in 2027"},
		{"a date that is none", `"2027-02-08"`, `"2027-02-30"`, "holidays[1]", "no date"},
		{"a day twice", `"2027-02-08"`, `"2027-01-01"`, "holidays[1]", "twice"},
		{"a weekday worked", `"2027-01-09"`, `"2027-01-08"`, "workdays[0]", "weekday anyway"},
		{"off and worked", `"2027-02-08"`, `"2027-01-09"`, "workdays[0]", "both"},
		{"no day off", `["2027-01-01", "2027-02-08"]`, "[]", "holidays", "at least one"},
	} {
		t.Run(x.situation, func(t *testing.T) {
			_, err := policy.LoadYear("2027.yaml", []byte(strings.Replace(year2027, x.old, x.new, 1)))
			var found policy.Findings
			if !errors.As(err, &found) || found[0].Key != x.key || !strings.Contains(found[0].Reason, x.reason) || found[0].Line == 0 {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestAYearIsCoveredByThePolicyOrByItsFile(t *testing.T) {
	cal := policy.Calendar{Holidays: []string{"2026-10-01"}}
	years := []policy.Year{{Number: 2028}}
	for year, want := range map[int]bool{2026: true, 2027: false, 2028: true, 202: false} {
		if got := cal.Covers(year, years); got != want {
			t.Errorf("%d: %v", year, got)
		}
	}
}
