package hall

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"fengqiao/mediation"
)

var morning = time.Date(2026, 3, 10, 0, 30, 0, 0, time.UTC)

// standing makes a visit of today that stands so.
func standing(s Standing) *Visit {
	v := &Visit{Day: "2026-03-10", Came: morning, Queued: morning}
	v.turn("reception", morning)
	if s != Waiting && s != Left {
		v.call(mediation.Actor{ID: "clerk"}, "1", "peace", morning)
	}
	switch s {
	case Absent:
		v.end(Missed, morning)
	case Done:
		v.end(Served, morning)
	case Left:
		v.end(Gone, morning)
	}
	v.Stands = s
	return v
}

func TestEveryStepIsTakenWhereTheTableSaysAndNowhereElse(t *testing.T) {
	leads := map[Step]Standing{Recall: Called, Begin: Serving, Finish: Done, Miss: Absent, Return: Waiting, PassOn: Waiting, Leave: Left}
	for _, s := range Standings {
		for _, step := range Steps {
			v := standing(s)
			turns := len(v.Turns)
			err := v.take(step, "mediation", "2026-03-10", 1, morning.Add(time.Minute))
			if slices.Contains(from[step], s) {
				if err != nil || v.Stands != leads[step] {
					t.Errorf("%s, %s: %s, %v", s, step, v.Stands, err)
				}
				continue
			}
			var refusal *mediation.Error
			if !errors.As(err, &refusal) || refusal.Code != "hall.not_now" || v.Stands != s || len(v.Turns) != turns {
				t.Errorf("%s, %s: %v, and stands %s", s, step, err, v.Stands)
			}
		}
	}
}

func TestYesterdaysNumberIsNotPutIntoALineThatNobodyCalls(t *testing.T) {
	for step, s := range map[Step]Standing{Return: Absent, PassOn: Serving} {
		var refusal *mediation.Error
		if err := standing(s).take(step, "mediation", "2026-03-11", 1, morning); !errors.As(err, &refusal) || refusal.Code != "hall.other_day" {
			t.Errorf("%s: %v", step, err)
		}
	}
	if err := standing(Serving).take(Finish, "", "2026-03-11", 1, morning); err != nil {
		t.Errorf("who sat there past midnight is done: %v", err)
	}
}

func TestThePageSaysWhatEveryFigureMeans(t *testing.T) {
	page, err := os.ReadFile("../../docs/hall.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range Figures {
		if !strings.Contains(string(page), "`"+f.Key+"`") {
			t.Errorf("docs/hall.md does not tell of %s", f.Key)
		}
	}
}
