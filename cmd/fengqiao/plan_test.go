package main

import (
	"strings"
	"testing"
	"time"

	"fengqiao/fixtures"
	"fengqiao/grid"

	"github.com/google/uuid"
)

// twoCells are cells of the sample's own levels; joined is the same ground as one.
const (
	twoCells = `{"type":"FeatureCollection","version":"one","features":[
{"type":"Feature","properties":{"code":"33.01.11.001.001.001.01","name":"东"},"geometry":{"type":"Polygon","coordinates":[[[120,30],[120.01,30],[120.01,30.01],[120,30.01],[120,30]]]}},
{"type":"Feature","properties":{"code":"33.01.11.001.001.001.02","name":"西"},"geometry":{"type":"Polygon","coordinates":[[[120.01,30],[120.02,30],[120.02,30.01],[120.01,30.01],[120.01,30]]]}}]}`
	joined = `{"type":"FeatureCollection","version":"two","features":[
{"type":"Feature","properties":{"code":"33.01.11.001.001.001.01","name":"东"},"geometry":{"type":"Polygon","coordinates":[[[120,30],[120.02,30],[120.02,30.01],[120,30.01],[120,30]]]}}]}`
)

func TestEditionsOfThePlanOnTheCommandLine(t *testing.T) {
	dir := t.TempDir()
	ok(t, "keys", "init", "--data", dir)
	policy, err := fixtures.Policy("fuyang")
	if err != nil {
		t.Fatal(err)
	}
	ok(t, "import", "policy", write(t, "fuyang.yaml", string(policy)), "--data", dir)
	if out := ok(t, "import", "plan", write(t, "one.geojson", twoCells), "--data", dir); strings.Contains(out, "→") {
		t.Errorf("a first plan differs from something: %s", out)
	}
	out := ok(t, "import", "plan", write(t, "two.geojson", joined), "--keep", "--data", dir)
	if !strings.Contains(out, "merged: 33.01.11.001.001.001.01 + 33.01.11.001.001.001.02 → 33.01.11.001.001.001.01") || !strings.Contains(out, "one → two: the same 0, merged 1") {
		t.Errorf("%s", out)
	}
	if out = ok(t, "plan", "difference", "two", "--data", dir); !strings.Contains(out, "merged 1") || !strings.Contains(out, "open cases concerned: 0; people: 0") {
		t.Errorf("%s", out)
	}
	inForce := func(want string) {
		t.Helper()
		out := ok(t, "plan", "list", "--data", dir)
		_, terms, _ := strings.Cut(out, "IN FORCE")
		lines := strings.Split(terms, "\n")
		if !strings.HasPrefix(lines[1], want) {
			t.Errorf("%s", out)
		}
	}
	inForce("one")
	ok(t, "plan", "enact", "two", "--note", "富政发〔2026〕7号", "--data", dir)
	inForce("two")
	if out := ok(t, "plan", "rollback", "--data", dir); !strings.Contains(out, "富政发〔2026〕7号") {
		t.Errorf("%s", out)
	}
	inForce("one")
	ok(t, "plan", "enact", "two", "--from", "2999-01-01T00:00:00+08:00", "--data", dir)
	inForce("(two)")
	ok(t, "plan", "cancel", "--data", dir)
	inForce("one")
	for _, args := range [][]string{{"plan", "enact", "three"}, {"plan", "difference", "three"}, {"plan", "enact", "two", "--from", "tomorrow"}} {
		if r := fengqiao(t, append(args, "--data", dir)...); r.code != exitUsage {
			t.Errorf("%v: exit %d, %s", args, r.code, r.err)
		}
	}
	if r := fengqiao(t, "plan", "rollback", "--data", t.TempDir()); r.code != exitFailure || !strings.Contains(r.err, "no earlier plan") {
		t.Errorf("exit %d, %s", r.code, r.err)
	}
}

// Two servers on one store take up an edition that one of them was told to put in force, and what it moves is moved.
func TestEveryInstanceTakesUpAnEditionAndMovesWhatItMoves(t *testing.T) {
	dir := countyData(t)
	var servers []*server
	for range 2 {
		s := start(t, "serve", "--data", dir, "--notice-every", "100ms")
		t.Cleanup(func() { s.stop() })
		servers = append(servers, s)
	}
	by := map[string]signIn{}
	for _, who := range demoData.welcome.SignIns {
		by[who.Role] = who
	}
	as := func(role string, s *server) visitor { return visit(t, s, by[role].Login, by[role].Password) }
	worker, admin, staff := as("grid_worker", servers[0]), as("administrator", servers[0]), as("township_staff", servers[1])
	there := worker.must(worker.get("/plan/units?parent=" + by["grid_worker"].Area))["items"].([]any)[0].(map[string]any)["code"].(string)
	beside := ""
	for _, n := range worker.must(worker.get("/plan/cells/" + there))["neighbours"].([]any) {
		if grid.Code(n.(string)).Parent() == grid.Code(there).Parent() {
			beside = n.(string)
		}
	}
	if beside == "" {
		t.Fatalf("%s has no neighbour in its grid", there)
	}
	rep := worker.must(worker.send("/reports", map[string]any{"clientId": uuid.NewString(), "text": "为宅基地边界争吵", "category": "neighbour", "severity": 2, "emergency": false, "cell": there}))
	id := rep["case"].(map[string]any)["id"].(string)

	into := string(grid.Code(there).Parent()) + ".99"
	drawn := admin.must(admin.send("/plan/merge", map[string]any{"cells": []string{there, beside}, "into": map[string]string{"code": into, "name": "合并的"}}))
	if drawn["cases"].(float64) < 1 {
		t.Fatalf("the case is not among those it concerns: %v", drawn)
	}
	version := drawn["to"].(string)
	tag := admin.get("/plan/editions").header.Get("ETag")
	admin.must(admin.sendOn("/plan/editions/"+version+"/enactment", tag, map[string]any{"note": "试"}))
	eventually := func(what string, is func() bool) {
		t.Helper()
		for deadline := time.Now().Add(20 * time.Second); !is(); time.Sleep(50 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%s\n%s\n%s", what, servers[0].errs, servers[1].errs)
			}
		}
	}
	eventually("the other instance goes by the old plan", func() bool { return staff.must(staff.get("/plan"))["version"] == version })
	eventually("the case lies where it lay", func() bool {
		return staff.must(staff.get("/cases/" + id))["cell"].(map[string]any)["code"] == into
	})
	if out := ok(t, "plan", "list", "--data", dir); !strings.Contains(out, version) || !strings.Contains(out, "试") {
		t.Errorf("%s", out)
	}
}
