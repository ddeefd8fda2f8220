package handlers_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"fengqiao/api"
	"fengqiao/handlers"
	"fengqiao/handlers/apptest"
	"fengqiao/mediation"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// keptOff are routes by which people would lose what the test needs them for.
func keptOff(r handlers.Route) bool {
	return strings.HasSuffix(r.Path, "/session") && r.Method == http.MethodDelete || strings.HasPrefix(r.Path, "/api/v1/sessions") ||
		strings.HasPrefix(r.Path, "/api/v1/users/") && r.Method != http.MethodGet
}

// odd draws values that clients send by mistake, or in order to find out what happens.
type odd struct {
	rt    *rapid.T
	names []string // of members and parameters, from the API's description
	known []string // ids and codes of things that are there
	good  []obj    // bodies that some route takes
}

func (o odd) text() string {
	switch rapid.IntRange(0, 3).Draw(o.rt, "kind of text") {
	case 0:
		return rapid.SampledFrom(o.known).Draw(o.rt, "known")
	case 1:
		return rapid.SampledFrom([]string{"", " ", "\x00", "null", "-1", "0", "9223372036854775808", "1e309", "NaN", "true", "2026-02-30T00:00:00Z",
			"0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999+14:00", "../../etc/passwd", "' OR 1=1 --", "{$ne:null}", "%00", "\u202e\u0000\ufffd", "丂",
			"33.01", "33.01.11.001.", "..", "*", strings.Repeat("长", 5000), "\xff\xfe"}).Draw(o.rt, "odd")
	case 2:
		return uuid.NewSHA1(uuid.Nil, []byte{byte(rapid.IntRange(0, 9).Draw(o.rt, "id"))}).String()
	}
	return rapid.String().Draw(o.rt, "any")
}

// short is text that leaves room in a request's head, whose size is another test's (TestTooLargeHeadersAreAProblem).
func (o odd) short() string {
	text := o.text()
	return text[:min(len(text), 200)]
}

func (o odd) value(depth int) any {
	switch rapid.IntRange(0, 7).Draw(o.rt, "kind of value") {
	case 0:
		return nil
	case 1:
		return rapid.Bool().Draw(o.rt, "bool")
	case 2:
		return rapid.SampledFrom([]float64{-1, 0, 1, 2, 3, 4, 5, 0.5, 1e18, -1e308, 120.1, 30.05}).Draw(o.rt, "number")
	case 3:
		if depth > 0 {
			list := make([]any, rapid.IntRange(0, 3).Draw(o.rt, "length"))
			for i := range list {
				list[i] = o.value(depth - 1)
			}
			return list
		}
	case 4:
		if depth > 0 {
			return o.object(depth - 1)
		}
	}
	return strings.ToValidUTF8(o.text(), "?")
}

func (o odd) object(depth int) map[string]any {
	m := map[string]any{}
	for range rapid.IntRange(0, 5).Draw(o.rt, "members") {
		m[rapid.SampledFrom(o.names).Draw(o.rt, "member")] = o.value(depth)
	}
	return m
}

func (o odd) body() any {
	switch rapid.IntRange(0, 5).Draw(o.rt, "body") {
	case 0:
		return nil
	case 1:
		return []byte(o.text())
	case 2:
		b, err := json.Marshal(o.object(2))
		if err != nil {
			o.rt.Fatal(err)
		}
		return b[:rapid.IntRange(0, len(b)).Draw(o.rt, "cut off at")]
	case 3:
		return o.object(3)
	}
	body := maps.Clone(rapid.SampledFrom(o.good).Draw(o.rt, "good"))
	for range rapid.IntRange(0, 2).Draw(o.rt, "spoilt members") {
		body[rapid.SampledFrom(slices.Sorted(maps.Keys(body))).Draw(o.rt, "spoilt")] = o.value(2)
	}
	return body
}

// Whatever is sent to whatever route by whomever is answered as the API says, and never by a failure of ours.
func TestOddRequestsAreRefusedAndBreakNothing(t *testing.T) {
	app := apptest.New(t)
	w := settle(t, app, apptest.Here)
	people := []*apptest.Person{nil, app.Root(t), app.Party(t, w.caseID, w.party)}
	for _, role := range []mediation.Role{mediation.GridWorker, mediation.TownshipStaff, mediation.CountyStaff, mediation.MediatorRole, mediation.Administrator, mediation.Supervisor} {
		people = append(people, app.As(t, role, apptest.Here))
	}
	all := slices.DeleteFunc(handlers.Routes(), keptOff)
	var names []string
	for _, m := range regexp.MustCompile(`(?m)^ +([a-zA-Z]+): \{(?:type|\$ref|enum)|name: ([a-zA-Z]+)$`).FindAllSubmatch(api.OpenAPI, -1) {
		names = append(names, string(m[1])+string(m[2]))
	}
	if len(all) < 60 || len(names) < 100 {
		t.Fatalf("%d routes, %d names", len(all), len(names))
	}
	known := []string{w.caseID, w.report, w.user, w.photo, w.party, string(w.place), string(w.place.Cell()), "screened", "neighbour"}
	good := []obj{report(apptest.Here, obj{}), {"text": "x"}, {"reason": "x"}, {"route": "court", "reason": "x"}, {"mediator": apptest.Here.Mediator("own"), "reason": "x"},
		{"kind": "person", "side": "respondent", "name": "n", "phone": "13800001234"}, {"category": "neighbour", "severity": 2}, {"terms": "t", "oral": true},
		{"login": "l", "password": apptest.Password}, {"kept": true, "resolved": true}, {"satisfied": true, "stars": 5}, {"given": true}, {"numbers": "13800001234"},
		{"type": "MultiPoint", "coordinates": [][]float64{{119.905, 30.005}, {30.005, 119.905}, {200, 30}, {121.5, 31.2}}, "crs": "gcj02"}}
	x := oddWorld{app: app, w: w, people: people, routes: all, answers: map[int]int{}}
	defer func() { t.Logf("answers by status: %v", x.answers) }()
	rapid.Check(t, func(rt *rapid.T) {
		for range 20 {
			x.ask(t, odd{rt, names, known, good})
		}
	})
}

// oddWorld is where odd requests are sent.
type oddWorld struct {
	app     *apptest.App
	w       township
	people  []*apptest.Person
	routes  []handlers.Route
	answers map[int]int // by status
}

func (x *oddWorld) ask(t *testing.T, o odd) {
	t.Helper()
	rt := o.rt
	route := rapid.SampledFrom(x.routes).Draw(rt, "route")
	path := x.w.path(route)
	oddPath := rapid.IntRange(0, 4).Draw(rt, "odd path") == 0
	if oddPath {
		path = strings.NewReplacer(":id", url.PathEscape(o.short()), ":code", url.PathEscape(o.short())).Replace(route.Path)
	}
	query := url.Values{}
	for range max(0, rapid.IntRange(-4, 3).Draw(rt, "parameters")) {
		query.Add(rapid.SampledFrom(o.names).Draw(rt, "parameter"), o.short())
	}
	if len(query) > 0 && !strings.Contains(path, "?") {
		path += "?" + query.Encode()
	}
	c, err := x.app.Cases.Cases.Load(t.Context(), x.w.caseID)
	if err != nil {
		rt.Fatal(err)
	}
	settings := []apptest.Setting{apptest.Odd(), apptest.Key(uuid.NewString()), apptest.IfMatch(strconv.Quote(strconv.FormatInt(c.Revision, 10)))}
	for _, header := range []string{"Idempotency-Key", "If-Match", "If-None-Match", "Accept-Language", "Content-Type"} {
		if rapid.IntRange(0, 9).Draw(rt, header) == 0 {
			settings = append(settings, apptest.Header(header, url.QueryEscape(o.short())))
		}
	}
	if oddPath {
		settings = append(settings, apptest.Undocumented()) // it may lead nowhere
	}
	answer := x.app.Do(t, rapid.SampledFrom(x.people).Draw(rt, "by"), route.Method, path, o.body(), settings...)
	x.answers[answer.Status]++
	if answer.Status >= http.StatusInternalServerError || t.Failed() {
		rt.Fatalf("%s: %d %s", answer.Asked, answer.Status, answer.Body)
	}
}
