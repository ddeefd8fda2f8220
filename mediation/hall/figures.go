package hall

import (
	"cmp"
	"slices"
	"time"
)

// Outcome is what can be said of a visit, as figures count it and lists select by it.
type Outcome string

// The outcomes. A visit may have several: passed on by the reception, served by mediation.
const (
	OutServed   Outcome = "served"
	OutPassedOn Outcome = "passedOn"
	OutMissed   Outcome = "missed"
	OutLeft     Outcome = "left"
	OutUnserved Outcome = "unserved"
	OutLinked   Outcome = "linked"
)

// Figure is one row of the table of the hall's figures.
type Figure struct {
	Key          string
	Zh, En       string
	DefZh, DefEn string
	Unit         string  // count or seconds
	Outcome      Outcome // that the list of its visits is selected by; "" of all visits
	Of           func(*Tally) (value, of int)
}

// Figures is the table. Counts are of visits, so that a list of visits holds exactly what was counted; times are of turns.
var Figures = []Figure{
	{"numbers", "取号", "numbers taken", "取了号的来访", "visits that took a number", "count", "", func(t *Tally) (int, int) { return t.Visits, t.Visits }},
	{"served", "已办", "served", "有窗口办完的来访（转到别处的另计）", "visits that a window was done with; those passed on are counted apart", "count", OutServed, counted(OutServed)},
	{"passedOn", "转窗口", "passed on", "转到另一项功能的来访", "visits passed on to another function", "count", OutPassedOn, counted(OutPassedOn)},
	{"missed", "过号", "missed", "叫到时不在的来访，后来回来的也在内", "visits that were not there when called, those that came back among them", "count", OutMissed, counted(OutMissed)},
	{"left", "离开", "left", "没有办就离开的来访", "visits that left without being served", "count", OutLeft, counted(OutLeft)},
	{"unserved", "未办", "not served", "此刻还没有办、也没有离开的来访；过了当天就是没有办成", "visits neither served nor gone at this moment; of a past day, those that never were", "count", OutUnserved, counted(OutUnserved)},
	{"linked", "立了案", "taken in", "关联了上报或案件的来访", "visits with a report or case that came of them", "count", OutLinked, counted(OutLinked)},
	{"waitMedian", "等候时间中位数", "median wait", "从取号（或转来）到开始办理，按次，中位数", "from taking the number, or being passed on, to being served; of each turn, median", "seconds", "",
		func(t *Tally) (int, int) { return rank(t.Waits, 50) }},
	{"wait90", "等候时间90分位", "90th percentile of waits", "同上，第90百分位", "the same, 90th percentile", "seconds", "", func(t *Tally) (int, int) { return rank(t.Waits, 90) }},
	{"serviceMedian", "办理时间中位数", "median service", "从开始办理到办完或转出，按次，中位数", "from being served to the end of it, of each turn, median", "seconds", "",
		func(t *Tally) (int, int) { return rank(t.Services, 50) }},
}

func counted(o Outcome) func(*Tally) (int, int) {
	return func(t *Tally) (int, int) { return t.Outcomes[o], t.Visits }
}

// Tally is what was counted of some visits, or of their turns with one function, window or team.
type Tally struct {
	Visits          int
	Outcomes        map[Outcome]int
	Waits, Services []int // seconds
}

// rank is the least of the times that p of a hundred do not exceed (nearest rank), and how many there are.
func rank(times []int, p int) (int, int) {
	if len(times) == 0 {
		return 0, 0
	}
	sorted := slices.Sorted(slices.Values(times))
	return sorted[(len(sorted)*p+99)/100-1], len(sorted)
}

// By is what the hall's figures are broken down by.
type By string

// The breakdowns.
const (
	Whole      By = ""
	ByDay      By = "day"
	ByFunction By = "function"
	ByWindow   By = "window" // that called; who was never called is with none
	ByTeam     By = "team"
)

// Breakdowns is all of them.
var Breakdowns = []By{ByDay, ByFunction, ByWindow, ByTeam}

// Group is one line of a breakdown.
type Group struct {
	Key string
	Tally
}

// count counts visits by groups, in the order of their keys.
func count(visits []Visit, by By) []Group {
	groups := map[string]*Group{}
	for i := range visits {
		v := &visits[i]
		turns := map[string][]Turn{}
		for _, t := range v.Turns {
			key := t.group(v, by)
			turns[key] = append(turns[key], t)
		}
		for key, own := range turns {
			if groups[key] == nil {
				groups[key] = &Group{Key: key, Tally: Tally{Outcomes: map[Outcome]int{}}}
			}
			groups[key].add(v, own)
		}
	}
	out := make([]Group, 0, len(groups))
	for _, g := range groups {
		out = append(out, *g)
	}
	slices.SortFunc(out, func(a, b Group) int { return cmp.Compare(a.Key, b.Key) })
	return out
}

func (t *Turn) group(v *Visit, by By) string {
	switch by {
	case ByDay:
		return v.Day
	case ByFunction:
		return t.Function
	case ByWindow:
		return t.Window
	case ByTeam:
		return t.Team
	}
	return ""
}

func (t *Tally) add(v *Visit, turns []Turn) {
	t.Visits++
	for _, o := range v.outcomes(turns) {
		t.Outcomes[o]++
	}
	for _, x := range turns {
		if x.Began.IsZero() {
			continue
		}
		t.Waits = append(t.Waits, seconds(x.Since, x.Began))
		if !x.Ended.IsZero() {
			t.Services = append(t.Services, seconds(x.Began, x.Ended))
		}
	}
}

// outcomes is what can be said of a visit by some of its turns, each once.
func (v *Visit) outcomes(turns []Turn) []Outcome {
	var out []Outcome
	say := func(o Outcome, is bool) {
		if is {
			out = append(out, o)
		}
	}
	ended := func(how Ending) bool { return slices.ContainsFunc(turns, func(t Turn) bool { return t.How == how }) }
	say(OutServed, ended(Served))
	say(OutPassedOn, ended(PassedOn))
	say(OutMissed, ended(Missed))
	last := turns[len(turns)-1]
	present := v.now().Since.Equal(last.Since) && v.now().Function == last.Function
	say(OutLeft, present && v.Stands == Left)
	say(OutUnserved, present && !v.Stands.Over())
	say(OutLinked, v.Report != "" || v.Case != "" || v.Linked)
	return out
}

// Outcomes is what can be said of a visit as a whole (under "") and of its turns with each function: what lists select by.
func (v *Visit) Outcomes() map[string][]Outcome {
	all := map[string][]Outcome{"": v.outcomes(v.Turns)}
	own := map[string][]Turn{}
	for _, t := range v.Turns {
		own[t.Function] = append(own[t.Function], t)
	}
	for function, turns := range own {
		all[function] = v.outcomes(turns)
	}
	return all
}

func seconds(from, to time.Time) int { return int(max(0, to.Sub(from)) / time.Second) }
