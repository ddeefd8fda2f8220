package handlers_test

import (
	"net/http"
	"testing"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
)

// A helper leaves: the resident is told by their link, and nobody acts for them whom they have not consented to.
func TestAHelperWhoLeavesHandsOverErrandsAndTheResidentChooses(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		h := fileFor(t, fresh)
		var v struct{ Errands []struct{ ID string } }
		h.give(h.worker, "errand", obj{"party": h.party, "what": "代交产权复印件"}).Want(200).Into(&v)
		l := leaver{T: t, app: h.app, caseID: h.id, who: h.worker}
		next := h.app.Post(t, "next-worker", account.Place{Role: mediation.GridWorker, Area: apptest.Here.Grid()})
		far := h.app.As(t, mediation.UnitStaff, apptest.Here) // who may run no errands

		var m struct {
			Matters []struct {
				Kind, CaseID, Resident, Number string
				Errands                        int
				Shared                         bool
			}
		}
		h.app.Do(t, h.worker, http.MethodGet, "/api/v1/matters/"+h.worker.User.ID, nil).Want(200).Into(&m)
		if len(m.Matters) != 1 || m.Matters[0].Kind != "errand" || m.Matters[0].CaseID != h.id || m.Matters[0].Resident != "独***" || m.Matters[0].Errands != 1 || m.Matters[0].Shared || m.Matters[0].Number == "" {
			t.Fatalf("in hand are %+v", m.Matters)
		}
		l.lock(obj{"reason": "调离"}).Refused(409, "handover.owed", "")
		county := h.app.As(t, mediation.CountyStaff, apptest.Here)
		bad := l.open(county, far.User.ID)
		if len(bad.Matters) != 1 || len(bad.Matters[0].Hindrances) != 1 || bad.Matters[0].Hindrances[0].Code != "succession.post" {
			t.Errorf("%+v", bad.Matters)
		}
		l.step(far, bad.ID, "acceptance", obj{}).Refused(409, "handover.lacks_right", "")
		var done handed
		l.step(county, bad.ID, "proposal", obj{"successor": next.User.ID}).Want(200)
		l.step(next, bad.ID, "acceptance", obj{}).Want(200).Into(&done)
		if done.State != "done" || len(done.Matters) != 1 || done.Matters[0].Outcome != "moved" {
			t.Fatalf("%+v", done)
		}
		h.seesAll(http.StatusNotFound, 0)
		told(t, h.app, next, mediation.NoticeProxy, 1)
		told(t, h.app, h.staff, mediation.NoticeProxy, 1)

		// The resident reads who left and who would come, and may say no.
		var o struct {
			Actions []string
			Me      struct {
				Proxy struct {
					Left bool
					Next struct{ ID, Name string }
				}
			}
			Errands []struct{ Helper struct{ ID string } }
		}
		h.app.Do(t, h.resident, http.MethodGet, "/api/v1/party/case", nil).Want(200).Into(&o)
		if !o.Me.Proxy.Left || o.Me.Proxy.Next.ID != next.User.ID || o.Me.Proxy.Next.Name == "" || len(o.Errands) != 1 || o.Errands[0].Helper.ID != next.User.ID {
			t.Fatalf("the resident reads %+v", o)
		}
		// Who comes finds the case, without a word of it, and acts once the consent is on record.
		var seen struct {
			Text    string
			Parties []struct{ ID, Name string }
			Errands []struct{ What string }
		}
		h.app.Do(t, next, http.MethodGet, "/api/v1/cases/"+h.id, nil).Want(200).Into(&seen)
		if seen.Text != "" || len(seen.Errands) != 0 || seen.Parties[0].Name != "" {
			t.Errorf("before the consent they read %+v", seen)
		}
		h.app.Do(t, next, http.MethodGet, "/api/v1/cases/"+h.id+"/reports", nil).Want(403)
		h.give(next, "errand-done", obj{"errand": v.Errands[0].ID, "result": "已交"}).Want(403)
		h.give(next, "entrust", obj{"party": h.party, "manner": "signature"}).Want(200)
		h.give(next, "errand-done", obj{"errand": v.Errands[0].ID, "result": "已交"}).Want(200)
		l.lock(obj{"reason": "调离"}).Want(200)
	})
}

func TestAResidentMayRefuseWhoComesInTheHelpersPlace(t *testing.T) {
	h := fileFor(t, apptest.New)
	l := leaver{T: t, app: h.app, caseID: h.id, who: h.worker}
	next := h.app.Post(t, "next-worker", account.Place{Role: mediation.GridWorker, Area: apptest.Here.Grid()})
	id := l.open(h.worker, next.User.ID).ID
	l.step(next, id, "acceptance", obj{}).Want(200)
	seen := h.app.Do(t, h.resident, "GET", "/api/v1/party/case", nil).Want(200)
	h.app.Do(t, h.resident, "POST", "/api/v1/party/case/revoke", obj{}, newKey(), apptest.IfMatch(seen.ETag())).Want(200)
	h.app.Do(t, next, http.MethodGet, "/api/v1/cases/"+h.id, nil).Want(404)
	told(t, h.app, next, mediation.NoticeProxy, 2)
}
