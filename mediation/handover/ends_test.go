package handover

import (
	"reflect"
	"testing"
	"time"

	"fengqiao/mediation/clock"
	"fengqiao/mediation/policy"
)

// What a hand-over keeps of a due time says all that its account needs.
func TestWhatIsDueOfAMatterIsKeptWhole(t *testing.T) {
	at := time.Date(2026, 3, 3, 2, 0, 0, 0, time.UTC)
	for _, term := range []clock.Term{
		{Name: "reply", Of: "x", Since: at, Due: at.Add(time.Hour), Limit: policy.Limit{Within: policy.Span{WorkingDays: 5, Whole: true}, Remind: []policy.Span{{Clock: 90 * time.Minute}, {Days: 1}}, Basis: "信访工作条例23"},
			Rule: "slips.kinds.reminder.reply", Breached: at, Paused: at, Pauses: []clock.Pause{{From: at, To: at.Add(time.Minute)}}, Reminded: 1},
		{Name: "study_order", Since: at, Due: at.Add(time.Hour), Origin: clock.ByPerson, By: "u", Agreed: at},
		{},
	} {
		m := Matter{Room: "slip"}.DueBy(term, "v1")
		if got := m.Term(); !reflect.DeepEqual(got, term) || !m.Due.Equal(term.Due) || (m.Policy == "v1") == term.Due.IsZero() {
			t.Errorf("%+v is kept as %+v", term, got)
		}
	}
}
