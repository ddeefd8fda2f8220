package handlers

import (
	"net/netip"
	"strconv"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"
)

// gate holds back who asks too much. It remembers a bounded number of callers: the ones longest quiet are forgotten, and a
// forgotten caller begins with a full bucket, which is what a quiet one has anyway.
type gate struct {
	limits  Limits
	now     func() time.Time
	buckets *lru.Cache[string, *rate.Limiter]
}

func newGate(l Limits, now func() time.Time) (*gate, error) {
	buckets, err := lru.New[string, *rate.Limiter](l.Buckets)
	return &gate{limits: l, now: now, buckets: buckets}, err
}

// user counts a request of a person; 0 lets it pass, otherwise it says how long to wait.
func (g *gate) user(c Class, who string) time.Duration {
	return g.take(g.limits.Rates[c].User, "u"+strconv.Itoa(int(c))+who)
}

// address counts a request from an address.
func (g *gate) address(c Class, from netip.Addr) time.Duration {
	r := g.limits.Rates[c].Address
	if r.Burst == 0 {
		return 0
	}
	return g.take(r, "a"+strconv.Itoa(int(c))+household(from).String())
}

// household is what counts as one address: in IPv6 every household has a /64.
func household(a netip.Addr) netip.Addr {
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.Addr()
		}
	}
	return a
}

func (g *gate) take(r Rate, key string) time.Duration {
	if r.Burst == 0 {
		return 0
	}
	bucket, ok := g.buckets.Get(key)
	if !ok {
		// Of two first requests at once one may lose its bucket, and with it one token.
		bucket = rate.NewLimiter(rate.Limit(r.PerSecond), r.Burst)
		g.buckets.Add(key, bucket)
	}
	now := g.now()
	hold := bucket.ReserveN(now, 1)
	wait := hold.DelayFrom(now)
	if wait > 0 {
		hold.CancelAt(now) // who is refused has used nothing
	}
	return wait
}
