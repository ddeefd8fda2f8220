package handlers_test

import (
	"net/http"
	"slices"
	"testing"

	"fengqiao/handlers/apptest"
	"fengqiao/mediation"
)

// acting is a case that a grid worker filed for a resident.
type acting struct {
	conference
	report, photo string
	party, link   string
	worker        *apptest.Person
	resident      *apptest.Person
}

// fileFor files a report for a resident and opens the resident's own link.
func fileFor(t *testing.T, fresh apptest.Fresh) acting {
	t.Helper()
	app := fresh(t)
	h := acting{conference: conference{T: t, app: app, staff: app.As(t, mediation.TownshipStaff, apptest.Here)}, worker: app.As(t, mediation.GridWorker, apptest.Here)}
	h.photo = upload(t, app, h.worker, "consent").Want(http.StatusCreated).Text("id")
	body := report(apptest.Here, obj{"parties": []obj{{"kind": "person", "side": "applicant", "name": "独居老人", "phone": "13900000001"},
		{"kind": "person", "side": "respondent", "name": "邻居", "phone": "13900000002"}}, "onBehalf": obj{"manner": "fingerprint", "evidence": h.photo}})
	var got struct {
		ID, For, ResidentLink string
		Case                  struct{ ID string }
	}
	app.Do(t, h.worker, http.MethodPost, "/api/v1/reports", body).Want(201).Into(&got)
	if got.ResidentLink == "" || got.For == "" {
		t.Fatalf("the resident is told nothing: %+v", got)
	}
	h.report, h.id, h.party = got.ID, got.Case.ID, got.For
	h.link = got.ResidentLink
	h.opens(got.ResidentLink)
	return h
}

// opens lets the resident come in by a link.
func (h *acting) opens(code string) {
	h.Helper()
	var session struct{ AccessToken string }
	h.app.Do(h.T, nil, http.MethodPost, "/api/v1/party/session", obj{"code": code}).Want(200).Into(&session)
	h.resident = &apptest.Person{Token: session.AccessToken}
}

// own is what the resident sees of who acts for them.
type own struct {
	Actions []string
	Me      struct {
		Proxy *struct {
			Helper          struct{ ID, Name string }
			Manner, Revoked string
		}
	}
	Errands []struct{ ID, What, Result string }
}

func (h acting) mine() (o own) {
	h.Helper()
	h.app.Do(h.T, h.resident, "GET", "/api/v1/party/case", nil).Want(200).Into(&o)
	return o
}

func TestAHelperFilesForAResidentWhoSeesItAllAndMayEndIt(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		h := fileFor(t, fresh)
		if o := h.mine(); o.Me.Proxy == nil || o.Me.Proxy.Helper.ID != h.worker.User.ID || o.Me.Proxy.Helper.Name == "" || o.Me.Proxy.Manner != "fingerprint" {
			t.Fatalf("%+v", o)
		}
		h.runs()
		h.seesAll(http.StatusOK, 1)
		var c struct{ Parties []struct{ ID, Side string } }
		h.app.Do(t, h.staff, "GET", "/api/v1/cases/"+h.id, nil).Want(200).Into(&c)
		i := slices.IndexFunc(c.Parties, func(p struct{ ID, Side string }) bool { return p.Side == "respondent" })
		h.give(h.staff, "entrust", obj{"party": c.Parties[i].ID, "helper": h.worker.User.ID, "manner": "signature"}).Refused(409, "proxy.other_side", "helper")

		seen := h.app.Do(t, h.resident, "GET", "/api/v1/party/case", nil).Want(200)
		var ended struct{ Link string }
		h.app.Do(t, h.resident, "POST", "/api/v1/party/case/revoke", obj{}, newKey(), apptest.IfMatch(seen.ETag())).Want(200).Into(&ended)
		h.seesAll(http.StatusNotFound, 0)
		// The helper has known the link: it is void, and the resident has another.
		app := h.app
		app.Do(t, nil, http.MethodPost, "/api/v1/party/session", obj{"code": h.link}).Refused(401, "link_invalid", "")
		h.opens(ended.Link)
		if o := h.mine(); o.Me.Proxy.Revoked == "" || len(o.Errands) != 1 {
			t.Errorf("the resident afterwards: %+v", o)
		}
		// The case goes on for the office, which has the consent on record.
		var v struct {
			Parties []struct {
				Proxy *struct{ Evidence, Revoked string }
			}
			Errands []struct{ Result string }
		}
		h.app.Do(t, h.staff, "GET", "/api/v1/cases/"+h.id, nil).Want(200).Into(&v)
		if v.Parties[0].Proxy == nil || v.Parties[0].Proxy.Evidence != h.photo || v.Parties[0].Proxy.Revoked == "" || len(v.Errands) != 1 {
			t.Errorf("the office: %+v", v)
		}
	})
}

// runs: an errand with its result, which the resident reads.
func (h acting) runs() {
	h.Helper()
	var v struct{ Errands []struct{ ID string } }
	h.give(h.worker, "errand", obj{"party": h.party, "what": "代交产权复印件"}).Want(200).Into(&v)
	h.give(h.worker, "errand-done", obj{"errand": v.Errands[0].ID, "result": "窗口已收"}).Want(200)
	if o := h.mine(); len(o.Errands) != 1 || o.Errands[0].Result != "窗口已收" {
		h.Errorf("the resident reads %+v", o.Errands)
	}
}

// seesAll holds every way to the case, its report and its photo to one answer, and the helper's lists to a number.
func (h acting) seesAll(status, listed int) {
	h.Helper()
	for _, path := range []string{"/api/v1/cases/" + h.id, "/api/v1/cases/" + h.id + "/reports", "/api/v1/reports/" + h.report, "/api/v1/media/" + h.photo} {
		h.app.Do(h.T, h.worker, "GET", path, nil).Want(status)
	}
	for _, path := range []string{"/api/v1/cases", "/api/v1/reports"} {
		var page struct{ Items []struct{ ID string } }
		h.app.Do(h.T, h.worker, "GET", path, nil).Want(200).Into(&page)
		if len(page.Items) != listed {
			h.Errorf("%s lists %d, want %d", path, len(page.Items), listed)
		}
	}
}

func TestAConsentIsCheckedBeforeAnythingIsFiled(t *testing.T) {
	app := apptest.New(t)
	worker := app.As(t, mediation.GridWorker, apptest.Here)
	party := []obj{{"kind": "person", "side": "applicant", "name": "甲", "phone": "13900000003"}}
	for _, c := range []struct {
		consent obj
		parties []obj
		code    string
		field   string
	}{
		{obj{"manner": "spoken"}, party, "proxy.evidence", "onBehalf.evidence"},
		{obj{"manner": "signature"}, nil, "required", "parties"},
		{obj{"manner": "signature"}, []obj{{"kind": "person", "side": "respondent", "name": "乙", "phone": "13900000004"}}, "unknown_value", "parties[0].side"},
		{obj{"manner": "signature", "given": "2001-01-01T00:00:00Z"}, party, "proxy.given_early", "onBehalf.given"},
		{obj{"manner": "signature", "given": "2199-01-01T00:00:00Z"}, party, "in_future", "onBehalf.given"},
	} {
		app.Do(t, worker, "POST", "/api/v1/reports", report(apptest.Here, obj{"parties": c.parties, "onBehalf": c.consent})).Refused(422, c.code, c.field)
	}
}
