package handlers

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"fengqiao/grid"
	"fengqiao/internal/sheet"
	"fengqiao/mediation"
	counts "fengqiao/mediation/figures"
	"fengqiao/mediation/policy"
)

// uptakeRoutes are "one down, two up" (一降两升): petitions, the use of the app and satisfaction, by areas and months.
func uptakeRoutes() []Route {
	return []Route{{Method: http.MethodGet, Path: "/api/v1/stats/uptake", Action: mediation.StatsRead, Query: []string{"area", "level", "from", "until", "compareFrom", "compareUntil", "format"}, Handle: (*API).uptake}}
}

type uptakeView struct {
	statsHead
	Figures []useFigureView `json:"figures"`
	// Months are when each begins.
	Months []time.Time  `json:"months"`
	Whole  uptakeLine   `json:"whole"`
	Items  []uptakeLine `json:"items"`
}

type useFigureView struct {
	Key        string `json:"key"`
	Unit       string `json:"unit"`
	Text       string `json:"text"`
	Definition string `json:"definition"`
	// Aim is where it is to go: "down", "up", "" where it explains another.
	Aim string `json:"aim,omitzero"`
}

// uptakeLine is an area: the whole period beside the earlier one, and each month beside the one before.
type uptakeLine struct {
	Key     string                `json:"key"`
	Text    string                `json:"text"`
	Figures map[string]useValue   `json:"figures"`
	Months  []map[string]useValue `json:"months"`
}

// useValue is a figure with whether it went where it is to go since; null where there is nothing to compare, or it has no aim.
type useValue struct {
	figureValue
	Reached *bool `json:"reached"`
}

func (a *API) uptake(c *Call) (Reply, error) {
	q, err := a.statsQuery(c)
	if err != nil {
		return Reply{}, err
	}
	l, err := a.labels(c, "")
	if err != nil {
		return Reply{}, err
	}
	if !l.pol.Uptake.On() {
		return Reply{}, refuse(http.StatusConflict, "uptake.off", "")
	}
	zone, err := l.pol.Clocks.Calendar.Location()
	if err != nil {
		return Reply{}, err
	}
	if q.cuts, err = months(q.From, q.Until, zone); err != nil {
		return Reply{}, err
	}
	if q.Depth, _, err = c.QueryNumber("level", q.depth(), 10); err != nil {
		return Reply{}, err
	}
	q.earlier.Depth = q.Depth
	q.by = counts.ByArea
	m := measureOf(l.pol)
	units, few := a.Figures.Uses(q.Query, m, q.cuts)
	before, fewBefore := a.Figures.Uses(*q.earlier, m, []time.Time{q.earlier.From})
	if !few || !fewBefore {
		return Reply{}, invalid("too_many", "level", "max", strconv.Itoa(counts.MostUses))
	}
	view := l.uptake(&q, units, before)
	return a.table(c, view, func() *sheet.Book { return l.uptakeBook(&view) })
}

// measureOf are the channels by which the policy measures.
func measureOf(p *policy.Policy) counts.Measure {
	m := counts.Measure{Residents: p.Uptake.Residents, Workers: p.Uptake.Workers}
	if s, ok := p.Intake.Source(p.Uptake.Petitions); ok {
		m.Petitions = s.Channels
	}
	return m
}

func (l labels) uptake(q *asked, units, before []counts.UnitUse) uptakeView {
	v := uptakeView{statsHead: q.head(q.Now), Figures: make([]useFigureView, len(counts.UseFigures)), Months: q.cuts, Items: []uptakeLine{}}
	for i, f := range counts.UseFigures {
		v.Figures[i] = useFigureView{f.Key, string(f.Unit), choose(l.zh, f.Zh, f.En), choose(l.zh, f.DefZh, f.DefEn), map[int]string{-1: "down", 1: "up"}[f.Aim]}
	}
	past, all, ever := map[string]*counts.Use{}, counts.UnitUse{Months: make([]counts.Use, len(q.cuts))}, counts.Use{}
	for i := range before {
		past[before[i].Area] = &before[i].Months[0]
		ever.Add(&before[i].Months[0])
	}
	for i := range units {
		u := &units[i]
		for m := range u.Months {
			all.Months[m].Add(&u.Months[m])
		}
		was := past[u.Area]
		if was == nil {
			was = &counts.Use{}
		}
		v.Items = append(v.Items, l.uptakeLine(q, u, was))
		delete(past, u.Area)
	}
	// Where nothing came in any more is what a fall to nothing looks like.
	for area, was := range past {
		v.Items = append(v.Items, l.uptakeLine(q, &counts.UnitUse{Area: area, Months: make([]counts.Use, len(q.cuts))}, was))
	}
	slices.SortFunc(v.Items, func(x, y uptakeLine) int { return strings.Compare(x.Key, y.Key) })
	v.Whole = l.uptakeLine(q, &all, &ever)
	return v
}

func (l labels) uptakeLine(q *asked, u *counts.UnitUse, was *counts.Use) uptakeLine {
	line := uptakeLine{Key: u.Area, Text: l.group(counts.ByArea, u.Area), Months: make([]map[string]useValue, len(u.Months))}
	if u.Area == "" {
		line.Text = choose(l.zh, "合计", "all")
	}
	var whole counts.Use
	for i := range u.Months {
		whole.Add(&u.Months[i])
		until := q.Until
		if i+1 < len(q.cuts) {
			until = q.cuts[i+1]
		}
		var month *counts.Use
		if i > 0 {
			month = &u.Months[i-1]
		}
		line.Months[i] = l.useValues(q, u.Area, q.cuts[i], until, &u.Months[i], month)
	}
	line.Figures = l.useValues(q, u.Area, q.From, q.Until, &whole, was)
	return line
}

// useValues are the figures of an area in a time, beside those of another; nil: beside none.
func (l labels) useValues(q *asked, area string, from, until time.Time, u, was *counts.Use) map[string]useValue {
	all := map[string]useValue{}
	for i := range counts.UseFigures {
		f := &counts.UseFigures[i]
		v := useValue{figureValue: figureValue{Value: number(f.Value(u)), caseLinks: l.useLinks(q, area, from, until, f)}}
		if above, below := f.Of(u); f.Unit == counts.Share {
			v.Above, v.Below = &above, &below
		}
		if was != nil {
			v.Earlier = &pastValue{number(f.Value(was)), number(f.Change(u, was)), number(f.Growth(u, was))}
			if reached, known := f.Reached(u, was); known {
				v.Reached = &reached
			}
		}
		all[f.Key] = v
	}
	return all
}

// number is nil where there is none.
func number(v float64, ok bool) *float64 {
	if !ok {
		return nil
	}
	return &v
}

// useLinks are the lists of cases behind a figure of an area, "" for all of them.
func (l labels) useLinks(q *asked, area string, from, until time.Time, f *counts.UseFigure) caseLinks {
	set := map[string]string{"area": string(q.Area), "openedFrom": from.Format(time.RFC3339), "openedUntil": until.Format(time.RFC3339)}
	if area != "" {
		if _, known := l.plan.Name(grid.Code(area)); !known {
			return caseLinks{} // lists know the areas of the plan in force alone
		}
		if set["area"] = area; grid.Code(area).Depth() < q.depth() {
			set["itself"] = "true"
		}
	}
	link := func(list map[string][]string, way, reportWay counts.Way, source string) *string {
		if list == nil {
			return nil
		}
		of := map[string]string{"way": string(way), "reportWay": string(reportWay), "source": source}
		for name, value := range set {
			of[name] = value
		}
		for name, values := range list {
			of[name] = strings.Join(values, ",")
		}
		text := "/api/v1/cases" + encodedQuery(of)
		return &text
	}
	source := ""
	if f.Petitions {
		source = l.pol.Uptake.Petitions
	}
	return caseLinks{link(f.Counted, f.Way, f.ReportWay, source), link(f.Below, "", "", "")}
}

// depth is at which areas are told apart.
func (q *asked) depth() int {
	base := *q.Sight.Area
	if base.Contains(q.Area) {
		base = q.Area
	}
	if q.Depth == 0 {
		return base.Depth() + 1
	}
	return q.Depth
}

// wayFilter reads by which app cases are to have come, or one of their reports.
func (a *API) wayFilter(c *Call, f *mediation.Filter) error {
	for name, to := range map[string]*[]string{"way": &f.Channels, "reportWay": &f.Came} {
		way := counts.Way(c.QueryText(name))
		if way == "" {
			continue
		}
		if len(*to) > 0 {
			return invalid("invalid_value", name)
		}
		pol, err := a.Policies.Current(c.Context)
		if err != nil {
			return err
		}
		switch way {
		case counts.WayApp:
			*to = pol.Uptake.Apps()
		case counts.WayResidents:
			*to = pol.Uptake.Residents
		case counts.WayWorkers:
			*to = pol.Uptake.Workers
		default:
			return invalid("unknown_value", name, "value", printable(string(way)))
		}
		if len(*to) == 0 {
			*to = []string{""} // none, and not all
		}
	}
	return nil
}

// uptakeBook is the table: an area and month a line, the whole period first.
func (l labels) uptakeBook(v *uptakeView) *sheet.Book {
	title := choose(l.zh, "一降两升", "One down, two up")
	s := sheet.Sheet{Name: title, Title: title, Above: l.above(v.AsOf, l.spanOf(v.Period)), Widths: []float64{1.5, 1.5, 1}, Heads: []string{choose(l.zh, "代码", "code"), choose(l.zh, "名称", "name"), choose(l.zh, "月份", "month")}}
	for _, f := range v.Figures {
		s.Heads = append(s.Heads, f.Text)
		s.Above = append(s.Above, f.Text+choose(l.zh, "：", ": ")+f.Definition)
	}
	row := func(line *uptakeLine, month string, figures map[string]useValue) {
		cells := []sheet.Cell{sheet.Text(line.Key), sheet.Text(line.Text), sheet.Text(month)}
		for _, f := range v.Figures {
			cells = append(cells, figureCell(f.Unit, figures[f.Key].Value))
		}
		s.Rows = append(s.Rows, cells)
	}
	for _, line := range append([]uptakeLine{v.Whole}, v.Items...) {
		row(&line, choose(l.zh, "整个期间", "the period"), line.Figures)
		for i, figures := range line.Months {
			row(&line, l.group(counts.ByMonth, v.Months[i].Format(time.RFC3339)), figures)
		}
	}
	return &sheet.Book{Title: title, Of: v.AsOf, Sheets: []sheet.Sheet{s}}
}
