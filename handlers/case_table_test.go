package handlers_test

import (
	"encoding/csv"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"fengqiao/handlers"
	"fengqiao/handlers/apptest"
	"fengqiao/mediation"

	"github.com/google/uuid"
	"github.com/xuri/excelize/v2"
)

// read is the lines of a CSV below its heads, by the heads.
func readTable(t *testing.T, a apptest.Answer) (lines []map[string]string) {
	t.Helper()
	a.Want(http.StatusOK)
	all, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(a.Body), "\ufeff"))).ReadAll()
	if err != nil || len(all) == 0 {
		t.Fatalf("%v\n%s", err, a.Body)
	}
	for _, cells := range all[1:] {
		line := map[string]string{}
		for i, head := range all[0] {
			line[head] = cells[i]
		}
		lines = append(lines, line)
	}
	return lines
}

// tableOf is the file beside a list.
func tableOf(list string) string {
	path, query, _ := strings.Cut(list, "?")
	return path + "/table?" + query
}

func TestTheCasesBehindAFigureAreAFile(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		app := fresh(t)
		settle(t, app, apptest.Here)
		settle(t, app, apptest.There)
		app.Do(t, app.As(t, mediation.GridWorker, apptest.Here), http.MethodPost, "/api/v1/reports", report(apptest.Here, obj{"category": "accusation"})).Want(http.StatusCreated)
		for range 3 {
			app.Case.Advance(31 * 24 * time.Hour)
			app.Do(t, app.As(t, mediation.GridWorker, apptest.Here), http.MethodPost, "/api/v1/reports", report(apptest.Here, obj{"category": "contract"})).Want(http.StatusCreated)
		}
		for _, who := range []*apptest.Person{app.Post(t, "county", countyStaff()), app.As(t, mediation.TownshipStaff, apptest.Here), app.As(t, mediation.Leader, apptest.There)} {
			figures := summary(t, app, who, "").Figures
			if figures[0].Cases == nil || *figures[0].Value == 0 {
				t.Fatalf("%s: %+v", who.User.Role, figures[0])
			}
			lists := []string{"/api/v1/cases?", "/api/v1/stats/backlog/cases?band=1"}
			for _, f := range figures {
				lists = append(lists, *f.Cases)
			}
			for _, list := range lists {
				var page struct{ Items []struct{ ID, Title string } }
				app.Do(t, who, http.MethodGet, list+"&limit=100", nil).Want(http.StatusOK).Into(&page)
				file := app.Do(t, who, http.MethodGet, tableOf(list), nil)
				lines := readTable(t, file)
				book := workbook(t, app.Do(t, who, http.MethodGet, tableOf(list)+"&format=xlsx", nil).Want(http.StatusOK).Body)
				rows, err := book.GetRows(book.GetSheetList()[0])
				if err != nil || len(lines) != len(page.Items) || len(rows) != len(lines)+3 {
					t.Fatalf("%s, %s: %d in the list, %d in the CSV, %d in the workbook, %v", who.User.Role, list, len(page.Items), len(lines), len(rows)-3, err)
				}
				for i, x := range page.Items {
					if lines[i]["标识"] != x.ID || lines[i]["案号"] != x.Title || lines[i]["状态"] == "" || !slices.Contains(rows[3+i], x.ID) {
						t.Errorf("%s, %s: %v for %+v", who.User.Role, list, lines[i], x)
					}
				}
				if name := file.Header.Get("Content-Disposition"); !strings.HasPrefix(name, `attachment; filename="cases-`) || file.Header.Get("Content-Type") != "text/csv; charset=utf-8" {
					t.Errorf("%q", name)
				}
			}
		}
	})
}

func TestAFileNamesPeopleAsOpeningTheCaseDoes(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		a := fresh(t)
		s := begin(t, a)
		s.parties()
		looks := func(what string) int {
			t.Helper()
			return strings.Count(string(a.Do(t, s.staff, http.MethodGet, s.path("/looks?limit=100"), nil).Want(http.StatusOK).Body), `"`+what+`"`)
		}
		const plain, named = "/api/v1/cases/table?", "/api/v1/cases/table?parties=true"
		for name, tt := range map[string]struct {
			who               *apptest.Person
			path              string
			people, phones    string
			ids               string
			opened, contacted int
		}{
			"without parties nothing personal":   {s.staff, plain, "", "", "", 0, 0},
			"township staff":                     {s.staff, named, "甲某；乙公司", "138****1234；057******0000", "3301**********1234", 1, 0},
			"township staff who ask for numbers": {s.staff, named + "&reveal=contact", "甲某；乙公司", "13800001234；0571-63320000", "330183199001011234", 1, 1},
			"a supervisor, who may not":          {a.As(t, mediation.Supervisor, apptest.Here), named + "&reveal=contact", "", "", "", 1, 0},
			"who reported":                       {s.worker, named + "&reveal=contact", "", "", "", 1, 0},
		} {
			opened, contacted := looks("case"), looks("contact")
			lines := readTable(t, a.Do(t, tt.who, http.MethodGet, tt.path, nil))
			if len(lines) != 1 || lines[0]["当事人"] != tt.people || lines[0]["电话"] != tt.phones || lines[0]["证件号"] != tt.ids {
				t.Errorf("%s: %v", name, lines)
			}
			if o, c := looks("case")-opened, looks("contact")-contacted; o != tt.opened || c != tt.contacted {
				t.Errorf("%s: %d openings and %d looks at numbers are on record, want %d and %d", name, o, c, tt.opened, tt.contacted)
			}
		}
		if lines := readTable(t, a.Do(t, a.As(t, mediation.TownshipStaff, apptest.There), http.MethodGet, named, nil)); len(lines) != 0 {
			t.Errorf("the other township reads %v", lines)
		}
		a.Do(t, s.staff, http.MethodGet, plain+"&reveal=contact", nil).Refused(http.StatusUnprocessableEntity, "required", "parties")
		a.Do(t, s.staff, http.MethodGet, named+"&reveal=all", nil, apptest.Odd()).Refused(http.StatusUnprocessableEntity, "unknown_value", "reveal")
		a.Do(t, s.staff, http.MethodGet, plain+"&format=pdf", nil, apptest.Odd()).Refused(http.StatusUnprocessableEntity, "unknown_value", "format")
		a.Do(t, s.staff, http.MethodGet, plain+"&limit=1", nil, apptest.Odd()).Refused(http.StatusBadRequest, "unknown_parameter", "limit")
		if log := a.Log.String(); strings.Contains(log, "甲某") || strings.Contains(log, "13800001234") {
			t.Error("the log tells of persons")
		}
	})
}

func TestAFileIsWholeOrRefused(t *testing.T) {
	app := apptest.New(t, apptest.WithLimits(handlers.Limits{Table: 2, People: 1}))
	staff := app.As(t, mediation.TownshipStaff, apptest.Here)
	for n, want := range []map[string]int{{"": 200, "parties=true": 200}, {"": 200, "parties=true": 422}, {"": 422, "parties=true": 422}} {
		app.Do(t, staff, http.MethodPost, "/api/v1/reports", report(apptest.Here, obj{"category": "contract"})).Want(http.StatusCreated)
		app.Case.Advance(31 * 24 * time.Hour)
		if err := app.Figures.Pass(t.Context()); err != nil {
			t.Fatal(err)
		}
		for query, status := range want {
			for _, list := range []string{"/api/v1/cases/table?", "/api/v1/stats/backlog/cases/table?"} {
				answer := app.Do(t, staff, http.MethodGet, list+query, nil)
				if answer.Status != status || status == 422 && problemCode(answer) != "table_too_long" {
					t.Errorf("%d cases, %s%s: %d %s", n+1, list, query, answer.Status, answer.Body)
				}
			}
		}
	}
}

func TestFiguresAreTablesTooAndNoneHoldsAFormula(t *testing.T) {
	app := apptest.New(t, printing(t))
	w := settle(t, app, apptest.Here)
	for _, unit := range []string{"=1+1", "＝1+1", " @SUM(A1)"} {
		if _, err := app.Cases.Cases.Update(t.Context(), w.caseID, func(c *mediation.Case) error { c.Unit = unit; return nil }); err != nil {
			t.Fatal(err)
		}
		begin := app.Case.Now().Add(-time.Second).UTC().Format(time.RFC3339) // one month, or its two ends
		county := app.Post(t, "c"+uuid.NewString()[:8], countyStaff())
		summary(t, app, county, "")
		for path, lines := range map[string]int{"/api/v1/stats/summary?": len(summary(t, app, county, "").Figures), "/api/v1/stats/breakdown?by=unit": 1, "/api/v1/stats/backlog?by=unit": 6,
			"/api/v1/stats/rankings/townships?": 1, "/api/v1/stats/uptake?from=" + begin + "&until=" + app.Case.Now().Add(time.Second).UTC().Format(time.RFC3339): 4, "/api/v1/cases/table?": 1} {
			table := app.Do(t, county, http.MethodGet, path+"&format=csv", nil)
			if got := readTable(t, table); len(got) != lines {
				t.Errorf("%s: %d lines, want %d\n%s", path, len(got), lines, table.Body)
			}
			for _, line := range strings.Split(string(table.Body), "\r\n") {
				for _, cell := range strings.Split(line, ",") {
					if strings.ContainsAny(strings.TrimLeft(cell, ` "`), "=＝@") && !strings.HasPrefix(strings.TrimLeft(cell, `"`), "'") {
						t.Errorf("%s: the cell %q", path, cell)
					}
				}
			}
			book := workbook(t, app.Do(t, county, http.MethodGet, path+"&format=xlsx", nil).Want(http.StatusOK).Body)
			for _, name := range book.GetSheetList() {
				rows, err := book.GetRows(name)
				if err != nil {
					t.Fatal(err)
				}
				for y, row := range rows {
					for x := range row {
						cell, err := excelize.CoordinatesToCellName(x+1, y+1)
						if err != nil {
							t.Fatal(err)
						}
						if f, err := book.GetCellFormula(name, cell); err != nil || f != "" {
							t.Errorf("%s: the formula %q, %v", path, f, err)
						}
					}
				}
			}
		}
	}
}
