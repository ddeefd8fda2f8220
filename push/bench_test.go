package push_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"fengqiao/push"
	"fengqiao/push/fcm"
	"fengqiao/push/fcm/fcmtest"
)

// benchFCM takes 1 to 20 ms for each letter.
func benchFCM(b *testing.B) (*fcmtest.Server, *fcm.Sender) {
	b.Helper()
	server := fcmtest.NewCounter(func(fcmtest.Message) fcmtest.Reply {
		return fcmtest.Slow(time.Millisecond+rand.N(19*time.Millisecond), fcmtest.OK)
	})
	web := httptest.NewServer(server)
	b.Cleanup(web.Close)
	sender, err := fcm.New(b.Context(), fcm.Config{Project: "county", Endpoint: web.URL + "/v1"})
	if err != nil {
		b.Fatal(err)
	}
	return server, sender
}

// BenchmarkBareSends is the ceiling: 256 goroutines that send and keep nothing.
func BenchmarkBareSends(b *testing.B) {
	_, sender := benchFCM(b)
	var group errgroup.Group
	group.SetLimit(256)
	for i := range b.N {
		group.Go(func() error {
			e := push.NewEntry(notice(fmt.Sprint("case-", i), "ann", 1))
			l, err := push.Compose(e, push.Device{Token: "phone"}, time.Hour)
			if err != nil {
				return err
			}
			return sender.Send(b.Context(), l)
		})
	}
	if err := group.Wait(); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "sends/s")
}

// BenchmarkRelay carries as many sends from the outbox, durably claimed and finished, with the default pool of 256.
func BenchmarkRelay(b *testing.B) {
	p := newPost(b, nil)
	server, sender := benchFCM(b)
	p.parts.Clock, p.parts.Steady, p.parts.Sender = time.Now, running(), sender
	p.opt = push.Options{}
	p.renew()
	for i := range 100 {
		p.phone("ann", fmt.Sprint("phone-", i))
	}
	var sends []push.Entry
	for i := range b.N {
		e := push.NewEntry(notice(fmt.Sprint("case-", i), "ann", 1))
		e.Device, e.User, e.Since = fmt.Sprint("phone-", i%100), "ann", time.Now()
		e.ID = push.SendID(e.Notice.ID, e.Device)
		sends = append(sends, e)
	}
	p.ok(p.parts.Outbox.Add(context.Background(), sends...))
	b.ResetTimer()
	p.Start(b.Context())
	for server.Stats().Delivered < b.N {
		time.Sleep(5 * time.Millisecond)
	}
	b.StopTimer()
	p.Stop()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "sends/s")
	if s := server.Stats(); s.Duplicates > 0 || s.Delivered != b.N {
		b.Fatalf("%+v", s)
	}
}
