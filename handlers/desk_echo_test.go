package handlers_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/mediation"
	"fengqiao/mediation/desk"
	"fengqiao/push"
	"fengqiao/push/webhook"

	"github.com/google/uuid"
)

// deskServer is the desk's side: it checks every signature, and answers as the test says.
type deskServer struct {
	mu       sync.Mutex
	answer   func(webhook.Body) int
	heard    []webhook.Body // taken, each delivery once
	attempts int
	verifier webhook.Verifier
	quiet    bool // refusing is what the test is about
	t        *testing.T
}

func (d *deskServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.attempts++
	body, err := io.ReadAll(r.Body)
	var e webhook.Body
	if err == nil {
		err = json.Unmarshal(body, &e)
	}
	if err != nil {
		d.t.Error(err)
	}
	if status := d.answer(e); status != http.StatusOK {
		w.WriteHeader(status)
		return
	}
	switch err := d.verifier.Check(r.Header, body); {
	case err == nil:
		d.heard = append(d.heard, e)
	case !errors.Is(err, webhook.ErrAgain):
		if !d.quiet {
			d.t.Errorf("%v: %s", err, body)
		}
		w.WriteHeader(http.StatusUnauthorized)
	}
}

// steps are what the desk heard of an order, in the order in which it heard it.
func (d *deskServer) steps(number string) (text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, e := range d.heard {
		if e.Order == number {
			text += e.Step + " "
		}
	}
	return text
}

// line is a county with a desk that is told of its orders by a relay, at times that the test sets.
type line struct {
	hotline
	relay  *push.Relay
	server *deskServer
	now    time.Time
}

func newLine(t *testing.T, a *apptest.App) *line {
	t.Helper()
	secret := []byte("一个足够长的共享密钥，三十二字节以上")
	l := &line{hotline: hotline{a, a.As(t, mediation.Desk, apptest.Here)}, now: time.Now()}
	clock := func() time.Time { return l.now }
	l.server = &deskServer{t: t, answer: func(webhook.Body) int { return http.StatusOK }, verifier: webhook.Verifier{Secrets: map[string][]byte{"k1": secret}, Now: clock}}
	web := httptest.NewServer(l.server)
	t.Cleanup(web.Close)
	endpoints := []webhook.Endpoint{{Desk: apptest.Here.Desk(), Unit: apptest.Here.DeskUnit(), URL: web.URL, KeyID: "k1", Secret: secret, Private: true},
		{Desk: apptest.PoliceDesk, Unit: apptest.PoliceUnit, URL: web.URL, KeyID: "k1", Secret: secret, Private: true}}
	devices := &webhook.Devices{Devices: a.Store.Devices(), Endpoints: endpoints, UnitOf: func(ctx context.Context, user string) (string, error) {
		u, err := a.Store.Users().Get(ctx, user)
		return u.Unit, err
	}}
	sender := webhook.New(webhook.Config{Endpoints: endpoints, Now: clock,
		Echo: func(ctx context.Context, n mediation.Notice) (desk.Echo, error) {
			return desk.EchoOf(ctx, a.Store.Cases(), n)
		}})
	var err error
	l.relay, err = push.NewRelay(push.Parts{Outbox: a.Store.Outbox(), Inbox: a.Store.Inbox(), Devices: devices, Directory: a.Store.Directory(),
		Sender: push.ByVendor{webhook.Vendor: sender}, Clock: clock, Steady: func() time.Duration { return 0 }, Random: func(n int64) int64 { return n / 2 },
		Log: slog.New(slog.NewTextHandler(a.Log, nil))}, push.Options{Pool: 8})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// deliver lets the relay work until nothing is due.
func (l *line) deliver(t *testing.T) {
	t.Helper()
	for {
		n, err := l.relay.Pass(t.Context(), l.now)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// pass lets so much machine time go by, in minutes.
func (l *line) pass(t *testing.T, minutes int) {
	t.Helper()
	for range minutes {
		l.now = l.now.Add(time.Minute)
		l.deliver(t)
	}
}

// do carries out a command of the township's staff on an order's case.
func (l *line) do(t *testing.T, number string, cmd mediation.Command) {
	t.Helper()
	id := l.look(t, number).Case.ID
	k, err := l.a.Cases.Cases.Load(t.Context(), id)
	if err == nil {
		_, err = l.a.Cases.Do(t.Context(), l.a.As(t, mediation.TownshipStaff, apptest.Here).Actor(), id, mediation.Request{Command: cmd, Revision: k.Revision, Key: uuid.NewString()})
	}
	if err != nil {
		t.Fatalf("%s: %v", cmd.Name(), err)
	}
}

func TestEveryChangeOfStateIsEchoedToTheDesk(t *testing.T) {
	apptest.OnBoth(t, everyChangeOfStateIsEchoedToTheDesk)
}

func everyChangeOfStateIsEchoedToTheDesk(t *testing.T, fresh apptest.Fresh) {
	l := newLine(t, fresh(t))
	l.put(t, "F-1", order(apptest.Here, obj{"severity": 4})).Want(201)
	l.do(t, "F-1", mediation.Accept{})
	l.do(t, "F-1", mediation.Transfer{Route: "police_110", Reason: "other"})
	l.do(t, "F-1", mediation.TakeBack{})
	l.do(t, "F-1", mediation.Refuse{Route: "court", Reason: "not_civil"})
	l.deliver(t)
	if got := l.server.steps("F-1"); got != "received accepted transferred received returned " {
		t.Errorf("the desk heard: %s", got)
	}
	number := l.look(t, "F-1").Case.Number
	for i, e := range l.server.heard {
		if e.CaseNumber != number || i > 0 && e.Seq <= l.server.heard[i-1].Seq {
			t.Errorf("%+v", e)
		}
	}
	// Danger goes the same way.
	l.put(t, "F-2", order(apptest.Here, obj{"severity": 4, "text": "另一件"})).Want(201)
	l.say(t, "F-2", "supplements", "m1", "有人受伤", obj{"emergency": true}).Want(200)
	l.deliver(t)
	if got := l.server.steps("F-2"); got != "received danger " {
		t.Errorf("the desk heard: %s", got)
	}
}

func TestADeskThatIsDownForAnHourMissesNothingAndHearsItInOrder(t *testing.T) {
	apptest.OnBoth(t, aDeskThatIsDownForAnHour)
}

func aDeskThatIsDownForAnHour(t *testing.T, fresh apptest.Fresh) {
	l := newLine(t, fresh(t))
	l.server.answer = func(webhook.Body) int { return http.StatusServiceUnavailable }
	for i := range 5 {
		l.put(t, fmt.Sprint("H-", i), order(apptest.Here, obj{"severity": 4, "text": fmt.Sprint("第", i, "件")})).Want(201)
	}
	l.deliver(t)
	l.do(t, "H-0", mediation.Accept{})
	l.pass(t, 20)
	l.do(t, "H-0", mediation.Transfer{Route: "police_110", Reason: "other"})
	l.pass(t, 40)
	if l.server.attempts < 10 || len(l.server.heard) > 0 {
		t.Fatalf("%d attempts, %d heard", l.server.attempts, len(l.server.heard))
	}
	l.server.answer = func(webhook.Body) int { return http.StatusOK }
	l.pass(t, 35) // the longest wait is half an hour
	if got := l.server.steps("H-0"); got != "received accepted transferred " {
		t.Errorf("the desk heard: %s", got)
	}
	for i := 1; i < 5; i++ {
		if got := l.server.steps(fmt.Sprint("H-", i)); got != "received " {
			t.Errorf("of order %d the desk heard: %s", i, got)
		}
	}
}

func TestAnEchoThatTheDeskRefusesBlocksNobodyAndIsSentAgainByHand(t *testing.T) {
	l := newLine(t, apptest.New(t))
	l.server.answer = func(e webhook.Body) int {
		if e.Step == string(desk.StepReceived) {
			return http.StatusUnprocessableEntity
		}
		return http.StatusOK
	}
	l.put(t, "K-1", order(apptest.Here, obj{"severity": 4})).Want(201)
	l.do(t, "K-1", mediation.Accept{})
	l.deliver(t)
	if got := l.server.steps("K-1"); got != "accepted " {
		t.Fatalf("the desk heard: %s", got)
	}
	root := l.a.Root(t)
	var dead struct {
		Items []struct{ ID, Kind, CaseID, Reason string }
	}
	l.a.Do(t, root, "GET", "/api/v1/dead-letters", nil).Want(200).Into(&dead)
	if len(dead.Items) != 1 || dead.Items[0].Kind != "desk_echo" || dead.Items[0].Reason != "status_422" {
		t.Fatalf("%+v", dead)
	}
	l.server.answer = func(webhook.Body) int { return http.StatusOK }
	l.a.Do(t, root, "POST", "/api/v1/dead-letters/"+dead.Items[0].ID+"/resend", nil).Want(202)
	l.deliver(t)
	if got := l.server.steps("K-1"); got != "accepted received " {
		t.Errorf("the desk heard: %s", got)
	}
}
