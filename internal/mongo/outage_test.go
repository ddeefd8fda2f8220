package mongo_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"fengqiao/internal/mongotest"
	"fengqiao/internal/store"
)

// lineTo is a stretch of network between engine and server that a test can break.
type lineTo struct {
	server string
	mu     sync.Mutex
	down   bool
	marker []byte // the answer to a request that holds it gets lost, and the connection with it
	open   map[net.Conn]bool
}

// throughLine returns the address of a fresh database behind a line, and the line.
func throughLine(t *testing.T) (string, *lineTo) {
	t.Helper()
	address, err := url.Parse(mongotest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server, _, _ := strings.Cut(address.Host, ",") // of several members the first, which should be the primary
	line := &lineTo{server: server, open: map[net.Conn]bool{}}
	t.Cleanup(func() {
		_ = listener.Close()
		line.set(true, nil)
	})
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go line.carry(client)
		}
	}()
	query := address.Query()
	query.Set("directConnection", "true") // a replica set would name its members, past the line
	query.Set("serverSelectionTimeoutMS", "1000")
	address.RawQuery, address.Host = query.Encode(), listener.Addr().String()
	return address.String(), line
}

// set takes the line down or up; taking it down cuts what is under way.
func (l *lineTo) set(down bool, marker []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down, l.marker = down, marker
	if down {
		for conn := range l.open {
			_ = conn.Close()
		}
	}
}

func (l *lineTo) enter(conn net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.down {
		l.open[conn] = true
	}
	return !l.down
}

func (l *lineTo) leave(conn net.Conn) {
	_ = conn.Close()
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, conn)
}

func (l *lineTo) swallows(request []byte) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.marker != nil && bytes.Contains(request, l.marker)
}

func (l *lineTo) carry(client net.Conn) {
	defer l.leave(client)
	if !l.enter(client) {
		return
	}
	server, err := net.Dial("tcp", l.server)
	if err != nil {
		return
	}
	defer server.Close()
	doomed := make(chan struct{})
	go func() {
		defer client.Close()
		answer := make([]byte, 64<<10)
		for {
			n, err := server.Read(answer)
			if err != nil {
				return
			}
			select {
			case <-doomed:
				return
			default:
			}
			if _, err := client.Write(answer[:n]); err != nil {
				return
			}
		}
	}()
	request := make([]byte, 64<<10)
	for lost := false; ; {
		n, err := client.Read(request)
		if err != nil {
			return
		}
		if !lost && l.swallows(request[:n]) {
			lost = true
			close(doomed)
		}
		if _, err := server.Write(request[:n]); err != nil {
			return
		}
	}
}

func TestALostAnswerLeavesTheOutcomeUnknownAndTheStoreUsable(t *testing.T) {
	uri, line := throughLine(t)
	e := openAt(t, uri, papers)
	ctx := context.Background()
	mustApply(t, e, insert("before", nil))
	line.set(false, []byte("unheard"))
	if _, err := e.Apply(ctx, insert("unheard", nil)); !errors.Is(err, store.ErrUncertain) {
		t.Errorf("an insert whose answer got lost gave %v", err)
	}
	if _, err := e.Apply(ctx, insert("one of two", nil), insert("also unheard", nil)); !errors.Is(err, store.ErrUncertain) {
		t.Errorf("a batch whose answer got lost gave %v", err)
	}
	if _, err := e.Apply(ctx, insert("heard", nil), store.Write{Table: "papers", Op: store.Delete, Row: store.Row{ID: "unheard"}}); !errors.Is(err, store.ErrUncertain) {
		t.Errorf("a delete whose answer got lost gave %v", err)
	}
	line.set(false, nil)
	rows, err := e.Find(ctx, store.Query{Table: "papers", Limit: 10})
	if err != nil || ids(rows) != "also unheard before heard one of two" {
		t.Errorf("after the line was mended: %q, %v", ids(rows), err)
	}
}

func TestANumberWhoseRegistrationWentUnheardIsGivenToTheSameRowAgain(t *testing.T) {
	uri, line := throughLine(t)
	e := openAt(t, uri, papers)
	numbered := insert("case-7", nil)
	numbered.Series = "2026"
	line.set(false, []byte("2026/1"))
	if _, err := e.Apply(context.Background(), numbered); !errors.Is(err, store.ErrUnavailable) || errors.Is(err, store.ErrUncertain) {
		t.Errorf("no row was stored, yet the error is %v", err)
	}
	line.set(false, nil)
	if done := mustApply(t, e, numbered); done[0].N != 1 {
		t.Errorf("the row got number %d", done[0].N)
	}
}

func TestAServerThatCannotBeReachedIsUnavailableUntilItIsBack(t *testing.T) {
	uri, line := throughLine(t)
	e := openAt(t, uri, papers)
	ctx := context.Background()
	mustApply(t, e, insert("before", nil))
	line.set(true, nil)
	// The first write may meet a connection that it takes for alive, and then cannot know what became of it.
	if _, err := e.Apply(ctx, insert("a", nil)); !errors.Is(err, store.ErrUnavailable) && !errors.Is(err, store.ErrUncertain) {
		t.Errorf("the first write gave %v", err)
	}
	if _, err := e.Apply(ctx, insert("b", nil)); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("the second write gave %v", err)
	}
	if _, err := e.Get(ctx, "papers", "before"); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("a read gave %v", err)
	}
	if err := e.Ping(ctx); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("the ping gave %v", err)
	}
	line.set(false, nil)
	deadline := time.Now().Add(time.Minute)
	for e.Ping(ctx) != nil && time.Now().Before(deadline) {
		time.Sleep(10 * time.Millisecond)
	}
	if _, err := e.Apply(ctx, insert("c", nil)); err != nil {
		t.Errorf("after the server is back: %v", err)
	}
}

func TestABlobWhoseRecordWentUnheardIsWholeOrAbsent(t *testing.T) {
	uri, line := throughLine(t)
	b := openAt(t, uri).Blobs()
	ctx := context.Background()
	line.set(false, []byte("uploadDate")) // only the record names it
	if _, err := b.Put(ctx, "photo", bytes.NewReader(content(300000))); !errors.Is(err, store.ErrUncertain) {
		t.Errorf("the put gave %v", err)
	}
	line.set(false, nil)
	r, err := b.Open(ctx, "photo")
	if errors.Is(err, store.ErrNotFound) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, content(300000)) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}
