package handlers_test

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/mediation"
	"fengqiao/mediation/campaign"
	"fengqiao/mediation/council"
	"fengqiao/mediation/desk"
	"fengqiao/mediation/docket"
	"fengqiao/mediation/duty"
	halls "fengqiao/mediation/hall"
	"fengqiao/mediation/handover"
	"fengqiao/mediation/opinion"
	"fengqiao/mediation/patrol"
	"fengqiao/mediation/slip"
	"fengqiao/mediation/study"
	"fengqiao/mediation/team"
	"fengqiao/mediation/village"
)

// records are all that is stored of work and can name somebody from whom something is expected.
var records = []any{mediation.Case{}, mediation.Report{}, slip.Slip{}, study.Study{}, council.Meeting{}, docket.List{}, docket.Decision{}, duty.Roster{}, opinion.Site{}, opinion.Campaign{},
	opinion.Suggestion{}, opinion.Publication{}, patrol.Checkin{}, team.Team{}, village.Round{}, village.Result{}, campaign.Campaign{}, desk.Order{}, halls.Visit{}}

// matterOf says in which kind of matter hand-overs find who stands in a field, or, behind "–", why nothing is to be handed over of it. Fields that
// say by whom something was done are no matter, and are not listed.
var matterOf = map[string]string{
	"mediation.Case.Panel.Seats.Mediator":          "seat",
	"mediation.Case.Panel.Seats.User":              "seat",
	"mediation.Case.Offers.Mediator":               "offer",
	"mediation.Case.Offers.User":                   "offer",
	"mediation.Case.Joint.Tasks.Owner":             "task",
	"mediation.Case.Charge.Leader":                 "charge",
	"mediation.Case.Errands.Helper":                "errand",
	"mediation.Case.Parties.Proxy.Helper":          "errand",
	"mediation.Case.Parties.Proxy.Next":            "errand",
	"mediation.Report.Parties.Proxy.Helper":        "–the case has the consent that holds",
	"mediation.Report.Parties.Proxy.Next":          "–the case has it",
	"mediation.Case.Sent.User":                     "–the office of the area may sign for it, too, and who is on duty hears of it by the roster (shift)",
	"mediation.Case.Joint.Consultations.Told":      "–who signs is who holds the post (team_post)",
	"mediation.Case.Joint.Consultations.Took.User": "–they took part, which is over",
	"mediation.Case.Outside.User":                  "–a desk is a machine",
	"mediation.Case.Reporter":                      "–who reports owes nothing any more",
	"mediation.Case.Reporters":                     "–who reports owes nothing any more",
	"mediation.Case.Filers":                        "–who reports owes nothing any more",
	"mediation.Case.Parties.Account":               "–they are a party",
	"mediation.Case.Agreement.Signed.Who":          "–they have signed",
	"mediation.Case.Former.Signed.Who":             "–they have signed",
	"mediation.Case.Agreement.Signed.Witness":      "–they have signed",
	"mediation.Case.Former.Signed.Witness":         "–they have signed",
	"mediation.Report.Reporter":                    "–who reports owes nothing any more",
	"mediation.Report.Parties.Account":             "–they are a party",
	"slip.Slip.To.User":                            "slip",
	"slip.Slip.Issuer.User":                        "slip",
	"slip.Slip.Team.User":                          "–the issuer records what the team did, and convenes another",
	"study.Study.Members.User":                     "study",
	"study.Study.Orders.User":                      "study",
	"council.Meeting.Convener":                     "meeting",
	"council.Meeting.Invited.User":                 "–who is invited comes or does not; the convener writes down what was said",
	"docket.Decision.User":                         "review",
	"docket.List.Items.Leader":                     "–as it was when the list was frozen; the case has who is in charge (charge)",
	"docket.List.Minutes.Users":                    "–they took part, which is over",
	"opinion.Suggestion.Turn.By.Mediator":          "–who has turned it into a report",
	"patrol.Checkin.User":                          "–they were there, which is over",
	"village.Result.Rows.Case.Reporters":           "–as it was when the result was frozen",
	"village.Result.Rows.Case.Leader":              "–as it was when the result was frozen; the case has who is in charge (charge)",
	"desk.Order.User":                              "–a desk is a machine",
	"duty.Roster.Shifts.Person":                    "shift",
	"opinion.Site.Keeper":                          "site",
	"team.Team.Holders.User":                       "team_post",
	"team.Team.StandIns.Holder":                    "team_post",
	"team.Team.StandIns.Substitute":                "–the post is its holder's, who goes on or names another; a locked account stands in for nobody",
}

// naming are the words by which a field names somebody from whom something may be expected.
var naming = []string{"User", "Users", "Owner", "Leader", "Keeper", "Convener", "Helper", "Next", "Person", "Holder", "Substitute", "Reporter", "Reporters", "Filers", "Account", "Told", "Who", "Witness",
	"Mediator", "Successor", "Signer", "Worker", "Officer"}

// past are parts of records that say what happened, or tell it.
var past = []string{"Events", "Unsent", "Untold", "Unlogged", "History", "Past", "PastStandIns", "Chores", "Data"}

// named lists the fields of a record in which people stand.
func named(t reflect.Type, path string, above []reflect.Type) (list []string) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[time.Time]() || slices.Contains(above, t) {
		return nil
	}
	for _, f := range reflect.VisibleFields(t) {
		text := f.Type == reflect.TypeFor[string]() || f.Type == reflect.TypeFor[[]string]()
		switch {
		case f.Anonymous || slices.Contains(past, f.Name) || strings.HasSuffix(path, ".Slip") && f.Name == "Next": // the paper that came of it
		case text && slices.Contains(naming, f.Name):
			list = append(list, path+"."+f.Name)
		case !text:
			list = append(list, named(f.Type, path+"."+f.Name, append(slices.Clone(above), t))...)
		}
	}
	return list
}

func TestWhateverNamesAPersonIsAMatterOfTheirsOrItIsSaidWhyNot(t *testing.T) {
	rooms := apptest.New(t).HandOvers.Rooms
	known := map[string]bool{"post": true, handover.TeamPost: true}
	var found []string
	for _, x := range records {
		found = append(found, named(reflect.TypeOf(x), reflect.TypeOf(x).String(), nil)...)
	}
	for _, field := range found {
		kind, ok := matterOf[field]
		if !ok {
			t.Errorf("%s names somebody, and nothing says which matter of theirs it is", field)
			continue
		}
		if known[kind] = true; !strings.HasPrefix(kind, "–") && rooms[kind] == nil {
			t.Errorf("%s: hand-overs know no %q", field, kind)
		}
	}
	for _, field := range slices.Sorted(maps.Keys(matterOf)) {
		if !slices.Contains(found, field) {
			t.Errorf("%s is no field any more", field)
		}
	}
	for kind := range rooms {
		if !known[kind] {
			t.Errorf("no record is of the kind %q", kind)
		}
	}
}
