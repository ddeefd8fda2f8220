package push_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"fengqiao/mediation"
	"fengqiao/push"
	"fengqiao/push/fcm"
	"fengqiao/push/fcm/fcmtest"
)

var t0 = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// people is a directory of few: users by name, roles and units by list.
type people map[mediation.Recipient][]string

func (p people) Spare(_ context.Context, _ mediation.Notice, who []push.Addressee) ([]push.Addressee, error) {
	return who, nil
}

func (p people) Who(_ context.Context, to mediation.Recipient) ([]push.Addressee, error) {
	names := p[to]
	if to.User != "" {
		names = []string{to.User}
	}
	out := make([]push.Addressee, len(names))
	for i, n := range names {
		out[i] = push.Addressee{User: n, Lang: push.Chinese}
	}
	return out, nil
}

// post is a relay over the embedded store and a local FCM, at a time that the test sets.
type post struct {
	*push.Relay
	t      testing.TB
	parts  push.Parts
	opt    push.Options
	server *fcmtest.Server
	log    *lockedBuffer
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// running is a Steady that goes with a real clock.
func running() func() time.Duration {
	began := time.Now()
	return func() time.Duration { return time.Since(began) }
}

func newPost(t testing.TB, answer func(fcmtest.Message) fcmtest.Reply) *post {
	t.Helper()
	s := openStore(t)
	p := &post{t: t, server: fcmtest.New(answer), log: &lockedBuffer{}}
	web := httptest.NewServer(p.server)
	t.Cleanup(web.Close)
	sender, err := fcm.New(t.Context(), fcm.Config{Project: "county", Endpoint: web.URL + "/v1"})
	if err != nil {
		t.Fatal(err)
	}
	p.parts = push.Parts{
		Outbox: s.Outbox(), Inbox: s.Inbox(), Devices: s.Devices(), Directory: people{}, Sender: sender,
		Clock:  func() time.Time { return t0 },
		Steady: func() time.Duration { return 0 },
		Random: rand.New(rand.NewPCG(1, 2)).Int64N, Log: slog.New(slog.NewTextHandler(p.log, nil)),
	}
	var mu sync.Mutex
	random := p.parts.Random
	p.parts.Random = func(n int64) int64 {
		mu.Lock()
		defer mu.Unlock()
		return random(n)
	}
	p.opt = push.Options{Pool: 32}
	p.renew()
	// Whatever happened, no token may stand in the log.
	t.Cleanup(func() {
		if strings.Contains(p.log.String(), "secret-token") {
			t.Error("the log tells a token")
		}
	})
	return p
}

// renew starts over with a relay that knows nothing, as after a crash, or with changed parts.
func (p *post) renew() {
	p.t.Helper()
	var err error
	if p.Relay, err = push.NewRelay(p.parts, p.opt); err != nil {
		p.t.Fatal(err)
	}
}

func (p *post) ok(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// phone registers a device.
func (p *post) phone(user, id string) push.Device {
	p.t.Helper()
	d, err := p.parts.Devices.Register(context.Background(), push.Device{
		ID: id, User: user, Vendor: fcm.Vendor, Platform: "android", Token: "secret-token-" + id, Seen: p.parts.Clock(),
	})
	p.ok(err)
	return d
}

// notice is the seq-th notice of a case to a user.
func notice(caseID, user string, seq int) mediation.Notice {
	return mediation.Notice{
		ID: fmt.Sprintf("%s-%d-0", caseID, seq), Kind: mediation.NoticeProgress, At: t0.Add(time.Duration(seq) * time.Second),
		Case: caseID, Seq: seq, To: mediation.Recipient{User: user},
	}
}

func (p *post) announce(notices ...mediation.Notice) {
	p.t.Helper()
	for _, n := range notices {
		p.ok(p.parts.Outbox.Add(context.Background(), push.NewEntry(n)))
	}
}

// passes runs the relay at one time until nothing is left that is due.
func (p *post) passes(now time.Time) {
	p.t.Helper()
	for {
		n, err := p.Pass(context.Background(), now)
		p.ok(err)
		if n == 0 {
			return
		}
	}
}

func (p *post) stats() push.Stats {
	p.t.Helper()
	s, err := p.Stats(context.Background())
	p.ok(err)
	return s
}

func (p *post) wantDelivered(want int) {
	p.t.Helper()
	if s := p.server.Stats(); s.Delivered != want || s.Duplicates != 0 || s.Invalid != 0 {
		p.t.Fatalf("FCM counted %+v, want %d delivered once", s, want)
	}
}

func (p *post) wantUnread(user string, want int) {
	p.t.Helper()
	if n, err := p.parts.Inbox.Unread(context.Background(), user, 10_000); err != nil || n != want {
		p.t.Fatalf("%s has %d unread, %v; want %d", user, n, err, want)
	}
}
