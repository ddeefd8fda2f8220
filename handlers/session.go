package handlers

import (
	"errors"
	"net/http"
	"time"

	"fengqiao/grid"
	"fengqiao/internal/account"
	"fengqiao/mediation"

	"github.com/gofiber/fiber/v2"
)

// signInView is what a sign-in or a refresh gives. A browser that asked for a cookie session gets the tokens as cookies
// and the CSRF token here; everybody else the tokens here.
type signInView struct {
	Access       string    `json:"accessToken,omitzero"`
	Expires      time.Time `json:"expiresAt"`
	Refresh      string    `json:"refreshToken,omitzero"`
	RefreshUntil time.Time `json:"refreshUntil,omitzero"`
	Device       string    `json:"deviceToken,omitzero"`
	CSRF         string    `json:"csrfToken,omitzero"`
	User         *meView   `json:"user,omitzero"`
}

type signInBody struct {
	Login      string `json:"login"`
	Password   string `json:"password"`
	DeviceName string `json:"deviceName"`
	// DeviceToken is what an earlier sign-in on this device gave; browsers have it in a cookie.
	DeviceToken string `json:"deviceToken"`
	Session     string `json:"session"`
}

// cookieWanted reads the "session" member: "bearer" (default) or "cookie".
func cookieWanted(session string) (bool, error) {
	switch session {
	case "", "bearer":
		return false, nil
	case "cookie":
		return true, nil
	}
	return false, invalid("unknown_value", "session", "value", printable(session))
}

func (a *API) device(c *Call, name, token string) account.Device {
	if token == "" {
		token = a.cookie(c, deviceCookie)
	}
	return account.Device{Address: a.address(c.Ctx).String(), Token: token, Name: name}
}

// signIn exchanges login and password for a session.
func (a *API) signIn(c *Call) (Reply, error) {
	var in signInBody
	if err := c.Decode(&in); err != nil {
		return Reply{}, err
	}
	cookie, err := cookieWanted(in.Session)
	if err != nil {
		return Reply{}, err
	}
	if err := required("login", in.Login, "password", in.Password); err != nil {
		return Reply{}, err
	}
	t, err := a.Accounts.SignIn(c.Context, in.Login, in.Password, a.device(c, in.DeviceName, in.DeviceToken))
	if err != nil {
		return Reply{}, err
	}
	return a.signedIn(c, t, cookie), nil
}

func (a *API) signedIn(c *Call, t account.Tokens, cookie bool) Reply {
	me := a.viewMe(t.User.ID, t.User)
	v := signInView{Expires: t.Expires, RefreshUntil: t.RefreshUntil, User: &me}
	if cookie {
		a.setCookies(c, t)
		v.CSRF = a.Accounts.CSRF(t.Session)
	} else {
		v.Access, v.Refresh, v.Device = t.Access, t.Refresh, t.Device
	}
	return Reply{View: v}
}

type refreshBody struct {
	RefreshToken string `json:"refreshToken"`
}

// refreshSession gives the next pair of tokens. A browser's token comes by cookie; that cookie is SameSite=Strict and is
// sent to this path alone, and another site could not read the answer, so no CSRF token is asked for.
func (a *API) refreshSession(c *Call) (Reply, error) {
	token, cookie := a.cookie(c, refreshCookie), true
	if b, err := c.Bytes(); err != nil {
		return Reply{}, err
	} else if len(b) > 0 {
		var in refreshBody
		if err := c.Decode(&in); err != nil {
			return Reply{}, err
		}
		if in.RefreshToken != "" {
			token, cookie = in.RefreshToken, false
		}
	}
	if token == "" {
		return Reply{}, refuse(http.StatusUnauthorized, "no_token", "")
	}
	t, err := a.Accounts.Refresh(c.Context, token)
	if err != nil {
		if cookie && !errors.Is(err, account.ErrUnavailable) && !errors.Is(err, account.ErrUncertain) {
			a.clearCookies(c)
		}
		return Reply{}, err
	}
	return a.signedIn(c, t, cookie), nil
}

// signOut ends this session. A browser's refresh cookie is enough, as for refreshSession: who signs out of an office computer after
// a quarter of an hour must be signed out, whatever has become of the access token.
func (a *API) signOut(c *Call) (Reply, error) {
	if refresh := a.cookie(c, refreshCookie); refresh != "" && c.Get(fiber.HeaderAuthorization) == "" {
		err := a.Accounts.SignOutBy(c.Context, refresh)
		if errors.Is(err, account.ErrTokenInvalid) {
			err = nil // nobody is signed in by it
		}
		if err == nil {
			a.clearCookies(c)
		}
		return Reply{}, err
	}
	if err := a.identify(c); err != nil {
		return Reply{}, err
	}
	if err := a.Accounts.SignOut(c.Context, c.Actor.ID, c.Caller.Session); err != nil && !errors.Is(err, account.ErrNotFound) {
		return Reply{}, err
	}
	if c.cookie {
		a.clearCookies(c)
	}
	return Reply{}, nil
}

// signOutEverywhere ends all sessions of the caller.
func (a *API) signOutEverywhere(c *Call) (Reply, error) {
	if err := a.Accounts.SignOutEverywhere(c.Context, c.Actor.ID, c.Actor.ID); err != nil {
		return Reply{}, err
	}
	if c.cookie {
		a.clearCookies(c)
	}
	return Reply{}, nil
}

type signedInView struct {
	ID      string    `json:"id"`
	Device  string    `json:"device"`
	Since   time.Time `json:"since"`
	Seen    time.Time `json:"seenAt"`
	Until   time.Time `json:"until"`
	Current bool      `json:"current"`
}

// signedInDevices lists where the caller is signed in.
func (a *API) signedInDevices(c *Call) (Reply, error) {
	running, err := a.Accounts.Devices(c.Context, c.Actor.ID)
	if err != nil {
		return Reply{}, err
	}
	items := make([]signedInView, len(running))
	for i, s := range running {
		items[i] = signedInView{s.ID, s.Device, s.Created.UTC(), s.Rotated.UTC(), s.Until.UTC(), s.ID == c.Caller.Session}
	}
	return Reply{View: NewPage(items, "")}, nil
}

type passwordBody struct {
	Login       string `json:"login"`
	Password    string `json:"password"`
	NewPassword string `json:"newPassword"`
	DeviceName  string `json:"deviceName"`
	DeviceToken string `json:"deviceToken"`
	Session     string `json:"session"`
}

// changePassword sets a new password in exchange for the old or the one-time one and begins a new session. It proves the
// caller by the old password, so nobody needs to be signed in.
func (a *API) changePassword(c *Call) (Reply, error) {
	var in passwordBody
	if err := c.Decode(&in); err != nil {
		return Reply{}, err
	}
	cookie, err := cookieWanted(in.Session)
	if err != nil {
		return Reply{}, err
	}
	if err := required("login", in.Login, "password", in.Password, "newPassword", in.NewPassword); err != nil {
		return Reply{}, err
	}
	t, err := a.Accounts.ChangePassword(c.Context, in.Login, in.Password, in.NewPassword, a.device(c, in.DeviceName, in.DeviceToken))
	if err != nil {
		return Reply{}, onField(err, account.ErrWeakPassword, "newPassword")
	}
	return a.signedIn(c, t, cookie), nil
}

// onField names the field that a refusal of account is about, where the wire calls it otherwise.
func onField(err error, which *account.Error, field string) error {
	if !errors.Is(err, which) {
		return err
	}
	p := problemOf(err)
	p.Field = field
	return p
}

type bootstrapBody struct {
	Code     string `json:"code"`
	Login    string `json:"login"`
	Name     string `json:"name"`
	Password string `json:"password"`
}

// bootstrap makes the first administrator with the code that `fengqiao user bootstrap` printed.
func (a *API) bootstrap(c *Call) (Reply, error) {
	var in bootstrapBody
	if err := c.Decode(&in); err != nil {
		return Reply{}, err
	}
	if err := required("code", in.Code, "login", in.Login, "name", in.Name, "password", in.Password); err != nil {
		return Reply{}, err
	}
	u, err := a.Accounts.Redeem(c.Context, in.Code, in.Login, in.Name, in.Password)
	if err != nil {
		return Reply{}, err
	}
	return Reply{Status: http.StatusCreated, View: viewUser(u), Revision: int64(u.Revision)}, nil
}

type partySessionBody struct {
	Code    string `json:"code"`
	Session string `json:"session"`
}

// partySession exchanges the code of a party's link for a short token (人民调解 parties have no account).
func (a *API) partySession(c *Call) (Reply, error) {
	var in partySessionBody
	if err := c.Decode(&in); err != nil {
		return Reply{}, err
	}
	cookie, err := cookieWanted(in.Session)
	if err != nil {
		return Reply{}, err
	}
	if err := required("code", in.Code); err != nil {
		return Reply{}, err
	}
	if len(in.Code) > 100 {
		return Reply{}, invalid("too_long", "code", "max", "100")
	}
	entry, err := a.Cases.PartyByLink(c.Context, in.Code)
	if errors.Is(err, mediation.ErrNotFound) {
		return Reply{}, refuse(http.StatusUnauthorized, "link_invalid", "code")
	}
	if err != nil {
		return Reply{}, err
	}
	token, expires, err := a.Accounts.PartyToken(c.Context, entry.Case, entry.Party, entry.Link)
	if err != nil {
		return Reply{}, err
	}
	v := signInView{Expires: expires}
	if !cookie {
		v.Access = token
		return Reply{View: v}, nil
	}
	_, caller, err := a.Accounts.Verify(c.Context, token)
	if err != nil {
		return Reply{}, err
	}
	a.setCookie(c, accessCookie, token, expires)
	v.CSRF = a.Accounts.CSRF(caller.Session)
	return Reply{View: v}, nil
}

// endPartySession forgets a party's cookie. The token itself runs out within the hour, or with the link.
func (a *API) endPartySession(c *Call) (Reply, error) {
	a.setCookie(c, accessCookie, "", time.Unix(1, 0))
	return Reply{}, nil
}

// meView is what the caller is told of themselves.
type meView struct {
	ID       string         `json:"id"`
	Login    string         `json:"login"`
	Name     string         `json:"name"`
	Role     mediation.Role `json:"role"`
	Area     grid.Code      `json:"area"`
	AreaName string         `json:"areaName,omitzero"`
	Unit     string         `json:"unit,omitzero"`
	Mediator string         `json:"mediator,omitzero"`
	Posts    []postView     `json:"posts,omitzero"`
	Lang     string         `json:"lang"`
	// Can is the actions that the role has, by mediation.Permits; a client shows what is in it.
	Can  []string `json:"can"`
	CSRF string   `json:"csrfToken,omitzero"`
}
