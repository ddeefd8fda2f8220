package handlers_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"fengqiao/fixtures"
	"fengqiao/grid"
	"fengqiao/grid/edition"
	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
	"fengqiao/mediation/scorecard"

	"github.com/paulmach/orb"
)

// flat is a city directly over its communities, as Longgang is: no code of it has a township.
const flat grid.Code = "33.03.83"

// community is the n-th of the city.
func community(n int) grid.Code { return flat + grid.Code(fmt.Sprintf(".-.%03d", n)) }

// flatCity puts a plan without townships and Longgang's rules in force.
func flatCity(t *testing.T, fresh apptest.Fresh) *apptest.App {
	t.Helper()
	a := fresh(t)
	units := []grid.Unit{{Code: "33", Name: "浙江省"}, {Code: "33.03", Name: "温州市"}, {Code: flat, Name: "龙港市"}}
	var cells []grid.Cell
	for n := 1; n <= 2; n++ {
		at := community(n)
		units = append(units, grid.Unit{Code: at, Name: fmt.Sprintf("样例%d社区", n)}, grid.Unit{Code: at + ".001", Name: "第一网格"})
		w, s := 120.5+0.02*float64(n), 27.5
		ring := orb.Ring{{w, s}, {w + 0.01, s}, {w + 0.01, s + 0.01}, {w, s + 0.01}, {w, s}}
		cells = append(cells, grid.Cell{Code: at + ".001.01", Name: "一号微网格", Shape: orb.MultiPolygon{{ring}}})
	}
	schema := grid.ChinaSchema()
	p, err := grid.NewPlan("flat-1", schema, units, cells)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Store.Plans().Import(t.Context(), mediation.AnyRevision, mediation.NewEdition(p, mediation.Imported, a.Case.Now()), edition.Drawing{Schema: schema, Units: units, Cells: cells}, p); err != nil {
		t.Fatal(err)
	}
	a.Atlas.Swap(p)
	src, err := fixtures.Policy("longgang")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Store.Policies().Import(t.Context(), mediation.AnyRevision, "longgang.yaml", append(src, "\npatrols: {every: 7d}\nretention: {case_days: 0, report_days: 0, checkin_days: 90}\n"...)); err != nil {
		t.Fatal(err)
	}
	return a
}

// TestACityWithoutTownshipsIsRunByItsOwnLevels: whatever speaks of the part below the city means the community, and what is a township's the city has.
func TestACityWithoutTownshipsIsRunByItsOwnLevels(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		a := flatCity(t, fresh)
		staff := a.Post(t, "city", account.Place{Role: mediation.CountyStaff, Area: flat})
		worker := a.Post(t, "walks", account.Place{Role: mediation.GridWorker, Area: community(1) + ".001"})
		next := a.Post(t, "walks-next", account.Place{Role: mediation.GridWorker, Area: community(2) + ".001"})
		leaders := []*apptest.Person{a.Post(t, "leads", account.Place{Role: mediation.GridLeader, Area: community(1)}), a.Post(t, "leads-next", account.Place{Role: mediation.GridLeader, Area: community(2)})}
		wire := newLine(t, a)
		s := &story{t: t, a: a, staff: staff, worker: worker}
		point := obj{"type": "Point", "coordinates": []float64{120.525, 27.505}}
		s.id = a.Do(t, worker, "POST", "/api/v1/reports", report(apptest.Here, obj{"point": point, "severity": 3})).Want(201).View()["case"].(obj)["id"].(string)

		// It lies in its community, under a number of that, and the city's staff hear of it in a township's place.
		var v struct {
			Number, Title string
			Area          struct {
				Code string
				Path []struct{ Level, Name string }
			}
		}
		a.Do(t, staff, "GET", s.path(""), nil).Want(200).Into(&v)
		if !strings.HasPrefix(v.Number, string(community(1))+"/") || !strings.Contains(v.Title, "样例1社区") {
			t.Errorf("it is %s, %s", v.Number, v.Title)
		}
		if levels := fmt.Sprint(v.Area.Path); strings.Contains(levels, "township") || !strings.Contains(levels, "village 样例1社区") {
			t.Errorf("its path is %s", levels)
		}
		a.Do(t, leaders[0], "GET", s.path(""), nil).Want(200)
		a.Do(t, leaders[1], "GET", s.path(""), nil).Refused(404, "not_found", "")
		wire.deliver(t)
		if inbox := string(a.Do(t, staff, "GET", "/api/v1/inbox", nil).Want(200).Body); !strings.Contains(inbox, string(mediation.NoticeNewCase)) {
			t.Errorf("the city's staff heard %s", inbox)
		}

		// Figures, patrols and villages go by community.
		if err := a.Figures.Pass(t.Context()); err != nil {
			t.Fatal(err)
		}
		var by struct{ Items []struct{ Key, Text string } }
		a.Do(t, staff, "GET", "/api/v1/stats/breakdown?by=area", nil).Want(200).Into(&by)
		if len(by.Items) != 1 || by.Items[0].Key != string(community(1)) || by.Items[0].Text != "样例1社区" {
			t.Errorf("figures by area: %+v", by.Items)
		}
		rounds := string(a.Do(t, staff, "GET", "/api/v1/patrols/figures", nil).Want(200).Body)
		if strings.Contains(rounds, `.-"`) || !strings.Contains(rounds, string(community(2))+`"`) {
			t.Errorf("patrols: %s", rounds)
		}
		if got := scorecard.VillagesIn(a.Atlas.Load(), flat, 5); len(got) != 2 || got[0] != community(1) {
			t.Errorf("villages %v", got)
		}

		// A helper from the next community is near enough: there is no other township.
		party := s.order(staff, "add-party", obj{"kind": "person", "side": "applicant", "name": "甲某", "phone": "13800001234"}).Want(200).View()["party"]
		s.order(staff, "entrust", obj{"party": party, "helper": next.User.ID, "manner": "signature"}).Want(200)
		a.Do(t, next, "GET", s.path(""), nil).Want(200)

		// Danger reaches the community and the city.
		a.Case.Advance(time.Minute)
		s.order(leaders[0], "danger", obj{"text": "有人持刀"}).Want(200)
		wire.deliver(t)
		if inbox := string(a.Do(t, staff, "GET", "/api/v1/inbox", nil).Want(200).Body); !strings.Contains(inbox, `"emergency"`) {
			t.Errorf("the city's staff heard %s", inbox)
		}
	})
}
