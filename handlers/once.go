package handlers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"fengqiao/internal/once"
)

// once carries out a request with an Idempotency-Key once (IETF draft-ietf-httpapi-idempotency-key-header-07). The key belongs
// to this person on this path; what counts as the same request is the body. A request that came through is answered again
// with the status it had and the present state of what it led to; one that was refused changed nothing and may be
// sent again with the same key.
//
// refused is why it could not be carried out now. A request that came through before is answered again all the same: it may
// have taken its thing out of the caller's sight (a declined offer, a transfer to another area), and what they have done
// themselves is no secret to them.
func (a *API) once(c *Call, refused error) (Reply, error) {
	claim, err := a.claim(c)
	if refused != nil && (err != nil || claim.first) {
		if claim.first {
			a.abandon(c, claim.id)
		}
		return Reply{}, refused
	}
	switch {
	case err != nil:
		return Reply{}, err
	case claim.first:
		return a.first(c, claim.id)
	case claim.ticket.Print != claim.print:
		return Reply{}, refuse(http.StatusUnprocessableEntity, "same_id_other_content", "Idempotency-Key")
	case !claim.ticket.Done:
		return Reply{}, &Problem{Status: http.StatusConflict, Code: "once.running", RetryAfter: min(max(claim.ticket.Until.Sub(a.Now()), time.Second), 5*time.Second)}
	}
	return a.again(c, claim.ticket)
}

// claim is what is known of a request's key.
type claim struct {
	id, print string
	ticket    once.Ticket
	first     bool
}

func (a *API) claim(c *Call) (k claim, err error) {
	if c.Key, err = keyOf(c.Get("Idempotency-Key")); err != nil {
		return k, err
	}
	body, err := c.Bytes()
	if err != nil {
		return k, err
	}
	k.id = digest(userKey(c.Actor), c.Route.Method, c.Route.Path, strings.Clone(c.Ctx.Path()), c.Key)
	k.print = digest(string(body))
	k.ticket, k.first, err = a.Once.Begin(c.Context, k.id, k.print, a.Now(), a.limits.Lease)
	return k, err
}

// again answers a request that was carried out before.
func (a *API) again(c *Call, t once.Ticket) (reply Reply, err error) {
	if c.Route.Again != nil {
		if reply, err = c.Route.Again(a, c, t.Ref); err != nil {
			return Reply{}, err
		}
	}
	reply.Status = t.Status
	c.Set("Idempotency-Replayed", "true")
	return reply, nil
}

// finishing is how long the outcome of a request may take to be noted, even when its own time is over.
const finishing = 5 * time.Second

func (a *API) first(c *Call, id string) (Reply, error) {
	done := false
	defer func() {
		if done {
			return
		}
		// Refused, failed, unknown or panicked: the same key may try again. Where it is unknown whether something was
		// stored, the key below (mediation.Request.Key, account.NewUser.Key) keeps it from being done twice.
		a.abandon(c, id)
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

// abandon gives a key free. If that fails its lease runs out.
func (a *API) abandon(c *Call, id string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Context), finishing)
	defer cancel()
	if err := a.Once.Abandon(ctx, id); err != nil {
		a.Log.Warn("idempotency key not given free", "id", c.ID, "cause", err.Error())
	}
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
