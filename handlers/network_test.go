package handlers_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"fengqiao/handlers"
	"fengqiao/handlers/apptest"
	"fengqiao/mediation"
)

// listen puts the server on a loopback port.
func listen(t *testing.T, app *apptest.App) string {
	t.Helper()
	return listenOn(t, app, func(l net.Listener) net.Listener { return l })
}

// listenOn does so behind what stands before the server.
func listenOn(t *testing.T, app *apptest.App, before func(net.Listener) net.Listener) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l = before(l)
	done := make(chan error, 1)
	go func() { done <- app.API.Serve(l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := app.API.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

func TestALostAnswerIsAskedForAgain(t *testing.T) {
	app := apptest.New(t)
	root := app.Root(t)
	addr := listen(t, app)
	body := fmt.Sprintf(`{"login":"verloren","name":"x","role":"desk","area":%q}`, apptest.County)
	request := "POST /api/v1/users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + root.Token +
		"\r\nContent-Type: application/json\r\nIdempotency-Key: lost\r\nContent-Length: " + fmt.Sprint(len(body)) + "\r\n\r\n" + body
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	conn.Close() // in the tunnel
	for range 200 {
		answer := app.Do(t, root, http.MethodPost, "/api/v1/users", []byte(body), apptest.Key("lost"))
		if answer.Status == http.StatusConflict && problemCode(answer) == "once.running" {
			time.Sleep(10 * time.Millisecond)
			continue
		}
		answer.Want(http.StatusCreated)
		var page struct{ Items []struct{ Login string } }
		app.Do(t, root, http.MethodGet, "/api/v1/users?role=desk", nil).Want(http.StatusOK).Into(&page)
		if len(page.Items) != 1 {
			t.Errorf("%d users of one request", len(page.Items))
		}
		return
	}
	t.Error("the request never came to its end")
}

// A connection is used for many requests: what one's body hides is never taken for the next request, whoever left it unread: a handler, a route that wants none, no route at all.
func TestUnreadBodiesDoNotSpoilTheConnection(t *testing.T) {
	addr := listen(t, apptest.New(t))
	for head, status := range map[string]int{
		"POST /api/v1/media?clientId=x": http.StatusUnauthorized, "GET /healthz": http.StatusOK, "DELETE /healthz": http.StatusMethodNotAllowed,
		"POST /api/v1/nowhere": http.StatusNotFound, "POST /api/v1/cases//close": http.StatusNotFound, "PUT /%00": http.StatusNotFound,
	} {
		for _, size := range []int{10, 6 << 10, 100 << 10, 300 << 10, 3 << 20} {
			for _, chunked := range []bool{false, true} {
				hideInBody(t, addr, head, status, size, chunked)
			}
		}
	}
}

// hideInBody sends a request in whose body another one stands, followed by so many bytes, and then an honest one.
func hideInBody(t *testing.T, addr, line string, status, size int, chunked bool) {
	t.Helper()
	what := fmt.Sprintf("%s with %d bytes, chunked %v", line, size, chunked)
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	go func() {
		head := line + " HTTP/1.1\r\nHost: x\r\nContent-Type: image/jpeg\r\n"
		body := "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n" + strings.Repeat("x", size)
		if chunked {
			fmt.Fprintf(conn, "%sTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", head, len(body), body)
		} else {
			fmt.Fprintf(conn, "%sContent-Length: %d\r\n\r\n%s", head, len(body), body)
		}
		io.WriteString(conn, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
	}()
	r := bufio.NewReader(conn)
	first, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	io.Copy(io.Discard, first.Body)
	if first.StatusCode != status && first.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("%s: %d", what, first.StatusCode)
	}
	if first.Close {
		return
	}
	second, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatalf("%s: second: %v", what, err)
	}
	if got, _ := io.ReadAll(second.Body); !bytes.Contains(got, []byte(`"version"`)) {
		t.Errorf("%s: the second answer is %s", what, got)
	}
}

// The request fills the server's buffer to the last byte and no further: a server that closes on unread bytes resets the
// connection, and then the answer may not reach a client that is still writing.
func TestTooLargeHeadersAreAProblem(t *testing.T) {
	app := apptest.New(t)
	conn, err := net.Dial("tcp", listen(t, app))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	head := "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: "
	fmt.Fprint(conn, head, strings.Repeat("x", handlers.DefaultLimits.Header-len(head)))
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	if res.StatusCode != http.StatusRequestHeaderFieldsTooLarge || !bytes.Contains(body, []byte("headers_too_large")) {
		t.Errorf("%d %s", res.StatusCode, body)
	}
}

func TestRequestsThatTakeTooLongAreEnded(t *testing.T) {
	limits := handlers.Limits{Deadline: time.Nanosecond, Rates: map[handlers.Class]handlers.Rates{}}
	app := apptest.New(t, apptest.WithLimits(limits))
	answer := app.Do(t, app.As(t, mediation.Leader, apptest.Here), http.MethodGet, "/api/v1/inbox", nil)
	answer.Want(http.StatusServiceUnavailable)
}

// HAProxy's "option forwardfor" leaves the client's line as it came and adds its own below.
func TestAForgedLineAboveTheProxysIsNotBelieved(t *testing.T) {
	limits := handlers.Limits{Rates: map[handlers.Class]handlers.Rates{handlers.SignIn: {Address: handlers.Rate{PerSecond: .001, Burst: 1}}}}
	app := apptest.New(t, apptest.WithLimits(limits), apptest.WithDeps(func(d *handlers.Deps) { d.Config.TrustedProxies = []string{"127.0.0.1"} }))
	addr := listen(t, app)
	ask := func(lines ...string) int {
		t.Helper()
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		body := `{"code":"WRONG"}`
		head := "POST /api/v1/party/session HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n"
		for _, line := range lines {
			head += "X-Forwarded-For: " + line + "\r\n"
		}
		fmt.Fprintf(conn, "%sContent-Length: %d\r\n\r\n%s", head, len(body), body)
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		return res.StatusCode
	}
	for i, c := range []struct {
		what  string
		lines []string
		want  int
	}{
		{"the first from this address", []string{"203.0.113.1", "198.51.100.7"}, http.StatusUnauthorized},
		{"the same under another forged line", []string{"203.0.113.2", "198.51.100.7"}, http.StatusTooManyRequests},
		{"the same under two forged lines", []string{"203.0.113.3", "203.0.113.4, 203.0.113.5", "198.51.100.7"}, http.StatusTooManyRequests},
		{"the same through a second trusted proxy", []string{"203.0.113.6, 198.51.100.7", "127.0.0.1"}, http.StatusTooManyRequests},
		{"somebody else", []string{"198.51.100.7", "198.51.100.8"}, http.StatusUnauthorized},
	} {
		if got := ask(c.lines...); got != c.want {
			t.Errorf("%d, %s: %d, want %d", i, c.what, got, c.want)
		}
	}
}

func TestAHeadThatDoesNotComeIsCutOffAndABodyHasItsTime(t *testing.T) {
	const head = 50 * time.Millisecond
	addr := listen(t, apptest.New(t, apptest.WithLimits(handlers.Limits{Head: head, Rates: map[handlers.Class]handlers.Rates{}})))
	answer := func(conn net.Conn) int {
		t.Helper()
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		return res.StatusCode
	}
	if got := answer(dribble(t, addr, "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ")); got != http.StatusRequestTimeout {
		t.Errorf("a head that never ends: %d", got)
	}
	body := `{"login":"nobody","password":"a-long-password"}`
	conn := dribble(t, addr, fmt.Sprintf("POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", len(body)))
	time.Sleep(2 * head) // at least: by then the head's time is over, and the body's is not
	if _, err := io.WriteString(conn, body); err != nil {
		t.Fatal(err)
	}
	if got := answer(conn); got != http.StatusUnauthorized {
		t.Errorf("a body that took its time: %d", got)
	}
}
