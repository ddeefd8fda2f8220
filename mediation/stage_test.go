package mediation

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"fengqiao/mediation/clock"
	"fengqiao/mediation/policy"

	"github.com/paulmach/orb"
)

// fourClocks are Longgang's stages, for cases of every channel.
const fourClocks = `stages:
  clocks:
    - {key: sign, name: {zh: 签收, en: sign}, start: receipt, within: 1m, ends: [sign_for, take]}
    - {key: arrive, name: {zh: 到达, en: arrive}, start: sign, within: 30m, remind: [10m], ends: [arrive], metres: 200, accuracy_metres: 100}
    - {key: handle, name: {zh: 处置, en: handle}, start: arrive, within: 1h, remind: [15m], ends: [handle], pauses: [disaster]}
    - {key: close, name: {zh: 办结, en: close}, start: receipt, within: 24h, remind: [6h, 1h], reaches: [closed], pauses: [disaster, court]}
`

// staged are Fuyang's rules with stages.
func staged(t testing.TB, stages string) Rules {
	t.Helper()
	src, err := os.ReadFile(fuyangPolicy)
	if err != nil {
		t.Fatal(err)
	}
	p, err := policy.Load(fuyangPolicy, append(src, "\n"+stages...), PolicyVocabulary())
	if err != nil {
		t.Fatal(err)
	}
	return rulesFor(p)
}

// stage is what the case says of a stage.
func (s *story) stage(key string) Stage {
	s.t.Helper()
	for _, k := range s.c.Stages {
		if k.Key == key {
			return k
		}
	}
	s.t.Fatalf("the case has no stage %s", key)
	return Stage{}
}

// standing is how the stages stand, in order.
func (s *story) standing() string {
	var all []string
	for i := range s.c.Stages {
		all = append(all, s.c.Stages[i].Status())
	}
	return strings.Join(all, " ")
}

// here is an arrival so far from the place.
func (s *story) here(metres, accuracy float64) error {
	s.at = s.at.Add(time.Minute)
	o := s.order(staff, Arrive{Point: &orb.Point{119.95, 30.05}, AccuracyM: accuracy})
	o.Away = &metres
	return Decide(s.c, o, s.r)
}

func TestFourClocksEachStartWhereThePolicySays(t *testing.T) {
	s := beginWith(t, staged(t, fourClocks), func(r *Report) { r.Severity = 3 })
	if s.standing() != "running waiting waiting running" || !s.stage("sign").Clock.Due.Equal(matchNow.Add(time.Minute)) || !s.stage("close").Clock.Due.Equal(matchNow.Add(24*time.Hour)) {
		t.Fatalf("%s: %+v", s.standing(), s.c.Stages)
	}
	s.do(staff, SignFor{})
	signed := s.at
	if got := s.stage("arrive").Clock; s.standing() != "done running waiting running" || !got.Since.Equal(signed) || !got.Due.Equal(signed.Add(30*time.Minute)) {
		t.Fatalf("signed for: %s: %+v", s.standing(), s.c.Stages)
	}
	if err := s.here(180, 20); err != nil {
		t.Fatal(err)
	}
	if k := s.stage("arrive"); k.By != staff.ID || k.Metres == nil || *k.Metres != 180 || !s.stage("handle").Clock.Due.Equal(s.at.Add(time.Hour)) {
		t.Errorf("arrived: %+v", s.c.Stages)
	}
	s.do(staff, Handle{Remark: "已劝开"}).is(Reported)
	if s.standing() != "done done done running" {
		t.Errorf("handled: %s", s.standing())
	}
	s.do(staff, Transfer{Unit: "住建局", Reason: "competence"})
	if s.standing() != "done done done running" {
		t.Errorf("passed to a unit, which goes on: %s", s.standing())
	}
	s.do(staff, Finish{}).is(Closed)
	if s.standing() != "done done done done" {
		t.Errorf("closed: %s", s.standing())
	}
	s.do(staff, Reopen{Reason: "again"})
	if s.standing() != "running waiting waiting running" || !s.stage("sign").Clock.Since.Equal(s.at) {
		t.Errorf("a new turn: %s: %+v", s.standing(), s.c.Stages)
	}
}

func TestEveryClockMayCountFromReceipt(t *testing.T) {
	all := strings.NewReplacer("start: sign", "start: receipt", "start: arrive", "start: receipt").Replace(fourClocks)
	s := beginWith(t, staged(t, all), func(r *Report) { r.Severity = 3 })
	if s.standing() != "running running running running" || !s.stage("handle").Clock.Due.Equal(matchNow.Add(time.Hour)) {
		t.Fatalf("%s: %+v", s.standing(), s.c.Stages)
	}
}

func TestAStageIsReachedInItsOrderAlone(t *testing.T) {
	s := beginWith(t, staged(t, fourClocks), func(r *Report) { r.Severity = 3 })
	s.refuses(staff, Handle{}, "need.to_handle").refuses(staff, Arrive{}, "need.to_arrive")
	s.do(staff, SignFor{}).refuses(staff, SignFor{}, "need.to_sign_for").refuses(staff, Handle{}, "need.to_handle")
	begin(t, nil).refuses(staff, SignFor{}, "need.to_sign_for") // a policy without stages
}

func TestWhoArrivesMustBeNear(t *testing.T) {
	for _, c := range []struct {
		metres, accuracy float64
		want             string
	}{
		{0, 5, ""}, {200, 5, ""}, {205, 5, ""}, {206, 5, "arrive.far"}, {290, 100, ""}, {301, 100, "arrive.far"},
		{10, 101, "arrive.inaccurate"}, {10, 0, "required"}, {20000, 1, "arrive.far"},
	} {
		s := beginWith(t, staged(t, fourClocks), func(r *Report) { r.Severity = 3 })
		s.do(staff, SignFor{})
		err := s.here(c.metres, c.accuracy)
		if got := codeOf(err); got != c.want {
			t.Errorf("%v m away, accurate to %v m: %q, want %q", c.metres, c.accuracy, got, c.want)
		}
	}
	s := beginWith(t, staged(t, fourClocks), func(r *Report) { r.Severity = 3 })
	s.do(staff, SignFor{}).refuses(staff, Arrive{AccuracyM: 5}, "required") // no position at all
	s.do(staff, Arrive{Point: &orb.Point{119.95, 30.05}, AccuracyM: 5})     // the case has no place to compare with
	if k := s.stage("arrive"); k.Metres != nil || s.standing() != "done done running running" {
		t.Errorf("%+v", s.c.Stages)
	}
	if text := encoded(s.c); strings.Contains(text, "119.95") || strings.Contains(text, "30.05") {
		t.Error("the case keeps where somebody was")
	}
}

// codeOf is the code of a refusal, "" for none.
func codeOf(err error) string {
	if no, ok := err.(*Error); ok {
		return no.Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

func TestAStageRemindsBeforeAndIsOnRecordAfter(t *testing.T) {
	s := beginWith(t, staged(t, fourClocks), func(r *Report) { r.Severity = 3 })
	s.at = s.at.Add(time.Minute - time.Millisecond)
	if Tick(s.c, s.at, s.r) {
		t.Fatal("it was late before its time")
	}
	s.at = s.at.Add(time.Millisecond)
	if !Tick(s.c, s.at, s.r) {
		t.Fatal("nothing happened after a minute")
	}
	last := s.c.Events[len(s.c.Events)-1]
	if last.Kind != "breached" || last.Data["stage"] != "sign" || !s.c.Course.Breached.Equal(s.at) {
		t.Fatalf("%+v", last)
	}
	sum := s.c.Summarise()
	if sum.Light() != Red || !sum.Overdue.Equal(matchNow.Add(time.Minute)) {
		t.Errorf("%s, overdue from %s", sum.Light(), sum.Overdue)
	}
	watch := 0
	for _, n := range s.c.Unsent {
		if n.Kind == NoticeBreach && n.To.Role == Supervisor {
			watch++
		}
	}
	if watch != 1 {
		t.Errorf("the supervisor was told %d times", watch)
	}
	s.do(staff, SignFor{})
	if sum := s.c.Summarise(); sum.Light() != Green || s.stage("sign").Clock.Breached.IsZero() {
		t.Errorf("late, but signed: %s, %+v", sum.Light(), s.c.Stages)
	}
	s.at = s.stage("arrive").Clock.Due.Add(-10 * time.Minute)
	s.c.Chores = nil
	s.c.schedule(s.r)
	if !s.c.NextDue.Equal(s.at) || !Tick(s.c, s.at, s.r) {
		t.Fatalf("the sweep looks at %s", s.c.NextDue)
	}
	if last := s.c.Events[len(s.c.Events)-1]; last.Kind != "reminded" || last.Data["stage"] != "arrive" {
		t.Errorf("%+v", last)
	}
	if sum := s.c.Summarise(); sum.Light() != Amber {
		t.Errorf("reminded: %s", sum.Light())
	}
}

func TestAStagePausesForThePolicysReasonsAlone(t *testing.T) {
	for reason, want := range map[string]string{"disaster": "handle close", "court": "close", "illness": ""} {
		s := beginWith(t, staged(t, fourClocks), nil)
		s.do(staff, SignFor{}).do(staff, Arrive{Point: &orb.Point{}, AccuracyM: 5})
		before := map[string]time.Time{"handle": s.stage("handle").Clock.Due, "close": s.stage("close").Clock.Due}
		s.do(staff, Suspend{Reason: reason})
		since := s.at
		s.at = s.at.Add(3 * time.Hour)
		s.do(staff, Resume{})
		for key, due := range before {
			k := s.stage(key)
			paused := strings.Contains(want, key)
			if moved := k.Clock.Due.Sub(due); paused && moved != s.at.Sub(since) || !paused && moved != 0 || !k.Clock.Paused.IsZero() {
				t.Errorf("suspended for %s: %s moved by %s", reason, key, moved)
			}
		}
	}
}

func TestWhatLeavesIsTakenInHandNoMore(t *testing.T) {
	for name, leave := range map[string]func(*story){
		"refused":       func(s *story) { s.do(staff, Refuse{Route: "court", Reason: "not_civil"}) },
		"withdrawn":     func(s *story) { s.do(staff, WithdrawCase{Reason: "over"}) },
		"a lawful road": func(s *story) { s.do(staff, Transfer{Route: "police_110", Reason: "other"}) },
		"danger named": func(s *story) {
			s.do(SystemActor, NameDanger{Text: "有刀"})
		},
		"joined another": func(s *story) { s.do(staff, Join{Into: "c2"}) },
	} {
		s := beginWith(t, staged(t, fourClocks), func(r *Report) { r.Severity = 3 })
		leave(s)
		if s.standing() != "moot moot moot moot" {
			t.Errorf("%s: %s", name, s.standing())
		}
		s.at = s.at.Add(48 * time.Hour)
		Tick(s.c, s.at, s.r)
		for _, e := range s.c.Events {
			if e.Data["stage"] != "" {
				t.Errorf("%s: %s of %s", name, e.Kind, e.Data["stage"])
			}
		}
	}
	if s := beginWith(t, staged(t, fourClocks), func(r *Report) { r.Emergency = true }); s.standing() != "moot moot moot moot" {
		t.Errorf("an emergency: %s", s.standing())
	}
	only := beginWith(t, staged(t, strings.Replace(fourClocks, "  clocks:", "  channels: [\"110\"]\n  clocks:", 1)), nil)
	if len(only.c.Stages) != 0 {
		t.Errorf("a case of another channel has %v", only.c.Stages)
	}
}

func TestStagesExplainThemselves(t *testing.T) {
	s := beginWith(t, staged(t, fourClocks), func(r *Report) { r.Severity = 3 })
	s.do(staff, SignFor{})
	var names []string
	for _, e := range Clocks(s.c, s.r, s.at) {
		names = append(names, fmt.Sprint(e.Name, ":", e.Stage.Key))
		if e.Name == StageClock && (len(e.Why) == 0 || e.Limit.Within.Zero()) {
			t.Errorf("%+v", e)
		}
	}
	if got := strings.Join(names, " "); got != "state: stage:arrive stage:close whole:" {
		t.Error(got)
	}
}

func TestAStageInWorkingDaysIsReckonedAnewWithTheDaysOff(t *testing.T) {
	const days = "stages:\n  clocks:\n    - {key: reply, name: {zh: 答复, en: reply}, start: receipt, within: 5wd, reaches: [closed]}\n"
	s := beginWith(t, staged(t, days), func(r *Report) { r.Severity = 3 })
	before := s.stage("reply").Clock.Due
	off := s.r.Policy.Clocks.Calendar
	off.Holidays = append(off.Holidays[:len(off.Holidays):len(off.Holidays)], before.Format(time.DateOnly))
	cal, err := clock.New(off)
	if err != nil {
		t.Fatal(err)
	}
	s.r.Calendar = cal
	if !Reckon(s.c, s.at.Add(time.Hour), s.r) {
		t.Fatal("nothing was reckoned")
	}
	last := s.c.Events[len(s.c.Events)-1]
	if after := s.stage("reply").Clock.Due; !after.After(before) || last.Data["stage_reply"] != after.Format(time.RFC3339) || last.Data["stage_reply_before"] != before.Format(time.RFC3339) {
		t.Errorf("due %s, was %s: %v", after, before, last.Data)
	}
	if sum := s.c.Summarise(); !sum.StageDue.Equal(s.stage("reply").Clock.Due) {
		t.Errorf("its summary says %s", sum.StageDue)
	}
}
