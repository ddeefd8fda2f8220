package handlers_test

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"fengqiao/handlers"
	"fengqiao/handlers/apptest"
	"fengqiao/mediation"
)

func TestThePlanCanBeWalkedFromTheCountyToACell(t *testing.T) {
	a := apptest.New(t)
	worker := a.As(t, mediation.GridWorker, apptest.Here)
	head := a.Do(t, worker, "GET", "/api/v1/plan", nil).Want(200).View()
	if head["cells"] != 4.0 || len(head["bound"].([]any)) != 4 || len(head["levels"].([]any)) != 7 {
		t.Errorf("%v", head)
	}
	code := head["roots"].([]any)[0].(obj)["code"].(string)
	for depth := 0; ; depth++ {
		units := a.Do(t, worker, "GET", "/api/v1/plan/units?parent="+code, nil).Want(200).View()["items"].([]any)
		if len(units) == 0 {
			break
		}
		if depth > 10 {
			t.Fatal("no end")
		}
		code = units[0].(obj)["code"].(string)
	}
	if code != string(apptest.Here.Cell()) {
		t.Fatalf("ends at %s", code)
	}
	cell := a.Do(t, worker, "GET", "/api/v1/plan/cells/"+code+"?crs=gcj02", nil).Want(200).View()
	if n := cell["neighbours"].([]any); len(n) != 1 || n[0] != string(apptest.Here.Other()) {
		t.Errorf("neighbours %v", n)
	}
	a.Do(t, worker, "GET", "/api/v1/plan/cells/33.01.11.009", nil).Refused(404, "not_found", "")
	a.Do(t, worker, "GET", "/api/v1/plan/units?parent=x", nil).Refused(422, "bad_code", "parent")
	shapes := a.Do(t, worker, "GET", "/api/v1/plan.geojson?area="+string(apptest.There), nil).Want(200)
	if strings.Count(string(shapes.Body), `"MultiPolygon"`) != 2 {
		t.Errorf("%s", shapes.Body)
	}
	a.Do(t, worker, "GET", "/api/v1/plan.geojson?area="+string(apptest.There), nil, apptest.Header("If-None-Match", shapes.ETag())).Want(304)
}

func TestAPointIsLocatedWithoutReporting(t *testing.T) {
	a := apptest.New(t)
	worker := a.As(t, mediation.GridWorker, apptest.Here)
	get := func(query string) obj {
		return a.Do(t, worker, "GET", "/api/v1/plan/locate"+query, nil).Want(200).View()
	}
	if v := get("?lon=119.905&lat=30.005"); v["place"].(obj)["code"] != string(apptest.Here.Cell()) {
		t.Errorf("%v", v)
	}
	if v := get("?lon=30.005&lat=119.905"); v["maybeSwapped"] != true || v["suggested"].(obj)["code"] != string(apptest.Here.Cell()) {
		t.Errorf("%v", v)
	}
	if v := get("?lon=119.9205&lat=30.005"); v["place"] != nil || v["nearest"].(obj)["place"].(obj)["code"] != string(apptest.Here.Other()) {
		t.Errorf("%v", v)
	}
	if v := get("?lon=121.5&lat=31.2"); v["place"] != nil || v["nearest"] != nil {
		t.Errorf("%v", v)
	}
	for query, code := range map[string]string{"?lat=30": "not_a_number", "?lon=NaN&lat=30": "not_a_number", "?lon=1&lat=91": "bad_point", "?lon=1&lat=1&crs=x": "unknown_crs"} {
		a.Do(t, worker, "GET", "/api/v1/plan/locate"+query, nil).Refused(422, code, "")
	}
}

// putWhole puts a plan or policy in place of the one that the sender has just read.
func putWhole(t *testing.T, a *apptest.App, who *apptest.Person, path string, body []byte, settings ...apptest.Setting) apptest.Answer {
	t.Helper()
	at, _, _ := strings.Cut(path, "?")
	tag := a.Do(t, who, http.MethodGet, at, nil).Want(http.StatusOK).ETag()
	return a.Do(t, who, http.MethodPut, path, body, append(settings, apptest.IfMatch(tag))...)
}

func geo() apptest.Setting { return apptest.Header("Content-Type", "application/geo+json") }

const oneCell = `{"type":"FeatureCollection","version":"v2","features":[{"type":"Feature","properties":{"code":"33.01.11.001.001.001.01","name":"新微网格"},
	"geometry":{"type":"Polygon","coordinates":[[[119.9,30],[119.91,30],[119.91,30.01],[119.9,30.01],[119.9,30]]]}}]}`

func TestAnAdministratorImportsAPlanOverHTTP(t *testing.T) {
	apptest.OnBoth(t, anAdministratorImportsAPlanOverHTTP)
}

func anAdministratorImportsAPlanOverHTTP(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	root := a.Root(t)
	put := func(body, query string) apptest.Answer {
		return putWhole(t, a, root, "/api/v1/plan"+query, []byte(body), geo())
	}
	a.Do(t, root, http.MethodPut, "/api/v1/plan", []byte(oneCell), geo()).Refused(http.StatusPreconditionRequired, "if_match_required", "")
	first := apptest.Header("If-None-Match", "*")
	a.Do(t, root, http.MethodPut, "/api/v1/plan", []byte(oneCell), geo(), first).Refused(http.StatusPreconditionFailed, "stale", "")
	before := apptest.IfMatch(a.Do(t, root, http.MethodGet, "/api/v1/plan", nil).Want(200).ETag())
	v := put(oneCell, "").Want(200).View()
	a.Do(t, root, http.MethodPut, "/api/v1/plan?version=other", []byte(oneCell), geo(), before).Refused(http.StatusPreconditionFailed, "stale", "")
	if _, err := a.Store.Plans().Load(t.Context(), "other"); !errors.Is(err, mediation.ErrNotFound) {
		t.Errorf("what was refused has used its version up: %v", err)
	}
	if v["version"] != "v2" || v["cells"] != 1.0 {
		t.Fatalf("%v", v)
	}
	located := a.Do(t, root, "GET", "/api/v1/plan/locate?lon=119.905&lat=30.005", nil).Want(200).View()
	if located["place"].(obj)["name"] != "新微网格" {
		t.Errorf("in force is %v", located)
	}
	put(oneCell, "").Want(200)
	put(strings.Replace(oneCell, "新微网格", "别的", 1), "").Refused(422, "plan.version_taken", "version")
	put(strings.Replace(oneCell, "新微网格", "别的", 1), "?version=v3").Want(200)
	p := put(strings.Replace(oneCell, `"33.01.11.001.001.001.01"`, `"x"`, 1), "").Refused(422, "plan.refused", "")
	if len(p.Errors) != 1 || p.Errors[0].Field != "features[0]" || p.Errors[0].Code != "plan.code" || p.Errors[0].Detail == "" {
		t.Errorf("%+v", p)
	}
	p = put(strings.Replace(oneCell, `"version"`, `"crs":{"properties":{"name":"EPSG:4549"}},"version"`, 1), "").Refused(422, "plan.refused", "")
	if p.Errors[0].Code != "plan.crs" || !strings.Contains(p.Errors[0].Detail, "EPSG:4549") {
		t.Errorf("%+v", p)
	}
	p = put(strings.Replace(oneCell, ",[119.9,30]]]", "]]", 1), "").Refused(422, "plan.refused", "")
	if p.Errors[0].Code != "plan.refused" && p.Errors[0].Code != "plan.coordinates" || !strings.Contains(p.Errors[0].Detail, "33.01.11.001.001.001.01") {
		t.Errorf("an open ring: %+v", p)
	}
	line := strings.ReplaceAll(oneCell[strings.Index(oneCell, `{"type":"Feature",`):len(oneCell)-2], "\n", " ")
	v = putWhole(t, a, root, "/api/v1/plan?version=v4", []byte("\x1e"+line+"\n"), apptest.Header("Content-Type", "application/geo+json-seq")).Want(200).View()
	if v["version"] != "v4" || v["cells"] != 1.0 {
		t.Errorf("of a sequence: %v", v)
	}
	putWhole(t, a, a.As(t, mediation.CountyStaff, apptest.Here), "/api/v1/plan", []byte(oneCell), geo()).Refused(403, "forbidden", "")
}

func TestAPlanLargerThanTheLimitIsRefused(t *testing.T) {
	a := apptest.New(t)
	padding := strings.Repeat(" ", int(handlers.DefaultLimits.Import)+1)
	putWhole(t, a, a.Root(t), "/api/v1/plan", []byte(padding), geo()).Refused(413, "body_too_large", "")
}

func TestAPolicyIsReadAndImportedWithItsFindings(t *testing.T) {
	apptest.OnBoth(t, aPolicyIsReadAndImportedWithItsFindings)
}

func aPolicyIsReadAndImportedWithItsFindings(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	worker, root := a.As(t, mediation.GridWorker, apptest.Here), a.Root(t)
	now := a.Do(t, worker, "GET", "/api/v1/policy", nil).Want(200).View()
	if len(now["categories"].([]any)) != 16 || now["name"] != "富阳区矛盾纠纷调处规则" {
		t.Errorf("%v", now)
	}
	if en := a.Do(t, worker, "GET", "/api/v1/policy/"+now["id"].(string), nil, apptest.English()).Want(200).Text("name"); en != "Fuyang dispute rules" {
		t.Errorf("in English %s", en)
	}
	a.Do(t, worker, "GET", "/api/v1/policy/none", nil).Refused(404, "not_found", "")
	src := apptest.Policy(t)
	if got := a.Do(t, worker, "GET", "/api/v1/policy?format=yaml", nil).Want(200).Body; string(got) != string(src) {
		t.Error("the source is another")
	}
	yaml := apptest.Header("Content-Type", "application/yaml")
	changed := strings.Replace(string(src), `label: "2026-01"`, `label: "2026-02"`, 1)
	v := putWhole(t, a, root, "/api/v1/policy", []byte(changed), yaml).Want(200).View()
	if v["label"] != "2026-02" || v["id"] == now["id"] {
		t.Errorf("%v", v)
	}
	stale := apptest.IfMatch(a.Do(t, root, http.MethodGet, "/api/v1/policy", nil).Want(200).ETag())
	third := strings.Replace(string(src), `label: "2026-01"`, `label: "2026-03"`, 1)
	putWhole(t, a, root, "/api/v1/policy", []byte(third), yaml).Want(200)
	a.Do(t, root, http.MethodPut, "/api/v1/policy", []byte(changed), yaml, stale).Refused(http.StatusPreconditionFailed, "stale", "")
	broken := strings.Replace(changed, "snap_metres:", "snapp_metres:", 1)
	p := putWhole(t, a, root, "/api/v1/policy", []byte(broken), yaml).Refused(422, "policy.refused", "")
	line := strconv.Itoa(1 + strings.Count(broken[:strings.Index(broken, "snapp_metres:")], "\n"))
	if len(p.Errors) != 2 || p.Errors[1].Field != "intake.snapp_metres" || !strings.Contains(p.Errors[1].Detail, ":"+line+":") {
		t.Errorf("%+v", p)
	}
	putWhole(t, a, worker, "/api/v1/policy", []byte(changed), yaml).Refused(403, "forbidden", "")
}
