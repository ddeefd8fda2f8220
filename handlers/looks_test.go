package handlers_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"fengqiao/handlers/apptest"
	"fengqiao/mediation"
)

// looksOf are the looks that a list shows, the oldest first: "who what report".
func looksOf(t *testing.T, app *apptest.App, path string) []string {
	t.Helper()
	var page struct {
		Items []struct {
			Who          struct{ ID string }
			What, Report string
		}
	}
	app.Do(t, app.As(t, mediation.Leader, apptest.Here), http.MethodGet, path, nil).Want(http.StatusOK).Into(&page)
	var got []string
	for _, l := range page.Items {
		got = append(got, fmt.Sprint(l.Who.ID, " ", l.What, " ", l.Report))
	}
	slices.Reverse(got)
	return got
}

func TestReadingWhatSomebodyElseSentLeavesALook(t *testing.T) {
	app := apptest.New(t)
	here := settle(t, app, apptest.Here)
	worker, staff := app.As(t, mediation.GridWorker, apptest.Here), app.As(t, mediation.TownshipStaff, apptest.Here)
	leader, mediator := app.As(t, mediation.Leader, apptest.Here), app.As(t, mediation.MediatorRole, apptest.Here)
	for _, c := range []struct {
		what string
		who  *apptest.Person
		path string
		look string // "" where none is left
	}{
		{"the reporter reads their own", worker, "/api/v1/reports/" + here.report, ""},
		{"the reporter lists their own", worker, "/api/v1/reports", ""},
		{"who took the photo sees it", worker, "/api/v1/media/" + here.photo, ""},
		{"who took the photo sees its thumbnail", worker, "/api/v1/media/" + here.photo + "/thumbnail", ""},
		{"staff read the report", staff, "/api/v1/reports/" + here.report, "report"},
		{"a leader reads it without words and spot", leader, "/api/v1/reports/" + here.report, ""},
		{"staff see the photo", staff, "/api/v1/media/" + here.photo, "media"},
		{"the mediator sees the thumbnail", mediator, "/api/v1/media/" + here.photo + "/thumbnail", "media"},
	} {
		for _, of := range []string{"/api/v1/cases/" + here.caseID + "/looks", "/api/v1/reports/" + here.report + "/looks"} {
			before := looksOf(t, app, of)
			seen := app.Do(t, c.who, http.MethodGet, c.path, nil).Want(http.StatusOK)
			fresh := looksOf(t, app, of)[len(before):]
			var want []string
			if c.look != "" {
				want = []string{c.who.User.ID + " " + c.look + " " + here.report}
			}
			if !slices.Equal(fresh, want) {
				t.Errorf("%s: %s has %q more, want %q", c.what, of, fresh, want)
			}
			if c.who == leader && (strings.Contains(string(seen.Body), `"text":`) || strings.Contains(string(seen.Body), here.photo)) {
				t.Errorf("%s: %s", c.what, seen.Body)
			}
		}
	}
}

// A report that lies nowhere has no case yet. Its words are for who opens it, not for the list, and who did is known when it
// has become a case.
func TestReadingAnUnplacedReportLeavesALookThatIsFoundLater(t *testing.T) {
	app := apptest.New(t)
	worker, staff := app.As(t, mediation.GridWorker, apptest.Here), app.As(t, mediation.TownshipStaff, apptest.Here)
	photo := upload(t, app, worker, "unplaced").Want(http.StatusCreated).Text("id")
	id := app.Do(t, worker, http.MethodPost, "/api/v1/reports", report(apptest.Here, obj{"point": nil, "address": "村口大樟树下", "photos": []string{photo}})).Want(http.StatusCreated).Text("id")
	own := app.Do(t, staff, http.MethodPost, "/api/v1/reports", report(apptest.Here, obj{"point": nil, "address": "老祠堂"})).Want(http.StatusCreated).Text("id")
	list := app.Do(t, staff, http.MethodGet, "/api/v1/reports/unplaced", nil).Want(http.StatusOK)
	if body := string(list.Body); strings.Contains(body, "大樟树") || !strings.Contains(body, "老祠堂") || !strings.Contains(body, id) || !strings.Contains(body, own) {
		t.Errorf("the list shows %s", body)
	}
	looks := "/api/v1/reports/" + id + "/looks"
	if got := looksOf(t, app, looks); len(got) != 0 {
		t.Fatalf("a list is no look: %q", got)
	}
	one := app.Do(t, staff, http.MethodGet, "/api/v1/reports/"+id, nil).Want(http.StatusOK)
	if one.Text("address") != "村口大樟树下" {
		t.Fatalf("staff cannot read where it is: %s", one.Body)
	}
	app.Do(t, staff, http.MethodGet, "/api/v1/media/"+photo+"/thumbnail", nil).Want(http.StatusOK)
	placed := app.Do(t, staff, http.MethodPost, "/api/v1/reports/"+id+"/place", obj{"cell": apptest.Here.Cell()}, apptest.IfMatch(one.ETag())).Want(http.StatusOK)
	who := staff.User.ID
	if got, want := looksOf(t, app, looks), []string{who + " report " + id, who + " media " + id, who + " report " + id}; !slices.Equal(got, want) {
		t.Errorf("looks %q, want %q", got, want)
	}
	if placed.Text("text") == "" {
		t.Error("who placed it does not see it")
	}
	app.Do(t, worker, http.MethodGet, looks, nil).Refused(http.StatusForbidden, "forbidden", "")
	app.Do(t, app.As(t, mediation.Leader, apptest.There), http.MethodGet, looks, nil).Refused(http.StatusNotFound, "not_found", "")
}
