package handlers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"fengqiao/internal/account"
	"fengqiao/mediation"

	"github.com/gofiber/fiber/v2"
)

// Call is one request on its way through a handler. All that it gives out is the handler's to keep.
type Call struct {
	*fiber.Ctx
	// Context has the request's deadline. It hides fiber's method of this name, which never ends.
	Context context.Context
	Route   *Route
	ID      string // the request's id, in the log and in problems
	Lang    string // "zh-CN" or "en"
	Actor   mediation.Actor
	Caller  account.Caller
	// Key is the Idempotency-Key, Revision what If-Match names.
	Key      string
	Revision int64

	cookie bool // signed in by cookie
	body   []byte
	read   bool
	// incoming is the body while it is on its way; see stream.
	incoming *incoming
	cause    error
	problem  string
}

// PathID returns a parameter of the path, unescaped.
func (c *Call) PathID(name string) string {
	raw := strings.Clone(c.Params(name))
	if plain, err := url.PathUnescape(raw); err == nil {
		return plain
	}
	return raw
}

// Bytes returns the body, read once. A Problem if it is longer than the route allows or breaks off.
func (c *Call) Bytes() ([]byte, error) {
	if c.read {
		return c.body, nil
	}
	r, most := c.Stream(), c.Route.Body
	b, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return nil, &Problem{Status: http.StatusBadRequest, Code: "body_cut_off", Cause: err}
	}
	if int64(len(b)) > most {
		return nil, c.tooLarge()
	}
	c.body, c.read = b, true
	return b, nil
}

// Stream is the body as it comes in; the handler bounds what it reads by Route.Body.
func (c *Call) Stream() io.Reader {
	if r := c.stream(); r != nil {
		return r
	}
	return bytes.NewReader(c.Request().Body())
}

// stream is the body that has not come whole; nil where it has.
func (c *Call) stream() *incoming {
	if r := c.Ctx.Context().RequestBodyStream(); r != nil && c.incoming == nil {
		c.incoming = &incoming{body: r}
	}
	return c.incoming
}

// incoming is a body on its way, and remembers how it ended. Asked once more behind the end of a body in chunks, fasthttp would take for the next
// chunk what follows it: nothing, for which it waits until the client's time is over, or the next request, which is lost.
type incoming struct {
	body io.Reader
	end  error
}

// Read implements io.Reader.
func (r *incoming) Read(p []byte) (n int, err error) {
	if r.end == nil {
		n, r.end = r.body.Read(p)
	}
	return n, r.end
}

// drained is how much of a body that nobody wanted is read before it is answered. Who is still sending when the connection is cut sees a broken
// network and not the answer: a phone with too large a photo would try for ever. So it is as much as a phone may send. How long it
// may take is Limits.Read, from the head of the request on.
const drained = 32 << 20

// drain reads what the handler left of the body, because the next request begins behind it; a longer rest costs the
// connection instead, behind the answer.
func (c *Call) drain() {
	r := c.stream()
	if r == nil {
		return
	}
	n, err := io.CopyN(io.Discard, r, drained)
	if err == nil && n == drained || err != nil && !errors.Is(err, io.EOF) {
		c.Ctx.Context().SetConnectionClose()
		linger(c.Ctx.Context().Conn())
	}
}

// tooLarge refuses a body.
func (c *Call) tooLarge() *Problem {
	return refuse(http.StatusRequestEntityTooLarge, "body_too_large", "", "max", strconv.FormatInt(c.Route.Body, 10))
}

// limit is how many items a page is to have.
func (a *API) limit(c *Call) (int, error) {
	n, given, err := c.QueryNumber("limit", 1, a.limits.PageMost)
	if !given {
		n = a.limits.Page
	}
	return n, err
}

// QueryText is a parameter as text, "" if it is not there.
func (c *Call) QueryText(name string) string { return strings.Clone(c.Query(name)) }

// QueryAll is every value of a repeatable parameter; values may also stand in one, parted by commas.
func (c *Call) QueryAll(name string) []string {
	var all []string
	for _, v := range c.Ctx.Context().QueryArgs().PeekMulti(name) {
		for _, one := range strings.Split(string(v), ",") {
			if one != "" {
				all = append(all, one)
			}
		}
	}
	return all
}

// QueryNumber is a whole number between min and max.
func (c *Call) QueryNumber(name string, min, max int) (n int, given bool, err error) {
	text := c.QueryText(name)
	if text == "" {
		return 0, false, nil
	}
	n, err = strconv.Atoi(text)
	if err != nil {
		return 0, true, invalid("not_a_number", name)
	}
	if n < min || n > max {
		return 0, true, invalid("out_of_range", name, "min", strconv.Itoa(min), "max", strconv.Itoa(max))
	}
	return n, true, nil
}

// QueryBool is "true" or "false".
func (c *Call) QueryBool(name string) (v, given bool, err error) {
	switch text := c.QueryText(name); text {
	case "":
		return false, false, nil
	case "true", "false":
		return text == "true", true, nil
	}
	return false, true, invalid("not_a_bool", name)
}

// checkQuery refuses parameters that the route does not know, since a filter that is silently ignored shows too much.
func (c *Call) checkQuery() error {
	var unknown string
	c.Ctx.Context().QueryArgs().VisitAll(func(k, _ []byte) {
		if name := string(k); name != "fields" && !slices.Contains(c.Route.Query, name) {
			unknown = name
		}
	})
	if unknown != "" {
		return refuse(http.StatusBadRequest, "unknown_parameter", printable(unknown))
	}
	return nil
}

// printable keeps what a stranger typed from carrying control characters into an answer.
func printable(s string) string {
	if len(s) > 100 {
		s = s[:100]
	}
	return strings.Trim(fmt.Sprintf("%q", s), `"`)
}
