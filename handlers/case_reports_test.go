package handlers_test

import (
	"net/http"
	"slices"
	"testing"

	"fengqiao/handlers/apptest"
	"fengqiao/mediation"
)

// heard is what somebody reads of a case's reports.
type heard struct {
	Items []struct {
		ID, Text string
		Photos   []string
		Point    *struct{ Type string }
	}
	Next *string
}

func TestWhoHandlesACaseReadsAllItsReports(t *testing.T) {
	apptest.OnBoth(t, whoHandlesACaseReadsAllItsReports)
}

func whoHandlesACaseReadsAllItsReports(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t)
	s := begin(t, app)
	photo := upload(t, app, s.worker, "second").Want(http.StatusCreated).Text("id")
	app.Do(t, s.worker, "POST", "/api/v1/reports", report(apptest.Here, obj{"text": "又吵了一次", "photos": []string{photo}})).Want(201)
	offer := s.offered()
	app.Do(t, s.mediator, "GET", s.path("/reports"), nil).Want(http.StatusForbidden) // asked, and not on the panel yet
	s.order(s.mediator, "take", obj{"offer": offer}).Want(200)

	read := func(who *apptest.Person, query string) heard {
		var got heard
		app.Do(t, who, "GET", s.path("/reports"+query), nil).Want(200).Into(&got)
		return got
	}
	words := []string{"楼上漏水，两户多次争吵", "又吵了一次"}
	for name, who := range map[string]*apptest.Person{"the mediator": s.mediator, "the office": s.staff} {
		got := read(who, "")
		if len(got.Items) != 2 || got.Items[0].Text != words[0] || got.Items[1].Text != words[1] || got.Items[1].Point == nil || !slices.Equal(got.Items[1].Photos, []string{photo}) {
			t.Errorf("%s reads %+v", name, got)
		}
	}
	app.Do(t, s.mediator, "GET", "/api/v1/media/"+photo, nil).Want(200)
	if got := read(app.As(t, mediation.Supervisor, apptest.Here), ""); len(got.Items) != 2 || got.Items[0].Text+got.Items[1].Text != "" || got.Items[0].Point != nil {
		t.Errorf("a supervisor reads %+v", got)
	}
	first := read(s.mediator, "?limit=1")
	if len(first.Items) != 1 || first.Next == nil {
		t.Fatalf("the first page: %+v", first)
	}
	if second := read(s.mediator, "?limit=1&cursor="+*first.Next); len(second.Items) != 1 || second.Items[0].Text != words[1] || second.Next != nil {
		t.Errorf("the second page: %+v", second)
	}
	var looks struct{ Items []struct{ What string } }
	app.Do(t, s.staff, "GET", s.path("/looks"), nil).Want(200).Into(&looks)
	if !slices.ContainsFunc(looks.Items, func(l struct{ What string }) bool { return l.What == "reports" }) {
		t.Errorf("nobody looked: %+v", looks)
	}
	// What a mediator finds on the spot goes into the case.
	mine := upload(t, app, s.mediator, "spot").Want(http.StatusCreated).Text("id")
	s.order(s.mediator, "supplement", obj{"text": "现场查看", "photos": []string{mine}}).Want(200)
	app.Do(t, s.staff, "GET", "/api/v1/media/"+mine, nil).Want(200)
}
