package handlers_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"fengqiao/handlers"
	"fengqiao/handlers/apptest"
	"fengqiao/mediation"
	"fengqiao/push"
)

// held is an inbox whose readers wait until they are let go.
type held struct {
	push.Inbox
	came  chan struct{}
	letGo chan struct{}
}

func (h held) List(ctx context.Context, user string, unread bool, cursor string, limit int) ([]push.Item, string, error) {
	h.came <- struct{}{}
	<-h.letGo
	return h.Inbox.List(ctx, user, unread, cursor, limit)
}

func crowded(atOnce, arriving int) apptest.Option {
	return apptest.WithLimits(handlers.Limits{AtOnce: atOnce, Arriving: arriving, Rates: map[handlers.Class]handlers.Rates{}})
}

func TestWhoFindsNoPlaceIsToldAtOnceToComeAgain(t *testing.T) {
	inbox := held{came: make(chan struct{}), letGo: make(chan struct{})}
	app := apptest.New(t, crowded(2, 1), apptest.WithDeps(func(d *handlers.Deps) {
		inbox.Inbox = d.Inbox
		d.Inbox = inbox
	}))
	leader := app.As(t, mediation.Leader, apptest.Here)
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() { app.Do(t, leader, http.MethodGet, "/api/v1/inbox", nil).Want(http.StatusOK) })
		<-inbox.came
	}
	for _, path := range []string{"/api/v1/inbox", "/api/v1/me", "/api/v1/cases"} {
		answer := app.Do(t, leader, http.MethodGet, path, nil)
		answer.Refused(http.StatusServiceUnavailable, "busy", "")
		if answer.Header.Get("Retry-After") == "" {
			t.Error(path, "does not say when to come again")
		}
	}
	app.Do(t, nil, http.MethodGet, "/healthz", nil).Want(http.StatusOK)
	app.Do(t, nil, http.MethodGet, "/readyz", nil).Want(http.StatusOK)
	app.Do(t, nil, http.MethodGet, "/metrics", nil).Want(http.StatusOK)
	close(inbox.letGo)
	group.Wait()
	app.Do(t, leader, http.MethodGet, "/api/v1/me", nil).Want(http.StatusOK)
}

func TestABodyStillOnItsWayTakesNoPlaceFromWhoeverSendsLittle(t *testing.T) {
	app := apptest.New(t, crowded(1, 1))
	addr := listen(t, app)
	worker := app.As(t, mediation.GridWorker, apptest.Here)
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 1200, 900)), nil); err != nil || photo.Len() < 9<<10 {
		t.Fatal(err, photo.Len())
	}
	send := func(id string) apptest.Answer {
		return app.Do(t, worker, http.MethodPost, "/api/v1/media?clientId="+id, photo.Bytes(), apptest.Header("Content-Type", "image/jpeg"))
	}
	head := func(line, length string) string {
		return "POST " + line + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + worker.Token + "\r\nContent-Type: image/jpeg\r\n" + length + "\r\n\r\n"
	}

	// Strangers who send their password a byte a minute have no place at all.
	for range 5 {
		dribble(t, addr, head("/api/v1/session", "Transfer-Encoding: chunked")+"1000\r\n{")
		dribble(t, addr, head("/api/v1/session", "Content-Length: 100")+"{")
	}
	send("first").Want(http.StatusCreated)

	// The slow photo may come while ours has the only place; then it ends refused, and another one begins.
	for n := 0; ; n++ {
		slow := dribble(t, addr, head(fmt.Sprint("/api/v1/media?clientId=slow", n), fmt.Sprintf("Content-Length: %d", photo.Len()))+photo.String()[:9<<10])
		answer := send(fmt.Sprint("beside", n))
		if answer.Status == http.StatusServiceUnavailable {
			answer.Refused(http.StatusServiceUnavailable, "busy", "")
			app.Do(t, worker, http.MethodGet, "/api/v1/me", nil).Want(http.StatusOK)
			if got := finish(t, slow, photo.String()[9<<10:]); got != http.StatusCreated {
				t.Fatal("the slow photo:", got)
			}
			break
		}
		answer.Want(http.StatusCreated)
		if finish(t, slow, photo.String()[9<<10:]); n == 1000 {
			t.Fatal("the slow photo never took its place")
		}
	}
	send("last").Want(http.StatusCreated)
}

// dribble begins a request and leaves it there.
func dribble(t *testing.T, addr, text string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	return conn
}

// finish sends the rest of a request and returns the status of its answer.
func finish(t *testing.T, conn net.Conn, rest string) int {
	t.Helper()
	if _, err := io.WriteString(conn, rest); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode
}
