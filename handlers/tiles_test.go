package handlers_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"fengqiao/grid"
	"fengqiao/handlers"
	"fengqiao/handlers/apptest"
	"fengqiao/handlers/internal/mvt/mvttest"
	"fengqiao/internal/account"
	"fengqiao/mediation"

	"github.com/paulmach/orb"
)

// tileOf is the tile in which a point lies, as it stands in the path.
func tileOf(pt orb.Point, zoom int) string {
	v := grid.View{Zoom: zoom}
	px := v.At(pt)
	return fmt.Sprintf("%d/%d/%d", zoom, px.X/grid.TilePixels, px.Y/grid.TilePixels)
}

func tilePath(pt orb.Point, zoom int, query string) string {
	return "/api/v1/tiles/" + tileOf(pt, zoom) + ".mvt" + query
}

// read decodes a tile: its layers by name.
func read(t *testing.T, tile []byte) map[string][]mvttest.Feature {
	t.Helper()
	layers, err := mvttest.Decode(tile)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]mvttest.Feature{}
	for _, l := range layers {
		if l.Extent != grid.TilePixels || out[l.Name] != nil {
			t.Errorf("layer %q of extent %d", l.Name, l.Extent)
		}
		out[l.Name] = l.Features
	}
	return out
}

// tile asks for a tile once figures are counted anew.
func tile(t *testing.T, a *apptest.App, who *apptest.Person, path string) map[string][]mvttest.Feature {
	t.Helper()
	a.Machine.Advance(3 * time.Second)
	answer := a.Do(t, who, http.MethodGet, path, nil).Want(http.StatusOK)
	if got := answer.Header.Get("Content-Type"); got != "application/vnd.mapbox-vector-tile" {
		t.Errorf("%s is %s", path, got)
	}
	return read(t, answer.Body)
}

func TestATileShowsTheCallersOwnAreaAndCountsWhatTheirListsHold(t *testing.T) {
	apptest.OnBoth(t, aTileShowsTheCallersOwnAreaAndCountsWhatTheirListsHold)
}

func aTileShowsTheCallersOwnAreaAndCountsWhatTheirListsHold(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	settle(t, a, apptest.Here)
	settle(t, a, apptest.There)
	begin(t, a) // a second one here
	people := map[string]*apptest.Person{"county": a.Post(t, "county-staff", account.Place{Role: mediation.CountyStaff, Area: apptest.County})}
	for _, role := range mediation.AccountRoles {
		for _, p := range []apptest.Place{apptest.Here, apptest.There} {
			people[string(role)+" of "+string(p)] = a.As(t, role, p)
		}
	}
	drawn := 0
	for name, who := range people {
		if !mediation.May(who.Actor(), mediation.CaseMap) {
			a.Do(t, who, http.MethodGet, tilePath(apptest.Here.Point(), 12, ""), nil).Refused(http.StatusForbidden, "forbidden", "")
			continue
		}
		drawn++
		for zoom := 0; zoom <= 15; zoom++ {
			marked := 0
			for _, at := range []orb.Point{apptest.Here.Point(), apptest.There.Point()} {
				if at == apptest.There.Point() && tileOf(at, zoom) == tileOf(apptest.Here.Point(), zoom) {
					continue
				}
				layers := tile(t, a, who, tilePath(at, zoom, ""))
				for _, f := range layers["areas"] {
					checkArea(t, a, who, name, f)
				}
				for _, f := range layers["cases"] {
					marked += f.Number("cases")
					if f.Text("kind") == "case" {
						t.Errorf("%s: a case stands alone at zoom %d without being asked for", name, zoom)
					}
				}
			}
			var n struct{ Count int }
			a.Do(t, who, http.MethodGet, "/api/v1/cases/count?open=true", nil).Want(http.StatusOK).Into(&n)
			if marked != n.Count {
				t.Errorf("%s: %d cases are marked at zoom %d, the list has %d", name, marked, zoom, n.Count)
			}
		}
	}
	if drawn < 5 {
		t.Errorf("only %d people have a map", drawn)
	}
}

// checkArea holds an area's figures against the list of the same caller.
func checkArea(t *testing.T, a *apptest.App, who *apptest.Person, name string, f mvttest.Feature) {
	t.Helper()
	code := grid.Code(f.Text("code"))
	if !who.User.Area.Contains(code) || f.Text("level") == "" || f.Text("name") == "" {
		t.Errorf("%s sees the area %q %q (%s)", name, code, f.Text("name"), f.Text("level"))
	}
	var n struct{ Count int }
	a.Do(t, who, http.MethodGet, "/api/v1/cases/count?open=true&area="+string(code), nil).Want(http.StatusOK).Into(&n)
	if got := f.Number("cases"); got != n.Count || (f.Text("clock") != "") != (got > 0) {
		t.Errorf("%s: %s has %d cases and the clock %q, the list has %d", name, code, got, f.Text("clock"), n.Count)
	}
}

func TestEachZoomHasItsLevel(t *testing.T) {
	a := apptest.New(t)
	staff := a.Post(t, "county-staff", account.Place{Role: mediation.CountyStaff, Area: apptest.County})
	for zoom, want := range map[int]string{8: "county", 9: "township", 10: "township", 11: "village", 12: "village", 13: "grid", 14: "microgrid", 18: "microgrid"} {
		features := tile(t, a, staff, tilePath(apptest.Here.Point(), zoom, ""))["areas"]
		if len(features) == 0 {
			t.Errorf("nothing at zoom %d", zoom)
		}
		for _, f := range features {
			if f.Text("level") != want {
				t.Errorf("zoom %d shows the %s %s, want %ss", zoom, f.Text("level"), f.Text("code"), want)
			}
		}
	}
	township := a.As(t, mediation.TownshipStaff, apptest.Here)
	if f := tile(t, a, township, tilePath(apptest.Here.Point(), 7, ""))["areas"]; len(f) != 1 || f[0].Text("code") != string(apptest.Here.Code()) {
		t.Errorf("far out a township sees %v, want itself", f)
	}
}

func TestTheWorstClockColoursAnArea(t *testing.T) {
	a := apptest.New(t)
	here := settle(t, a, apptest.Here)
	begin(t, a)
	staff := a.As(t, mediation.TownshipStaff, apptest.Here)
	colours := func() (area, mark string) {
		layers := tile(t, a, staff, tilePath(apptest.Here.Point(), 12, ""))
		return layers["areas"][0].Text("clock"), layers["cases"][0].Text("clock")
	}
	set := func(change func(c *mediation.Case)) {
		if _, err := a.Cases.Cases.Update(t.Context(), here.caseID, func(c *mediation.Case) error { change(c); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	for _, step := range []struct {
		want   string
		change func(c *mediation.Case)
	}{
		{"green", func(*mediation.Case) {}},
		{"amber", func(c *mediation.Case) { c.WholeClock.Reminded = 1 }},
		{"red", func(c *mediation.Case) { c.StateClock.Breached = a.Case.Now() }},
	} {
		set(step.change)
		if area, mark := colours(); area != step.want || mark != step.want {
			t.Errorf("area %s, mark %s, want %s", area, mark, step.want)
		}
	}
}

func TestExactSpotsAreForThoseWhoHandleTheCase(t *testing.T) {
	apptest.OnBoth(t, exactSpotsAreForThoseWhoHandleTheCase)
}

func exactSpotsAreForThoseWhoHandleTheCase(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	here := settle(t, a, apptest.Here)
	c, err := a.Cases.Cases.Load(t.Context(), here.caseID)
	if err != nil {
		t.Fatal(err)
	}
	handled := 0
	for _, role := range mediation.AccountRoles {
		who := a.As(t, role, apptest.Here)
		if !mediation.May(who.Actor(), mediation.CaseMap) {
			continue
		}
		sees := mediation.Sees(who.Actor(), &c)[mediation.PartSpot]
		for _, query := range []string{"", "?exact=true"} {
			for _, zoom := range []int{10, 13, 14, 16, 18} {
				spots, counted := 0, 0
				for _, f := range tile(t, a, who, tilePath(apptest.Here.Point(), zoom, query))["cases"] {
					counted += f.Number("cases")
					if f.Text("kind") != "case" {
						continue
					}
					spots++
					checkSpot(t, f, apptest.Here.Point(), zoom)
					if f.Text("id") != here.caseID || f.Text("state") != string(c.State) {
						t.Errorf("%v", f.Tags)
					}
				}
				want := sees && query != "" && zoom >= 14
				if (spots == 1) != want {
					t.Errorf("%s at zoom %d with %q: %d spots, sees %v", role, zoom, query, spots, sees)
				}
				if want {
					handled++
				} else if zoom <= 14 && counted != 1 {
					t.Errorf("%s at zoom %d: the case is counted %d times", role, zoom, counted)
				}
			}
		}
	}
	if handled == 0 {
		t.Error("nobody saw a spot")
	}
	if looks, _, err := a.Store.Looks().Of(t.Context(), here.caseID, "", 100); err != nil || !containsLook(looks, "point") {
		t.Errorf("the look at the spot is not noted: %v %v", looks, err)
	}
}

func containsLook(looks []mediation.Look, what string) bool {
	for _, l := range looks {
		if l.What == what {
			return true
		}
	}
	return false
}

// checkSpot holds a point against where it should stand, to the pixel.
func checkSpot(t *testing.T, f mvttest.Feature, at orb.Point, zoom int) {
	t.Helper()
	v := grid.View{Zoom: zoom}
	px := v.At(at)
	if got := f.Parts[0][0]; got != [2]int{int(px.X) % grid.TilePixels, int(px.Y) % grid.TilePixels} {
		t.Errorf("the spot is at %v of the tile, want %d,%d", got, px.X%grid.TilePixels, px.Y%grid.TilePixels)
	}
}

func TestATileIsSentCompressedOnlyToWhoTakesItAndNotTwice(t *testing.T) {
	a := apptest.New(t)
	settle(t, a, apptest.Here)
	staff := a.As(t, mediation.TownshipStaff, apptest.Here)
	path := tilePath(apptest.Here.Point(), 12, "")
	ask := func(settings ...apptest.Setting) apptest.Answer {
		return a.Do(t, staff, http.MethodGet, path, nil, settings...)
	}
	plain := ask().Want(http.StatusOK)
	if plain.Header.Get("Content-Encoding") != "" || !strings.Contains(plain.Header.Get("Vary"), "Accept-Encoding") || plain.Header.Get("Cache-Control") != "private, no-cache" {
		t.Errorf("%v", plain.Header)
	}
	for accept, want := range map[string]bool{"gzip": true, "br, gzip;q=0.5": true, "*": true, "GZIP": true, "gzip;q=0": false, "br": false, "*, gzip;q=0": false, "identity": false, "gzip;q=x": false} {
		answer := ask(apptest.Header("Accept-Encoding", accept)).Want(http.StatusOK)
		if (answer.Header.Get("Content-Encoding") == "gzip") != want {
			t.Errorf("%q is answered in %q", accept, answer.Header.Get("Content-Encoding"))
		}
		body := answer.Body
		if want {
			r, err := gzip.NewReader(bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			if body, err = io.ReadAll(r); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(body, plain.Body) || (answer.ETag() == plain.ETag()) == want {
			t.Errorf("%q: %d bytes of %d under the tag %s, plain %s", accept, len(body), len(plain.Body), answer.ETag(), plain.ETag())
		}
		ask(apptest.Header("Accept-Encoding", accept), apptest.Header("If-None-Match", answer.ETag())).Want(http.StatusNotModified)
	}
	ask(apptest.Header("If-None-Match", `"other"`)).Want(http.StatusOK)
	begin(t, a)
	a.Machine.Advance(3 * time.Second)
	if again := ask(apptest.Header("If-None-Match", plain.ETag())).Want(http.StatusOK); again.ETag() == plain.ETag() {
		t.Error("another case, and the tag is the same")
	}
	if exact := a.Do(t, staff, http.MethodGet, path+"?exact=true", nil).Want(http.StatusOK); exact.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("a tile with spots may be kept: %v", exact.Header)
	}
	a.Do(t, staff, http.MethodHead, path, nil, apptest.Undocumented()).Want(http.StatusOK)
}

func TestATileThatIsNoneIsRefused(t *testing.T) {
	a := apptest.New(t)
	staff := a.As(t, mediation.TownshipStaff, apptest.Here)
	for path, want := range map[string][2]string{
		"19/0/0": {"out_of_range", "z"}, "-1/0/0": {"not_a_number", "z"}, "3/8/0": {"out_of_range", "x"}, "3/0/8": {"out_of_range", "y"},
		"3/x/0": {"not_a_number", "x"}, "3/0/1e1": {"not_a_number", "y"}, "03/0/0": {"not_a_number", "z"}, "3/0/00": {"not_a_number", "y"},
		"99999999999999999999/0/0": {"out_of_range", "z"}, "3/%2e/0": {"not_a_number", "x"}, "3/+1/0": {"not_a_number", "x"},
	} {
		a.Do(t, staff, http.MethodGet, "/api/v1/tiles/"+path+".mvt", nil, apptest.Undocumented()).Refused(http.StatusUnprocessableEntity, want[0], want[1])
	}
	a.Do(t, staff, http.MethodGet, "/api/v1/tiles/3/0/0.mvt?crs=mars", nil).Refused(http.StatusUnprocessableEntity, "unknown_crs", "crs")
	a.Do(t, staff, http.MethodGet, "/api/v1/tiles/3/0/0.mvt?exact=yes", nil).Refused(http.StatusUnprocessableEntity, "not_a_bool", "exact")
	a.Do(t, staff, http.MethodGet, "/api/v1/tiles/3/0/0.mvt?area=33", nil).Refused(http.StatusBadRequest, "unknown_parameter", "")
	a.Do(t, staff, http.MethodGet, "/api/v1/tiles/3/0/0.png", nil, apptest.Undocumented()).Refused(http.StatusNotFound, "no_route", "")
	if answer := a.Do(t, staff, http.MethodGet, "/api/v1/tiles/14/0/0.mvt", nil).Want(http.StatusOK); len(answer.Body) != 0 {
		t.Errorf("the far ocean has %d bytes", len(answer.Body))
	}
}

func TestATileOfAMapInGCJ02IsShiftedWithIt(t *testing.T) {
	a := apptest.New(t)
	settle(t, a, apptest.Here)
	staff := a.As(t, mediation.TownshipStaff, apptest.Here)
	moved, err := grid.FromWGS84(apptest.Here.Point(), grid.GCJ02)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, f := range tile(t, a, staff, tilePath(moved, 16, "?crs=gcj02&exact=true"))["cases"] {
		if f.Text("kind") == "case" {
			found++
			checkSpot(t, f, moved, 16)
		}
	}
	if found != 1 {
		t.Errorf("%d spots", found)
	}
}

func TestANewPlanIsDrawnAtOnce(t *testing.T) {
	a := apptest.New(t, apptest.WithLimits(handlers.Limits{Tiles: 1 << 20, Rates: map[handlers.Class]handlers.Rates{}}))
	admin, staff := county(t, a), countyStaff()
	who := a.Post(t, "staff", staff)
	before := a.Do(t, who, http.MethodGet, tilePath(apptest.Here.Point(), 14, ""), nil).Want(http.StatusOK)
	putWhole(t, a, admin, "/api/v1/plan", planIn("33.01.11.005.001.001.01"), geo()).Want(http.StatusOK)
	after := read(t, a.Do(t, who, http.MethodGet, tilePath(apptest.Here.Point(), 14, ""), nil).Want(http.StatusOK).Body)
	if got := after["areas"]; len(got) != 1 || got[0].Text("code") != "33.01.11.005.001.001.01" || len(read(t, before.Body)["areas"]) != 2 {
		t.Errorf("the new plan shows %v", got)
	}
	if math.Abs(float64(mvttest.Area(after["areas"][0].Parts[0]))) < 1000 {
		t.Error("the cell has no ground")
	}
}
