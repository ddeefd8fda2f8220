package handlers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"
)

// once carries out a request with an Idempotency-Key once (IETF draft-ietf-httpapi-idempotency-key-header-07). The key belongs
// to this person on this path; what counts as the same request is the body. A request that came through is answered again
// with the status it had and the present state of what it led to; one that was refused changed nothing and may be
// sent again with the same key.
func (a *API) once(c *Call) (Reply, error) {
	var err error
	if c.Key, err = keyOf(c.Get("Idempotency-Key")); err != nil {
		return Reply{}, err
	}
	body, err := c.Bytes()
	if err != nil {
		return Reply{}, err
	}
	id := digest(userKey(c.Actor), c.Route.Method, c.Route.Path, strings.Clone(c.Ctx.Path()), c.Key)
	now := a.Now()
	ticket, first, err := a.Once.Begin(c.Context, id, digest(string(body)), now, a.lease(c.Route))
	switch {
	case err != nil:
		return Reply{}, err
	case first:
		return a.first(c, id)
	case ticket.Print != digest(string(body)):
		return Reply{}, refuse(http.StatusUnprocessableEntity, "same_id_other_content", "Idempotency-Key")
	case !ticket.Done:
		return Reply{}, &Problem{Status: http.StatusConflict, Code: "once.running", RetryAfter: min(max(ticket.Until.Sub(now), time.Second), 5*time.Second)}
	}
	c.Set("Idempotency-Replayed", "true")
	reply := Reply{Status: ticket.Status}
	if c.Route.Again != nil {
		if reply, err = c.Route.Again(a, c, ticket.Ref); err != nil {
			return Reply{}, err
		}
		reply.Status = ticket.Status
	}
	return reply, nil
}

// lease is after how long a request that did not come to an end counts as lost with its process. It cannot run longer than its
// route's deadline and the noting of its outcome, so after a crash a phone's second try waits no longer than that either.
func (a *API) lease(r *Route) time.Duration { return min(a.limits.Lease, r.Deadline+2*finishing) }

// finishing is how long the outcome of a request may take to be noted, even when its own time is over.
const finishing = 5 * time.Second

func (a *API) first(c *Call, id string) (Reply, error) {
	done := false
	defer func() {
		if done {
			return
		}
		// Refused, failed, unknown or panicked: the same key may try again. Where it is unknown whether something was
		// stored, the key below (mediation.Request.Key) keeps it from being done twice.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Context), finishing)
		defer cancel()
		if err := a.Once.Abandon(ctx, id); err != nil {
			a.Log.Warn("idempotency key not given free", "id", c.ID, "cause", err.Error())
		}
	}()
	reply, err := c.Route.Handle(a, c)
	if err != nil {
		return Reply{}, err
	}
	done = true
	status := reply.Status
	if status == 0 {
		status = http.StatusOK
		if reply.View == nil {
			status = http.StatusNoContent
		}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Context), finishing)
	defer cancel()
	if err := a.Once.Finish(ctx, id, status, reply.Ref); err != nil {
		// It has been done; the ticket runs out and the key below answers who asks again.
		a.Log.Warn("idempotency key not finished", "id", c.ID, "cause", err.Error())
	}
	return reply, nil
}

const maxKey = 128

// keyOf reads an Idempotency-Key: a structured-field string in quotes, or the bare token that most clients send.
func keyOf(header string) (string, error) {
	if header == "" {
		return "", refuse(http.StatusBadRequest, "key_required", "Idempotency-Key")
	}
	key := header
	if inner, ok := strings.CutPrefix(header, `"`); ok {
		if key, ok = strings.CutSuffix(inner, `"`); !ok {
			return "", refuse(http.StatusBadRequest, "key_malformed", "Idempotency-Key")
		}
	}
	if key == "" || len(key) > maxKey || strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' }) {
		return "", refuse(http.StatusBadRequest, "key_malformed", "Idempotency-Key")
	}
	return key, nil
}

// digest hashes parts so that none can pass for two.
func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		sum := sha256.Sum256([]byte(p))
		h.Write(sum[:])
	}
	return hex.EncodeToString(h.Sum(nil))
}
