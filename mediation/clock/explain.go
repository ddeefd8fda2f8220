package clock

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"fengqiao/mediation/policy"
)

// Line is one step of why something is due when it is: a code for the app, and its figures.
type Line struct {
	Code   string
	Params map[string]string
}

// lines is every step there is, with its words; {name} stands for a parameter.
var lines = map[string]policy.Text{
	"clock.start":        {Zh: "自{at}起算", En: "it began at {at}"},
	"clock.round":        {Zh: "时限{span}，昼夜不停", En: "it may take {span}, round the clock"},
	"clock.days":         {Zh: "时限{n}个日历日，当日不计入，末日为{day}", En: "it may take {n} calendar days, the first not counted: until {day}"},
	"clock.moved":        {Zh: "{day}为休息日，顺延至{to}", En: "{day} is a day off: {to} takes its place"},
	"clock.working":      {Zh: "时限{n}个工作日，只计{opens}至{closes}的办公时间", En: "it may take {n} working days, of which {opens} to {closes} counts"},
	"clock.workdays":     {Zh: "时限{n}个工作日，当日不计入，末日为{day}", En: "it may take {n} working days, the first not counted: until {day}"},
	"clock.opening":      {Zh: "起算时不在办公时间，自{at}计", En: "the office was closed then: it counts from {at}"},
	"clock.skipped":      {Zh: "其间有{n}天休息日不计", En: "{n} days off in between do not count"},
	"clock.paused":       {Zh: "{from}至{to}中止，不计", En: "it stood still from {from} to {to}"},
	"clock.paused_for":   {Zh: "{from}至{to}因{reason_zh}中止，不计", En: "it stood still from {from} to {to}: {reason_en}"},
	"clock.away":         {Zh: "{from}至{to}案件不在此环节，不计", En: "the case was elsewhere from {from} to {to}, which does not count"},
	"clock.stands_until": {Zh: "自{from}起停计，至迟{until}恢复计时", En: "it has stood still since {from} and goes on at {until} at the latest"},
	"clock.stands":       {Zh: "自{from}起停计，尚未恢复", En: "it has stood still since {from}"},
	"clock.agreed":       {Zh: "协议约定{at}前履行，从其约定", En: "the parties agreed to perform by {at}, and nobody is late before that"},
	"clock.provisional":  {Zh: "{year}年的放假安排尚未导入，暂只除去周六、周日；导入后重新计算", En: "provisional: the days off of {year} are not known yet and weekends alone were left out; it is reckoned anew once they are"},
	"clock.set":          {Zh: "起算时的规则或日历与现在不同，以当时算定的为准", En: "rules or calendar were others when it began; what was reckoned then holds"},
	"clock.named":        {Zh: "到期时间由交办、决定的人员写明，不按时限推算", En: "who gave or decided it named the end, which no rule reckons"},
	"clock.operator":     {Zh: "由系统的运行方设定（{key}），不在规则文件里", En: "who runs the installation has set it ({key}), no policy"},
	"clock.period":       {Zh: "没有另定时限，至本期结束", En: "no length is set: it ends with the period"},
	"clock.due":          {Zh: "{at}到期", En: "it is due at {at}"},
}

// Text is the step in words: Chinese for "zh…", else English.
func (l Line) Text(lang string) string {
	words, ok := lines[l.Code]
	if !ok {
		return l.Code
	}
	text := words.En
	if strings.HasPrefix(lang, "zh") {
		text = words.Zh
	}
	pairs := make([]string, 0, 2*len(l.Params))
	for k, v := range l.Params {
		pairs = append(pairs, "{"+k+"}", v)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

func line(code string, params ...string) Line {
	l := Line{Code: code, Params: make(map[string]string, len(params)/2)}
	for i := 0; i+1 < len(params); i += 2 {
		l.Params[params[i]] = params[i+1]
	}
	return l
}

// Explain says step by step why a span that began at start, with these pauses, is due when AfterPaused says. Times are local,
// to the minute.
func (c *Calendar) Explain(start time.Time, s policy.Span, pauses ...Pause) []Line {
	return c.explain(start, s, pauses, nil)
}

// explain is Explain where the reasons of pauses are known by their words.
func (c *Calendar) explain(start time.Time, s policy.Span, pauses []Pause, grounds []policy.SuspensionReason) []Line {
	out := []Line{line("clock.start", "at", c.show(start))}
	t := start
	if s.Days > 0 {
		last := dateOf(t.In(c.zone)) + date(s.Days)
		out = append(out, line("clock.days", "n", strconv.Itoa(s.Days), "day", last.String()))
		if to := c.nextWorking(last); to != last {
			out = append(out, line("clock.moved", "day", last.String(), "to", to.String()))
		}
		t = c.After(t, policy.Span{Days: s.Days})
	}
	switch {
	case s.WorkingDays > 0 && s.Whole:
		out = append(out, c.explainWhole(t, s.WorkingDays)...)
	case s.WorkingDays > 0:
		out = append(out, c.explainWorking(t, s.WorkingDays)...)
	}
	if s.Clock > 0 {
		out = append(out, line("clock.round", "span", policy.Span{Clock: s.Clock}.String()))
	}
	due := c.After(start, s)
	for i, p := range pauses {
		if next := c.AfterPaused(start, s, pauses[:i+1]); next.After(due) {
			out = append(out, c.stood(p, grounds))
			due = next
		}
	}
	for _, year := range c.guessed(start, due, s) {
		out = append(out, line(Provisional, "year", strconv.Itoa(year)))
	}
	return append(out, c.Due(due))
}

// stood says of a pause when it was and why.
func (c *Calendar) stood(p Pause, grounds []policy.SuspensionReason) Line {
	from, to := c.show(p.From), c.show(p.To)
	switch p.Reason {
	case "":
		return line("clock.paused", "from", from, "to", to)
	case Away:
		return line("clock.away", "from", from, "to", to)
	}
	zh, en := p.Reason, p.Reason
	if i := slices.IndexFunc(grounds, func(r policy.SuspensionReason) bool { return r.Key == p.Reason }); i >= 0 {
		zh, en = grounds[i].Name.Zh+"（"+grounds[i].Basis+"）", grounds[i].Name.En+" ("+grounds[i].Basis+")"
	}
	return line("clock.paused_for", "from", from, "to", to, "reason_zh", zh, "reason_en", en)
}

// Provisional is the code of the line that says that days off were not known.
const Provisional = "clock.provisional"

// guessed are the years by whose days off the end of a span came about and of which none are known: of working days every year that it runs
// through, of calendar days those of its end, which a day off would move.
func (c *Calendar) guessed(start, due time.Time, s policy.Span) (years []int) {
	from := start.In(c.zone).Year()
	switch {
	case s.WorkingDays > 0:
	case s.Days > 0:
		from = (dateOf(start.In(c.zone)) + date(s.Days)).utc().Year()
	default:
		return nil
	}
	for year := from; year <= due.In(c.zone).Year(); year++ {
		if !c.known[year] {
			years = append(years, year)
		}
	}
	return years
}

// Due is the last line of an explanation.
func (c *Calendar) Due(at time.Time) Line { return line("clock.due", "at", c.show(at)) }

// explainWhole says it of a norm's working days.
func (c *Calendar) explainWhole(from time.Time, n int) []Line {
	first := dateOf(from.In(c.zone))
	last := c.workingAfter(first, n)
	out := []Line{line("clock.workdays", "n", strconv.Itoa(n), "day", last.String())}
	if off := int(last-first) - n; off > 0 {
		out = append(out, line("clock.skipped", "n", strconv.Itoa(off)))
	}
	return out
}

func (c *Calendar) explainWorking(from time.Time, n int) []Line {
	out := []Line{line("clock.working", "n", strconv.Itoa(n), "opens", hour(c.opens), "closes", hour(c.closes))}
	begin, wall := c.split(from)
	if !c.works(begin) || wall < c.opens || wall >= c.closes {
		if wall >= c.closes {
			begin++
		}
		begin = c.nextWorking(begin)
		out = append(out, line("clock.opening", "at", c.show(c.at(begin, c.opens))))
	}
	off := 0
	for d := dateOf(c.After(from, policy.Span{WorkingDays: n}).In(c.zone)); d > begin; d-- {
		if !c.works(d) {
			off++
		}
	}
	if off > 0 {
		out = append(out, line("clock.skipped", "n", strconv.Itoa(off)))
	}
	return out
}

func (c *Calendar) show(t time.Time) string { return t.In(c.zone).Format("2006-01-02 15:04") }

func hour(wall time.Duration) string {
	return fmt.Sprintf("%02d:%02d", int(wall/time.Hour), int(wall%time.Hour/time.Minute))
}
