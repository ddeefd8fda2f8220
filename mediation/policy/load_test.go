package policy_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

func source(t testing.TB, name string) string {
	t.Helper()
	src, err := os.ReadFile(filepath.Join(policies, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(src)
}

func TestWhatFuyangSays(t *testing.T) {
	p := load(t, "fuyang.yaml")
	if !strings.HasPrefix(p.ID, "330111-2026-01-") || len(p.ID) != len("330111-2026-01-")+8 {
		t.Errorf("version id %q", p.ID)
	}
	if c, ok := p.Category("expropriation"); !ok || c.Mediable || c.Route != "reconsideration" {
		t.Errorf("expropriation: %+v", c)
	}
	if len(p.Intake.Categories) != 16 || len(p.Tiers) != 3 || p.Tiers[0].Level != 5 || p.Tiers[0].Answer != (policy.Span{Clock: 2 * time.Hour}) {
		t.Errorf("%d categories, tiers %+v", len(p.Intake.Categories), p.Tiers)
	}
	if p.Closing.FollowUpAfter != (policy.Span{Days: 30}) {
		t.Errorf("return visit after %v", p.Closing.FollowUpAfter)
	}
	if p.Clocks.Calendar.Opens != 510 || p.Clocks.Calendar.Closes != 1050 || p.Intake.Join.Within != 30*24*time.Hour {
		t.Errorf("%+v %+v", p.Clocks.Calendar, p.Intake.Join)
	}
	for _, x := range []struct {
		category string
		severity int
		seats    int
	}{{"neighbour", 1, 2}, {"medical", 1, 2}, {"labour", 3, 2}, {"neighbour", 4, 3}, {"medical", 4, 3}} {
		if panel, ok := p.PanelFor(x.category, x.severity); !ok || len(panel.Seats) != x.seats {
			t.Errorf("%s at %d: %+v", x.category, x.severity, panel)
		}
	}
}

func TestTwoVersionsOfOnePolicyHaveTwoIDs(t *testing.T) {
	src := source(t, "fuyang.yaml")
	a, errA := policy.Load("a", []byte(src), mediation.PolicyVocabulary())
	b, errB := policy.Load("a", []byte(src+"# a remark\n"), mediation.PolicyVocabulary())
	if errA != nil || errB != nil || a.ID == b.ID || string(a.Source) != src {
		t.Error(errA, errB, a.ID, b.ID)
	}
}

// TestMistakes changes one thing in Fuyang's policy and expects the mistake to be named where it was made.
func TestMistakes(t *testing.T) {
	for _, x := range []struct{ situation, old, new, key, reason string }{
		{"unknown key", "  load_cap: 5", "  load_cap: 5\n  load_limit: 5", "matching.load_limit", "unknown key"},
		{"unknown key at the top", "closing:", "awards: {}\nclosing:", "awards", "unknown key"},
		{"a number as key", "  load_cap: 5", "  load_cap: 5\n  5: 5", "matching.5", "unknown key"},
		{"doubled key", "  load_cap: 5", "  load_cap: 5\n  load_cap: 6", "matching.load_cap", "twice"},
		{"missing key", "  load_cap: 5\n", "", "matching.load_cap", "missing"},
		{"text where a number belongs", "load_cap: 5", "load_cap: five", "matching.load_cap", "whole number"},
		{"half a case", "load_cap: 5", "load_cap: 2.5", "matching.load_cap", "whole number"},
		{"number out of range", "load_cap: 5", "load_cap: 0", "matching.load_cap", "between 1 and 1000"},
		{"nothing", "load_cap: 5", "load_cap:", "matching.load_cap", "nothing stands here"},
		{"not a number", "distance: 3", "distance: .nan", "matching.weights.distance", "a number"},
		{"negative weight", "distance: 3", "distance: -3", "matching.weights.distance", "between 0"},
		{"all weights zero", "distance: 3, category: 3, load: 2, same_area: 2, record: 1", "distance: 0", "matching.weights", "above zero"},
		{"number where text belongs", `key: "110"`, `key: 110`, "intake.channels[3].key", "quotes"},
		{"key in capitals", "key: hall", "key: Hall", "intake.channels[1].key", "lower-case"},
		{"name in one language", "{zh: 邻里, en: neighbours}", "{zh: 邻里}", "intake.categories[1].name.en", "missing"},
		{"empty name", "{zh: 邻里, en: neighbours}", `{zh: "", en: neighbours}`, "intake.categories[1].name.zh", "empty"},
		{"list where an object belongs", "join: {within: 30d, metres: 50}", "join: [30d, 50]", "intake.join", "object"},
		{"object where a list belongs", "  needs: [session,", "  needs: {a: b}\n  x: [", "closing.needs", "a list"},
		{"channel twice", "key: hall", "key: app", "intake.channels[1].key", "taken"},
		{"a channel by which nobody may register", "en: mediation centre's desk}", "en: mediation centre's desk}, by: []", "intake.channels[1].by", "at least one"},
		{"a channel by who registers nothing", "en: mediation centre's desk}", "en: mediation centre's desk}, by: [supervisor]", "intake.channels[1].by[0]", "unknown value"},
		{"category twice", "key: consumer", "key: neighbour", "intake.categories[10].key", "taken"},
		{"unknown route", "route: reconsideration", "route: sandbox", "intake.categories[7].route", "unknown value"},
		{"no route for what may not be mediated", ", route: reconsideration", "", "intake.categories[7].route", "lawful route"},
		{"accepting what may not be mediated", "route: reconsideration", "route: reconsideration, auto_accept: 1", "intake.categories[7].auto_accept", "cannot be accepted"},
		{"an accusation that is mediated", "mediable: false, route: discipline, accusation: 3", "mediable: true, route: discipline, accusation: 3", "intake.categories[14].accusation", "accusation"},
		{"route without norm", "      norm: 行政复议法\n", "", "intake.routes[5].norm", "missing"},
		{"unknown emergency route", "emergency_route: police_110", "emergency_route: fire", "intake.emergency_route", "unknown value"},
		{"emergency route that nobody receives", "emergency_route: police_110", "emergency_route: court", "intake.emergency_route", "no desk"},
		{"case number without n", "〔{year}〕第{n}号", "〔{year}〕号", "intake.number_format", "{n}"},
		{"case number with an unknown part", "〔{year}〕", "〔{year}{month}〕", "intake.number_format", "only these"},
		{"numbers below the county without their unit", "number_level: 3", "number_level: 4", "intake.number_format", "{unit}"},
		{"numbers above the county", "number_level: 3", "number_level: 2", "intake.number_level", "3 segments"},
		{"unknown kind of mediator", "kinds: [fulltime, elder]", "kinds: [fulltime, wizard]", "matching.panels[1].seats[0].kinds[1]", "unknown value"},
		{"kind twice", "kinds: [fulltime, elder]", "kinds: [elder, elder]", "matching.panels[1].seats[0].kinds[1]", "twice"},
		{"panel for an unknown category", "categories: [medical]", "categories: [dental]", "matching.panels[1].categories[0]", "unknown value"},
		{"panel for what may not be mediated", "categories: [medical]", "categories: [medical, expropriation]", "matching.panels[1].categories[1]", "may not take"},
		{"panel without lead", "kinds: [fulltime], lead: true, required: true}\n        - {kinds: [lawyer], required: true}\n        - {kinds: [police",
			"kinds: [fulltime], required: true}\n        - {kinds: [lawyer], required: true}\n        - {kinds: [police", "matching.panels[0].seats", "exactly one lead"},
		{"two leads", "kinds: [police, department, judge], required: true", "kinds: [police], lead: true, required: true", "matching.panels[0].seats", "exactly one lead"},
		{"lead who may stay away", "kinds: [fulltime], lead: true, required: true", "kinds: [fulltime], lead: true", "matching.panels[0].seats[0].lead", "required"},
		{"outsider who leads", "kinds: [fulltime], lead: true, required: true", "kinds: [fulltime], lead: true, required: true, outsider: true", "matching.panels[0].seats[0].outsider", "cannot lead"},
		{"disputes without a panel", "    - seats:\n", "    - min_severity: 2\n      seats:\n", "intake.categories[0]", "no panel fits"},
		{"panel never reached", "    - min_severity: 4\n", "    - min_severity: 1\n", "matching.panels[1]", "never reached"},
		{"tier twice", "key: town", "key: village", "tiers[1].key", "taken"},
		{"ladder that does not widen", "    level: 4", "    level: 5", "tiers[1].level", "widen"},
		{"no time to answer", "answer: 2h", "answer: 0m", "tiers[0].answer", "nothing"},
		{"span in words", "answer: 2h", "answer: soon", "tiers[0].answer", "no span"},
		{"span of a century", "answer: 2h", "answer: 36600d", "tiers[0].answer", "no span"},
		{"working days where a fixed length belongs", "clock_old: 30d", "clock_old: 5wd", "intake.clock_old", "no duration"},
		{"clock for an impossible state", "    reported: {", "    reprted: {within: 1h}\n    reported: {", "clocks.states.reprted", "unknown key"},
		{"clock for a state at an end", "    reported: {", "    settled: {within: 1h}\n    reported: {", "clocks.states.settled", "unknown key"},
		{"missing clock", "    agreed: {within: 7d, remind: [2d], basis: 人民调解法29}", "", "clocks.states.agreed", "must have a clock"},
		{"reminder before the start", "agreed: {within: 7d, remind: [2d], basis: 人民调解法29}", "agreed: {within: 7d, remind: [8d]}", "clocks.states.agreed.remind[0]", "shorter than"},
		{"reminders out of order", "remind: [15d, 5d]", "remind: [5d, 15d]", "clocks.whole.remind[1]", "longest first"},
		{"unknown time zone", "Asia/Shanghai", "Asia/Fuyang", "clocks.calendar.zone", "unknown time zone"},
		{"the machine's own time zone", "Asia/Shanghai", "Local", "clocks.calendar.zone", "unknown time zone"},
		{"closes before it opens", `closes: "17:30"`, `closes: "08:00"`, "clocks.calendar.closes", "after it opens"},
		{"impossible time", `opens: "08:30"`, `opens: "25:30"`, "clocks.calendar.opens", "time of day"},
		{"impossible date", `"2026-01-01"`, `"2026-02-30"`, "clocks.calendar.holidays[0]", "no date"},
		{"workday that is a weekday", `"2026-01-04"`, `"2026-01-05"`, "clocks.calendar.workdays[0]", "weekday anyway"},
		{"off and worked at once", `"2026-01-04"`, `"2026-01-03"`, "clocks.calendar.workdays[0]", "both"},
		{"unknown closing need", "needs: [session,", "needs: [peace,", "closing.needs[0]", "unknown value"},
		{"bad county", `county: "33.01.11"`, `county: "富阳"`, "county", "area code"},
		{"label that fits no id", `label: "2026-01"`, `label: "一月 版"`, "label", "wrong form"},
		{"anchor", "load_cap: 5", "load_cap: &cap 5", "matching.load_cap", "written out|write it out"},
	} {
		t.Run(x.situation, func(t *testing.T) {
			src := source(t, "fuyang.yaml")
			if !strings.Contains(src, x.old) {
				t.Fatalf("the policy has no %q", x.old)
			}
			_, err := policy.Load("x.yaml", []byte(strings.Replace(src, x.old, x.new, 1)), mediation.PolicyVocabulary())
			var found policy.Findings
			if !errors.As(err, &found) {
				t.Fatalf("no findings: %v", err)
			}
			i := slices.IndexFunc(found, func(f policy.Finding) bool { return f.Key == x.key })
			if i < 0 {
				t.Fatalf("nothing found at %s, only\n%v", x.key, found)
			}
			f := found[i]
			ok := false
			for _, reason := range strings.Split(x.reason, "|") {
				ok = ok || strings.Contains(f.Reason, reason)
			}
			if !ok || f.ReasonZh == "" || f.File != "x.yaml" || f.Line < 1 || f.Column < 1 {
				t.Errorf("found %+v, want %q", f, x.reason)
			}
		})
	}
}

func TestMistakesInSourcesAndBands(t *testing.T) {
	for _, x := range []struct{ old, new, key, reason string }{
		{`channels: ["110"]`, `channels: [court]`, "intake.sources[1].channels[0]", "count twice"},
		{`channels: ["110"]`, `channels: [smoke]`, "intake.sources[0].channels[0]", "unknown value"},
		{"key: petition, name: {zh: 信访, en", "key: police, name: {zh: 信访, en", "intake.sources[2].key", "taken"},
		{"[30d, 90d,", "[90d, 30d,", "backlog.bands[1]", "shortest first"},
		{"[30d, 90d,", "[30wd, 90d,", "backlog.bands[0]", "no duration"},
	} {
		src := source(t, "fuyang.yaml")
		if !strings.Contains(src, x.old) {
			t.Fatalf("the policy has no %q", x.old)
		}
		_, err := policy.Load("x.yaml", []byte(strings.Replace(src, x.old, x.new, 1)), mediation.PolicyVocabulary())
		var found policy.Findings
		errors.As(err, &found)
		if i := slices.IndexFunc(found, func(f policy.Finding) bool { return f.Key == x.key }); i < 0 || !strings.Contains(found[i].Reason, x.reason) || found[i].Line < 2 {
			t.Errorf("%s: nothing such at %s: %v", x.new, x.key, err)
		}
	}
}

func TestNoRankingPutsSpeedAboveSettlementOrRewardsRefusal(t *testing.T) {
	for _, x := range []struct{ measures, key, reason string }{
		{"[timeliness, settlement]", "rankings[0].measures[0]", "never ranks above settlement"},
		{"[closing, timeliness]", "rankings[0].measures[1]", "never ranks above settlement"},
		{"[settlementRate]", "rankings[0].measures[0]", "refusing intake would help"},
		{"[settlement, repeatRate]", "rankings[0].measures[1]", "refusing intake would help"},
		{"[settlement, satisfaction]", "rankings[0].measures[1]", "refusing intake would help"},
		{"[open]", "rankings[0].measures[0]", "refusing intake would help"},
		{"[speed]", "rankings[0].measures[0]", "unknown value"},
		{"[]", "rankings[0].measures", "at least one"},
	} {
		src := strings.Replace(source(t, "fuyang.yaml"), "measures: [settlement, timeliness]", "measures: "+x.measures, 1)
		_, err := policy.Load("x.yaml", []byte(src), mediation.PolicyVocabulary())
		var found policy.Findings
		errors.As(err, &found)
		line := 1 + strings.Count(src[:strings.Index(src, "measures: "+x.measures)], "\n")
		if i := slices.IndexFunc(found, func(f policy.Finding) bool { return f.Key == x.key }); i < 0 || !strings.Contains(found[i].Reason, x.reason) || found[i].Line != line {
			t.Errorf("%s: nothing such at %s in line %d: %v", x.measures, x.key, line, err)
		}
	}
}

func TestFindingsNameThePlace(t *testing.T) {
	src := "county: \"33.01.11\"\nlabel: 2026\nname: {zh: 名, en: name, fr: nom}\n"
	_, err := policy.Load("p.yaml", []byte(src), mediation.PolicyVocabulary())
	got := strings.Split(err.Error(), "\n")
	for _, want := range []string{
		"p.yaml:2:8: label: 2026 has the wrong type; it must be text (put numbers and the like in quotes)",
		`p.yaml:3:25: name.fr: unknown key "fr"; there are: zh, en`,
		"p.yaml:1:1: intake: this key is missing",
		"p.yaml:1:1: closing: this key is missing",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("not found: %s\namong\n%s", want, err)
		}
	}
	var found policy.Findings
	if errors.As(err, &found); !strings.Contains(found.Text("zh-CN"), "缺少此键") {
		t.Errorf("in Chinese: %s", found.Text("zh-CN"))
	}
}

func TestFilesThatAreNoPolicy(t *testing.T) {
	for situation, x := range map[string]struct{ src, reason string }{
		"empty":             {"", "empty"},
		"only a comment":    {"# nothing yet\n", "empty"},
		"a list":            {"- a\n- b\n", "an object with keys"},
		"a word":            {"policy", "an object with keys"},
		"not YAML":          {"a: [b\nc: }", "not YAML"},
		"GBK":               {"name: \xb8\xbb\xd1\xf4", "UTF-8"},
		"two documents":     {"a: 1\n---\nb: 2\n", "only one"},
		"huge":              {strings.Repeat("# nothing\n", 30_000), "larger"},
		"brackets for ever": {strings.Repeat("[", 100_000), "deep"},
		"dashes for ever":   {strings.Repeat("- ", 100_000), "deep"},
		"indented for ever": {strings.Repeat(" ", 400) + "a: 1\n", "deep"},
	} {
		_, err := policy.Load("p.yaml", []byte(x.src), mediation.PolicyVocabulary())
		if err == nil || !strings.Contains(err.Error(), x.reason) {
			t.Errorf("%s: %v, want %q", situation, err, x.reason)
		}
	}
}

func TestSpansReadBackAsWritten(t *testing.T) {
	for _, s := range []string{"30m", "24h", "15d", "5wd", "1m", "0m"} {
		v, err := policy.ParseSpan(s)
		if err != nil || v.String() != s {
			t.Errorf("%s: %v %v", s, v, err)
		}
	}
	for _, s := range []string{"", "5", "5 d", "-1d", "1h30m", "5w", "99999999d", "１d"} {
		if v, err := policy.ParseSpan(s); err == nil {
			t.Errorf("%q was read as %v", s, v)
		}
	}
}

func FuzzLoad(f *testing.F) {
	for _, name := range []string{"fuyang.yaml", "longgang.yaml"} {
		f.Add([]byte(source(f, name)))
	}
	f.Add([]byte("a: &x [*x]\n<<: *x\n? b\n: !!str 1\n"))
	f.Add([]byte("clocks: {states: {? [a] : b}}\n"))
	v := mediation.PolicyVocabulary()
	f.Fuzz(func(t *testing.T, src []byte) {
		p, err := policy.Load("p", src, v)
		var found policy.Findings
		if (err == nil) == (p == nil) || err != nil && (!errors.As(err, &found) || len(found) == 0) {
			t.Fatalf("%v, %v", p, err)
		}
	})
}

// FuzzSpans: a span is written as it was read, and none is longer than arithmetic bears.
func FuzzSpans(f *testing.F) {
	for _, text := range []string{"30m", "24h", "15d", "5wd", "07d", "87840h", "99999999m", "1.5h", "-1d", "1d1h"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := policy.ParseSpan(text)
		d, errDuration := policy.ParseDuration(text)
		if err != nil {
			if s != (policy.Span{}) || errDuration == nil {
				t.Fatalf("%q: %v, %s", text, err, d)
			}
			return
		}
		const most = 10 * 366 * 24 * time.Hour
		if again, err := policy.ParseSpan(s.String()); err != nil || again != s {
			t.Fatalf("%q is written %s and read as %s, %v", text, s, again, err)
		}
		if days := time.Duration(s.Days+s.WorkingDays) * 24 * time.Hour; s.Clock < 0 || s.Days < 0 || s.WorkingDays < 0 || s.Clock+days > most {
			t.Fatalf("%q is %+v", text, s)
		}
		if errDuration == nil != (s.WorkingDays == 0 && !strings.HasSuffix(text, "wd")) || d < 0 || d > most {
			t.Fatalf("%q lasts %s, %v", text, d, errDuration)
		}
	})
}
