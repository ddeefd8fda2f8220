package handlers

import (
	"strings"
	"time"

	"fengqiao/internal/account"

	"github.com/gofiber/fiber/v2"
)

// Cookies of a browser session. The refresh token goes to the one path that needs it; the device token outlives signing
// out, so that a browser that is known is not shut out by a stranger's guessing.
const (
	accessCookie  = "fq_access"
	refreshCookie = "fq_refresh"
	deviceCookie  = "fq_device"
	sessionPath   = "/api/v1/session"
	csrfHeader    = "X-CSRF-Token"
	deviceLife    = 400 * 24 * time.Hour // browsers keep no cookie longer
)

// tokenOf finds the access token: the Authorization header, else the cookie.
func tokenOf(c *Call) (token string, cookie bool) {
	if header := c.Get(fiber.HeaderAuthorization); header != "" {
		scheme, rest, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return "", false
		}
		return strings.TrimSpace(rest), false
	}
	return c.Cookies(accessCookie), true
}

// setCookies gives a browser its session.
func (a *API) setCookies(c *Call, t account.Tokens) {
	a.setCookie(c, accessCookie, t.Access, "/", t.Expires)
	if t.Refresh != "" {
		a.setCookie(c, refreshCookie, t.Refresh, sessionPath, t.RefreshUntil)
	}
	if t.Device != "" {
		a.setCookie(c, deviceCookie, t.Device, "/api/v1", a.Now().Add(deviceLife))
	}
}

// clearCookies ends a browser's session; the device stays known.
func (a *API) clearCookies(c *Call) {
	a.setCookie(c, accessCookie, "", "/", time.Unix(1, 0))
	a.setCookie(c, refreshCookie, "", sessionPath, time.Unix(1, 0))
}

func (a *API) setCookie(c *Call, name, value, path string, until time.Time) {
	c.Cookie(&fiber.Cookie{Name: name, Value: value, Path: path, Expires: until, HTTPOnly: true,
		Secure: a.Config.CookieSecure, SameSite: fiber.CookieSameSiteStrictMode})
}
