package handlers_test

import (
	"net/http"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/mediation"

	"github.com/google/uuid"
)

// struggle is a campaign as a test reads it.
type struggle struct {
	Standing string
	Target   *struct {
		Total, Settled int
		Reached        bool
	}
	Points []struct {
		Open, Closed, Settled, Ended, Reopened int
		Cases                                  map[string]string
	}
}

func TestACampaignKeepsItsListAndShowsEachDaysEnd(t *testing.T) {
	apptest.OnBoth(t, aCampaignKeepsItsList)
}

func aCampaignKeepsItsList(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t)
	ctx := t.Context()
	staff, there := app.As(t, mediation.CountyStaff, apptest.Here), app.As(t, mediation.CountyStaff, apptest.There)
	take := func() string {
		var got struct{ Case struct{ ID string } }
		app.Do(t, staff, http.MethodPost, "/api/v1/reports", report(apptest.Here, obj{"channel": "110", "category": "contract"})).Want(http.StatusCreated).Into(&got)
		app.Case.Advance(31 * 24 * time.Hour) // further apart than one matter could be
		return got.Case.ID
	}
	first, _ := take(), take()
	do := func(cmd mediation.Command, id string) {
		t.Helper()
		c, err := app.Cases.Cases.Load(ctx, id)
		if err == nil {
			_, err = app.Cases.Do(ctx, staff.Actor(), id, mediation.Request{Command: cmd, Revision: c.Revision, Key: uuid.NewString()})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	zone := time.FixedZone("", 8*3600)
	day := func(n int) string { return app.Case.Now().In(zone).AddDate(0, 0, n).Format(time.DateOnly) }
	body := obj{"clientId": uuid.NewString(), "name": "百日攻坚", "from": day(1), "until": day(100), "rule": obj{"source": "police", "minDays": 20}, "target": obj{"percent": 50}}
	made := app.Do(t, staff, http.MethodPost, "/api/v1/campaigns", body).Want(http.StatusCreated)
	app.Do(t, staff, http.MethodPost, "/api/v1/campaigns", body).Want(http.StatusCreated)
	path := made.Header.Get("Location")
	look := func(who *apptest.Person) (s struggle) {
		t.Helper()
		app.Do(t, who, http.MethodGet, path, nil).Want(http.StatusOK).Into(&s)
		return s
	}
	if s := look(staff); s.Standing != "planned" || s.Target != nil || len(s.Points) != 0 {
		t.Errorf("before it begins: %+v", s)
	}
	app.Do(t, there, http.MethodGet, path, nil).Refused(http.StatusNotFound, "not_found", "")
	app.Case.Advance(48 * time.Hour)
	take() // comes too late to be on the list
	do(mediation.Refuse{Route: "court", Reason: "court"}, first)
	s := look(staff)
	last := s.Points[len(s.Points)-1]
	if s.Standing != "running" || s.Target.Total != 2 || s.Target.Settled != 1 || s.Target.Reached || s.Points[0].Open != 2 || last.Open != 1 || last.Ended != 1 {
		t.Errorf("under way: %+v", s)
	}
	do(mediation.Reopen{Reason: "new facts"}, first)
	s = look(staff)
	if last = s.Points[len(s.Points)-1]; last.Open != 2 || last.Reopened != 1 {
		t.Errorf("taken up again: %+v", last)
	}
	var page struct{ Items []struct{ ID string } }
	if app.Do(t, staff, http.MethodGet, last.Cases["reopened"], nil).Want(http.StatusOK).Into(&page); len(page.Items) != 1 || page.Items[0].ID != first {
		t.Errorf("%+v", page)
	}
	if lines := readTable(t, app.Do(t, staff, http.MethodGet, tableOf(last.Cases["reopened"]), nil)); len(lines) != 1 || lines[0]["标识"] != first {
		t.Errorf("the file of the list: %v", lines)
	}
	app.Do(t, there, http.MethodGet, tableOf(last.Cases["reopened"]), nil).Refused(http.StatusNotFound, "not_found", "")
	if lines := readTable(t, app.Do(t, staff, http.MethodGet, path+"?format=csv", nil)); len(lines) != len(s.Points) || lines[len(lines)-1]["重新办理过"] != "1" {
		t.Errorf("how it went, as a file: %v", lines)
	}
	app.Case.Advance(200 * 24 * time.Hour)
	if s = look(app.As(t, mediation.Supervisor, apptest.Here)); s.Standing != "ended" || len(s.Points) != 101 || s.Points[100].Open != 2 {
		t.Errorf("after its end: %s, %d points", s.Standing, len(s.Points))
	}
}

func TestACampaignIsUndertakenByCountyStaffForDaysToCome(t *testing.T) {
	app := apptest.New(t)
	staff := app.As(t, mediation.CountyStaff, apptest.Here)
	with := func(changes obj) obj {
		b := obj{"clientId": uuid.NewString(), "name": "攻坚", "from": "2099-03-01", "until": "2099-05-31", "target": obj{"percent": 90}}
		for k, v := range changes {
			b[k] = v
		}
		return b
	}
	for _, x := range []struct {
		changes     obj
		code, field string
	}{
		{obj{"from": "2020-03-01", "until": "2020-04-01"}, "campaign.begun", "from"}, {obj{"until": "2099-02-01"}, "out_of_order", "until"},
		{obj{"until": "2101-02-01"}, "campaign.too_long", "until"}, {obj{"rule": obj{"source": "smoke"}}, "unknown_value", "rule.source"},
	} {
		app.Do(t, staff, http.MethodPost, "/api/v1/campaigns", with(x.changes)).Refused(http.StatusUnprocessableEntity, x.code, x.field)
	}
	app.Do(t, staff, http.MethodPost, "/api/v1/campaigns", with(obj{"area": string(apptest.There)})).Refused(http.StatusForbidden, "forbidden", "area")
	app.Do(t, app.As(t, mediation.TownshipStaff, apptest.Here), http.MethodPost, "/api/v1/campaigns", with(nil)).Refused(http.StatusForbidden, "forbidden", "")
}
