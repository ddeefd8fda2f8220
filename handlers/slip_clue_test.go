package handlers_test

import (
	"testing"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
	"fengqiao/mediation/slip"
)

// A clue never reaches whom it is about, be they of the role that may know of clues, and goes to the discipline body alone.
func TestAClueIsKeptFromWhomItIsAboutAndGoesToTheDisciplineBodyAlone(t *testing.T) {
	apptest.OnBoth(t, aClueIsKeptFromWhomItIsAbout)
}

func aClueIsKeptFromWhomItIsAbout(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	under(t, a, "anji")
	boss := a.Post(t, "sv-clue", account.Place{Role: mediation.Supervisor, Area: apptest.County})
	body := a.Post(t, "discipline", account.Place{Role: mediation.UnitStaff, Area: apptest.County, Unit: "富阳区纪委监委"})
	a.Post(t, "justice", account.Place{Role: mediation.UnitStaff, Area: apptest.County, Unit: "司法局"})
	named := a.Post(t, "ld-named", account.Place{Role: mediation.Leader, Area: apptest.County})
	inside := a.Post(t, "ld-inside", account.Place{Role: mediation.Leader, Area: apptest.County, Unit: "司法局"})
	other := a.Post(t, "ld-other", account.Place{Role: mediation.Leader, Area: apptest.County})
	issue := func(about obj, to obj, kind string) apptest.Answer {
		t.Helper()
		full := obj{"kind": "area", "id": string(apptest.County)}
		for key, v := range about {
			full[key] = v
		}
		return a.Do(t, boss, "POST", "/api/v1/slips", obj{"kind": kind, "about": full, "area": string(apptest.County), "to": to, "text": "反映其收受财物"}, newKey())
	}
	of := obj{"users": []string{named.User.ID}, "units": []string{"司法局"}}
	to := obj{"unit": "富阳区纪委监委", "area": string(apptest.County)}
	issue(of, obj{"unit": "司法局", "area": string(apptest.County)}, "clue").Refused(409, "slip.body", "to")
	issue(obj{"users": []string{"nobody"}}, to, "clue").Refused(422, "unknown_value", "about.users[0]")
	issue(obj{"units": []string{"富阳区纪委监委"}}, to, "clue").Refused(409, "slip.about_addressee", "to")
	id := issue(of, to, "clue").Want(201).Text("id")
	for _, who := range []*apptest.Person{named, inside} {
		a.Do(t, who, "GET", "/api/v1/slips/"+id, nil).Refused(404, "not_found", "")
		var list struct{ Items []struct{ ID string } }
		a.Do(t, who, "GET", "/api/v1/slips", nil).Want(200).Into(&list)
		if len(list.Items) > 0 {
			t.Errorf("%s lists %+v", who.User.Login, list)
		}
	}
	for _, who := range []*apptest.Person{other, boss, body} {
		a.Do(t, who, "GET", "/api/v1/slips/"+id, nil).Want(200)
		var list struct{ Items []struct{ ID string } }
		a.Do(t, who, "GET", "/api/v1/slips", nil).Want(200).Into(&list)
		if len(list.Items) != 1 {
			t.Errorf("%s lists %+v", who.User.Login, list)
		}
	}
	d := a.Store.Directory()
	who, err := d.Who(t.Context(), mediation.Recipient{Role: mediation.Leader, Area: apptest.County})
	if err == nil {
		who, err = d.Spare(t.Context(), mediation.Notice{Subject: "slip/" + id}, who)
	}
	if err != nil || len(who) != 1 || who[0].User != other.User.ID {
		t.Errorf("told %+v, %v", who, err)
	}
	if s, err := a.Store.Slips().Load(t.Context(), id); err != nil || s.State != slip.Issued {
		t.Errorf("%+v, %v", s.State, err)
	}
}
