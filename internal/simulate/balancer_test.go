package simulate

import (
	"io"
	"maps"
	"net"
	"slices"
	"sync"
	"testing"
)

// balancer hands connections to servers in turn, as one before several instances does.
type balancer struct {
	address string

	mu      sync.Mutex
	servers []string
	next    int
	open    map[net.Conn]bool
	carried map[string]int
}

func newBalancer(t *testing.T, servers ...string) *balancer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &balancer{address: l.Addr().String(), servers: servers, open: map[net.Conn]bool{}, carried: map[string]int{}}
	t.Cleanup(func() {
		_ = l.Close()
		b.cut()
	})
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go b.carry(client)
		}
	}()
	return b
}

// add takes another server in; who is connected comes again, so that it has its share.
func (b *balancer) add(server string) {
	b.mu.Lock()
	b.servers = append(b.servers, server)
	b.mu.Unlock()
	b.cut()
}

func (b *balancer) remove(server string) {
	b.mu.Lock()
	b.servers = slices.DeleteFunc(b.servers, func(s string) bool { return s == server })
	b.mu.Unlock()
	b.cut()
}

// shares is how many connections each server had.
func (b *balancer) shares() map[string]int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return maps.Clone(b.carried)
}

func (b *balancer) cut() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for conn := range b.open {
		_ = conn.Close()
	}
}

func (b *balancer) carry(client net.Conn) {
	b.mu.Lock()
	server := b.servers[b.next%len(b.servers)]
	b.next++
	b.carried[server]++
	b.open[client] = true
	b.mu.Unlock()
	defer func() {
		_ = client.Close()
		b.mu.Lock()
		delete(b.open, client)
		b.mu.Unlock()
	}()
	back, err := net.Dial("tcp", server)
	if err != nil {
		return
	}
	go func() {
		_, _ = io.Copy(client, back) // either side ends both
		_ = client.Close()
	}()
	_, _ = io.Copy(back, client)
	_ = back.Close()
}
