package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fengqiao/fixtures"
	"fengqiao/internal/mongotest"
)

var update = flag.Bool("update", false, "write the scenarios' runs into docs/practices")

// runHere begins a scenario's run in its page under docs/practices.
const runHere = "<!-- 以下由程序生成 generated below: go test ./cmd/fengqiao -run ScenarioShows -update -->\n"

func TestEveryScenarioShowsWhatItMust(t *testing.T) {
	for _, name := range fixtures.Scenarios() {
		t.Run(name+"/SQLite", func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "report.md")
			printed := ok(t, "scenario", "run", name, "--out", out)
			if !strings.Contains(printed, "通过 pass") || strings.Contains(printed, "✗") {
				t.Error(printed)
			}
			report, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			samePage(t, filepath.Join("../../docs/practices", name+".md"), string(report))
		})
		t.Run(name+"/MongoDB", func(t *testing.T) {
			server := mongotest.URI(t)
			r := runWith(t, map[string]string{"MONGODB_URI": server}, "scenario", "run", name, "--store", "mongodb")
			if r.code != exitOK {
				t.Errorf("exit %d\n%s%s", r.code, r.out, r.err)
			}
		})
	}
}

// samePage compares the run in a page with the run that was just made: case times and all.
func samePage(t *testing.T, page, report string) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatalf("every scenario has its page: %v", err)
	}
	before, run, found := strings.Cut(string(text), runHere)
	if !found {
		t.Fatalf("%s has no place for the run: %s", page, runHere)
	}
	report = "\n#" + report // one level down
	if *update {
		if err := os.WriteFile(page, []byte(before+runHere+report), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if run != report {
		t.Errorf("%s tells another run: go test ./cmd/fengqiao -run ScenarioShows -update\n%s", page, report)
	}
}

// runWith is fengqiao with further variables.
func runWith(t *testing.T, env map[string]string, args ...string) ran {
	t.Helper()
	var out, errs output
	getenv := func(k string) string {
		if v, ok := env[k]; ok {
			return v
		}
		return cheap[k]
	}
	code := run(t.Context(), shell{in: strings.NewReader(""), out: &out, err: &errs, getenv: getenv, now: time.Now}, args)
	return ran{code, out.String(), errs.String()}
}

// short is a scenario of two steps.
const short = `name: {zh: 试, en: try}
county: fuyang
policy: fuyang
begins: 2026-03-10T09:00:00+08:00
practices:
  - {key: one, name: {zh: 上报, en: reporting}}
  - {key: two, name: {zh: 受理, en: accepting}}
people:
  worker: {role: grid_worker}
  staff: {role: township_staff}
steps:
  - say: {zh: 上报, en: a report}
    shows: one
    as: worker
    report: {category: forest_land, severity: 2, text: 山界不清。}
    keep: {case: case.id}
    expect: {status: 201}
  - say: {zh: 受理, en: it is accepted}
    shows: two
    as: staff
    command: {case: "${case}", name: accept, with: {remark: 受理}}
    expect: {state: screened}
`

func TestAScenarioThatGoesOtherwiseFails(t *testing.T) {
	for _, c := range []struct{ name, was, is, shown string }{
		{"a value differs", "{state: screened}", "{state: closed}", "✗ state: want is closed, got screened"},
		{"refused", "name: accept", "name: perform", "✗ refused: 409"},
		{"not expected to work", "{state: screened}", "{status: 403}", "✗ status: want is 403, got 200"},
		{"nothing was kept", "${case}", "${gone}", "nothing has the name ${gone} yet"},
		{"no such command", "name: accept", "name: bless", "✗ refused: 404"},
	} {
		out := filepath.Join(t.TempDir(), "report.md")
		r := fengqiao(t, "scenario", "run", write(t, "s.yaml", strings.Replace(short, c.was, c.is, 1)), "--out", out)
		if r.code != exitFailure || !strings.Contains(r.out, c.shown) || !strings.Contains(r.out, "通过 pass  reporting") || !strings.Contains(r.out, "不符 fail  accepting") {
			t.Errorf("%s: exit %d\n%s%s", c.name, r.code, r.out, r.err)
		}
		if report, err := os.ReadFile(out); err != nil || !strings.Contains(string(report), "不符 fail") {
			t.Errorf("%s: the report: %v\n%s", c.name, err, report)
		}
	}
}

func TestAScenarioThatCannotBePlayedIsRefusedBeforeAnythingStarts(t *testing.T) {
	for _, c := range []struct {
		code int
		want string
		args []string
	}{
		{exitFailure, `s.yaml:23: unknown field "wait"`, []string{write(t, "s.yaml", short+"    wait: 1\n")}},
		{exitUsage, "no such file", []string{"gone.yaml"}},
		{exitUsage, "--store: want sqlite or mongodb", []string{"clocks", "--store", "paper"}},
		{exitUsage, "--store mongodb needs MONGODB_URI", []string{"clocks", "--store", "mongodb"}},
		{exitUsage, "--url needs --password-file", []string{"clocks", "--url", "http://127.0.0.1:1"}},
		{exitUsage, "with --url one scenario at a time", []string{"all", "--url", "http://127.0.0.1:1", "--password-file", "-"}},
		{exitUsage, `county: "atlantis" is no sample county`, []string{write(t, "s.yaml", strings.Replace(short, "county: fuyang", "county: atlantis", 1))}},
		{exitFailure, `no policy of "atlantis"`, []string{write(t, "s.yaml", strings.Replace(short, "policy: fuyang", "policy: atlantis", 1))}},
	} {
		r := fengqiao(t, append([]string{"scenario", "run"}, c.args...)...)
		if r.code != c.code || !strings.Contains(r.err, c.want) {
			t.Errorf("%s: exit %d, %s", c.args, r.code, r.err)
		}
	}
}

func TestAScenarioPlaysOnARunningServerWhoseClockCanBeMoved(t *testing.T) {
	file := write(t, "s.yaml", short)
	s := started(t, "demo", "--json", "--data", countyData(t), "--clock", "virtual", "--clock-from", "2026-03-10T08:00:00+08:00")
	password := write(t, "pw", s.SignIns[0].Password+"\n")
	play := []string{"scenario", "run", file, "--url", s.Address, "--password-file", password}
	if r := fengqiao(t, play...); r.code != exitOK || !strings.Contains(r.out, "2026-03-10 09:00:00  staff") {
		t.Errorf("exit %d\n%s%s", r.code, r.out, r.err)
	}
	later := write(t, "s.yaml", strings.Replace(short, "T09:00:00", "T08:30:00", 1))
	play[2] = later
	if r := fengqiao(t, play...); r.code != exitFailure || !strings.Contains(r.err, "never goes back") {
		t.Errorf("exit %d\n%s%s", r.code, r.out, r.err)
	}
}

// TestAScenarioOfAnotherCountyIsRefusedByARunningServer: before its clock is moved.
func TestAScenarioOfAnotherCountyIsRefusedByARunningServer(t *testing.T) {
	file := write(t, "s.yaml", strings.Replace(short, "county: fuyang", "county: longgang", 1))
	s := started(t, "demo", "--json", "--data", countyData(t), "--clock", "virtual", "--clock-from", "2026-03-10T08:00:00+08:00")
	password := write(t, "pw", s.SignIns[0].Password+"\n")
	r := fengqiao(t, "scenario", "run", file, "--url", s.Address, "--password-file", password)
	if r.code != exitFailure || !strings.Contains(r.err, "the server holds another county than longgang (33.03.83)") {
		t.Errorf("exit %d\n%s%s", r.code, r.out, r.err)
	}
	// Its clock stands where it stood, so that its own county's scenario can still be played.
	if r := fengqiao(t, "scenario", "run", write(t, "own.yaml", strings.Replace(short, "T09:00:00", "T08:00:00", 1)), "--url", s.Address, "--password-file", password); r.code != exitOK {
		t.Errorf("exit %d\n%s%s", r.code, r.out, r.err)
	}
}

func TestAScenarioIsNotPlayedWhereTheClockCannotBeMoved(t *testing.T) {
	s := started(t, "demo", "--json", "--data", countyData(t))
	r := fengqiao(t, "scenario", "run", write(t, "s.yaml", short), "--url", s.Address, "--password-file", write(t, "pw", s.SignIns[0].Password+"\n"))
	if r.code != exitFailure || !strings.Contains(r.err, "start it with --clock virtual") {
		t.Errorf("exit %d\n%s%s", r.code, r.out, r.err)
	}
}
