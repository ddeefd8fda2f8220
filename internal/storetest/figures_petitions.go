package storetest

import (
	"fmt"
	"slices"
	"testing"

	"fengqiao/mediation"
	"fengqiao/mediation/figures"
)

// WithPetitions is the sample policy with the petition regulation's course for what comes by a channel.
func WithPetitions(t testing.TB, channel string) []byte {
	source := FuyangPolicy(t)
	return fmt.Appendf(slices.Clip(source), `
petition:
  channels: ["%s"]
  transfer: {within: 15d}
  object: {within: 5wd}
  tell: {within: 15d}
  handle: {within: 60d}
  extend_days: 30
  reviewers: [永康市人民政府]
  rereviewers: [金华市人民政府]
  ask_review: {within: 30d}
  review: {within: 30d}
  ask_rereview: {within: 30d}
  rereview: {within: 30d}
`, channel)
}

// recounted is a tally with room for a function of its own.
type recounted struct{ figures.Tally }

// petition counts a first petition by what its timeline says.
func (t *recounted) petition(c *counted, closed bool) {
	kind, again, aside := "", map[string]bool{}, false
	said := map[string]string{}
	for _, e := range c.timeline {
		for _, about := range []string{"unit_satisfied", "office_satisfied"} {
			if word := e.Data[about]; word != "" {
				said[about] = word
			}
		}
		if state := e.Data["petition"]; state != "" && state != "again" {
			aside = state == string(mediation.PetitionAccused)
		}
		switch {
		case e.Kind == "petition_kind":
			kind = e.Data["kind"]
		case e.Kind == "petition_again":
			again[e.Data["by"]] = e.Data["taken_back"] == ""
		case e.Data["petition"] == "again":
			again[e.Data["report"]+e.Data["case"]] = true
		case e.Kind == "case_split" && e.Data["taken_back"] != "":
			again[e.Data["case"]] = false
		case e.Kind == "reopen" || e.Kind == "take_back" && e.Data["repeat"] != "":
			again["reopened"] = true
		case e.Kind == "correct_party" && e.Data["side"] == string(mediation.Applicant):
			kind = ""
		}
	}
	for about, n := range map[string][2]*int{"unit_satisfied": {&t.UnitLiked, &t.UnitRated}, "office_satisfied": {&t.OfficeLiked, &t.OfficeRated}} {
		switch said[about] {
		case "true":
			*n[0]++
			*n[1]++
		case "false":
			*n[1]++
		}
	}
	goesOnElsewhere := c.State == mediation.Joined && c.Petition != nil && !c.Petition.State.Over()
	if aside || goesOnElsewhere || kind != string(mediation.FirstPetition) {
		return
	}
	returned := false
	for _, yes := range again {
		returned = returned || yes
	}
	t.First++
	ended := c.State.Over() || closed || slices.Contains([]mediation.State{mediation.Unsettled, mediation.Failed}, c.State)
	if ended || returned {
		t.FirstEnded++
	}
	if c.State == mediation.Settled && !returned {
		t.FirstSettled++
	}
}
