package handlers_test

import (
	"context"
	"maps"
	"strings"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/mediation"

	"github.com/google/uuid"
)

// obj is a JSON object.
type obj = map[string]any

func newKey() apptest.Setting { return apptest.Key(uuid.NewString()) }

// report is a well-formed report of a grid worker, with changes.
func report(p apptest.Place, changes obj) obj {
	pt := p.Point()
	r := obj{"clientId": uuid.NewString(), "text": "楼上漏水，两户多次争吵", "category": "neighbour", "severity": 2, "emergency": false,
		"point": obj{"type": "Point", "coordinates": []float64{pt[0], pt[1]}}, "accuracyMetres": 12}
	for k, v := range changes {
		if v == nil {
			delete(r, k)
		} else {
			r[k] = v
		}
	}
	return r
}

func TestAReportIsPlacedInItsMicroGridAndBecomesACase(t *testing.T) {
	apptest.OnBoth(t, aReportIsPlacedInItsMicroGridAndBecomesACase)
}

func aReportIsPlacedInItsMicroGridAndBecomesACase(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	worker := a.As(t, mediation.GridWorker, apptest.Here)
	body := report(apptest.Here, obj{"address": "文居街1号", "phoneTime": time.Now().UTC().Format(time.RFC3339),
		"parties": []obj{{"kind": "person", "side": "applicant", "name": "甲", "phone": "+86 138-0000-1234"}}})
	first := a.Do(t, worker, "POST", "/api/v1/reports", body).Want(201)
	var got struct {
		ID, Status, Text, Address string
		Revision                  int64
		Place                     struct {
			Code, Name string
			Path       []struct{ Level, Code, Name string }
		}
		Marks []string
		Case  *struct{ ID, Title, State string }
	}
	first.Into(&got)
	if got.Status != "case" || got.Case == nil || got.Case.State != "reported" || got.Text == "" || got.Address != "文居街1号" {
		t.Fatalf("%+v", got)
	}
	levels := make([]string, len(got.Place.Path))
	for i, s := range got.Place.Path {
		levels[i] = s.Level
	}
	if got.Place.Code != string(apptest.Here.Cell()) || strings.Join(levels[3:], " ") != "township village grid microgrid" && strings.Join(levels[3:], " ") != "township village grid micro_grid" {
		t.Errorf("placed in %s with %v", got.Place.Code, levels)
	}
	if !strings.HasPrefix(got.Case.Title, "富阳矛调〔") {
		t.Errorf("numbered %s", got.Case.Title)
	}

	again := a.Do(t, worker, "POST", "/api/v1/reports", body).Want(201)
	if again.Text("id") != got.ID || again.Header.Get("Idempotency-Replayed") != "true" || again.ETag() != first.ETag() {
		t.Errorf("the same report again: %s", again.Body)
	}
	spelled := maps.Clone(body)
	spelled["clientId"] = strings.ToUpper(body["clientId"].(string))
	if other := a.Do(t, worker, "POST", "/api/v1/reports", spelled); other.Status != 201 || other.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("the same report with its id in capitals: %d %s", other.Status, other.Body)
	}
	body["text"] = "另一件事"
	a.Do(t, worker, "POST", "/api/v1/reports", body).Refused(422, "same_id_other_content", "clientId")

	a.Do(t, worker, "GET", "/api/v1/reports/"+got.ID, nil).Want(200)
	a.Do(t, worker, "GET", "/api/v1/reports/"+got.ID, nil, apptest.Header("If-None-Match", first.ETag())).Want(304)
	a.Do(t, a.As(t, mediation.GridWorker, apptest.There), "GET", "/api/v1/reports/"+got.ID, nil).Refused(404, "not_found", "")
	page := a.Do(t, worker, "GET", "/api/v1/reports", nil).Want(200).View()
	if items := page["items"].([]any); len(items) != 1 || page["next"] != nil {
		t.Errorf("own reports: %v", page)
	}
}

func TestAReportIsRefusedOnlyForWhatIsWrongWithItself(t *testing.T) {
	a := apptest.New(t)
	worker := a.As(t, mediation.GridWorker, apptest.Here)
	point := func(lon, lat any, more ...obj) obj {
		p := obj{"type": "Point", "coordinates": []any{lon, lat}}
		for _, m := range more {
			for k, v := range m {
				p[k] = v
			}
		}
		return p
	}
	tests := map[string]struct {
		change      obj
		code, field string
	}{
		"no client id":             {obj{"clientId": nil}, "not_a_uuid", "clientId"},
		"a client id of no form":   {obj{"clientId": "7"}, "not_a_uuid", "clientId"},
		"no words and no photo":    {obj{"text": nil}, "required", "text"},
		"words without an end":     {obj{"text": strings.Repeat("字", 4001)}, "too_long", "text"},
		"a severity of no scale":   {obj{"severity": 9}, "out_of_range", "severity"},
		"a severity in words":      {obj{"severity": "high"}, "wrong_type", "severity"},
		"a category of no form":    {obj{"category": "邻里"}, "unknown_value", "category"},
		"a field that there isn't": {obj{"gps": 1}, "unknown_field", "gps"},
		"a place off the earth":    {obj{"point": point(999, 30)}, "bad_point", "point.coordinates"},
		"a place beyond the pole":  {obj{"point": point(30.0, 91.0)}, "bad_point", "point"},
		"a place without a number": {obj{"point": point(119.9, nil)}, "wrong_type", "point.coordinates[1]"},
		"a place in words":         {obj{"point": point("119.9", 30)}, "wrong_type", "point.coordinates[0]"},
		"half a place":             {obj{"point": obj{"type": "Point", "coordinates": []any{119.9}}}, "bad_point", "point.coordinates"},
		"a line for a place":       {obj{"point": point(119.9, 30, obj{"type": "LineString"})}, "unknown_value", "point.type"},
		"an unheard-of datum":      {obj{"point": point(119.9, 30, obj{"crs": "tokyo"})}, "unknown_crs", "point.crs"},
		"a negative accuracy":      {obj{"accuracyMetres": -1}, "out_of_range", "accuracyMetres"},
		"ten photos":               {obj{"photos": strings.Split(strings.Repeat("x,", 10), ",")[:10]}, "too_many", "photos"},
		"a photo of nobody's":      {obj{"photos": []string{"nope"}}, "unknown_value", "photos[0]"},
		"a party without a name":   {obj{"parties": []obj{{"kind": "person", "side": "applicant", "name": " "}}}, "required", "parties[0].name"},
		"a party of no side":       {obj{"parties": []obj{{"kind": "person", "side": "judge", "name": "甲"}}}, "unknown_value", "parties[0].side"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := a.Do(t, worker, "POST", "/api/v1/reports", report(apptest.Here, tt.change)).Refused(422, tt.code, tt.field)
			if p.Detail == "" || p.RequestID == "" {
				t.Errorf("tells nothing: %+v", p)
			}
		})
	}
	a.Do(t, worker, "POST", "/api/v1/reports", []byte("{\"text\":\"\xff\xfe\"}")).Refused(400, "json_syntax", "")
	a.Do(t, worker, "POST", "/api/v1/reports", []byte(`{"severity":NaN}`)).Refused(400, "json_syntax", "")
	if n, err := a.Cases.Reports.Pending(context.Background(), time.Now().Add(time.Hour), 10); err != nil || len(n) != 0 {
		t.Errorf("stored in spite of it: %v %v", n, err)
	}
}

func TestAWellFormedReportIsNeverRefusedForItsPlaceOrTime(t *testing.T) {
	apptest.OnBoth(t, aWellFormedReportIsNeverRefusedForItsPlaceOrTime)
}

func aWellFormedReportIsNeverRefusedForItsPlaceOrTime(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	worker, staff := a.As(t, mediation.GridWorker, apptest.Here), a.As(t, mediation.TownshipStaff, apptest.Here)
	pt := apptest.Here.Point()
	at := func(lon, lat float64, crs string) obj {
		return obj{"point": obj{"type": "Point", "coordinates": []float64{lon, lat}, "crs": crs}}
	}
	tests := map[string]struct {
		change obj
		marks  string
		place  string
	}{
		"outside every cell":               {at(apptest.Outside[0], apptest.Outside[1], "wgs84"), "unplaced", ""},
		"longitude and latitude exchanged": {at(pt[1], pt[0], "wgs84"), "maybeSwapped unplaced", ""},
		"exchanged, from a map":            {at(pt[1], pt[0], "gcj02"), "maybeSwapped unplaced", ""},
		"no fix at all":                    {obj{"point": nil, "address": "村口大樟树下"}, "unplaced", ""},
		"a cell chosen by hand":            {obj{"point": nil, "cell": apptest.Here.Other()}, "", string(apptest.Here.Other())},
		"a cell of an older plan":          {obj{"point": nil, "cell": "33.01.11.001.001.001.99"}, "unplaced", ""},
		"a clock years ahead":              {obj{"phoneTime": "2199-01-01T00:00:00Z"}, "clockDoubtful", string(apptest.Here.Cell())},
		"an old phone's category":          {obj{"category": "lost_dogs"}, "unknownCategory", string(apptest.Here.Cell())},
		"a coarse fix":                     {obj{"accuracyMetres": 5000}, "coarsePosition", string(apptest.Here.Cell())},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got struct {
				ID, Status       string
				Marks            []string
				Place, Suggested *struct{ Code string }
			}
			a.Do(t, worker, "POST", "/api/v1/reports", report(apptest.Here, tt.change)).Want(201).Into(&got)
			place := ""
			if got.Place != nil {
				place = got.Place.Code
			}
			if strings.Join(got.Marks, " ") != tt.marks || place != tt.place {
				t.Fatalf("marked %v in %q", got.Marks, place)
			}
			if strings.Contains(tt.marks, "maybeSwapped") && (got.Suggested == nil || got.Suggested.Code != string(apptest.Here.Cell())) {
				t.Errorf("suggested %+v", got.Suggested)
			}
			if place == "" && got.Status != "pending" {
				t.Errorf("status %s", got.Status)
			}
		})
	}
	var waiting struct{ Items []struct{ ID string } }
	a.Do(t, staff, "GET", "/api/v1/reports/unplaced", nil).Want(200).Into(&waiting)
	if len(waiting.Items) != 5 {
		t.Fatalf("%d wait", len(waiting.Items))
	}
	one := "/api/v1/reports/" + waiting.Items[0].ID
	a.Do(t, staff, "POST", one+"/place", obj{"cell": apptest.Here.Cell()}).Refused(428, "if_match_required", "")
	tag := a.Do(t, staff, "GET", one, nil).Want(200).ETag()
	a.Do(t, staff, "POST", one+"/place", obj{"cell": "33.01.11.001.001.001.77"}, apptest.IfMatch(tag)).Refused(422, "unknown_value", "cell")
	placed := a.Do(t, staff, "POST", one+"/place", obj{"cell": apptest.Here.Cell()}, apptest.IfMatch(tag)).Want(200)
	if placed.Text("status") != "case" {
		t.Errorf("placed: %s", placed.Body)
	}
	a.Do(t, worker, "POST", one+"/place", obj{"cell": apptest.Here.Cell()}, apptest.IfMatch(tag)).Refused(403, "forbidden", "")
	a.Do(t, a.As(t, mediation.TownshipStaff, apptest.There), "POST", one+"/place", obj{"cell": apptest.Here.Cell()}, apptest.IfMatch(tag)).Refused(404, "not_found", "")
}

func TestAPointOfAMapIsTheSamePlace(t *testing.T) {
	a := apptest.New(t)
	worker := a.As(t, mediation.GridWorker, apptest.Here)
	pt := apptest.Here.Point()
	id := a.Do(t, worker, "POST", "/api/v1/reports", report(apptest.Here, nil)).Want(201).Text("id")
	shown := a.Do(t, worker, "GET", "/api/v1/reports/"+id+"?crs=bd09", nil).Want(200).View()["point"].(obj)
	if shown["crs"] != "bd09" {
		t.Fatalf("%v", shown)
	}
	var back struct {
		Point struct{ Coordinates []float64 }
	}
	a.Do(t, worker, "POST", "/api/v1/reports", report(apptest.Here, obj{"point": shown})).Want(201).Into(&back)
	for i, v := range back.Point.Coordinates {
		if d := v - pt[i]; d > 2e-7 || d < -2e-7 {
			t.Errorf("came back as %v, was %v", back.Point.Coordinates, pt)
		}
	}
}

func TestAReportIsSupplementedAndWithdrawnOnce(t *testing.T) {
	apptest.OnBoth(t, aReportIsSupplementedAndWithdrawnOnce)
}

func aReportIsSupplementedAndWithdrawnOnce(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	worker := a.As(t, mediation.GridWorker, apptest.Here)
	one := "/api/v1/reports/" + a.Do(t, worker, "POST", "/api/v1/reports", report(apptest.Here, nil)).Want(201).Text("id")
	key := newKey()
	a.Do(t, worker, "POST", one+"/supplements", obj{"text": "又吵了一次"}).Refused(400, "key_required", "Idempotency-Key")
	a.Do(t, worker, "POST", one+"/supplements", obj{"text": "  "}, newKey()).Refused(422, "required", "text")
	for range 2 {
		v := a.Do(t, worker, "POST", one+"/supplements", obj{"text": "又吵了一次"}, key).Want(200).View()
		if list := v["supplements"].([]any); len(list) != 1 || list[0].(obj)["text"] != "又吵了一次" {
			t.Fatalf("%v", list)
		}
	}
	a.Do(t, worker, "POST", one+"/supplements", obj{"text": "别的"}, key).Refused(422, "same_id_other_content", "Idempotency-Key")
	v := a.Do(t, worker, "POST", one+"/withdrawal", obj{"reason": "已自行和解"}, newKey()).Want(200).View()
	if v["status"] != "withdrawn" || v["case"].(obj)["state"] != "withdrawn" {
		t.Fatalf("%v", v)
	}
	a.Do(t, worker, "POST", one+"/supplements", obj{"text": "再说一点"}, newKey()).Want(409)
}
