package handlers_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/internal/storetest"
	"fengqiao/mediation"

	"github.com/google/uuid"
)

func TestATownshipThatRefusesDoesNotRiseInTheRanking(t *testing.T) {
	apptest.OnBoth(t, aTownshipThatRefuses)
}

func aTownshipThatRefuses(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t)
	county := app.Post(t, "county-office", account.Place{Role: mediation.CountyStaff, Area: apptest.County})
	// Here settles one of two; there one of one.
	settled := histories(apptest.Here)[0]
	play(t, app, apptest.Here, settled)
	app.Case.Advance(31 * 24 * time.Hour) // further apart than one matter could be
	play(t, app, apptest.There, history{"settled", 1, histories(apptest.There)[0].steps})
	app.Case.Advance(31 * 24 * time.Hour)
	pending := play(t, app, apptest.Here, history{"in hand", 1, nil})
	type line struct {
		Place  int
		Key    string
		Shares []struct{ Above, Below int }
		Cases  *string
	}
	look := func() (items []line) {
		t.Helper()
		if err := app.Figures.Pass(t.Context()); err != nil {
			t.Fatal(err)
		}
		var got struct{ Items []line }
		app.Do(t, county, http.MethodGet, "/api/v1/stats/rankings/townships", nil).Want(http.StatusOK).Into(&got)
		return got.Items
	}
	before := look()
	if len(before) != 2 || before[0].Key != string(apptest.There) || before[1].Shares[0].Above != 1 || before[1].Shares[0].Below != 2 {
		t.Fatalf("%+v", before)
	}
	staff := app.As(t, mediation.TownshipStaff, apptest.Here).Actor()
	_, err := app.Cases.Do(t.Context(), staff, pending.ID, mediation.Request{Command: mediation.Refuse{Route: "court", Reason: "court"}, Revision: pending.Revision, Key: uuid.NewString()})
	if err != nil {
		t.Fatal(err)
	}
	after := look()
	if after[1].Place != 2 || after[1].Key != string(apptest.Here) || after[1].Shares[0].Below != 2 {
		t.Errorf("after the refusal: %+v", after)
	}
	var page struct{ Items []struct{ ID string } }
	if app.Do(t, county, http.MethodGet, *after[1].Cases, nil).Want(http.StatusOK).Into(&page); len(page.Items) != 2 {
		t.Errorf("behind it: %+v", page)
	}
	app.Do(t, county, http.MethodGet, "/api/v1/stats/rankings/gone", nil).Refused(http.StatusNotFound, "not_found", "")
}

func TestARankingStandsBesideTheEarlierOneAndLeadsToItsCases(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		app := fresh(t)
		county := app.Post(t, "county-office", account.Place{Role: mediation.CountyStaff, Area: apptest.County})
		var begins []string
		for _, settles := range []apptest.Place{apptest.There, apptest.Here} { // the other one each time
			begins = append(begins, app.Case.Now().UTC().Format(time.RFC3339))
			for _, p := range []apptest.Place{apptest.Here, apptest.There} {
				app.Case.Advance(31 * 24 * time.Hour)
				way := history{"in hand", 1, nil}
				if p == settles {
					way = history{"settled", 1, histories(p)[0].steps}
				}
				play(t, app, p, way)
			}
		}
		app.Case.Advance(time.Hour)
		if err := app.Figures.Pass(t.Context()); err != nil {
			t.Fatal(err)
		}
		var got struct {
			Earlier *struct{ From, Until string }
			Items   []struct {
				Place  int
				Key    string
				Cases  *string
				Shares []struct {
					Above, Below int
					Cases        *string
				}
				Earlier *struct {
					Place  int
					Values []float64
				}
			}
		}
		app.Do(t, county, http.MethodGet, "/api/v1/stats/rankings/townships?from="+begins[1]+"&compareFrom="+begins[0]+"&compareUntil="+begins[1], nil).Want(http.StatusOK).Into(&got)
		if got.Earlier == nil || len(got.Items) != 2 {
			t.Fatalf("%+v", got)
		}
		for i, x := range got.Items {
			if x.Place != i+1 || x.Earlier == nil || x.Earlier.Place != 2-i || len(x.Earlier.Values) != len(x.Shares) || x.Earlier.Values[0] != float64(i) {
				t.Errorf("%s stands at %d, before %+v", x.Key, x.Place, x.Earlier)
			}
			for n, share := range x.Shares {
				if above := following(t, app, county, *share.Cases); above != share.Above || following(t, app, county, *x.Cases) != share.Below {
					t.Errorf("%s, share %d: %+v, behind it %d", x.Key, n, share, above)
				}
			}
		}
		app.Do(t, county, http.MethodGet, "/api/v1/stats/rankings/townships", nil).Want(http.StatusOK).Into(&got)
		if got.Items[0].Earlier != nil {
			t.Errorf("without a period there is nothing earlier: %+v", got.Items)
		}
	})
}

func TestAFigureSaysWhatItMeansInEveryAnswer(t *testing.T) {
	app := apptest.New(t)
	settle(t, app, apptest.Here)
	county := app.Post(t, "county-office", account.Place{Role: mediation.CountyStaff, Area: apptest.County})
	summary(t, app, county, "")
	begin := app.Case.Now().AddDate(0, 0, -1).UTC().Format(time.RFC3339)
	for path, list := range map[string]string{"summary?": "figures", "breakdown?by=unit": "figures", "rankings/townships?": "measures", "uptake?from=" + begin: "figures", "backlog?": ""} {
		view := app.Do(t, county, http.MethodGet, "/api/v1/stats/"+path, nil).Want(http.StatusOK).View()
		if view["asOf"] == "" || view["asOf"] == nil {
			t.Errorf("%s does not say as of when it is", path)
		}
		means := []any{view}
		if list != "" {
			means = view[list].([]any)
		}
		for _, x := range means {
			if text, _ := x.(obj)["definition"].(string); text == "" {
				t.Errorf("%s: %v has no definition", path, x)
			}
		}
		if len(means) == 0 {
			t.Errorf("%s: nothing", path)
		}
	}
}

func TestAUnitThatObjectsOrLosesACaseHasHadItAllTheSame(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		app := fresh(t)
		rules := strings.Replace(string(storetest.WithPetitions(t, "petition")), "{key: townships, name: {zh: 乡镇街道排名, en: townships}, of: area, measures:", "{key: units, name: {zh: 部门排名, en: units}, of: unit, measures:", 1)
		if _, err := app.Store.Policies().Import(t.Context(), mediation.AnyRevision, "units.yaml", []byte(rules)); err != nil {
			t.Fatal(err)
		}
		app.As(t, mediation.UnitStaff, apptest.Here)
		staff := app.As(t, mediation.TownshipStaff, apptest.Here)
		take := func(steps ...mediation.Command) string {
			t.Helper()
			app.Case.Advance(31 * 24 * time.Hour)
			var got struct{ Case struct{ ID string } }
			parties := []obj{{"kind": "person", "side": "applicant", "name": "甲", "phone": "13800001234"}}
			app.Do(t, staff, http.MethodPost, "/api/v1/reports", report(apptest.Here, obj{"channel": "petition", "category": "contract", "parties": parties})).Want(http.StatusCreated).Into(&got)
			lead(t, app, apptest.Here, got.Case.ID, "unit", office(steps...))
			return got.Case.ID
		}
		send := mediation.HandlePetition{Step: mediation.StepSend, Unit: apptest.Unit}
		take(mediation.Transfer{Unit: apptest.Unit, Reason: "theirs"}, mediation.Finish{}, mediation.RecordFollowUp{Kept: true, Resolved: true})
		reopened := take(mediation.Transfer{Unit: apptest.Unit, Reason: "theirs"}, mediation.Finish{}, mediation.RecordFollowUp{Kept: true, Resolved: false})
		objected := take(send) // the last: an objection must come within five working days
		county := app.Post(t, "county-office", account.Place{Role: mediation.CountyStaff, Area: apptest.County})
		standing := func(who *apptest.Person) (settled, received, listed int) {
			t.Helper()
			if err := app.Figures.Pass(t.Context()); err != nil {
				t.Fatal(err)
			}
			var got struct {
				Measures []struct{ Definition string }
				Items    []struct {
					Key    string
					Cases  *string
					Shares []struct{ Above, Below int }
				}
			}
			app.Do(t, who, http.MethodGet, "/api/v1/stats/rankings/units", nil).Want(http.StatusOK).Into(&got)
			if len(got.Items) != 1 || got.Items[0].Key != apptest.Unit || !strings.Contains(got.Measures[0].Definition, "曾由") {
				t.Fatalf("%+v", got)
			}
			x := got.Items[0]
			return x.Shares[0].Above, x.Shares[0].Below, following(t, app, who, *x.Cases)
		}
		if above, below, listed := standing(county); above != 1 || below != 3 || listed != 3 {
			t.Fatalf("%d of %d, %d listed", above, below, listed)
		}
		lead(t, app, apptest.Here, objected, "objection", office(mediation.HandlePetition{Step: mediation.StepObject, Reason: "not_ours"}))
		lead(t, app, apptest.Here, reopened, "reopening", office(mediation.Reopen{Reason: "again"}))
		for _, id := range []string{objected, reopened} {
			if c, err := app.Cases.Cases.Load(t.Context(), id); err != nil || c.Unit != "" {
				t.Fatalf("it lies with %q still, %v", c.Unit, err)
			}
		}
		if above, below, listed := standing(county); above != 1 || below != 3 || listed != 3 {
			t.Errorf("after an objection and a reopening: %d of %d, %d listed", above, below, listed)
		}
		// The unit itself counts what its own lists show.
		if above, below, listed := standing(app.As(t, mediation.UnitStaff, apptest.Here)); above != 1 || below != 1 || listed != 1 {
			t.Errorf("the unit reads %d of %d, %d listed", above, below, listed)
		}
	})
}

// What lies with the county itself, or with no unit, stands in no ranking: there is nobody who could rise or fall by it.
func TestWhatLiesWithNobodyCompetesWithNobody(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		app := fresh(t)
		root, county := app.Root(t), app.Post(t, "county-office", account.Place{Role: mediation.CountyStaff, Area: apptest.County})
		units := []byte("rankings:\n  - {key: units, name: {zh: 部门, en: units}, of: unit, measures: [settlement]}\n")
		src := bytes.Replace(apptest.Policy(t), []byte("rankings:\n"), units, 1)
		app.Do(t, root, http.MethodPut, "/api/v1/policy", src, apptest.Header("Content-Type", "application/yaml"), apptest.IfMatch(app.Do(t, root, http.MethodGet, "/api/v1/policy", nil).ETag())).Want(http.StatusOK)
		app.Post(t, "housing", account.Place{Role: mediation.UnitStaff, Area: apptest.County, Unit: "住建局"})
		play(t, app, apptest.Here, history{"in hand", 1, nil})
		app.Case.Advance(31 * 24 * time.Hour)
		play(t, app, apptest.Here, history{"passed on", 1, []step{{false, mediation.Transfer{Unit: "住建局", Reason: "theirs"}}}})
		accused := report(apptest.Here, obj{"category": "accusation"})
		app.Do(t, app.As(t, mediation.GridWorker, apptest.Here), http.MethodPost, "/api/v1/reports", accused).Want(http.StatusCreated)
		if err := app.Figures.Pass(t.Context()); err != nil {
			t.Fatal(err)
		}
		for ranking, want := range map[string]string{"townships": string(apptest.Here), "units": "住建局"} {
			var got struct{ Items []struct{ Key string } }
			app.Do(t, county, http.MethodGet, "/api/v1/stats/rankings/"+ranking, nil).Want(http.StatusOK).Into(&got)
			if len(got.Items) != 1 || got.Items[0].Key != want {
				t.Errorf("%s: %+v, want %s alone", ranking, got.Items, want)
			}
		}
	})
}

func TestATownshipThatPassesACaseOnHasReceivedItAllTheSame(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		app := fresh(t)
		county := app.Post(t, "county-office", account.Place{Role: mediation.CountyStaff, Area: apptest.County})
		play(t, app, apptest.Here, history{"in hand", 1, nil})
		app.Case.Advance(31 * 24 * time.Hour)
		play(t, app, apptest.There, history{"in hand there", 1, nil})
		type line struct {
			Key    string
			Cases  *string
			Shares []struct{ Above, Below int }
		}
		standing := func() map[string]int {
			t.Helper()
			if err := app.Figures.Pass(t.Context()); err != nil {
				t.Fatal(err)
			}
			var got struct {
				Measures []struct{ Definition string }
				Items    []line
			}
			app.Do(t, county, http.MethodGet, "/api/v1/stats/rankings/townships", nil).Want(http.StatusOK).Into(&got)
			received := map[string]int{}
			for _, x := range got.Items {
				received[x.Key] = x.Shares[0].Below
				if listed := following(t, app, county, *x.Cases); listed != x.Shares[0].Below {
					t.Errorf("%s received %d, its list holds %d: %s", x.Key, x.Shares[0].Below, listed, *x.Cases)
				}
			}
			if !strings.Contains(got.Measures[0].Definition, "转到别处") {
				t.Errorf("%+v", got.Measures)
			}
			return received
		}
		here, there := string(apptest.Here), string(apptest.There)
		if got := standing(); got[here] != 1 || got[there] != 1 {
			t.Fatalf("%v", got)
		}
		var list struct{ Items []struct{ ID string } }
		app.Do(t, app.As(t, mediation.TownshipStaff, apptest.Here), http.MethodGet, "/api/v1/cases", nil).Want(http.StatusOK).Into(&list)
		s := &story{t: t, a: app, id: list.Items[0].ID}
		s.order(app.As(t, mediation.TownshipStaff, apptest.Here), "transfer", obj{"area": there, "reason": "elsewhere"}).Want(http.StatusNoContent)
		if got := standing(); got[here] != 1 || got[there] != 2 {
			t.Errorf("passed on: %v", got)
		}
		// The township itself counts what its lists show.
		var mine struct{ Items []line }
		app.Do(t, app.As(t, mediation.TownshipStaff, apptest.Here), http.MethodGet, "/api/v1/stats/rankings/townships", nil).Want(http.StatusOK).Into(&mine)
		if len(mine.Items) != 0 {
			t.Errorf("the township reads %+v", mine.Items)
		}
		app.Do(t, county, http.MethodGet, "/api/v1/cases?lain=nowhere", nil).Refused(422, "bad_code", "lain")
		app.Do(t, county, http.MethodGet, "/api/v1/cases?lain=33.01", nil, apptest.Undocumented()).Refused(422, "out_of_range", "lain")
	})
}
