package media

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"fengqiao/mediation"
)

func TestALinkOpensItsPhotoForAWhileAndNamesNobody(t *testing.T) {
	r := newRoom(t, Limits{})
	p := r.upload(t, "worker-1", clientID(), plainJPEG(t, 40, 30))
	whole, until := r.Link(p, false)
	small, _ := r.Link(p, true)
	if strings.Contains(whole, "worker") || until.Sub(r.clock.Now()) > LinkFor {
		t.Errorf("%s until %s", whole, until)
	}
	for link, want := range map[string]bool{whole: false, small: true} {
		if got, isSmall, err := r.Follow(t.Context(), link); err != nil || got.ID != p.ID || isSmall != want {
			t.Errorf("%s: %+v, %v, %v", link, got, isSmall, err)
		}
	}
	end := strings.LastIndexByte(small, '.')
	said, hash := small[:end], small[end+1:]
	other := r.upload(t, "worker-1", clientID(), plainJPEG(t, 41, 30))
	for situation, link := range map[string]string{
		"nothing": "", "no hash": said, "the whole picture with the small one's hash": strings.Replace(said, ".s.", ".w.", 1) + "." + hash,
		"another photo": strings.Replace(said, p.ID, other.ID, 1) + "." + hash, "a later end": said + "0." + hash,
		"another installation's": func() string { link, _ := newRoom(t, Limits{}).Link(p, false); return link }(),
	} {
		if _, _, err := r.Follow(t.Context(), link); !errors.Is(err, mediation.ErrNotFound) {
			t.Errorf("%s: %v", situation, err)
		}
	}
	r.clock.pass(LinkFor)
	_, _, err := r.Follow(t.Context(), whole)
	refused(t, err, mediation.Erased, CodeLink)
	r.clock.pass(-time.Second)
	if err := r.Erase(t.Context(), p.ID); err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.Follow(t.Context(), whole); !errors.Is(err, mediation.ErrNotFound) {
		t.Errorf("a link to what was erased: %v", err)
	}
}

// FuzzLink: no words but those of a link open anything.
func FuzzLink(f *testing.F) {
	r := newRoom(f, Limits{})
	p, err := r.Upload(f.Context(), "worker-1", clientID(), bytes.NewReader(plainJPEG(f, 40, 30)), "")
	if err != nil {
		f.Fatal(err)
	}
	whole, _ := r.Link(p, false)
	small, _ := r.Link(p, true)
	for _, link := range []string{whole, small, whole + "\n", strings.ToUpper(small), p.ID, "...", strings.Replace(whole, ".w.", ".w.+", 1)} {
		f.Add(link)
	}
	f.Fuzz(func(t *testing.T, link string) {
		got, isSmall, err := r.Follow(t.Context(), link)
		switch genuine := link == whole || link == small; {
		case genuine && (err != nil || got.ID != p.ID || isSmall != (link == small)):
			t.Fatalf("%s: %v", link, err)
		case !genuine && (!errors.Is(err, mediation.ErrNotFound) || got.ID != "" || isSmall):
			t.Fatalf("%q opens %+v: %v", link, got, err)
		}
	})
}
