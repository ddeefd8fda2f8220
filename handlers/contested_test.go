package handlers_test

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"testing"

	"fengqiao/handlers/apptest"
	"fengqiao/mediation"
)

// overlapping is a plan whose two cells, the township's, both have the ground around its point.
const overlapping = `{"type":"FeatureCollection","version":"overlapping","features":[
{"type":"Feature","properties":{"code":"33.01.11.001.001.001.01","name":"甲微网格"},"geometry":{"type":"Polygon","coordinates":[[[119.9,30],[119.91,30],[119.91,30.01],[119.9,30.01],[119.9,30]]]}},
{"type":"Feature","properties":{"code":"33.01.11.001.001.001.02","name":"乙微网格"},"geometry":{"type":"Polygon","coordinates":[[[119.904,30],[119.92,30],[119.92,30.01],[119.904,30.01],[119.904,30]]]}}]}`

func TestAReportOnGroundOfTwoCellsSaysSo(t *testing.T) {
	apptest.OnBoth(t, aReportOnGroundOfTwoCellsSaysSo)
}

func aReportOnGroundOfTwoCellsSaysSo(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	worker, staff := a.As(t, mediation.GridWorker, apptest.Here), a.As(t, mediation.TownshipStaff, apptest.Here)
	putWhole(t, a, a.Root(t), "/api/v1/plan", []byte(overlapping), geo()).Want(http.StatusOK)
	send := func(lon float64) apptest.Answer {
		return a.Do(t, worker, "POST", "/api/v1/reports", report(apptest.Here, obj{"point": obj{"type": "Point", "coordinates": []float64{lon, 30.005}}})).Want(201)
	}
	type shown struct {
		ID        string
		Place     struct{ Code string }
		Contested []struct{ Code, Name string }
		Marks     []string
		Case      struct{ ID string }
	}
	check := func(who string, got shown) {
		t.Helper()
		if strings.Join(got.Marks, " ") != "ambiguousCell" || got.Place.Code != string(apptest.Here.Cell()) ||
			len(got.Contested) != 1 || got.Contested[0].Code != string(apptest.Here.Other()) || got.Contested[0].Name != "乙微网格" {
			t.Errorf("%s: %+v", who, got)
		}
	}
	var two, one shown
	send(119.905).Into(&two)
	check("the reporter", two)
	var seen shown
	a.Do(t, staff, "GET", "/api/v1/reports/"+two.ID, nil).Want(200).Into(&seen)
	check("staff", seen)
	var listed struct{ Items []shown }
	a.Do(t, staff, "GET", "/api/v1/cases/"+two.Case.ID+"/reports", nil).Want(200).Into(&listed)
	check("staff in the case", listed.Items[0])

	clear := send(119.902)
	clear.Into(&one)
	if len(one.Marks) > 0 || bytes.Contains(clear.Body, []byte("contested")) {
		t.Errorf("of one cell alone: %s", clear.Body)
	}
	// Such a report is stored as it was before there were contested ones, and read back the same.
	row, err := a.Store.Engine.Get(context.Background(), "reports", one.ID)
	if err != nil || bytes.Contains(row.Body, []byte("Contested")) {
		t.Fatalf("%s, %v", row.Body, err)
	}
	if again := a.Do(t, staff, "GET", "/api/v1/reports/"+one.ID, nil).Want(200); again.View()["contested"] != nil || len(again.View()["marks"].([]any)) > 0 {
		t.Errorf("read back: %s", again.Body)
	}
}
