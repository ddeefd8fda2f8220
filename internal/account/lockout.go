package account

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Attempt counts the failed sign-ins of one login, of one login from one address, or of one known device.
type Attempt struct {
	// ID is a keyed hash, so that the table tells nobody what was typed into the login field.
	ID       string
	Failures int
	// Last is the newest failure; Until is when the next attempt will be heard.
	Last, Until time.Time
	// From are the counters of the addresses whence a login's newest failures came, to be cleared with it.
	From []string
}

// mostFrom bounds them: an administrator clears for somebody who has mistyped, not for a flood.
const mostFrom = 8

const (
	// freeFailures are forgiven; from then on every failure costs firstDelay, doubling up to maxDelay.
	freeFailures = 5
	firstDelay   = 30 * time.Second
	maxDelay     = time.Hour
	// forgetAfter a quiet day a counter starts again.
	forgetAfter = 24 * time.Hour
)

// Delay is how long nothing is heard after so many failures in a row: 30 s after the fifth, doubling, one hour at most.
func Delay(failures int) time.Duration {
	if failures < freeFailures {
		return 0
	}
	d := firstDelay
	for i := freeFailures; i < failures && d < maxDelay; i++ {
		d *= 2
	}
	return min(d, maxDelay)
}

func (a *Attempt) fail(now time.Time) {
	if now.Sub(a.Last) > forgetAfter {
		a.Failures = 0
	}
	a.Failures++
	a.Last = now
	a.Until = now.Add(Delay(a.Failures))
}

// Device is where a sign-in comes from.
type Device struct {
	// Address is the client's IP address as the trusted proxy tells it; IPv6 counts by /64.
	Address string
	// Token is Tokens.Device of an earlier sign-in on this device, if it has one. It opens nothing by itself.
	Token string
	// Name is what the user reads in the list of devices, at most 200 bytes of it.
	Name string
}

const devicePrefix = "fqd_"

// deviceToken marks a device as one on which this login signed in before.
func (r *ring) deviceToken(login string, nonce []byte) string {
	return devicePrefix + base64.RawURLEncoding.EncodeToString(append(nonce[:16:16], r.mac("device", login, string(nonce))...))
}

// knownDevice returns the token's nonce if it was issued to this login.
func (r *ring) knownDevice(login, token string) (nonce []byte, ok bool) {
	rest, ok := strings.CutPrefix(token, devicePrefix)
	if !ok || len(rest) > 100 {
		return nil, false
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(rest)
	if err != nil || len(raw) != 16+macSize {
		return nil, false
	}
	// The whole text is compared: base64 is read over line breaks, and would give one device many tokens.
	return raw[:16], same([]byte(r.deviceToken(login, raw[:16])), []byte(token))
}

// counters are the ids that count for this attempt: the device alone if it is known, so that no stranger's failures
// reach it; otherwise the login, and the login from this address.
func (r *ring) counters(login string, d Device) []string {
	id := func(parts ...string) string { return hex.EncodeToString(r.mac("attempt", parts...)) }
	if nonce, ok := r.knownDevice(login, d.Token); ok {
		return []string{id("device", login, string(nonce))}
	}
	ids := []string{id("login", login)}
	if d.Address != "" {
		ids = append(ids, id("address", login, network(d.Address)))
	}
	return ids
}

// network is what one subscriber has of the address space: all of an IPv4 address, the first half of an IPv6 one.
func network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	a = a.Unmap().WithZone("")
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}

// admit refuses with ErrLockedOut while one of the counters is shut. It counts nothing: knocking on a shut door does not
// keep it shut.
func (s *Service) admit(ctx context.Context, ids []string) error {
	found, err := s.ports.Attempts.Get(ctx, ids...)
	if err != nil {
		return err
	}
	var wait time.Duration
	now := s.now()
	for _, a := range found {
		if a.Last.After(now.Add(Leeway)) {
			continue // counted on a clock that was ahead: nobody waits out its error
		}
		wait = max(wait, a.Until.Sub(now))
	}
	if wait > 0 {
		return ErrLockedOut.after(wait)
	}
	return nil
}

func (s *Service) failed(ctx context.Context, ids []string) error {
	now := s.now()
	for i, id := range ids {
		err := s.ports.Attempts.Update(ctx, id, func(a *Attempt) {
			if a.fail(now); i == 0 {
				a.came(ids[1:])
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// came notes the address counters that a failure counted on as well, the newest last.
func (a *Attempt) came(from []string) {
	for _, id := range from {
		a.From = append(slices.DeleteFunc(a.From, func(known string) bool { return known == id }), id)
	}
	if n := len(a.From) - mostFrom; n > 0 {
		a.From = slices.Delete(a.From, 0, n)
	}
}
