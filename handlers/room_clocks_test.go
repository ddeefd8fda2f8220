package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/mediation"
	"fengqiao/mediation/desk"

	"github.com/google/uuid"
)

// aDayToAnswer lets mediators answer within a working day.
const aDayToAnswer = "answer: 1wd"

// offerClock is the account of the only offer of a case, as its mediator and as staff see it.
func offerClock(t *testing.T, s *story) (mediator, staff *dueClock) {
	t.Helper()
	var mine struct {
		Items []struct{ Offer struct{ Clock *dueClock } }
	}
	s.a.Do(t, s.mediator, http.MethodGet, "/api/v1/offers", nil).Want(200).Into(&mine)
	var seen struct{ Offers []struct{ Clock *dueClock } }
	s.a.Do(t, s.staff, http.MethodGet, s.path(""), nil).Want(200).Into(&seen)
	if len(seen.Offers) != 1 {
		t.Fatalf("%+v", seen)
	}
	if len(mine.Items) == 0 {
		return nil, seen.Offers[0].Clock
	}
	return mine.Items[0].Offer.Clock, seen.Offers[0].Clock
}

func TestAnOffersClockExplainsItself(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		a := fresh(t)
		withEdited(t, a, "", "answer: 2h", aDayToAnswer)
		s := begin(t, a)
		offer := s.offered()
		mine, staff := offerClock(t, s)
		for _, k := range []*dueClock{mine, staff} {
			k.byRule(t, "answer", "tiers.village.answer", "1wd", "working")
		}
		var english struct {
			Items []struct{ Offer struct{ Clock *dueClock } }
		}
		a.Do(t, s.mediator, http.MethodGet, "/api/v1/offers", nil, apptest.English()).Want(200).Into(&english)
		if k := english.Items[0].Offer.Clock; k.ClockText != "to answer the offer" || !strings.Contains(k.Why[1], "1 working days") {
			t.Errorf("%+v", k)
		}
		s.order(s.mediator, "take", obj{"offer": offer}).Want(200)
		if mine, staff := offerClock(t, s); mine != nil || staff != nil {
			t.Errorf("once it is answered nothing is due: %+v %+v", mine, staff)
		}
	})
}

// byErrandRules is a county in which an errand has three working days.
func byErrandRules(fresh apptest.Fresh) apptest.Fresh {
	return func(t testing.TB, o ...apptest.Option) *apptest.App {
		a := fresh(t, o...)
		withRules(t.(*testing.T), a, "proxies:\n  name: {zh: 代办员, en: errand runner}\n  manners: [signature, fingerprint]\n  by: [grid_worker]\n  within: 3wd\n  remind: [1wd]\n")
		return a
	}
}

func TestAnErrandsClockExplainsItself(t *testing.T) {
	h := fileFor(t, byErrandRules(apptest.New))
	var v struct{ Errands []struct{ Clock *dueClock } }
	h.give(h.worker, "errand", obj{"party": h.party, "what": "代交产权复印件"}).Want(200).Into(&v)
	v.Errands[0].Clock.byRule(t, "errand", "proxies.within", "3wd", "working")
	h.app.Do(t, h.resident, http.MethodGet, "/api/v1/party/case", nil).Want(200).Into(&v)
	v.Errands[0].Clock.byRule(t, "errand", "proxies.within", "3wd", "working")
	var m struct{ Matters []struct{ Clock *dueClock } }
	h.app.Do(t, h.worker, http.MethodGet, "/api/v1/matters/"+h.worker.User.ID, nil).Want(200).Into(&m)
	m.Matters[0].Clock.byRule(t, "errand", "proxies.within", "3wd", "working")
}

func TestAPartysCaseAndConfirmationExplainTheirClocks(t *testing.T) {
	a := apptest.New(t)
	withRules(t, a, "confirmation:\n  except: [marriage_family]\n  apply: {within: 30d, remind: [3d]}\n")
	s := begin(t, a)
	s.order(s.mediator, "take", obj{"offer": s.offered()}).Want(200)
	one, other := s.parties()
	for _, p := range []*apptest.Person{one, other} {
		s.own(p, "consent", obj{"given": true}).Want(200)
	}
	s.order(s.mediator, "session", obj{"attended": []string{one.User.ID, other.User.ID}, "notes": "现场查看"}).Want(200)
	var mine struct {
		Clock     *dueClock
		Agreement *struct{ Confirmation *struct{ Clock *dueClock } }
	}
	read := func() {
		t.Helper()
		a.Do(t, one, http.MethodGet, "/api/v1/party/case", nil).Want(200).Into(&mine)
	}
	read()
	mine.Clock.byRule(t, "state", "clocks.states.mediating", "30d", "calendar")
	s.order(s.mediator, "agree", obj{"facts": "漏水", "terms": "修好", "performBy": a.Case.Now().Add(2000 * time.Hour).UTC()}).Want(200)
	s.own(one, "sign", obj{}).Want(200)
	s.own(other, "sign", obj{"manner": "seal"}).Want(200)
	s.order(s.mediator, "sign", obj{"role": "mediator", "manner": "signature"}).Want(200)
	s.order(s.staff, "sign", obj{"role": "committee", "manner": "seal"}).Want(200)
	read()
	mine.Agreement.Confirmation.Clock.byRule(t, "confirm", "confirmation.apply", "30d", "calendar")
}

// What a desk said waits for as long as the operator says, whom no policy binds; each message for itself.
func TestAWaitingMessageExplainsHowLongItWaits(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		h := newLine(t, fresh(t))
		h.say(t, "N-1", "supplements", "m1", "先到的一句话").Want(202)
		h.a.Case.Forward(h.a.Case.Now().Add(24 * time.Hour))
		h.say(t, "N-1", "close", "m2", "撤回").Want(202)
		var v struct {
			Messages []struct {
				At    time.Time
				Clock *dueClock
			}
		}
		h.a.Do(t, h.who, http.MethodGet, "/api/v1/desk/orders/N-1", nil).Want(200).Into(&v)
		for _, m := range v.Messages {
			k := m.Clock
			if k == nil || k.Clock != "order_wait" || k.Rule != "desks.wait" || k.Policy != "" || k.Within != "168h" || !k.Since.Equal(m.At) || !k.Due.Equal(m.At.Add(desk.DefaultWait)) ||
				!strings.Contains(strings.Join(k.Why, ""), "运行方") {
				t.Errorf("%+v", k)
			}
		}
		h.put(t, "N-1", order(apptest.Here, obj{"severity": 4})).Want(201).Into(&v)
		for _, m := range v.Messages {
			if m.Clock != nil {
				t.Errorf("its order is there: %+v", m.Clock)
			}
		}
	})
}

func TestACampaignAgainstTheBacklogSaysWhoNamedItsEnd(t *testing.T) {
	app := apptest.New(t)
	staff := app.As(t, mediation.CountyStaff, apptest.Here)
	start := app.Case.Now().In(time.FixedZone("", 8*3600))
	day := func(n int) string { return start.AddDate(0, 0, n).Format(time.DateOnly) }
	path := app.Do(t, staff, http.MethodPost, "/api/v1/campaigns", obj{"clientId": uuid.NewString(), "name": "百日攻坚", "from": day(1), "until": day(10), "target": obj{"percent": 100}}).
		Want(http.StatusCreated).Header.Get("Location")
	var v struct{ Clock *dueClock }
	app.Do(t, staff, http.MethodGet, path, nil).Want(200).Into(&v)
	v.Clock.named(t, "backlog", staff)
	if v.Clock.SetBy == nil || v.Clock.SetBy.Name == "" {
		t.Errorf("%+v", v.Clock.SetBy)
	}
}

// noProgress has the system warn of cases that have not moved for five working days.
const noProgress = `  triggers:
    - {key: idle, kind: reminder, when: no_progress, within: 5wd, progress: [accept, session], post: township_staff, text: 请说明进展}
`

func TestTheWatchForCasesThatDoNotMoveExplainsItself(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		a := fresh(t)
		withRules(t, a, noProgress)
		s := begin(t, a)
		read := func(who *apptest.Person) (v struct{ Watched []*dueClock }) {
			t.Helper()
			a.Do(t, who, http.MethodGet, s.path("/clocks"), nil).Want(200).Into(&v)
			return v
		}
		before := read(s.staff)
		if len(before.Watched) != 1 {
			t.Fatalf("%+v", before)
		}
		before.Watched[0].byRule(t, "no_progress", "slips.triggers.idle.within", "5wd", "working")
		if seen := read(s.worker); len(seen.Watched) != 0 {
			t.Errorf("who reads no papers is told when one goes out: %+v", seen)
		}
		a.Case.Forward(a.Case.Now().Add(15 * 24 * time.Hour)) // longer than any days off
		s.order(s.staff, "accept", obj{"remark": "属于民间纠纷"}).Want(200)
		if after := read(s.staff); len(after.Watched) != 1 || !after.Watched[0].Due.After(*before.Watched[0].Due) {
			t.Errorf("it has moved: %+v", after)
		}
	})
}

// What somebody has in hand says why it is due, room by room; an offer by its own time to answer, and not by its case's.
func TestMattersInHandExplainTheirClocks(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		a := fresh(t)
		withEdited(t, a, "", "answer: 2h", aDayToAnswer)
		s := begin(t, a)
		offer := s.offered()
		matters := func(who *apptest.Person) map[string]*dueClock {
			t.Helper()
			var v struct {
				Matters []struct {
					Kind  string
					Due   *time.Time
					Clock *dueClock
				}
			}
			a.Do(t, who, http.MethodGet, "/api/v1/matters/"+who.User.ID, nil).Want(200).Into(&v)
			all := map[string]*dueClock{}
			for _, m := range v.Matters {
				if m.Due != nil && (m.Clock == nil || !m.Due.Equal(*m.Clock.Due)) {
					t.Errorf("%s is due at %s, and says %+v", m.Kind, m.Due, m.Clock)
				}
				all[m.Kind] = m.Clock
			}
			return all
		}
		matters(s.mediator)["offer"].byRule(t, "answer", "tiers.village.answer", "1wd", "working")
		s.order(s.mediator, "take", obj{"offer": offer}).Want(200)
		seat := matters(s.mediator)["seat"]
		if seat == nil || seat.Clock != "state" || seat.ClockText != "本环节时限" || seat.Rule != "clocks.states.accepted" {
			t.Errorf("%+v", seat)
		}
		super := desktop{a, a.As(t, mediation.Supervisor, apptest.Here)}
		super.issue(t, "assignment", s.id, obj{"role": "township_staff"})
		if k := matters(super.who)["slip"]; k == nil || k.Rule != "slips.kinds.assignment.reply" {
			t.Errorf("%+v", k)
		}
	})
}
