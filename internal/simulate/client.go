// Package simulate works an installation over HTTP as its people would: grid workers, mediators, staff and parties sign in,
// answer, mediate and close every case that opens. It uses the public API and nothing else, so what it achieves a phone or
// a browser could, and what it finds afterwards anybody could check.
//
// Cast makes invented people for a plan; Enrol gives them passwords, sessions and devices; Office lets them work until
// every case is over; Audit reads everything back and compares it with the requests that were sent and with the map.
package simulate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// Client speaks to one server over a bounded number of connections. It repeats what was not answered: everything it sends
// carries a key or is harmless twice.
type Client struct {
	base     string
	http     *http.Client
	patience time.Duration
	requests atomic.Int64
	repeats  atomic.Int64
}

// NewClient returns a client of the server at base ("http://127.0.0.1:8080") with so many connections at most. patience is
// how long a request is repeated while the server does not answer or asks to wait.
func NewClient(base string, connections int, patience time.Duration) *Client {
	return &Client{base: strings.TrimSuffix(base, "/"), patience: patience, http: &http.Client{Timeout: 75 * time.Second,
		Transport: &http.Transport{MaxConnsPerHost: connections, MaxIdleConnsPerHost: connections, IdleConnTimeout: time.Minute}}}
}

// Requests counts what was sent, repetitions included; Repeats counts those.
func (c *Client) Requests() (all, repeats int64) { return c.requests.Load(), c.repeats.Load() }

// Refused is the server's answer to what it will not do.
type Refused struct {
	Status int    `json:"status"`
	Code   string `json:"code"`
	Field  string `json:"field"`
	Detail string `json:"detail"`
	Route  string `json:"-"`
}

func (r *Refused) Error() string {
	return fmt.Sprintf("%s: %d %s %s %s", r.Route, r.Status, r.Code, r.Field, r.Detail)
}

// refusedAs tells whether err is a refusal with one of the statuses.
func refusedAs(err error, statuses ...int) bool {
	var r *Refused
	if !errors.As(err, &r) {
		return false
	}
	for _, s := range statuses {
		if r.Status == s {
			return true
		}
	}
	return false
}

// request is one call. key is the Idempotency-Key, revision the If-Match; "" and 0 send none.
type request struct {
	method, path string
	body         any
	key          string
	revision     int64
	token        string
}

// answer is what came back with a success.
type answer struct {
	status   int
	revision int64
	replayed bool
}

// do sends a request until it is answered and reads the answer into out, which may be nil.
func (c *Client) do(ctx context.Context, r request, out any) (answer, error) {
	var body []byte
	if r.body != nil {
		var err error
		if body, err = json.Marshal(r.body); err != nil {
			return answer{}, err
		}
	}
	began, pause := time.Now(), 50*time.Millisecond
	for {
		a, wait, err := c.once(ctx, r, body, out)
		if wait < 0 {
			return a, err
		}
		patience := c.patience
		if refusedAs(err, http.StatusConflict) {
			patience = min(patience, stuck)
		}
		if time.Since(began) > patience {
			return a, fmt.Errorf("simulate: gave up after %s: %w", patience, err)
		}
		c.repeats.Add(1)
		select {
		case <-ctx.Done():
			return a, ctx.Err()
		case <-time.After(max(wait, pause)):
		}
		pause = min(2*pause, 2*time.Second)
	}
}

// stuck is how long somebody waits for the first sending of a request to come to its end. One that died with the server
// holds its key for longer: then they look at the case again and decide anew.
const stuck = 2 * time.Second

// final says that a request needs no repetition.
const final = time.Duration(-1)

// once sends a request one time. wait is how long to wait before it may be repeated, or final.
func (c *Client) once(ctx context.Context, r request, body []byte, out any) (answer, time.Duration, error) {
	q, err := http.NewRequestWithContext(ctx, r.method, c.base+r.path, bytes.NewReader(body))
	if err != nil {
		return answer{}, final, err
	}
	q.Header.Set("Accept-Language", "en")
	if body != nil {
		q.Header.Set("Content-Type", "application/json")
	}
	if r.token != "" {
		q.Header.Set("Authorization", "Bearer "+r.token)
	}
	if r.key != "" {
		q.Header.Set("Idempotency-Key", r.key)
	}
	if r.revision > 0 {
		q.Header.Set("If-Match", `"`+strconv.FormatInt(r.revision, 10)+`"`)
	}
	c.requests.Add(1)
	res, err := c.http.Do(q)
	if err != nil {
		if ctx.Err() != nil {
			return answer{}, final, ctx.Err()
		}
		return answer{}, 0, err
	}
	text, err := io.ReadAll(res.Body)
	_ = res.Body.Close() // read to its end already
	if err != nil {
		return answer{}, 0, err
	}
	a := answer{status: res.StatusCode, revision: revisionOf(res.Header.Get("ETag")), replayed: res.Header.Get("Idempotency-Replayed") != ""}
	if a.status < 300 {
		if out != nil && len(text) > 0 {
			err = json.Unmarshal(text, out)
		}
		return a, final, err
	}
	return a, pauseOf(res, r), refusal(res, r, text)
}

func refusal(res *http.Response, r request, text []byte) error {
	p := &Refused{Route: r.method + " " + route(r.path)}
	if json.Unmarshal(text, p) != nil {
		p.Code = "unreadable"
	}
	p.Status = res.StatusCode
	return p
}

// pauseOf says how long the server wants to be left alone: where it is overloaded, or where the first sending of this very
// request is still being carried out.
func pauseOf(res *http.Response, r request) time.Duration {
	again := res.StatusCode == http.StatusTooManyRequests || res.StatusCode == http.StatusServiceUnavailable ||
		res.StatusCode == http.StatusConflict && r.key != "" && res.Header.Get("Retry-After") != ""
	if !again {
		return final
	}
	seconds, _ := strconv.Atoi(res.Header.Get("Retry-After")) // without one: the client's own pause
	return time.Duration(seconds) * time.Second
}

// revisionOf reads the revision out of an ETag, 0 if there is none.
func revisionOf(tag string) int64 {
	number, _, found := strings.Cut(strings.Trim(tag, `"`), "-")
	if !found {
		return 0
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// route is a path without ids and queries, for messages and tables.
func route(path string) string {
	path, _, _ = strings.Cut(path, "?")
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if len(p) >= 20 {
			parts[i] = ":id"
		}
	}
	return strings.Join(parts, "/")
}
