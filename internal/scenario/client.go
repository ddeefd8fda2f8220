package scenario

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"
)

// mostAnswer bounds what is read of an answer.
const mostAnswer = 8 << 20

// answered is what the server said.
type answered struct {
	status int
	tag    string // ETag
	view   any
}

// client is one person's session.
type client struct {
	http *http.Client
	api  string // the address with /api/v1
	// enter is the request that begins the session.
	path  string
	body  map[string]any
	token string
	// acting is the area in which the person stands in for somebody; "" for who acts as themselves.
	acting string
}

// signIn begins a session, once.
func (c *client) signIn(ctx context.Context) error {
	if c.token != "" {
		return nil
	}
	a, err := c.send(ctx, http.MethodPost, c.path, c.body, "", "")
	if err != nil {
		return err
	}
	token, _ := follow(a.view, "accessToken")
	if c.token, _ = token.(string); c.token == "" {
		return fmt.Errorf("sign-in refused: %s", a.refusal())
	}
	return nil
}

// nothingYet in place of a tag: the change is of what is not there yet.
const nothingYet = "*"

// do sends a request as this person. tag is the If-Match, "" for none.
func (c *client) do(ctx context.Context, method, path string, body any, tag string) (answered, error) {
	if err := c.signIn(ctx); err != nil {
		return answered{}, err
	}
	key := ""
	if method != http.MethodGet {
		key = uuid.NewString()
	}
	return c.send(ctx, method, path, body, tag, key)
}

// patience is how often a request is sent again that the server asks to be sent again.
const patience = 20

func (c *client) send(ctx context.Context, method, path string, body any, tag, key string) (a answered, err error) {
	var text []byte
	if body != nil {
		if text, err = json.Marshal(body); err != nil {
			return a, err
		}
	}
	for range patience {
		var wait time.Duration
		if a, wait, err = c.once(ctx, method, path, text, tag, key); err != nil || wait == 0 {
			return a, err
		}
		select {
		case <-ctx.Done():
			return a, ctx.Err()
		case <-time.After(wait):
		}
	}
	return a, nil
}

// once is one attempt; with a wait where it may be made again.
func (c *client) once(ctx context.Context, method, path string, text []byte, tag, key string) (a answered, wait time.Duration, err error) {
	req, err := http.NewRequestWithContext(ctx, method, c.api+path, bytes.NewReader(text))
	if err != nil {
		return a, 0, err
	}
	seen := "If-Match"
	if tag == nothingYet {
		seen = "If-None-Match"
	}
	for name, value := range map[string]string{seen: tag, "Idempotency-Key": key, "Acting-In": c.acting} {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	if len(text) > 0 {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return a, 0, err
	}
	defer func() { _ = res.Body.Close() }()
	read, err := io.ReadAll(io.LimitReader(res.Body, mostAnswer))
	if err != nil {
		return a, 0, err
	}
	a = answered{status: res.StatusCode, tag: res.Header.Get("ETag")}
	if len(read) > 0 && json.Unmarshal(read, &a.view) != nil {
		a.view = string(read)
	}
	if a.status == http.StatusTooManyRequests || a.status == http.StatusServiceUnavailable {
		seconds, _ := strconv.Atoi(res.Header.Get("Retry-After")) // none: a second will do
		wait = time.Duration(max(1, seconds)) * time.Second
	}
	return a, wait, nil
}

// refusal is what a person reads of a refusal.
func (a answered) refusal() string {
	code, _ := follow(a.view, "code")
	field, there := follow(a.view, "field")
	if !there {
		return fmt.Sprintf("%d %s", a.status, spoken(code))
	}
	return fmt.Sprintf("%d %s (%s)", a.status, spoken(code), spoken(field))
}
