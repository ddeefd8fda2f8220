package handlers_test

import (
	"testing"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
)

// Accusations must not reach the accused, nor their unit, nor the offices below where they may sit (信访工作条例 30): whatever of a quarrel that
// turns out to be one lies beside it goes out of their sight with it.

const unitRule = "dispatch:\n  - {key: told, name: {zh: 邻里告信访局, en: told}, categories: [neighbour], unit: " + apptest.Unit + "}\n"

// above is staff of the county, with whom an accusation lies.
func above(t *testing.T, a *apptest.App) *apptest.Person {
	return a.Post(t, "above", account.Place{Role: mediation.CountyStaff, Area: apptest.County})
}

// accuses reclassifies the case as an accusation.
func (s *story) accuses() {
	s.t.Helper()
	s.order(s.staff, "reclassify", obj{"category": "accusation", "severity": 3})
	s.a.Do(s.t, s.staff, "GET", s.path(""), nil).Refused(404, "not_found", "")
}

func TestADispatchRuleSendsNoAccusationToAUnit(t *testing.T) {
	a := apptest.New(t)
	withRules(t, a, unitRule)
	s := begin(t, a)
	s.accuses() // before the sweep has come to the rule
	s.sweep()
	s.staff = above(t, a)
	if got := dispatched(t, s); len(got) > 0 {
		t.Errorf("it was sent to %v", got)
	}
}
