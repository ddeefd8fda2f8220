// Package webhook tells outside desks of changes to their orders by signed HTTP requests. It is a vendor beside push/fcm: outbox, order,
// retries and dead letters are push's, so that a desk that is down is treated as a vendor that is down.
//
// docs/desks.md tells a desk how to check what it gets; Verifier is that in Go.
package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The headers of a request.
const (
	HeaderKey       = "Fengqiao-Key-Id"    // which secret signed it
	HeaderTime      = "Fengqiao-Timestamp" // seconds since 1970, when this attempt was signed
	HeaderDelivery  = "Fengqiao-Delivery"  // the same for every attempt
	HeaderSignature = "Fengqiao-Signature" // "v1=" and the HMAC in hex
)

// Skew is how far the sender's clock may be from the receiver's.
const Skew = 5 * time.Minute

// Sign is the signature of a request: HMAC-SHA256 over time, delivery and body, parted by points. Neither time nor delivery has a point
// in it, so no two requests sign the same bytes.
func Sign(secret []byte, at time.Time, delivery string, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(strconv.FormatInt(at.Unix(), 10) + "." + delivery + "."))
	mac.Write(body)
	return "v1=" + hex.EncodeToString(mac.Sum(nil))
}

// What a Verifier answers.
var (
	ErrUnsigned  = errors.New("webhook: not signed as it should be")
	ErrKey       = errors.New("webhook: unknown key")
	ErrSignature = errors.New("webhook: signature does not fit")
	ErrClock     = errors.New("webhook: signed too long ago, or by a clock that is ahead")
	// ErrAgain: the delivery was taken before. It is to be answered like the first time, and not acted on again.
	ErrAgain = errors.New("webhook: delivery was taken before")
)

// Verifier checks requests on the receiver's side. Safe for concurrent use.
type Verifier struct {
	// Secrets by key id: during a change of secrets both.
	Secrets map[string][]byte
	Now     func() time.Time

	mu   sync.Mutex
	seen map[string]time.Time // delivery → until when it could come again with a good time
}

// Check tells whether a request is what a sender with one of the secrets has signed just now, and for the first time.
func (v *Verifier) Check(h http.Header, body []byte) error {
	delivery, signature := h.Get(HeaderDelivery), h.Get(HeaderSignature)
	seconds, err := strconv.ParseInt(h.Get(HeaderTime), 10, 64)
	if err != nil || delivery == "" || strings.Contains(delivery, ".") || signature == "" {
		return ErrUnsigned
	}
	secret, ok := v.Secrets[h.Get(HeaderKey)]
	if !ok {
		return ErrKey
	}
	at := time.Unix(seconds, 0)
	if !hmac.Equal([]byte(signature), []byte(Sign(secret, at, delivery, body))) {
		return ErrSignature
	}
	now := v.Now()
	if at.Before(now.Add(-Skew)) || at.After(now.Add(Skew)) {
		return ErrClock
	}
	return v.first(delivery, now)
}

// first notes a delivery. A receiver that restarts forgets them; one that acts on orders keeps them with these, in its own store.
func (v *Verifier) first(delivery string, now time.Time) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.seen == nil {
		v.seen = map[string]time.Time{}
	}
	if len(v.seen) >= manySeen {
		maps.DeleteFunc(v.seen, func(_ string, until time.Time) bool { return until.Before(now) })
	}
	if _, again := v.seen[delivery]; again {
		return ErrAgain
	}
	v.seen[delivery] = now.Add(2 * Skew)
	return nil
}

// manySeen is from how many deliveries on old ones are forgotten.
const manySeen = 100_000
