package handlers_test

import (
	"strings"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
)

// A case is suspended for what the county's rules list and nothing else; the refusal says what that is, and nothing stands still.
func TestASuspensionForWhatIsNotListedIsRefusedAndSaysWhatIs(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		a := fresh(t)
		s := begin(t, a)
		s.order(s.staff, "accept", nil).Want(200)
		before := a.Do(t, s.staff, "GET", s.path("/clocks"), nil).Want(200)
		w := s.order(s.staff, "suspend", obj{"reason": "lunch", "remark": "午休"})
		w.Refused(422, "suspend.reason", "reason")
		if text := string(w.Body); !strings.Contains(text, "court, appraisal, disaster, illness, both_ask") || !strings.Contains(text, "lunch") {
			t.Error(text)
		}
		s.order(s.staff, "suspend", obj{"remark": "午休"}).Refused(422, "required", "reason")
		if after := a.Do(t, s.staff, "GET", s.path("/clocks"), nil).Want(200); string(after.Body) != string(before.Body) {
			t.Errorf("refused, and the clocks are\n%s\nwere\n%s", after.Body, before.Body)
		}
	})
}

// The pause of a clock ends by itself where the rules end it, on both stores: the clock says until when, the people are told, and the timeline has it.
func TestAPauseEndsWhereTheRulesEndIt(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		a := fresh(t)
		s := begin(t, a)
		s.order(s.staff, "accept", nil).Want(200)
		s.order(s.staff, "suspend", obj{"reason": "illness", "remark": "住院"}).Want(200)
		type clocks struct {
			Items []struct {
				Clock               string
				Due                 time.Time
				Paused, PausedUntil *time.Time
				Pauses              []struct{ Reason, ReasonText string }
				Why                 []string
			}
		}
		var v clocks
		a.Do(t, s.staff, "GET", s.path("/clocks"), nil).Want(200).Into(&v)
		held, whole := v.Items[1], v.Items[2]
		if held.Clock != "held" || held.Paused == nil || held.PausedUntil == nil || held.PausedUntil.Sub(*held.Paused) != 30*24*time.Hour || whole.Paused != nil {
			t.Fatalf("%+v", v.Items)
		}
		a.Case.Advance(31 * 24 * time.Hour)
		if _, err := a.Watch.Sweep(t.Context(), a.Case.Now()); err != nil {
			t.Fatal(err)
		}
		v = clocks{}
		a.Do(t, s.staff, "GET", s.path("/clocks"), nil).Want(200).Into(&v)
		held = v.Items[1]
		if held.Paused != nil || len(held.Pauses) != 1 || held.Pauses[0].Reason != "illness" || held.Pauses[0].ReasonText != "当事人患病不能参加" {
			t.Errorf("%+v", held)
		}
		if text := string(a.Do(t, s.staff, "GET", s.path("/timeline?limit=100"), nil).Want(200).Body); !strings.Contains(text, "停计期满，恢复计时") {
			t.Error(text)
		}
	})
}
