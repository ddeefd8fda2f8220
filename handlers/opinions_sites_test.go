package handlers_test

import (
	"fmt"
	"net/http"
	"testing"

	"fengqiao/handlers/apptest"
	"fengqiao/mediation"

	"github.com/google/uuid"
	"github.com/paulmach/orb"
)

func TestWhereSuggestionsAreTakenIsInAMicroGridAndOnTheMap(t *testing.T) {
	apptest.OnBoth(t, whereSuggestionsAreTaken)
}

func whereSuggestionsAreTaken(t *testing.T, fresh apptest.Fresh) {
	p := newPoll(t, fresh)
	here, there := apptest.Here.Point(), apptest.There.Point()
	for _, x := range []struct {
		at          orb.Point
		more        obj
		code, field string
	}{
		{apptest.Outside, nil, "opinion.nowhere", "point"},
		{orb.Point{30.005, 119.905 - 90}, nil, "opinion.nowhere", "point"},
		{there, nil, "opinion.elsewhere", "point"},
		{here, obj{"name": " "}, "required", "name"},
		{here, obj{"unit": ""}, "required", "keeper"},
		{here, obj{"keeper": "nobody"}, "unknown_value", "keeper"},
		{here, obj{"kind": "kiosk"}, "unknown_value", "kind"},
		{here, obj{"clientId": "1"}, "not_a_uuid", "clientId"},
	} {
		p.openSite(p.office, x.at, x.more).Refused(422, x.code, x.field)
	}
	p.openSite(p.worker, here, nil).Refused(403, "forbidden", "")
	p.openSite(p.office, here, obj{"clientId": p.site, "name": "别的点"}).Refused(422, "same_id_other_content", "clientId")
	p.openSite(p.a.As(t, mediation.TownshipStaff, apptest.There), there, obj{"kind": "station", "name": "春江站", "keeper": p.worker.User.ID}).Want(201)
	type sites struct {
		Items []struct{ Name, Kind, Cell string }
	}
	var found sites
	p.do(p.worker, http.MethodGet, "/sites?area="+string(apptest.There), nil).Want(200).Into(&found)
	if len(found.Items) != 1 || found.Items[0].Name != "春江站" || found.Items[0].Cell != string(apptest.There.Cell()) {
		t.Errorf("%+v", found)
	}
	var m struct {
		Features []struct {
			Geometry   struct{ Coordinates []float64 }
			Properties struct{ Name, Type string }
		}
	}
	p.do(p.worker, http.MethodGet, "/sites.geojson?kind=point", nil).Want(200).Into(&m)
	if len(m.Features) != 1 || m.Features[0].Geometry.Coordinates[0] != here[0] || m.Features[0].Properties.Type != "opinionSite" {
		t.Errorf("%+v", m)
	}
	thing := "/sites/" + p.site
	tag := p.do(p.office, http.MethodGet, thing, nil).Want(200).ETag()
	moved := p.do(p.office, http.MethodPatch, thing, obj{"hours": "周末", "point": obj{"type": "Point", "coordinates": []float64{here[0] + 0.01, here[1]}}}, apptest.IfMatch(tag)).Want(200)
	if moved.Text("cell") != string(apptest.Here.Other()) || moved.Text("name") != "村口便民点" || moved.Text("hours") != "周末" {
		t.Errorf("%s", moved.Body)
	}
	if again := p.openSite(p.office, here, obj{"clientId": p.site}).Want(201); again.Text("hours") != "周末" {
		t.Errorf("made again it is as it is now: %s", again.Body)
	}
	p.do(p.office, http.MethodPatch, thing, obj{"hours": "夜里"}, apptest.IfMatch(tag)).Refused(412, "stale", "")
	p.act(p.office, thing, "/closure", obj{"reason": "房东139 1234 5678收回"}).Refused(422, "opinion.personal", "reason")
	p.act(p.office, thing, "/closure", obj{"reason": "拆迁"}).Want(200)
	p.act(p.office, thing, "/closure", obj{"reason": "拆迁"}).Refused(409, "opinion.site_closed", "")
	p.suggest(p.worker, nil).Refused(409, "opinion.site_closed", "site")
	p.suggest(p.worker, obj{"site": uuid.NewString()}).Refused(422, "unknown_value", "site")
	p.suggest(p.worker, obj{"site": "", "cell": string(apptest.There.Cell())}).Refused(422, "opinion.not_asked", "cell")
	p.suggest(p.a.As(t, mediation.GridWorker, apptest.There), obj{"site": ""}).Refused(422, "opinion.not_asked", "cell")
	p.suggest(p.worker, obj{"site": "", "topic": "moon"}).Refused(422, "unknown_value", "topic")
	p.suggest(p.worker, obj{"site": "", "phone": "123"}).Refused(422, "invalid_value", "phone")
	p.suggest(p.worker, obj{"site": "", "text": ""}).Refused(422, "required", "text")
	p.do(p.worker, http.MethodGet, "/sites?open=true&area="+string(apptest.Here), nil).Want(200).Into(&found)
	if len(found.Items) != 0 {
		t.Errorf("closed, and listed as open: %+v", found)
	}
}

func TestFiguresEqualARecountOfWhatWasSent(t *testing.T) { apptest.OnBoth(t, figuresEqualARecount) }

func figuresEqualARecount(t *testing.T, fresh apptest.Fresh) {
	p := newPoll(t, fresh)
	sent := map[string]int{}
	for i := range 30 {
		topic := []string{"roads", "parks"}[i%3%2]
		sent[topic]++
		p.suggest(p.worker, obj{"topic": topic, "text": fmt.Sprint("建议", i)}).Want(201)
	}
	var f struct {
		Stations, Points, Suggestions int
		Campaigns, ByTopic, ByState   map[string]int
	}
	p.do(p.office, http.MethodGet, "/figures", nil).Want(200).Into(&f)
	if f.Points != 1 || f.Stations != 0 || f.Suggestions != 30 || f.ByTopic["roads"] != sent["roads"] || f.ByTopic["parks"] != sent["parks"] || f.ByState["routed"] != 30 || f.Campaigns["open"] != 1 {
		t.Errorf("%+v, sent %v", f, sent)
	}
	p.do(p.office, http.MethodGet, "/figures?area="+string(apptest.There), nil).Refused(422, "unknown_value", "area")
	p.do(p.a.As(t, mediation.CountyStaff, apptest.There), http.MethodGet, "/figures", nil).Want(200).Into(&f)
	if f.Suggestions != 0 {
		t.Errorf("the other township counts %+v", f)
	}
	var page struct{ Items []struct{ ID string } }
	p.do(p.unit, http.MethodGet, "/suggestions?limit=100", nil).Want(200).Into(&page)
	if len(page.Items) != sent["roads"] {
		t.Errorf("the unit sees %d of its %d", len(page.Items), sent["roads"])
	}
}
