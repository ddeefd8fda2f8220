package handlers_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"fengqiao/fixtures"
	"fengqiao/handlers/apptest"
	"fengqiao/mediation"
)

// The article says of Liandu: 98.4 % of first petitions resolved, more than 50 online consultations, 99.3 % satisfied with the responsible unit, 38
// settled after supervision. How many petitions there were it does not say: these counts give just those shares, 984 and 993 of 1,000, without
// rounding; "more than 50" is 52 here, two of them about cases that had one before.
const (
	liandusPetitions, liandusKept, liandusLiked = 1000, 984, 993
	consultedOnce, consultedTwice               = 48, 2
	settledUnderSupervision, stillUnsettled     = 38, 3
	liandusUnsettled, liandusInHand             = 16, 30
)

func TestLiandusFiguresAreComputedFromHistories(t *testing.T) {
	apptest.OnBoth(t, liandusFigures)
}

// appeal is a way of a letter through the district, and how many went it.
type appeal struct {
	history
	consultations int
	supervised    bool
	rating        mediation.Rating
}

// appeals add up to the article's figures. Whoever likes the unit may well not like the petition office.
func appeals() []appeal {
	done := histories(apptest.Here)
	settled, unsettled, inHand := done[0].steps, done[2].steps, done[6].steps
	yes, no := true, false
	content, onlyUnit, onlyOffice := mediation.Rating{Unit: &yes, Office: &yes}, mediation.Rating{Unit: &yes, Office: &no}, mediation.Rating{Unit: &no, Office: &yes}
	disliked := liandusPetitions - liandusLiked
	return []appeal{
		{history{"consulted on and settled", consultedOnce, settled}, 1, false, content},
		{history{"consulted on twice and settled", consultedTwice, settled}, 2, false, content},
		{history{"settled under supervision", settledUnderSupervision, settled}, 0, true, content},
		{history{"settled", liandusKept - consultedOnce - consultedTwice - settledUnderSupervision - disliked, settled}, 0, false, content},
		{history{"settled and not content", disliked, settled}, 0, false, onlyOffice},
		{history{"not settled for all the supervision", stillUnsettled, unsettled}, 0, true, onlyUnit},
		{history{"not settled", liandusUnsettled - stillUnsettled, unsettled}, 0, false, onlyUnit},
		{history{"in hand", liandusInHand, inHand}, 0, false, mediation.Rating{}},
	}
}

// liandusFigures lets the real service and the real room of papers go each way once, under Liandu's own rules; replays it as data as often as the
// article has it; and asks over HTTP.
func liandusFigures(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t)
	src, err := fixtures.Policy("liandu")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := app.Store.Policies().Import(t.Context(), mediation.AnyRevision, "liandu.yaml", []byte(strings.Replace(string(src), `"33.11.02"`, `"33.01.11"`, 1))); err != nil {
		t.Fatal(err)
	}
	app.As(t, mediation.UnitStaff, apptest.Here) // whom a consultation may name
	for n, way := range appeals() {
		app.Case.Advance(31 * 24 * time.Hour) // further apart than one matter could be
		replay(t, app, write(t, app, n, way), way.times-1)
	}
	who := app.As(t, mediation.Supervisor, apptest.Here)
	told := map[string]figure{}
	for _, f := range summary(t, app, who, "").Figures {
		told[f.Key] = f
	}
	for key, want := range map[string]float64{"received": liandusPetitions + liandusInHand, "firstPetitions": liandusPetitions + liandusInHand, "firstResolution": 0.984, "unitSatisfaction": 0.993, "officeSatisfaction": 0.984,
		"consulted": consultedOnce + consultedTwice, "consultations": consultedOnce + 2*consultedTwice, "supervised": settledUnderSupervision + stillUnsettled, "settledAfterSupervision": settledUnderSupervision} {
		if f := told[key]; f.Value == nil || *f.Value != want {
			t.Errorf("%s is %+v, want %v", key, f, want)
		}
	}
	for key, want := range map[string][2]int{"firstResolution": {liandusKept, liandusPetitions}, "unitSatisfaction": {liandusLiked, liandusPetitions}} {
		if f := told[key]; *f.Above != want[0] || *f.Below != want[1] {
			t.Errorf("%s is %d of %d, want %v", key, *f.Above, *f.Below, want)
		}
	}
	for _, key := range []string{"consulted", "supervised", "settledAfterSupervision", "firstResolution", "unitSatisfaction"} {
		follow(t, app, who, "Liandu", key, told[key])
	}
}

// write takes a letter of the nth petitioner along a way.
func write(t *testing.T, app *apptest.App, n int, way appeal) mediation.Case {
	t.Helper()
	staff := app.As(t, mediation.TownshipStaff, apptest.Here)
	parties := []obj{{"kind": "person", "side": "applicant", "name": "甲", "phone": fmt.Sprint(13800000000 + n)}, {"kind": "person", "side": "respondent", "name": "乙"}}
	var got struct{ Case struct{ ID string } }
	app.Do(t, staff, http.MethodPost, "/api/v1/reports", report(apptest.Here, obj{"channel": "letter", "category": "contract", "parties": parties})).Want(http.StatusCreated).Into(&got)
	id, steps := got.Case.ID, []step{}
	for range way.consultations {
		steps = append(steps, office(mediation.Consult{Took: []mediation.Taking{{Unit: apptest.Unit}, {User: staff.User.ID}}, Lead: apptest.Unit, Opinion: "由信访局牵头"})...)
	}
	for _, step := range []mediation.HandlePetition{{Step: mediation.StepSend, Unit: apptest.Unit}, {Step: mediation.StepAccept, Remark: "受理"}, {Step: mediation.StepOpinion, Remark: "处理意见"}} {
		steps = append(steps, office(step)...)
	}
	lead(t, app, apptest.Here, id, way.name, steps)
	if way.supervised {
		desk := desktop{app, app.As(t, mediation.Supervisor, apptest.Here)}
		paper := desk.issue(t, "inspection", id, obj{"unit": apptest.Unit})
		desk.give(t, paper.ID, "convene", obj{"members": []obj{{"name": "示例律师", "capacity": "lawyer"}}}).Want(http.StatusOK)
	}
	if way.rating != (mediation.Rating{}) {
		c, err := app.Cases.Cases.Load(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		way.steps = append(append([]step{}, way.steps...), office(mediation.HandlePetition{Step: mediation.StepRate, Rating: way.rating, Behalf: mediation.Behalf{Party: c.Parties[0].ID, Manner: "phone"}})...)
	}
	return lead(t, app, apptest.Here, id, way.name, way.steps)
}
