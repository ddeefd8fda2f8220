package handlers_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	"fengqiao/handlers/apptest"
	"fengqiao/mediation"
	"fengqiao/mediation/desk"
)

// order is a well-formed work order, with changes.
func order(p apptest.Place, changes obj) obj {
	o := report(p, changes)
	delete(o, "clientId")
	return o
}

// hotline is the township's outside desk, and one that sends to an order of it.
type hotline struct {
	a   *apptest.App
	who *apptest.Person
}

func deskOf(t *testing.T, a *apptest.App, p apptest.Place) hotline {
	return hotline{a, a.As(t, mediation.Desk, p)}
}

func (h hotline) put(t *testing.T, number string, body obj) apptest.Answer {
	t.Helper()
	return h.a.Do(t, h.who, "PUT", "/api/v1/desk/orders/"+number, body)
}

func (h hotline) say(t *testing.T, number, segment, id, text string, more ...obj) apptest.Answer {
	t.Helper()
	body := obj{"messageId": id, "text": text}
	for _, m := range more {
		for k, v := range m {
			body[k] = v
		}
	}
	return h.a.Do(t, h.who, "POST", "/api/v1/desk/orders/"+number+"/"+segment, body)
}

// orderState is what a test looks at in an answer.
type orderState struct {
	Number, Desk, Status, ReportID string
	Case                           *struct{ ID, Number, State string }
	Messages                       []struct{ MessageID, Kind, Status, Code string }
}

func (h hotline) look(t *testing.T, number string) (o orderState) {
	t.Helper()
	h.a.Do(t, h.who, "GET", "/api/v1/desk/orders/"+number, nil).Want(200).Into(&o)
	return o
}

func (o orderState) messages() string {
	text := ""
	for _, m := range o.Messages {
		text += fmt.Sprintf("%s %s %s %s; ", m.MessageID, m.Kind, m.Status, m.Code)
	}
	return text
}

func TestAnOrderOfTheHotlineBecomesACaseAndBothNumbersAreKept(t *testing.T) {
	apptest.OnBoth(t, anOrderOfTheHotlineBecomesACase)
}

func anOrderOfTheHotlineBecomesACase(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	h := deskOf(t, a, apptest.Here)
	body := order(apptest.Here, nil)
	var first orderState
	h.put(t, "GD2026-0001", body).Want(201).Into(&first)
	if first.Status != "case" || first.Case == nil || first.Case.Number == "" || first.Desk != apptest.Here.Desk() {
		t.Fatalf("%+v", first)
	}
	for range 4 {
		var again orderState
		answer := h.put(t, "GD2026-0001", body).Want(201)
		answer.Into(&again)
		if again.ReportID != first.ReportID || again.Case.ID != first.Case.ID || answer.Header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("the same order again: %+v", again)
		}
	}
	h.put(t, "GD2026-0001", order(apptest.Here, obj{"text": "另一件事"})).Refused(422, "desk.differs", "number")

	var k struct {
		Channel string
		Outside []struct{ Desk, Number, ReportID string }
	}
	a.Do(t, a.As(t, mediation.TownshipStaff, apptest.Here), "GET", "/api/v1/cases/"+first.Case.ID, nil).Want(200).Into(&k)
	if len(k.Outside) != 1 || k.Outside[0].Number != "GD2026-0001" || k.Outside[0].ReportID != first.ReportID || k.Channel != apptest.Here.Desk() {
		t.Errorf("%+v", k)
	}
}

func TestADeskSeesItsOwnOrdersAlone(t *testing.T) {
	apptest.OnBoth(t, aDeskSeesItsOwnOrdersAlone)
}

func aDeskSeesItsOwnOrdersAlone(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	here, there := deskOf(t, a, apptest.Here), deskOf(t, a, apptest.There)
	here.put(t, "A-1", order(apptest.Here, nil)).Want(201)
	there.put(t, "A-2", order(apptest.There, nil)).Want(201)
	a.Do(t, there.who, "GET", "/api/v1/desk/orders/A-1", nil).Refused(404, "not_found", "")
	var page struct{ Items []orderState }
	a.Do(t, there.who, "GET", "/api/v1/desk/orders", nil).Want(200).Into(&page)
	if len(page.Items) != 1 || page.Items[0].Number != "A-2" {
		t.Errorf("%+v", page)
	}
	// The same number of two desks is two orders.
	there.put(t, "A-1", order(apptest.There, nil)).Want(201)
	if here.look(t, "A-1").ReportID == there.look(t, "A-1").ReportID {
		t.Error("two desks share an order")
	}
	for _, role := range mediation.AccountRoles {
		if role != mediation.Desk {
			a.Do(t, a.As(t, role, apptest.Here), "GET", "/api/v1/desk/orders/A-1", nil).Refused(403, "forbidden", "")
		}
	}
}

func TestMessagesThatOvertakeTheirOrderWaitForIt(t *testing.T) {
	apptest.OnBoth(t, messagesThatOvertakeTheirOrderWaitForIt)
}

func messagesThatOvertakeTheirOrderWaitForIt(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	h := deskOf(t, a, apptest.Here)
	h.say(t, "B-1", "supplements", "m1", "对方又来敲门").Want(202)
	h.say(t, "B-1", "close", "m2", "来电人撤回").Want(202)
	if o := h.look(t, "B-1"); o.Status != "waiting" || o.messages() != "m1 supplement waiting ; m2 close waiting ; " {
		t.Errorf("%+v", o)
	}
	h.put(t, "B-1", order(apptest.Here, obj{"severity": 4})).Want(201)
	o := h.look(t, "B-1")
	if o.Status != "withdrawn" || o.Case.State != "withdrawn" || o.messages() != "m1 supplement applied ; m2 close applied ; " {
		t.Errorf("%+v", o)
	}
	var rep struct{ Supplements []struct{ Text string } }
	a.Do(t, h.who, "GET", "/api/v1/reports/"+o.ReportID, nil).Want(200).Into(&rep)
	if len(rep.Supplements) != 1 || rep.Supplements[0].Text != "对方又来敲门" {
		t.Errorf("%+v", rep)
	}
}

func TestTheSameMessageFiveTimesIsOneMessage(t *testing.T) {
	apptest.OnBoth(t, theSameMessageFiveTimesIsOneMessage)
}

func theSameMessageFiveTimesIsOneMessage(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	h := deskOf(t, a, apptest.Here)
	h.put(t, "C-1", order(apptest.Here, nil)).Want(201)
	for range 5 {
		h.say(t, "C-1", "supplements", "m1", "补充一句").Want(200)
	}
	o := h.look(t, "C-1")
	var rep struct{ Supplements []struct{ Text string } }
	a.Do(t, h.who, "GET", "/api/v1/reports/"+o.ReportID, nil).Want(200).Into(&rep)
	if len(rep.Supplements) != 1 || len(o.Messages) != 1 {
		t.Errorf("%+v %+v", rep, o)
	}
	h.say(t, "C-1", "supplements", "m1", "另一句").Refused(422, "desk.message_differs", "messageId")
	h.say(t, "C-1", "close", "m1", "补充一句").Refused(422, "desk.message_differs", "messageId")
}

func TestAMatterThatTheDeskGivesBackIsOpenedAgain(t *testing.T) {
	a := apptest.New(t)
	h := deskOf(t, a, apptest.Here)
	h.put(t, "D-1", order(apptest.Here, obj{"severity": 4})).Want(201)
	h.say(t, "D-1", "close", "m1", "来电人撤回").Want(200)
	h.say(t, "D-1", "return", "m2", "来电人又来电，要求继续办理").Want(200)
	if o := h.look(t, "D-1"); o.Case.State != "reported" || o.messages() != "m1 close applied ; m2 return applied ; " {
		t.Errorf("%+v", o)
	}
	// What the case does not allow any more is refused, and again when it is sent again, and holds nothing up.
	refused := h.say(t, "D-1", "supplements", "m3", "再补充")
	again := h.say(t, "D-1", "supplements", "m3", "再补充")
	if refused.Status != http.StatusConflict || problemCode(refused) != "report.withdrawn" || problemCode(again) != "report.withdrawn" {
		t.Errorf("%s %s", refused.Body, again.Body)
	}
	if o := h.look(t, "D-1"); o.messages() != "m1 close applied ; m2 return applied ; m3 supplement refused report.withdrawn; " {
		t.Errorf("%+v", o)
	}
}

func TestDangerNamedLaterGoesStraightBackToThePolice(t *testing.T) {
	apptest.OnBoth(t, dangerNamedLaterGoesStraightBackToThePolice)
}

func dangerNamedLaterGoesStraightBackToThePolice(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	h := deskOf(t, a, apptest.Here)
	h.put(t, "E-1", order(apptest.Here, obj{"severity": 1})).Want(201)
	o := h.look(t, "E-1")
	if o.Case.State == "reported" {
		staff := a.As(t, mediation.TownshipStaff, apptest.Here)
		k := a.Do(t, staff, "GET", "/api/v1/cases/"+o.Case.ID, nil).Want(200)
		a.Do(t, staff, "POST", "/api/v1/cases/"+o.Case.ID+"/accept", obj{}, newKey(), apptest.Header("If-Match", k.ETag())).Want(200)
	}
	a.As(t, mediation.MediatorRole, apptest.Here) // somebody to ask
	if _, err := a.Watch.Sweep(t.Context(), a.Case.Now()); err != nil {
		t.Fatal(err)
	}
	if before, err := a.Cases.Cases.Load(t.Context(), o.Case.ID); err != nil || before.State != mediation.Offered {
		t.Fatalf("nobody was asked: %s %v", before.State, err)
	}
	h.say(t, "E-1", "supplements", "m1", "对方拿出了刀", obj{"emergency": true}).Want(200)
	k, err := a.Cases.Cases.Load(t.Context(), o.Case.ID)
	if err != nil {
		t.Fatal(err)
	}
	if k.State != mediation.Transferred || !k.Emergency || k.Outcome.Reason != mediation.ReasonEmergency {
		t.Errorf("%s %v %+v", k.State, k.Emergency, k.Outcome)
	}
	for _, offer := range k.Offers {
		if offer.State == mediation.OfferOpen {
			t.Errorf("an offer stands: %+v", offer)
		}
	}
	// Once more, now that the case is with the police: a case of its own goes there at once.
	h.say(t, "E-1", "supplements", "m2", "他又回来了", obj{"emergency": true}).Want(200)
	list, _, err := a.Cases.MyReports(t.Context(), h.who.Actor(), "", 10)
	if err != nil || len(list) != 2 || !list[0].Emergency {
		t.Errorf("%+v %v", list, err)
	}
}

func TestFirstMessagesThatComeAtOnceAreUnderOneKey(t *testing.T) {
	apptest.OnBoth(t, firstMessagesThatComeAtOnce)
}

func firstMessagesThatComeAtOnce(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	who := a.As(t, mediation.Desk, apptest.Here).Actor()
	for i := range 5 {
		number := fmt.Sprint("AT-ONCE-", i)
		var all sync.WaitGroup
		for j := range 4 {
			all.Go(func() {
				if _, err := a.Desks.Say(t.Context(), who, number, desk.Said{ID: fmt.Sprint("m", j), Kind: desk.Supplement, Text: "来电人补充"}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		o, err := a.Store.DeskOrders().Load(t.Context(), mediation.Outside{Desk: apptest.Here.Desk(), Number: number})
		if err != nil || len(o.Messages) != 4 {
			t.Fatalf("%+v, %v", o, err)
		}
		for _, m := range o.Messages {
			if m.Words.Key != o.Key {
				t.Errorf("%s: what %s says is under another key than the order's, and would outlive its erasure", number, m.ID)
			}
		}
	}
}
