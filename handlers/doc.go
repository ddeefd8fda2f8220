// Package handlers is the HTTP side: it translates what comes in, calls the use cases, and translates what comes out. It
// decides nothing about cases and knows no store.
//
// # The way of a request
//
//	route table ─▶ rate of the address ─▶ is there a place ─▶ who is it (token or cookie, CSRF) ─▶ rate of the person ─▶
//	may the role do this at all (mediation.Permits) ─▶ If-Match ─▶ Idempotency-Key ─▶ handler ─▶ view, ETag ─▶
//	answer, log, figures
//
// All of that is in serve.go, once, steered by the columns of the route table (routes.go), so that a new route cannot
// forget a part of it. A handler is a function from a Call to a Reply or an error. Every error becomes an RFC 9457
// problem in one table (messages.go); what is not in it is a 500 whose cause only the log has.
//
// A thing outside the caller's sight is 404, whatever the caller wanted to do to it; 403 is for what they see and may
// not do.
package handlers
