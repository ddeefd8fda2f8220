package handlers_test

import (
	"testing"
	"time"

	"fengqiao/handlers/apptest"
)

// Both sides' consent is on record, on a day that may be, and then the thirty days run no more; who neither mediates nor has the case records nothing.
func TestAJointApplicationForConfirmationIsPutOnRecord(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		a := fresh(t)
		withRules(t, a, "confirmation:\n  except: [marriage_family]\n  apply: {within: 30d, remind: [3d]}\n")
		s := begin(t, a)
		s.order(s.mediator, "take", obj{"offer": s.offered()}).Want(200)
		one, other := s.parties()
		for _, p := range []*apptest.Person{one, other} {
			s.own(p, "consent", obj{"given": true}).Want(200)
		}
		s.order(s.mediator, "session", obj{"attended": []string{one.User.ID, other.User.ID}, "notes": "现场查看"}).Want(200)
		s.order(s.mediator, "agree", obj{"facts": "漏水", "terms": "修好", "performBy": a.Case.Now().Add(2000 * time.Hour).UTC()}).Want(200)
		s.own(one, "sign", obj{}).Want(200)
		s.own(other, "sign", obj{"manner": "seal"}).Want(200)
		s.order(s.mediator, "sign", obj{"role": "mediator", "manner": "signature"}).Want(200)
		s.order(s.staff, "sign", obj{"role": "committee", "manner": "seal"}).Want(200)
		type consent = obj
		both := []consent{{"party": one.User.ID, "manner": "written"}, {"party": other.User.ID, "manner": "spoken"}}
		body := func(more obj) obj { return with(obj{"court": "富阳区人民法院", "consents": both}, more) }
		s.order(s.worker, "apply-confirmation", body(nil)).Refused(403, "forbidden", "")
		s.order(s.mediator, "apply-confirmation", body(obj{"court": ""})).Refused(422, "required", "court")
		s.order(s.mediator, "apply-confirmation", body(obj{"consents": both[:1]})).Refused(409, "confirm.not_joint", "consents")
		s.order(s.mediator, "apply-confirmation", body(obj{"on": a.Case.Now().Add(time.Hour)})).Refused(422, "in_future", "on")
		s.order(s.mediator, "apply-confirmation", body(obj{"on": a.Case.Now().Add(-time.Hour)})).Refused(422, "confirm.early", "on")
		type confirmed struct {
			Agreement struct {
				Confirmation *struct {
					State, Court string
					Applied      *time.Time
					Consents     []struct{ Party, Manner string }
				}
			}
		}
		var v confirmed
		s.order(s.mediator, "apply-confirmation", body(nil)).Want(200).Into(&v)
		if k := v.Agreement.Confirmation; k == nil || k.State != "applied" || k.Court != "富阳区人民法院" || k.Applied == nil || len(k.Consents) != 2 {
			t.Fatalf("%+v", k)
		}
		s.order(s.staff, "apply-confirmation", body(nil)).Refused(409, "need.to_confirm", "")
		var mine confirmed
		a.Do(t, one, "GET", "/api/v1/party/case", nil).Want(200).Into(&mine)
		if k := mine.Agreement.Confirmation; k == nil || k.State != "applied" || len(k.Consents) != 1 || k.Consents[0].Party != one.User.ID {
			t.Errorf("the party reads %+v", k)
		}
		var clocks clocksOfCase
		a.Do(t, s.staff, "GET", s.path("/clocks"), nil).Want(200).Into(&clocks)
		for _, k := range clocks.Items {
			if k.Clock == "confirm" {
				t.Errorf("it still runs: %+v", k)
			}
		}
	})
}
