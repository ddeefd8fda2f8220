package mediation

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"fengqiao/mediation/clock"
	"fengqiao/mediation/policy"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

func TestOnlyAListedReasonSuspends(t *testing.T) {
	s := begin(t, nil).talked()
	due := s.c.WholeClock.Due
	err := s.try(elder, Suspend{Reason: "lunch"})
	no, ok := err.(*Error)
	if !ok || no.Code != "suspend.reason" || no.Field != "reason" || no.Params["value"] != "lunch" || !strings.Contains(no.Params["allowed"], "court, appraisal") {
		t.Fatalf("%+v", err)
	}
	if s.is(Mediating); !s.c.WholeClock.Paused.IsZero() || !s.c.WholeClock.Due.Equal(due) {
		t.Errorf("it stands still: %+v", s.c.WholeClock)
	}
}

// What each reason stops, where it goes on by itself, and that the clock says so.
func TestAPauseStopsWhatItsReasonStopsAndEndsByItself(t *testing.T) {
	for _, x := range []struct {
		reason       string
		state, whole bool
		days, most   int // of the suspension, and for how many of them the clocks stand still at most
	}{
		{"court", true, true, 20, 90},
		{"court", true, true, 100, 90},
		{"illness", true, false, 50, 30},
		{"both_ask", false, false, 10, 0},
	} {
		s := begin(t, nil).talked()
		state, whole := s.c.StateClock, s.c.WholeClock
		s.do(elder, Suspend{Reason: x.reason})
		s.wait(x.days)
		over := slices.IndexFunc(s.c.Events, func(e Event) bool { return e.Kind == "pause_over" })
		if ended := x.days > x.most && x.most > 0; ended != (over >= 0) {
			t.Errorf("%s for %d days: the end of the pause is on record: %v", x.reason, x.days, over >= 0)
		} else if ended {
			if want := s.c.Suspension.Since.AddDate(0, 0, x.most); s.c.Events[over].Data["until"] != want.Format(time.RFC3339) {
				t.Errorf("%s: %+v", x.reason, s.c.Events[over])
			}
		}
		since := s.c.Suspension.Since
		s.do(elder, Resume{}).is(Mediating)
		to := s.at
		if last := since.AddDate(0, 0, x.most); last.Before(to) {
			to = last
		}
		stood := []clock.Pause{{From: since, To: to, Reason: x.reason}}
		for name, k := range map[string]struct {
			was, is Clock
			stops   bool
		}{"state": {state, s.c.StateClock, x.state}, "whole": {whole, s.c.WholeClock, x.whole}} {
			limit := s.r.Policy.Clocks.Whole.Within
			if name == "state" {
				limit = s.r.Policy.Clocks.States[string(Mediating)].Within
			}
			want := k.was.Due
			if k.stops {
				want = s.r.Calendar.AfterPaused(k.was.Since, limit, stood).UTC()
			}
			if !k.is.Due.Equal(want) || !k.is.Paused.IsZero() || len(k.is.Pauses) > 0 != k.stops {
				t.Errorf("%s for %d days: %s is due %s, want %s (was %s): %+v", x.reason, x.days, name, k.is.Due, want, k.was.Due, k.is.Pauses)
			}
		}
	}
}

// However the case is suspended, for one reason or several, by turns and around midnight, no clock moves by more than the reasons allow together.
func TestManySuspensionsMoveNoClockByMoreThanTheyMayInAll(t *testing.T) {
	r := rulesFor(fuyang(t))
	rapid.Check(t, func(rt *rapid.T) {
		s := beginWith(rt, r, nil).talked()
		whole := s.c.WholeClock
		most := 0
		for _, reason := range r.Policy.Suspension.Reasons {
			if has(reason.Pauses, policy.PausesWhole) {
				most += int(reason.InAll / (24 * time.Hour))
			}
		}
		s.at = s.r.Calendar.After(s.at, policy.Span{Days: 1}).Add(-2 * time.Minute)
		for range rapid.IntRange(1, 60).Draw(rt, "times") {
			if s.try(elder, Suspend{Reason: rapid.SampledFrom([]string{"court", "disaster", "illness", "appraisal"}).Draw(rt, "reason")}) != nil {
				rt.Fatal("not suspended")
			}
			s.at = s.at.Add(time.Duration(rapid.SampledFrom([]int{1, 5, 60, 24 * 60, 40 * 24 * 60, 200 * 24 * 60}).Draw(rt, "minutes")) * time.Minute)
			if rapid.Bool().Draw(rt, "swept") {
				Tick(s.c, s.at, r)
			}
			s.do(elder, Resume{})
			s.at = s.at.Add(time.Duration(rapid.IntRange(0, 24*60).Draw(rt, "between")) * time.Minute)
		}
		// Each night that it stood still moves it by one day, and a last one that is a day off by those that follow.
		if latest := r.Calendar.After(whole.Since, policy.Span{Days: r.Policy.Clocks.Whole.Within.Days + most}); s.c.WholeClock.Due.After(latest) {
			rt.Fatalf("due %s, and never later than %s: %+v", s.c.WholeClock.Due, latest, s.c.WholeClock.Pauses)
		}
	})
}

func TestAPauseSaysWhyAndUntilWhen(t *testing.T) {
	s := begin(t, nil).talked().do(elder, Suspend{Reason: "court"})
	stands := s.explained(WholeClock)
	if want := s.at.AddDate(0, 0, 90); !stands.Until.Equal(want) || !strings.Contains(stands.Why[len(stands.Why)-2].Text("zh"), "至迟") {
		t.Errorf("until %s, want %s: %+v", stands.Until, want, stands.Why)
	}
	s.wait(5)
	s.do(elder, Resume{})
	var said []string
	for _, l := range s.explained(WholeClock).Why {
		said = append(said, l.Text("zh"))
	}
	if why := strings.Join(said, "；"); !strings.Contains(why, "因已起诉，等待法院裁判（富阳区矛盾纠纷调处规则（参照民事诉讼法153））中止，不计") {
		t.Error(why)
	}
	if line := s.explained(WholeClock).Why; !slices.ContainsFunc(line, func(l clock.Line) bool { return strings.Contains(l.Text("en"), "before a court") }) {
		t.Errorf("%+v", line)
	}
}

// While a reason stops nothing, the step that waits is late when it is late, and everybody sees it.
func TestWhatASuspensionDoesNotStopRunsOut(t *testing.T) {
	s := begin(t, nil).talked().do(elder, Suspend{Reason: "both_ask"})
	due := s.c.HeldClock.Due
	s.wait(40)
	if late := s.c.OverdueFrom(); !late.Equal(due) || s.c.HeldClock.Breached.IsZero() || !s.c.Summarise().Breached {
		t.Errorf("overdue from %s, the step was due %s: %+v", late, due, s.c.HeldClock)
	}
	last := slices.IndexFunc(s.c.Events, func(e Event) bool { return e.Kind == "breached" && e.Data["clock"] == "held" })
	if last < 0 {
		t.Error("the breach is not on record")
	}
	s.do(elder, Resume{}).is(Mediating)
	if s.c.StateClock.Breached.IsZero() || !s.c.StateClock.Due.Equal(due) {
		t.Errorf("the breach is gone: %+v", s.c.StateClock)
	}
}

// The regulation's clocks and that of judicial confirmation run on, whatever the mediation is suspended for.
func TestASuspensionStopsNoClockOfTheLaw(t *testing.T) {
	s := petitioned(t).step(staff, HandlePetition{Step: StepSend, Unit: "land"}).step(bureau, HandlePetition{Step: StepAccept})
	s.talked().agreedAndSigned()
	handle, confirm := s.explained("petition_handle").Due, s.explained(ConfirmClock).Due
	s.do(elder, Suspend{Reason: "disaster"})
	s.wait(10)
	s.do(elder, Resume{})
	if got := s.explained("petition_handle").Due; !got.Equal(handle) {
		t.Errorf("to handle: due %s, was %s", got, handle)
	}
	if got := s.explained(ConfirmClock).Due; !got.Equal(confirm) {
		t.Errorf("to apply for confirmation: due %s, was %s", got, confirm)
	}
}

// Rules that say nothing of suspensions let nobody stop a clock by one, but for a stage that names the reason.
func TestRulesThatSayNothingOfSuspensionsStopNothing(t *testing.T) {
	silent := func(stages string) Rules {
		src, err := os.ReadFile(fuyangPolicy)
		if err != nil {
			t.Fatal(err)
		}
		cut := regexp.MustCompile(`(?s)\nsuspension:\n.*?\n\n`).ReplaceAllString(string(src), "\n\n")
		p, err := policy.Load(fuyangPolicy, []byte(cut+"\n"+stages), PolicyVocabulary())
		if err != nil {
			t.Fatal(err)
		}
		return rulesFor(p)
	}
	s := beginWith(t, silent(fourClocks), nil).do(staff, SignFor{}).do(staff, Arrive{Point: &orb.Point{}, AccuracyM: 5})
	whole, state, closing := s.c.WholeClock.Due, s.c.StateClock.Due, s.stage("close").Clock.Due
	s.do(staff, Suspend{Reason: "court"})
	s.wait(60)
	s.do(staff, Resume{})
	if !s.c.WholeClock.Due.Equal(whole) || !s.c.StateClock.Due.Equal(state) {
		t.Errorf("due %s and %s, were due %s and %s", s.c.WholeClock.Due, s.c.StateClock.Due, whole, state)
	}
	if got, want := s.stage("close").Clock.Due, closing.Add(policy.UnsaidPause); !got.Equal(want) {
		t.Errorf("the stage that names it is due %s, want %s", got, want)
	}
}

// What an earlier release suspended stands still until it goes on, as was the rule then.
func TestWhatAnEarlierReleaseSuspendedIsJudgedAsItWasThen(t *testing.T) {
	s := begin(t, nil).talked()
	state, whole := s.c.StateClock.Due, s.c.WholeClock.Due
	s.do(elder, Suspend{Reason: "court"})
	s.c.Suspension, s.c.HeldClock.Paused = Suspension{}, time.Time{}
	s.wait(200)
	s.do(elder, Resume{}).is(Mediating)
	for name, k := range map[string][2]time.Time{"state": {state, s.c.StateClock.Due}, "whole": {whole, s.c.WholeClock.Due}} {
		if moved := k[1].Sub(k[0]); moved < 190*24*time.Hour {
			t.Errorf("%s moved by %s", name, moved)
		}
	}
	if !s.c.StateClock.Breached.IsZero() || !s.c.WholeClock.Breached.IsZero() {
		t.Error("it ran out while it stood still")
	}
}
