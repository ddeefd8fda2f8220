package policy_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

// ownSections are those that the mistakes stand in.
var ownSections = regexp.MustCompile(`(?m)^(patrols|deliberation|opinions|teams|uptake):.*\n(?:[ ].*\n|\n)*`)

var retentionSection = regexp.MustCompile(`(?m)^retention:.*\n`)

// TestMistakesInRooms does as TestMistakes does, in the sections of the rooms beside cases.
func TestMistakesInRooms(t *testing.T) {
	for _, x := range []struct{ situation, section, key, reason string }{
		{"movements are never kept for ever", "patrols: {every: 7d}\nretention: {case_days: 0, report_days: 0, checkin_days: 0}", "retention.checkin_days", "must be said"},
		{"nor without a word on it", "patrols: {every: 7d}", "retention.checkin_days", "must be said"},
		{"who suggested is never kept for ever", opinionsBy("contact", "app", "roads") + "\nretention: {case_days: 0, report_days: 0, suggestion_days: 0}", "retention.suggestion_days", "must be said"},
		{"nor without a word on that", opinionsBy("contact", "app", "roads"), "retention.suggestion_days", "must be said"},
		{"a place named twice", `patrols: {every: 7d, places: [{area: "33.01", every: 1d}, {area: "33.01", every: 2d}]}`, "patrols.places[1].area", "twice"},
		{"a paper that there is not", "deliberation: {ahead: 24h, quorum_percent: 51, follow_up: letter}", "deliberation.follow_up", "unknown value"},
		{"nobody is a quorum", "deliberation: {ahead: 24h, quorum_percent: 0, follow_up: follow_up}", "deliberation.quorum_percent", "between 1"},
		{"two teams of one level", teamSection("level: 6") + teamItem("second", "level: 6", "roles: [grid_worker]"), "teams[1].level", "this level has"},
		{"a post for who rules more than a grid", "teams:\n" + teamItem("grid", "level: 6", "roles: [county_staff]"), "teams[0].posts[0].roles[0]", "unknown value"},
		{"a post that nobody may hold", "teams:\n" + teamItem("grid", "level: 6", "roles: []"), "teams[0].posts[0].roles", "at least one"},
		{"app use of a channel that there is not", "uptake: {petitions: petition, workers: [telegraph]}", "uptake.workers[0]", "unknown value"},
		{"a channel of workers and of residents", "uptake: {petitions: petition, workers: [app], residents: [app]}", "uptake.residents[0]", "the workers'"},
		{"petitions of no source", "uptake: {petitions: letters, workers: [app]}", "uptake.petitions", "unknown value"},
		{"a place that is no code", `patrols: {every: 7d, places: [{area: "33..01", every: 1d}]}`, "patrols.places[0].area", "area code"},
		{"suggestions by a paper that there is not", opinionsBy("letter", "app", "roads"), "opinions.paper", "unknown value"},
		{"by a channel that there is not", opinionsBy("contact", "pigeon", "roads"), "opinions.channel", "unknown value"},
		{"a topic twice", opinionsBy("contact", "app", "roads", "roads"), "opinions.topics[1].key", "taken"},
	} {
		src := ownSections.ReplaceAllString(source(t, "fuyang.yaml"), "")
		if strings.HasPrefix(x.key, "retention") {
			src = retentionSection.ReplaceAllString(src, "")
		}
		_, err := policy.Load("f.yaml", []byte(src+"\n"+x.section+"\n"), mediation.PolicyVocabulary())
		var found policy.Findings
		if !errors.As(err, &found) {
			t.Errorf("%s: %v", x.situation, err)
			continue
		}
		if len(found) != 1 || found[0].Key != x.key || !strings.Contains(found[0].Reason, x.reason) {
			t.Errorf("%s: %v", x.situation, found)
		}
	}
}

func opinionsBy(paper, channel string, topics ...string) string {
	for i, t := range topics {
		topics[i] = "{key: " + t + ", name: {zh: 道路, en: roads}, unit: 建设局}"
	}
	return "opinions: {paper: " + paper + ", channel: " + channel + ", topics: [" + strings.Join(topics, ", ") + "]}"
}

func teamItem(name, level, roles string) string {
	return "  - {key: " + name + ", name: {zh: 队, en: team}, " + level + ", vacant: 3wd, tell: [township_staff], substitute_days: 30, posts: [{key: leader, name: {zh: 长, en: leader}, " + roles + "}]}\n"
}

func teamSection(level string) string {
	return "teams:\n" + teamItem("grid", level, "roles: [grid_leader]")
}
