package handlers_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/mediation"
)

type clocksOfCase struct {
	Policy string
	Items  []struct {
		Clock, ClockText, State, StateText, Within, Basis string
		Since, Due                                        time.Time
		Paused                                            *time.Time
		Pauses                                            []struct{ From, To time.Time }
		Reminders                                         []time.Time
		Left                                              *struct {
			Overdue bool
			Seconds int64
			Days    int
		}
		Why []string
	}
}

func TestACasesClocksSayWhyTheyEndWhenTheyDo(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		a := fresh(t)
		s := begin(t, a)
		offer := s.offered()
		s.order(s.mediator, "take", obj{"offer": offer}).Want(200)
		s.parties()
		s.order(s.mediator, "session", obj{"notes": "双方到场"}).Want(200)
		read := func(settings ...apptest.Setting) (v clocksOfCase) {
			t.Helper()
			a.Do(t, s.staff, "GET", s.path("/clocks"), nil, settings...).Want(200).Into(&v)
			return v
		}
		v := read()
		if len(v.Items) != 2 || v.Items[0].Clock != "state" || v.Items[1].Clock != "whole" || v.Policy == "" {
			t.Fatalf("%+v", v)
		}
		mediating, whole := v.Items[0], v.Items[1]
		if mediating.State != "mediating" || mediating.Within != "30d" || mediating.Basis != "人民调解工作若干规定33" || len(mediating.Reminders) != 2 || whole.Basis != "信访工作条例34" || whole.State != "" {
			t.Errorf("%+v", v)
		}
		if len(mediating.Why) < 3 || !strings.Contains(mediating.Why[1], "30个日历日") || !strings.HasSuffix(mediating.Why[len(mediating.Why)-1], "到期") {
			t.Errorf("%q", mediating.Why)
		}
		if mediating.Left == nil || mediating.Left.Overdue || mediating.Left.Days < 30 {
			t.Errorf("%+v", mediating.Left)
		}
		if en := read(apptest.English()).Items[0]; !strings.Contains(en.Why[1], "30 calendar days") || en.ClockText != "this step" {
			t.Errorf("%q", en.Why)
		}

		s.order(s.staff, "suspend", obj{"reason": "court", "remark": "诉讼中"}).Want(200)
		v = read()
		if names := []string{v.Items[0].Clock, v.Items[1].Clock, v.Items[2].Clock}; !slices.Equal(names, []string{"state", "held", "whole"}) || v.Items[2].Paused == nil {
			t.Errorf("suspended: %+v", v.Items)
		}
		a.Case.Advance(5 * 24 * time.Hour)
		s.order(s.staff, "resume", obj{"remark": "撤诉"}).Want(200)
		v = read()
		again := v.Items[0]
		if len(again.Pauses) != 1 || !again.Due.After(mediating.Due) || !slices.ContainsFunc(again.Why, func(line string) bool { return strings.Contains(line, "中止，不计") }) {
			t.Errorf("after the pause: %+v", again)
		}
		a.Do(t, a.As(t, mediation.TownshipStaff, apptest.There), "GET", s.path("/clocks"), nil).Refused(404, "not_found", "")
	})
}
