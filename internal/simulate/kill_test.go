package simulate

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"fengqiao/push/fcm/fcmtest"

	"github.com/google/uuid"
)

// installation is a real server of the real program, on the embedded store, with four councils in two regions.
type installation struct {
	t       *testing.T
	bin     string
	dir     string
	env     []string
	address string
	server  *exec.Cmd
}

// The short form belongs to every run of the tests; longer: go test ./internal/simulate -run Killed -matters 2000 -kills 10
var (
	mattersFlag = flag.Int("matters", 120, "reports of the run that is killed")
	killsFlag   = flag.Int("kills", 2, "how often the server is killed")
)

const password = "a-long-simulated-password"

func install(t *testing.T, pushes string) *installation {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	in := &installation{t: t, dir: t.TempDir(), address: l.Addr().String()}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	in.bin = filepath.Join(in.dir, "fengqiao")
	if out, err := exec.Command("go", "build", "-o", in.bin, "fengqiao/cmd/fengqiao").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	in.env = append(os.Environ(), "FENGQIAO_LANG=en", "FENGQIAO_DATA="+filepath.Join(in.dir, "data"), "FENGQIAO_LISTEN="+in.address,
		"FENGQIAO_RATE_FACTOR=1000", "FENGQIAO_RATE_SIGN_IN=1000", "FENGQIAO_HASH_MEMORY_KIB=64", "FENGQIAO_LOG_LEVEL=error",
		"FENGQIAO_FCM_PROJECT=simulated", "FENGQIAO_FCM_ENDPOINT="+pushes+"/v1", "FENGQIAO_PUSH_DEADLINE=500ms", "FENGQIAO_PUSH_LEASE=4s")
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
	return in
}

func (in *installation) command(args ...string) *exec.Cmd {
	c := exec.Command(in.bin, args...)
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

// send reports every matter, each by one of the workers, and counts the answers.
func send(ctx context.Context, workers []*Session, list []Request, answered *atomic.Int64) error {
	var wg sync.WaitGroup
	errs := make([]error, len(workers))
	for w, s := range workers {
		wg.Go(func() {
			for i := w; i < len(list) && errs[w] == nil; i += len(workers) {
				q := list[i]
				body := object{"clientId": q.ID, "text": "something on the pavement", "category": categories[i%len(categories)], "severity": 1 + i%3,
					"point": object{"type": "Point", "coordinates": [2]float64{q.Lon, q.Lat}}}
				if _, errs[w] = s.do(ctx, request{method: http.MethodPost, path: "/api/v1/reports", body: body}, nil); errs[w] == nil {
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

// The server is killed while reports come in and people work on them; then everything goes on. What was answered is
// there, what was due is pushed, and no seat has two holders.
func TestNothingIsLostWhenTheServerIsKilledDuringAReplay(t *testing.T) {
	fcm := httptest.NewServer(fcmtest.NewCounter(nil))
	defer fcm.Close()
	began := time.Now()
	phase := func(what string) { t.Logf("%5.1f s %s", time.Since(began).Seconds(), what) }
	in := install(t, fcm.URL)
	phase("installed")
	code := in.run("user", "bootstrap")
	in.serve()
	defer func() { _ = in.server.Process.Kill() }() // ended already where all went well
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	client := NewClient("http://"+in.address, 16, time.Minute)
	admin, err := Bootstrap(ctx, client, code, "admin", password)
	if err != nil {
		t.Fatal(err)
	}
	sessions, err := Enrol(ctx, admin, 8, func(int, int) {})
	if err != nil {
		t.Fatal(err)
	}
	phase("enrolled")
	var workers []*Session
	audit := Audit{Sessions: sessions, Requests: matters(*mattersFlag), ClientID: func(id string) string { return id }, Pushes: fcm.URL + "/stats", Connections: 8}
	for _, s := range sessions {
		if s.Role == "grid_worker" && strings.HasSuffix(s.Login, "-1") {
			workers, audit.Senders = append(workers, s), append(audit.Senders, s.Login)
		}
	}
	if audit.Ground, err = ReadGround(bytes.NewReader(councils()), "nc_id"); err != nil {
		t.Fatal(err)
	}
	office := NewOffice(client, sessions, Options{Workers: 12, Pause: 200 * time.Millisecond, Idle: 2 * time.Second, Limit: 8 * time.Minute, Prompt: true, Say: phase})
	worked := make(chan error, 1)
	var answered atomic.Int64
	sent := make(chan error, 1)
	go func() { sent <- send(ctx, workers, audit.Requests, &answered) }()
	go func() { _, err := office.Run(ctx); worked <- err }()
	for kill := range *killsFlag {
		for answered.Load() < int64(*mattersFlag*(kill+1)/(*killsFlag+1)) && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		if err := in.end(syscall.SIGKILL); err == nil {
			t.Fatal("the server survived")
		}
		in.serve()
		phase("killed and started again")
	}
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	phase("sent")
	if err := <-worked; err != nil {
		t.Fatal(err)
	}
	if n, faults := office.tally.Faults(); n > 0 {
		t.Errorf("%d faults, the first: %v", n, faults[0])
	}
	phase(office.tally.String())
	// Seats that a crash left reserved are given back a minute later (mediation.Grace), too long for this test.
	if err := audit.run(ctx, audit.readReports, audit.readCases, audit.checkReports, audit.checkPlaces, audit.checkCases, audit.checkPushes); err != nil {
		t.Fatal(err)
	}
	phase("audited")
	for _, c := range audit.checks {
		// A push whose answer was lost with the process may come twice; the phone drops the second by its notice's id.
		if !c.OK && c.Name != onceEach {
			t.Errorf("%s: %s", c.Name, c.Found)
		}
	}
	if err := in.end(syscall.SIGTERM); err != nil {
		t.Error("the server did not end well:", err)
	}
	t.Log(in.run("verify"))
}
