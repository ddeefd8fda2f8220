package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"fengqiao/fixtures"
	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
)

// contest is a county whose villages of March have been frozen: one petition from above broke the village's result.
type contest struct {
	app                              *apptest.App
	county, staff, leader, elsewhere *apptest.Person
	petition, again                  string
	id                               string // of the village's result
}

// result is a frozen result as a person reads it.
type result struct {
	ID, CardID  string
	Passed      bool
	Version     int
	ObjectUntil *time.Time
	Open        *string
	Due, Late   *time.Time
	MayObject   bool
	MayCorrect  bool
	Shown       int
	Elsewhere   int
	Versions    []struct {
		By        *struct{ ID string }
		Objection *string
		Passed    bool
		Found     map[string]struct {
			Value *float64
			Met   bool
		}
		Changes []struct {
			Case, Reason string
			Counts       bool
		}
	}
	Cases []struct {
		Case          string
		Counts, Added bool
		Criteria      []string
	}
	Objected []struct {
		ID      string
		Decided *time.Time
		Version *int
		Points  []struct {
			Case, Text, Reason string
			Upheld             *bool
		}
	}
}

func contested(t *testing.T, fresh apptest.Fresh) *contest {
	t.Helper()
	k := &contest{app: fresh(t)}
	k.county = countyOf(t, k.app, mediation.CountyStaff)
	k.staff = k.app.As(t, mediation.TownshipStaff, apptest.Here)
	k.leader = k.app.As(t, mediation.GridLeader, apptest.Here)
	k.elsewhere = k.app.As(t, mediation.TownshipStaff, apptest.There)
	src, err := fixtures.Scorecard("longyou")
	if err != nil {
		t.Fatal(err)
	}
	k.app.Do(t, k.app.Root(t), http.MethodPut, "/api/v1/scorecards", src, apptest.Header("Content-Type", "application/yaml"), apptest.Header("If-None-Match", "*")).Want(http.StatusOK)
	k.sweep(t) // the round that runs begins
	k.petition, k.again = k.report(t, "petition"), k.report(t, "app")
	k.app.Case.Advance(40 * 24 * time.Hour)
	k.sweep(t)
	k.id = k.of(t, k.county, apptest.Here)
	return k
}

func (k *contest) report(t *testing.T, channel string) string {
	t.Helper()
	body := report(apptest.Here, obj{"parties": []obj{{"kind": "person", "side": "applicant", "name": "甲" + channel}}})
	body["channel"], body["category"] = channel, map[string]string{"petition": "neighbour", "app": "contract"}[channel] // alike they would be one case
	var got struct{ Case *struct{ ID string } }
	k.app.Do(t, k.staff, http.MethodPost, "/api/v1/reports", body).Want(http.StatusCreated).Into(&got)
	return got.Case.ID
}

func (k *contest) sweep(t *testing.T) {
	t.Helper()
	if _, err := k.app.Villages.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// month is the period in which the cases were opened.
func (k *contest) month(t *testing.T) string {
	t.Helper()
	var rounds struct {
		Items []struct {
			Period   struct{ Key string }
			FrozenAt *time.Time
			FrozenBy *struct{ ID string }
		}
	}
	k.app.Do(t, k.county, http.MethodGet, "/api/v1/scorecards/longyou/villages/rounds", nil).Want(http.StatusOK).Into(&rounds)
	last := rounds.Items[len(rounds.Items)-1]
	if last.FrozenAt == nil || last.FrozenBy != nil {
		t.Fatalf("the first period is not frozen by itself: %+v", rounds)
	}
	return last.Period.Key
}

// of finds a village's result in the table.
func (k *contest) of(t *testing.T, who *apptest.Person, p apptest.Place) string {
	t.Helper()
	var table struct {
		FrozenAt *time.Time
		Passed   int
		Items    []struct {
			Key    string
			Passed bool
			Result *struct{ ID string }
		}
	}
	k.app.Do(t, who, http.MethodGet, "/api/v1/scorecards/longyou/villages?period="+k.month(t), nil).Want(http.StatusOK).Into(&table)
	for _, item := range table.Items {
		if item.Key == string(p.Village()) && table.FrozenAt != nil {
			return item.Result.ID
		}
	}
	t.Fatalf("%s is not in the table: %+v", p.Village(), table)
	return ""
}

func (k *contest) read(t *testing.T, who *apptest.Person, query string) (r result, tag string) {
	t.Helper()
	answer := k.app.Do(t, who, http.MethodGet, "/api/v1/villages/"+k.id+query, nil).Want(http.StatusOK)
	answer.Into(&r)
	return r, answer.Header.Get("ETag")
}

func (k *contest) post(t *testing.T, who *apptest.Person, path, tag string, body obj) apptest.Answer {
	t.Helper()
	options := []apptest.Setting{newKey()}
	if tag != "" {
		options = append(options, apptest.IfMatch(tag))
	}
	return k.app.Do(t, who, http.MethodPost, "/api/v1/villages/"+k.id+path, body, options...)
}

func point(id string, counts bool, text string) obj {
	return obj{"points": []obj{{"case": id, "counts": counts, "text": text}}}
}

func TestAFrozenResultStaysWhateverBecomesOfItsCases(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		k := contested(t, fresh)
		before, _ := k.read(t, k.county, "")
		if before.Passed || before.Version != 1 || len(before.Cases) != 2 || before.Versions[0].Found["above"].Met || before.Versions[0].By != nil {
			t.Fatalf("%+v", before)
		}
		// A case of the period is refused, and another is reported late in its name: both after the end.
		c, err := k.app.Cases.Cases.Load(t.Context(), k.petition)
		if err == nil {
			_, err = k.app.Cases.Do(t.Context(), k.staff.Actor(), k.petition, mediation.Request{Command: mediation.Refuse{Route: "court", Reason: "court"}, Revision: c.Revision, Key: "k"})
		}
		if err != nil {
			t.Fatal(err)
		}
		k.sweep(t)
		after, _ := k.read(t, k.county, "")
		if after.Passed != before.Passed || after.Version != 1 || *after.Versions[0].Found["above"].Value != 1 {
			t.Errorf("a frozen result moved: %+v", after)
		}
		if id := k.of(t, k.county, apptest.Here); id != k.id {
			t.Errorf("frozen again: %s", id)
		}
		// Frozen again by hand it is the same; a period that runs is not frozen.
		root := k.app.Post(t, "freezer", account.Place{Role: mediation.Supervisor, Area: apptest.County})
		k.app.Do(t, root, http.MethodPost, "/api/v1/scorecards/longyou/villages/rounds", obj{"period": k.month(t)}).Want(http.StatusCreated)
		k.app.Do(t, root, http.MethodPost, "/api/v1/scorecards/longyou/villages/rounds", obj{"period": "2030-01"}).Refused(http.StatusConflict, "scorecard.not_over", "period")
		k.app.Do(t, root, http.MethodPost, "/api/v1/scorecards/longyou/villages/rounds", obj{"period": "2026-Q1"}).Refused(http.StatusUnprocessableEntity, "scorecard.other_period", "period")
		k.app.Do(t, k.staff, http.MethodPost, "/api/v1/scorecards/longyou/villages/rounds", obj{"period": "2026-01"}).Refused(http.StatusForbidden, "forbidden", "")
		table := string(k.app.Do(t, k.county, http.MethodGet, "/api/v1/scorecards/longyou/villages?format=csv&period="+k.month(t), nil).Want(http.StatusOK).Body)
		if !strings.HasPrefix(table, "\ufeff村（社区）,评定,没有越级信访") || !strings.Contains(table, "不通过,1,0,") {
			t.Errorf("the table: %q", table)
		}
	})
}

func TestAVillageObjectsAndTheCountyDecides(t *testing.T) {
	apptest.OnBoth(t, aVillageObjectsAndTheCountyDecides)
}

func aVillageObjectsAndTheCountyDecides(t *testing.T, fresh apptest.Fresh) {
	k := contested(t, fresh)
	told(t, k.app, k.staff, mediation.NoticeVillage, 1)
	told(t, k.app, k.leader, mediation.NoticeVillage, 1)
	told(t, k.app, k.elsewhere, mediation.NoticeVillage, 0)
	seen, _ := k.read(t, k.leader, "")
	if !seen.MayObject || seen.MayCorrect || seen.ObjectUntil == nil {
		t.Fatalf("the grid leader: %+v", seen)
	}
	// Who may not, and what is wrong.
	k.post(t, k.elsewhere, "/objections", "", point(k.petition, false, "x")).Refused(http.StatusNotFound, "not_found", "")
	k.post(t, k.county, "/objections", "", point(k.petition, false, "x")).Refused(http.StatusForbidden, "forbidden", "")
	k.post(t, k.staff, "/objections", "", point(k.petition, true, "x")).Refused(http.StatusUnprocessableEntity, "village.counted", "points[0].case")
	k.post(t, k.staff, "/objections", "", point("0190aaaa-0000-7000-8000-000000000000", false, "x")).Refused(http.StatusUnprocessableEntity, "unknown_value", "points[0].case")
	k.post(t, k.staff, "/objections", "", point(k.petition, false, " ")).Refused(http.StatusUnprocessableEntity, "required", "points[0].text")
	k.post(t, k.staff, "/objections", "", obj{"points": []obj{}}).Refused(http.StatusUnprocessableEntity, "required", "points")

	words := "该件不在本村，系邻村反映"
	k.post(t, k.staff, "/objections", "", obj{"points": []obj{{"case": k.petition, "counts": false, "text": words}, {"case": k.again, "counts": false, "text": "重复登记"}}}).Want(http.StatusCreated)
	told(t, k.app, k.county, mediation.NoticeVillage, 1)
	k.post(t, k.staff, "/objections", "", point(k.petition, false, "x")).Refused(http.StatusConflict, "village.open", "")
	var list struct{ Items []struct{ ID string } }
	k.app.Do(t, k.county, http.MethodGet, "/api/v1/villages?open=true", nil).Want(http.StatusOK).Into(&list)
	if len(list.Items) != 1 || list.Items[0].ID != k.id {
		t.Errorf("what waits for a decision: %+v", list)
	}
	// The grid leader looks after a part of the village alone, and reads nothing of what another has written.
	if r, _ := k.read(t, k.leader, ""); len(r.Objected) != 1 || len(r.Objected[0].Points) != 0 {
		t.Errorf("the grid leader reads %+v", r.Objected)
	}
	open, tag := k.read(t, k.county, "")
	at := "/objections/" + open.Objected[0].ID + "/decision"
	if open.Objected[0].Points[0].Text != words {
		t.Errorf("%+v", open.Objected[0])
	}
	k.post(t, k.staff, at, tag, obj{"points": []obj{}}).Refused(http.StatusForbidden, "forbidden", "")
	k.post(t, k.county, at, tag, obj{"points": []obj{{"case": k.petition, "upheld": true, "reason": "属实"}}}).Refused(http.StatusUnprocessableEntity, "village.points", "points")
	k.post(t, k.county, "/corrections", tag, point(k.petition, false, "x")).Refused(http.StatusConflict, "village.open", "")
	k.post(t, k.county, at, tag, obj{"points": []obj{{"case": k.petition, "upheld": true, "reason": "查明属邻村"}, {"case": k.again, "upheld": false, "reason": "确系本村"}}}).Want(http.StatusOK)
	k.post(t, k.county, at, tag, obj{"points": []obj{}}).Refused(http.StatusPreconditionFailed, "stale", "")

	r, tag := k.read(t, k.staff, "")
	if !r.Passed || r.Version != 2 || r.Open != nil || *r.Objected[0].Version != 2 || *r.Objected[0].Points[1].Upheld || r.Versions[1].Changes[0].Reason != "查明属邻村" || r.Versions[1].By.ID != k.county.User.ID {
		t.Fatalf("%+v", r)
	}
	if old, _ := k.read(t, k.staff, "?version=1"); old.Shown != 1 || old.Versions[0].Passed || !old.Cases[0].Counts || !old.Cases[1].Counts || len(old.Cases[0].Criteria)+len(old.Cases[1].Criteria) == 0 {
		t.Errorf("the first version: %+v", old)
	}
	told(t, k.app, k.staff, mediation.NoticeVillage, 3) // frozen, and decided as objector and as the township

	// The county finds that the case does count after all: another version, and the time to object begins anew.
	k.post(t, k.county, "/corrections", tag, point(k.petition, true, "复核后仍计入")).Want(http.StatusOK)
	r, _ = k.read(t, k.staff, "")
	if r.Passed || r.Version != 3 || !r.MayObject || r.Versions[1].Passed != true {
		t.Errorf("corrected: %+v", r)
	}
	looks := string(k.app.Do(t, k.staff, http.MethodGet, "/api/v1/cases/"+k.petition+"/looks", nil).Want(http.StatusOK).Body)
	if !strings.Contains(looks, `"village"`) {
		t.Errorf("that the words were read is not on record: %s", looks)
	}
	k.app.Case.Advance(60 * 24 * time.Hour)
	k.post(t, k.staff, "/objections", "", point(k.petition, false, "太晚")).Refused(http.StatusConflict, "village.too_late", "")
}

func TestADecisionThatIsLateIsRemindedOfAndTold(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		k := contested(t, fresh)
		k.post(t, k.leader, "/objections", "", point(k.petition, false, "非本村")).Want(http.StatusCreated)
		told(t, k.app, k.county, mediation.NoticeVillageDue, 0)
		r, _ := k.read(t, k.county, "")
		k.app.Case.Advance(r.Due.Sub(k.app.Case.Now()) - time.Hour)
		k.sweep(t)
		told(t, k.app, k.county, mediation.NoticeVillageDue, 1)
		k.app.Case.Advance(time.Hour)
		for range 2 {
			k.sweep(t)
		}
		told(t, k.app, k.county, mediation.NoticeVillageDue, 2)
		told(t, k.app, k.leader, mediation.NoticeVillageDue, 1)
		if r, _ := k.read(t, k.county, ""); r.Late == nil || r.Passed {
			t.Errorf("late, and nothing decided: %+v", r)
		}
		// The case has been erased meanwhile: the objection is decided all the same, and no words of that are kept.
		if _, err := k.app.Cases.Cases.Update(t.Context(), k.petition, func(c *mediation.Case) error { c.Erased = true; return nil }); err != nil {
			t.Fatal(err)
		}
		late, tag := k.read(t, k.county, "")
		k.post(t, k.county, "/objections/"+late.Objected[0].ID+"/decision", tag, obj{"points": []obj{{"case": k.petition, "upheld": true, "reason": "属实"}}}).Want(http.StatusOK)
		if r, _ := k.read(t, k.county, ""); r.Version != 2 || !r.Passed || r.Versions[1].Changes[0].Reason != "" {
			t.Errorf("decided after the case was erased: %+v", r)
		}
		next, err := k.app.Villages.NextDue(t.Context(), k.app.Case.Now().AddDate(0, 3, 0))
		if err != nil || next.Day() != 31 && next.Day() != 1 && next.Day() != 30 && next.Day() != 28 {
			t.Errorf("next due %s, %v", next, err)
		}
	})
}
