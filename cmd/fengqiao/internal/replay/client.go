package replay

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// client is one signed-in reporter.
type client struct {
	http            *http.Client
	to              string
	login, password string
	giveUp          time.Duration

	mu    sync.Mutex
	token string
}

// answer is what the server said of a report.
type answer struct {
	status   int
	repeated bool // it had been stored before
	code     string
	took     time.Duration // of the attempt that was answered
	tries    int
	Marks    []string `json:"marks"`
	Case     *struct {
		ID string `json:"id"`
	} `json:"case"`
}

// retried are the statuses after which the same report is sent again.
var retried = []int{http.StatusTooManyRequests, http.StatusConflict, http.StatusInternalServerError, http.StatusBadGateway,
	http.StatusServiceUnavailable, http.StatusGatewayTimeout}

// send sends a report until there is an answer that stands. The error means that there was none within the time to give up.
func (c *client) send(ctx context.Context, b body) (answer, error) {
	text, err := json.Marshal(b)
	if err != nil {
		return answer{}, err
	}
	deadline := time.Now().Add(c.giveUp)
	for try := 1; ; try++ {
		a, wait, err := c.attempt(ctx, text)
		a.tries = try
		if err == nil && !slices.Contains(retried, a.status) {
			return a, nil
		}
		if ctx.Err() != nil {
			return a, ctx.Err()
		}
		if wait == 0 {
			wait = time.Duration(100+rand.IntN(100)) * time.Millisecond << min(try, 5)
		}
		if time.Now().Add(wait).After(deadline) {
			if err == nil {
				return a, nil // the last refusal counts
			}
			return a, err
		}
		select {
		case <-ctx.Done():
			return a, ctx.Err()
		case <-time.After(wait):
		}
	}
}

// attempt is one request; after 401 the next one has a fresh token.
func (c *client) attempt(ctx context.Context, text []byte) (a answer, wait time.Duration, err error) {
	token, err := c.access(ctx)
	if err != nil {
		return a, 0, err
	}
	began := time.Now()
	r, status, header, err := c.post(ctx, "/api/v1/reports", text, token)
	if err != nil {
		return a, 0, err
	}
	a.took, a.status = time.Since(began), status
	if s, err := strconv.Atoi(header.Get("Retry-After")); err == nil {
		wait = time.Duration(s) * time.Second
	}
	switch {
	case status == http.StatusUnauthorized:
		c.forget(token)
		return a, time.Millisecond, errors.New("replay: the token is not accepted any more")
	case status < 300:
		a.repeated = header.Get("Idempotency-Replayed") == "true"
		return a, 0, json.Unmarshal(r, &a)
	}
	var problem struct {
		Code  string `json:"code"`
		Field string `json:"field"`
	}
	if json.Unmarshal(r, &problem) == nil {
		a.code = problem.Code
		if problem.Field != "" {
			a.code += " (" + problem.Field + ")"
		}
	}
	return a, wait, nil
}

// mostAnswer bounds what is read of an answer.
const mostAnswer = 4 << 20

func (c *client) post(ctx context.Context, path string, text []byte, token string) ([]byte, int, http.Header, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.to+path, bytes.NewReader(text))
	if err != nil {
		return nil, 0, nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, 0, nil, err
	}
	defer res.Body.Close()
	r, err := io.ReadAll(io.LimitReader(res.Body, mostAnswer))
	return r, res.StatusCode, res.Header, err
}

// errSignIn: the server refused the login or the password, so nothing can be sent.
var errSignIn = errors.New("replay: sign-in refused")

// access is the access token; it signs in where there is none.
func (c *client) access(ctx context.Context) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token != "" {
		return c.token, nil
	}
	text, err := json.Marshal(map[string]string{"login": c.login, "password": c.password, "deviceName": "fengqiao replay"})
	if err != nil {
		return "", err
	}
	r, status, _, err := c.post(ctx, "/api/v1/session", text, "")
	if err != nil {
		return "", err
	}
	var got struct {
		Token string `json:"accessToken"`
		Code  string `json:"code"`
	}
	if err := json.Unmarshal(r, &got); err != nil || got.Token == "" {
		if slices.Contains(retried, status) {
			return "", fmt.Errorf("replay: sign-in of %s: %d %s", c.login, status, got.Code)
		}
		return "", fmt.Errorf("%w: %s: %d %s", errSignIn, c.login, status, got.Code)
	}
	c.token = got.Token
	return c.token, nil
}

// forget drops a token that is not good any more, unless another worker has done so already.
func (c *client) forget(token string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token == token {
		c.token = ""
	}
}
