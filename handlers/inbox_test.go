package handlers_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
	"fengqiao/push"
)

func TestInboxIsOnesOwn(t *testing.T) {
	apptest.OnBoth(t, inboxIsOnesOwn)
}

func inboxIsOnesOwn(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t)
	ctx := context.Background()
	mine, other := app.As(t, mediation.MediatorRole, apptest.Here), app.As(t, mediation.MediatorRole, apptest.There)
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	for i, who := range []*apptest.Person{mine, mine, other} {
		notice := "0190-case/" + string(rune('1'+i)) + "/0"
		item := push.Item{ID: push.ItemID(notice, who.User.ID), User: who.User.ID, Notice: notice, Kind: mediation.NoticeOffer, Case: "0190-case", At: at.Add(time.Duration(i) * time.Minute), Due: at.Add(time.Hour)}
		if err := app.Store.Inbox().Put(ctx, item); err != nil {
			t.Fatal(err)
		}
	}
	var page struct {
		Items []struct{ ID, Title, Kind, CaseID, ReadAt string }
		Next  *string
	}
	app.Do(t, mine, http.MethodGet, "/api/v1/inbox?limit=1", nil).Want(http.StatusOK).Into(&page)
	if len(page.Items) != 1 || page.Next == nil || page.Items[0].Title != "有纠纷等待您调解" || page.Items[0].CaseID != "0190-case" {
		t.Fatalf("%+v", page)
	}
	id := page.Items[0].ID
	if strings.Contains(id, "/") {
		t.Errorf("the id %q does not go into a path", id)
	}
	app.Do(t, mine, http.MethodGet, "/api/v1/inbox?limit=1&cursor="+url.QueryEscape(*page.Next), nil, apptest.English()).Want(http.StatusOK).Into(&page)
	if page.Items[0].Title != "A case needs you" || page.Items[0].ID == id {
		t.Errorf("%+v", page)
	}
	count := func(who *apptest.Person) int {
		var n struct{ Unread int }
		app.Do(t, who, http.MethodGet, "/api/v1/inbox/unread", nil).Want(http.StatusOK).Into(&n)
		return n.Unread
	}
	if n := count(mine); n != 2 {
		t.Errorf("%d unread", n)
	}
	app.Do(t, other, http.MethodPost, "/api/v1/inbox/"+id+"/read", nil).Want(http.StatusNoContent)
	if count(mine) != 2 {
		t.Error("somebody else read my message")
	}
	for range 2 {
		app.Do(t, mine, http.MethodPost, "/api/v1/inbox/"+url.PathEscape(id)+"/read", nil).Want(http.StatusNoContent)
	}
	if count(mine) != 1 || count(other) != 1 {
		t.Error("reading a message does not read it once")
	}
	app.Do(t, mine, http.MethodGet, "/api/v1/inbox?unread=true", nil).Want(http.StatusOK).Into(&page)
	if len(page.Items) != 1 || page.Items[0].ID == id {
		t.Errorf("unread %+v", page)
	}
	app.Do(t, mine, http.MethodGet, "/api/v1/inbox?unread=vielleicht", nil).Refused(http.StatusUnprocessableEntity, "not_a_bool", "unread")
	app.Do(t, mine, http.MethodGet, "/api/v1/inbox?cursor=x", nil).Refused(http.StatusBadRequest, "bad_cursor", "cursor")
}

func TestDevicesAreRegisteredRefreshedAndForgotten(t *testing.T) {
	apptest.OnBoth(t, devicesAreRegisteredRefreshedAndForgotten)
}

func devicesAreRegisteredRefreshedAndForgotten(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t)
	mine, other := app.As(t, mediation.GridWorker, apptest.Here), app.As(t, mediation.GridWorker, apptest.There)
	body := map[string]any{"platform": "android", "token": "token-1"}
	id := app.Do(t, mine, http.MethodPost, "/api/v1/devices", body).Want(http.StatusCreated).Text("id")
	if again := app.Do(t, mine, http.MethodPost, "/api/v1/devices", body).Want(http.StatusCreated); again.Text("id") != id || strings.Contains(string(again.Body), "token-1") {
		t.Errorf("the same token again: %s", again.Body)
	}
	refresh := map[string]any{"id": id, "platform": "android", "token": "token-2"}
	app.Do(t, other, http.MethodPost, "/api/v1/devices", refresh).Refused(http.StatusNotFound, "not_found", "")
	if app.Do(t, mine, http.MethodPost, "/api/v1/devices", refresh).Want(http.StatusCreated).Text("id") != id {
		t.Error("a refreshed device has another id")
	}
	app.Do(t, other, http.MethodDelete, "/api/v1/devices/"+id, nil).Refused(http.StatusNotFound, "not_found", "")
	app.Do(t, mine, http.MethodDelete, "/api/v1/devices/"+id, nil).Want(http.StatusNoContent)
	app.Do(t, mine, http.MethodDelete, "/api/v1/devices/"+id, nil).Refused(http.StatusNotFound, "not_found", "")
	for field, bad := range map[string]map[string]any{
		"token":    {"platform": "android"},
		"platform": {"platform": "windows", "token": "x"},
		"vendor":   {"platform": "web", "token": "x", "vendor": "pigeon"},
	} {
		if a := app.Do(t, mine, http.MethodPost, "/api/v1/devices", bad).Want(http.StatusUnprocessableEntity); a.Text("field") != field {
			t.Errorf("%s: %s", field, a.Body)
		}
	}
}

func TestDeadLettersAreSeenAndSentAgainInTheAdministratorsArea(t *testing.T) {
	apptest.OnBoth(t, deadLettersAreSeenAndSentAgainInTheAdministratorsArea)
}

func deadLettersAreSeenAndSentAgainInTheAdministratorsArea(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t)
	ctx := context.Background()
	here := settle(t, app, apptest.Here)
	box := app.Store.Outbox()
	notice := mediation.Notice{ID: here.caseID + "/900/0", Kind: mediation.NoticeOffer, Case: here.caseID, Seq: 900, At: time.Now()}
	entry := push.NewEntry(notice)
	entry.ID, entry.User, entry.Device = push.SendID(notice.ID, "d-1"), "u-1", "d-1"
	if err := box.Add(ctx, entry); err != nil {
		t.Fatal(err)
	}
	now := time.Now().Add(time.Minute)
	for {
		claimed, err := box.Claim(ctx, now, time.Minute, 50)
		if err != nil {
			t.Fatal(err)
		}
		if len(claimed) == 0 {
			break
		}
		for _, e := range claimed {
			if e.ID == entry.ID {
				err = box.Dead(ctx, e, now, push.Setback{Reason: "invalid"})
			} else {
				err = box.Done(ctx, e, now)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	var page struct {
		Items []struct{ ID, CaseID, Reason, DeviceID string }
	}
	list := func(who *apptest.Person) int {
		page.Items = nil
		app.Do(t, who, http.MethodGet, "/api/v1/dead-letters", nil).Want(http.StatusOK).Into(&page)
		return len(page.Items)
	}
	if list(app.Root(t)) != 1 || list(app.As(t, mediation.Administrator, apptest.There)) != 0 || list(app.As(t, mediation.Administrator, apptest.Here)) != 1 {
		t.Fatalf("%+v", page)
	}
	if page.Items[0].CaseID != here.caseID || page.Items[0].Reason != "invalid" {
		t.Errorf("%+v", page)
	}
	path := "/api/v1/dead-letters/" + page.Items[0].ID + "/resend"
	app.Do(t, app.As(t, mediation.Administrator, apptest.There), http.MethodPost, path, nil).Refused(http.StatusNotFound, "not_found", "")
	app.Do(t, app.As(t, mediation.Administrator, apptest.Here), http.MethodPost, path, nil).Want(http.StatusAccepted)
	app.Do(t, app.As(t, mediation.Administrator, apptest.Here), http.MethodPost, path, nil).Refused(http.StatusConflict, "push.not_dead", "")
	if list(app.Root(t)) != 0 {
		t.Errorf("still dead: %+v", page)
	}
	// One about a report that has no case yet is for those whom it was to tell.
	about := mediation.Notice{ID: "report/r-1/1", Kind: mediation.NoticeUnplaced, Seq: 1, At: time.Now(), To: mediation.Recipient{Role: mediation.TownshipStaff, Area: apptest.Here.Code()}}
	unplaced := push.NewEntry(about)
	unplaced.ID, unplaced.User, unplaced.Device = push.SendID(about.ID, "d-1"), "u-1", "d-1"
	if err := box.Add(ctx, unplaced); err != nil {
		t.Fatal(err)
	}
	claimed, err := box.Claim(ctx, now.Add(time.Hour), time.Minute, 50)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range claimed {
		if err := box.Dead(ctx, e, now, push.Setback{Reason: "invalid"}); err != nil {
			t.Fatal(err)
		}
	}
	if list(app.As(t, mediation.Administrator, apptest.There)) != 0 || list(app.As(t, mediation.Administrator, apptest.Here)) != len(claimed) {
		t.Fatalf("%+v of %d", page, len(claimed))
	}
	for _, letter := range page.Items {
		path := "/api/v1/dead-letters/" + letter.ID + "/resend"
		app.Do(t, app.As(t, mediation.Administrator, apptest.There), http.MethodPost, path, nil).Refused(http.StatusNotFound, "not_found", "")
		app.Do(t, app.As(t, mediation.Administrator, apptest.Here), http.MethodPost, path, nil).Want(http.StatusAccepted)
	}
}

func TestAPhoneIsPushedToAsLongAsItsSessionStands(t *testing.T) {
	apptest.OnBoth(t, aPhoneIsPushedToAsLongAsItsSessionStands)
}

func aPhoneIsPushedToAsLongAsItsSessionStands(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t)
	u := app.NewUser(t, "wangwu", account.Place{Role: mediation.GridWorker, Area: apptest.Here.Grid()})
	signIn := func() *apptest.Person {
		t.Helper()
		var s signedIn
		app.Do(t, nil, http.MethodPost, "/api/v1/session", map[string]any{"login": "wangwu", "password": apptest.Password}).Want(http.StatusOK).Into(&s)
		return &apptest.Person{Token: s.AccessToken}
	}
	register := func(who *apptest.Person, token string) {
		t.Helper()
		app.Do(t, who, http.MethodPost, "/api/v1/devices", map[string]any{"platform": "android", "token": token}).Want(http.StatusCreated)
	}
	pushedTo := func(want int) {
		t.Helper()
		found, err := app.Store.Devices().OfUsers(context.Background(), u.ID)
		if err != nil || len(found) != want {
			t.Fatalf("pushes go to %d phones, %v; want %d", len(found), err, want)
		}
	}
	lost, kept := signIn(), signIn()
	register(lost, "lost-phone")
	register(kept, "kept-phone")
	pushedTo(2)
	list := app.Do(t, kept, http.MethodGet, "/api/v1/devices", nil).Want(http.StatusOK)
	var page struct{ Items []struct{ Current bool } }
	if list.Into(&page); len(page.Items) != 2 || page.Items[0].Current == page.Items[1].Current || strings.Contains(string(list.Body), "phone") {
		t.Errorf("listed as %s", list.Body)
	}
	app.Do(t, lost, http.MethodDelete, "/api/v1/session", nil).Want(http.StatusNoContent)
	pushedTo(1)
	app.Do(t, kept, http.MethodDelete, "/api/v1/sessions", nil).Want(http.StatusNoContent)
	pushedTo(0)
	back := signIn()
	register(back, "kept-phone") // the same phone, signed in again
	pushedTo(1)
	if _, err := app.Accounts.LockUser(context.Background(), account.Order{By: "test"}, u.ID, "lost"); err != nil {
		t.Fatal(err)
	}
	pushedTo(0)
}

func TestAPartyComesInByTheLinkAloneUntilItIsRenewed(t *testing.T) {
	apptest.OnBoth(t, aPartyComesInByTheLinkAloneUntilItIsRenewed)
}

func aPartyComesInByTheLinkAloneUntilItIsRenewed(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t)
	ctx := context.Background()
	here := settle(t, app, apptest.Here)
	staff := app.As(t, mediation.TownshipStaff, apptest.Here)
	renew := func() string {
		t.Helper()
		tag := app.Do(t, staff, http.MethodGet, "/api/v1/cases/"+here.caseID, nil).Want(http.StatusOK).ETag()
		return app.Do(t, staff, http.MethodPost, "/api/v1/cases/"+here.caseID+"/renew-link", map[string]any{"party": here.party}, newKey(), apptest.IfMatch(tag)).Want(http.StatusOK).Text("link")
	}
	app.Case.Advance(time.Hour) // the clock is ahead while the link is made
	code := renew()
	var s signedIn
	app.Do(t, nil, http.MethodPost, "/api/v1/party/session", map[string]any{"code": " " + strings.ToLower(code) + " "}).Want(http.StatusOK).Into(&s)
	party := &apptest.Person{User: account.User{ID: here.party}, Token: s.AccessToken}
	app.Do(t, party, http.MethodGet, "/api/v1/party/case", nil).Want(http.StatusOK)
	app.Do(t, party, http.MethodGet, "/api/v1/cases/"+here.caseID+"/timeline", nil).Refused(http.StatusForbidden, "forbidden", "")
	app.Do(t, party, http.MethodGet, "/api/v1/me", nil).Refused(http.StatusForbidden, "forbidden", "")

	browser := app.Do(t, nil, http.MethodPost, "/api/v1/party/session", map[string]any{"code": code, "session": "cookie"}).Want(http.StatusOK)
	browser.Into(&s)
	cookie := apptest.Header("Cookie", "fq_access="+cookies(t, browser)["fq_access"].Value)
	app.Do(t, nil, http.MethodGet, "/api/v1/party/case", nil, cookie).Want(http.StatusOK)
	consent := map[string]any{"given": true}
	app.Do(t, nil, http.MethodPost, "/api/v1/party/case/consent", consent, cookie, newKey(), apptest.IfMatch(`"1-x"`)).Refused(http.StatusForbidden, "csrf", "")
	app.Do(t, nil, http.MethodPost, "/api/v1/party/case/consent", consent, cookie, newKey(), apptest.IfMatch(`"1-x"`), apptest.Header("X-CSRF-Token", s.CSRFToken)).Refused(http.StatusPreconditionFailed, "stale", "")

	app.Case.Advance(-time.Hour) // and is put right
	renew()
	app.Do(t, nil, http.MethodPost, "/api/v1/party/session", map[string]any{"code": code}).Refused(http.StatusUnauthorized, "link_invalid", "code")
	app.Do(t, party, http.MethodGet, "/api/v1/party/case", nil).Refused(http.StatusUnauthorized, "session_ended", "")
	out := app.Do(t, nil, http.MethodDelete, "/api/v1/party/session", nil, cookie).Want(http.StatusNoContent)
	if cookies(t, out)["fq_access"].Value != "" {
		t.Error("the cookie stays")
	}
	if _, err := app.Cases.Cases.Load(ctx, here.caseID); err != nil {
		t.Error(err)
	}
}
