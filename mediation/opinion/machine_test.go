package opinion

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"fengqiao/mediation"

	"pgregory.net/rapid"
)

var (
	monday = time.Date(2026, 3, 9, 1, 0, 0, 0, time.UTC)
	clerk  = mediation.Actor{ID: "cs", Role: mediation.CountyStaff, Area: "33.06.02"}
)

// stagesAfter are the stages that a campaign may come to from each, itself among them.
var stagesAfter = map[Stage][]Stage{
	Announced: {Announced, Open, Closed}, Open: {Open, Closed}, Closed: {Closed, Published}, Published: {Published},
}

// Whatever is done with a campaign, and whenever the sweep comes by: it goes along its arrows, closes no later than its day, is prolonged once
// at most, takes suggestions on its days alone, and what is refused, or was carried out before, changes nothing.
func TestACampaignGoesAlongItsArrows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := monday
		c := Campaign{ID: "c", TopicZh: "停车", Area: "33.06.02", Unit: "城管局", Stage: Announced, Revision: 1, Opens: monday.Add(time.Duration(rapid.IntRange(-30, 60).Draw(t, "opens")) * time.Hour)}
		c.Closes = c.Opens.Add(time.Duration(rapid.IntRange(48, 200).Draw(t, "length")) * time.Hour)
		c.schedule()
		if err := c.check(at); err != nil {
			t.Skip("it is over already")
		}
		prolonged, told := 0, map[string]bool{}
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			at = at.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "hours")) * time.Hour)
			was := c
			o := Order{Actor: clerk, At: at, Revision: c.Revision, Cmd: rapid.SampledFrom([]string{"k1", "k2", "k3", at.String()}).Draw(t, "key")}
			if rapid.IntRange(0, 9).Draw(t, "stale") == 0 {
				o.Revision--
			}
			reason := rapid.SampledFrom([]string{"", "因故"}).Draw(t, "reason")
			repeated := slices.Contains(c.Commands, o.Cmd)
			var notices []mediation.Notice
			var err error
			what := rapid.SampledFrom([]string{"tick", "end", "prolong", "publish", "correct"}).Draw(t, "what")
			switch what {
			case "tick":
				notices, repeated = c.Tick(at), false
			case "end":
				notices, err = c.End(o, reason)
			case "prolong":
				if notices, err = c.Prolong(o, c.Closes.Add(time.Duration(rapid.IntRange(-24, 48).Draw(t, "longer"))*time.Hour), reason); err == nil && !repeated {
					prolonged++
				}
			default:
				notices, err = c.Publish(o, "e-"+o.Cmd, what == "correct")
			}
			if (err != nil || repeated) && (!reflect.DeepEqual(c, was) || len(notices) > 0) {
				t.Fatalf("%s was refused (%v) or repeated, and changed\n%+v\n%+v", what, err, was, c)
			}
			if !slices.Contains(stagesAfter[was.Stage], c.Stage) {
				t.Fatalf("%s: from %s to %s", what, was.Stage, c.Stage)
			}
			for _, n := range notices {
				if told[n.ID] {
					t.Fatalf("%s is told twice", n.ID)
				}
				told[n.ID] = true
			}
			if on := !at.Before(c.Opens) && at.Before(c.Closes) && c.Stage != Closed && c.Stage != Published; on != (c.Takes(at) == nil) {
				t.Fatalf("at %s it takes suggestions: %v; %+v", at, c.Takes(at), c)
			}
			if what == "tick" && !at.Before(c.Closes) && c.Stage != Closed && c.Stage != Published {
				t.Fatalf("its day is over and it is %s", c.Stage)
			}
			if (c.Stage == Published) != (len(c.Editions) > 0) || (c.Stage == Closed || c.Stage == Published) != !c.Ended.IsZero() || c.Ended.After(c.Closes) {
				t.Fatalf("%+v", c)
			}
		}
		if prolonged > 1 {
			t.Fatalf("prolonged %d times", prolonged)
		}
	})
}

// statesAfter are the states that a suggestion may come to from each.
var statesAfter = map[State][]State{
	Received: {Received, Routed}, Routed: {Routed, Decided, Turning}, Decided: {Decided}, Turning: {Turning, Turned}, Turned: {Turned},
}

// Whatever is done with a suggestion: it goes along its arrows, is decided on once answered alone and anew with a reason alone, the sweep looks
// while another document lacks something, and what is refused, or was carried out before, changes nothing.
func TestASuggestionGoesAlongItsArrows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := monday
		s := Suggestion{ID: "s", By: "gw", Area: "33.06.02.001", Unit: "城管局", State: Received}
		s.log(Order{Actor: clerk, At: at}, "received")
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			at = at.Add(time.Hour)
			was := s
			was.History = slices.Clone(s.History)
			o := Order{Actor: clerk, At: at, Revision: s.Revision, Cmd: rapid.SampledFrom([]string{"k1", "k2", at.String()}).Draw(t, "key")}
			if rapid.IntRange(0, 9).Draw(t, "stale") == 0 {
				o.Revision--
			}
			repeated := slices.ContainsFunc(s.History, func(e Entry) bool { return e.Cmd == o.Cmd })
			answered := rapid.Bool().Draw(t, "answered")
			out := Outcome{Verdict: rapid.SampledFrom([]Verdict{Adopted, Partly, Declined, "pardoned"}).Draw(t, "verdict"), Reason: rapid.SampledFrom([]string{"", "有变"}).Draw(t, "reason"),
				Summary: rapid.SampledFrom([]string{"", "装减速带", "张示例说装减速带"}).Draw(t, "summary"), Answer: "已安排"}
			var err error
			switch rapid.SampledFrom([]string{"route", "decide", "become", "became"}).Draw(t, "what") {
			case "route":
				s.route(o, "paper")
				repeated = false
			case "decide":
				if err = s.Decide(o, out, answered, []string{"张示例"}); err == nil && !repeated && (!answered || out.Summary != "装减速带" || was.State == Decided && out.Reason == "" || out.Verdict == "pardoned") {
					t.Fatalf("decided, answered %v: %+v", answered, out)
				}
			case "become":
				err = s.Become(o, "neighbour", 2)
			default:
				s.became(at, "report", "case")
				repeated = false
			}
			if (err != nil || repeated) && !reflect.DeepEqual(s, was) {
				t.Fatalf("refused (%v) or repeated, and changed\n%+v\n%+v", err, was, s)
			}
			if !slices.Contains(statesAfter[was.State], s.State) {
				t.Fatalf("from %s to %s", was.State, s.State)
			}
			if (s.State == Received || s.State == Turning) == s.NextDue.IsZero() {
				t.Fatalf("%s, and looked at %s", s.State, s.NextDue)
			}
			if (s.State == Decided) != (s.Outcome != nil) || (s.State == Turned) != (s.Report != "") || s.State != Received && s.Paper == "" {
				t.Fatalf("%+v", s)
			}
		}
	})
}

func TestWhatIsPublishedHasNothingOfAPerson(t *testing.T) {
	names := []string{"王示例", "057112345678", "", "李"}
	for text, want := range map[string]bool{
		"校门口装减速带，6月完成": false, "预算 1200000 元，共 35 处": false, "找王示例": true, "打 138 0000 1234": true, "身份证 33010119900101123X": true,
		"0571-88888888": true, "座机057112345678": true, "李子树太密": false, "文号〔2026〕12号": false,
		"打１３９１２３４５６７８": true, "139.1234.5678": true, "139—1234—5678": true, "139（1234）5678": true, "1 3 9 1 2 3 4 5 6 7 8": true, "一三九一二三四五六七八": true, "幺三九、一二三四、五六七八": true,
		"王 示例": true, "王·示例": true, "王\u200b示例": true, "（0571）88888888": true, "3 3 0 1 0 1 1 9 9 0 0 1 0 1 1 2 3 X": true,
		"2026-06-13 10:00至2026-06-14 18:00": false, "6月13日、14日，每天9:30—17:00": false, "1,350,000,000.00元": false, "一三五、二四六单双号": false,
	} {
		if got := Personal(text, names); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestATallyIsOfEverythingThatIsGiven(t *testing.T) {
	decided := func(v Verdict) Standing {
		return Standing{&Suggestion{Topic: "roads", Unit: "甲", State: Decided, Outcome: &Outcome{Verdict: v, Summary: "x", Answer: "y"}}, true}
	}
	all := []Standing{decided(Adopted), decided(Declined), {&Suggestion{Topic: "roads", Unit: "甲", State: Routed}, true}, {&Suggestion{Topic: "parks", Unit: "乙", State: Routed}, false},
		{&Suggestion{Topic: "parks", Unit: "乙", State: Turned}, false}}
	p := Sum(all)
	if want := (Tally{Number: 5, Answered: 3, Adopted: 1, Declined: 1, Turned: 1}); p.Whole != want {
		t.Errorf("%+v", p.Whole)
	}
	if len(p.Items) != 2 || len(p.Topics) != 2 || p.Topics[0].Of != "roads" || p.Topics[0].Number != 3 || p.Units[1].Tally != (Tally{Number: 2, Turned: 1}) {
		t.Errorf("%+v", p)
	}
}
