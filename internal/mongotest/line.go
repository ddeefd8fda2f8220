package mongotest

import (
	"bytes"
	"encoding/binary"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/bson"
)

// Line is a stretch of network between a client and the server that a test can break. It is whole to begin with.
type Line struct {
	server string
	mu     sync.Mutex
	down   bool
	abrupt bool
	lost   []byte
	full   bool
	flow   chan struct{} // closed while bytes pass
	open   map[net.Conn]bool
}

// Through returns the address of an empty database behind a line, and the line.
func Through(t testing.TB) (string, *Line) {
	t.Helper()
	address, err := url.Parse(Database(t))
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server, _, _ := strings.Cut(address.Host, ",") // of several members the first, which should be the primary
	line := &Line{server: server, flow: make(chan struct{}), open: map[net.Conn]bool{}}
	close(line.flow)
	t.Cleanup(func() {
		_ = listener.Close()
		line.Mend()
		line.Cut()
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

// Mend makes the line whole. What was held back by Stall goes on its way, even if nobody waits for it any more.
func (l *Line) Mend() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down, l.abrupt, l.lost, l.full = false, false, nil, false
	select {
	case <-l.flow:
	default:
		close(l.flow)
	}
}

// Cut ends what is under way in good form, and every new connection at once.
func (l *Line) Cut() { l.drop(false) }

// Reset is Cut by an RST, as from a machine that knows nothing of the connection.
func (l *Line) Reset() { l.drop(true) }

// Stall holds back every byte in both directions. Connections stay, and new ones seem to come about.
func (l *Line) Stall() {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-l.flow:
		l.flow = make(chan struct{})
	default:
	}
}

// Lose lets requests pass, but not the answers to those that hold marker: their connections end instead.
func (l *Line) Lose(marker string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lost = []byte(marker)
}

// Fill lets no writes pass: who sends one hears what a server says whose disk is full. Such a server may also end itself, which is Reset.
func (l *Line) Fill() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.full = true
}

func (l *Line) drop(abrupt bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down, l.abrupt = true, abrupt
	for conn := range l.open {
		hangUp(conn, abrupt)
	}
}

func hangUp(conn net.Conn, abrupt bool) {
	if tcp, ok := conn.(*net.TCPConn); ok && abrupt {
		_ = tcp.SetLinger(0) // unsent data is thrown away, and the peer gets an RST
	}
	_ = conn.Close()
}

func (l *Line) enter(conn net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.down {
		hangUp(conn, l.abrupt)
		return false
	}
	l.open[conn] = true
	return true
}

func (l *Line) leave(conn net.Conn) {
	_ = conn.Close()
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, conn)
}

// pass waits while the line is stalled.
func (l *Line) pass() {
	l.mu.Lock()
	flow := l.flow
	l.mu.Unlock()
	<-flow
}

func (l *Line) loses(request []byte) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lost != nil && bytes.Contains(request, l.lost)
}

func (l *Line) carry(client net.Conn) {
	defer l.leave(client)
	if !l.enter(client) {
		return
	}
	l.pass()
	server, err := net.Dial("tcp", l.server)
	if err != nil {
		return
	}
	defer server.Close()
	doomed := make(chan struct{})
	go l.answers(client, server, doomed)
	request := make([]byte, 64<<10)
	for lost := false; ; {
		n, err := client.Read(request)
		if err != nil {
			return
		}
		l.pass()
		if !lost && l.loses(request[:n]) {
			lost = true
			close(doomed)
		}
		to, what := server, request[:n]
		if refusal := l.refusal(what); refusal != nil {
			to, what = client, refusal
		}
		if _, err := to.Write(what); err != nil {
			return
		}
	}
}

// The wire protocol: a message is a header of four little-endian numbers (length, id, answered id, kind) and, of kind OP_MSG, flags, a byte and a
// document whose first element names the command.
const (
	headerSize = 16
	opMsg      = 2013
	nameAt     = headerSize + 4 + 1 + 4 + 1 // behind flags, section kind, the document's length and the element's type
	// outOfDiskSpace is the server's own code.
	outOfDiskSpace = 14031
)

// refusal is the answer to a write while the disk is full; nil if the request may pass. The driver sends a message in one piece, and asks for the
// answer before it sends the next.
func (l *Line) refusal(request []byte) []byte {
	l.mu.Lock()
	full := l.full
	l.mu.Unlock()
	if !full || len(request) < nameAt || binary.LittleEndian.Uint32(request[12:]) != opMsg {
		return nil
	}
	switch name, _, _ := bytes.Cut(request[nameAt:], []byte{0}); string(name) {
	case "insert", "update", "delete", "findAndModify":
	default:
		return nil
	}
	said, err := bson.Marshal(bson.D{{Key: "ok", Value: 0.0}, {Key: "code", Value: int32(outOfDiskSpace)}, {Key: "codeName", Value: "OutOfDiskSpace"},
		{Key: "errmsg", Value: "No space left on device"}})
	if err != nil {
		panic(err) // the document is constant
	}
	id := binary.LittleEndian.Uint32(request[4:])
	var m []byte
	for _, n := range []uint32{headerSize + 4 + 1 + uint32(len(said)), 0, id, opMsg, 0} {
		m = binary.LittleEndian.AppendUint32(m, n)
	}
	return append(append(m, 0), said...)
}

// answers carries what the server says to the client, until an answer is to be lost.
func (l *Line) answers(client, server net.Conn, doomed <-chan struct{}) {
	defer client.Close()
	answer := make([]byte, 64<<10)
	for {
		n, err := server.Read(answer)
		if err != nil {
			return
		}
		l.pass()
		select {
		case <-doomed:
			return
		default:
		}
		if _, err := client.Write(answer[:n]); err != nil {
			return
		}
	}
}
