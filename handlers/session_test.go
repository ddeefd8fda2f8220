package handlers_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"

	"github.com/golang-jwt/jwt/v5"
)

type signedIn struct {
	AccessToken, RefreshToken, DeviceToken, CSRFToken string
	ExpiresAt                                         time.Time
	User                                              struct {
		ID, Login, Role string
		Can             []string
	}
}

func TestSignInOnAPhoneRefreshAndSignOut(t *testing.T) {
	app := apptest.New(t)
	u := app.NewUser(t, "zhangsan", account.Place{Role: mediation.GridWorker, Area: apptest.Here.Grid()})
	var s signedIn
	app.Do(t, nil, http.MethodPost, "/api/v1/session", map[string]any{"login": "ZhangSan", "password": apptest.Password, "deviceName": "手机"}).Want(http.StatusOK).Into(&s)
	if s.User.ID != u.ID || s.AccessToken == "" || s.RefreshToken == "" || s.DeviceToken == "" || s.CSRFToken != "" || len(s.User.Can) == 0 {
		t.Fatalf("%+v", s)
	}
	me := &apptest.Person{Token: s.AccessToken}
	if got := app.Do(t, me, http.MethodGet, "/api/v1/me", nil).Want(http.StatusOK).Text("login"); got != "zhangsan" {
		t.Errorf("login %q", got)
	}
	var devices struct {
		Items []struct {
			Device  string
			Current bool
		}
	}
	app.Do(t, me, http.MethodGet, "/api/v1/sessions/devices", nil).Want(http.StatusOK).Into(&devices)
	if len(devices.Items) != 1 || devices.Items[0].Device != "手机" || !devices.Items[0].Current {
		t.Errorf("devices %+v", devices)
	}
	var fresh signedIn
	app.Do(t, nil, http.MethodPost, "/api/v1/session/refresh", map[string]any{"refreshToken": s.RefreshToken}).Want(http.StatusOK).Into(&fresh)
	me.Token = fresh.AccessToken
	app.Machine.Advance(time.Minute)
	app.Do(t, nil, http.MethodPost, "/api/v1/session/refresh", map[string]any{"refreshToken": s.RefreshToken}).Refused(http.StatusUnauthorized, "refresh_reused", "")
	app.Do(t, me, http.MethodGet, "/api/v1/me", nil).Refused(http.StatusUnauthorized, "session_ended", "")

	app.Do(t, nil, http.MethodPost, "/api/v1/session", map[string]any{"login": "zhangsan", "password": apptest.Password}).Want(http.StatusOK).Into(&s)
	me.Token = s.AccessToken
	app.Do(t, me, http.MethodDelete, "/api/v1/session", nil).Want(http.StatusNoContent)
	app.Do(t, me, http.MethodGet, "/api/v1/me", nil).Refused(http.StatusUnauthorized, "session_ended", "")
}

func TestSignOutEverywhereEndsEverySession(t *testing.T) {
	app := apptest.New(t)
	phone := app.As(t, mediation.GridWorker, apptest.Here)
	var s signedIn
	app.Do(t, nil, http.MethodPost, "/api/v1/session", map[string]any{"login": phone.User.Login, "password": apptest.Password}).Want(http.StatusOK).Into(&s)
	app.Do(t, &apptest.Person{Token: s.AccessToken}, http.MethodDelete, "/api/v1/sessions", nil).Want(http.StatusNoContent)
	app.Do(t, phone, http.MethodGet, "/api/v1/me", nil).Refused(http.StatusUnauthorized, "session_ended", "")
	app.Do(t, nil, http.MethodPost, "/api/v1/session/refresh", map[string]any{"refreshToken": s.RefreshToken}).Refused(http.StatusUnauthorized, "session_ended", "")
}

func TestWrongPasswordsAreCountedAndHeldBack(t *testing.T) {
	app := apptest.New(t)
	app.NewUser(t, "lisi", account.Place{Role: mediation.GridWorker, Area: apptest.Here.Grid()})
	wrong := map[string]any{"login": "lisi", "password": "not the password"}
	for range 5 {
		app.Do(t, nil, http.MethodPost, "/api/v1/session", wrong).Refused(http.StatusUnauthorized, "bad_credentials", "")
	}
	held := app.Do(t, nil, http.MethodPost, "/api/v1/session", wrong)
	held.Refused(http.StatusTooManyRequests, "locked_out", "")
	if held.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	app.Do(t, nil, http.MethodPost, "/api/v1/session", map[string]any{"login": "nobody", "password": "not the password"}).Refused(http.StatusUnauthorized, "bad_credentials", "")
}

func TestOneTimePasswordLeadsToANewOne(t *testing.T) {
	app := apptest.New(t)
	root := app.Root(t)
	u := app.NewUser(t, "wangwu", account.Place{Role: mediation.GridWorker, Area: apptest.Here.Grid()})
	tag := app.Do(t, root, http.MethodGet, "/api/v1/users/"+u.ID, nil).Want(http.StatusOK).ETag()
	once := app.Do(t, root, http.MethodPost, "/api/v1/users/"+u.ID+"/reset-password", nil, apptest.IfMatch(tag)).Want(http.StatusOK).Text("oneTimePassword")
	app.Do(t, nil, http.MethodPost, "/api/v1/session", map[string]any{"login": "wangwu", "password": once}).Refused(http.StatusForbidden, "must_change_password", "")
	change := map[string]any{"login": "wangwu", "password": once, "newPassword": "短"}
	app.Do(t, nil, http.MethodPost, "/api/v1/password", change).Refused(http.StatusUnprocessableEntity, "weak_password.too_short", "newPassword")
	change["newPassword"] = "溪边的老樟树下有口井"
	app.Do(t, nil, http.MethodPost, "/api/v1/password", change).Want(http.StatusOK)
	app.Do(t, nil, http.MethodPost, "/api/v1/session", map[string]any{"login": "wangwu", "password": change["newPassword"]}).Want(http.StatusOK)
}

func TestFirstAdministratorComesFromTheCode(t *testing.T) {
	app := apptest.New(t)
	code, err := app.Accounts.Bootstrap(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	first := map[string]any{"code": "wrong", "login": "admin", "name": "管理员", "password": apptest.Password}
	app.Do(t, nil, http.MethodPost, "/api/v1/bootstrap", first).Refused(http.StatusUnprocessableEntity, "code_invalid", "")
	first["code"] = code
	made := app.Do(t, nil, http.MethodPost, "/api/v1/bootstrap", first).Want(http.StatusCreated).Text("id")
	if again := app.Do(t, nil, http.MethodPost, "/api/v1/bootstrap", first).Want(http.StatusCreated).Text("id"); again != made {
		t.Errorf("sent again after a lost answer it makes %s, not %s", again, made)
	}
	first["password"] = "another password altogether"
	app.Do(t, nil, http.MethodPost, "/api/v1/bootstrap", first).Refused(http.StatusConflict, "administrator_exists", "")
}

func TestBadTokens(t *testing.T) {
	app := apptest.New(t)
	good := app.As(t, mediation.TownshipStaff, apptest.Here)
	parts := strings.Split(good.Token, ".")
	claims := func(change func(map[string]any)) map[string]any {
		raw, _ := base64.RawURLEncoding.DecodeString(parts[1])
		var c map[string]any
		if err := json.Unmarshal(raw, &c); err != nil {
			t.Fatal(err)
		}
		change(c)
		return c
	}
	_, stranger, _ := ed25519.GenerateKey(rand.Reader)
	sign := func(method jwt.SigningMethod, key any, c map[string]any) string {
		token := jwt.NewWithClaims(method, jwt.MapClaims(c))
		header, _, _ := jwt.NewParser().ParseUnverified(good.Token, jwt.MapClaims{})
		token.Header["kid"], token.Header["typ"] = header.Header["kid"], "at+jwt"
		text, err := token.SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	same := func(map[string]any) {}
	forged, _ := json.Marshal(claims(func(c map[string]any) { c["role"] = "administrator" }))
	for name, token := range map[string]string{
		"another's key":          sign(jwt.SigningMethodEdDSA, stranger, claims(same)),
		"no algorithm":           sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, claims(same)),
		"HMAC with a public key": sign(jwt.SigningMethodHS256, []byte(stranger.Public().(ed25519.PublicKey)), claims(same)),
		"changed claims":         parts[0] + "." + base64.RawURLEncoding.EncodeToString(forged) + "." + parts[2],
		"cut off":                good.Token[:len(good.Token)-10],
		"not a token":            "geheim",
		"too long":               strings.Repeat("a", 5000),
	} {
		app.Do(t, &apptest.Person{Token: token}, http.MethodGet, "/api/v1/me", nil).Refused(http.StatusUnauthorized, "token_invalid", "")
		_ = name
	}
	app.Do(t, nil, http.MethodGet, "/api/v1/me", nil).Refused(http.StatusUnauthorized, "no_token", "")
	app.Do(t, nil, http.MethodGet, "/api/v1/me", nil, apptest.Header("Authorization", "Basic YTpi")).Refused(http.StatusUnauthorized, "no_token", "")
	app.Machine.Advance(16 * time.Minute)
	app.Do(t, good, http.MethodGet, "/api/v1/me", nil).Refused(http.StatusUnauthorized, "token_expired", "")
}

// cookies of an answer, as a browser sends them back.
func cookies(t *testing.T, a apptest.Answer) map[string]*http.Cookie {
	t.Helper()
	res := http.Response{Header: a.Header}
	jar := map[string]*http.Cookie{}
	for _, c := range res.Cookies() {
		jar[c.Name] = c
	}
	return jar
}

func TestBrowserSession(t *testing.T) {
	app := apptest.New(t)
	app.NewUser(t, "browser", account.Place{Role: mediation.TownshipStaff, Area: apptest.Here.Code()})
	answer := app.Do(t, nil, http.MethodPost, "/api/v1/session", map[string]any{"login": "browser", "password": apptest.Password, "session": "cookie"}).Want(http.StatusOK)
	var s signedIn
	answer.Into(&s)
	if s.AccessToken != "" || s.RefreshToken != "" || s.DeviceToken != "" || s.CSRFToken == "" {
		t.Fatalf("tokens where a script could read them: %s", answer.Body)
	}
	jar := cookies(t, answer)
	for _, name := range []string{"fq_access", "fq_refresh", "fq_device"} {
		if c := jar[name]; c == nil || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode {
			t.Errorf("%s: %+v", name, c)
		}
	}
	if jar["fq_refresh"].Path != "/api/v1/session" {
		t.Errorf("the refresh token goes along to %q", jar["fq_refresh"].Path)
	}
	cookie := apptest.Header("Cookie", "fq_access="+jar["fq_access"].Value)
	me := app.Do(t, nil, http.MethodGet, "/api/v1/me", nil, cookie).Want(http.StatusOK)
	if me.Text("csrfToken") != s.CSRFToken {
		t.Error("a reloaded page gets no page token")
	}
	app.Do(t, nil, http.MethodDelete, "/api/v1/session", nil, cookie).Refused(http.StatusForbidden, "csrf", "")
	app.Do(t, nil, http.MethodDelete, "/api/v1/session", nil, cookie, apptest.Header("X-CSRF-Token", "forged")).Refused(http.StatusForbidden, "csrf", "")

	refreshed := app.Do(t, nil, http.MethodPost, "/api/v1/session/refresh", nil, apptest.Header("Cookie", "fq_refresh="+jar["fq_refresh"].Value)).Want(http.StatusOK)
	fresh := cookies(t, refreshed)["fq_access"]
	if fresh == nil || fresh.Value == jar["fq_access"].Value {
		t.Error("no new access cookie")
	}
	out := app.Do(t, nil, http.MethodDelete, "/api/v1/session", nil, cookie, apptest.Header("X-CSRF-Token", s.CSRFToken)).Want(http.StatusNoContent)
	gone := cookies(t, out)
	if gone["fq_access"].Value != "" || gone["fq_refresh"].Value != "" || gone["fq_device"] != nil {
		t.Errorf("signing out leaves %v and should leave the device alone", gone)
	}
	app.Do(t, nil, http.MethodGet, "/api/v1/me", nil, cookie).Refused(http.StatusUnauthorized, "session_ended", "")
}

func TestOverHTTPSCookiesAreOfThisVeryServer(t *testing.T) {
	app := apptest.New(t, apptest.OverHTTPS)
	app.NewUser(t, "browser", account.Place{Role: mediation.TownshipStaff, Area: apptest.Here.Code()})
	answer := app.Do(t, nil, http.MethodPost, "/api/v1/session", map[string]any{"login": "browser", "password": apptest.Password, "session": "cookie"}).Want(http.StatusOK)
	jar := cookies(t, answer)
	for name, path := range map[string]string{"__Host-fq_access": "/", "__Secure-fq_refresh": "/api/v1/session", "__Secure-fq_device": "/api/v1"} {
		if c := jar[name]; c == nil || !c.Secure || c.Path != path || c.Domain != "" {
			t.Errorf("%s: %+v", name, c)
		}
	}
	me := app.Do(t, nil, http.MethodGet, "/api/v1/me", nil, apptest.Header("Cookie", "__Host-fq_access="+jar["__Host-fq_access"].Value)).Want(http.StatusOK)
	// One of the bare name is what another server of the domain could have set.
	bare := app.Do(t, nil, http.MethodGet, "/api/v1/me", nil, apptest.Header("Cookie", "fq_access="+jar["__Host-fq_access"].Value))
	bare.Refused(http.StatusUnauthorized, "no_token", "")
	app.Do(t, nil, http.MethodPost, "/api/v1/session/refresh", nil, apptest.Header("Cookie", "__Secure-fq_refresh="+jar["__Secure-fq_refresh"].Value)).Want(http.StatusOK)
	for _, a := range []apptest.Answer{answer, me, bare} {
		if a.Header.Get("Strict-Transport-Security") == "" {
			t.Errorf("%d without HSTS", a.Status)
		}
	}
}

func TestSigningOutOfABrowserAfterTheAccessTokenRanOut(t *testing.T) {
	app := apptest.New(t)
	app.NewUser(t, "late", account.Place{Role: mediation.TownshipStaff, Area: apptest.Here.Code()})
	jar := cookies(t, app.Do(t, nil, http.MethodPost, "/api/v1/session", map[string]any{"login": "late", "password": apptest.Password, "session": "cookie"}).Want(http.StatusOK))
	refresh := apptest.Header("Cookie", "fq_refresh="+jar["fq_refresh"].Value) // the access cookie is gone
	app.Do(t, nil, http.MethodDelete, "/api/v1/session", nil).Refused(http.StatusUnauthorized, "no_token", "")
	gone := cookies(t, app.Do(t, nil, http.MethodDelete, "/api/v1/session", nil, refresh).Want(http.StatusNoContent))
	if gone["fq_access"].Value != "" || gone["fq_refresh"].Value != "" {
		t.Errorf("signing out leaves %v", gone)
	}
	app.Do(t, nil, http.MethodPost, "/api/v1/session/refresh", nil, refresh).Refused(http.StatusUnauthorized, "session_ended", "")
	app.Do(t, nil, http.MethodDelete, "/api/v1/session", nil, apptest.Header("Cookie", "fq_refresh=fqr_forged")).Want(http.StatusNoContent)
}

func TestBearerNeedsNoPageToken(t *testing.T) {
	app := apptest.New(t)
	app.Do(t, app.As(t, mediation.Leader, apptest.Here), http.MethodDelete, "/api/v1/session", nil).Want(http.StatusNoContent)
}
