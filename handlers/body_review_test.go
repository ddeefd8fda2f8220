package handlers_test

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/mediation"
)

func TestABodyNestedTenThousandDeepIsRefusedInAFewWords(t *testing.T) {
	a := apptest.New(t)
	worker := a.As(t, mediation.GridWorker, apptest.Here)
	deep := []byte(`{"text":` + strings.Repeat("[", 50_000) + strings.Repeat("]", 50_000) + `}`)
	w := a.Do(t, worker, "POST", "/api/v1/reports", deep).Want(400)
	if len(w.Body) > 2000 {
		t.Errorf("the answer has %d bytes", len(w.Body))
	}
}

// A client that is still sending when the connection is cut does not get to read why.
func TestTooLargeABodyIsAnsweredAndNotCutOff(t *testing.T) {
	a := apptest.New(t)
	worker := a.As(t, mediation.GridWorker, apptest.Here)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- a.API.Serve(l) }()
	t.Cleanup(func() {
		if err := a.API.Shutdown(t.Context()); err != nil {
			t.Logf("shutdown: %v", err)
		}
		<-served
	})
	for path, size := range map[string]int{"/api/v1/reports": 5 << 20, "/api/v1/media?clientId=6f1d1c0e-3c55-4a3b-9d0e-2b7f0f9e6b11": 15 << 20} {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		r, err := http.NewRequest("POST", "http://server"+path, io.MultiReader(bytes.NewReader(make([]byte, size))))
		if err != nil {
			t.Fatal(err)
		}
		r.ContentLength = int64(size)
		r.Header.Set("Authorization", "Bearer "+worker.Token)
		r.Header.Set("Content-Type", "image/jpeg")
		if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		if err := r.Write(conn); err != nil { // a client that writes all before it reads, as phones' libraries do
			t.Errorf("%s: cut off while sending %d bytes: %v", path, size, err)
		}
		got := make([]byte, len("HTTP/1.1 413"))
		if _, err := io.ReadFull(conn, got); err != nil || string(got) != "HTTP/1.1 413" {
			t.Errorf("%s: got %q, %v", path, got, err)
		}
		_ = conn.Close()
	}
}
