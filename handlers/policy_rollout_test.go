package handlers_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"fengqiao/fixtures"
	"fengqiao/handlers/apptest"
	"fengqiao/mediation"
)

func TestAPolicyForOpenCasesIsPreviewedBeforeItIsPutInForce(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		a := fresh(t)
		root, s := a.Root(t), begin(t, a)
		src, err := fixtures.Policy("fuyang")
		if err != nil {
			t.Fatal(err)
		}
		text := "appliesTo: open\n" + strings.Replace(string(src), "whole: {within: 60d", "whole: {within: 50d", 1)
		yaml := apptest.Header("Content-Type", "application/yaml")
		var f struct {
			Policy, AppliesTo              string
			Open, Cases, Overdue, Reminded int
			Kept                           []obj
			Clocks                         []struct {
				Clock, ClockText string
				Sooner, Later    int
			}
			Sample []struct {
				Case, Number, State string
				Clocks              []struct {
					Clock         string
					Before, After time.Time
				}
			}
		}
		preview := func(body string) apptest.Answer {
			return a.Do(t, root, http.MethodPost, "/api/v1/policy/preview", []byte(body), yaml)
		}
		preview(strings.Replace(text, "load_cap: 5", "load_kap: 5", 1)).Refused(422, "policy.refused", "")
		preview(strings.Replace(text, "appliesTo: open", "appliesTo: closed", 1)).Refused(422, "policy.refused", "")
		preview(strings.Replace(text, "appliesTo: open", "appliesTo: new", 1)).Want(200).Into(&f)
		if f.AppliesTo != "new" || f.Cases != 0 || f.Open != 1 {
			t.Errorf("of new cases only: %+v", f)
		}
		preview(text).Want(200).Into(&f)
		if f.AppliesTo != "open" || f.Cases != 1 || len(f.Clocks) != 1 || f.Clocks[0].Sooner != 1 || f.Clocks[0].ClockText == "" || len(f.Sample) != 1 || f.Sample[0].Case != s.id || !f.Sample[0].Clocks[0].After.Before(f.Sample[0].Clocks[0].Before) {
			t.Fatalf("%+v", f)
		}
		tag := a.Do(t, root, "GET", "/api/v1/policy", nil).Want(200).ETag()
		put := func(query string) apptest.Answer {
			return a.Do(t, root, http.MethodPut, "/api/v1/policy"+query, []byte(text), yaml, apptest.IfMatch(tag))
		}
		put("").Refused(409, "policy.preview_first", "confirm")
		put("?confirm=another").Refused(409, "policy.preview_first", "confirm")
		put("?confirm=" + f.Policy).Want(200)
		if v := a.Do(t, root, "GET", "/api/v1/policy", nil).Want(200).View(); v["appliesTo"] != "open" || v["id"] != f.Policy {
			t.Errorf("%v is in force", v["id"])
		}
		rolledOut := func(want int) {
			t.Helper()
			if n, err := a.Cases.RollOut(t.Context(), nil); err != nil || n != want {
				t.Errorf("%d went over, %v", n, err)
			}
		}
		rolledOut(1)
		var v clocksOfCase
		a.Do(t, s.staff, "GET", s.path("/clocks"), nil).Want(200).Into(&v)
		last := v.Items[len(v.Items)-1]
		if v.Policy != f.Policy || !last.Due.Equal(f.Sample[0].Clocks[0].After) || slices.ContainsFunc(last.Why, func(l string) bool { return strings.Contains(l, "以当时算定的为准") }) {
			t.Errorf("%+v", v)
		}
		var events struct {
			Items []struct {
				Kind, KindText string
				Data           map[string]string
			}
		}
		a.Do(t, s.staff, "GET", s.path("/timeline"), nil).Want(200).Into(&events)
		e := events.Items[len(events.Items)-1]
		if e.Kind != "rejudged" || e.KindText != "改按新版规则" || e.Data["policy"] != f.Policy || e.Data["whole_before"] == "" || e.Data["whole"] == "" || e.Data["reason"] != "applies_to_open" {
			t.Errorf("%+v", e)
		}
		rolledOut(0)
		a.Case.Advance(mediation.Grace + time.Second)
		rolledOut(0)
		if r := a.Do(t, s.staff, "GET", "/api/v1/policy/rollout", nil).Want(200).View(); r["policy"] != f.Policy || r["moved"] != 1.0 || r["ended"] == nil {
			t.Errorf("%v", r)
		}
		a.Do(t, s.staff, http.MethodPost, "/api/v1/policy/preview", []byte(text), yaml).Refused(403, "forbidden", "")
	})
}

// Accusations are counted and never shown: who administers the installation may not read them.
func TestAPreviewShowsNoAccusation(t *testing.T) {
	a := apptest.New(t)
	a.Do(t, a.As(t, mediation.GridWorker, apptest.Here), "POST", "/api/v1/reports", report(apptest.Here, obj{"category": "accusation"})).Want(201)
	src, err := fixtures.Policy("fuyang")
	if err != nil {
		t.Fatal(err)
	}
	text := "appliesTo: open\n" + strings.Replace(string(src), "whole: {within: 60d", "whole: {within: 50d", 1)
	v := a.Do(t, a.Root(t), http.MethodPost, "/api/v1/policy/preview", []byte(text), apptest.Header("Content-Type", "application/yaml")).Want(200).View()
	if v["cases"] != 1.0 || len(v["sample"].([]any)) != 0 {
		t.Errorf("%v", v)
	}
}
