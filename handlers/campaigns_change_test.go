package handlers_test

import (
	"net/http"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/mediation"

	"github.com/google/uuid"
)

func TestACampaignIsProlongedAndEndedEarlyForAReasonThatIsKept(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		app := fresh(t)
		staff, boss := app.As(t, mediation.CountyStaff, apptest.Here), app.As(t, mediation.Supervisor, apptest.Here)
		app.Do(t, staff, http.MethodPost, "/api/v1/reports", report(apptest.Here, obj{"channel": "110", "category": "contract"})).Want(http.StatusCreated)
		zone := time.FixedZone("", 8*3600)
		start := app.Case.Now().In(zone)
		day := func(n int) string { return start.AddDate(0, 0, n).Format(time.DateOnly) }
		path := app.Do(t, staff, http.MethodPost, "/api/v1/campaigns", obj{"clientId": uuid.NewString(), "name": "百日攻坚", "from": day(1), "until": day(10), "target": obj{"percent": 100}}).
			Want(http.StatusCreated).Header.Get("Location")
		move := func(who *apptest.Person, which string, body obj) apptest.Answer {
			t.Helper()
			return app.Do(t, who, http.MethodPost, path+"/"+which, body, newKey())
		}
		move(staff, "end", obj{"reason": "太早"}).Refused(http.StatusConflict, "campaign.not_begun", "")
		app.Case.Advance(5 * 24 * time.Hour)
		type changed struct {
			Standing string
			Points   []struct{ Planned, Open int }
			Changes  []struct {
				Early      bool
				Reason     string
				By         struct{ ID string }
				Was, Until time.Time
			}
		}
		look := func() (c changed) {
			t.Helper()
			app.Do(t, boss, http.MethodGet, path, nil).Want(http.StatusOK).Into(&c)
			return c
		}
		before := look()
		move(boss, "prolongation", obj{"until": day(20), "reason": "汛期"}).Refused(http.StatusForbidden, "forbidden", "")
		move(app.As(t, mediation.CountyStaff, apptest.There), "prolongation", obj{"until": day(20), "reason": "汛期"}).Refused(http.StatusNotFound, "not_found", "")
		move(staff, "prolongation", obj{"until": day(20)}).Refused(http.StatusUnprocessableEntity, "required", "reason")
		move(staff, "prolongation", obj{"reason": "汛期"}).Refused(http.StatusUnprocessableEntity, "required", "until")
		move(staff, "prolongation", obj{"until": "明天", "reason": "汛期"}).Refused(http.StatusUnprocessableEntity, "campaign.not_a_day", "until")
		move(staff, "prolongation", obj{"until": day(9), "reason": "汛期"}).Refused(http.StatusUnprocessableEntity, "campaign.no_later", "until")
		move(staff, "prolongation", obj{"until": day(20), "reason": "汛期"}).Want(http.StatusOK)
		move(staff, "prolongation", obj{"until": day(20), "reason": "汛期"}).Want(http.StatusOK) // sent twice after a lost answer
		told(t, app, boss, mediation.NoticeCampaign, 1)
		now := look()
		if len(now.Changes) != 1 || now.Changes[0].Early || now.Changes[0].Reason != "汛期" || now.Changes[0].By.ID != staff.User.ID || len(now.Points) != len(before.Points) {
			t.Fatalf("%+v", now)
		}
		for i := range before.Points[:len(before.Points)-1] {
			if before.Points[i] != now.Points[i] {
				t.Errorf("day %d read %+v, now %+v", i, before.Points[i], now.Points[i])
			}
		}
		app.Case.Advance(10 * 24 * time.Hour) // past the first end
		if c := look(); c.Standing != "running" || len(c.Points) < 14 {
			t.Errorf("%s, %d points", c.Standing, len(c.Points))
		}
		move(staff, "end", obj{"until": day(8), "reason": "提前完成"}).Refused(http.StatusUnprocessableEntity, "campaign.past", "until")
		move(staff, "end", obj{"reason": "提前完成"}).Want(http.StatusOK)
		app.Case.Advance(24 * time.Hour)
		c := look()
		if last := c.Points[len(c.Points)-1]; c.Standing != "ended" || len(c.Changes) != 2 || !c.Changes[1].Early || last.Planned != 1 || last.Open != 1 {
			t.Errorf("%+v", c)
		}
		move(staff, "prolongation", obj{"until": day(40), "reason": "再来"}).Refused(http.StatusConflict, "campaign.over", "")
		told(t, app, boss, mediation.NoticeCampaign, 2)
	})
}
