package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/mediation"
)

// pile is the backlog as a test reads it.
type pile struct {
	Definition string
	Bands      []struct{ Text string }
	Items      []struct {
		Key, Text string
		Count     int
		Cases     *string
		Bands     []struct {
			Count    int
			Cases    *string
			Reopened []struct {
				Count int
				Cases *string
			}
		}
	}
}

func TestTheBacklogByAgeAndTimesReopenedLinksToExactlyItsCases(t *testing.T) {
	apptest.OnBoth(t, theBacklogLinksToItsCases)
}

func theBacklogLinksToItsCases(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t)
	ctx := t.Context()
	here, there := app.As(t, mediation.TownshipStaff, apptest.Here), app.As(t, mediation.TownshipStaff, apptest.There)
	take := func(who *apptest.Person, p apptest.Place, channel string) string {
		var got struct{ Case struct{ ID string } }
		app.Do(t, who, http.MethodPost, "/api/v1/reports", report(p, obj{"channel": channel, "category": "contract"})).Want(http.StatusCreated).Into(&got)
		return got.Case.ID
	}
	old := take(here, apptest.Here, "110")
	refused := take(here, apptest.Here, "110")
	app.Case.Advance(40 * 24 * time.Hour)
	young := take(here, apptest.Here, "court")
	take(there, apptest.There, "court")
	do := func(id string, cmd mediation.Command) {
		t.Helper()
		c, err := app.Cases.Cases.Load(ctx, id)
		if err == nil {
			_, err = app.Cases.Do(ctx, here.Actor(), id, mediation.Request{Command: cmd, Revision: c.Revision, Key: "k-" + id + string(cmd.Name())})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	do(refused, mediation.Refuse{Route: "court", Reason: "court"})
	do(old, mediation.Refuse{Route: "court", Reason: "court"})
	do(old, mediation.Reopen{Reason: "new facts"})
	if err := app.Figures.Pass(ctx); err != nil {
		t.Fatal(err)
	}
	var b pile
	app.Do(t, here, http.MethodGet, "/api/v1/stats/backlog?by=source", nil).Want(http.StatusOK).Into(&b)
	if len(b.Bands) != 5 || len(b.Items) != 2 || b.Definition == "" || b.Items[0].Key != "court" || b.Items[1].Key != "police" {
		t.Fatalf("%+v", b)
	}
	police := b.Items[1]
	if police.Count != 1 || police.Bands[1].Count != 1 || police.Bands[1].Reopened[1].Count != 1 || b.Items[0].Bands[0].Reopened[0].Count != 1 {
		t.Errorf("%+v", b.Items)
	}
	cases := func(link *string) string {
		t.Helper()
		var page struct{ Items []struct{ ID string } }
		app.Do(t, here, http.MethodGet, *link, nil).Want(http.StatusOK).Into(&page)
		ids := []string{}
		for _, x := range page.Items {
			ids = append(ids, x.ID)
		}
		return strings.Join(ids, " ")
	}
	for _, x := range []struct {
		link *string
		want string
	}{{police.Cases, old}, {police.Bands[1].Cases, old}, {police.Bands[1].Reopened[1].Cases, old}, {police.Bands[1].Reopened[0].Cases, ""}, {police.Bands[0].Cases, ""}, {b.Items[0].Cases, young}} {
		if got := cases(x.link); got != x.want {
			t.Errorf("%s holds %q, want %q", *x.link, got, x.want)
		}
	}
	// Everything of the township, page by page, the oldest first.
	var page struct {
		Items []struct{ ID string }
		Next  *string
	}
	app.Do(t, here, http.MethodGet, "/api/v1/stats/backlog/cases?limit=1", nil).Want(http.StatusOK).Into(&page)
	if len(page.Items) != 1 || page.Items[0].ID != old || page.Next == nil {
		t.Fatalf("%+v", page)
	}
	app.Do(t, here, http.MethodGet, "/api/v1/stats/backlog/cases?limit=1&cursor="+*page.Next, nil).Want(http.StatusOK).Into(&page)
	if len(page.Items) != 1 || page.Items[0].ID != young || page.Next != nil {
		t.Errorf("%+v", page)
	}
	app.Do(t, here, http.MethodGet, "/api/v1/stats/backlog/cases?cursor=7", nil).Refused(http.StatusUnprocessableEntity, "bad_cursor", "cursor")
	app.Do(t, here, http.MethodGet, "/api/v1/stats/backlog?source=smoke", nil).Refused(http.StatusUnprocessableEntity, "unknown_value", "source")
}

func TestASourceIsKeptFromIntakeToReport(t *testing.T) {
	app := apptest.New(t)
	here := app.As(t, mediation.TownshipStaff, apptest.Here)
	for channel, n := range map[string]int{"110": 2, "court": 1, "12345": 1, "petition": 2, "hall": 1} {
		for range n {
			app.Do(t, here, http.MethodPost, "/api/v1/reports", report(apptest.Here, obj{"channel": channel, "category": "contract"})).Want(http.StatusCreated)
			app.Case.Advance(31 * 24 * time.Hour) // further apart than one matter could be
		}
	}
	if err := app.Figures.Pass(t.Context()); err != nil {
		t.Fatal(err)
	}
	var b struct {
		Items []struct {
			Key, Text string
			Figures   map[string]struct {
				Value *float64
				Cases *string
			}
		}
	}
	app.Do(t, here, http.MethodGet, "/api/v1/stats/breakdown?by=source", nil).Want(http.StatusOK).Into(&b)
	want := map[string]float64{"police": 2, "court": 1, "petition": 3, "": 1}
	for _, g := range b.Items {
		received := g.Figures["received"]
		if *received.Value != want[g.Key] {
			t.Errorf("%s: %v", g.Text, *received.Value)
		}
		delete(want, g.Key)
		if g.Key == "" {
			continue // no list asks for what has none
		}
		var page struct{ Items []struct{ Channel string } }
		app.Do(t, here, http.MethodGet, *received.Cases, nil).Want(http.StatusOK).Into(&page)
		if float64(len(page.Items)) != *received.Value {
			t.Errorf("%s is %v, its list holds %d", g.Text, *received.Value, len(page.Items))
		}
	}
	if len(want) > 0 {
		t.Errorf("not told of: %v", want)
	}
}
