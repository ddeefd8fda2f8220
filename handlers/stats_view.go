package handlers

import (
	"math"
	"net/url"
	"time"

	"fengqiao/grid"
	counts "fengqiao/mediation/figures"
)

// statsHead says of what and of when figures are.
type statsHead struct {
	// AsOf is the moment up to which every change is counted, AgeSeconds how long ago that is.
	AsOf       time.Time   `json:"asOf"`
	AgeSeconds int64       `json:"ageSeconds"`
	Period     periodView  `json:"period"`
	Earlier    *periodView `json:"earlier"`
}

type periodView struct {
	From  *time.Time `json:"from"`
	Until *time.Time `json:"until"`
}

type statsSummaryView struct {
	statsHead
	Figures []figureView `json:"figures"`
}

type figureView struct {
	meaning
	figureValue
}

// meaning is what a figure is called, what it is measured in and what it means.
type meaning struct {
	Key        string `json:"key"`
	Unit       string `json:"unit"`
	Text       string `json:"text"`
	Definition string `json:"definition"`
}

func (l labels) meaning(f *counts.Figure) meaning {
	return meaning{f.Key, string(f.Unit), choose(l.zh, f.Zh, f.En), choose(l.zh, f.DefZh, f.DefEn)}
}

// figureValue is a figure. Above and Below are the exact counts of a share; Timed is how many cases a time is of.
type figureValue struct {
	Value   *float64   `json:"value"`
	Above   *int       `json:"above"`
	Below   *int       `json:"below"`
	Timed   *int       `json:"timed"`
	Earlier *pastValue `json:"earlier"`
	caseLinks
}

// caseLinks are the lists of exactly the cases that a figure counts and, of a share, of those that it is of; null where no filter says it.
type caseLinks struct {
	Cases      *string `json:"cases"`
	CasesBelow *string `json:"casesBelow"`
}

// pastValue is the figure of the earlier period, and by how much it has grown since: of shares, in points of which 1 is the whole. Percent
// is the growth over the earlier figure, in percent. Null where one of the two is none, Percent also where the earlier figure is 0.
type pastValue struct {
	Value   *float64 `json:"value"`
	Change  *float64 `json:"change"`
	Percent *float64 `json:"percent"`
}

type breakdownView struct {
	By string `json:"by"`
	statsHead
	Figures []meaning    `json:"figures"` // of every item, what they mean
	Items   []statsGroup `json:"items"`
}

type statsGroup struct {
	Key     string                 `json:"key"`
	Text    string                 `json:"text"`
	Figures map[string]figureValue `json:"figures"`
}

func (q *asked) head(now time.Time) statsHead {
	moment := func(t time.Time) *time.Time {
		if t.IsZero() {
			return nil
		}
		return &t
	}
	h := statsHead{AsOf: q.asOf.UTC(), AgeSeconds: int64(max(0, now.Sub(q.asOf)) / time.Second), Period: periodView{moment(q.From), moment(q.Until)}}
	if e := q.earlier; e != nil && q.by != counts.ByMonth {
		h.Earlier = &periodView{moment(e.From), moment(e.Until)}
	}
	return h
}

func valueOf(f counts.Figure, t, before *counts.Tally, links caseLinks) figureValue {
	v := figureValue{Value: figureOf(f, t), caseLinks: links}
	switch above, of := f.Of(t); f.Unit {
	case counts.Share:
		v.Above, v.Below = &above, &of
	case counts.Seconds:
		v.Timed = &of
	}
	if before != nil {
		v.Earlier = &pastValue{Value: figureOf(f, before)}
		if v.Value != nil && v.Earlier.Value != nil {
			change := counts.Rounded(*v.Value - *v.Earlier.Value)
			v.Earlier.Change = &change
			v.Earlier.Percent = growth(f, t, before)
		}
	}
	return v
}

// growth is by how many percent a figure has grown, to two places, of the exact counts and not of rounded shares; nil over nothing.
func growth(f counts.Figure, t, before *counts.Tally) *float64 {
	of := func(t *counts.Tally) float64 {
		above, below := f.Of(t)
		if f.Unit == counts.Share {
			return float64(above) / float64(below)
		}
		return float64(above)
	}
	was := of(before)
	if was == 0 {
		return nil
	}
	percent := math.Round((of(t)/was-1)*1e4) / 1e2
	return &percent
}

func figureOf(f counts.Figure, t *counts.Tally) *float64 {
	if v, ok := f.Value(t); ok {
		return &v
	}
	return nil
}

// breakdown words the groups. Of a group that had no case before, the earlier figures are those of none.
func (l labels) breakdown(q *asked, groups []counts.Group, before map[string]*counts.Tally) breakdownView {
	v := breakdownView{By: string(q.by), statsHead: q.head(q.Now), Items: make([]statsGroup, len(groups))}
	for i := range counts.All {
		v.Figures = append(v.Figures, l.meaning(&counts.All[i]))
	}
	for i := range groups {
		g := &groups[i]
		past := before[g.Key]
		if past == nil && before != nil {
			past = &counts.Tally{}
		}
		item := statsGroup{Key: g.Key, Text: l.group(q.by, g.Key), Figures: map[string]figureValue{}}
		for _, f := range counts.All {
			item.Figures[f.Key] = valueOf(f, &g.Tally, past, q.links(f, g.Key, l.plan))
		}
		v.Items[i] = item
	}
	return v
}

// group names a line of a breakdown.
func (l labels) group(by counts.By, key string) string {
	switch by {
	case counts.ByArea:
		if name, ok := l.plan.Name(grid.Code(key)); ok && name != "" {
			return name
		}
	case counts.ByCategory:
		return l.category(key)
	case counts.ByChannel:
		for _, x := range l.pol.Intake.Channels {
			if x.Key == key {
				return l.text(x.Name)
			}
		}
	case counts.BySource:
		if s, ok := l.pol.Intake.Source(key); ok {
			return l.text(s.Name)
		}
		return choose(l.zh, "其它来源", "other sources")
	case counts.ByUnit:
		if key == "" {
			return choose(l.zh, "未转交单位", "with no unit")
		}
	case counts.ByMonth:
		if t, err := time.Parse(time.RFC3339, key); err == nil {
			if zone, err := l.pol.Clocks.Calendar.Location(); err == nil {
				return t.In(zone).Format("2006-01")
			}
		}
	}
	return key
}

// encodedQuery is a query string of what is set, "" if nothing is.
func encodedQuery(set map[string]string) string {
	values := url.Values{}
	for name, v := range set {
		if v != "" {
			values.Set(name, v)
		}
	}
	if len(values) == 0 {
		return ""
	}
	return "?" + values.Encode()
}
