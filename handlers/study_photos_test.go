package handlers_test

import (
	"net/http"
	"testing"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
	"fengqiao/mediation/study"
)

func TestMembersOpenThePhotosThatAStudyWasShownWhileItIsOpen(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		a := fresh(t)
		s := called(t, a)
		supervisor := a.As(t, mediation.Supervisor, apptest.Here)
		guest := a.Post(t, "guest", account.Place{Role: mediation.UnitStaff, Area: apptest.County, Unit: "园林局"})
		other := a.Post(t, "other-guest", account.Place{Role: mediation.UnitStaff, Area: apptest.County, Unit: "水务局"})
		for _, unit := range []string{"园林局", "水务局"} {
			s.post(s.leader, "/members", obj{"unit": unit}).Want(200)
		}
		mine, aside := upload(t, a, s.staff, "shown").Want(201).Text("id"), upload(t, a, s.staff, "aside").Want(201).Text("id")
		opens := func(who *apptest.Person, photo string, status int) {
			t.Helper()
			for _, path := range []string{"", "/thumbnail"} {
				a.Do(t, who, http.MethodGet, "/api/v1/media/"+photo+path, nil).Want(status)
			}
		}
		opens(guest, mine, 404)
		s.post(guest, "/materials", obj{"text": "别人的照片", "photos": []string{aside}}).Refused(422, "unknown_value", "photos[0]")
		s.post(s.staff, "/materials", obj{"text": "没有的照片", "photos": []string{"nothing"}}).Refused(422, "unknown_value", "photos[0]")
		s.post(s.staff, "/materials", obj{"text": "现场照片", "photos": []string{mine}}).Want(200)
		s.post(guest, "/materials", obj{"text": "再看这张", "photos": []string{mine}}).Want(200) // which they see now

		var v struct{ Materials []struct{ Photos []string } }
		a.Do(t, guest, http.MethodGet, "/api/v1/studies/"+s.study, nil).Want(200).Into(&v)
		if len(v.Materials) != 2 || len(v.Materials[0].Photos) != 1 || v.Materials[0].Photos[0] != mine {
			t.Fatalf("%+v", v)
		}
		opens(guest, mine, 200)
		opens(guest, aside, 404) // nothing of the album but that
		opens(supervisor, mine, 404)
		var looks struct {
			Items []struct{ What string }
		}
		a.Do(t, s.staff, http.MethodGet, s.path("/looks"), nil).Want(200).Into(&looks)
		seen := false
		for _, l := range looks.Items {
			seen = seen || l.What == "media" // nobody else has opened it
		}
		if !seen {
			t.Errorf("that they opened it is on no record: %+v", looks)
		}
		// Who has left sees it no more, and nobody does once it has concluded.
		var st studyState
		a.Do(t, s.leader, http.MethodGet, "/api/v1/studies/"+s.study, nil).Want(200).Into(&st)
		for _, m := range st.Members {
			if m.Unit == "水务局" {
				opens(other, mine, 200)
				s.post(s.leader, "/members/"+m.ID+"/leave", obj{}).Want(200)
			}
		}
		opens(other, mine, 404)
		s.post(s.leader, "/conclusion", obj{"text": "结论"}).Want(200)
		opens(guest, mine, 404)
		opens(s.staff, mine, 200) // who uploaded it

		// It goes with the case.
		e := &mediation.Eraser{Service: a.Cases, Keys: a.Ring, Photos: a.Photos, By: mediation.SystemActor, Rooms: []mediation.Leavings{&study.Eraser{Studies: a.Store.Studies()}}}
		if _, err := a.Cases.Cases.Update(t.Context(), s.id, func(c *mediation.Case) error { c.State = mediation.Withdrawn; return nil }); err != nil {
			t.Fatal(err)
		}
		if err := e.EraseCase(t.Context(), s.id, "request"); err != nil {
			t.Fatal(err)
		}
		if answer := a.Do(t, s.staff, http.MethodGet, "/api/v1/media/"+mine, nil); answer.Status == http.StatusOK {
			t.Errorf("the photo is left: %d", answer.Status)
		}
	})
}
