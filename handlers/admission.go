package handlers

import (
	"net/http"

	"github.com/gofiber/fiber/v2"
)

// admission bounds how many requests are at work at once. Where more come than the machine can carry, those beyond are told at once to come again,
// instead of waiting with all the others until everybody's time is over: what the store can do is done for those who have a place, and health
// checks, which need none, are answered throughout.
//
// A request that is here as a whole takes as long as the server does. One whose body is still on its way, a photo over a bad line say, takes as long as
// its sender does: those have places of their own, so that slow lines hold up nobody who sends little.
type admission struct {
	whole, arriving chan struct{}
}

func newAdmission(l Limits) admission {
	return admission{make(chan struct{}, l.AtOnce), make(chan struct{}, l.Arriving)}
}

// busy is the code of who found no place.
const busy = "busy"

// comesWhole is the size in bytes up to which fasthttp reads a body before it calls anybody.
const comesWhole = 8 << 10

// take gives a call its place until leave, or refuses it.
func (p admission) take(c *Call) (leave func(), err error) {
	if c.Route.Cost == Free {
		return func() {}, nil
	}
	room := p.whole
	if n := c.Request().Header.ContentLength(); n > comesWhole || n == chunked && !c.read {
		room = p.arriving
	}
	select {
	case room <- struct{}{}:
		return func() { <-room }, nil
	default:
		return nil, &Problem{Status: http.StatusServiceUnavailable, Code: busy, RetryAfter: retrySoon}
	}
}

// chunked is fasthttp's length of a body that does not say its own.
const chunked = -1

// hear reads what a stranger sends before there is a place for it: their bodies are small, and whoever sends theirs a byte a minute must
// not take places from others.
func (c *Call) hear() error {
	if !c.Route.Public || c.Route.Cost == Free || c.Method() == fiber.MethodGet || c.Method() == fiber.MethodHead {
		return nil
	}
	_, err := c.Bytes()
	return err
}
