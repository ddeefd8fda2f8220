package handlers

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"time"

	"fengqiao/internal/media"
	"fengqiao/mediation"
	"fengqiao/mediation/slip"

	"github.com/gofiber/fiber/v2"
)

// photoView is a photo or a recording without where and when it was taken: that is evidence for those who handle the case.
type photoView struct {
	ID       string    `json:"id"`
	ClientID string    `json:"clientId"`
	Kind     string    `json:"kind"`
	Bytes    int64     `json:"bytes"`
	Width    int       `json:"width"`
	Height   int       `json:"height"`
	Seconds  float64   `json:"seconds"`
	Created  time.Time `json:"createdAt"`
	URL      string    `json:"url"`
	Thumb    *string   `json:"thumbnailUrl"` // null of a recording
}

func viewPhoto(p media.Photo) photoView {
	v := photoView{ID: p.ID, ClientID: p.ClientID, Kind: string(p.Kind), Bytes: p.Bytes, Width: p.Width, Height: p.Height,
		Seconds: float64(p.Millis) / 1000, Created: p.Created.UTC(), URL: "/api/v1/media/" + p.ID}
	if !p.Kind.Sound() {
		small := v.URL + "/thumbnail"
		v.Thumb = &small
	}
	return v
}

// kindsTaken are the content types of upload.
var kindsTaken = func() string {
	var all string
	for _, k := range media.Kinds {
		all += string(k) + ", "
	}
	return all + "multipart/form-data"
}()

// upload takes a photo or a recording in: as the body itself with ?clientId=, or as multipart/form-data with the field clientId
// before the file, photo or recording. The same photo under the same clientId is one photo, however often it is sent.
func (a *API) upload(c *Call) (Reply, error) {
	kind, params, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	if err != nil {
		return Reply{}, refuse(http.StatusUnsupportedMediaType, "not_json", "", "want", kindsTaken)
	}
	body := io.Reader(&capped{c: c, r: c.Stream(), left: c.Route.Body})
	id := c.QueryText("clientId")
	if kind == "multipart/form-data" {
		part, clientID, err := photoPart(multipart.NewReader(body, params["boundary"]), id)
		if err != nil {
			return Reply{}, err
		}
		body, id, kind = part, clientID, part.Header.Get(fiber.HeaderContentType)
	}
	if id == "" {
		return Reply{}, refuse(http.StatusBadRequest, "required", "clientId")
	}
	p, err := a.Media.Upload(c.Context, c.Actor.ID, id, body, printable(kind))
	if err != nil {
		var tooLarge *Problem
		if errors.As(err, &tooLarge) {
			return Reply{}, tooLarge
		}
		return Reply{}, err
	}
	view := viewPhoto(p)
	return Reply{Status: http.StatusCreated, Location: view.URL, View: view}, nil
}

// photoPart finds the file in a form.
func photoPart(form *multipart.Reader, id string) (*multipart.Part, string, error) {
	for range 10 {
		part, err := form.NextPart()
		if err != nil {
			var tooLarge *Problem
			if errors.As(err, &tooLarge) {
				return nil, "", tooLarge
			}
			return nil, "", &Problem{Status: http.StatusUnprocessableEntity, Code: "required", Field: "photo", Cause: err}
		}
		switch part.FormName() {
		case "photo", "recording":
			return part, id, nil
		case "clientId":
			text, err := io.ReadAll(io.LimitReader(part, 200))
			if err != nil {
				return nil, "", &Problem{Status: http.StatusBadRequest, Code: "body_cut_off", Cause: err}
			}
			id = string(text)
		default:
			return nil, "", invalid("unknown_field", printable(part.FormName()))
		}
	}
	return nil, "", invalid("required", "photo")
}

// capped ends with a Problem once the route's bound is passed.
type capped struct {
	c    *Call
	r    io.Reader
	left int64
}

func (l *capped) Read(p []byte) (int, error) {
	if l.left <= 0 {
		var probe [1]byte
		if n, err := l.r.Read(probe[:]); n == 0 {
			return 0, err
		}
		return 0, l.c.tooLarge()
	}
	if int64(len(p)) > l.left {
		p = p[:l.left]
	}
	n, err := l.r.Read(p)
	l.left -= int64(n)
	return n, err
}

// visiblePhoto loads the photo of the path for who may see it: its owner, and those to whom mediation.Parts gives the
// photos of the case or the report it belongs to, or who sits at an open study that it was put before, or who sees the slip whose proof it is. It returns the case too, "" if there is none, or
// the slip's album.
func (a *API) visiblePhoto(c *Call) (media.Photo, string, error) {
	return a.visiblePhotoOf(c, c.PathID("id"))
}

// visiblePhotoOf is visiblePhoto for a photo that is named otherwise.
func (a *API) visiblePhotoOf(c *Call, id string) (media.Photo, string, error) {
	p, err := a.Media.Photo(c.Context, id)
	if err != nil {
		return media.Photo{}, "", err
	}
	caseID, filedForOther := p.Case, false
	if p.Report != "" {
		report, err := a.Cases.Reports.Load(c.Context, p.Report)
		if err != nil {
			return media.Photo{}, "", err
		}
		if p.Owner == c.Actor.ID && report.For != "" { // as long as the resident's consent holds
			_, err := a.Cases.ReportOf(c.Context, c.Actor, report.ID)
			if err != nil && !errors.Is(err, mediation.ErrNotFound) {
				return media.Photo{}, "", err
			}
			filedForOther = err != nil
		}
		caseID = report.Case // where the report is now, after joins and splits
		if caseID == "" && p.Owner != c.Actor.ID && mediation.SeesOfReport(c.Actor, mediation.PartPhotos, &report) {
			return p, "", nil
		}
	}
	if p.Owner == c.Actor.ID && !filedForOther {
		return p, caseID, nil
	}
	if caseID == "" {
		return media.Photo{}, "", mediation.ErrNotFound
	}
	if id, ofSlip := strings.CutPrefix(caseID, slip.AlbumPrefix); ofSlip {
		_, err := a.slipSeen(c, id)
		return p, caseID, err
	}
	found, err := a.Cases.Cases.Load(c.Context, caseID)
	if err != nil {
		return media.Photo{}, "", err
	}
	shown := mediation.Sees(c.Actor, &found)[mediation.PartPhotos]
	if !shown { // but for who sits at a study that it was put before
		if shown, err = a.Studies.Shows(c.Context, c.Actor, caseID, p.ID); err != nil {
			return media.Photo{}, "", err
		}
	}
	if !shown {
		return media.Photo{}, "", mediation.ErrNotFound
	}
	return p, caseID, nil
}

// lookAtPhoto is visiblePhoto for a picture that is then shown: whoever did not take it leaves a look.
func (a *API) lookAtPhoto(c *Call) (media.Photo, error) {
	p, caseID, err := a.visiblePhoto(c)
	if err == nil && p.Owner != c.Actor.ID {
		err = a.looked(c, mediation.Look{Case: caseID, Report: p.Report, What: "media"})
	}
	return p, err
}

// photo serves the stored copy, which has no place and no time in it.
func (a *API) photo(c *Call) (Reply, error) {
	p, err := a.lookAtPhoto(c)
	if err != nil {
		return Reply{}, err
	}
	return a.bytesOf(c, p, false)
}

// thumbnail serves the small picture of lists. It shows faces and house numbers as the large one does.
func (a *API) thumbnail(c *Call) (Reply, error) {
	p, err := a.lookAtPhoto(c)
	if err != nil {
		return Reply{}, err
	}
	return a.bytesOf(c, p, true)
}

func (a *API) bytesOf(c *Call, p media.Photo, small bool) (Reply, error) {
	if small {
		body, err := a.Media.Thumb(c.Context, p)
		return Reply{Raw: &Raw{Type: string(media.JPEG), Body: body, Tag: "thumb-" + p.SHA256}}, err
	}
	body, err := a.Media.Picture(c.Context, p)
	return Reply{Raw: &Raw{Type: string(p.Kind), Body: body, Tag: p.SHA256, Parts: true}}, err
}

// linkView is what opens a photo or a recording without a token, until then.
type linkView struct {
	URL   string    `json:"url"`
	Thumb *string   `json:"thumbnailUrl"` // null of a recording
	Kind  string    `json:"kind"`
	Until time.Time `json:"until"`
}

// linkPhoto makes links for the picture elements and players of pages and apps. Having one is as good as having looked.
func (a *API) linkPhoto(c *Call) (Reply, error) {
	p, err := a.lookAtPhoto(c)
	if err != nil {
		return Reply{}, err
	}
	const path = "/api/v1/open/"
	whole, until := a.Media.Link(p, false)
	view := linkView{URL: path + whole, Kind: string(p.Kind), Until: until}
	if !p.Kind.Sound() {
		small, _ := a.Media.Link(p, true)
		small = path + small
		view.Thumb = &small
	}
	return Reply{View: view}, nil
}

// openLink serves what a link was made for.
func (a *API) openLink(c *Call) (Reply, error) {
	p, small, err := a.Media.Follow(c.Context, c.PathID("id"))
	if err != nil {
		return Reply{}, err
	}
	return a.bytesOf(c, p, small)
}
