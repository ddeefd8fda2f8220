package handlers

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// door is a listener that lets in as many connections as the process has handles and memory for. Further ones wait in the system's queue until
// somebody leaves; no address has more than half of the room, unless it is a trusted proxy, behind which everybody comes. Without it whoever opens
// connections and sends nothing would take the last handle, and the server, which cannot accept any more then, would end.
type door struct {
	net.Listener
	a      *API
	room   chan struct{}
	share  int
	closed chan struct{}
	once   sync.Once

	mu   sync.Mutex
	open map[netip.Addr]int
}

// Door puts a listener's connections under Limits.Conns. It goes below TLS, whose handshake is the stranger's too.
func (a *API) Door(l net.Listener) net.Listener {
	most := a.limits.Conns
	return &door{Listener: l, a: a, room: make(chan struct{}, most), share: (most + 1) / 2, closed: make(chan struct{}), open: map[netip.Addr]int{}}
}

// handleWait is the pause before the next connection is accepted when the process, or the machine, is out of handles all the same.
const handleWait = 50 * time.Millisecond

// Accept implements net.Listener.
func (d *door) Accept() (net.Conn, error) {
	select {
	case d.room <- struct{}{}:
	case <-d.closed:
		return nil, net.ErrClosed
	}
	for {
		conn, err := d.Listener.Accept()
		switch {
		case passing(err):
			select {
			case <-time.After(handleWait):
			case <-d.closed:
			}
		case err != nil:
			<-d.room
			return nil, err
		default:
			if v, ok := d.admit(conn); ok {
				return v, nil
			}
			_ = conn.Close() // nobody hears of it but who has too many
		}
	}
}

// passing tells whether an Accept failed for something that passes: handles are freed, a caller hung up before it was their turn.
func passing(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) || errors.Is(err, syscall.ECONNABORTED)
}

// admit counts a connection under its address.
func (d *door) admit(conn net.Conn) (net.Conn, bool) {
	peer, err := netip.ParseAddrPort(conn.RemoteAddr().String())
	from := household(peer.Addr().Unmap())
	if err != nil || d.a.trusted(peer.Addr().Unmap()) {
		return d.visitor(conn, func() { <-d.room }), true
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.open[from] >= d.share {
		return nil, false
	}
	d.open[from]++
	return d.visitor(conn, func() { d.left(from) }), true
}

func (d *door) left(from netip.Addr) {
	d.mu.Lock()
	if d.open[from]--; d.open[from] == 0 {
		delete(d.open, from)
	}
	d.mu.Unlock()
	<-d.room
}

// Close implements net.Listener.
func (d *door) Close() error {
	d.once.Do(func() { close(d.closed) })
	return d.Listener.Close()
}

func (d *door) visitor(conn net.Conn, leave func()) *visitor {
	return &visitor{Conn: conn, leave: leave, linger: d.a.limits.Linger}
}

// visitor is a connection that makes room when it ends.
type visitor struct {
	net.Conn
	once  sync.Once
	leave func()
	// sending: its client may be sending still. linger is how long that is borne.
	sending atomic.Bool
	linger  time.Duration
}

// lingered is how many bytes are thrown away of what a client sends whose connection is given up.
const lingered = 256 << 20

// linger lets the connection, once it is given up, end in such a way that a client reads its answer that is still sending: closed upon
// bytes that nobody has read it would be reset, and the answer be lost with it.
func linger(conn net.Conn) {
	if secret, ok := conn.(interface{ NetConn() net.Conn }); ok { // below TLS
		conn = secret.NetConn()
	}
	if v, ok := conn.(*visitor); ok {
		v.sending.Store(true)
	}
}

// Close implements net.Conn.
func (v *visitor) Close() error {
	if v.sending.CompareAndSwap(true, false) {
		v.hearOut()
	}
	err := v.Conn.Close()
	v.once.Do(v.leave)
	return err
}

// hearOut says that nothing more will be said, and throws away what comes until the client has finished, or its time is over.
func (v *visitor) hearOut() {
	half, ok := v.Conn.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil || v.SetReadDeadline(time.Now().Add(v.linger)) != nil {
		return
	}
	_, _ = io.CopyN(io.Discard, v.Conn, lingered) // how it ends is all the same: the connection is closed
}
