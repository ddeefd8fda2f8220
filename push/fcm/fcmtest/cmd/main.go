// Command cmd runs the local FCM server beside a replay, so that it can be counted that each push arrived once:
//
//	go run ./push/fcm/fcmtest/cmd --listen 127.0.0.1:9099
//	fengqiao serve … with the FCM endpoint http://127.0.0.1:9099/v1
//	curl http://127.0.0.1:9099/stats
//
// It needs no sign-in and answers every well-formed send with a success, after a random wait if one is asked for.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"fengqiao/push/fcm/fcmtest"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	listen := flag.String("listen", "127.0.0.1:9099", "`host:port` to listen on; port 0 takes a free one")
	slowest := flag.Duration("slowest", 0, "answer after a random wait of up to this `duration`")
	away := flag.Float64("away", 0, "`share` of sends, 0 to 1, that are answered 503 instead")
	flag.Parse()
	server := fcmtest.NewCounter(func(fcmtest.Message) fcmtest.Reply {
		reply := fcmtest.OK
		if rand.Float64() < *away {
			reply = fcmtest.Away("1")
		}
		if *slowest > 0 {
			reply.Delay = rand.N(*slowest)
		}
		return reply
	})
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	l, err := net.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	fmt.Printf("endpoint http://%s/v1\nstats    http://%s/stats\n", l.Addr(), l.Addr())
	h := &http.Server{Handler: server, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- h.Serve(l) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := h.Shutdown(last); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}
