package bench

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"fengqiao/internal/account"
	"fengqiao/mediation"
	"fengqiao/mediation/desk"
	"fengqiao/push"
	"fengqiao/push/webhook"

	"github.com/google/uuid"
)

// listener is a desk's server: it checks every signature and that the echoes of an order come in order.
type listener struct {
	verifier webhook.Verifier
	mu       sync.Mutex
	last     map[string]int
	heard    int
	wrong    string
	done     chan struct{}
	want     int
}

func (l *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	text, err := io.ReadAll(r.Body)
	var e webhook.Body
	if err == nil {
		err = json.Unmarshal(text, &e)
	}
	if err == nil {
		err = l.verifier.Check(r.Header, text)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case err != nil:
		l.wrong = err.Error()
		w.WriteHeader(http.StatusUnauthorized)
		return
	case e.Seq <= l.last[e.Order]:
		l.wrong = "out of order: " + e.Order
	}
	l.last[e.Order] = e.Seq
	if l.heard++; l.heard == l.want {
		close(l.done)
	}
}

// echoesEach is how many changes of state each order has behind it.
const echoesEach = 2

// BenchmarkWebhooks carries echoes to a desk on loopback, from the outbox to the last answer: every notice is claimed, made into an echo
// from its case's event, signed, sent and finished durably; those of an order one after another. What else the cases announce goes with
// it. Setting up, an order's intake and its acceptance, is not measured.
func BenchmarkWebhooks(b *testing.B) {
	w := newWorld(b)
	ctx, secret := context.Background(), []byte("一个足够长的共享密钥，三十二字节以上")
	must := func(err error) {
		if err != nil {
			b.Helper()
			b.Fatal(err)
		}
	}
	hotline := mediation.Actor{ID: "u-hotline", Role: mediation.Desk, Unit: "热线"}
	must(w.store.Users().Create(ctx, account.User{ID: hotline.ID, Login: "hotline", Role: mediation.Desk, Unit: hotline.Unit}))
	orders := (b.N + echoesEach - 1) / echoesEach
	for i := range orders {
		at := w.place(i)
		got, err := w.service.Receive(ctx, hotline, mediation.ReportInput{ClientID: uuid.NewString(), Channel: "12345", Text: "邻里争吵", Category: "neighbour", Severity: 3,
			Point: &at, Print: strconv.Itoa(i), Outside: mediation.Outside{Desk: "12345", Number: strconv.Itoa(i)}})
		must(err)
		_, err = w.service.Do(ctx, mediation.SystemActor, got.Case.ID, mediation.Request{Command: mediation.Accept{}, Revision: got.Case.Revision, Key: uuid.NewString()})
		must(err)
	}

	l := &listener{verifier: webhook.Verifier{Secrets: map[string][]byte{"k1": secret}, Now: time.Now}, last: map[string]int{}, done: make(chan struct{}), want: orders * echoesEach}
	web := httptest.NewServer(l)
	defer web.Close()
	endpoints := []webhook.Endpoint{{Desk: "12345", Unit: hotline.Unit, URL: web.URL, KeyID: "k1", Secret: secret, Private: true}}
	began := time.Now()
	relay, err := push.NewRelay(push.Parts{Outbox: w.store.Outbox(), Inbox: w.store.Inbox(), Directory: w.store.Directory(),
		Devices: &webhook.Devices{Devices: w.store.Devices(), Endpoints: endpoints, UnitOf: func(ctx context.Context, user string) (string, error) {
			u, err := w.store.Users().Get(ctx, user)
			return u.Unit, err
		}},
		Sender: push.ByVendor{webhook.Vendor: webhook.New(webhook.Config{Endpoints: endpoints, Now: time.Now,
			Echo: func(ctx context.Context, n mediation.Notice) (desk.Echo, error) {
				return desk.EchoOf(ctx, w.store.Cases(), n)
			}})},
		Clock: time.Now, Steady: func() time.Duration { return time.Since(began) }, Random: rand.Int64N, Log: slog.New(slog.DiscardHandler)}, push.Options{})
	must(err)
	b.ResetTimer()
	used := processorTime(b)
	relay.Start(ctx)
	select {
	case <-l.done:
	case <-time.After(5 * time.Minute):
		b.Errorf("%d of %d heard", l.heard, l.want)
	}
	b.StopTimer()
	relay.Stop()
	b.ReportMetric(float64(l.heard)/b.Elapsed().Seconds(), "webhooks/s")
	b.ReportMetric(float64((processorTime(b)-used).Microseconds())/float64(l.heard), "cpu-µs/op")
	if l.wrong != "" || l.heard != l.want {
		b.Fatalf("%s; %d heard of %d", l.wrong, l.heard, l.want)
	}
}
