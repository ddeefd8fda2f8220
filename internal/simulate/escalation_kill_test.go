package simulate

import (
	"bytes"
	"context"
	"flag"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"fengqiao/internal/mongotest"
)

// Longer: go test ./internal/simulate -run Escalat -due 2000
var dueFlag = flag.Int("due", 240, "cases of which two clocks run out at once")

// The clocks that run out while the server is down: a stage's, and the petition regulation's.
const (
	shortClocks = `
stages:
  clocks: [{key: sign, name: {zh: 签收, en: sign}, start: receipt, within: 1h, ends: [sign_for]}]
petition:
  channels: [app, letter, visit, net]
  transfer: {within: 15d}
  object: {within: 5wd}
  tell: {within: 15d}
  handle: {within: 60d}
  ask_review: {within: 30d}
  review: {within: 30d}
  ask_rereview: {within: 30d}
  rereview: {within: 30d}
`
	petitionChannels = `    - {key: letter, name: {zh: 来信, en: letter}}
    - {key: visit, name: {zh: 来访, en: visit}}
    - {key: net, name: {zh: 网上, en: net}}
`
	accusations = "    - {key: accusation, name: {zh: 检举控告, en: accusations}, mediable: false, route: court, accusation: 2}\n"

	reportedAt, overdueAt = "2026-03-02T02:00:00Z", "2026-03-20T02:00:00Z"
)

// The server starts when many cases have become overdue, and is killed while its sweep escalates them, again and again. Then each has been
// escalated once, and whoever is to hear of it has heard once.
func TestEachCaseIsEscalatedOnceThoughTheServerIsKilledMeanwhile(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { escalationKilled(t) })
	t.Run("MongoDB", func(t *testing.T) { escalationKilled(t, "FENGQIAO_STORE="+mongotest.Database(t)) })
}

func escalationKilled(t *testing.T, settings ...string) {
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute)
	defer cancel()
	in := newInstallation(t, settings...)
	in.prepare()
	code := in.run("user", "bootstrap")
	in.serveAt(reportedAt)
	t.Cleanup(func() { _ = in.server.Process.Kill() })
	client := NewClient("http://"+in.front, 16, time.Minute)
	admin, err := Bootstrap(ctx, client, code, "admin", password)
	if err != nil {
		t.Fatal(err)
	}
	sessions, err := Enrol(ctx, admin, 8, func(int, int) {})
	if err != nil {
		t.Fatal(err)
	}
	var workers, staff []*Session
	for _, s := range sessions {
		switch s.Role {
		case "grid_worker":
			workers = append(workers, s)
		case "township_staff":
			staff = append(staff, s)
		}
	}
	var answered atomic.Int64
	if err := send(ctx, workers, matters(*dueFlag), &answered); err != nil {
		t.Fatal(err)
	}
	in.settleClock(ctx, admin)
	if err := in.end(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}

	kills, cut := 0, 0
	for told := 0; kills < 4; {
		in.serveAt(overdueAt)
		for in.figure(ctx, "passes") == 0 && ctx.Err() == nil {
			if n := heardBy(ctx, t, staff[0]); n > told { // the first are told of, and the pass that escalates them goes on
				told = n
				break
			}
		}
		if in.figure(ctx, "passes") == 0 {
			cut++
		}
		if err := in.end(syscall.SIGKILL); err == nil {
			t.Fatal("the server survived")
		}
		kills++
	}
	in.serveAt(overdueAt)
	in.settleClock(ctx, admin)
	t.Logf("killed %d times, %d in the middle of a sweep", kills, cut)
	if cut == 0 {
		t.Error("no kill hit a sweep: take more cases, with -due")
	}
	seen := 0
	for _, s := range staff {
		seen += escalatedOnce(ctx, t, s)
	}
	if seen != *dueFlag {
		t.Errorf("%d cases were looked at, of %d", seen, *dueFlag)
	}
	if err := in.end(syscall.SIGTERM); err != nil {
		t.Error("the server did not end well:", err)
	}
	if said := in.run("verify"); !strings.Contains(said, "; 0 problems") {
		t.Error(said)
	}
}

// prepare makes what a server needs that nothing is pushed from.
func (in *installation) prepare() {
	in.t.Helper()
	source, err := os.ReadFile("../../fixtures/policies/losangeles.yaml")
	if err != nil {
		in.t.Fatal(err)
	}
	for list, more := range map[string]string{"  channels:\n": petitionChannels, "  categories:\n": accusations} { // what the law asks for beside petitions
		source = bytes.Replace(source, []byte(list), []byte(list+more), 1)
	}
	for name, body := range map[string][]byte{"councils.geojson": councils(), "policy.yaml": append(source, shortClocks...)} {
		if err := os.WriteFile(filepath.Join(in.dir, name), body, 0o600); err != nil {
			in.t.Fatal(err)
		}
	}
	in.run("keys", "init")
	in.run("import", "plan", "councils.geojson", "--code-property", "nc_id", "--name-property", "name", "--parent-name-property", "service_re")
	in.run("import", "policy", "policy.yaml")
	in.run("simulate", "people", "--out", in.dir)
	in.run("import", "mediators", "mediators.csv", "--strict")
	in.run("import", "people", "people.csv", "--strict")
}

// serveAt starts the server with the cases' clock at a time.
func (in *installation) serveAt(when string) {
	in.t.Helper()
	env := in.env
	in.env = append(env[:len(env):len(env)], "FENGQIAO_CLOCK=virtual", "FENGQIAO_CLOCK_FROM="+when)
	defer func() { in.env = env }()
	in.serve()
}

// settleClock moves the cases' clock by a second, which is answered when nothing is due and nothing untold.
func (in *installation) settleClock(ctx context.Context, admin *Session) {
	in.t.Helper()
	if _, err := admin.do(ctx, request{method: http.MethodPost, path: "/api/v1/clock/advance", body: object{"by": "1s"}, key: "settle-" + strconv.FormatInt(time.Now().UnixNano(), 10)}, nil); err != nil {
		in.t.Fatal(err)
	}
}

// figure is one of the sweep's figures since the server was started; 0 while it does not say.
func (in *installation) figure(ctx context.Context, name string) int {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+in.front+"/metrics", nil)
	if err != nil {
		in.t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	found := regexp.MustCompile(`(?m)^fengqiao_sweep_` + name + `_total (\S+)$`).FindSubmatch(text)
	if err != nil || found == nil {
		return 0
	}
	n, err := strconv.ParseFloat(string(found[1]), 64)
	if err != nil {
		in.t.Fatal(err)
	}
	return int(n)
}

// heardBy is how often somebody was told that a clock ran out.
func heardBy(ctx context.Context, t *testing.T, s *Session) (n int) {
	t.Helper()
	if err := all(ctx, s, "/api/v1/inbox?limit=100", func(x struct{ Kind string }) {
		if x.Kind == "clock_breach" {
			n++
		}
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

// escalatedOnce holds every case that somebody sees to it that each clock ran out once, and that they heard of each once. It returns how many.
func escalatedOnce(ctx context.Context, t *testing.T, s *Session) int {
	t.Helper()
	heard := map[string]int{}
	if err := all(ctx, s, "/api/v1/inbox?limit=100", func(x struct{ Kind, CaseID string }) {
		if x.Kind == "clock_breach" {
			heard[x.CaseID]++
		}
	}); err != nil {
		t.Fatal(err)
	}
	var ids []string
	if err := all(ctx, s, "/api/v1/cases?limit=100", func(c summary) { ids = append(ids, c.ID) }); err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		late := map[string]int{}
		events := 0
		if err := all(ctx, s, "/api/v1/cases/"+id+"/timeline?limit=100", func(e struct {
			Kind string
			Data map[string]string
		}) {
			if e.Kind == "breached" {
				late[e.Data["clock"]+" "+e.Data["stage"]]++
				events++
			}
		}); err != nil {
			t.Fatal(err)
		}
		if late["stage sign"] != 1 || late["petition_transfer "] != 1 || heard[id] != events {
			t.Errorf("case %s: %v, heard of %d times", id, late, heard[id])
		}
	}
	return len(ids)
}
