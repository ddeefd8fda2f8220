package handlers_test

import (
	"net/http"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/mediation"
)

// A month freezes by itself three days after its end, as the card has it; one that was swept much later says so, and none is left out.
func TestAMonthFreezesByItself(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		app := fresh(t)
		withAnji(t, app)
		supervisor := countyOf(t, app, mediation.Supervisor)
		sweep := func() {
			t.Helper()
			for range 3 { // each notes the month after the one that it has frozen
				if _, err := app.Scorecards.Sweep(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		}
		type month struct {
			FrozenBy struct{ ID string }
			At, Due  time.Time
			Late     bool
		}
		look := func(name string) apptest.Answer {
			t.Helper()
			return app.Do(t, supervisor, http.MethodGet, "/api/v1/scorecards/anji/snapshots/"+name+"?by=area", nil)
		}
		zone, err := time.LoadLocation("Asia/Shanghai")
		if err != nil {
			t.Fatal(err)
		}
		now := app.Case.Now().In(zone)
		begin := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, zone)
		first, end := begin.Format("2006-01"), begin.AddDate(0, 1, 0)
		sweep()
		app.Case.Forward(end.AddDate(0, 0, 2))
		sweep()
		look(first).Refused(404, "not_found", "")
		due := end.AddDate(0, 0, 3)
		if at, err := app.Scorecards.NextDue(t.Context(), due); err != nil || !at.Equal(due) {
			t.Fatalf("it is looked at at %s, not at %s: %v", at, due, err)
		}
		app.Case.Forward(due)
		sweep()
		var got month
		if look(first).Want(200).Into(&got); got.FrozenBy.ID != "system" || got.At.Before(due) || !got.Due.Equal(due) || got.Late {
			t.Errorf("%+v", got)
		}
		// The server stands still for three months.
		app.Case.Forward(end.AddDate(0, 3, 10))
		sweep()
		for i := range 3 {
			var got month
			if look(end.AddDate(0, i, 0).Format("2006-01")).Want(200).Into(&got); !got.Late {
				t.Errorf("month %d after: %+v", i+1, got)
			}
		}
		// By hand what nobody has noted: it says that it comes late.
		before := begin.AddDate(0, -1, 0).Format("2006-01")
		var by month
		app.Do(t, supervisor, http.MethodPost, "/api/v1/scorecards/anji/snapshots", obj{"month": before}).Want(201).Into(&by)
		if !by.Late || by.FrozenBy.ID != supervisor.User.ID {
			t.Errorf("%+v", by)
		}
	})
}
