package handlers_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"fengqiao/grid"
	"fengqiao/grid/edition"
	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"

	"github.com/paulmach/orb"
)

const editions = "/api/v1/plan/editions"

// register is what the app says of the plan's editions.
type planRegister struct {
	InForce string
	Next    *struct{ Version, From string }
	Terms   []struct {
		Version string
		From    *string
		Until   *string
		Settled *string
		Note    string
		Cases   int
		People  int
		By      *struct{ Name string }
	}
	Editions []struct {
		Version, How, Of string
		Cells            int
	}
}

type planDifference struct {
	From, To string
	Same     int
	Counts   map[string]int
	Changes  []struct {
		Kind, KindText string
		Before, After  []struct{ Code, Name string }
		Cases, People  int
	}
	Cases, People, Stranded int
}

// surveyed is an app in which plans change.
type surveyed struct {
	t    *testing.T
	a    *apptest.App
	root *apptest.Person
}

func (s *surveyed) order(path string, body any) apptest.Answer {
	s.t.Helper()
	tag := s.a.Do(s.t, s.root, http.MethodGet, editions, nil).Want(http.StatusOK).ETag()
	return s.a.Do(s.t, s.root, http.MethodPost, path, body, apptest.IfMatch(tag))
}

// settle runs until nothing is left to move, and says what was moved.
func (s *surveyed) settle() (all mediation.Moved) {
	s.t.Helper()
	for range 10 {
		n, err := s.a.Surveyor.Settle(context.Background())
		if err != nil {
			s.t.Fatal(err)
		}
		if n == (mediation.Moved{}) {
			return all
		}
		all.Cases, all.People = all.Cases+n.Cases, all.People+n.People
	}
	s.t.Fatal("there is no end to it")
	return all
}

func (s *surveyed) splitHere() planDifference {
	s.t.Helper()
	var d planDifference
	s.a.Do(s.t, s.root, http.MethodPost, "/api/v1/plan/split", obj{"cell": apptest.Here.Cell(), "version": "2026-二",
		"line": obj{"type": "LineString", "coordinates": [][]float64{{119.904, 29.99}, {119.904, 30.02}}},
		"left": obj{"code": apptest.Here.Cell(), "name": "西"}, "right": obj{"code": apptest.Here.Grid() + ".03", "name": "东"}}).Want(http.StatusCreated).Into(&d)
	return d
}

func (s *surveyed) caseAt(id string) (cell, area string) {
	s.t.Helper()
	k, err := s.a.Store.Cases().Load(context.Background(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(k.Cell), string(k.Area)
}

func (s *surveyed) areaOf(p *apptest.Person) grid.Code {
	s.t.Helper()
	u, err := s.a.Accounts.User(context.Background(), p.User.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	return u.Area
}

func TestAnEditionIsLookedAtEnactedAndRolledBack(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		a := fresh(t)
		s := &surveyed{t, a, a.Root(t)}
		here := apptest.Here
		west, east, both := string(here.Cell()), string(here.Grid())+".03", string(here.Grid())+".05"
		first := begin(t, a) // by its point, in what will be the east
		byHand := a.Do(t, first.worker, "POST", "/api/v1/reports", report(here, obj{"point": nil, "accuracyMetres": nil, "cell": here.Other()})).Want(201).View()["case"].(obj)["id"].(string)
		one := a.Post(t, "first-cell", account.Place{Role: mediation.GridWorker, Area: here.Cell()})
		two := a.Post(t, "second-cell", account.Place{Role: mediation.GridWorker, Area: here.Other()})
		mediator, err := a.Store.Mediators().Update(t.Context(), here.Mediator("elder"), func(m *mediation.Mediator) error {
			m.Area = here.Other()
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}

		d := s.splitHere()
		if len(d.Changes) != 2 || d.Counts["renamed"] != 1 || d.Changes[0].Kind != "split" || d.Changes[0].KindText != "拆分" || d.Counts["split"] != 1 || d.Same != 3 || d.Changes[0].Cases != 1 || d.Changes[0].People != 1 ||
			len(d.Changes[0].After) != 2 || d.Changes[0].After[1].Name != "东" || d.Cases != 1 || d.People != 1 || d.Stranded != 0 {
			t.Fatalf("%+v", d)
		}
		if a.Atlas.Load().Version() != "apptest-1" {
			t.Fatal("what was only drawn is in force")
		}
		s.splitHere() // sent again after a lost answer
		s.order(editions+"/2026-二/enactment", obj{"note": "富政发〔2026〕7号"}).Want(http.StatusOK)
		if a.Atlas.Load().Version() != "2026-二" {
			t.Fatal("the edition is not in force")
		}
		if n := s.settle(); n.Cases != 1 || n.People != 0 {
			t.Errorf("moved %+v", n)
		}
		if cell, area := s.caseAt(first.id); cell != east || area != east {
			t.Errorf("by its point the case lies in %s, %s", cell, area)
		}
		if cell, _ := s.caseAt(byHand); cell != string(here.Other()) {
			t.Errorf("the other case lies in %s", cell)
		}
		if rep := a.Do(t, first.worker, "GET", "/api/v1/reports/"+first.report, nil).Want(200).View(); rep["place"].(obj)["code"] != west || rep["planVersion"] != "apptest-1" {
			t.Errorf("the report has lost the cell that it had: %v in %v", rep["place"], rep["planVersion"])
		}
		var events struct {
			Items []struct{ Kind, KindText string }
		}
		a.Do(t, first.staff, "GET", first.path("/timeline"), nil).Want(200).Into(&events)
		if last := events.Items[len(events.Items)-1]; last.Kind != "rezoned" || last.KindText != "网格调整" {
			t.Errorf("the timeline ends with %+v", last)
		}

		var merged planDifference
		a.Do(t, s.root, http.MethodPost, "/api/v1/plan/merge", obj{"cells": []string{west, string(here.Other()), east}, "version": "2026-三", "into": obj{"code": both, "name": "合"}}).Want(http.StatusCreated).Into(&merged)
		if merged.Counts["merged"] != 1 || merged.Cases != 2 || merged.People != 3 {
			t.Errorf("%+v", merged)
		}
		s.order(editions+"/2026-三/enactment", obj{}).Want(http.StatusOK)
		if n := s.settle(); n.Cases != 2 || n.People != 3 {
			t.Errorf("moved %+v", n)
		}
		for _, id := range []string{first.id, byHand} {
			if cell, _ := s.caseAt(id); cell != both {
				t.Errorf("joined, the case lies in %s", cell)
			}
		}
		if s.areaOf(one) != grid.Code(both) || s.areaOf(two) != grid.Code(both) {
			t.Error("the workers are not of the cell that theirs have become")
		}

		s.order("/api/v1/plan/rollback", obj{"note": "有误"}).Want(http.StatusOK)
		if n := s.settle(); n.Cases != 2 || n.People != 3 {
			t.Errorf("moved back %+v", n)
		}
		if cell, _ := s.caseAt(first.id); cell != east {
			t.Errorf("rolled back, the case lies in %s", cell)
		}
		if cell, _ := s.caseAt(byHand); cell != string(here.Other()) {
			t.Errorf("rolled back, the other case lies in %s", cell)
		}
		if s.areaOf(one) != here.Cell() || s.areaOf(two) != here.Other() {
			t.Error("rolled back, the workers are not where they were")
		}
		if m, err := a.Store.Mediators().Load(t.Context(), mediator.ID); err != nil || m.Area != here.Other() {
			t.Errorf("rolled back, the mediator serves in %s, %v", m.Area, err)
		}
		s.order(editions+"/apptest-1/enactment", obj{}).Want(http.StatusOK)
		s.settle()
		if cell, area := s.caseAt(first.id); cell != west || area != west {
			t.Errorf("under the first edition the case lies in %s, %s", cell, area)
		}

		var reg planRegister
		a.Do(t, first.worker, http.MethodGet, editions, nil).Want(http.StatusOK).Into(&reg)
		if reg.InForce != "apptest-1" || len(reg.Terms) != 5 || len(reg.Editions) != 3 || reg.Editions[0].How != "merge" || reg.Editions[0].Of != "2026-二" ||
			reg.Terms[3].Note != "富政发〔2026〕7号" || reg.Terms[3].By == nil || reg.Terms[3].Cases != 1 || reg.Terms[1].Note != "有误" || reg.Terms[0].Until != nil || *reg.Terms[1].Until != *reg.Terms[0].From {
			t.Errorf("%+v", reg)
		}
		if reg.Terms[0].Settled != nil {
			t.Error("settled before an instance that had not heard of it could have")
		}
		a.Case.Advance(mediation.Grace + time.Second)
		s.settle()
		a.Do(t, first.worker, http.MethodGet, editions, nil).Want(http.StatusOK).Into(&reg)
		if reg.Terms[0].Settled == nil {
			t.Error("it is never settled")
		}
	})
}

func TestAPlannedEditionComesIntoForceAtItsTime(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		a := fresh(t)
		s := &surveyed{t, a, a.Root(t)}
		s.splitHere()
		from := a.Case.Now().Add(48 * time.Hour).UTC().Truncate(time.Second)
		var reg planRegister
		s.order(editions+"/2026-二/enactment", obj{"from": from.Format(time.RFC3339)}).Want(http.StatusOK).Into(&reg)
		if reg.Next == nil || reg.Next.Version != "2026-二" || reg.InForce != "apptest-1" {
			t.Fatalf("%+v", reg)
		}
		turn := func() string {
			t.Helper()
			if err := a.Surveyor.Turn(t.Context()); err != nil {
				t.Fatal(err)
			}
			v, _, err := a.Store.Plans().InForce(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		if v := turn(); v != "apptest-1" {
			t.Fatalf("before its time %s is in force", v)
		}
		tag := a.Do(t, s.root, http.MethodGet, editions, nil).Want(http.StatusOK).ETag()
		a.Do(t, s.root, http.MethodDelete, "/api/v1/plan/next", nil, apptest.IfMatch(tag)).Want(http.StatusOK)
		a.Do(t, s.root, http.MethodDelete, "/api/v1/plan/next", nil, apptest.IfMatch(`"1-x"`)).Want(http.StatusOK) // nothing is planned
		a.Case.Advance(72 * time.Hour)
		if v := turn(); v != "apptest-1" {
			t.Fatalf("what was cancelled is in force: %s", v)
		}
		from = a.Case.Now().Add(time.Hour).UTC().Truncate(time.Second)
		s.order(editions+"/2026-二/enactment", obj{"from": from.Format(time.RFC3339)}).Want(http.StatusOK)
		a.Case.Advance(2 * time.Hour)
		if v := turn(); v != "2026-二" {
			t.Fatalf("after its time %s is in force", v)
		}
		a.Do(t, s.root, http.MethodGet, editions, nil).Want(http.StatusOK).Into(&reg)
		if reg.Next != nil || len(reg.Terms) != 2 {
			t.Errorf("%+v", reg)
		}
	})
}

func TestWhoDrawsACellAndWhoPutsItInForce(t *testing.T) {
	a := apptest.New(t)
	s := &surveyed{t, a, a.Root(t)}
	here, there := apptest.Here, apptest.There
	town := a.As(t, mediation.Administrator, here)
	merge := func(who *apptest.Person, p apptest.Place, body obj) apptest.Answer {
		b := obj{"cells": []grid.Code{p.Cell(), p.Other()}, "into": obj{"code": p.Cell()}}
		for k, v := range body {
			b[k] = v
		}
		return a.Do(t, who, http.MethodPost, "/api/v1/plan/merge", b)
	}
	var d planDifference
	merge(town, here, nil).Want(http.StatusCreated).Into(&d)
	// Drawn on what somebody else has drawn elsewhere: that is not theirs to know.
	var other, on planDifference
	merge(s.root, there, obj{"version": "there"}).Want(http.StatusCreated).Into(&other)
	merge(town, here, obj{"base": "there"}).Want(http.StatusCreated).Into(&on)
	if other.Counts["merged"] != 1 || on.Counts["merged"] != 1 || len(on.Changes) != 2 || on.Stranded != 0 {
		t.Errorf("%+v, on it %+v", other, on)
	}
	merge(town, there, nil).Refused(http.StatusForbidden, "beyond_area", "")
	merge(town, here, obj{"into": obj{"code": there.Grid() + ".09"}}).Refused(http.StatusForbidden, "beyond_area", "")
	tag := a.Do(t, town, http.MethodGet, editions, nil).Want(http.StatusOK).ETag()
	a.Do(t, town, http.MethodPost, editions+"/"+d.To+"/enactment", obj{}, apptest.IfMatch(tag)).Refused(http.StatusForbidden, "beyond_area", "")
	a.Do(t, a.As(t, mediation.TownshipStaff, here), http.MethodPost, "/api/v1/plan/merge", obj{}).Refused(http.StatusForbidden, "forbidden", "")

	merge(s.root, here, obj{"base": "none"}).Refused(422, "unknown_value", "base")
	merge(s.root, here, obj{"cells": []grid.Code{here.Cell()}}).Refused(422, "plan.too_few", "cells")
	merge(s.root, here, obj{"cells": []grid.Code{here.Cell(), there.Cell()}}).Refused(422, "plan.code_unfit", "")
	merge(s.root, here, obj{"cells": []grid.Code{here.Cell(), here.Grid() + ".77"}}).Refused(422, "plan.no_cell", "")
	merge(s.root, here, obj{"into": obj{"code": "x"}}).Refused(422, "plan.code_unfit", "")
	split := func(line obj) apptest.Answer {
		return a.Do(t, s.root, http.MethodPost, "/api/v1/plan/split", obj{"cell": here.Cell(), "line": line, "left": obj{"code": here.Cell()}, "right": obj{"code": here.Grid() + ".03"}})
	}
	split(obj{"type": "LineString", "coordinates": [][]float64{{119.8, 30.005}, {119.905, 30.005}}}).Refused(422, "plan.not_through", "line")
	split(obj{"type": "LineString", "coordinates": [][]float64{{30.005, 119.8}, {30.005, 120}}}).Refused(422, "bad_point", "line.coordinates[0]")
	split(obj{"type": "LineString", "coordinates": [][]float64{{119.8, 30.005}}}).Refused(422, "required", "line.coordinates")
	split(obj{"type": "Point", "coordinates": [][]float64{}}).Refused(422, "unknown_value", "line.type")

	s.order("/api/v1/plan/rollback", obj{}).Refused(http.StatusConflict, "plan.no_earlier", "")
	s.order(editions+"/"+d.To+"/enactment", obj{"from": "2020-01-01T00:00:00Z"}).Refused(422, "plan.past", "from")
	s.order(editions+"/none/enactment", obj{}).Refused(http.StatusNotFound, "not_found", "")
	a.Do(t, s.root, http.MethodPost, editions+"/"+d.To+"/enactment", obj{}, apptest.IfMatch(`"77-x"`)).Refused(http.StatusPreconditionFailed, "stale", "")
	a.Do(t, s.root, http.MethodPost, editions+"/"+d.To+"/enactment", obj{}).Refused(http.StatusPreconditionRequired, "if_match_required", "")
	if v, _, _ := a.Store.Plans().InForce(t.Context()); v != "apptest-1" {
		t.Errorf("what was refused has put %s in force", v)
	}
}

// A worker whose cell has become another stays signed in: the token of the old area is refused as expired, and the phone gets
// the next one by itself.
func TestWhomAChangeOfPlansMovesStaysSignedIn(t *testing.T) {
	a := apptest.New(t)
	s := &surveyed{t, a, a.Root(t)}
	here := apptest.Here
	worker := a.Post(t, "worker", account.Place{Role: mediation.GridWorker, Area: here.Other()})
	var session struct{ AccessToken, RefreshToken string }
	a.Do(t, nil, http.MethodPost, "/api/v1/session", obj{"login": "worker", "password": apptest.Password}).Want(http.StatusOK).Into(&session)
	phone := &apptest.Person{User: worker.User, Token: session.AccessToken}
	a.Do(t, phone, http.MethodGet, "/api/v1/plan", nil).Want(http.StatusOK)
	d := planDifference{}
	a.Do(t, s.root, http.MethodPost, "/api/v1/plan/merge", obj{"cells": []grid.Code{here.Cell(), here.Other()}, "into": obj{"code": here.Cell()}}).Want(http.StatusCreated).Into(&d)
	s.order(editions+"/"+d.To+"/enactment", obj{}).Want(http.StatusOK)
	if n := s.settle(); n.People != 1 {
		t.Fatalf("moved %+v", n)
	}
	a.Do(t, phone, http.MethodGet, "/api/v1/plan", nil).Refused(http.StatusUnauthorized, "token_expired", "")
	a.Do(t, nil, http.MethodPost, "/api/v1/session/refresh", obj{"refreshToken": session.RefreshToken}).Want(http.StatusOK).Into(&session)
	phone.Token = session.AccessToken
	a.Do(t, phone, http.MethodGet, "/api/v1/plan", nil).Want(http.StatusOK)
	u, err := a.Accounts.User(t.Context(), worker.User.ID)
	if err != nil || u.Area != here.Cell() || u.History[len(u.History)-1].What != "rezoned" {
		t.Errorf("%s, %+v, %v", u.Area, u.History, err)
	}
}

// An imported edition replaces one that covers other ground: nobody's sight widens, what has no place is left to people.
func TestWhatHasNoHeirWaitsForPeople(t *testing.T) {
	a := apptest.New(t)
	s := &surveyed{t, a, a.Root(t)}
	here := apptest.Here
	first := begin(t, a)
	worker := a.Post(t, "worker", account.Place{Role: mediation.GridWorker, Area: here.Cell()})
	without := edition.Drawing{Schema: grid.ChinaSchema()}
	old := a.Atlas.Load()
	for i := range old.Len() {
		if c := old.At(i); c.Code != here.Cell() {
			without.Cells = append(without.Cells, c)
		}
	}
	p, err := grid.NewPlan("hole", without.Schema, nil, without.Cells)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Store.Plans().Keep(t.Context(), mediation.NewEdition(p, mediation.Imported, a.Case.Now()), without, p); err != nil {
		t.Fatal(err)
	}
	var d planDifference
	a.Do(t, s.root, http.MethodGet, editions+"/hole/difference", nil).Want(http.StatusOK).Into(&d)
	if d.Counts["removed"] != 1 || d.Stranded != 1 || d.Cases != 1 {
		t.Errorf("%+v", d)
	}
	s.order(editions+"/hole/enactment", obj{}).Want(http.StatusOK)
	if n := s.settle(); n.Cases != 1 || n.People != 0 {
		t.Errorf("moved %+v", n)
	}
	if cell, area := s.caseAt(first.id); cell != "" || area != string(here.Grid()) {
		t.Errorf("the case lies in %q, %s", cell, area)
	}
	if s.areaOf(worker) != here.Cell() {
		t.Errorf("the worker sees %s", s.areaOf(worker))
	}
	s.order("/api/v1/plan/rollback", obj{}).Want(http.StatusOK)
	s.settle()
	if cell, area := s.caseAt(first.id); cell != string(here.Cell()) || area != cell {
		t.Errorf("rolled back, it lies in %q, %s", cell, area)
	}
}

// Whom a person has placed since is not sent back by rolling back.
func TestWhatAPersonHasPlacedStays(t *testing.T) {
	a := apptest.New(t)
	s := &surveyed{t, a, a.Root(t)}
	here := apptest.Here
	first := begin(t, a)
	s.splitHere()
	s.order(editions+"/2026-二/enactment", obj{}).Want(http.StatusOK)
	s.settle()
	first.order(first.staff, "place", obj{"cell": here.Other()}).Want(http.StatusOK)
	s.order("/api/v1/plan/rollback", obj{}).Want(http.StatusOK)
	if n := s.settle(); n.Cases != 0 {
		t.Errorf("moved %+v", n)
	}
	if cell, _ := s.caseAt(first.id); cell != string(here.Other()) {
		t.Errorf("the case lies in %s", cell)
	}
}

// A report that lay in no cell is placed when a plan comes into force that has one there.
func TestReportsThatWaitForAPlaceGetItFromANewPlan(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		a := fresh(t)
		s := &surveyed{t, a, a.Root(t)}
		here := apptest.Here
		worker := a.As(t, mediation.GridWorker, here)
		at := func(lon, lat float64) string {
			t.Helper()
			v := a.Do(t, worker, "POST", "/api/v1/reports", report(here, obj{"point": obj{"type": "Point", "coordinates": []float64{lon, lat}}})).Want(201).View()
			if v["case"] != nil || v["place"] != nil {
				t.Fatalf("placed: %v", v)
			}
			return v["id"].(string)
		}
		between, away, swapped := at(119.93, 30.005), at(121.5, 31.2), at(30.005, 119.905)
		wider := edition.Drawing{Schema: grid.ChinaSchema()}
		old := a.Atlas.Load()
		for i := range old.Len() {
			wider.Cells = append(wider.Cells, old.At(i))
		}
		wider.Cells = append(wider.Cells, grid.Cell{Code: here.Grid() + ".09", Shape: orb.MultiPolygon{{{{119.92, 30}, {119.94, 30}, {119.94, 30.01}, {119.92, 30.01}, {119.92, 30}}}}})
		p, err := grid.NewPlan("wider", wider.Schema, nil, wider.Cells)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Store.Plans().Keep(t.Context(), mediation.NewEdition(p, mediation.Imported, a.Case.Now()), wider, p); err != nil {
			t.Fatal(err)
		}
		s.order(editions+"/wider/enactment", obj{}).Want(http.StatusOK)
		if n := s.settle(); n.Cases != 1 || n.People != 0 {
			t.Errorf("moved %+v", n)
		}
		v := a.Do(t, worker, "GET", "/api/v1/reports/"+between, nil).Want(200).View()
		if v["place"] == nil || v["place"].(obj)["code"] != string(here.Grid())+".09" || v["planVersion"] != "wider" || v["case"] == nil || len(v["marks"].([]any)) != 0 {
			t.Errorf("%v in %v of %v, case %v, %v", between, v["place"], v["planVersion"], v["case"], v["marks"])
		}
		for _, id := range []string{away, swapped} {
			if v := a.Do(t, worker, "GET", "/api/v1/reports/"+id, nil).Want(200).View(); v["place"] != nil || v["case"] != nil {
				t.Errorf("%s is placed: %v", id, v)
			}
		}
		// What staff place by hand is of the plan that they see.
		staff := a.As(t, mediation.TownshipStaff, here)
		tag := a.Do(t, staff, "GET", "/api/v1/reports/"+away, nil).Want(200).ETag()
		if v := a.Do(t, staff, "POST", "/api/v1/reports/"+away+"/place", obj{"cell": here.Cell()}, apptest.IfMatch(tag)).Want(200).View(); v["planVersion"] != "wider" {
			t.Errorf("placed by hand in %v", v["planVersion"])
		}
	})
}
