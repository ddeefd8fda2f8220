package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"fengqiao/internal/account"
	"fengqiao/mediation"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
)

// serve wraps a route: everything that holds for all of them stands here, in the order of the package comment.
func (a *API) serve(r *Route) fiber.Handler {
	return func(f *fiber.Ctx) error {
		began := time.Now()
		ctx, cancel := context.WithTimeout(context.Background(), r.Deadline)
		defer cancel()
		c := &Call{Ctx: f, Context: ctx, Route: r, ID: requestID(f), Lang: languageOf(f.Get(fiber.HeaderAcceptLanguage))}
		reply, err := a.carry(c)
		if err == nil {
			err = a.answer(c, reply)
		}
		if err != nil {
			a.refuse(c, err)
		}
		c.drain()
		a.note(c, began)
		return nil
	}
}

// carry takes the call to its handler. A panic is an error like any other: one request's bug is not everybody's outage.
func (a *API) carry(c *Call) (reply Reply, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	address := a.address(c.Ctx)
	if wait := a.gate.address(c.Route.Cost, address); wait > 0 {
		return reply, tooMany(wait)
	}
	if err := c.checkQuery(); err != nil {
		return reply, err
	}
	if int64(c.Request().Header.ContentLength()) > c.Route.Body {
		return reply, c.tooLarge()
	}
	if err := c.hear(); err != nil {
		return reply, err
	}
	leave, err := a.admission.take(c)
	if err != nil {
		return reply, err
	}
	defer leave()
	if !c.Route.Public {
		if err := a.identify(c); err != nil {
			return reply, err
		}
		err = a.permit(c)
	}
	if first := c.Route.First && c.Get(fiber.HeaderIfMatch) == "" && c.Get(fiber.HeaderIfNoneMatch) == "*"; err == nil && c.Route.Change && !first {
		c.Revision, err = revisionOf(c.Get(fiber.HeaderIfMatch))
	}
	switch {
	case c.Route.Create && !c.Route.OwnKey:
		return a.once(c, err)
	case err != nil:
		return reply, err
	}
	return c.Route.Handle(a, c)
}

// identify finds out who calls.
func (a *API) identify(c *Call) error {
	token, cookie := a.tokenOf(c)
	if token == "" {
		return refuse(http.StatusUnauthorized, "no_token", "")
	}
	var err error
	if c.Actor, c.Caller, err = a.Accounts.Verify(c.Context, token); err != nil {
		return err
	}
	c.Actor.Units[0] = a.Cases.HashOfUnit(c.Actor.Unit)
	c.cookie = cookie
	if wait := a.gate.user(c.Route.Cost, userKey(c.Actor)); wait > 0 {
		return tooMany(wait)
	}
	if cookie && !safe(c.Route.Method) && !a.Accounts.CheckCSRF(c.Caller.Session, c.Get(csrfHeader)) {
		return refuse(http.StatusForbidden, "csrf", "")
	}
	if c.Actor.Role == mediation.PartyRole {
		if err := a.Cases.LinkValid(c.Context, mediation.Entry{Case: c.Actor.Case, Party: c.Actor.ID, Link: c.Caller.Link}); err != nil {
			if errors.Is(err, mediation.ErrNotFound) {
				return account.ErrSessionEnded
			}
			return err
		}
	}
	return a.act(c)
}

// permit asks whether the caller may do this at all, and to the thing that the path names.
func (a *API) permit(c *Call) error {
	may := mediation.May(c.Actor, c.Route.Action)
	if c.Route.Sight != nil && !(may && safe(c.Route.Method)) {
		if err := c.Route.Sight(a, c); err != nil {
			return err
		}
	}
	if !may {
		return refuse(http.StatusForbidden, "forbidden", "")
	}
	return nil
}

// userKey names a person in rates and keys; parties have no account.
func userKey(actor mediation.Actor) string {
	if actor.Role == mediation.PartyRole {
		return "party/" + actor.Case + "/" + actor.ID
	}
	return actor.ID
}

func safe(method string) bool { return method == http.MethodGet || method == http.MethodHead }

func tooMany(wait time.Duration) error {
	return &Problem{Status: http.StatusTooManyRequests, Code: "rate", RetryAfter: wait, Params: map[string]string{"seconds": retrySeconds(wait)}}
}

// requestID is the caller's own if it is sane, so that a phone's log and ours can be laid side by side.
func requestID(f *fiber.Ctx) string {
	id := f.Get(fiber.HeaderXRequestID)
	ok := len(id) >= 8 && len(id) <= 64 && strings.Trim(id, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_") == ""
	if !ok {
		id = uuid.Must(uuid.NewV7()).String()
	}
	f.Set(fiber.HeaderXRequestID, id)
	return id
}
