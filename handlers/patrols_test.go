package handlers_test

import (
	"bytes"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"fengqiao/fixtures"
	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"

	"github.com/google/uuid"
	"github.com/paulmach/orb"
)

// rounds is a county with patrols: every micro-grid within seven days, the second of each grid every working day.
func rounds(t *testing.T, fresh apptest.Fresh) *apptest.App {
	t.Helper()
	a := fresh(t)
	withRules(t, a, fmt.Sprintf("patrols:\n  every: 7d\n  places:\n    - {area: %q, every: 1wd}\n", apptest.Here.Other()))
	return a
}

// ownSections are those of the rooms that these tests give rules of their own.
var ownSections = regexp.MustCompile(`(?m)^(patrols|deliberation|opinions|teams):.*\n(?:[ ].*\n|\n)*`)

// withRules puts Fuyang's rules in force with more behind them.
func withRules(t *testing.T, a *apptest.App, more string) {
	t.Helper()
	withEdited(t, a, more)
}

// withEdited does it with some of their words replaced by others, in pairs.
func withEdited(t *testing.T, a *apptest.App, more string, edits ...string) {
	t.Helper()
	src, err := fixtures.Policy("fuyang")
	if err != nil {
		t.Fatal(err)
	}
	src = ownSections.ReplaceAll(src, nil) // the test says itself what they go by
	for i := 0; i+1 < len(edits); i += 2 {
		if !bytes.Contains(src, []byte(edits[i])) {
			t.Fatalf("the policy has no %q", edits[i])
		}
		src = bytes.ReplaceAll(src, []byte(edits[i]), []byte(edits[i+1]))
	}
	if _, err := a.Store.Policies().Import(t.Context(), mediation.AnyRevision, "fuyang.yaml", append(src, "\n"+more...)); err != nil {
		t.Fatal(err)
	}
}

func checkin(id string, at orb.Point, more obj) obj {
	o := obj{"clientId": id, "point": obj{"type": "Point", "coordinates": []float64{at[0], at[1]}}, "accuracyMetres": 8}
	for k, v := range more {
		o[k] = v
	}
	return o
}

type checkedIn struct {
	ID, Cell     string
	At, Received time.Time
	Counts       bool
	Marks        []string
}

func TestACheckInCountsForItsMicroGridHoweverOftenItIsSent(t *testing.T) {
	apptest.OnBoth(t, aCheckInCountsForItsMicroGrid)
}

func aCheckInCountsForItsMicroGrid(t *testing.T, fresh apptest.Fresh) {
	a := rounds(t, fresh)
	worker, staff := a.As(t, mediation.GridWorker, apptest.Here), a.As(t, mediation.TownshipStaff, apptest.Here)
	body := checkin(uuid.NewString(), apptest.Here.Point(), obj{"phoneTime": a.Case.Now().Add(-2 * time.Hour).UTC()}) // from a valley without a network
	var first, again checkedIn
	a.Do(t, worker, http.MethodPost, "/api/v1/patrols/checkins", body).Want(201).Into(&first)
	answer := a.Do(t, worker, http.MethodPost, "/api/v1/patrols/checkins", body).Want(201)
	answer.Into(&again)
	if first.ID != again.ID || answer.Header.Get("Idempotency-Replayed") != "true" || !first.Counts || first.Cell != string(apptest.Here.Cell()) {
		t.Fatalf("%+v %+v", first, again)
	}
	if d := first.Received.Sub(first.At); d < 2*time.Hour-time.Second || d > 2*time.Hour+time.Minute {
		t.Errorf("it is of %s, and came at %s", first.At, first.Received)
	}
	body["phoneTime"] = a.Case.Now().UTC()
	a.Do(t, worker, http.MethodPost, "/api/v1/patrols/checkins", body).Refused(422, "same_id_other_content", "clientId")
	var own struct{ Items []checkedIn }
	a.Do(t, worker, http.MethodGet, "/api/v1/patrols/checkins", nil).Want(200).Into(&own)
	if len(own.Items) != 1 || own.Items[0].ID != first.ID {
		t.Errorf("the worker's own: %+v", own)
	}
	text := string(a.Do(t, worker, http.MethodGet, "/api/v1/patrols/checkins", nil).Body) + string(a.Do(t, staff, http.MethodGet, "/api/v1/patrols/cells", nil).Want(200).Body)
	if strings.Contains(text, "119.905") || strings.Contains(text, "coordinates") {
		t.Errorf("the point is shown: %s", text)
	}
}

func TestWhatLiesOutsideTheOwnGridIsNoCheckInAndIsNotKept(t *testing.T) {
	a := rounds(t, apptest.New)
	worker := a.As(t, mediation.GridWorker, apptest.Here)
	send := func(at orb.Point, more obj) apptest.Answer {
		return a.Do(t, worker, http.MethodPost, "/api/v1/patrols/checkins", checkin(uuid.NewString(), at, more))
	}
	send(apptest.There.Point(), nil).Refused(422, "patrol.elsewhere", "point")
	send(apptest.Outside, nil).Refused(422, "patrol.nowhere", "point")
	var coarse, early checkedIn
	send(apptest.Here.Point(), obj{"accuracyMetres": 2000}).Want(201).Into(&coarse)
	if coarse.Counts || fmt.Sprint(coarse.Marks) != "[coarsePosition]" {
		t.Errorf("a fix of two kilometres: %+v", coarse)
	}
	if got := cellsOf(t, a, apptest.Here, "overdue=true"); len(got) != 2 {
		t.Errorf("overdue: %+v", got)
	}
	send(apptest.Here.Point(), obj{"phoneTime": a.Case.Now().Add(300 * 24 * time.Hour).UTC()}).Want(201).Into(&early)
	if fmt.Sprint(early.Marks) != "[clockDoubtful]" || early.At.After(a.Case.Now().Add(time.Minute)) {
		t.Errorf("a phone that lives next year: %+v", early)
	}
	var own struct{ Items []checkedIn }
	a.Do(t, worker, http.MethodGet, "/api/v1/patrols/checkins", nil).Want(200).Into(&own)
	if len(own.Items) != 2 {
		t.Errorf("%+v", own)
	}
}

type patrolled struct {
	Cell, Every      string
	LastVisit, DueAt time.Time
	Overdue          bool
}

func cellsOf(t *testing.T, a *apptest.App, p apptest.Place, query string) []patrolled {
	t.Helper()
	var page struct{ Items []patrolled }
	a.Do(t, a.As(t, mediation.TownshipStaff, p), http.MethodGet, "/api/v1/patrols/cells?"+query, nil).Want(200).Into(&page)
	return page.Items
}

func TestStaffSeeWhichMicroGridsNobodyVisited(t *testing.T) {
	apptest.OnBoth(t, staffSeeWhichMicroGrids)
}

func staffSeeWhichMicroGrids(t *testing.T, fresh apptest.Fresh) {
	a := rounds(t, fresh)
	worker, staff := a.As(t, mediation.GridWorker, apptest.Here), a.As(t, mediation.TownshipStaff, apptest.Here)
	if got := cellsOf(t, a, apptest.Here, ""); len(got) != 2 || !got[0].Overdue || got[0].Every != "7d" || got[1].Every != "1wd" {
		t.Fatalf("before anybody went: %+v", got)
	}
	before := a.Case.Now().Add(-time.Minute).UTC().Format(time.RFC3339)
	a.Do(t, worker, http.MethodPost, "/api/v1/patrols/checkins", checkin(uuid.NewString(), apptest.Here.Point(), nil)).Want(201)
	visited := cellsOf(t, a, apptest.Here, "")[0]
	if visited.Overdue || visited.DueAt.Before(a.Case.Now().Add(6*24*time.Hour)) {
		t.Errorf("%+v", visited)
	}
	if got := cellsOf(t, a, apptest.Here, "overdue=true"); len(got) != 1 || got[0].Cell != string(apptest.Here.Other()) {
		t.Errorf("overdue: %+v", got)
	}
	if got := cellsOf(t, a, apptest.Here, "notSince="+before); len(got) != 1 || got[0].Cell != string(apptest.Here.Other()) {
		t.Errorf("not since a minute before: %+v", got)
	}
	if got := cellsOf(t, a, apptest.There, ""); len(got) != 2 || got[0].Cell != string(apptest.There.Cell()) {
		t.Errorf("the other township's: %+v", got)
	}
	if got := cellsOf(t, a, apptest.Here, "area="+string(apptest.There)); len(got) != 0 {
		t.Errorf("of another township: %+v", got)
	}
	var f struct {
		Cells, Visited, Overdue, Never int
		Parts                          []struct{ Area string }
	}
	figures := func() {
		t.Helper()
		a.Do(t, staff, http.MethodGet, "/api/v1/patrols/figures", nil).Want(200).Into(&f)
	}
	if figures(); f.Cells != 2 || f.Visited != 1 || f.Overdue != 1 || f.Never != 1 || len(f.Parts) != 1 || f.Parts[0].Area != string(apptest.Here.Village()) {
		t.Errorf("%+v", f)
	}
	a.Do(t, staff, http.MethodGet, "/api/v1/patrols/figures?area="+string(apptest.There), nil).Refused(404, "not_found", "")
	var m struct {
		Features []struct{ Properties patrolled }
	}
	a.Do(t, staff, http.MethodGet, "/api/v1/patrols.geojson?overdue=true", nil).Want(200).Into(&m)
	if len(m.Features) != 1 || m.Features[0].Properties.Cell != string(apptest.Here.Other()) {
		t.Errorf("%+v", m)
	}
	a.Case.Forward(visited.DueAt) // up to the last moment of its time it is in time
	if figures(); f.Visited != 1 {
		t.Errorf("when it is due: %+v", f)
	}
	a.Case.Advance(time.Second)
	if figures(); f.Visited != 0 || f.Overdue != 2 || f.Never != 1 {
		t.Errorf("a second later: %+v", f)
	}
}

func TestCheckInsGoWhenPolicyHasThemGoAndTheVisitStaysWithoutItsPerson(t *testing.T) {
	apptest.OnBoth(t, checkInsGoWhenPolicyHasThemGo)
}

func checkInsGoWhenPolicyHasThemGo(t *testing.T, fresh apptest.Fresh) {
	a := rounds(t, fresh)
	worker, root := a.As(t, mediation.GridWorker, apptest.Here), a.Post(t, "county", account.Place{Role: mediation.Administrator, Area: apptest.County})
	a.Do(t, worker, http.MethodPost, "/api/v1/patrols/checkins", checkin(uuid.NewString(), apptest.Here.Point(), nil)).Want(201)
	own := func() int {
		var page struct{ Items []checkedIn }
		a.Do(t, worker, http.MethodGet, "/api/v1/patrols/checkins", nil).Want(200).Into(&page)
		return len(page.Items)
	}
	a.Do(t, root, http.MethodPost, "/api/v1/clock/advance", obj{"by": "2159h"}, newKey()).Want(200)
	if own() != 1 {
		t.Fatal("gone an hour too early")
	}
	a.Do(t, root, http.MethodPost, "/api/v1/clock/advance", obj{"by": "1h"}, newKey()).Want(200)
	if own() != 0 {
		t.Error("kept for longer than ninety days")
	}
	if got := cellsOf(t, a, apptest.Here, ""); got[0].LastVisit.IsZero() {
		t.Errorf("nobody knows any more that the micro-grid was visited: %+v", got[0])
	}
}

func TestWithoutPatrolsInTheRulesNobodyIsTracked(t *testing.T) {
	a := apptest.New(t)
	withRules(t, a, "")
	worker := a.As(t, mediation.GridWorker, apptest.Here)
	a.Do(t, worker, http.MethodPost, "/api/v1/patrols/checkins", checkin(uuid.NewString(), apptest.Here.Point(), nil)).Refused(409, "patrol.off", "")
	if got := cellsOf(t, a, apptest.Here, ""); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}
