package scenario

import (
	"strings"
	"testing"
	"time"
)

const head = `name: {zh: 试, en: try}
county: fuyang
policy: fuyang
begins: 2026-03-10T09:00:00+08:00
practices:
  - {key: one, name: {zh: 一}}
people:
  worker: {role: grid_worker}
steps:
`

// good is a step, on line 10 of a file.
const good = `  - say: {zh: 看}
    shows: one
    as: worker
    look: /cases
`

func TestAFileWithASlipIsRefusedByFileLineAndKey(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "county.yaml: the file is empty"},
		{"unknown key of the file", head + good + "remark: x\n", `county.yaml:14: unknown field "remark"`},
		{"unknown key of a step", head + good + "    wait: 3d\n", `county.yaml:14: unknown field "wait"`},
		{"unknown key of a command", head + "  - say: {zh: 看}\n    shows: one\n    as: worker\n    command: {nam: accept}\n", `county.yaml:13: unknown field "nam"`},
		{"doubled key", head + good + "    as: worker\n", "county.yaml:14: mapping key \"as\" already defined"},
		{"wrong type", strings.Replace(head, "{role: grid_worker}", "grid_worker", 1) + good, "county.yaml:8: "},
		{"no YAML", "name: [", "county.yaml:1: "},
		{"two deeds", head + good + "    advance: {by: 3d}\n", "county.yaml:10: step: want one deed, not look and advance"},
		{"told how often", head + "  - {say: {zh: 看}, shows: one, told: {who: worker, kind: slip}}\n", "county.yaml:10: told.times: say how often; 0 is never"},
		{"no deed", head + "  - say: {zh: 看}\n    shows: one\n    as: worker\n", "county.yaml:10: step: want one of report, command"},
		{"no sentence", head + "  - shows: one\n    as: worker\n    look: /cases\n", "county.yaml:10: say.zh: every step says"},
		{"stranger", head + strings.Replace(good, "worker", "nobody", 1), `county.yaml:10: as: "nobody" is none of the people`},
		{"unknown practice", head + strings.Replace(good, "one", "two", 1), `county.yaml:10: shows: "two" is none of the practices`},
		{"practice never shown", strings.Replace(head, "people:", "  - {key: two, name: {zh: 二}}\npeople:", 1) + good, `practices: no step shows "two"`},
		{"no such length", head + good + "  - {say: {zh: 等}, advance: {by: soon}}\n", `county.yaml:14: advance: "soon" is no length`},
		{"no such time", head + good + "  - {say: {zh: 等}, advance: {to: noon}}\n", `county.yaml:14: advance: "noon" is no time`},
		{"by and to", head + good + "  - {say: {zh: 等}, advance: {by: 1h, to: 2026-03-11T09:00:00+08:00}}\n", "county.yaml:14: advance: want exactly one of by and to"},
		{"two identities", strings.Replace(head, "{role: grid_worker}", "{role: grid_worker, login: x}", 1) + good, "people.worker: want exactly one of"},
		{"unknown word", head + good + "    expect: {items.count: {about: 3}}\n", `county.yaml:10: expect.items.count: unknown word "about"`},
		{"unreadable path", head + good + "    expect: {\"items[kind\": 3}\n", `county.yaml:10: expect: path "items[kind" cannot be read`},
		{"a list expected", head + good + "    expect: {items: [1, 2]}\n", "county.yaml:10: expect.items: a list cannot be expected"},
		{"no beginning", strings.Replace(head, "begins: 2026-03-10T09:00:00+08:00\n", "", 1) + good, "begins: \"\" is no time"},
	} {
		_, err := Read("county.yaml", strings.NewReader(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
	if _, err := Read("county.yaml", strings.NewReader(head+good)); err != nil {
		t.Errorf("a good file: %v", err)
	}
}

var answer = map[string]any{"status": "no", "items": []any{
	map[string]any{"kind": "a", "n": 1.0, "at": "2026-03-10T01:00:00Z"},
	map[string]any{"kind": "b", "n": 2.5, "of": map[string]any{"id": "x"}},
	map[string]any{"kind": "b", "n": nil},
}}

func TestAPathLeadsIntoAnAnswer(t *testing.T) {
	for _, c := range []struct {
		path, want string
		there      bool
	}{
		{"items.count", "3", true}, {"items.0.kind", "a", true}, {"items.1.of.id", "x", true}, {"items[kind=b].count", "2", true},
		{"items[kind=b].0.n", "2.5", true}, {"items[of.id=x].count", "1", true}, {"items[kind=c].count", "0", true}, {"items.2.n", "null", true},
		{"items.3", "", false}, {"items.kind", "", false}, {"items.0.gone", "", false}, {"items[kind=c].0", "", false}, {"items.0.kind.a", "", false},
	} {
		got, there := follow(answer, c.path)
		if there != c.there || there && spoken(got) != c.want {
			t.Errorf("%s: %v, %v", c.path, got, there)
		}
	}
}

func TestAnExpectationCanFail(t *testing.T) {
	for _, c := range []struct {
		word, path, want string
		holds            bool
	}{
		{"is", "items.0.n", "1", true}, {"is", "items.0.n", "2", false}, {"is", "items.9.n", "1", false},
		{"is", "items.0.at", "2026-03-10T09:00:00+08:00", true}, {"is", "items.0.at", "2026-03-10T09:00:01+08:00", false},
		{"not", "items.0.n", "1", false}, {"not", "items.9.n", "1", true},
		{"has", "status", "n", true}, {"has", "status", "y", false},
		{"atLeast", "items.1.n", "2.5", true}, {"atLeast", "items.1.n", "3", false}, {"atLeast", "items.0.kind", "0", false}, {"atLeast", "items.9.n", "0", false},
		{"atMost", "items.0.at", "2026-03-10T09:00:00+08:00", true}, {"atMost", "items.0.at", "2026-03-10T08:59:59+08:00", false}, {"atMost", "items.1.n", "x", false},
		{"there", "items.0", "true", true}, {"there", "items.9", "true", false}, {"there", "items.9", "false", true},
	} {
		got, there := follow(answer, c.path)
		if wants[c.word](got, there, c.want) != c.holds {
			t.Errorf("%s %s %s: %v", c.path, c.word, c.want, !c.holds)
		}
	}
}

func TestNamesStandForWhatWasKept(t *testing.T) {
	n := names{"case": "k-1", "now": "2026-03-10T01:00:00Z", "place": map[string]any{"type": "Point"}, "n": 3.0}
	got, err := n.fill(map[string]any{"a": "${place}", "b": []any{"/cases/${case}/x", "${now+1d 2h}", 7, "${n}"}})
	if err != nil {
		t.Fatal(err)
	}
	if text := spoken(got); text != `{"a":{"type":"Point"},"b":["/cases/k-1/x","2026-03-11T03:00:00Z",7,3]}` {
		t.Error(text)
	}
	for _, wrong := range []string{"${gone}", "x ${gone} y", "${case+1d}", "${ca se}"} {
		if v, err := n.text(wrong); err == nil {
			t.Errorf("%s: %v", wrong, v)
		}
	}
}

func TestLengths(t *testing.T) {
	for text, want := range map[string]time.Duration{"90m": 90 * time.Minute, "3d": 72 * time.Hour, "1d 2h30m": 26*time.Hour + 30*time.Minute, "0s": 0} {
		if got, err := length(text); err != nil || got != want {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
	for _, wrong := range []string{"", "d", "-1h", "-3d", "1w", "400d", "soon"} {
		if got, err := length(wrong); err == nil {
			t.Errorf("%q: %s", wrong, got)
		}
	}
}
