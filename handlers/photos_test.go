package handlers_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"fengqiao/handlers"
	"fengqiao/handlers/apptest"
	"fengqiao/mediation"
)

func jpegOf(t *testing.T, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewRGBA(image.Rect(0, 0, w, h)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// form is a multipart body of fields in order; a value of []byte is a file.
func form(t *testing.T, fields ...any) ([]byte, apptest.Setting) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i+1 < len(fields); i += 2 {
		name := fields[i].(string)
		var err error
		switch v := fields[i+1].(type) {
		case string:
			err = w.WriteField(name, v)
		case []byte:
			part, made := w.CreateFormFile(name, "photo.jpg")
			if err = made; err == nil {
				_, err = part.Write(v)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), apptest.Header("Content-Type", w.FormDataContentType())
}

func TestPhotosAreTakenOnceHoweverOftenTheyAreSent(t *testing.T) {
	apptest.OnBoth(t, photosAreTakenOnceHoweverOftenTheyAreSent)
}

func photosAreTakenOnceHoweverOftenTheyAreSent(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t)
	worker := app.As(t, mediation.GridWorker, apptest.Here)
	photo := jpegOf(t, 12, 8)
	send := func(body []byte, path string, settings ...apptest.Setting) apptest.Answer {
		return app.Do(t, worker, http.MethodPost, path, body, settings...)
	}
	plain := apptest.Header("Content-Type", "image/jpeg")
	first := send(photo, "/api/v1/media?clientId=p1", plain).Want(http.StatusCreated)
	body, kind := form(t, "clientId", "p1", "photo", photo)
	again := send(body, "/api/v1/media", kind).Want(http.StatusCreated)
	if first.Text("id") != again.Text("id") || first.Header.Get("Location") != first.Text("url") {
		t.Errorf("%s\n%s", first.Body, again.Body)
	}
	send(jpegOf(t, 13, 8), "/api/v1/media?clientId=p1", plain).Refused(http.StatusUnprocessableEntity, "media.differs", "")
	send(photo, "/api/v1/media", plain).Refused(http.StatusBadRequest, "required", "clientId")
	send(photo, "/api/v1/media?clientId=with%20space", plain).Refused(http.StatusUnprocessableEntity, "media.clientId", "clientId")
	send([]byte("<svg/>"), "/api/v1/media?clientId=p2", plain).Refused(http.StatusUnprocessableEntity, "media.kind", "photo")
	send(photo[:len(photo)/2], "/api/v1/media?clientId=p3", plain).Refused(http.StatusUnprocessableEntity, "media.broken", "photo")
	body, kind = form(t, "clientId", "p4")
	send(body, "/api/v1/media", kind).Refused(http.StatusUnprocessableEntity, "required", "photo")
	body, kind = form(t, "x", "y", "photo", photo)
	send(body, "/api/v1/media", kind).Refused(http.StatusUnprocessableEntity, "unknown_field", "x")

	got := app.Do(t, worker, http.MethodGet, first.Text("url"), nil).Want(http.StatusOK)
	if got.Header.Get("Content-Type") != "image/jpeg" || got.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%v", got.Header)
	}
	app.Do(t, worker, http.MethodGet, first.Text("url"), nil, apptest.Header("If-None-Match", got.ETag())).Want(http.StatusNotModified)
	app.Do(t, worker, http.MethodGet, first.Text("thumbnailUrl"), nil).Want(http.StatusOK)
	app.Do(t, app.As(t, mediation.TownshipStaff, apptest.Here), http.MethodGet, first.Text("url"), nil).Refused(http.StatusNotFound, "not_found", "")
}

// A store may keep a photo in parts: here is more than GridFS puts into one, and nothing in it that would be taken out.
func TestALargePhotoComesBackAsItWasSent(t *testing.T) {
	apptest.OnBoth(t, aLargePhotoComesBackAsItWasSent)
}

func aLargePhotoComesBackAsItWasSent(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t)
	worker := app.As(t, mediation.GridWorker, apptest.Here)
	noise := image.NewGray(image.Rect(0, 0, 1100, 1100)) // which no encoder makes smaller
	random := rand.New(rand.NewPCG(1, 2))
	for i := range noise.Pix {
		noise.Pix[i] = byte(random.Uint32())
	}
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, noise, nil); err != nil || photo.Len() < 512<<10 {
		t.Fatalf("%d bytes do not fill several parts: %v", photo.Len(), err)
	}
	sent := app.Do(t, worker, http.MethodPost, "/api/v1/media?clientId=large", photo.Bytes(), apptest.Header("Content-Type", "image/jpeg")).Want(http.StatusCreated)
	if got := app.Do(t, worker, http.MethodGet, sent.Text("url"), nil).Want(http.StatusOK); !bytes.Equal(got.Body, photo.Bytes()) {
		t.Errorf("%d bytes came back of %d, or others", len(got.Body), photo.Len())
	}
	thumb := app.Do(t, worker, http.MethodGet, sent.Text("thumbnailUrl"), nil).Want(http.StatusOK)
	if _, err := jpeg.Decode(bytes.NewReader(thumb.Body)); err != nil {
		t.Errorf("the thumbnail is no picture: %v", err)
	}
}

func TestTooLargeAPhotoIsRefusedBeforeItIsRead(t *testing.T) {
	app := apptest.New(t, apptest.WithLimits(handlers.Limits{Photo: 1 << 20, Rates: map[handlers.Class]handlers.Rates{}}))
	worker := app.As(t, mediation.GridWorker, apptest.Here)
	app.Do(t, worker, http.MethodPost, "/api/v1/media?clientId=big", make([]byte, 2<<20), apptest.Header("Content-Type", "image/jpeg")).Refused(http.StatusRequestEntityTooLarge, "body_too_large", "")
	p := app.Do(t, nil, http.MethodPost, "/api/v1/media?clientId=big", make([]byte, 2<<20), apptest.English())
	if detail := p.Refused(http.StatusRequestEntityTooLarge, "body_too_large", "").Detail; !strings.Contains(detail, "1048576") {
		t.Error(detail)
	}
}

// A request that is refused must not keep the photo: it is still the sender's to give to another report.
func TestARefusedReportOrSupplementLeavesThePhotoFree(t *testing.T) {
	apptest.OnBoth(t, aRefusedReportOrSupplementLeavesThePhotoFree)
}

func aRefusedReportOrSupplementLeavesThePhotoFree(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t)
	worker := app.As(t, mediation.GridWorker, apptest.Here)
	send := func(body obj) apptest.Answer { return app.Do(t, worker, http.MethodPost, "/api/v1/reports", body) }
	first := report(apptest.Here, nil)
	send(first).Want(http.StatusCreated)
	photo := upload(t, app, worker, "p-1").Want(http.StatusCreated).Text("id")
	edited := report(apptest.Here, obj{"clientId": first["clientId"], "text": "改过的文字", "photos": []string{photo}})
	send(edited).Refused(http.StatusUnprocessableEntity, "same_id_other_content", "clientId")
	nowhere := send(report(apptest.Here, obj{"point": nil, "address": "樟树下"})).Want(http.StatusCreated)
	path := "/api/v1/reports/" + nowhere.Text("id")
	app.Do(t, worker, http.MethodPost, path+"/withdrawal", obj{"reason": "mistake"}, newKey()).Want(http.StatusOK)
	app.Do(t, worker, http.MethodPost, path+"/supplements", obj{"photos": []string{photo}}, newKey()).Refused(http.StatusConflict, "report.withdrawn", "")
	send(report(apptest.Here, obj{"photos": []string{photo}})).Want(http.StatusCreated)
}

// What a case was shown is its evidence: no report and no other case takes it away, and a refused command takes nothing.
func TestAPhotoGivenToACaseStaysWithIt(t *testing.T) {
	apptest.OnBoth(t, aPhotoGivenToACaseStaysWithIt)
}

func aPhotoGivenToACaseStaysWithIt(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t)
	here := begin(t, app)
	elsewhere := app.Do(t, here.worker, http.MethodPost, "/api/v1/reports", report(apptest.Here, obj{"point": nil, "cell": apptest.Here.Other()})).Want(http.StatusCreated)
	other := &story{t: t, a: app, id: elsewhere.View()["case"].(obj)["id"].(string)}
	staff, leader := app.As(t, mediation.TownshipStaff, apptest.Here), app.As(t, mediation.Leader, apptest.Here)
	photo := upload(t, app, staff, "evidence").Want(http.StatusCreated).Text("id")
	supplement := func(s *story, tag string) apptest.Answer {
		return app.Do(t, staff, http.MethodPost, s.path("/supplement"), obj{"photos": []string{photo}}, apptest.IfMatch(tag), newKey())
	}
	supplement(other, `"999999-x"`).Refused(http.StatusPreconditionFailed, "stale", "")
	supplement(here, app.Do(t, staff, http.MethodGet, here.path(""), nil).ETag()).Want(http.StatusOK)
	supplement(here, app.Do(t, staff, http.MethodGet, here.path(""), nil).ETag()).Want(http.StatusOK)
	supplement(other, app.Do(t, staff, http.MethodGet, other.path(""), nil).ETag()).Refused(http.StatusConflict, "media.attached", "photos")
	app.Do(t, staff, http.MethodPost, "/api/v1/reports", report(apptest.Here, obj{"photos": []string{photo}})).Refused(http.StatusConflict, "media.attached", "photos")
	app.Do(t, app.As(t, mediation.CountyStaff, apptest.Here), http.MethodGet, "/api/v1/media/"+photo, nil).Want(http.StatusOK)
	app.Do(t, leader, http.MethodGet, "/api/v1/media/"+photo, nil).Refused(http.StatusNotFound, "not_found", "")
	app.Do(t, app.As(t, mediation.GridWorker, apptest.Here), http.MethodPost, "/api/v1/reports", report(apptest.Here, obj{"photos": []string{photo}})).
		Refused(http.StatusUnprocessableEntity, "unknown_value", "photos[0]")
}
