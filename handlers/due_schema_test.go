package handlers_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"fengqiao/api"

	"github.com/goccy/go-yaml"
)

// dueNames are the names of properties that say until when: a time of such a name in an answer is a due time, and explains itself.
var dueNames = regexp.MustCompile(`^(due|deadline|until|closes|ends|expires|meets|planned|performBy)$|(Due|DueAt|Until|Deadline|ExpiresAt|Expires)$|^(dueAt|expiresAt|nextReview|reviewDue)$`)

// unexplained are the due times without an account beside them, each with why: schema.property.
var unexplained = map[string]string{
	// The account is with the record, which these are the heads of in lists.
	"CaseSummary.stateDue":             "a list's head: GET /cases/{id}/clocks",
	"CaseSummary.wholeDue":             "a list's head: GET /cases/{id}/clocks",
	"CaseSummary.reviewDue":            "a list's head: the case's charge.reviews[].clock",
	"SlipHead.ackDue":                  "a list's head: GET /slips/{id}",
	"SlipHead.replyDue":                "a list's head: GET /slips/{id}",
	"ReviewListHead.meets":             "a list's head: GET /review-lists/{id}",
	"StudyHead.due":                    "a list's head: GET /studies/{id}",
	"VillageResultHead.due":            "a list's head: GET /villages/{id}",
	"VillageResultHead.objectUntil":    "a list's head: GET /villages/{id}",
	"/api/v1/leaders.items.nextReview": "a sum over cases: each case's charge.reviews[].clock",
	"Charge.reviewDue":                 "the first of reviews[], which bears it",
	"Message.dueAt":                    "a message names its subject, which bears it",
	// The case's own clocks are explained together.
	"Clock.due":      "GET /cases/{id}/clocks",
	"StageClock.due": "GET /cases/{id}/clocks",
	// Whoever wrote it down named it: a day that was agreed on or planned, and no limit.
	"Agreement.performBy":   "the parties agreed on it; the clock that goes by it says so",
	"Snapshot.due":          "when a month was frozen by its card's settle_days, beside when it was",
	"FrozenMonth.due":       "when a month was frozen by its card's settle_days, beside when it was",
	"Charge.planned":        "when the plan was made, not an end",
	"CampaignChange.until":  "a past change of an end, with who made it",
	"Shift.until":           "the roster names it",
	"Duty.until":            "a window of the roster that was asked for",
	"Duty.warnings.until":   "the end of a gap in the roster",
	"TeamTenure.until":      "when it ended, with who ended it",
	"HallStats.until":       "a period of figures",
	"Villages.period.until": "a period",
	"Backlog.bands.until":   "a band of ages",
	"StatsPeriod.until":     "a period of figures",
	"PlanTerm.until":        "when another edition took its place",
	"ReviewListHead.until":  "the period that the list is of",
	"ReviewList.until":      "the period that the list is of",
	// Machine time: sign-in and links.
	"SignedIn.expiresAt":                   "a token's, in machine time",
	"SignedIn.refreshUntil":                "a token's, in machine time",
	"User.oneTimePasswordUntil":            "a password's, in machine time",
	"/api/v1/sessions/devices.items.until": "a session's, in machine time",
	"/api/v1/media/{id}/link.until":        "a link's, in machine time",
	"ScorecardResults.period.until":        "a period",
	"VillageRound.period.until":            "a period",
	"VillageResultHead.period.until":       "a period",
	"VillageResult.period.until":           "a period",
	"DueClock.due":                         "the account itself",
	"ExplainedClock.due":                   "the account itself",
}

// walkSchemas calls fn with every object schema of answers, by the path of property names that leads to it from a named schema or a route.
func walkSchemas(node any, path string, fn func(path string, properties map[string]any)) {
	m, ok := node.(map[string]any)
	if !ok {
		if list, ok := node.([]any); ok {
			for _, x := range list {
				walkSchemas(x, path, fn)
			}
		}
		return
	}
	if p, ok := m["properties"].(map[string]any); ok {
		fn(path, p)
		for name, x := range p {
			walkSchemas(x, path+"."+name, fn)
		}
	}
	for _, k := range []string{"items", "oneOf", "allOf", "anyOf", "additionalProperties"} {
		walkSchemas(m[k], path, fn)
	}
}

// reach notes the named schemas that a node leads to.
func reach(node any, schemas map[string]any, found map[string]bool) {
	switch x := node.(type) {
	case []any:
		for _, one := range x {
			reach(one, schemas, found)
		}
	case map[string]any:
		for key, one := range x {
			ref, _ := one.(string)
			if name, ok := strings.CutPrefix(ref, "#/components/schemas/"); ok && key == "$ref" && !found[name] {
				found[name] = true
				reach(schemas[name], schemas, found)
			}
			reach(one, schemas, found)
		}
	}
}

// isTime tells whether a property holds a moment or a day.
func isTime(node any) bool {
	m, _ := node.(map[string]any)
	if ref, _ := m["$ref"].(string); strings.HasSuffix(ref, "/Time") {
		return true
	}
	if f, _ := m["format"].(string); f == "date-time" || f == "date" {
		return true
	}
	list, _ := m["oneOf"].([]any)
	return slices.ContainsFunc(list, isTime)
}

// Every due time of every answer bears its account, or stands in the list above with the reason why not; the list holds nothing that is not there.
func TestEveryDueTimeOfEveryAnswerExplainsItself(t *testing.T) {
	var doc struct {
		Paths      map[string]map[string]any
		Components struct{ Schemas, Responses map[string]any }
	}
	if err := yaml.Unmarshal(api.OpenAPI, &doc); err != nil {
		t.Fatal(err)
	}
	excused, explained := map[string]bool{}, 0
	see := func(path string, properties map[string]any) {
		_, one := properties["clock"]
		_, more := properties["clocks"]
		for name, node := range properties {
			if !dueNames.MatchString(name) || !isTime(node) {
				continue
			}
			key := path + "." + name
			switch why, ok := unexplained[key]; {
			case ok && why != "":
				excused[key] = true
			case !one && !more:
				t.Errorf("%s is a due time without its clock beside it, and no exception", key)
			default:
				explained++
			}
		}
	}
	answers := map[string]bool{}
	for path, methods := range doc.Paths {
		for _, op := range methods {
			operation, _ := op.(map[string]any)
			responses, _ := operation["responses"].(map[string]any)
			for _, answer := range responses {
				reach(answer, doc.Components.Schemas, answers)
				m, _ := answer.(map[string]any)
				content, _ := m["content"].(map[string]any)
				for _, media := range content {
					body, _ := media.(map[string]any)
					walkSchemas(body["schema"], path, see)
				}
			}
		}
	}
	for _, answer := range doc.Components.Responses {
		reach(answer, doc.Components.Schemas, answers)
	}
	for name := range answers {
		walkSchemas(doc.Components.Schemas[name], name, see)
	}
	for key := range unexplained {
		if !excused[key] {
			t.Errorf("%s is excused and is not there", key)
		}
	}
	if explained < 20 {
		t.Errorf("only %d due times were found to explain themselves: the walk misses them", explained)
	}
}
