package webhook

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/desk"
	"fengqiao/push"
)

// Vendor is what Device.Vendor says of desks.
const Vendor = "webhook"

// Endpoint is where a desk hears of its orders.
type Endpoint struct {
	Desk   string
	Unit   string // of the desk's account
	URL    string
	KeyID  string
	Secret []byte
	// Private lets the address lie inside the house.
	Private bool
}

// Config is what a Sender works with. All are needed but Connections.
type Config struct {
	Endpoints []Endpoint
	// Echo is what a notice tells the desk: the same for every attempt.
	Echo func(ctx context.Context, n mediation.Notice) (desk.Echo, error)
	// Now is the machine's time: a receiver holds it against its own.
	Now func() time.Time
	// Connections is how many are kept open to a desk. Default 64.
	Connections int
}

// Sender implements push.Sender. One Send is one request.
type Sender struct {
	Config
	routes map[string]route
}

type route struct {
	Endpoint
	client *http.Client
}

var _ push.Sender = (*Sender)(nil)

// New makes a sender.
func New(c Config) *Sender {
	if c.Connections <= 0 {
		c.Connections = 64
	}
	s := &Sender{Config: c, routes: map[string]route{}}
	for _, e := range c.Endpoints {
		s.routes[e.Desk] = route{e, client(e.Private, c.Connections)}
	}
	return s
}

// Delivery is the id of what a notice tells a desk: the same for every attempt, and without our ids in plain.
func Delivery(notice string) string {
	sum := sha256.Sum256([]byte("fengqiao delivery\x00" + notice))
	return hex.EncodeToString(sum[:16])
}

// Send implements push.Sender. A desk is told of its orders alone; of other notices to its account it finds in its inbox.
func (s *Sender) Send(ctx context.Context, l push.Letter) error {
	r, ok := s.routes[l.Token]
	if !ok || l.Of.Kind != mediation.NoticeDesk {
		return push.ErrNoVendor
	}
	echo, err := s.Echo(ctx, l.Of)
	if errors.Is(err, mediation.ErrNotFound) {
		return &push.Permanent{Reason: "no_case"}
	}
	if err != nil {
		return &push.Retryable{Reason: "echo"}
	}
	body, err := json.Marshal(bodyOf(echo))
	if err != nil {
		return &push.Permanent{Reason: "echo_unwritable"}
	}
	return s.post(ctx, r, l.Notice, body)
}

func (s *Sender) post(ctx context.Context, r route, notice string, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.URL, bytes.NewReader(body))
	if err != nil {
		return &push.Permanent{Reason: "bad_url"}
	}
	at, delivery := s.Now(), Delivery(notice)
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("User-Agent", "fengqiao")
	req.Header.Set(HeaderKey, r.KeyID)
	req.Header.Set(HeaderTime, strconv.FormatInt(at.Unix(), 10))
	req.Header.Set(HeaderDelivery, delivery)
	req.Header.Set(HeaderSignature, Sign(r.Secret, at, delivery, body))
	resp, err := r.client.Do(req)
	if err != nil {
		return unanswered(err)
	}
	// The rest of a short answer is read so that the connection can be used again; a longer one costs the connection.
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, longestAnswer)) // its words are of no interest, and neither is why they broke off
	_ = resp.Body.Close()                                                // nothing is left to lose
	return judge(resp)
}

// unanswered is what no answer means. Codes alone: the cause would quote the address.
func unanswered(err error) error {
	var dial *net.OpError
	switch {
	case errors.Is(err, errInside):
		return &push.Retryable{Reason: "address_inside"} // the name may lead elsewhere again
	case errors.As(err, &dial) && dial.Op == "dial":
		return &push.Retryable{Reason: "no_connection"}
	}
	return &push.Retryable{Reason: "no_answer", MayHaveArrived: true}
}

// judge reads the status: 2xx is taken, what may pass is tried again, and what says that the request itself is wrong is given up,
// so that it holds up nothing behind it.
func judge(resp *http.Response) error {
	code := resp.StatusCode
	reason := "status_" + strconv.Itoa(code)
	switch {
	case code >= 200 && code < 300:
		return nil
	case code >= 500, code == http.StatusRequestTimeout, code == http.StatusTooEarly, code == http.StatusTooManyRequests:
		return &push.Retryable{Reason: reason, After: retryAfter(resp.Header), MayHaveArrived: code >= 500}
	}
	return &push.Permanent{Reason: reason}
}

// retryAfter reads whole seconds; a date would be the other's clock.
func retryAfter(h http.Header) time.Duration {
	n, err := strconv.ParseInt(h.Get("Retry-After"), 10, 32)
	if err != nil || n < 0 {
		return 0
	}
	return time.Duration(n) * time.Second
}
