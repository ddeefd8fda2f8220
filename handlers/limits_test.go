package handlers

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"testing"
	"time"

	"fengqiao/mediation"
)

func TestLanguageOfAnswers(t *testing.T) {
	for header, want := range map[string]string{
		"": "zh-CN", "en": "en", "en-GB,en;q=0.9": "en", "zh": "zh-CN", "zh-TW": "zh-CN", "de, en;q=0.5": "en", "fr": "zh-CN",
		"en;q=0.3, zh;q=0.8": "zh-CN", "*": "zh-CN", ";;;": "zh-CN",
	} {
		if got := languageOf(header); got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
}

func TestGateHoldsBackAndForgives(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	l := Limits{Buckets: 100, Rates: map[Class]Rates{Write: {User: Rate{PerSecond: 1, Burst: 2}, Address: Rate{PerSecond: 1, Burst: 1}}}}
	g, err := newGate(l, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		if g.user(Write, "u") != 0 {
			t.Fatalf("request %d held back", i)
		}
	}
	for range 10 { // being refused costs nothing more
		if wait := g.user(Write, "u"); wait <= 0 || wait > time.Second {
			t.Fatalf("wait %s", wait)
		}
	}
	if g.user(Write, "v") != 0 || g.user(Read, "u") != 0 {
		t.Error("others and other classes are held back too")
	}
	now = now.Add(time.Second)
	if g.user(Write, "u") != 0 {
		t.Error("not forgiven after a second")
	}
	v6 := func(s string) netip.Addr { return netip.MustParseAddr(s) }
	if g.address(Write, v6("2001:db8::1")) != 0 || g.address(Write, v6("2001:db8::ffff")) == 0 || g.address(Write, v6("2001:db8:0:1::1")) != 0 {
		t.Error("a /64 counts as one address")
	}
}

func TestFixedSegmentsGoBeforeParameters(t *testing.T) {
	routes := ordered([]Route{{Path: "/cases/:id"}, {Path: "/cases/:id/timeline"}, {Path: "/cases/count"}, {Path: "/cases"}})
	want := []string{"/cases", "/cases/count", "/cases/:id", "/cases/:id/timeline"}
	for i, r := range routes {
		if r.Path != want[i] {
			t.Errorf("%d: %s, want %s", i, r.Path, want[i])
		}
	}
}

func TestTrustedProxiesMustBeAddresses(t *testing.T) {
	if _, err := proxies([]string{"10.0.0.0/8", "::1", "192.0.2.1"}); err != nil {
		t.Error(err)
	}
	if _, err := proxies([]string{"proxy.example"}); err == nil {
		t.Error("a name was taken for an address")
	}
}

func TestUnknownErrorsTellNothing(t *testing.T) {
	p := problemOf(http.ErrHijacked)
	if p.Status != http.StatusInternalServerError || p.Code != "internal" || p.Cause == nil {
		t.Errorf("%+v", p)
	}
}

func TestARequestWhoseTimeRanOutMayBeSentAgain(t *testing.T) {
	p := problemOf(fmt.Errorf("hash: %w", context.DeadlineExceeded))
	if p.Status != http.StatusServiceUnavailable || p.Code != mediation.ErrUncertain.Code || p.RetryAfter <= 0 {
		t.Fatalf("%+v", p)
	}
}
