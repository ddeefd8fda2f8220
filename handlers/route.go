package handlers

import (
	"io"
	"time"

	"fengqiao/mediation"
)

// Route is one row of the route table. Its columns steer serve.go.
type Route struct {
	Method, Path string
	// Action is what mediation.Permits must give the caller's role. "" only with Public.
	Action mediation.Action
	// Public routes are open to who is not signed in. One that finds a token does not look at it.
	Public bool
	// Sight tells whether the caller sees the thing that the path names (404 if not) and may do the Action to it (403 if
	// not), before anything else of the request is judged. A reading by a role that has the action goes without, since
	// the handler asks the same. nil: the path names no thing, or the caller's own.
	Sight func(a *API, c *Call) error
	// Virtual routes are there only where the clock of cases can be moved (Deps.Clock).
	Virtual bool
	// Create needs an Idempotency-Key: the request is carried out once, and again answered from Again.
	Create bool
	// OwnKey: the request names itself by a client id in its content, which never expires, so no header is needed.
	OwnKey bool
	// Change needs an If-Match with the revision that the caller saw (428 without, 412 where it is old).
	Change bool
	// First, with Change: where nothing is there yet, If-None-Match: * says so in place of If-Match; the revision is then 0.
	First bool
	// Query is the parameters that the route knows besides "fields"; others are refused.
	Query []string
	// Cost is the rate class.
	Cost Class
	// Body is the most bytes of body; 0: Limits.Body.
	Body int64
	// Stream leaves the body to the handler (Call.Stream).
	Stream bool
	// Deadline is how long the request may take; 0: Limits.Deadline.
	Deadline time.Duration
	Handle   func(a *API, c *Call) (Reply, error)
	// Again answers a Create that was carried out before with the present state of the resource that it led to. nil with
	// Create: the answer is the stored status without content.
	Again func(a *API, c *Call, ref string) (Reply, error)
}

// Reply is what a handler answers.
type Reply struct {
	// Status is 200 by default, 204 without a View.
	Status int
	// View is written as JSON.
	View any
	// Revision gives the answer an ETag that If-Match can name.
	Revision int64
	// Ref is the resource that a repeated request is answered with (Route.Again).
	Ref string
	// Location of what was created.
	Location string
	// Raw is sent instead of a View.
	Raw *Raw
}

// Raw is an answer that is not JSON of ours.
type Raw struct {
	Type string
	Body []byte
	// Cache is the Cache-Control; "" is no-store.
	Cache string
	// Tag is the ETag without quotes; "" makes one of the bytes.
	Tag string
	// Policy is the Content-Security-Policy; "" allows nothing.
	Policy string
	// Parts lets who asks for a range have it: players do, and some play nothing without.
	Parts bool
	// Zip sends it compressed to who takes that.
	Zip bool
	// Name is what a browser keeps it under; ASCII.
	Name string
	// Stream writes it in place of Body while the caller takes it. It runs when the handler has answered, so everything that can be refused
	// must have been, and it may ask nothing of the call. An error breaks the answer off, which the caller sees.
	Stream func(io.Writer) error
}

// Page is one page of a list.
type Page[T any] struct {
	Items []T     `json:"items"`
	Next  *string `json:"next"` // null at the end
}

// NewPage makes the page of what a port returned; cursor "" is the end.
func NewPage[T any](items []T, cursor string) Page[T] {
	if items == nil {
		items = []T{}
	}
	p := Page[T]{Items: items}
	if cursor != "" {
		p.Next = &cursor
	}
	return p
}
