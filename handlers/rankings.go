package handlers

import (
	"net/http"

	"fengqiao/grid"
	"fengqiao/internal/sheet"
	"fengqiao/mediation"
	counts "fengqiao/mediation/figures"
	"fengqiao/mediation/policy"
)

// rankingRoutes are the policy's rankings over a period.
func rankingRoutes() []Route {
	return []Route{{Method: http.MethodGet, Path: "/api/v1/stats/rankings/:ranking", Action: mediation.StatsRead, Query: []string{"area", "category", "channel", "unit", "source", "from", "until", "compareFrom", "compareUntil", "format"}, Handle: (*API).ranking}}
}

// rankMeasureTexts name the measures and say what they mean.
var rankMeasureTexts = map[string][4]string{
	policy.RankSettlement: {"化解", "settlement", "化解÷收到；不予受理、撤回的也在分母里", "settled ÷ received; what was refused or withdrawn stays below the line"},
	policy.RankClosing:    {"办结", "closing", "办结÷收到；不予受理、撤回的也在分母里", "closed ÷ received; what was refused or withdrawn stays below the line"},
	policy.RankTimeliness: {"按期", "timeliness", "没有任何时限超期而办结的÷收到", "closed without any limit passed before ÷ received"},
}

// receivedByUnit says what units have received.
var receivedByUnit = [2]string{"；收到的是现由该单位承办和曾由其承办的，异议退回、重新办理后转走的仍计", "; received is what lies with the unit and what has lain with it, objected to or taken from it since"}

type rankingView struct {
	statsHead
	Key      string            `json:"key"`
	Text     string            `json:"text"`
	Of       string            `json:"of"`
	Measures []rankMeasureView `json:"measures"` // compared in this order
	Items    []rankedView      `json:"items"`
}

type rankMeasureView struct {
	Key        string `json:"key"`
	Text       string `json:"text"`
	Definition string `json:"definition"`
}

type rankedView struct {
	Place  int         `json:"place"` // equals share one
	Key    string      `json:"key"`
	Text   string      `json:"text"`
	Shares []shareView `json:"shares"` // by the measures
	Cases  *string     `json:"cases"`  // what was received
	// Earlier is how it stood in the earlier period; null where there is none, or it received nothing then.
	Earlier *rankedBefore `json:"earlier"`
}

type rankedBefore struct {
	Place  int       `json:"place"`
	Values []float64 `json:"values"` // of the shares
}

type shareView struct {
	Value float64 `json:"value"`
	Above int     `json:"above"`
	Below int     `json:"below"`
	Cases *string `json:"cases"` // those above the line
}

// ranking puts the areas one level down, or the units, in order. What lies with no unit, or with the area itself, competes with nobody.
func (a *API) ranking(c *Call) (Reply, error) {
	q, err := a.statsQuery(c)
	if err != nil {
		return Reply{}, err
	}
	l, err := a.labels(c, "")
	if err != nil {
		return Reply{}, err
	}
	r, ok := l.pol.Ranking(c.PathID("ranking"))
	if !ok {
		return Reply{}, mediation.ErrNotFound
	}
	q.by = counts.By(r.Of)
	before := map[string]*counts.Ranked{}
	if q.earlier != nil {
		ranked := a.ranked(&q, *q.earlier, r, l.plan)
		for i := range ranked {
			before[ranked[i].Key] = &ranked[i]
		}
	}
	view := l.ranking(&q, r, a.ranked(&q, q.Query, r, l.plan), before)
	return a.table(c, view, func() *sheet.Book { return l.rankingBook(&view) })
}

// receivedByArea says what areas have received.
var receivedByArea = [2]string{"；收到的是现在该辖区的和从该辖区转到别处的", "; received is what lies in the area and what was passed on from it"}

// receivedLink is the list of all that somebody who is ranked received: also what has lain with them.
func (q *asked) receivedLink(key string, plan *grid.Plan) *string {
	all := *q
	switch q.by {
	case counts.ByUnit:
		all.by, all.Unit = counts.ByHad, ""
	case counts.ByArea:
		all.by = counts.ByLain
	}
	return all.link(counts.ReceivedList(), key, plan)
}

// ranked are those who compete, in order.
func (a *API) ranked(q *asked, of counts.Query, r *policy.Ranking, plan *grid.Plan) []counts.Ranked {
	var groups []counts.Group
	for _, g := range a.Figures.Competitors(of, q.by) {
		if filters, known := q.groupFilters(g.Key, plan); known && filters["itself"] == "" && filters["noUnit"] == "" {
			groups = append(groups, g)
		}
	}
	return counts.Rank(groups, r.Measures)
}

// rankingBook is the ranking as a table: of each measure the share and its two counts.
func (l labels) rankingBook(v *rankingView) *sheet.Book {
	s := sheet.Sheet{Name: v.Text, Title: v.Text, Above: l.above(v.AsOf, l.spanOf(v.Period)), Widths: []float64{0.7, 0.9, 1.5, 2, 1},
		Heads: []string{choose(l.zh, "名次", "place"), choose(l.zh, "比较期名次", "earlier place"), choose(l.zh, "代码", "code"), choose(l.zh, "名称", "name")}}
	for _, m := range v.Measures {
		s.Heads = append(s.Heads, m.Text, choose(l.zh, "分子", "above"), choose(l.zh, "分母", "below"))
		s.Above = append(s.Above, m.Text+choose(l.zh, "：", ": ")+m.Definition)
	}
	for i := range v.Items {
		x := &v.Items[i]
		var was sheet.Cell
		if x.Earlier != nil {
			was = whole(&x.Earlier.Place)
		}
		row := []sheet.Cell{whole(&x.Place), was, sheet.Text(x.Key), sheet.Text(x.Text)}
		for _, m := range x.Shares {
			row = append(row, sheet.Share(&m.Value), whole(&m.Above), whole(&m.Below))
		}
		s.Rows = append(s.Rows, row)
	}
	return &sheet.Book{Title: v.Text, Of: v.AsOf, Sheets: []sheet.Sheet{s}}
}

func (l labels) ranking(q *asked, r *policy.Ranking, ranked []counts.Ranked, before map[string]*counts.Ranked) rankingView {
	v := rankingView{statsHead: q.head(q.Now), Key: r.Key, Text: l.text(r.Name), Of: r.Of, Items: []rankedView{}}
	for _, m := range r.Measures {
		text := rankMeasureTexts[m]
		means := choose(l.zh, text[2], text[3])
		if q.by == counts.ByUnit {
			means += choose(l.zh, receivedByUnit[0], receivedByUnit[1])
		} else {
			means += choose(l.zh, receivedByArea[0], receivedByArea[1])
		}
		v.Measures = append(v.Measures, rankMeasureView{m, choose(l.zh, text[0], text[1]), means})
	}
	for _, x := range ranked {
		item := rankedView{Place: x.Place, Key: x.Key, Text: l.group(q.by, x.Key), Cases: q.receivedLink(x.Key, l.plan)}
		for i, s := range x.Shares {
			item.Shares = append(item.Shares, shareView{s.Value(), s.Above, s.Below, q.link(counts.MeasureList(r.Measures[i]), x.Key, l.plan)})
		}
		if was := before[x.Key]; was != nil {
			item.Earlier = &rankedBefore{Place: was.Place}
			for _, s := range was.Shares {
				item.Earlier.Values = append(item.Earlier.Values, s.Value())
			}
		}
		v.Items = append(v.Items, item)
	}
	return v
}
