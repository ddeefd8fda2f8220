package main

import (
	"bytes"
	"image"
	"image/jpeg"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"fengqiao/fixtures"
	"fengqiao/internal/media"
	"fengqiao/mediation"
	"fengqiao/mediation/study"
)

const (
	loopSays = "\nloop:\n  of: all\n  steps:\n    - {key: meet, name: {zh: 双见面, en: two meetings}, kind: meeting, by: [county_staff], times: 2}\n" +
		"    - {key: visit, name: {zh: 一现场, en: one visit}, kind: visit, by: [county_staff], times: 1, metres: 300, accuracy_metres: 100, photo: true}\n"
	metWords  = "见面时当事人说愿意修"
	seenWords = "现场天花板渗水"
	satWords  = "研判认为须三方到场"
)

// TestWhatTheLoopAndAStudySaidIsErasedWithTheCase erases a case whose steps were noted and which was studied: marks and studies are sealed under
// its key, and a visit has a photo.
func TestWhatTheLoopAndAStudySaidIsErasedWithTheCase(t *testing.T) {
	onBothStores(t, func(t *testing.T, data, address string) {
		src, err := fixtures.Policy("fuyang")
		if err != nil {
			t.Fatal(err)
		}
		q := &quarrel{t: t, data: data, store: address}
		ok(t, q.args("import", "policy", write(t, "policy.yaml", string(src)+loopSays))...)
		q = begun(t, data, address)
		var photo, sat string
		q.open(func(in *installation, s *mediation.Service) {
			var picture bytes.Buffer
			q.must(jpeg.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 64, 48)), nil))
			p, err := media.New(in.Store.Photos(), in.Blobs, in.ring, media.Options{}).Upload(t.Context(), q.staff.ID, uuid.NewString(), &picture, "image/jpeg")
			q.must(err)
			photo = p.ID
			studies := study.NewService(study.Deps{Studies: in.Store.Studies(), Cases: s, Reader: in.Store.Cases(), People: in.Store.Persons(), Sealer: in.ring, Now: time.Now})
			st, err := studies.Call(t.Context(), q.staff, q.id, "key", "complex", satWords)
			q.must(err)
			sat = st.ID
		})
		q.order(mediation.MarkLoop{Step: "meet", Text: metWords, Party: q.party})
		q.order(mediation.MarkLoop{Step: "visit", Text: seenWords, Photos: []string{photo}, Point: &orb.Point{119.95, 30.05}, AccuracyM: 8})
		q.end()
		says := func() (text string) {
			q.open(func(in *installation, s *mediation.Service) {
				c, err := s.Cases.Load(t.Context(), q.id)
				q.must(err)
				st, err := in.Store.Studies().Load(t.Context(), sat)
				q.must(err)
				sealed := []mediation.Sealed{st.Words}
				for _, m := range c.Loop {
					sealed = append(sealed, m.Words)
				}
				for _, e := range c.Events {
					sealed = append(sealed, e.Words)
				}
				for _, v := range sealed {
					plain, err := s.Open(t.Context(), v)
					q.must(err)
					text += plain + ";"
				}
				p, err := in.Store.Photos().Get(t.Context(), photo)
				q.must(err)
				if _, err := in.Blobs.Open(t.Context(), p.BlobID); err == nil || p.State != media.Gone {
					text += "photo"
				}
				if len(c.Loop) != 2 {
					t.Errorf("that the steps were done is gone: %+v", c.Loop)
				}
			})
			return text
		}
		for _, want := range []string{metWords, seenWords, satWords, "photo"} {
			if got := says(); !strings.Contains(got, want) {
				t.Errorf("before: %q is not in %q", want, got)
			}
		}
		if r := q.erase("case", q.id, "--yes"); r.code != exitOK {
			t.Fatalf("exit %d, %s%s", r.code, r.out, r.err)
		}
		if got := strings.Trim(says(), ";"); got != "" {
			t.Errorf("it still says %q", got)
		}
		if out := ok(t, q.args("verify")...); !strings.Contains(out, "0 problems") {
			t.Error(out)
		}
	})
}
