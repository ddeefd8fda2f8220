package handlers

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// called is a call with one header, from an address.
func called(t testing.TB, from, header, text string) *Call {
	t.Helper()
	app := fiber.New()
	ctx := &fasthttp.RequestCtx{}
	ctx.Init(&fasthttp.Request{}, &net.TCPAddr{IP: net.ParseIP(from)}, nil)
	ctx.Request.Header.Set(header, text)
	f := app.AcquireCtx(ctx)
	t.Cleanup(func() { app.ReleaseCtx(f) })
	return &Call{Ctx: f, Route: &Route{}}
}

// refusedAs holds a refusal to what problems are: one of ours, of the caller's making, with words.
func refusedAs(t *testing.T, err error, statuses ...int) {
	t.Helper()
	var p *Problem
	if !errors.As(err, &p) || p.Status < 400 || p.Status > 499 || messageOf(p.Code) == messageOf("internal") || len(p.Field) > 3*maxField {
		t.Fatalf("refused with %v", err)
	}
	for _, s := range statuses {
		if s == p.Status {
			return
		}
	}
	t.Fatalf("%d is none of %v: %v", p.Status, statuses, err)
}

func TestATagIsTakenAsItWasGivenAlone(t *testing.T) {
	for text, want := range map[string]int64{`"7-abc"`: 7, `"7"`: 7, `"+7-abc"`: 0, `"07"`: 0, `"0-a"`: 0, `"-7"`: 0, `7`: 0, `W/"7"`: 0, `"7`: 0, `"7", "8"`: 0, `*`: 0} {
		if got, err := revisionOf(text); got != want || (err == nil) != (want > 0) {
			t.Errorf("%s is read as %d, %v", text, got, err)
		}
	}
}

// FuzzHeaders: what stands in a header of ours is taken as it was given to the client, or refused in words.
func FuzzHeaders(f *testing.F) {
	for _, text := range []string{`"7-c2FtcGxl"`, `W/"x", "7-c2FtcGxl"`, `"550e8400-e29b-41d4-a716-446655440000"`, "zh-CN,zh;q=0.9,en;q=0.8", "en-GB, *;q=0.1",
		"clientId NmYxZDFjMGU=,filename MS5qcGc=", "203.0.113.9, 10.0.0.1", "2001:db8::1%eth0,10.0.0.2", "1048576"} {
		f.Add(text)
	}
	trusted, err := proxies([]string{"10.0.0.0/8", "fd00::/8"})
	if err != nil {
		f.Fatal(err)
	}
	a := &API{proxies: trusted}
	f.Fuzz(func(t *testing.T, text string) {
		ifMatch(t, text)
		idempotency(t, text)
		if lang := languageOf(text); lang != "zh-CN" && lang != "en" {
			t.Fatalf("answered in %q", lang)
		}
		metadata(t, text)
		forwarded(t, a, text)
		if n, err := called(t, "127.0.0.1", headerLength, text).number(headerLength); err != nil {
			refusedAs(t, err, http.StatusBadRequest)
		} else if n < 0 {
			t.Fatalf("%d bytes", n)
		}
	})
}

func ifMatch(t *testing.T, text string) {
	if n, err := revisionOf(text); err != nil {
		refusedAs(t, err, http.StatusBadRequest, http.StatusPreconditionRequired)
	} else if said := fmt.Sprintf(`"%d`, n); n < 1 || text != said+`"` && !strings.HasPrefix(text, said+"-") {
		t.Fatalf("%s is read as %d", text, n)
	}
	tag := tagOf(int64(len(text))+1, []byte(text))
	if n, err := revisionOf(tag); err != nil || n != int64(len(text))+1 {
		t.Fatalf("our own tag %s is read as %d, %v", tag, n, err)
	}
	if !fresh(tag, tag) || !fresh(text+", W/"+tag, tag) || fresh(text, tag) && text != "*" && !strings.Contains(text, tag) {
		t.Fatalf("%s beside %s", text, tag)
	}
}

func idempotency(t *testing.T, text string) {
	key, err := keyOf(text)
	if err != nil {
		refusedAs(t, err, http.StatusBadRequest)
		return
	}
	if again, err := keyOf(`"` + key + `"`); err != nil || again != key || key == "" || len(key) > maxKey {
		t.Fatalf("the key %q is written in quotes and read as %q, %v", key, again, err)
	}
}

func metadata(t *testing.T, text string) {
	said := "filename " + base64.StdEncoding.EncodeToString([]byte("1.jpg")) + ", clientId " + base64.StdEncoding.EncodeToString([]byte(text))
	if got := called(t, "127.0.0.1", headerMeta, said).metaID(); got != text {
		t.Fatalf("the client id %q is read as %q", text, got)
	}
	if got := called(t, "127.0.0.1", headerMeta, text).metaID(); len(got) > len(text) {
		t.Fatalf("%d bytes are read as %d", len(text), len(got))
	}
}

// forwarded: what a stranger says of addresses counts for nothing, whatever a proxy adds behind it.
func forwarded(t *testing.T, a *API, text string) {
	from := func(peer, text string) netip.Addr {
		return a.address(called(t, peer, fiber.HeaderXForwardedFor, text).Ctx)
	}
	if got := from("198.51.100.7", text); got != netip.MustParseAddr("198.51.100.7") {
		t.Fatalf("a stranger passes for %s", got)
	}
	if got := from("10.0.0.1", text+", 203.0.113.9,10.1.2.3"); got != netip.MustParseAddr("203.0.113.9") {
		t.Fatalf("behind a proxy 203.0.113.9 passes for %s", got)
	}
	if got := from("10.0.0.1", text); !got.IsValid() || got.Zone() != "" || got.Is4In6() {
		t.Fatalf("the address is %s", got)
	}
}
