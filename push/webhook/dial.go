package webhook

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// errInside: the name leads to an address inside the house.
var errInside = errors.New("webhook: the address is not a public one")

// special are ranges that netip does not know as private and that lead nowhere in public: shared address space, protocol
// assignments, documentation, benchmarks, the future, and IPv4 wrapped into IPv6 by translators.
var special = func() (list []netip.Prefix) {
	for _, s := range []string{"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
		"203.0.113.0/24", "240.0.0.0/4", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "fec0::/10"} {
		list = append(list, netip.MustParsePrefix(s))
	}
	return list
}()

// public tells whether an address may be called from inside the house without a word from who runs it.
func public(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsValid() || !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// guard looks at the address that a name has led to, at the moment of the call: a name that was public when it was checked, and is not
// any more, gets no further (DNS rebinding).
func guard(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !public(at.Addr()) {
		return errInside
	}
	return nil
}

// longestHeader and longestAnswer bound what a desk's server can make us read.
const (
	longestHeader = 16 << 10
	longestAnswer = 16 << 10
)

// client calls one desk's server. It follows no redirect, since that would lead past the settings, and uses no proxy, since then it
// would be the proxy that resolves the name.
func client(private bool, connections int) *http.Client {
	dialer := &net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}
	if !private {
		dialer.Control = guard
	}
	return &http.Client{
		Transport: &http.Transport{DialContext: dialer.DialContext, TLSHandshakeTimeout: 5 * time.Second, MaxIdleConns: connections,
			MaxIdleConnsPerHost: connections, IdleConnTimeout: 90 * time.Second, MaxResponseHeaderBytes: longestHeader, ForceAttemptHTTP2: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
