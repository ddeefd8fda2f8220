package handlers

import (
	"net/http"

	"fengqiao/internal/sheet"
	"fengqiao/mediation"
	counts "fengqiao/mediation/figures"
	"fengqiao/mediation/policy"
)

// rankingRoutes are the policy's rankings over a period.
func rankingRoutes() []Route {
	return []Route{{Method: http.MethodGet, Path: "/api/v1/stats/rankings/:ranking", Action: mediation.StatsRead, Query: []string{"area", "category", "channel", "unit", "source", "from", "until", "format"}, Handle: (*API).ranking}}
}

// rankMeasureTexts name the measures and say what they mean.
var rankMeasureTexts = map[string][4]string{
	policy.RankSettlement: {"化解", "settlement", "化解÷收到；不予受理、撤回的也在分母里", "settled ÷ received; what was refused or withdrawn stays below the line"},
	policy.RankClosing:    {"办结", "closing", "办结÷收到；不予受理、撤回的也在分母里", "closed ÷ received; what was refused or withdrawn stays below the line"},
	policy.RankTimeliness: {"按期", "timeliness", "没有任何时限超期而办结的÷收到", "closed without any limit passed before ÷ received"},
}

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
}

type shareView struct {
	Value float64 `json:"value"`
	Above int     `json:"above"`
	Below int     `json:"below"`
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
	q.by, q.earlier = counts.By(r.Of), nil
	var groups []counts.Group
	for _, g := range a.Figures.Break(q.Query, q.by, nil) {
		if _, competes := q.groupFilters(g.Key, l.plan); competes {
			groups = append(groups, g)
		}
	}
	view := l.ranking(&q, r, counts.Rank(groups, r.Measures))
	return a.table(c, view, func() *sheet.Book { return l.rankingBook(&view) })
}

// rankingBook is the ranking as a table: of each measure the share and its two counts.
func (l labels) rankingBook(v *rankingView) *sheet.Book {
	s := sheet.Sheet{Name: v.Text, Title: v.Text, Above: l.above(v.AsOf, l.spanOf(v.Period)), Widths: []float64{0.7, 1.5, 2, 1},
		Heads: []string{choose(l.zh, "名次", "place"), choose(l.zh, "代码", "code"), choose(l.zh, "名称", "name")}}
	for _, m := range v.Measures {
		s.Heads = append(s.Heads, m.Text, choose(l.zh, "分子", "above"), choose(l.zh, "分母", "below"))
		s.Above = append(s.Above, m.Text+choose(l.zh, "：", ": ")+m.Definition)
	}
	for i := range v.Items {
		x := &v.Items[i]
		row := []sheet.Cell{whole(&x.Place), sheet.Text(x.Key), sheet.Text(x.Text)}
		for _, m := range x.Shares {
			row = append(row, sheet.Share(&m.Value), whole(&m.Above), whole(&m.Below))
		}
		s.Rows = append(s.Rows, row)
	}
	return &sheet.Book{Title: v.Text, Of: v.AsOf, Sheets: []sheet.Sheet{s}}
}

func (l labels) ranking(q *asked, r *policy.Ranking, ranked []counts.Ranked) rankingView {
	v := rankingView{statsHead: q.head(q.Now), Key: r.Key, Text: l.text(r.Name), Of: r.Of, Items: []rankedView{}}
	for _, m := range r.Measures {
		text := rankMeasureTexts[m]
		v.Measures = append(v.Measures, rankMeasureView{m, choose(l.zh, text[0], text[1]), choose(l.zh, text[2], text[3])})
	}
	for _, x := range ranked {
		item := rankedView{Place: x.Place, Key: x.Key, Text: l.group(q.by, x.Key)}
		for _, s := range x.Shares {
			item.Shares = append(item.Shares, shareView{counts.Rounded(float64(s.Above) / float64(s.Below)), s.Above, s.Below})
		}
		for _, f := range counts.All {
			if f.Key == "received" {
				item.Cases = q.link(f.List, x.Key, l.plan)
			}
		}
		v.Items = append(v.Items, item)
	}
	return v
}
