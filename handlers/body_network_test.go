package handlers_test

import (
	"bufio"
	"bytes"
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

// dial opens a connection to a server behind its door, as it really runs, and one on which a test cannot hang.
func dial(t *testing.T, addr string) (net.Conn, *bufio.Reader) {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn, bufio.NewReader(conn)
}

// problemOf reads an answer, which must come as a whole.
func problemOf(t *testing.T, r *bufio.Reader) (status int, body string, closes bool) {
	t.Helper()
	res, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b), res.Close
}

// TestABodyInChunksIsAnsweredWhenItIsHere: where its end was asked for twice, every answer to a body in chunks came when the client's time was over, and
// with the connection cut.
func TestABodyInChunksIsAnsweredWhenItIsHere(t *testing.T) {
	app := apptest.New(t)
	who := app.As(t, mediation.Desk, apptest.Here)
	conn, r := dial(t, listenAtDoor(t, app))
	for i, n := range []int{10, 3000, 8000} {
		body := `{"category":"neighbour","severity":2,"text":"x","photos":[` + strings.TrimSuffix(strings.Repeat(`"00000000-0000-0000-0000",`, n), ",") + `]}`
		fmt.Fprintf(conn, "PUT /api/v1/desk/orders/C-%d HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n",
			i, who.Token, len(body), body)
		status, text, closes := problemOf(t, r)
		if status != http.StatusUnprocessableEntity || !strings.Contains(text, "too_many") || closes {
			t.Errorf("%d items: %d %s, closes %v", n, status, text, closes)
		}
	}
	// The next request on the same connection is its own.
	fmt.Fprint(conn, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
	if status, text, _ := problemOf(t, r); status != http.StatusOK {
		t.Errorf("%d %s", status, text)
	}
}

// listenAtDoor puts the server on a loopback port, behind its door.
func listenAtDoor(t *testing.T, app *apptest.App) string {
	t.Helper()
	return listenOn(t, app, app.API.Door)
}

// brokenHead is the head of a request that nobody can read.
const brokenHead = "GET / HTTP/1.1\r\nHost x\r\n\r\n"

// TestWhoIsStillSendingReadsWhyItWasRefused: a client that sends all before it reads gets the reason and no broken connection, however much that is.
func TestWhoIsStillSendingReadsWhyItWasRefused(t *testing.T) {
	app := apptest.New(t)
	who := app.As(t, mediation.Desk, apptest.Here)
	addr := listenAtDoor(t, app)
	head := "PUT /api/v1/desk/orders/B-1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + who.Token + "\r\nContent-Type: application/json\r\n"
	filler := bytes.Repeat([]byte("x"), 1<<20)
	chunk := append(append([]byte("100000\r\n"), filler...), "\r\n"...)
	for name, c := range map[string]struct {
		head  string
		piece []byte
		times int
		end   string
		code  string
	}{
		"a body of 300 kB":                    {head + "Content-Length: 307200\r\n\r\n", filler[:300<<10], 1, "", "body_too_large"},
		"a body of 80 MB":                     {head + "Content-Length: 83886080\r\n\r\n", filler, 80, "", "body_too_large"},
		"80 MB in chunks":                     {head + "Transfer-Encoding: chunked\r\n\r\n", chunk, 80, "0\r\n\r\n", "body_too_large"},
		"asked for, 80 MB":                    {head + "Expect: 100-continue\r\nContent-Length: 83886080\r\n\r\n", filler, 80, "", "body_too_large"},
		"chunks that are none":                {head + "Transfer-Encoding: chunked\r\n\r\n", append([]byte("no number\r\n"), filler...), 20, "", ""},
		"headers that are too large":          {head + "X-Long: ", filler, 20, "", "headers_too_large"},
		"a head that is no head":              {brokenHead, filler, 20, "", ""},
		"a body on a route that is not there": {"PUT /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 83886080\r\n\r\n", filler, 80, "", "no_route"},
	} {
		t.Run(name, func(t *testing.T) {
			conn, r := dial(t, addr)
			if _, err := io.WriteString(conn, c.head); err != nil {
				t.Fatal(err)
			}
			for i := range c.times {
				if _, err := conn.Write(c.piece); err != nil {
					t.Fatalf("cut off after %d MB: %v", i, err)
				}
			}
			if _, err := io.WriteString(conn, c.end); err != nil {
				t.Fatal(err)
			}
			status, text, _ := problemOf(t, r)
			if status == http.StatusContinue {
				status, text, _ = problemOf(t, r)
			}
			if status < 400 || status > 499 || !strings.Contains(text, c.code) {
				t.Errorf("%d %s", status, text)
			}
		})
	}
}

// TestWhoGoesOnSendingIsCutOff: what is borne of who has been refused is bounded.
func TestWhoGoesOnSendingIsCutOff(t *testing.T) {
	app := apptest.New(t, apptest.WithLimits(handlers.Limits{Linger: time.Millisecond, Rates: map[handlers.Class]handlers.Rates{}}))
	conn, r := dial(t, listenAtDoor(t, app))
	fmt.Fprint(conn, "GET / HTTP/1.1\r\nX-Long: ", strings.Repeat("x", 2*handlers.DefaultLimits.Header))
	if status, text, closes := problemOf(t, r); status != http.StatusRequestHeaderFieldsTooLarge || !closes {
		t.Fatalf("%d %s", status, text)
	}
	if _, err := r.ReadByte(); err != io.EOF {
		t.Fatalf("behind the answer: %v", err)
	}
	for { // a byte at a time, for as long as it is borne: the dial's deadline is the end of the test
		if _, err := conn.Write([]byte{'x'}); err != nil {
			if ne, ok := err.(net.Error); ok && ne.Timeout() {
				t.Error("it may send for ever")
			}
			return
		}
		time.Sleep(time.Millisecond)
	}
}
