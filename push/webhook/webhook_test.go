package webhook

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/desk"
	"fengqiao/push"
)

var noon = time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)

var secret = []byte("石榴树下的三把椅子")

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

// ask is a signed request as a receiver gets it.
func ask(at time.Time, delivery, body string, secret []byte) (http.Header, []byte) {
	h := http.Header{}
	h.Set(HeaderKey, "k1")
	h.Set(HeaderTime, decimal(at.Unix()))
	h.Set(HeaderDelivery, delivery)
	h.Set(HeaderSignature, Sign(secret, at, delivery, []byte(body)))
	return h, []byte(body)
}

func TestAReceiverTakesWhatWasSignedJustNowAndNothingElse(t *testing.T) {
	now := noon
	for name, c := range map[string]struct {
		at     time.Time
		secret []byte
		bend   func(http.Header, []byte) []byte
		want   error
	}{
		"signed just now":             {now, secret, nil, nil},
		"a clock five minutes behind": {now.Add(-Skew), secret, nil, nil},
		"a clock ten minutes behind":  {now.Add(-2 * Skew), secret, nil, ErrClock},
		"a clock ten minutes ahead":   {now.Add(2 * Skew), secret, nil, ErrClock},
		"another's secret":            {now, []byte("other"), nil, ErrSignature},
		"a body bent on the way": {now, secret, func(_ http.Header, b []byte) []byte {
			return []byte(strings.Replace(string(b), "closed", "settled", 1))
		}, ErrSignature},
		"a time bent on the way":          {now, secret, func(h http.Header, b []byte) []byte { h.Set(HeaderTime, decimal(now.Unix()+1)); return b }, ErrSignature},
		"another delivery's name":         {now, secret, func(h http.Header, b []byte) []byte { h.Set(HeaderDelivery, "d2"); return b }, ErrSignature},
		"a key that nobody has":           {now, secret, func(h http.Header, b []byte) []byte { h.Set(HeaderKey, "k9"); return b }, ErrKey},
		"no signature":                    {now, secret, func(h http.Header, b []byte) []byte { h.Del(HeaderSignature); return b }, ErrUnsigned},
		"a time that is no number":        {now, secret, func(h http.Header, b []byte) []byte { h.Set(HeaderTime, "noon"); return b }, ErrUnsigned},
		"a point that shifts the borders": {now, secret, func(h http.Header, b []byte) []byte { h.Set(HeaderDelivery, "d1.{"); return b[1:] }, ErrUnsigned},
	} {
		t.Run(name, func(t *testing.T) {
			v := &Verifier{Secrets: map[string][]byte{"k1": secret}, Now: func() time.Time { return now }}
			h, body := ask(c.at, "d1", `{"state":"closed"}`, c.secret)
			if c.bend != nil {
				body = c.bend(h, body)
			}
			if err := v.Check(h, body); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
			if c.want == nil {
				if err := v.Check(h, body); !errors.Is(err, ErrAgain) {
					t.Errorf("the same again: %v", err)
				}
			}
		})
	}
}

// receiver is a desk's server on loopback, and a sender to it.
func receiver(t testing.TB, private bool, handle http.HandlerFunc) (*Sender, *httptest.Server) {
	t.Helper()
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	return New(Config{Endpoints: []Endpoint{{Desk: "12345", Unit: "u", URL: server.URL, KeyID: "k1", Secret: secret, Private: private}}, Now: time.Now,
		Echo: func(_ context.Context, n mediation.Notice) (desk.Echo, error) {
			return desk.Echo{Order: n.Number, Seq: n.Seq, At: noon, Step: desk.StepFinished}, nil
		}}), server
}

func letter(id string) push.Letter {
	return push.Letter{Notice: id, Vendor: Vendor, Token: "12345", Of: mediation.Notice{ID: id, Kind: mediation.NoticeDesk, Case: "c", Seq: 3, Number: "A-1"}}
}

func TestADeskGetsASignedEcho(t *testing.T) {
	v := &Verifier{Secrets: map[string][]byte{"k1": secret}, Now: time.Now}
	var body, delivery string
	s, _ := receiver(t, true, func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err == nil {
			err = v.Check(r.Header, b)
		}
		if err != nil && !errors.Is(err, ErrAgain) {
			t.Error(err)
		}
		body, delivery = string(b), r.Header.Get(HeaderDelivery)
	})
	if err := s.Send(t.Context(), letter("c/3/0")); err != nil {
		t.Fatal(err)
	}
	first := delivery
	if body != `{"order":"A-1","caseId":"","caseNumber":"","seq":3,"at":"2026-03-02T04:00:00Z","step":"finished","state":""}` || first != Delivery("c/3/0") || strings.Contains(first, "/") {
		t.Errorf("%s %s", delivery, body)
	}
	if err := s.Send(t.Context(), letter("c/3/0")); err != nil || delivery != first {
		t.Errorf("a second attempt is delivery %s, %v", delivery, err)
	}
	other := letter("c/3/1")
	other.Of.Kind = mediation.NoticeProgress
	if err := s.Send(t.Context(), other); !errors.Is(err, push.ErrNoVendor) {
		t.Errorf("a knock meant for people: %v", err)
	}
}

func TestWhatADesksAnswerMeans(t *testing.T) {
	for status, again := range map[int]bool{200: false, 204: false, 302: false, 400: false, 401: false, 404: false, 410: false, 408: true, 429: true, 500: true, 503: true} {
		var followed atomic.Bool
		s, _ := receiver(t, true, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/elsewhere" {
				followed.Store(true)
			}
			w.Header().Set("Location", "/elsewhere")
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(status)
		})
		err := s.Send(t.Context(), letter("n"))
		var busy *push.Retryable
		var refused *push.Permanent
		switch {
		case status < 300:
			if err != nil {
				t.Errorf("%d: %v", status, err)
			}
		case again:
			if !errors.As(err, &busy) || busy.After != 7*time.Second {
				t.Errorf("%d: %v", status, err)
			}
		default:
			if !errors.As(err, &refused) {
				t.Errorf("%d: %v", status, err)
			}
		}
		if followed.Load() {
			t.Errorf("%d: the redirect was followed", status)
		}
	}
}

func TestAnAddressInsideTheHouseIsNotCalled(t *testing.T) {
	called := false
	s, server := receiver(t, false, func(http.ResponseWriter, *http.Request) { called = true })
	var busy *push.Retryable
	if err := s.Send(t.Context(), letter("n")); !errors.As(err, &busy) || busy.Reason != "address_inside" || called {
		t.Errorf("%s: %v, called %v", server.URL, err, called)
	}
	for text, want := range map[string]bool{"8.8.8.8": true, "2400:3200::1": true, "127.0.0.1": false, "::1": false, "10.1.2.3": false, "172.16.0.1": false,
		"192.168.1.1": false, "169.254.169.254": false, "fe80::1": false, "fd00::1": false, "100.64.0.1": false, "0.0.0.0": false, "::": false, "224.0.0.1": false,
		"255.255.255.255": false, "::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "64:ff9b::7f00:1": false, "2002:7f00:1::": false} {
		if got := public(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func TestAnAnswerWithoutAnEndIsCutOff(t *testing.T) {
	gone := make(chan struct{})
	s, _ := receiver(t, true, func(w http.ResponseWriter, r *http.Request) {
		defer close(gone)
		for chunk := make([]byte, 4096); r.Context().Err() == nil; {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	if err := s.Send(t.Context(), letter("n")); err != nil {
		t.Error(err)
	}
	<-gone // the connection was ended, not drained
}

func BenchmarkSend(b *testing.B) {
	v := &Verifier{Secrets: map[string][]byte{"k1": secret}, Now: time.Now}
	s, _ := receiver(b, true, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = v.Check(r.Header, body)
		}
		if err != nil {
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	var n atomic.Int64
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := s.Send(context.Background(), letter(decimal(n.Add(1)))); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "webhooks/s")
}
