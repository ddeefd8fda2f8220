package handlers

import (
	"errors"
	"net"
	"net/netip"
	"sync/atomic"
	"syscall"
	"testing"
)

// caller is a connection from an address.
type caller struct {
	net.Conn
	from   string
	closed bool
}

func (c *caller) RemoteAddr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(c.from), 4000))
}

func (c *caller) Close() error {
	c.closed = true
	return nil
}

// street is a listener whose callers and errors a test lines up; at its end it is closed.
type street []any

func (s *street) Accept() (net.Conn, error) {
	if len(*s) == 0 {
		return nil, net.ErrClosed
	}
	next := (*s)[0]
	*s = (*s)[1:]
	if err, ok := next.(error); ok {
		return nil, err
	}
	return next.(net.Conn), nil
}

func (s *street) Close() error   { return nil }
func (s *street) Addr() net.Addr { return nil }

func callers(from ...string) (street, []*caller) {
	var line street
	var all []*caller
	for _, f := range from {
		c := &caller{from: f}
		all, line = append(all, c), append(line, c)
	}
	return line, all
}

func TestNoAddressHasMoreThanHalfOfTheConnections(t *testing.T) {
	proxy, err := proxies([]string{"10.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	const many = 20
	for _, who := range []struct {
		from []string
		let  int
	}{
		{[]string{"192.0.2.1"}, many / 2},
		{[]string{"192.0.2.1", "::ffff:192.0.2.1"}, many / 2},
		{[]string{"2001:db8::1", "2001:db8::2"}, many / 2}, // one household
		{[]string{"2001:db8::1", "2001:db8:0:1::1"}, many},
		{[]string{"192.0.2.1", "192.0.2.2"}, many},
		{[]string{"10.0.0.1"}, many}, // behind it comes everybody
	} {
		var line street
		for i := range many {
			line = append(line, &caller{from: who.from[i%len(who.from)]})
		}
		d := (&API{limits: Limits{Conns: many}, proxies: proxy}).Door(&line)
		let := 0
		for range many {
			if _, err := d.Accept(); err == nil {
				let++
			} else if !errors.Is(err, net.ErrClosed) {
				t.Fatal(err)
			}
		}
		if let != who.let {
			t.Errorf("%v: %d of %d were let in, want %d", who.from, let, many, who.let)
		}
	}
}

func TestWhoFindsTheDoorFullWaitsUntilSomebodyLeaves(t *testing.T) {
	line, _ := callers("192.0.2.1", "192.0.2.2", "192.0.2.1", "192.0.2.1")
	d := (&API{limits: Limits{Conns: 2}}).Door(&line)
	first, err := d.Accept()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Accept(); err != nil {
		t.Fatal(err)
	}
	var left atomic.Bool
	came := make(chan bool)
	go func() {
		defer close(came)
		for {
			if _, err := d.Accept(); err != nil {
				return
			}
			came <- left.Load()
		}
	}()
	left.Store(true)
	for range 2 { // who says goodbye twice has left once
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if after, ok := <-came; !ok || !after {
		t.Fatal("let in before there was room, or never:", after, ok)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if _, ok := <-came; ok {
		t.Fatal("two were let in for one who left")
	}
}

func TestAServerOutOfHandlesWaitsForOne(t *testing.T) {
	broken := errors.New("the network is gone")
	d := (&API{limits: Limits{Conns: 4}}).Door(&street{
		&net.OpError{Op: "accept", Err: syscall.EMFILE}, &net.OpError{Op: "accept", Err: syscall.ECONNABORTED}, &caller{from: "192.0.2.1"}, broken,
	})
	if c, err := d.Accept(); err != nil || c == nil {
		t.Fatal("ended for want of a handle:", err)
	}
	if _, err := d.Accept(); !errors.Is(err, broken) {
		t.Fatal(err)
	}
	for range 4 { // a failure takes no room
		if _, err := d.Accept(); !errors.Is(err, net.ErrClosed) {
			t.Fatal(err)
		}
	}
}
