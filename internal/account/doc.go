// Package account is about people (and machines) who sign in: who they are, how they prove it, and the tokens that
// carry the answer. It knows no HTTP and no store; handlers translate, and the ports in ports.go are kept by
// internal/store.
//
// # Three kinds of secret
//
// A password is kept as an argon2id hash (hash.go); how many are computed at once, and so how much memory sign-ins can
// take, is bounded. An unknown login costs the same hash as a wrong password.
//
// An access token is a JWT (token.go): EdDSA, 15 minutes, checked by signature and then cached by its SHA-256
// (verify.go). It holds role and area, so that a request needs no read; that the session behind it still stands is
// asked of the store again every few seconds, and at once where this process ended it.
//
// A refresh token (refresh.go) belongs to a Session, which is one sign-in on one device. Each refresh advances the
// session's generation by one and makes the token of the generation before worthless; whoever presents an older one
// shows that two hold a copy, so the session ends for both (RFC 9700, 4.14.2).
//
// # Revoking
//
// User.Epoch is the one switch: a session remembers the epoch in which it began and is void in any other. Signing out
// everywhere, locking, moving and a new password are one write to one document; no clock is compared and nothing can
// be forgotten half-way.
//
// # Guessing
//
// Failures are counted per login and per login and address (lockout.go), with a growing but bounded delay. So that a
// stranger who keeps failing on purpose cannot keep the owner out, a device that signed in before bears a token that
// sets it apart: it is counted by itself and does not feel the others' lockout (OWASP, "Slow Down Online Guessing
// Attacks with Device Cookies").
package account
