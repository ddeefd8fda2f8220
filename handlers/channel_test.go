package handlers_test

import (
	"bytes"
	"net/http"
	"testing"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
)

// Who may register by which channel is the county's policy: others are refused with the field and nothing is stored; danger is taken from
// everybody; and what was taken in before the policy said so is answered as it was.
func TestAMatterIsRegisteredByWhoMayByItsChannel(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		app := fresh(t)
		worker, county := app.As(t, mediation.GridWorker, apptest.Here), app.Post(t, "county-office", account.Place{Role: mediation.CountyStaff, Area: apptest.County})
		before := report(apptest.Here, obj{"channel": "petition"})
		app.Do(t, worker, http.MethodPost, "/api/v1/reports", before).Want(http.StatusCreated)
		src := bytes.Replace(apptest.Policy(t), []byte("en: passed on by the petition office}}"), []byte("en: passed on by the petition office}, by: [county_staff]}"), 1)
		app.Do(t, app.Root(t), http.MethodPut, "/api/v1/policy", src, apptest.Header("Content-Type", "application/yaml"),
			apptest.IfMatch(app.Do(t, app.Root(t), http.MethodGet, "/api/v1/policy", nil).ETag())).Want(http.StatusOK)

		refused := report(apptest.Here, obj{"channel": "petition", "category": "contract"})
		app.Do(t, worker, http.MethodPost, "/api/v1/reports", refused).Refused(http.StatusUnprocessableEntity, "report.channel", "channel")
		app.Do(t, worker, http.MethodPost, "/api/v1/reports", report(apptest.Here, obj{"channel": "elsewhere"})).Refused(http.StatusUnprocessableEntity, "report.channel", "channel")
		var list struct{ Items []struct{ ID string } }
		app.Do(t, county, http.MethodGet, "/api/v1/cases", nil).Want(http.StatusOK).Into(&list)
		if len(list.Items) != 1 {
			t.Errorf("%d cases after refusals", len(list.Items))
		}
		again := app.Do(t, worker, http.MethodPost, "/api/v1/reports", before).Want(http.StatusCreated)
		if again.Header.Get("Idempotency-Replayed") != "true" {
			t.Error("what was taken in before is not answered as it was")
		}
		app.Do(t, county, http.MethodPost, "/api/v1/reports", report(apptest.Here, obj{"channel": "petition", "category": "labour"})).Want(http.StatusCreated)
		app.Do(t, worker, http.MethodPost, "/api/v1/reports", report(apptest.Here, obj{"channel": "petition", "category": "damage", "emergency": true})).Want(http.StatusCreated)

		var pol struct {
			Channels []struct {
				Key string
				By  []string
			}
		}
		app.Do(t, worker, http.MethodGet, "/api/v1/policy", nil).Want(http.StatusOK).Into(&pol)
		for _, c := range pol.Channels {
			if (c.Key == "petition") != (len(c.By) == 1) {
				t.Errorf("the phone reads of %s: %v", c.Key, c.By)
			}
		}
	})
}
