package handlers_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"fengqiao/fixtures"
	"fengqiao/grid"
	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
)

// county is an administrator of the whole county of the plan and of nothing else.
func county(t *testing.T, a *apptest.App) *apptest.Person {
	return a.Post(t, "county", account.Place{Role: mediation.Administrator, Area: apptest.County})
}

// planIn is a plan of one cell.
func planIn(code string) []byte {
	return []byte(strings.NewReplacer("33.01.11.001.001.001.01", code, `"v2"`, `"of-`+code+`"`).Replace(oneCell))
}

func TestATownshipsAdministratorReplacesNeitherPlanNorPolicy(t *testing.T) {
	a := apptest.New(t)
	ctx := context.Background()
	township := a.As(t, mediation.Administrator, apptest.There)
	before, err := a.Store.Policies().Current(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string][]byte{"their own township alone": planIn(string(apptest.There.Cell())), "another county": planIn("33.01.12.001.001.001.01")} {
		t.Run(name, func(t *testing.T) {
			putWhole(t, a, township, "/api/v1/plan", body, geo()).Refused(http.StatusForbidden, "beyond_area", "")
		})
	}
	src, err := fixtures.Policy("fuyang")
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(src), `label: "2026-01"`, `label: "2026-02"`, 1)
	putWhole(t, a, township, "/api/v1/policy", []byte(changed), apptest.Header("Content-Type", "application/yaml")).Refused(http.StatusForbidden, "beyond_area", "")

	if version, _, err := a.Store.Plans().InForce(ctx); err != nil || version != "apptest-1" || a.Atlas.Load().Version() != "apptest-1" {
		t.Errorf("the plan in force is %s here and %s in the store, %v", a.Atlas.Load().Version(), version, err)
	}
	if after, err := a.Store.Policies().Current(ctx); err != nil || after.ID != before.ID {
		t.Errorf("the policy in force is %v, %v", after, err)
	}
}

func TestACountysAdministratorReplacesThePlanInsideTheCounty(t *testing.T) {
	a := apptest.New(t)
	admin := county(t, a)
	putWhole(t, a, admin, "/api/v1/plan", planIn("33.01.12.001.001.001.01"), geo()).Refused(http.StatusForbidden, "beyond_area", "")
	if v := a.Atlas.Load().Version(); v != "apptest-1" {
		t.Fatalf("in force is %s", v)
	}
	putWhole(t, a, admin, "/api/v1/plan", planIn("33.01.11.005.001.001.01"), geo()).Want(http.StatusOK)
}

func TestTheFirstPlanIsImportedByWhoseAreaHoldsIt(t *testing.T) {
	a := apptest.New(t)
	a.Atlas.Swap(&grid.Plan{})
	admin := county(t, a)
	a.Do(t, admin, http.MethodPut, "/api/v1/plan", planIn("33.01.12.001.001.001.01"), geo(), apptest.IfMatch(`"1-x"`)).Refused(http.StatusForbidden, "beyond_area", "")
	a.Do(t, admin, http.MethodPut, "/api/v1/plan", planIn("33.01.11.005.001.001.01"), geo(), apptest.IfMatch(`"1-x"`)).Want(http.StatusOK)
	if a.Atlas.Load().Len() != 1 {
		t.Error("the first plan is not in force")
	}
}
