package handlers_test

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"fengqiao/handlers"
	"fengqiao/handlers/apptest"
	"fengqiao/internal/sheet"
	"fengqiao/internal/sheet/sheettest"
	"fengqiao/mediation"

	"github.com/xuri/excelize/v2"
)

// printing is a server that has a font.
func printing(t *testing.T) apptest.Option {
	t.Helper()
	f, err := sheet.ParseFont("test", sheettest.Font())
	if err != nil {
		t.Fatal(err)
	}
	return apptest.WithDeps(func(d *handlers.Deps) { d.Font = f })
}

func workbook(t *testing.T, body []byte) *excelize.File {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestReportsOfEachUnitAndTownshipAsWorkbookAndPaper(t *testing.T) {
	apptest.OnBoth(t, reportsOfEachUnitAndTownshipAsWorkbookAndPaper)
}

func reportsOfEachUnitAndTownshipAsWorkbookAndPaper(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t, printing(t))
	withAnji(t, app)
	county := countyOf(t, app, mediation.CountyStaff)
	const results = "/api/v1/scorecards/anji/results?by="
	for by, reports := range map[string]int{"unit": 25, "area": 2} { // the 24 member units and the one that the cases lie with; the plan's two townships
		var s scored
		app.Do(t, county, http.MethodGet, results+by, nil).Want(http.StatusOK).Into(&s)
		book := app.Do(t, county, http.MethodGet, results+by+"&format=xlsx", nil).Want(http.StatusOK)
		f := workbook(t, book.Body)
		if tabs := f.GetSheetList(); len(tabs) != reports+1 || len(s.Items) != reports {
			t.Fatalf("by %s: %d tables for %d lines, want a table of all and %d reports", by, len(tabs), len(s.Items), reports)
		}
		all, err := f.GetRows(f.GetSheetList()[0])
		if err != nil || len(all) != 5+reports+1 || all[4][0] != "名称" || len(all[4]) != 8 {
			t.Errorf("by %s: %v, %q", by, err, all)
		}
		for i, item := range s.Items {
			rows, err := f.GetRows(f.GetSheetList()[i+1])
			if err != nil || len(rows) != 5+23 || !strings.HasPrefix(rows[0][0], item.Text) {
				t.Fatalf("the report of %s: %d rows, %v", item.Text, len(rows), err)
			}
			points := ""
			if p := item.Indicators["unscreened"].Points; p != nil {
				points = strconv.FormatFloat(*p, 'f', -1, 64)
			}
			if got := rows[5+2][3]; got != points {
				t.Errorf("%s, unscreened: %q on paper, %q in the view", item.Text, got, points)
			}
		}
		if again := app.Do(t, county, http.MethodGet, results+by+"&format=xlsx", nil).Want(http.StatusOK); !bytes.Equal(again.Body, book.Body) {
			t.Errorf("by %s: the same figures make other bytes", by)
		}
		paper := app.Do(t, county, http.MethodGet, results+by+"&format=pdf", nil).Want(http.StatusOK)
		if !bytes.HasPrefix(paper.Body, []byte("%PDF-")) || bytes.Count(paper.Body, []byte("/Type /Page\n")) < reports+1 || paper.Header.Get("Content-Type") != "application/pdf" {
			t.Errorf("by %s: a paper of %d bytes, %s", by, len(paper.Body), paper.Header.Get("Content-Type"))
		}
	}
	one := workbook(t, app.Do(t, county, http.MethodGet, results+"area&format=xlsx&subject="+string(apptest.Here), nil).Want(http.StatusOK).Body)
	if tabs := one.GetSheetList(); len(tabs) != 2 {
		t.Errorf("one township: %q", tabs)
	}
	app.Do(t, county, http.MethodGet, results+"area&format=xlsx&subject=none", nil).Want(http.StatusNotFound)
	app.Do(t, county, http.MethodGet, results+"area&format=doc", nil, apptest.Odd()).Refused(http.StatusUnprocessableEntity, "unknown_value", "format")
}

func TestWithoutAFontThereIsNoPaperButAWorkbook(t *testing.T) {
	apptest.OnBoth(t, withoutAFontThereIsNoPaperButAWorkbook)
}

func withoutAFontThereIsNoPaperButAWorkbook(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t)
	withAnji(t, app)
	county := countyOf(t, app, mediation.CountyStaff)
	for _, path := range []string{"/api/v1/scorecards/anji/results?by=unit&format=", "/api/v1/stats/summary?format="} {
		if answer := app.Do(t, county, http.MethodGet, path+"pdf", nil); answer.Status != http.StatusNotImplemented || problemCode(answer) != "no_font" || !strings.Contains(string(answer.Body), "fonts-wqy-microhei") {
			t.Errorf("%d %s", answer.Status, answer.Body)
		}
		app.Do(t, county, http.MethodGet, path+"xlsx", nil).Want(http.StatusOK)
	}
}

func TestFiguresAsWorkbooksHoldWhatTheViewHolds(t *testing.T) {
	apptest.OnBoth(t, figuresAsWorkbooksHoldWhatTheViewHolds)
}

func figuresAsWorkbooksHoldWhatTheViewHolds(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t, printing(t))
	settle(t, app, apptest.Here)
	settle(t, app, apptest.There)
	for _, role := range []mediation.Role{mediation.Supervisor, mediation.GridLeader, mediation.UnitStaff} {
		who := app.As(t, role, apptest.Here)
		s := summary(t, app, who, "")
		book := app.Do(t, who, http.MethodGet, "/api/v1/stats/summary?format=xlsx", nil, apptest.English()).Want(http.StatusOK)
		f := workbook(t, book.Body)
		rows, err := f.GetRows(f.GetSheetList()[0])
		if err != nil || len(rows) != 4+len(s.Figures) || rows[4][1] != "1" {
			t.Errorf("%s: %v %q", role, err, rows)
		}
		app.Do(t, who, http.MethodGet, "/api/v1/stats/summary?format=pdf", nil).Want(http.StatusOK)
		groups := app.Do(t, who, http.MethodGet, "/api/v1/stats/breakdown?by=area&format=xlsx", nil).Want(http.StatusOK)
		f = workbook(t, groups.Body)
		if rows, err = f.GetRows(f.GetSheetList()[0]); err != nil || len(rows) != 5 || strings.Contains(strings.Join(rows[4], " "), string(apptest.There)) {
			t.Errorf("%s: %v %q", role, err, rows)
		}
	}
}

func TestAnOfficialsFileHoldsTheirCasesAndNothingOfAParty(t *testing.T) {
	apptest.OnBoth(t, anOfficialsFileHoldsTheirCasesAndNothingOfAParty)
}

func anOfficialsFileHoldsTheirCasesAndNothingOfAParty(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t, printing(t))
	here, there := withAnji(t, app)
	official := app.As(t, mediation.TownshipStaff, apptest.Here).User
	path := "/api/v1/officials/" + official.ID + "/file"
	month := freezeThisMonth(t, app)
	county := countyOf(t, app, mediation.Supervisor)
	var v struct {
		Official struct{ Name string }
		Figures  []figure
		Cases    []struct{ ID string }
		Months   []struct{ Month string }
		List     string
	}
	answer := app.Do(t, county, http.MethodGet, path, nil).Want(http.StatusOK)
	answer.Into(&v)
	if v.Official.Name != official.Name || len(v.Cases) != 1 || v.Cases[0].ID != here.caseID || len(v.Months) != 1 || v.Months[0].Month != month {
		t.Errorf("%+v", v)
	}
	var n struct{ Count int }
	app.Do(t, county, http.MethodGet, strings.Replace(v.List, "/cases", "/cases/count", 1), nil).Want(http.StatusOK).Into(&n)
	if n.Count != 1 {
		t.Errorf("the list %s holds %d", v.List, n.Count)
	}
	book := app.Do(t, county, http.MethodGet, path+"?format=xlsx", nil).Want(http.StatusOK)
	f := workbook(t, book.Body)
	var all strings.Builder
	for _, tab := range f.GetSheetList() {
		rows, err := f.GetRows(tab)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			all.WriteString(strings.Join(row, "\t") + "\n")
		}
	}
	for _, never := range []string{"甲" + string(apptest.Here), "13800001234", there.caseID} { // the party's name and phone; the other township's case
		if strings.Contains(all.String(), never) || strings.Contains(string(answer.Body), never) {
			t.Errorf("%q stands in the file:\n%s", never, all.String())
		}
	}
	if !strings.Contains(all.String(), official.Name) || !strings.Contains(all.String(), month) {
		t.Errorf("%s", all.String())
	}
	app.Do(t, county, http.MethodGet, path+"?format=pdf", nil).Want(http.StatusOK)
	// The frozen month counts cases of everywhere: the township's supervisor reads the file without it. The other township's reads none.
	app.Do(t, app.As(t, mediation.Supervisor, apptest.Here), http.MethodGet, path, nil).Want(http.StatusOK).Into(&v)
	if len(v.Months) != 0 || len(v.Cases) != 1 {
		t.Errorf("the township's supervisor: %+v", v)
	}
	app.Do(t, app.As(t, mediation.Supervisor, apptest.There), http.MethodGet, path, nil).Want(http.StatusNotFound)
	app.Do(t, county, http.MethodGet, "/api/v1/officials/"+app.As(t, mediation.GridWorker, apptest.Here).User.ID+"/file", nil).Want(http.StatusNotFound)
}
