package transit

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"

	"fengqiao/mediation"
)

// How long the service is waited for. All attempts together stay within the ten seconds that a request has.
const (
	attempts      = 3
	attemptWithin = 2 * time.Second
	firstPause    = 100 * time.Millisecond
)

// maxAnswer bounds what is read of an answer: 512 boxes are some 70 KB.
const maxAnswer = 1 << 20

// line is the way to the service.
type line struct {
	address string
	token   *token
	client  *http.Client
	pause   func(context.Context, time.Duration) error
}

// keyName is what the service takes as a name.
var keyName = regexp.MustCompile(`^\w(([\w.-]+)?\w)?$`)

// CheckAddress tells what is wrong with the address of a key service: it is https, or http to this very machine, and holds
// no password.
func CheckAddress(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Path == "" || u.Path == "/" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("want https://HOST:8200/v1/transit, without a password in it")
	}
	if !safe(u) {
		return errors.New("want https; http only to this machine (127.0.0.1)")
	}
	return nil
}

func safe(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}

func newLine(c Config) (*line, error) {
	if err := CheckAddress(c.Address); err != nil {
		return nil, fmt.Errorf("seal: key service: %w", err)
	}
	if !keyName.MatchString(c.Name) {
		return nil, fmt.Errorf("seal: key service: %q is no name of a key", c.Name)
	}
	t, err := readToken(c.TokenFile)
	if err != nil {
		return nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	// As many as Rotate has under way.
	transport.MaxIdleConnsPerHost = 64
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	if c.CAFile != "" {
		text, err := os.ReadFile(c.CAFile)
		if err != nil {
			return nil, fmt.Errorf("seal: key service: %w", err)
		}
		transport.TLSClientConfig.RootCAs = x509.NewCertPool()
		if !transport.TLSClientConfig.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("seal: key service: %s holds no certificate", c.CAFile)
		}
	}
	l := &line{address: strings.TrimSuffix(c.Address, "/"), token: t, pause: c.Pause,
		client: &http.Client{Transport: transport, CheckRedirect: followSafely}}
	if l.pause == nil {
		l.pause = pause
	}
	return l, nil
}

// followSafely: a standby points to the active node, and the token goes along, so never to where it could be listened to.
func followSafely(r *http.Request, via []*http.Request) error {
	if len(via) > 3 || !safe(r.URL) {
		return errors.New("it points to where the token must not go")
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// call asks what may be asked twice. Where no answer comes it is asked again, after pauses that grow and differ.
func (l *line) call(ctx context.Context, method, path string, body, into any) error {
	var err error
	for n := range attempts {
		if n > 0 {
			// Between half of it and all, so that many who failed together do not come back together.
			wait := firstPause << (n - 1)
			if l.pause(ctx, wait/2+rand.N(wait/2)) != nil {
				break
			}
		}
		if err = l.authorised(ctx, method, path, body, into); !errors.Is(err, mediation.ErrUnavailable) || errors.Is(err, errToken) {
			return err
		}
	}
	return err
}

// once asks what must not be asked twice.
func (l *line) once(ctx context.Context, path string, body, into any) error {
	return l.authorised(ctx, http.MethodPost, path, body, into)
}

// errToken: the service refused the token that the file holds.
var errToken = errors.New("it refuses the token (403): the token ran out, or its policy does not allow this")

// authorised asks with the token in memory and, where that is refused, with the one that the file holds now.
func (l *line) authorised(ctx context.Context, method, path string, body, into any) error {
	secret := l.token.current()
	err := l.ask(ctx, secret, method, path, body, into)
	if !refusedToken(err) {
		return err
	}
	fresh, changed, readErr := l.token.again(secret)
	if readErr != nil {
		return unavailable(path, errors.Join(errToken, readErr))
	}
	if changed {
		if err = l.ask(ctx, fresh, method, path, body, into); !refusedToken(err) {
			return err
		}
	}
	return unavailable(path, errToken)
}

func refusedToken(err error) bool {
	var r *refusal
	return errors.As(err, &r) && r.status == http.StatusForbidden
}

// ask is one request.
func (l *line) ask(ctx context.Context, secret, method, path string, body, into any) error {
	ctx, cancel := context.WithTimeout(ctx, attemptWithin)
	defer cancel()
	text := []byte("{}")
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			return fmt.Errorf("seal: key service: %w", err)
		}
	}
	if method == http.MethodGet {
		text = nil
	}
	req, err := http.NewRequestWithContext(ctx, method, l.address+path, bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("seal: key service: %w", err)
	}
	req.Header.Set("X-Vault-Token", secret)
	req.Header.Set("X-Vault-Request", "true")
	req.Header.Set("Content-Type", "application/json")
	res, err := l.client.Do(req)
	if err != nil {
		return unavailable(path, err)
	}
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err := errors.Join(err, res.Body.Close()); err != nil {
		return unavailable(path, err)
	}
	return understand(path, res.StatusCode, answer, into)
}

// understand reads an answer.
func understand(path string, status int, answer []byte, into any) error {
	switch {
	case status == http.StatusTooManyRequests, status >= 500,
		status == http.StatusPreconditionFailed, // a node that lags behind the one that was written to
		status == 472, status == 473:            // a standby that answers for itself
		return unavailable(path, fmt.Errorf("it answered %d%s", status, words[status]))
	case status >= 300:
		return refused(status, answer)
	case into == nil:
		return nil
	}
	envelope := struct {
		Data any `json:"data"`
	}{into}
	if err := json.Unmarshal(answer, &envelope); err != nil {
		return unavailable(path, errors.New("its answer is not that of a key service")) // a proxy's page, for example
	}
	return nil
}

var words = map[int]string{
	http.StatusTooManyRequests:    ", too many requests",
	http.StatusServiceUnavailable: ": it is sealed or away",
}

// unavailable is a failure that ends by itself: the caller is told to come again.
func unavailable(path string, cause error) error {
	what, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return &mediation.Error{Op: "key service: " + what, Kind: mediation.Unavailable, Code: mediation.ErrUnavailable.Code, Cause: cause}
}
