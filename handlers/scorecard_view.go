package handlers

import (
	"strings"
	"time"

	"fengqiao/grid"
	counts "fengqiao/mediation/figures"
	"fengqiao/mediation/policy"
	"fengqiao/mediation/scorecard"
)

// scorecardForm is what a card consists of.
type scorecardForm struct {
	Parts []dimensionView `json:"parts"`
	Terms []formulaTerm   `json:"terms"` // that the formulas use
}

type dimensionView struct {
	Key        string          `json:"key"`
	Text       string          `json:"text"`
	Weight     float64         `json:"weight"`
	Indicators []indicatorView `json:"indicators"`
}

type indicatorView struct {
	Key     string      `json:"key"`
	Text    string      `json:"text"`
	Weight  float64     `json:"weight"`
	Formula string      `json:"formula"`
	Measure string      `json:"measure"`
	Better  string      `json:"better"`
	Target  float64     `json:"target"`
	Floor   float64     `json:"floor"`
	Bounds  *boundsView `json:"bounds"`
	Basis   string      `json:"basis,omitzero"`
	Terms   []string    `json:"terms"`
}

type boundsView struct {
	Least float64 `json:"least"`
	Most  float64 `json:"most"`
}

type formulaTerm struct {
	Key        string `json:"key"`
	Text       string `json:"text"`
	Definition string `json:"definition"`
	Unit       string `json:"unit"`
}

func (l labels) scorecardForm(c *scorecard.Card) scorecardForm {
	v := scorecardForm{Parts: []dimensionView{}, Terms: []formulaTerm{}}
	n := 0
	for _, d := range c.Dimensions {
		part := dimensionView{d.Key, l.text(d.Name), d.Weight, []indicatorView{}}
		for i := range d.Indicators {
			part.Indicators = append(part.Indicators, l.indicator(&d.Indicators[i], c.Names(n)))
			n++
		}
		v.Parts = append(v.Parts, part)
	}
	for _, t := range c.Terms {
		v.Terms = append(v.Terms, formulaTerm{t.Key, choose(l.zh, t.Zh, t.En), choose(l.zh, t.DefZh, t.DefEn), string(t.Unit)})
	}
	return v
}

func (l labels) indicator(x *policy.Indicator, names []string) indicatorView {
	v := indicatorView{x.Key, l.text(x.Name), x.Weight, x.Formula, x.Measure, x.Better, x.Target, x.Floor, nil, x.Basis, names}
	if x.Bounds != nil {
		v.Bounds = &boundsView{x.Bounds.Least, x.Bounds.Most}
	}
	return v
}

// resultsView is a card over a period.
type resultsView struct {
	scorecardHead
	By     string         `json:"by"`
	Period spanView       `json:"period"`
	AsOf   time.Time      `json:"asOf"`
	Age    int64          `json:"ageSeconds"`
	Whole  lineView       `json:"whole"`
	Items  []lineView     `json:"items"`
	Form   *scorecardForm `json:"form"`
}

type spanView struct {
	Key   string    `json:"key"`
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
}

// lineView is what a card says of one area, unit or official.
type lineView struct {
	Key  string `json:"key"`
	Text string `json:"text"`
	// Points of a hundred; null where nothing has a value. Covered is the share of the weights that has one.
	Points     *float64            `json:"points"`
	Covered    float64             `json:"covered"`
	Parts      map[string]*float64 `json:"parts"`
	Indicators map[string]markView `json:"indicators"`
	// Counts are what the formulas were reckoned from, each with the list of its cases.
	Counts map[string]termValue `json:"counts"`
	// Trend is the points of the earlier periods, the latest first.
	Trend []pointView `json:"trend"`
}

type markView struct {
	Value   *float64   `json:"value"`
	Points  *float64   `json:"points"`
	Met     bool       `json:"met"` // the target
	Earlier *pastValue `json:"earlier"`
}

type termValue struct {
	Value *float64 `json:"value"`
	caseLinks
}

type pointView struct {
	Period string   `json:"period"`
	Points *float64 `json:"points"`
}

func (l labels) scorecardResults(a *scorecard.Answer, now time.Time) resultsView {
	form := l.scorecardForm(a.Card)
	v := resultsView{scorecardHead: l.scorecardHead(a.Card), By: string(a.Now.By), Period: spanView{a.Period.Name, a.Period.From.UTC(), a.Period.Until.UTC()},
		AsOf: a.Now.AsOf.UTC(), Age: int64(max(0, now.Sub(a.Now.AsOf)) / time.Second), Form: &form, Items: []lineView{}}
	v.Whole = l.scored(a, &a.Now.Whole, func(r *scorecard.Result) *scorecard.Line { return &r.Whole })
	for i := range a.Now.Lines {
		line := &a.Now.Lines[i]
		v.Items = append(v.Items, l.scored(a, line, func(r *scorecard.Result) *scorecard.Line { return r.Line(line.Subject) }))
	}
	return v
}

// scored is a line with the same of the earlier periods, and the links to its cases.
func (l labels) scored(a *scorecard.Answer, line *scorecard.Line, of func(*scorecard.Result) *scorecard.Line) lineView {
	v := l.line(a.Card, a.Now.By, line, a.People)
	q := asked{Query: a.Query, by: counts.By(a.Now.By)}
	q.From, q.Until = q.From.UTC(), q.Until.UTC()
	if line.Subject == "" {
		q.by = counts.Whole
	}
	for _, t := range a.Card.Terms {
		value := v.Counts[t.Key]
		value.caseLinks = q.termLinks(t, line.Subject, l.plan)
		v.Counts[t.Key] = value
	}
	for i := range a.Earlier {
		past := of(&a.Earlier[i])
		if past == nil {
			past = &scorecard.Line{}
		}
		v.Trend = append(v.Trend, pointView{a.Earlier[i].Period, past.Points})
		if i == 0 {
			v.compare(a.Card, past)
		}
	}
	return v
}

// termLinks are the lists behind a name of formulas: of slips where it counts these, else of cases.
func (q *asked) termLinks(t counts.Term, subject string, plan *grid.Plan) caseLinks {
	if !t.Slips {
		return q.links(counts.Figure{List: t.List, Below: t.Below}, subject, plan)
	}
	return caseLinks{q.slipLink(t.List, subject), q.slipLink(t.Below, subject)}
}

// slipLink is a list of slips. It names the ground, as a list of slips holds those, too, that the caller issues or answers elsewhere.
func (q *asked) slipLink(list map[string][]string, subject string) *string {
	if list == nil {
		return nil
	}
	set := map[string]string{"area": string(*q.Sight.Area)}
	if q.Sight.Area.Contains(q.Area) {
		set["area"] = string(q.Area)
	}
	switch q.by {
	case counts.ByArea:
		set["area"] = subject
	case counts.ByUnit:
		set["unit"] = subject
	case counts.ByOfficial:
		set["user"] = subject
	}
	for name, values := range list {
		set[name] = strings.Join(values, ",")
	}
	for name, t := range map[string]time.Time{"issuedFrom": q.From, "issuedUntil": q.Until} {
		if !t.IsZero() {
			set[name] = t.Format(time.RFC3339)
		}
	}
	text := "/api/v1/slips" + encodedQuery(set)
	return &text
}

// compare puts the indicators of another line beside these.
func (v *lineView) compare(c *scorecard.Card, other *scorecard.Line) {
	for n, x := range c.Indicators() {
		mark := v.Indicators[x.Key]
		mark.Earlier = &pastValue{}
		if n < len(other.Marks) {
			mark.Earlier.Value = other.Marks[n].Value
		}
		if mark.Value != nil && mark.Earlier.Value != nil {
			change := counts.Rounded(*mark.Value - *mark.Earlier.Value)
			mark.Earlier.Change = &change
		}
		v.Indicators[x.Key] = mark
	}
}

func (l labels) line(c *scorecard.Card, by scorecard.By, line *scorecard.Line, people map[string]scorecard.Person) lineView {
	v := lineView{Key: line.Subject, Text: l.subject(by, line.Subject, people), Points: line.Points, Covered: line.Covered, Parts: map[string]*float64{},
		Indicators: map[string]markView{}, Counts: map[string]termValue{}, Trend: []pointView{}}
	for i := range c.Dimensions {
		if i < len(line.Parts) {
			v.Parts[c.Dimensions[i].Key] = line.Parts[i]
		}
	}
	for n, x := range c.Indicators() {
		mark := markView{}
		if n < len(line.Marks) {
			mark.Value, mark.Points = line.Marks[n].Value, line.Marks[n].Points
			mark.Met = mark.Points != nil && *mark.Points == 100
		}
		v.Indicators[x.Key] = mark
	}
	for _, t := range c.Terms {
		value := termValue{}
		if n, ok := line.Terms[t.Key]; ok {
			value.Value = &n
		}
		v.Counts[t.Key] = value
	}
	return v
}

// subject names an area, a unit or an official.
func (l labels) subject(by scorecard.By, key string, people map[string]scorecard.Person) string {
	switch {
	case key == "":
		return choose(l.zh, "合计", "all together")
	case by == scorecard.ByArea:
		return l.group(counts.ByArea, key)
	case by == scorecard.ByOfficial:
		if p, ok := people[key]; ok && p.Name != "" {
			return p.Name
		}
	}
	return key
}
