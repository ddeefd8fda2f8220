package handlers_test

import (
	"net/http"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/mediation"
)

func TestAMediatorSwitchesAvailabilityAndEntersLeave(t *testing.T) {
	a := apptest.New(t)
	me := a.As(t, mediation.MediatorRole, apptest.Here)
	const path = "/api/v1/mediators/me"
	now := a.Do(t, me, "GET", path, nil).Want(200)
	if v := now.View(); v["available"] != true || v["kindText"] != "专职调解员" {
		t.Errorf("%v", v)
	}
	a.Do(t, me, http.MethodPatch, path, obj{"available": false}).Refused(428, "if_match_required", "")
	a.Do(t, me, http.MethodPatch, path, obj{}, apptest.IfMatch(now.ETag())).Refused(422, "required", "available")
	off := a.Do(t, me, http.MethodPatch, path, obj{"available": false}, apptest.IfMatch(now.ETag())).Want(200)
	a.Do(t, me, http.MethodPatch, path, obj{"available": true}, apptest.IfMatch(now.ETag())).Refused(412, "stale", "")

	at := func(d time.Duration) string { return a.Case.Now().Add(d).UTC().Format(time.RFC3339) }
	leave := func(from, to string) obj { return obj{"from": from, "to": to} }
	a.Do(t, me, "POST", path+"/leaves", leave(at(time.Hour), at(-time.Hour)), apptest.IfMatch(off.ETag()), newKey()).Refused(422, "out_of_order", "to")
	a.Do(t, me, "POST", path+"/leaves", obj{"to": at(time.Hour)}, apptest.IfMatch(off.ETag()), newKey()).Refused(422, "required", "from")
	key := newKey()
	body := leave(at(-time.Hour), at(time.Hour))
	var v struct {
		OnLeave bool
		Leaves  []struct{ ID string }
	}
	var last apptest.Answer
	for range 2 {
		last = a.Do(t, me, "POST", path+"/leaves", body, apptest.IfMatch(off.ETag()), key).Want(201)
		last.Into(&v)
		if !v.OnLeave || len(v.Leaves) != 1 {
			t.Fatalf("%+v", v)
		}
	}
	a.Do(t, me, http.MethodDelete, path+"/leaves/none", nil, apptest.IfMatch(last.ETag())).Refused(404, "not_found", "")
	if v := a.Do(t, me, http.MethodDelete, path+"/leaves/"+v.Leaves[0].ID, nil, apptest.IfMatch(last.ETag())).Want(200).View(); v["onLeave"] != false {
		t.Errorf("%v", v)
	}
}

func TestStaffSeeTheirAreasMediatorsAlone(t *testing.T) {
	a := apptest.New(t)
	staff := a.As(t, mediation.TownshipStaff, apptest.Here)
	for query, want := range map[string]int{"": 3, "?area=" + string(apptest.Here.Village()): 2, "?area=" + string(apptest.There): 0, "?area=33.01": 3} {
		var page struct{ Items []struct{ ID string } }
		a.Do(t, staff, "GET", "/api/v1/mediators"+query, nil).Want(200).Into(&page)
		if len(page.Items) != want {
			t.Errorf("%q: %d, want %d", query, len(page.Items), want)
		}
	}
	a.Do(t, a.As(t, mediation.GridWorker, apptest.Here), "GET", "/api/v1/mediators", nil).Refused(403, "forbidden", "")
}

func TestStaffAssignByHandWithReasonsBeforeThem(t *testing.T) {
	a := apptest.New(t)
	s := begin(t, a)
	s.order(s.staff, "accept", nil).Want(200)
	var list struct {
		Items []struct {
			Mediator              struct{ ID, KindText string }
			Eligible, Overrulable bool
			Reasons, Excluded     []struct{ Text string }
		}
	}
	a.Do(t, s.staff, "GET", s.path("/candidates?seat=0"), nil).Want(200).Into(&list)
	if len(list.Items) == 0 || !list.Items[0].Eligible || list.Items[0].Reasons[0].Text == "" {
		t.Fatalf("%+v", list)
	}
	a.Do(t, s.staff, "GET", s.path("/candidates?seat=9"), nil).Refused(422, "out_of_range", "seat")
	a.Do(t, s.worker, "GET", s.path("/candidates"), nil).Refused(403, "forbidden", "")
	s.order(s.staff, "assign", obj{"mediator": "nobody"}).Refused(422, "unknown_value", "mediator")
	s.order(s.staff, "assign", obj{"mediator": apptest.Here.Mediator("own"), "seat": -1}).Refused(422, "out_of_range", "seat")
	v := s.order(s.staff, "assign", obj{"mediator": apptest.Here.Mediator("own"), "seat": 0, "remark": "就近"}).Want(200).View()
	if v["state"] != "accepted" || v["panel"].([]any)[0].(obj)["mediator"].(obj)["id"] != apptest.Here.Mediator("own") {
		t.Errorf("%v", v)
	}
}
