package handlers

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// answer writes a reply.
func (a *API) answer(c *Call, r Reply) error {
	a.secure(c.Ctx)
	if r.Location != "" {
		c.Set(fiber.HeaderLocation, r.Location)
	}
	switch {
	case r.Raw != nil && r.Raw.Stream != nil:
		a.stream(c, r.Raw)
		return nil
	case r.Raw != nil:
		return c.raw(r)
	}
	if r.View == nil {
		c.Status(statusOr(r.Status, http.StatusNoContent))
		return nil
	}
	body, err := written(r.View)
	if err != nil {
		return err
	}
	tag := tagOf(r.Revision, body)
	if names := c.QueryAll("fields"); len(names) > 0 {
		if body, err = trimmed(body, names); err != nil {
			return err
		}
	}
	if r.Revision != 0 || safe(c.Method()) {
		c.Set(fiber.HeaderETag, tag)
	}
	c.Set(fiber.HeaderVary, "Accept-Language, Authorization, Cookie")
	if safe(c.Method()) && fresh(c.Get(fiber.HeaderIfNoneMatch), tag) {
		c.Status(http.StatusNotModified)
		return nil
	}
	c.Status(statusOr(r.Status, http.StatusOK))
	c.Set(fiber.HeaderContentType, "application/json")
	return c.Send(body)
}

// wireForm is how views are written.
var wireForm = jsontext.EscapeForHTML(true)

// selfWriter is a view that writes itself, to the byte as the JSON library would, but faster.
type selfWriter interface {
	appendJSON(b []byte) ([]byte, error)
}

func written(view any) ([]byte, error) {
	if w, ok := view.(selfWriter); ok {
		return w.appendJSON(nil)
	}
	return json.Marshal(view, wireForm)
}

func (c *Call) raw(r Reply) error {
	tag := `"` + r.Raw.Tag + `"`
	if r.Raw.Tag == "" {
		tag = tagOf(0, r.Raw.Body)
	}
	zip := r.Raw.Zip && takesZip(c.Get(fiber.HeaderAcceptEncoding))
	if r.Raw.Zip {
		c.Set(fiber.HeaderVary, "Accept-Encoding, Authorization, Cookie")
	}
	if zip {
		tag = strings.TrimSuffix(tag, `"`) + `-gzip"` // other bytes, another tag
	}
	c.Set(fiber.HeaderETag, tag)
	if r.Raw.Cache != "" {
		c.Set(fiber.HeaderCacheControl, r.Raw.Cache)
	}
	if r.Raw.Policy != "" {
		c.Set(fiber.HeaderContentSecurityPolicy, r.Raw.Policy)
	}
	if fresh(c.Get(fiber.HeaderIfNoneMatch), tag) {
		c.Status(http.StatusNotModified)
		return nil
	}
	c.Status(statusOr(r.Status, http.StatusOK))
	c.Set(fiber.HeaderContentType, r.Raw.Type)
	if zip {
		return c.sendZipped(r.Raw.Body)
	}
	if !r.Raw.Parts {
		return c.Send(r.Raw.Body)
	}
	c.Set(fiber.HeaderAcceptRanges, "bytes")
	return c.part(r.Raw.Body, tag)
}

// stream sends what is written while it is sent. A caller who goes away closes the pipe, and the writer with it.
func (a *API) stream(c *Call, r *Raw) {
	c.Set(fiber.HeaderContentType, r.Type)
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+r.Name+`"`)
	if c.Method() == http.MethodHead {
		return
	}
	from, to := io.Pipe()
	route, id := c.Route.Path, c.ID
	go func() {
		var err error
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
			}
			if err != nil && !errors.Is(err, io.ErrClosedPipe) {
				a.Log.Error("an answer broke off", "id", id, "route", route, "cause", err)
			}
			_ = to.CloseWithError(err) // it never fails
		}()
		err = r.Stream(to)
	}()
	c.Response().SetBodyStream(from, -1)
}

// part sends the one range that was asked for (RFC 9110, 14), or the whole where none was, several were, or what the caller has
// a part of is something else.
func (c *Call) part(body []byte, tag string) error {
	asked, only := c.Get(fiber.HeaderRange), c.Get(fiber.HeaderIfRange)
	if asked == "" || strings.Contains(asked, ",") || only != "" && only != tag {
		return c.Send(body)
	}
	first, last, err := fasthttp.ParseByteRange([]byte(asked), len(body))
	if err != nil || first > last { // "the last 0 bytes" is no range that there is
		c.Set(fiber.HeaderContentRange, "bytes */"+strconv.Itoa(len(body)))
		return refuse(http.StatusRequestedRangeNotSatisfiable, "bad_range", "", "max", strconv.Itoa(len(body)))
	}
	c.Status(http.StatusPartialContent)
	c.Set(fiber.HeaderContentRange, fmt.Sprintf("bytes %d-%d/%d", first, last, len(body)))
	return c.Send(body[first : last+1])
}

func statusOr(status, otherwise int) int {
	if status == 0 {
		return otherwise
	}
	return status
}

// secure sets what every answer carries: nothing is sniffed, framed, stored by caches or allowed to run; and where browsers come by HTTPS
// they come so for the next year.
func (a *API) secure(f *fiber.Ctx) {
	if a.Config.CookieSecure {
		f.Set(fiber.HeaderStrictTransportSecurity, "max-age=31536000")
	}
	f.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	f.Set(fiber.HeaderXFrameOptions, "DENY")
	f.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	f.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'")
	f.Set(fiber.HeaderCacheControl, "no-store")
}

// refuse writes a problem.
func (a *API) refuse(c *Call, err error) {
	p := problemOf(err)
	c.cause, c.problem = err, p.Code
	a.writeProblem(c.Ctx, p, c.Lang, c.ID)
}

func (a *API) writeProblem(f *fiber.Ctx, p *Problem, lang, requestID string) {
	f.Response().ResetBody()
	a.secure(f)
	switch {
	case p.RetryAfter > 0:
		f.Set(fiber.HeaderRetryAfter, retrySeconds(p.RetryAfter))
	case p.Status == http.StatusUnauthorized:
		f.Set(fiber.HeaderWWWAuthenticate, `Bearer realm="fengqiao"`)
	}
	f.Set(fiber.HeaderContentLanguage, lang)
	f.Set(fiber.HeaderVary, "Accept-Language, Authorization, Cookie")
	body, err := json.Marshal(p.wire(lang, requestID), jsontext.AllowInvalidUTF8(true), jsontext.EscapeForHTML(true))
	if err != nil {
		body = []byte(`{"type":"about:blank","title":"error","status":500,"code":"internal","requestId":""}`)
	}
	f.Status(p.Status)
	f.Set(fiber.HeaderContentType, "application/problem+json")
	f.Response().SetBody(body)
}

// unrouted answers what no route took: unknown paths and methods, and what the HTTP library refused by itself.
func (a *API) unrouted(f *fiber.Ctx, err error) error {
	began := time.Now()
	c := &Call{Ctx: f, Route: &Route{}, ID: requestID(f), Lang: languageOf(f.Get(fiber.HeaderAcceptLanguage))}
	c.drain()
	if status := (*fiber.Error)(nil); !errors.As(err, &status) || status.Code != fiber.StatusNotFound && status.Code != fiber.StatusMethodNotAllowed {
		linger(f.Context().Conn()) // it is no request that could be read, and the connection is given up
	}
	a.refuse(c, err)
	a.note(c, began)
	return nil
}

// note writes the access log and the figures: never the URL as it came, never who in person.
func (a *API) note(c *Call, began time.Time) {
	status, took := c.Response().StatusCode(), time.Since(began)
	a.metrics.request(c.Route, status, took)
	level := slog.LevelInfo
	attrs := []slog.Attr{
		slog.String("id", c.ID), slog.String("method", strings.Clone(c.Method())), slog.String("route", c.Route.Path),
		slog.Int("status", status), slog.Float64("ms", float64(took.Microseconds())/1000),
	}
	if c.Actor.Role != "" {
		attrs = append(attrs, slog.String("role", string(c.Actor.Role)))
	}
	if c.problem != "" {
		attrs = append(attrs, slog.String("problem", c.problem))
	}
	switch {
	case c.problem == busy:
		level = slog.LevelWarn // a flood must not become one of the log
	case status >= http.StatusInternalServerError:
		level = slog.LevelError
		if c.cause != nil {
			attrs = append(attrs, slog.String("cause", c.cause.Error()))
		}
	}
	a.Log.LogAttrs(c.Ctx.UserContext(), level, "request", attrs...)
}

// trimmed keeps the named top-level members of a view, or of each item of a page.
func trimmed(body []byte, names []string) ([]byte, error) {
	keep := make(map[string]bool, len(names))
	for _, n := range names {
		keep[n] = true
	}
	var view map[string]jsontext.Value
	if err := json.Unmarshal(body, &view); err != nil {
		return body, nil // not an object: nothing to trim
	}
	var items []map[string]jsontext.Value
	if err := json.Unmarshal(view["items"], &items); err == nil && items != nil {
		for _, item := range items {
			drop(item, keep)
		}
		trimmed, err := json.Marshal(items, json.Deterministic(true))
		if err != nil {
			return nil, err
		}
		view["items"] = trimmed
		return json.Marshal(view, json.Deterministic(true))
	}
	drop(view, keep)
	return json.Marshal(view, json.Deterministic(true))
}

func drop(view map[string]jsontext.Value, keep map[string]bool) {
	for name := range view {
		if !keep[name] {
			delete(view, name)
		}
	}
}
