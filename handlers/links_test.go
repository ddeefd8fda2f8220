package handlers_test

import (
	"bytes"
	"net/http"
	"os"
	"strings"
	"testing"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/media"
	"fengqiao/mediation"
)

func TestAVoiceRecordingIsPartOfAReportAndOpenedByALink(t *testing.T) {
	apptest.OnBoth(t, aVoiceRecordingIsPartOfAReportAndOpenedByALink)
}

func aVoiceRecordingIsPartOfAReportAndOpenedByALink(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t)
	worker, staff := app.As(t, mediation.GridWorker, apptest.Here), app.As(t, mediation.TownshipStaff, apptest.Here)
	raw, err := os.ReadFile("../internal/media/testdata/tone.m4a")
	if err != nil {
		t.Fatal(err)
	}
	body, kind := form(t, "clientId", "voice-1", "recording", raw)
	sent := app.Do(t, worker, http.MethodPost, "/api/v1/media", body, kind).Want(http.StatusCreated)
	if view := sent.View(); view["kind"] != "audio/mp4" || view["thumbnailUrl"] != nil || view["seconds"].(float64) < 0.95 {
		t.Errorf("%s", sent.Body)
	}
	// It may be all that a report says.
	app.Do(t, worker, http.MethodPost, "/api/v1/reports", report(apptest.Here, obj{"text": "", "photos": []string{sent.Text("id")}})).Want(http.StatusCreated)
	app.Do(t, staff, http.MethodGet, sent.Text("url")+"/thumbnail", nil).Refused(http.StatusNotFound, "not_found", "")

	link := app.Do(t, staff, http.MethodGet, sent.Text("url")+"/link", nil).Want(http.StatusOK)
	if strings.Contains(link.Text("url"), staff.User.ID) {
		t.Error("the link names who asked for it")
	}
	whole := app.Do(t, nil, http.MethodGet, link.Text("url"), nil).Want(http.StatusOK)
	if whole.Header.Get("Content-Type") != "audio/mp4" || whole.Header.Get("Cache-Control") != "no-store" || whole.Header.Get("Accept-Ranges") != "bytes" {
		t.Errorf("%v", whole.Header)
	}
	part := app.Do(t, nil, http.MethodGet, link.Text("url"), nil, apptest.Header("Range", "bytes=4-7")).Want(http.StatusPartialContent)
	if string(part.Body) != "ftyp" || !strings.HasPrefix(part.Header.Get("Content-Range"), "bytes 4-7/") {
		t.Errorf("%q, %v", part.Body, part.Header)
	}
	app.Do(t, nil, http.MethodGet, link.Text("url"), nil, apptest.Header("Range", "bytes=4-7"), apptest.Header("If-Range", `"other"`)).Want(http.StatusOK)
	app.Do(t, nil, http.MethodGet, link.Text("url"), nil, apptest.Header("Range", "bytes=9999999-")).Refused(http.StatusRequestedRangeNotSatisfiable, "bad_range", "")
	app.Do(t, nil, http.MethodGet, link.Text("url")+"x", nil).Refused(http.StatusNotFound, "not_found", "")
	app.Machine.Advance(media.LinkFor)
	app.Do(t, nil, http.MethodGet, link.Text("url"), nil).Refused(http.StatusGone, "media.link", "")

	app.Do(t, app.As(t, mediation.Leader, apptest.Here), http.MethodGet, sent.Text("url")+"/link", nil).Refused(http.StatusNotFound, "not_found", "")
	webp, err := os.ReadFile("../internal/media/testdata/scene.webp")
	if err != nil {
		t.Fatal(err)
	}
	photo := app.Do(t, worker, http.MethodPost, "/api/v1/media?clientId=p-1", webp, apptest.Header("Content-Type", "image/webp")).Want(http.StatusCreated)
	if got := app.Do(t, worker, http.MethodGet, photo.Text("url"), nil).Want(http.StatusOK); !bytes.Equal(got.Body, webp) || got.Header.Get("Content-Type") != "image/webp" {
		t.Errorf("%d bytes came back of %d", len(got.Body), len(webp))
	}
	small := app.Do(t, worker, http.MethodGet, photo.Text("url")+"/link", nil).Want(http.StatusOK)
	if got := app.Do(t, nil, http.MethodGet, small.Text("thumbnailUrl"), nil).Want(http.StatusOK); got.Header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("%v", got.Header)
	}
}
