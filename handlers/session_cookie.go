package handlers

import (
	"strings"
	"time"

	"fengqiao/internal/account"

	"github.com/gofiber/fiber/v2"
)

// cookie is a cookie of a browser session and the path that it is sent to.
type cookie struct{ name, path string }

// The refresh token goes to the one path that needs it; the device token outlives signing out, so that a browser that is known is not
// shut out by a stranger's guessing.
var (
	accessCookie  = cookie{"fq_access", "/"}
	refreshCookie = cookie{"fq_refresh", "/api/v1/session"}
	deviceCookie  = cookie{"fq_device", "/api/v1"}
)

const (
	csrfHeader = "X-CSRF-Token"
	deviceLife = 400 * 24 * time.Hour // browsers keep no cookie longer
)

// cookieName is what the cookie is called. Over HTTPS its name has a prefix with which browsers take it from nobody but this very server (RFC 6265bis,
// section 4.1.3): another server of the domain, or somebody on an unencrypted line, could set one of the bare name.
func (a *API) cookieName(k cookie) string {
	switch {
	case !a.Config.CookieSecure:
		return k.name
	case k.path == "/":
		return "__Host-" + k.name
	}
	return "__Secure-" + k.name
}

// cookie is the cookie's value as the browser sent it, "" without one.
func (a *API) cookie(c *Call, k cookie) string { return c.Cookies(a.cookieName(k)) }

// tokenOf finds the access token: the Authorization header, else the cookie.
func (a *API) tokenOf(c *Call) (token string, cookie bool) {
	if header := c.Get(fiber.HeaderAuthorization); header != "" {
		scheme, rest, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return "", false
		}
		return strings.TrimSpace(rest), false
	}
	return a.cookie(c, accessCookie), true
}

// setCookies gives a browser its session.
func (a *API) setCookies(c *Call, t account.Tokens) {
	a.setCookie(c, accessCookie, t.Access, t.Expires)
	if t.Refresh != "" {
		a.setCookie(c, refreshCookie, t.Refresh, t.RefreshUntil)
	}
	if t.Device != "" {
		a.setCookie(c, deviceCookie, t.Device, a.Now().Add(deviceLife))
	}
}

// clearCookies ends a browser's session; the device stays known.
func (a *API) clearCookies(c *Call) {
	a.setCookie(c, accessCookie, "", time.Unix(1, 0))
	a.setCookie(c, refreshCookie, "", time.Unix(1, 0))
}

func (a *API) setCookie(c *Call, k cookie, value string, until time.Time) {
	c.Cookie(&fiber.Cookie{Name: a.cookieName(k), Value: value, Path: k.path, Expires: until, HTTPOnly: true,
		Secure: a.Config.CookieSecure, SameSite: fiber.CookieSameSiteStrictMode})
}
