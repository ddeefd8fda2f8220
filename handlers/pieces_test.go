package handlers_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"fengqiao/handlers/apptest"
	"fengqiao/mediation"
)

func TestAPhotoInPiecesGoesOnWhereItStopped(t *testing.T) {
	apptest.OnBoth(t, aPhotoInPiecesGoesOnWhereItStopped)
}

func aPhotoInPiecesGoesOnWhereItStopped(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t)
	worker := app.As(t, mediation.GridWorker, apptest.Here)
	raw := jpegOf(t, 900, 700)
	begin := func(query string, settings ...apptest.Setting) apptest.Answer {
		return app.Do(t, worker, http.MethodPost, "/api/v1/media/pieces"+query, nil, append(settings, apptest.Header("Upload-Length", strconv.Itoa(len(raw))))...)
	}
	tus := apptest.Header("Tus-Resumable", "1.0.0")
	meta := apptest.Header("Upload-Metadata", "filename cC5qcGc=, clientId "+base64.StdEncoding.EncodeToString([]byte("p-1")))
	first := begin("", tus, meta).Want(http.StatusCreated)
	path := first.Header.Get("Location")
	send := func(who *apptest.Person, at, to int) apptest.Answer {
		return app.Do(t, who, http.MethodPatch, path, raw[at:to], tus, apptest.Header("Upload-Offset", strconv.Itoa(at)), apptest.Header("Content-Type", "application/offset+octet-stream"))
	}
	half := len(raw) / 2
	if got := send(worker, 0, half).Want(http.StatusNoContent); got.Header.Get("Upload-Offset") != strconv.Itoa(half) {
		t.Errorf("%v", got.Header)
	}
	if far := app.Do(t, worker, http.MethodGet, path, nil).Want(http.StatusOK); far.Header.Get("Upload-Offset") != strconv.Itoa(half) || far.View()["ready"] != false {
		t.Errorf("%v %s", far.Header, far.Body)
	}
	if again := begin("?clientId=p-1").Want(http.StatusCreated); again.View()["received"] != float64(half) {
		t.Errorf("%s", again.Body)
	}
	if p := send(worker, 0, half).Refused(http.StatusConflict, "media.offset", ""); !strings.Contains(p.Detail, strconv.Itoa(half)) {
		t.Errorf("%+v", p)
	}
	other := app.As(t, mediation.GridLeader, apptest.Here)
	send(other, half, len(raw)).Refused(http.StatusNotFound, "not_found", "")
	app.Do(t, other, http.MethodGet, path, nil).Refused(http.StatusNotFound, "not_found", "")
	send(worker, half, len(raw)).Want(http.StatusNoContent)
	far := app.Do(t, worker, http.MethodGet, path, nil).Want(http.StatusOK)
	if far.View()["ready"] != true || far.Header.Get("Upload-Offset") != fmt.Sprint(len(raw)) {
		t.Errorf("%s", far.Body)
	}
	if got := app.Do(t, worker, http.MethodGet, far.Text("url"), nil).Want(http.StatusOK); !bytes.Equal(got.Body, raw) {
		t.Errorf("%d bytes came back of %d", len(got.Body), len(raw))
	}
	app.Do(t, worker, http.MethodPost, "/api/v1/reports", report(apptest.Here, obj{"photos": []string{far.Text("id")}})).Want(http.StatusCreated)

	begin("").Refused(http.StatusBadRequest, "required", "clientId")
	begin("?clientId=p-2", apptest.Header("Tus-Resumable", "0.2.2")).Refused(http.StatusPreconditionFailed, "bad_header", "Tus-Resumable")
	app.Do(t, worker, http.MethodPatch, path, raw, apptest.Undocumented(), apptest.Header("Upload-Offset", "0"), apptest.Header("Content-Type", "image/jpeg")).
		Refused(http.StatusUnsupportedMediaType, "not_json", "")
	app.Do(t, worker, http.MethodPatch, path, raw, apptest.Undocumented(), apptest.Header("Content-Type", "application/offset+octet-stream")).
		Refused(http.StatusBadRequest, "bad_header", "Upload-Offset")
}
