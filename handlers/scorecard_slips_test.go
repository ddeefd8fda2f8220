package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
	counts "fengqiao/mediation/figures"
)

// withClue is the change of Fuyang's policy that adds a restricted kind, which may go to a person, too.
var withClue = []string{"    - key: reminder\n", `    - key: clue
      name: {zh: 线索移送函, en: transfer of a clue}
      issuers: [supervisor]
      to: [unit, person]
      acknowledge: {within: 3wd}
      reply: {within: 30d}
      restricted: leader
    - key: reminder
`}

func TestASupervisionPaperCountsForWhoItIsToAndAClueForNobody(t *testing.T) {
	apptest.OnBoth(t, aPaperCountsForWhoItIsToAndAClueForNobody)
}

// aPaperCountsForWhoItIsToAndAClueForNobody: one reminder each to a unit and to a person is acknowledged, the clues beside them are in no
// figure, no file and no list behind either, not even for the leader who may know of them.
func aPaperCountsForWhoItIsToAndAClueForNobody(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t)
	here, _ := withAnji(t, app)
	under(t, app, "fuyang", withClue...)
	official := app.As(t, mediation.TownshipStaff, apptest.Here)
	boss, unit, person := desktop{app, app.As(t, mediation.Supervisor, apptest.Here)}, desktop{app, app.As(t, mediation.UnitStaff, apptest.Here)}, desktop{app, official}
	toUnit, toPerson := obj{"unit": apptest.Unit}, obj{"userId": official.User.ID}
	for _, to := range []obj{toUnit, toPerson} {
		boss.issue(t, "clue", here.caseID, to)
	}
	unit.give(t, boss.issue(t, "reminder", here.caseID, toUnit).ID, "acknowledge", obj{}).Want(200)
	person.give(t, boss.issue(t, "reminder", here.caseID, toPerson).ID, "acknowledge", obj{}).Want(200)
	leader := app.Post(t, "county-leader", account.Place{Role: mediation.Leader, Area: apptest.County})
	for _, who := range []*apptest.Person{countyOf(t, app, mediation.CountyStaff), leader, app.As(t, mediation.Supervisor, apptest.Here)} {
		for by, x := range map[string]struct {
			subject string
			issued  int
		}{"area": {string(apptest.Here), 2}, "unit": {apptest.Unit, 1}, "official": {official.User.ID, 1}} {
			if who.User.ID == app.As(t, mediation.Supervisor, apptest.Here).User.ID && by == "area" {
				continue // of a township the parts are villages
			}
			var s scored
			app.Do(t, who, http.MethodGet, "/api/v1/scorecards/anji/results?by="+by, nil).Want(http.StatusOK).Into(&s)
			for subject, want := range map[string]int{"": 2, x.subject: x.issued} {
				line := s.Whole
				if subject != "" {
					line = s.line(subject)
				}
				rate := line.Counts["slipAckRate"]
				if rate.Value == nil || *rate.Value != 1 {
					t.Fatalf("by %s, %q: %+v", by, subject, rate)
				}
				for _, link := range []*string{rate.Cases, rate.CasesBelow} {
					if n := slipsBehind(t, app, who, *link); n != want {
						t.Errorf("by %s, %q: %s holds %d, want %d", by, subject, *link, n, want)
					}
				}
			}
		}
		var file struct {
			Slips []struct {
				Key               string
				Value             *float64
				Slips, SlipsBelow *string
			}
		}
		answer := app.Do(t, who, http.MethodGet, "/api/v1/officials/"+official.User.ID+"/file", nil).Want(http.StatusOK)
		answer.Into(&file)
		if len(file.Slips) != len(counts.SlipTerms) || file.Slips[0].Key != "slips" || *file.Slips[0].Value != 1 || strings.Contains(string(answer.Body), "clue") {
			t.Errorf("the file: %s", answer.Body)
		}
		for i, f := range file.Slips {
			if n := slipsBehind(t, app, who, *f.Slips); counts.SlipTerms[i].Unit == counts.Count && float64(n) != *f.Value {
				t.Errorf("%s is %v, its list %s holds %d", f.Key, *f.Value, *f.Slips, n)
			}
		}
	}
}

// slipsBehind is how many slips a link's list holds.
func slipsBehind(t *testing.T, app *apptest.App, who *apptest.Person, link string) int {
	t.Helper()
	var page struct{ Items []struct{ ID string } }
	app.Do(t, who, http.MethodGet, link, nil).Want(http.StatusOK).Into(&page)
	return len(page.Items)
}

func TestAListRefusesASetThatThereIsNot(t *testing.T) {
	app := apptest.New(t)
	who := app.As(t, mediation.Supervisor, apptest.Here)
	app.Do(t, who, http.MethodGet, "/api/v1/slips?counted=colour", nil, apptest.Odd()).Refused(http.StatusUnprocessableEntity, "unknown_value", "counted")
	app.Do(t, who, http.MethodGet, "/api/v1/slips?issuedFrom=yesterday", nil, apptest.Odd()).Refused(http.StatusUnprocessableEntity, "not_a_time", "issuedFrom")
	app.Do(t, who, http.MethodGet, "/api/v1/cases?counted=colour", nil, apptest.Odd()).Refused(http.StatusUnprocessableEntity, "unknown_value", "counted")
	app.Do(t, who, http.MethodGet, "/api/v1/cases?itself=true", nil, apptest.Odd()).Refused(http.StatusUnprocessableEntity, "required", "area")
	app.Do(t, who, http.MethodGet, "/api/v1/cases?source=petition&noSource=true", nil, apptest.Odd()).Refused(http.StatusUnprocessableEntity, "invalid_value", "noSource")
}
