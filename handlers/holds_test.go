package handlers_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
	"fengqiao/mediation/council"
	"fengqiao/mediation/handover"
	"fengqiao/mediation/opinion"
	"fengqiao/mediation/retention"
)

// heldRecord is a record beside cases that is held, as the API shows it.
type heldRecord struct {
	ID, Kind, Record string
	Open             bool
	Turns            []struct {
		By     struct{ ID string }
		Held   bool
		Reason string
	}
}

// nothingIsDue holds retention to nothing for as long as that.
func nothingIsDue(t *testing.T, a *apptest.App, within time.Duration) {
	t.Helper()
	letGo(t, a, 0)
	if due, err := a.Retention.NextDue(t.Context(), a.Case.Now().Add(within)); err != nil || !due.IsZero() {
		t.Fatalf("something is due at %s, %v", due, err)
	}
}

func TestWhatIsHeldForTheLawIsErasedByNobodyUntilItIsLifted(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		h := newHall(t, fresh)
		a := h.a
		h.id = h.call(72*time.Hour, obj{"villagers": []any{obj{"name": "示例乙", "phone": "13800001234"}}}).Want(201).Text("id")
		county, supervisor, town := a.As(t, mediation.CountyStaff, apptest.Here), a.As(t, mediation.Supervisor, apptest.Here), a.As(t, mediation.TownshipStaff, apptest.Here)
		away := a.Post(t, "elsewhere", account.Place{Role: mediation.CountyStaff, Area: "33.99"})
		place := func(who *apptest.Person, kind, record string) apptest.Answer {
			return a.Do(t, who, http.MethodPost, "/api/v1/holds", obj{"kind": kind, "record": record, "reason": "法院调取"}, newKey())
		}
		place(town, "meeting", h.id).Refused(403, "forbidden", "")
		place(away, "meeting", h.id).Refused(422, "unknown_value", "record")
		place(county, "meeting", "nobody's").Refused(422, "unknown_value", "record")
		place(county, "wish", h.id).Refused(422, "unknown_value", "kind")
		var v heldRecord
		place(county, "meeting", h.id).Want(201).Into(&v)
		if !v.Open || v.Record != h.id || len(v.Turns) != 1 || v.Turns[0].By.ID != county.User.ID || v.Turns[0].Reason != "法院调取" {
			t.Fatalf("%+v", v)
		}
		place(supervisor, "meeting", h.id).Refused(409, "need.not_held", "record")

		a.Case.Advance(3000 * day)
		nothingIsDue(t, a, 10*day)
		// Nor by order: as a whole, or one villager.
		eraser := &council.Eraser{Meetings: a.Store.Meetings(), Keys: a.Ring, Open: a.Councils.Open, Now: a.Case.Now, Holds: a.Store.Holds()}
		people := &mediation.Eraser{Service: a.Cases, Keys: a.Ring, Photos: a.Photos, Beside: []mediation.Acquaintance{council.Invitations{Eraser: eraser}}}
		number := people.Hashes("13800001234")
		if trace, err := people.ErasePerson(t.Context(), number, "request"); !mediation.IsHeld(err) || len(trace.HeldBeside) != 1 {
			t.Errorf("%+v, %v", trace, err)
		}
		if err := eraser.Erase(t.Context(), h.id); !mediation.IsHeld(err) {
			t.Errorf("the whole: %v", err)
		}
		if who := h.look(h.leader).Invited; who[len(who)-1].Name != "示例乙" {
			t.Errorf("%+v", who)
		}

		lift := func(who *apptest.Person) apptest.Answer {
			return a.Do(t, who, http.MethodPost, "/api/v1/holds/"+v.ID+"/lift", obj{"reason": "已结案"}, newKey())
		}
		var page struct{ Items []heldRecord }
		a.Do(t, supervisor, http.MethodGet, "/api/v1/holds?open=true", nil).Want(200).Into(&page)
		if len(page.Items) != 1 || page.Items[0].ID != v.ID {
			t.Errorf("%+v", page)
		}
		a.Do(t, away, http.MethodGet, "/api/v1/holds", nil).Want(200).Into(&page)
		if len(page.Items) != 0 {
			t.Errorf("elsewhere: %+v", page)
		}
		a.Do(t, away, http.MethodGet, "/api/v1/holds/"+v.ID, nil).Want(404)
		lift(county).Refused(403, "forbidden", "") // who may hold it is not who decides that it goes
		lift(supervisor).Want(200).Into(&v)
		if v.Open || len(v.Turns) != 2 {
			t.Errorf("%+v", v)
		}
		lift(supervisor).Refused(409, "need.held", "")
		letGo(t, a, 1)
		letGo(t, a, 0)
	})
}

func TestACaseThatIsHeldHoldsWhatSpeaksOfItBesideIt(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		a := fresh(t)
		supervisor := a.As(t, mediation.Supervisor, apptest.Here)
		k := counterOf(t, a, apptest.Here)
		k.register(t, "reception")
		s := slipOf(k.next(t, "1"), 200)
		s = slipOf(k.step(t, s, "begin", nil), 200)
		var got struct {
			ID   string
			Case struct{ ID string }
		}
		a.Do(t, k.who, http.MethodPost, "/api/v1/reports", report(apptest.Here, obj{"channel": "hall"})).Want(201).Into(&got)
		slipOf(k.step(t, slipOf(k.step(t, s, "link", obj{"report": got.ID}), 200), "done", nil), 200)
		order := func(name string) {
			t.Helper()
			path := "/api/v1/cases/" + got.Case.ID
			seen := a.Do(t, supervisor, http.MethodGet, path, nil).Want(200)
			a.Do(t, supervisor, http.MethodPost, path+"/"+name, obj{"reason": "法院调取"}, newKey(), apptest.IfMatch(seen.ETag())).Want(200)
		}
		order("hold")
		a.Case.Advance(365 * day)
		letGo(t, a, 0)
		nothingIsDue(t, a, 20*time.Hour) // and it is not looked at over and over
		a.Case.Advance(25 * time.Hour)
		letGo(t, a, 0)
		var v ticket
		if a.Do(t, k.who, http.MethodGet, k.hall+"/visits/"+s.ID, nil).Want(200).Into(&v); v.ReportID != got.ID {
			t.Fatalf("%+v", v)
		}
		order("lift-hold")
		a.Case.Advance(25 * time.Hour)
		letGo(t, a, 1)
		letGo(t, a, 0)
	})
}

func TestASuggestionThatIsHeldOutlivesItsCampaign(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		p := newPoll(t, fresh)
		county, supervisor := p.a.As(t, mediation.CountyStaff, apptest.Here), p.a.As(t, mediation.Supervisor, apptest.Here)
		kept, gone := p.suggest(p.worker, nil).Want(201).Text("id"), p.suggest(p.worker, nil).Want(201).Text("id")
		p.answer(kept, "已装")
		p.decide(kept, "adopted", "装减速带", nil).Want(200)
		id := p.a.Do(t, county, http.MethodPost, "/api/v1/holds", obj{"kind": "suggestion", "record": kept, "reason": "法院调取"}, newKey()).Want(201).Text("id")
		paper := p.look(p.office, kept).Paper.Slip
		p.a.Do(t, county, http.MethodPost, "/api/v1/holds", obj{"kind": "slip", "record": paper, "reason": "法院调取"}, newKey()).Refused(409, "hold.with_record", "record")
		p.a.Case.Advance(7 * day)
		p.sweep()
		p.a.Case.Advance(365 * day)
		letGo(t, p.a, 1)
		letGo(t, p.a, 0)
		if a, b := p.look(p.office, kept), p.look(p.office, gone); a.Text == "" || b.Text != "" {
			t.Errorf("held %q, not held %q", a.Text, b.Text)
		}
		p.a.Do(t, supervisor, http.MethodPost, "/api/v1/holds/"+id+"/lift", obj{"reason": "已结案"}, newKey()).Want(200)
		p.a.Case.Advance(2 * day)
		letGo(t, p.a, 1)
		if s := p.look(p.office, kept); s.Text != "" {
			t.Errorf("it still says %q", s.Text)
		}
	})
}

// Every kind that retention lets go of can be held.
func TestEveryKindOnAShelfCanBeHeld(t *testing.T) {
	a := apptest.New(t)
	for _, sh := range a.Retention.Shelves {
		ok := false
		for _, x := range a.Retention.Holdable {
			ok = ok || x.Kind == sh.Kind && fmt.Sprintf("%T", x.Records) == fmt.Sprintf("%T", sh.Records)
		}
		if !ok {
			t.Errorf("%s cannot be held", sh.Kind)
		}
	}
	var (
		_ retention.Records = (*handover.Eraser)(nil)
		_ mediation.Keeper  = (*opinion.Eraser)(nil)
	)
}
