package handlers_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"fengqiao/fixtures"
	"fengqiao/grid"
	"fengqiao/grid/edition"
	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/internal/sheet/sheettest"
	"fengqiao/mediation"
	"fengqiao/mediation/scorecard"

	"github.com/paulmach/orb"
)

// The article says of Anji: 15 townships, 24 member units, 39 reports.
const (
	articleTowns   = 15
	articleUnits   = 24
	articleReports = 39
)

// fifteenTowns puts a plan of fifteen townships in force, a micro-grid each, side by side.
func fifteenTowns(t *testing.T, app *apptest.App) []grid.Unit {
	t.Helper()
	units := []grid.Unit{{Code: "33", Name: "浙江省"}, {Code: "33.01", Name: "杭州市"}, {Code: apptest.County, Name: "富阳区"}}
	var towns []grid.Unit
	var cells []grid.Cell
	for i := range articleTowns {
		code := grid.Code(fmt.Sprintf("%s.%03d", apptest.County, i+1))
		name := fmt.Sprintf("样例%02d镇", i+1)
		towns = append(towns, grid.Unit{Code: code, Name: name})
		units = append(units, towns[i], grid.Unit{Code: code + ".001", Name: name + "一村"}, grid.Unit{Code: code + ".001.001", Name: name + "一村第一网格"})
		w := 119.90 + 0.04*float64(i)
		ring := orb.Ring{{w, 30}, {w + 0.01, 30}, {w + 0.01, 30.01}, {w, 30.01}, {w, 30}}
		cells = append(cells, grid.Cell{Code: code + ".001.001.01", Name: name + "一村第一网格01微网格", Shape: orb.MultiPolygon{{ring}}})
	}
	p, err := grid.NewPlan("fifteen", grid.ChinaSchema(), units, cells)
	if err == nil {
		err = app.Store.Plans().Import(t.Context(), mediation.AnyRevision, mediation.NewEdition(p, mediation.Imported, time.Now()), edition.Drawing{Schema: grid.ChinaSchema(), Units: units, Cells: cells}, p)
	}
	if err != nil {
		t.Fatal(err)
	}
	app.Atlas.Swap(p)
	return towns
}

// matters lets the county's people report, accept, pass on and refuse over HTTP, by chance, in every township and with every member unit.
func matters(t *testing.T, app *apptest.App, towns []grid.Unit, units []string) {
	t.Helper()
	staff := countyOf(t, app, mediation.CountyStaff)
	for i, unit := range units {
		app.NewUser(t, fmt.Sprintf("unit-%02d", i), account.Place{Role: mediation.UnitStaff, Area: apptest.County, Unit: unit})
	}
	r := rand.New(rand.NewPCG(39, 0))
	for i := range 2 * len(units) {
		town := i % len(towns)
		at := []float64{119.901 + 0.04*float64(town) + 0.0025*float64(i/len(towns)), 30.001 + 0.008*r.Float64()}
		var got struct{ Case struct{ ID string } }
		app.Do(t, staff, http.MethodPost, "/api/v1/reports", report(apptest.Here, obj{"category": "contract", "point": obj{"type": "Point", "coordinates": at}})).Want(http.StatusCreated).Into(&got)
		s := &story{t: t, a: app, id: got.Case.ID}
		switch n := r.IntN(4); {
		case i < len(units) || n == 0:
			s.order(staff, "transfer", obj{"unit": units[i%len(units)], "reason": "theirs"}).Want(http.StatusOK)
		case n == 1:
			s.order(staff, "refuse", obj{"route": "court", "reason": "court"}).Want(http.StatusOK)
		case n == 2:
			s.order(staff, "accept", obj{}).Want(http.StatusOK)
		}
	}
	if err := app.Figures.Pass(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// unpacked is what a ZIP holds, by name.
func unpacked(t *testing.T, body []byte) map[string][]byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if files[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
	}
	return files
}

func TestThirtyNineReportsOfAPeriodComeAsOneFile(t *testing.T) {
	apptest.OnBoth(t, thirtyNineReports)
}

func thirtyNineReports(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t, printing(t))
	towns := fifteenTowns(t, app)
	src, err := fixtures.Scorecard("anji")
	if err != nil {
		t.Fatal(err)
	}
	card, err := scorecard.Load("anji.yaml", src)
	if err != nil {
		t.Fatal(err)
	}
	app.Do(t, app.Root(t), http.MethodPut, "/api/v1/scorecards", src, apptest.Header("Content-Type", "application/yaml"), apptest.Header("If-None-Match", "*")).Want(http.StatusOK)
	matters(t, app, towns, card.Units)
	county := countyOf(t, app, mediation.Supervisor)
	const reports = "/api/v1/scorecards/anji/reports"
	answer := app.Do(t, county, http.MethodGet, reports, nil).Want(http.StatusOK)
	if answer.Header.Get("Content-Type") != "application/zip" || !strings.Contains(answer.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("%v", answer.Header)
	}
	files := unpacked(t, answer.Body)
	var named []string
	for name := range files {
		if folder := path.Dir(name); folder != "." && path.Ext(name) == ".pdf" {
			named = append(named, strings.SplitN(strings.TrimSuffix(path.Base(name), ".pdf"), " ", 2)[1])
		}
	}
	if len(towns) != articleTowns || len(card.Units) != articleUnits || len(named) != articleReports || len(files) != 2*articleReports+2 {
		t.Fatalf("%d townships and %d units have %d reports in %d files", len(towns), len(card.Units), len(named), len(files))
	}
	for _, town := range towns {
		if !slices.Contains(named, town.Name) {
			t.Errorf("no report of %s", town.Name)
		}
	}
	for _, unit := range card.Units {
		if !slices.Contains(named, unit) {
			t.Errorf("no report of %s", unit)
		}
	}
	for _, by := range []string{"area", "unit"} {
		var s scored
		app.Do(t, county, http.MethodGet, "/api/v1/scorecards/anji/results?by="+by, nil).Want(http.StatusOK).Into(&s)
		for i, item := range s.Items {
			if n := item.Counts["received"].Value; n == nil || *n < 1 {
				t.Errorf("%s has a report without a case", item.Text)
			}
			sameOnPaper(t, files, fmt.Sprintf("%s/%02d %s", map[string]string{"area": "乡镇（街道）", "unit": "成员单位"}[by], i+1, item.Text), item)
		}
	}
	if again := app.Do(t, county, http.MethodGet, reports, nil).Want(http.StatusOK); !bytes.Equal(again.Body, answer.Body) {
		t.Error("the same figures make other bytes")
	}
	people := unpacked(t, app.Do(t, county, http.MethodGet, reports+"?by=official&format=xlsx", nil, apptest.English()).Want(http.StatusOK).Body)
	if _, there := people["officials/01 测试county_staff.xlsx"]; len(people) != 2 || !there {
		t.Errorf("who acted on the cases: %d files", len(people))
	}
}

// sameOnPaper holds the two documents of a report against what the results say of it.
func sameOnPaper(t *testing.T, files map[string][]byte, name string, item scoreLine) {
	t.Helper()
	f := workbook(t, files[name+".xlsx"])
	rows, err := f.GetRows(f.GetSheetList()[0])
	if err != nil || len(rows) != 5+23 || !strings.HasPrefix(rows[0][0], item.Text) {
		t.Fatalf("%s: %d rows, %v", name, len(rows), err)
	}
	text, err := sheettest.Text(files[name+".pdf"])
	if err != nil || !strings.HasPrefix(text, item.Text) {
		t.Fatalf("%s: %v, %.80q", name, err, text)
	}
	for i, at := range []string{"unscreened", "with_units"} {
		if points := item.Indicators[at].Points; points != nil {
			want := strconv.FormatFloat(*points, 'f', -1, 64)
			if !slices.ContainsFunc(rows, func(row []string) bool { return len(row) > 3 && row[3] == want }) || !strings.Contains(text, want+"\n") {
				t.Errorf("%s, %d: %s points stand on no paper", name, i, want)
			}
		}
	}
}

func TestReportsThatCannotBeHadAreRefused(t *testing.T) {
	app := apptest.New(t)
	withAnji(t, app)
	county := countyOf(t, app, mediation.CountyStaff)
	const reports = "/api/v1/scorecards/anji/reports"
	app.Do(t, county, http.MethodGet, reports+"?format=pdf,xlsx", nil).Refused(http.StatusNotImplemented, "no_font", "")
	if files := unpacked(t, app.Do(t, county, http.MethodGet, reports, nil).Want(http.StatusOK).Body); len(files) != 1+2+24 {
		t.Errorf("without a font: %d workbooks", len(files)) // a table of all, two townships, the member units
	}
	app.Do(t, county, http.MethodGet, reports+"?format=doc", nil).Refused(http.StatusUnprocessableEntity, "unknown_value", "format")
	app.Do(t, county, http.MethodGet, reports+"?format=xlsx&by=colour", nil).Refused(http.StatusUnprocessableEntity, "unknown_value", "by")
	app.Do(t, county, http.MethodGet, reports+"?format=xlsx&period=x", nil).Refused(http.StatusUnprocessableEntity, "scorecard.bad_period", "period")
	app.Do(t, county, http.MethodGet, "/api/v1/scorecards/none/reports?format=xlsx", nil).Want(http.StatusNotFound)
	// A township's supervisor has the report of nobody of the other township.
	files := unpacked(t, app.Do(t, app.As(t, mediation.Supervisor, apptest.Here), http.MethodGet, reports+"?format=xlsx&by=area,unit,official", nil).Want(http.StatusOK).Body)
	for name, body := range files {
		f := workbook(t, body)
		for _, tab := range f.GetSheetList() {
			rows, _ := f.GetRows(tab)
			for _, row := range rows {
				if text := strings.Join(row, " "); strings.Contains(text, "春江街道") {
					t.Errorf("%s: %s", name, text)
				}
			}
		}
	}
}
