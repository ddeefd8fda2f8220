package simulate

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"fengqiao/push/fcm/fcmtest"

	"github.com/google/uuid"
)

// installation is a real server of the real program with four councils in two regions.
type installation struct {
	t       *testing.T
	bin     string
	dir     string
	env     []string
	address string
	server  *exec.Cmd
	// front is where people reach it: its address, unless there is something before it.
	front string
	// within is the command that takes the program to where its data folder is; empty if that is here.
	within []string
}

var mattersFlag = flag.Int("matters", 120, "reports of a run with faults")

const password = "a-long-simulated-password"

// newInstallation builds the program and settles where everything is; settings are further ones, as in the environment. Without them it is on
// the embedded store.
func newInstallation(t *testing.T, settings ...string) *installation {
	t.Helper()
	return builtBy(t, []string{"build"}, settings...)
}

// builtBy is an installation of the program that a command of the go tool builds.
func builtBy(t *testing.T, build []string, settings ...string) *installation {
	t.Helper()
	address := freeAddress(t)
	in := &installation{t: t, dir: t.TempDir(), address: address, front: address}
	in.bin = filepath.Join(in.dir, "fengqiao")
	if out, err := exec.Command("go", append(build, "-o", in.bin, "fengqiao/cmd/fengqiao")...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	in.env = append(os.Environ(), "FENGQIAO_LANG=en", "FENGQIAO_DATA="+in.data(), "FENGQIAO_LISTEN="+in.address,
		"FENGQIAO_RATE_FACTOR=1000", "FENGQIAO_RATE_SIGN_IN=1000", "FENGQIAO_HASH_MEMORY_KIB=64", "FENGQIAO_LOG_LEVEL=error",
		"FENGQIAO_PUSH_DEADLINE=500ms", "FENGQIAO_PUSH_LEASE=4s")
	in.env = append(in.env, settings...)
	return in
}

func (in *installation) data() string { return filepath.Join(in.dir, "data") }

// install makes what a server needs; it will push to the FCM server at pushes.
func (in *installation) install(pushes string) {
	t := in.t
	t.Helper()
	in.env = append(in.env, "FENGQIAO_FCM_PROJECT=simulated", "FENGQIAO_FCM_ENDPOINT="+pushes+"/v1")
	if err := os.WriteFile(filepath.Join(in.dir, "councils.geojson"), councils(), 0o600); err != nil {
		t.Fatal(err)
	}
	in.run("keys", "init")
	in.run("import", "plan", "councils.geojson", "--code-property", "nc_id", "--name-property", "name", "--parent-name-property", "service_re")
	policy, err := filepath.Abs("../../fixtures/policies/losangeles.yaml")
	if err != nil {
		t.Fatal(err)
	}
	in.run("import", "policy", policy)
	in.run("simulate", "people", "--out", in.dir)
	in.run("import", "mediators", "mediators.csv", "--strict")
	in.run("import", "people", "people.csv", "--strict")
}

func (in *installation) command(args ...string) *exec.Cmd {
	line := slices.Concat(in.within, []string{in.bin}, args)
	c := exec.Command(line[0], line[1:]...)
	c.Dir, c.Env = in.dir, in.env
	return c
}

func (in *installation) run(args ...string) string {
	in.t.Helper()
	out, err := in.command(args...).CombinedOutput()
	if err != nil {
		in.t.Fatalf("fengqiao %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// serve starts the server and waits until it listens.
func (in *installation) serve() {
	in.t.Helper()
	in.server = in.command("serve")
	out, err := in.server.StdoutPipe()
	if err != nil {
		in.t.Fatal(err)
	}
	in.server.Stderr = os.Stderr
	if err := in.server.Start(); err != nil {
		in.t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		in.t.Fatalf("%q: %v", line, err)
	}
}

func (in *installation) end(signal os.Signal) error {
	if err := in.server.Process.Signal(signal); err != nil {
		return err
	}
	return in.server.Wait()
}

const (
	cellsAcross = 2
	cellDegrees = 0.02
	west, south = -118.40, 34.00
)

// councils is a plan of four squares in two regions.
func councils() []byte {
	var b bytes.Buffer
	b.WriteString(`{"type":"FeatureCollection","features":[`)
	for i := range cellsAcross * cellsAcross {
		x, y := west+float64(i%cellsAcross)*cellDegrees, south+float64(i/cellsAcross)*cellDegrees
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"type":"Feature","properties":{"nc_id":"%d","name":"COUNCIL %d","service_re":"REGION %d"},"geometry":{"type":"Polygon",`+
			`"coordinates":[[[%[4]f,%[5]f],[%[6]f,%[5]f],[%[6]f,%[7]f],[%[4]f,%[7]f],[%[4]f,%[5]f]]]}}`, i+1, i+1, i/cellsAcross+1, x, y, x+cellDegrees, y+cellDegrees)
	}
	b.WriteString(`]}`)
	return b.Bytes()
}

// matters are reports over the whole plan, no two of them at one place.
func matters(n int) []Request {
	list := make([]Request, n)
	const across = 16
	rows := (n/across + 2) &^ 1 // even, so that none lies on the border between two councils
	for i := range list {
		list[i] = Request{ID: uuid.NewSHA1(uuid.Nil, []byte{byte(i), byte(i >> 8)}).String(), HasPoint: true,
			Lon: west + (float64(i%across)+0.5)*cellsAcross*cellDegrees/across,
			Lat: south + (float64(i/across)+0.5)*cellsAcross*cellDegrees/float64(rows)}
	}
	return list
}

var categories = []string{"bulky_items", "graffiti_removal", "illegal_dumping", "homeless_encampment", "other"}

// reportOf is matter i as it is sent.
func reportOf(list []Request, i int) request {
	q := list[i]
	return request{method: http.MethodPost, path: "/api/v1/reports", body: object{"clientId": q.ID, "text": "something on the pavement",
		"category": categories[i%len(categories)], "severity": 1 + i%3, "point": object{"type": "Point", "coordinates": [2]float64{q.Lon, q.Lat}}}}
}

// send reports every matter, each by one of the workers, and counts the answers.
func send(ctx context.Context, workers []*Session, list []Request, answered *atomic.Int64) error {
	var wg sync.WaitGroup
	errs := make([]error, len(workers))
	for w, s := range workers {
		wg.Go(func() {
			for i := w; i < len(list) && errs[w] == nil; i += len(workers) {
				if _, errs[w] = s.do(ctx, reportOf(list, i), nil); errs[w] == nil {
					answered.Add(1)
				}
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// work is an installation on which people work: reports come in, and everybody does their part until all is settled.
type work struct {
	*installation
	audit        Audit
	workers      []*Session
	office       *Office
	witness      *witness
	answered     atomic.Int64 // reports
	sent, worked chan error
	phase        func(what string)
}

// begin installs, serves, signs everybody in and lets them begin.
func begin(ctx context.Context, t *testing.T, settings ...string) *work {
	t.Helper()
	w := open(ctx, newInstallation(t, settings...))
	w.start(ctx)
	return w
}

// open installs, serves and signs everybody in.
func open(ctx context.Context, in *installation) *work {
	t := in.t
	t.Helper()
	began := time.Now()
	w := &work{sent: make(chan error, 1), worked: make(chan error, 1),
		phase: func(what string) { t.Logf("%5.1f s %s", time.Since(began).Seconds(), what) }}
	fcm := httptest.NewServer(fcmtest.NewCounter(nil))
	t.Cleanup(fcm.Close)
	w.installation = in
	in.install(fcm.URL)
	w.phase("installed")
	code := w.run("user", "bootstrap")
	w.serve()
	t.Cleanup(func() { _ = w.server.Process.Kill() }) // ended already where all went well
	client := NewClient("http://"+w.front, 16, time.Minute)
	w.witness = &witness{next: client.http.Transport, refused: map[string]int{}}
	client.http.Transport = w.witness
	admin, err := Bootstrap(ctx, client, code, "admin", password)
	if err != nil {
		t.Fatal(err)
	}
	sessions, err := Enrol(ctx, admin, 8, func(int, int) {})
	if err != nil {
		t.Fatal(err)
	}
	w.phase("enrolled")
	w.audit = Audit{Sessions: sessions, Requests: matters(*mattersFlag), ClientID: func(id string) string { return id }, Pushes: fcm.URL + "/stats", Connections: 8}
	for _, s := range sessions {
		if s.Role == "grid_worker" && strings.HasSuffix(s.Login, "-1") {
			w.workers, w.audit.Senders = append(w.workers, s), append(w.audit.Senders, s.Login)
		}
	}
	if w.audit.Ground, err = ReadGround(bytes.NewReader(councils()), "nc_id"); err != nil {
		t.Fatal(err)
	}
	w.office = NewOffice(client, sessions, Options{Workers: 12, Pause: 200 * time.Millisecond, Idle: 2 * time.Second, Limit: 18 * time.Minute, Prompt: true, Say: w.phase})
	return w
}

// start lets everybody begin.
func (w *work) start(ctx context.Context) {
	go func() { w.sent <- send(ctx, w.workers, w.audit.Requests, &w.answered) }()
	go func() { _, err := w.office.Run(ctx); w.worked <- err }()
}

// until waits until part of parts of the reports are answered.
func (w *work) until(ctx context.Context, part, parts int) {
	for w.answered.Load() < int64(*mattersFlag*part/parts) && ctx.Err() == nil {
		time.Sleep(time.Millisecond)
	}
}

// settle waits until everything is settled, and holds what was answered against what is there.
func (w *work) settle(ctx context.Context) {
	w.t.Helper()
	w.finish(ctx)
	w.audited(ctx, w.audit.checkPushes)
}

// finish waits until everything is settled.
func (w *work) finish(ctx context.Context) {
	w.t.Helper()
	if err := <-w.sent; err != nil {
		w.t.Fatal(err)
	}
	w.phase("sent")
	if err := <-w.worked; err != nil {
		w.t.Fatal(err)
	}
	if w.awaitCases(ctx) {
		if _, err := w.office.Run(ctx); err != nil {
			w.t.Fatal(err)
		}
	}
	if n, faults := w.office.tally.Faults(); n > 0 {
		w.t.Errorf("%d faults, the first: %v", n, faults[0])
	}
	w.phase(w.office.tally.String())
}

// audited holds what was answered against what is there, with further checks that fit the fault, and ends the server.
func (w *work) audited(ctx context.Context, further ...func(context.Context) error) {
	w.t.Helper()
	// Seats that a fault left reserved are given back a minute later (mediation.Grace), too long for a test.
	a := &w.audit
	parts := []func(context.Context) error{a.readReports, a.readCases, a.checkReports, a.checkPlaces, a.checkCases}
	if err := a.run(ctx, append(parts, further...)...); err != nil {
		w.t.Fatal(err)
	}
	w.phase("audited")
	for _, bad := range w.witness.wrong() {
		w.t.Error("nobody may be answered so:", bad)
	}
	for _, c := range a.checks {
		// A push whose answer was lost may come twice; the phone drops the second by its notice's id.
		if !c.OK && c.Name != onceEach {
			w.t.Errorf("%s: %s", c.Name, c.Found)
		}
	}
	if err := w.end(syscall.SIGTERM); err != nil {
		w.t.Error("the server did not end well:", err)
	}
	w.sound()
}

// sound lets the program verify what is stored.
func (w *work) sound() {
	w.t.Helper()
	said := w.run("verify")
	if !strings.Contains(said, "; 0 problems") {
		w.t.Error("verify found something")
	}
	w.t.Log(said)
}

// awaitCases waits until every report has a case: one whose intake a fault broke off gets it by a sweep, after mediation.Grace. It tells
// whether there was any.
func (w *work) awaitCases(ctx context.Context) bool {
	w.t.Helper()
	for waited := false; ; waited = true {
		pending := 0
		for _, s := range w.workers {
			if err := all(ctx, s, "/api/v1/reports?limit=100", func(r report) {
				if r.Case == nil {
					pending++
				}
			}); err != nil {
				w.t.Fatal(err)
			}
		}
		if pending == 0 {
			return waited
		}
		if !waited {
			w.phase(fmt.Sprintf("%d reports wait for their case", pending))
		}
		time.Sleep(time.Second)
	}
}
