package handlers_test

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/mediation"

	"github.com/google/uuid"
)

// story is one case on its way, and who has to do with it.
type story struct {
	t                       *testing.T
	a                       *apptest.App
	worker, staff, mediator *apptest.Person
	report, id              string
}

// begin reports a quarrel and lets its case be accepted and offered. Only the township's mediator user is there to ask.
func begin(t *testing.T, a *apptest.App) *story {
	t.Helper()
	s := &story{t: t, a: a, worker: a.As(t, mediation.GridWorker, apptest.Here), staff: a.As(t, mediation.TownshipStaff, apptest.Here),
		mediator: a.As(t, mediation.MediatorRole, apptest.Here)}
	rep := a.Do(t, s.worker, "POST", "/api/v1/reports", report(apptest.Here, nil)).Want(201).View()
	s.report, s.id = rep["id"].(string), rep["case"].(obj)["id"].(string)
	return s
}

func (s *story) path(rest string) string { return "/api/v1/cases/" + s.id + rest }

// order gives a command on the case as it stands.
func (s *story) order(who *apptest.Person, command string, body any) apptest.Answer {
	s.t.Helper()
	tag := s.a.Do(s.t, who, "GET", s.path(""), nil).Want(200).ETag()
	return s.a.Do(s.t, who, "POST", s.path("/"+command), body, apptest.IfMatch(tag), newKey())
}

// own gives a party's command.
func (s *story) own(party *apptest.Person, command string, body any) apptest.Answer {
	s.t.Helper()
	tag := s.a.Do(s.t, party, "GET", "/api/v1/party/case", nil).Want(200).ETag()
	return s.a.Do(s.t, party, "POST", "/api/v1/party/case/"+command, body, apptest.IfMatch(tag), newKey())
}

func (s *story) sweep() {
	s.t.Helper()
	if _, err := s.a.Watch.Sweep(context.Background(), s.a.Case.Now()); err != nil {
		s.t.Fatal(err)
	}
}

// offered accepts the case, sweeps, and returns the mediator's open offer.
func (s *story) offered() string {
	s.t.Helper()
	s.order(s.staff, "accept", obj{"remark": "属于民间纠纷"}).Want(200)
	s.sweep()
	var mine struct {
		Items []struct {
			Offer struct {
				ID      string
				Score   float64
				Metres  *float64
				Reasons []struct{ Text string }
			}
			Case struct{ ID string }
		}
	}
	s.a.Do(s.t, s.mediator, "GET", "/api/v1/offers", nil).Want(200).Into(&mine)
	if m := mine.Items; len(m) == 1 && m[0].Offer.Metres != nil && (*m[0].Offer.Metres != math.Trunc(*m[0].Offer.Metres) || len(strconv.FormatFloat(m[0].Offer.Score, 'f', -1, 64)) > len("0.123")) {
		s.t.Errorf("score %v, %v m: more places than anybody reads", m[0].Offer.Score, *m[0].Offer.Metres)
	}
	if len(mine.Items) != 1 || mine.Items[0].Case.ID != s.id || len(mine.Items[0].Offer.Reasons) == 0 || mine.Items[0].Offer.Metres == nil {
		s.t.Fatalf("offers: %+v", mine)
	}
	return mine.Items[0].Offer.ID
}

// parties enters both sides and returns them, signed in by their links.
func (s *story) parties() (applicant, respondent *apptest.Person) {
	s.t.Helper()
	enter := func(side, name, phone string) *apptest.Person {
		v := s.order(s.staff, "add-party", obj{"kind": "person", "side": side, "name": name, "phone": phone, "idNumber": "330183199001011234", "address": "文居街1号"}).Want(200).View()
		if len(v["link"].(string)) != 16 {
			s.t.Fatalf("link %v", v["link"])
		}
		return s.a.Party(s.t, s.id, v["party"].(string))
	}
	applicant = enter("applicant", "甲某", "13800001234")
	v := s.order(s.staff, "add-party", obj{"kind": "organisation", "side": "respondent", "name": "乙公司", "phone": "0571-63320000"}).Want(200).View()
	return applicant, s.a.Party(s.t, s.id, v["party"].(string))
}

func TestFromAReportToASettledCase(t *testing.T) { apptest.OnBoth(t, fromAReportToASettledCase) }

func fromAReportToASettledCase(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	s := begin(t, a)
	offer := s.offered()

	// Before accepting, the mediator sees enough to decide and nothing personal.
	before := a.Do(t, s.mediator, "GET", s.path(""), nil).Want(200).View()
	if before["text"] != nil || before["point"] != nil || before["reporters"] != nil {
		t.Errorf("a mediator who was only asked sees %v", before)
	}
	if !slices.Contains(before["actions"].([]any), any("take")) {
		t.Errorf("may do %v", before["actions"])
	}
	v := s.order(s.mediator, "take", obj{"offer": offer}).Want(200).View()
	if v["state"] != "accepted" || v["text"] != "楼上漏水，两户多次争吵" || v["point"] == nil {
		t.Fatalf("taken: %v", v)
	}
	applicant, respondent := s.parties()
	party := a.Do(t, applicant, "GET", "/api/v1/party/case", nil).Want(200).View()
	if party["plain"] != mediation.Accepted.Info().PlainZh || party["me"].(obj)["name"] != "甲某" || len(party["mediators"].([]any)) != 1 {
		t.Errorf("the party reads %v", party)
	}
	if en := a.Do(t, applicant, "GET", "/api/v1/party/case", nil, apptest.English()).Want(200).Text("plain"); en != mediation.Accepted.Info().PlainEn {
		t.Errorf("in English: %s", en)
	}
	s.own(applicant, "consent", obj{}).Refused(422, "required", "given")
	s.own(applicant, "consent", obj{"given": true}).Want(200)
	s.own(respondent, "consent", obj{"given": true}).Want(200)
	s.order(s.mediator, "session", obj{"attended": []string{applicant.User.ID, respondent.User.ID}, "notes": "现场查看"}).Want(200)
	s.order(s.mediator, "agree", obj{"facts": "漏水", "terms": "十日内修好并赔偿八百元", "performBy": time.Now().Add(240 * time.Hour).UTC().Format(time.RFC3339)}).Want(200)
	if v := s.own(applicant, "sign", obj{}).Want(200).View(); v["signed"] != true || v["agreement"].(obj)["terms"] != "十日内修好并赔偿八百元" {
		t.Errorf("signed: %v", v)
	}
	s.own(applicant, "sign", obj{}).Refused(409, "need.awaits_signature", "")
	s.own(respondent, "sign", obj{"manner": "seal"}).Want(200)
	s.order(s.mediator, "sign", obj{"role": "mediator", "manner": "signature"}).Want(200)
	if v := s.order(s.staff, "sign", obj{"role": "committee", "manner": "seal"}).Want(200).View(); v["state"] != "effective" {
		t.Fatalf("signed by all: %v", v["state"])
	}
	s.order(s.mediator, "close", nil).Refused(409, "need.performed", "")
	s.order(s.mediator, "perform", nil).Want(200)
	s.order(s.mediator, "close", obj{}).Want(200)
	s.order(s.worker, "follow-up", obj{"kept": true}).Refused(422, "required", "resolved")
	s.order(s.worker, "follow-up", obj{"kept": true, "resolved": true, "notes": "两户和好"}).Want(200)
	s.own(applicant, "rate", obj{"satisfied": true, "stars": 5}).Want(200)
	if state := a.Do(t, s.staff, "GET", s.path(""), nil).Want(200).Text("state"); state != "settled" {
		t.Errorf("ends as %s", state)
	}
	rep := a.Do(t, s.worker, "GET", "/api/v1/reports/"+s.report, nil).Want(200).View()
	if rep["case"].(obj)["state"] != "settled" {
		t.Errorf("the reporter sees %v", rep["case"])
	}
	s.checkTimeline()
	s.checkFormer(applicant)
}

// checkFormer reopens the case: what was agreed binds all the same, and whom it binds can still read it.
func (s *story) checkFormer(applicant *apptest.Person) {
	s.t.Helper()
	mine := s.own(applicant, "reopen", obj{"reason": "again"}).Want(200).View()
	staffs := s.a.Do(s.t, s.staff, "GET", s.path(""), nil).Want(200).View()
	for who, v := range map[string]obj{"the party": mine, "staff": staffs} {
		former, _ := v["formerAgreements"].([]any)
		if v["agreement"] != nil || len(former) != 1 || former[0].(obj)["terms"] != "十日内修好并赔偿八百元" {
			s.t.Errorf("%s: %v, %v", who, v["agreement"], former)
		}
	}
	late := s.order(s.staff, "add-party", obj{"kind": "person", "side": "third_party", "name": "丙某", "phone": "13800009999"}).Want(200).View()
	if v := s.a.Do(s.t, s.a.Party(s.t, s.id, late["party"].(string)), "GET", "/api/v1/party/case", nil).Want(200).View(); v["formerAgreements"] != nil {
		s.t.Errorf("somebody entered later reads %v", v["formerAgreements"])
	}
}

// checkTimeline reads the whole timeline in parts, and who looked.
func (s *story) checkTimeline() {
	s.t.Helper()
	var seqs []int
	after := 0
	for {
		var page struct {
			Items []struct {
				Seq        int
				KindText   string
				Prev, Hash string
				Actor      struct{ Name string }
				Role       string
			}
			After *int
		}
		s.a.Do(s.t, s.staff, "GET", s.path(fmt.Sprintf("/timeline?limit=5&after=%d", after)), nil).Want(200).Into(&page)
		for _, e := range page.Items {
			seqs = append(seqs, e.Seq)
			if e.KindText == "" || e.Hash == "" || e.Role != "system" && e.Role != "party" && e.Actor.Name == "" {
				s.t.Errorf("event %+v", e)
			}
		}
		if page.After == nil {
			break
		}
		after = *page.After
	}
	if len(seqs) < 15 || seqs[0] != 1 || seqs[len(seqs)-1] != len(seqs) {
		s.t.Errorf("timeline %v", seqs)
	}
	looks := s.a.Do(s.t, s.staff, "GET", s.path("/looks"), nil).Want(200)
	if !strings.Contains(string(looks.Body), `"timeline"`) || !strings.Contains(string(looks.Body), `"party"`) {
		s.t.Errorf("looks %s", looks.Body)
	}
	s.a.Do(s.t, s.worker, "GET", s.path("/timeline"), nil).Refused(403, "forbidden", "")
}

func TestAPartysCasesAreFoundByTheirNumber(t *testing.T) {
	apptest.OnBoth(t, aPartysCasesAreFoundByTheirNumber)
}

func aPartysCasesAreFoundByTheirNumber(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	s := begin(t, a)
	s.parties()
	there := settle(t, a, apptest.There) // whose party has the same phone
	search := func(who *apptest.Person, number string) apptest.Answer {
		return a.Do(t, who, "POST", "/api/v1/cases/search", obj{"number": number})
	}
	found := func(who *apptest.Person, number string, want ...string) {
		t.Helper()
		var page struct{ Items []struct{ ID string } }
		search(who, number).Want(200).Into(&page)
		var got []string
		for _, c := range page.Items {
			got = append(got, c.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s finds %q, want %q", number, got, want)
		}
	}
	for _, number := range []string{"13800001234", "+86 138 0000 1234", "330183199001011234"} {
		found(s.staff, number, s.id)
	}
	found(s.staff, "13800001235")
	found(a.As(t, mediation.TownshipStaff, apptest.There), "13800001234", there.caseID)
	search(s.staff, " ").Refused(422, "required", "number")
	search(s.worker, "13800001234").Refused(403, "forbidden", "")
	if looks := a.Do(t, s.staff, "GET", s.path("/looks"), nil).Want(200); !strings.Contains(string(looks.Body), `"search"`) {
		t.Errorf("nobody sees that they were looked for: %s", looks.Body)
	}
}

func TestWhoSeesWhatOfACase(t *testing.T) { apptest.OnBoth(t, whoSeesWhatOfACase) }

func whoSeesWhatOfACase(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	s := begin(t, a)
	s.parties()
	// Names, words and the spot: only for those who handle it. Numbers only when asked for, and that is noted.
	read := func(who *apptest.Person, query string) string {
		t.Helper()
		return string(a.Do(t, who, "GET", s.path(query), nil).Want(200).Body)
	}
	personal := []string{"甲某", "乙公司", "文居街", "漏水", "138****1234", "13800001234", "3301**********1234", "330183199001011234"}
	tests := map[string]struct {
		who    *apptest.Person
		query  string
		sees   string // one letter a datum of personal: x seen
		exact  bool
		inside bool
	}{
		"township staff":               {s.staff, "", "xxxxx-x-", true, true},
		"township staff who asks":      {s.staff, "?reveal=contact", "xxxx-x-x", true, true},
		"the grid worker who reported": {s.worker, "", "--------", false, false},
		"the grid leader":              {a.As(t, mediation.GridLeader, apptest.Here), "", "--------", false, false},
		"a supervisor":                 {a.As(t, mediation.Supervisor, apptest.Here), "", "--------", false, true},
		"a leader":                     {a.As(t, mediation.Leader, apptest.Here), "", "--------", false, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			text := read(tt.who, tt.query)
			for i, p := range personal {
				if strings.Contains(text, p) != (tt.sees[i] == 'x') {
					t.Errorf("%s: %v", p, !strings.Contains(text, p))
				}
			}
			if strings.Contains(text, `"point"`) != tt.exact || strings.Contains(text, `"reporters"`) != tt.inside {
				t.Errorf("point or reporters in %s", text)
			}
		})
	}
	a.Do(t, s.worker, "GET", s.path("?reveal=contact"), nil).Refused(403, "forbidden", "reveal")
	a.Do(t, s.staff, "GET", s.path("?reveal=everything"), nil).Refused(422, "unknown_value", "reveal")
	if looks := string(a.Do(t, s.staff, "GET", s.path("/looks"), nil).Want(200).Body); strings.Count(looks, `"contact"`) != 1 {
		t.Errorf("looks %s", looks)
	}
	a.Do(t, a.As(t, mediation.TownshipStaff, apptest.There), "GET", s.path(""), nil).Refused(404, "not_found", "")
	if strings.Contains(a.Log.String(), "甲某") || strings.Contains(a.Log.String(), s.id) {
		t.Error("the log tells of persons")
	}
}

func TestStaffFilterAndMapTheirCases(t *testing.T) { apptest.OnBoth(t, staffFilterAndMapTheirCases) }

func staffFilterAndMapTheirCases(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	here, there := a.As(t, mediation.GridWorker, apptest.Here), a.As(t, mediation.GridWorker, apptest.There)
	send := func(who *apptest.Person, p apptest.Place, change obj) {
		t.Helper()
		a.Do(t, who, "POST", "/api/v1/reports", report(p, change)).Want(201)
	}
	send(here, apptest.Here, obj{"category": "neighbour", "text": "宅基地界址不清"})
	send(here, apptest.Here, obj{"category": "labour", "severity": 3})
	send(here, apptest.Here, obj{"category": "contract", "point": nil, "cell": apptest.Here.Other()})
	send(there, apptest.There, obj{"category": "labour"})
	staff := a.As(t, mediation.TownshipStaff, apptest.Here)
	county := a.Post(t, "county", countyStaff())
	tests := map[string]struct{ here, county int }{
		"":                                      {3, 4},
		"?category=labour":                      {1, 2},
		"?severity=3":                           {1, 1},
		"?cell=" + string(apptest.Here.Other()): {1, 1},
		"?area=" + string(apptest.There):        {0, 1},
		"?state=reported,offered&open=true":     {3, 4},
		"?state=settled":                        {0, 0},
		"?open=false":                           {0, 0},
		"?age=1h":                               {0, 0},
		"?openedFrom=2020-01-01T00:00:00Z":      {3, 4},
		"?overdue=true":                         {0, 0},
		"?channel=app&needsHand=false":          {3, 4},
		"?q=" + "%E5%AE%85%E5%9F%BA%E5%9C%B0":   {0, 0}, // the sweep has not indexed yet
		"?number=33.01.11%2F" + year() + "%2F1": {1, 1},
		"?number=" + url.QueryEscape("富阳矛调〔"+year()+"〕第00001号"): {1, 1},
	}
	for query, want := range tests {
		for who, n := range map[*apptest.Person]int{staff: want.here, county: want.county} {
			var page struct{ Items []any }
			a.Do(t, who, "GET", "/api/v1/cases"+query, nil).Want(200).Into(&page)
			if len(page.Items) != n {
				t.Errorf("%s as %s: %d, want %d", query, who.User.Role, len(page.Items), n)
			}
			if c := a.Do(t, who, "GET", "/api/v1/cases/count"+query, nil).Want(200).View(); int(c["count"].(float64)) != n {
				t.Errorf("%s counted %v, want %d", query, c, n)
			}
		}
	}
	if _, err := a.Watch.Sweep(context.Background(), a.Case.Now()); err != nil {
		t.Fatal(err)
	}
	var found struct{ Items []any }
	a.Do(t, staff, "GET", "/api/v1/cases?q=%E5%AE%85%E5%9F%BA%E5%9C%B0", nil).Want(200).Into(&found)
	if len(found.Items) != 1 {
		t.Errorf("by words: %d", len(found.Items))
	}
	for query, field := range map[string]string{"?state=lost": "state", "?severity=7": "severity", "?open=perhaps": "open", "?cell=33-01": "cell",
		"?openedFrom=yesterday": "openedFrom", "?age=old": "age", "?q=%E3%80%82": "q"} {
		if p := a.Do(t, staff, "GET", "/api/v1/cases"+query, nil).Want(422); !strings.Contains(string(p.Body), `"field":"`+field+`"`) {
			t.Errorf("%s: %s", query, p.Body)
		}
	}
	checkMap(t, a, staff)
}

func TestPagesNeitherSkipNorRepeat(t *testing.T) { apptest.OnBoth(t, pagesNeitherSkipNorRepeat) }

func pagesNeitherSkipNorRepeat(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	worker, staff := a.As(t, mediation.GridWorker, apptest.Here), a.As(t, mediation.TownshipStaff, apptest.Here)
	want := map[string]bool{}
	for i := range 7 {
		body := report(apptest.Here, obj{"category": []string{"neighbour", "labour", "contract", "damage", "medical", "traffic", "other"}[i]})
		want[a.Do(t, worker, "POST", "/api/v1/reports", body).Want(201).View()["case"].(obj)["id"].(string)] = true
	}
	cursor, pages := "", 0
	for {
		var page struct {
			Items []struct{ ID string }
			Next  *string
		}
		a.Do(t, staff, "GET", "/api/v1/cases?limit=3&cursor="+cursor, nil).Want(200).Into(&page)
		pages++
		for _, c := range page.Items {
			if !want[c.ID] {
				t.Errorf("%s again or unknown", c.ID)
			}
			delete(want, c.ID)
		}
		if page.Next == nil {
			break
		}
		cursor = *page.Next
	}
	if len(want) != 0 || pages != 3 {
		t.Errorf("missing %v after %d pages", want, pages)
	}
	a.Do(t, staff, "GET", "/api/v1/cases?cursor=rubbish", nil).Want(http.StatusBadRequest)
}

func TestACommandIsCarriedOutOnceAndOnWhatWasSeen(t *testing.T) {
	apptest.OnBoth(t, aCommandIsCarriedOutOnceAndOnWhatWasSeen)
}

func aCommandIsCarriedOutOnceAndOnWhatWasSeen(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	s := begin(t, a)
	tag := a.Do(t, s.staff, "GET", s.path(""), nil).Want(200).ETag()
	key := newKey()
	a.Do(t, s.staff, "POST", s.path("/note"), obj{"text": "一"}, key).Refused(428, "if_match_required", "")
	a.Do(t, s.staff, "POST", s.path("/note"), obj{"text": "一"}, apptest.IfMatch(tag)).Refused(400, "key_required", "Idempotency-Key")
	first := a.Do(t, s.staff, "POST", s.path("/note"), obj{"text": "一"}, apptest.IfMatch(tag), key).Want(200)
	again := a.Do(t, s.staff, "POST", s.path("/note"), obj{"text": "一"}, apptest.IfMatch(tag), key).Want(200)
	if again.Header.Get("Idempotency-Replayed") != "true" || again.View()["revision"] != first.View()["revision"] {
		t.Errorf("again: %s", again.Body)
	}
	a.Do(t, s.staff, "POST", s.path("/note"), obj{"text": "二"}, apptest.IfMatch(tag), key).Refused(422, "same_id_other_content", "")
	a.Do(t, s.staff, "POST", s.path("/note"), obj{"text": "二"}, apptest.IfMatch(tag), newKey()).Refused(412, "stale", "")
	a.Do(t, s.staff, "POST", s.path("/close"), nil, apptest.IfMatch(first.ETag()), newKey()).Refused(409, "case.state", "")
	a.Do(t, s.staff, "POST", s.path("/fly"), nil, apptest.IfMatch(first.ETag()), newKey(), apptest.Undocumented()).Want(404)
}

func TestADeclinedOfferIsReplayedThoughTheCaseIsOutOfSight(t *testing.T) {
	apptest.OnBoth(t, aDeclinedOfferIsReplayedThoughTheCaseIsOutOfSight)
}

func aDeclinedOfferIsReplayedThoughTheCaseIsOutOfSight(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	s := begin(t, a)
	offer := s.offered()
	tag := a.Do(t, s.mediator, "GET", s.path(""), nil).Want(200).ETag()
	key := apptest.Key(uuid.NewString())
	for i := range 2 {
		if w := a.Do(t, s.mediator, "POST", s.path("/decline"), obj{"offer": offer, "reason": "busy"}, apptest.IfMatch(tag), key); w.Status != 204 || len(w.Body) != 0 {
			t.Fatalf("sending %d: %d %s", i+1, w.Status, w.Body)
		}
	}
	a.Do(t, s.mediator, "GET", s.path(""), nil).Refused(404, "not_found", "")
}
