package handlers

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// proxies reads the list of trusted proxies: addresses or CIDR ranges.
func proxies(list []string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, text := range list {
		if p, err := netip.ParsePrefix(text); err == nil {
			out = append(out, p.Masked())
			continue
		}
		a, err := netip.ParseAddr(text)
		if err != nil {
			return nil, fmt.Errorf("handlers: trusted proxy %q is neither an address nor a range", text)
		}
		out = append(out, netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()))
	}
	return out, nil
}

// address is where a request comes from: the peer, or, where the peer is a trusted proxy, the last address in
// X-Forwarded-For that is not one too. What stands left of it anybody may have written.
func (a *API) address(f *fiber.Ctx) netip.Addr {
	peer, _ := netip.AddrFromSlice(f.Context().RemoteIP())
	peer = peer.Unmap()
	if !a.trusted(peer) {
		return peer
	}
	// A proxy may add its own line below the client's; the lines are one list, and only its right end is a proxy's word.
	lines := bytes.Join(f.Request().Header.PeekAll(fiber.HeaderXForwardedFor), []byte(","))
	hops := strings.Split(string(lines), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		if peer = hop.Unmap().WithZone(""); !a.trusted(peer) {
			break
		}
	}
	return peer
}

func (a *API) trusted(addr netip.Addr) bool {
	for _, p := range a.proxies {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}
