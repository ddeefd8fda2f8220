package fcm

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"firebase.google.com/go/v4/messaging"

	"fengqiao/push"
)

// answer is what one request came back with, noted below the SDK.
type answer struct {
	cancel context.CancelFunc
	called bool
	// refused: no connection was made, so nothing can have arrived.
	refused bool
	status  int // 0: none
	after   time.Duration
}

type answerKey struct{}

// once lets each Send make one request. What the SDK would repeat (no answer, and 503) is noted and the request's context
// ended, at which the SDK gives up at once.
type once struct{ below http.RoundTripper }

// longestAnswer bounds what is read of an answer: FCM's are a few hundred bytes.
const longestAnswer = 64 << 10

func (o once) RoundTrip(req *http.Request) (*http.Response, error) {
	got, _ := req.Context().Value(answerKey{}).(*answer)
	if got == nil {
		return o.below.RoundTrip(req)
	}
	got.called = true
	resp, err := o.below.RoundTrip(req)
	if err == nil {
		// Read to the end here, so that the connection can be used again and a broken answer is noticed.
		body := resp.Body
		var b []byte
		b, err = io.ReadAll(io.LimitReader(body, longestAnswer))
		_ = body.Close() // nothing is left to lose
		resp.Body = io.NopCloser(bytes.NewReader(b))
	}
	if err != nil {
		var dial *net.OpError
		got.refused = errors.As(err, &dial) && dial.Op == "dial"
		got.cancel()
		return nil, err
	}
	got.status = resp.StatusCode
	got.after = retryAfter(resp.Header)
	if resp.StatusCode == http.StatusServiceUnavailable {
		got.cancel()
	}
	return resp, nil
}

// retryAfter reads seconds or a date; a date counts from the answer's own, so that nobody's clock need be right.
func retryAfter(h http.Header) time.Duration {
	v := h.Get("Retry-After")
	if n, err := strconv.ParseInt(v, 10, 32); err == nil {
		return max(0, time.Duration(n)*time.Second)
	}
	at, err := http.ParseTime(v)
	if err != nil {
		return 0
	}
	from, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return 0
	}
	return max(0, at.Sub(from))
}

// judge turns what came back into push's errors. The SDK's predicates look at the error itself and at none that it wraps.
//
// Only UNREGISTERED forgets a device: a 404 or 403 without that detail comes from a wrong project, endpoint or key, and
// must not cost everybody's registration.
func judge(err error, got *answer) error {
	switch {
	case err != nil && messaging.IsUnregistered(err):
		return push.ErrUnregistered
	case err != nil && messaging.IsSenderIDMismatch(err):
		return &push.Permanent{Reason: "sender_id_mismatch"}
	case err != nil && messaging.IsInvalidArgument(err), got.status == http.StatusBadRequest:
		return &push.Permanent{Reason: "invalid_argument"}
	case !got.called:
		return &push.Permanent{Reason: "invalid_message"} // the SDK itself refused it
	case got.status == 0:
		return &push.Retryable{Reason: "no_answer", MayHaveArrived: !got.refused}
	case got.status == http.StatusTooManyRequests:
		return &push.Retryable{Reason: "quota", After: got.after}
	case got.status == http.StatusServiceUnavailable:
		return &push.Retryable{Reason: "unavailable", After: got.after}
	case got.status < 300:
		// Success that names no message: a proxy's page, or a broken answer. It cannot be believed.
		return &push.Retryable{Reason: "unbelievable_answer", MayHaveArrived: true}
	}
	return &push.Retryable{Reason: "status_" + strconv.Itoa(got.status), After: got.after, MayHaveArrived: got.status >= 500}
}

// shownOnce is a short stable name of a notice (Apple allows 64 bytes).
func shownOnce(notice string) string {
	sum := sha256.Sum256([]byte(notice))
	return hex.EncodeToString(sum[:16])
}

func seconds(d time.Duration) string { return strconv.FormatInt(int64(d/time.Second), 10) }
