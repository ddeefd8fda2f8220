package handlers

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"fengqiao/grid"
	"fengqiao/internal/sheet"
	"fengqiao/mediation"
	counts "fengqiao/mediation/figures"

	"github.com/google/uuid"
)

// backlogFilters are what the backlog is narrowed by. It has no period: it is what has piled up until now.
var backlogFilters = []string{"area", "category", "channel", "unit", "source"}

// backlogRoutes are the backlog by age and times reopened, and the cases behind it.
func backlogRoutes() []Route {
	with := func(more ...string) []string { return append(append([]string{}, backlogFilters...), more...) }
	return []Route{
		{Method: http.MethodGet, Path: "/api/v1/stats/backlog", Action: mediation.StatsRead, Query: with("by", "format"), Handle: (*API).backlog},
		{Method: http.MethodGet, Path: "/api/v1/stats/backlog/cases", Action: mediation.StatsRead, Query: with("band", "reopened", "limit", "cursor"), Handle: (*API).backlogCases},
		tableRoute("/api/v1/stats/backlog/cases", mediation.StatsRead, with("band", "reopened"), (*API).backlogTable),
	}
}

type backlogView struct {
	AsOf       time.Time     `json:"asOf"`
	AgeSeconds int64         `json:"ageSeconds"`
	Definition string        `json:"definition"`
	Bands      []bandView    `json:"bands"`
	By         string        `json:"by"`
	Items      []backlogLine `json:"items"`
}

// bandView is a band of age. Opened from inclusive, until exclusive; the oldest has no from, the youngest no until.
type bandView struct {
	Text  string     `json:"text"`
	From  *time.Time `json:"from"`
	Until *time.Time `json:"until"`
}

type backlogLine struct {
	Key  string `json:"key"`
	Text string `json:"text"`
	backlogCell
	Bands []backlogBand `json:"bands"`
}

// backlogCell is a number with the list of its cases; null where no filter says what the group is.
type backlogCell struct {
	Count int     `json:"count"`
	Cases *string `json:"cases"`
}

type backlogBand struct {
	backlogCell
	// Reopened is how many were never, once, twice and more often reopened.
	Reopened []backlogCell `json:"reopened"`
}

const (
	backlogZh = "尚未了结、程序也没有结束的案件（已办结待回访的不算），按立案至今多久、重新办理过几次分段；并入其他案件的不另计"
	backlogEn = "cases that are neither over nor closed (those that wait for the return visit alone are no part of it), by how long ago they were opened and how often they were reopened; those joined to another are not counted beside it"
)

// backlogBys are the groups of a backlog.
var backlogBys = map[counts.By]bool{counts.Whole: true, counts.ByArea: true, counts.ByUnit: true, counts.BySource: true, counts.ByCategory: true, counts.ByChannel: true}

// backlogQuery is what is asked for, with the ages at which the policy's bands begin.
func (a *API) backlogQuery(c *Call) (asked, labels, []time.Duration, error) {
	q, err := a.statsQuery(c)
	if err != nil {
		return q, labels{}, nil, err
	}
	l, err := a.labels(c, "")
	if err != nil {
		return q, l, nil, err
	}
	return q, l, l.pol.Backlog.Bands, nil
}

func (a *API) backlog(c *Call) (Reply, error) {
	q, l, ages, err := a.backlogQuery(c)
	if err != nil {
		return Reply{}, err
	}
	if q.by = counts.By(c.QueryText("by")); !backlogBys[q.by] {
		return Reply{}, invalid("unknown_value", "by", "value", printable(string(q.by)))
	}
	v := backlogView{AsOf: q.asOf.UTC(), AgeSeconds: int64(max(0, q.Now.Sub(q.asOf)) / time.Second), Definition: choose(l.zh, backlogZh, backlogEn),
		Bands: l.bands(q.Now, ages), By: string(q.by), Items: []backlogLine{}}
	piles := a.Figures.Backlog(q.Query, q.by, ages)
	if q.by == counts.Whole && len(piles) == 0 {
		piles = []counts.Pile{{Bands: make([][counts.Turns]int, len(ages)+1)}} // nothing is left: that is said, too
	}
	for i := range piles {
		v.Items = append(v.Items, l.pile(&q, &piles[i]))
	}
	return a.table(c, v, func() *sheet.Book { return l.backlogBook(&v) })
}

// backlogBook is the backlog as a table: a group and band of age a line, all ages of the group first.
func (l labels) backlogBook(v *backlogView) *sheet.Book {
	title := choose(l.zh, "积案", "The backlog")
	s := sheet.Sheet{Name: title, Title: title, Above: []string{v.Definition, choose(l.zh, "截至：", "As of: ") + l.moment(v.AsOf)}, Widths: []float64{1.5, 1.5, 2, 1},
		Heads: []string{choose(l.zh, "代码", "code"), choose(l.zh, "名称", "name"), choose(l.zh, "立案至今", "age"), choose(l.zh, "件数", "cases"), choose(l.zh, "未重新办理", "never reopened"),
			choose(l.zh, "重新办理一次", "once"), choose(l.zh, "两次", "twice"), choose(l.zh, "三次及以上", "more often")}}
	for i := range v.Items {
		x := &v.Items[i]
		all := []sheet.Cell{sheet.Text(x.Key), sheet.Text(x.Text), sheet.Text(choose(l.zh, "全部", "all")), whole(&x.Count)}
		turns := make([]int, counts.Turns)
		var bands [][]sheet.Cell
		for b := range x.Bands {
			band := &x.Bands[b]
			row := []sheet.Cell{sheet.Text(x.Key), sheet.Text(x.Text), sheet.Text(v.Bands[b].Text), whole(&band.Count)}
			for turn := range band.Reopened {
				turns[turn] += band.Reopened[turn].Count
				row = append(row, whole(&band.Reopened[turn].Count))
			}
			bands = append(bands, row)
		}
		for turn := range turns {
			all = append(all, whole(&turns[turn]))
		}
		s.Rows = append(append(s.Rows, all), bands...)
	}
	return &sheet.Book{Title: title, Of: v.AsOf, Sheets: []sheet.Sheet{s}}
}

func (l labels) bands(now time.Time, ages []time.Duration) []bandView {
	cuts := counts.Cuts(now, ages)
	bands := make([]bandView, len(ages)+1)
	for i := range bands {
		b := &bands[i]
		var from, until string
		if i > 0 {
			b.Until, from = moment(cuts[i-1].UTC()), l.age(ages[i-1])
		}
		if i < len(ages) {
			b.From, until = moment(cuts[i].UTC()), l.age(ages[i])
		}
		switch {
		case from == "" && until == "":
			b.Text = choose(l.zh, "全部", "all")
		case from == "":
			b.Text = choose(l.zh, until+"以内", "up to "+until)
		case until == "":
			b.Text = choose(l.zh, "超过"+from, "more than "+from)
		default:
			b.Text = choose(l.zh, from+"至"+until, from+" to "+until)
		}
	}
	return bands
}

// age words how long: whole days, else hours.
func (l labels) age(d time.Duration) string {
	const day = 24 * time.Hour
	if d%day == 0 {
		return choose(l.zh, fmt.Sprintf("%d天", d/day), fmt.Sprintf("%d days", d/day))
	}
	return choose(l.zh, fmt.Sprintf("%g小时", d.Hours()), fmt.Sprintf("%g hours", d.Hours()))
}

func (l labels) pile(q *asked, p *counts.Pile) backlogLine {
	cell := func(n, band, turn int) backlogCell {
		return backlogCell{n, q.backlogLink(p.Key, band, turn, l.plan)}
	}
	line := backlogLine{Key: p.Key, Text: l.group(q.by, p.Key), backlogCell: cell(p.Total(), -1, -1), Bands: make([]backlogBand, len(p.Bands))}
	for i, turns := range p.Bands {
		b := &line.Bands[i]
		n := 0
		for turn, cases := range turns {
			n += cases
			b.Reopened = append(b.Reopened, cell(cases, i, turn))
		}
		b.backlogCell = cell(n, i, -1)
	}
	return line
}

// backlogLink is the list of exactly the cases of a cell; nil where it cannot be said, as for /api/v1/cases.
func (q *asked) backlogLink(group string, band, turn int, plan *grid.Plan) *string {
	set, ok := q.groupFilters(group, plan)
	if !ok {
		return nil
	}
	if band >= 0 {
		set["band"] = strconv.Itoa(band)
	}
	if turn >= 0 {
		set["reopened"] = strconv.Itoa(turn)
	}
	text := "/api/v1/stats/backlog/cases" + encodedQuery(set)
	return &text
}

// backlogPick reads which bands and turns are asked for.
func backlogPick(c *Call, ages []time.Duration) (counts.Pick, error) {
	pick := counts.Pick{Band: -1, Turn: -1}
	for name, at := range map[string]struct {
		into *int
		most int
	}{"band": {&pick.Band, len(ages)}, "reopened": {&pick.Turn, counts.Turns - 1}} {
		n, given, err := c.QueryNumber(name, 0, at.most)
		if err != nil {
			return pick, err
		}
		if given {
			*at.into = n
		}
	}
	return pick, nil
}

// backlogCases lists the backlog, the oldest first.
func (a *API) backlogCases(c *Call) (Reply, error) {
	limit, err := a.limit(c)
	if err != nil {
		return Reply{}, err
	}
	q, l, ages, err := a.backlogQuery(c)
	if err != nil {
		return Reply{}, err
	}
	pick, err := backlogPick(c, ages)
	if err != nil {
		return Reply{}, err
	}
	after, err := backlogPlace(c.QueryText("cursor"))
	if err != nil {
		return Reply{}, err
	}
	places := a.Figures.Oldest(q.Query, ages, pick, after, limit+1)
	next := ""
	if len(places) > limit {
		places = places[:limit]
		last := places[limit-1]
		next = fmt.Sprintf("%d.%s", last.Opened, last.ID)
	}
	found, err := a.summaries(c, places, q.Sight)
	if err != nil {
		return Reply{}, err
	}
	views := make([]summaryView, len(found))
	for i := range found {
		views[i] = l.summary(&found[i])
	}
	return Reply{View: casePage(NewPage(views, next))}, nil
}

// summaries reads the cases of a page in its order. One that has left the caller's sight since the book was filled is not shown.
func (a *API) summaries(c *Call, places []counts.Place, sight mediation.Visible) ([]mediation.Summary, error) {
	ids := make([]string, len(places))
	for i, p := range places {
		ids[i] = p.ID
	}
	known, err := a.Figures.Source.Summaries(c.Context, ids)
	if err != nil {
		return nil, err
	}
	found := make([]mediation.Summary, 0, len(ids))
	for _, id := range ids {
		if s, ok := known[id]; ok && counts.Shows(sight, &s) {
			found = append(found, s)
		}
	}
	return found, nil
}

// backlogPlace reads a cursor: when the last case was opened, and its id.
func backlogPlace(cursor string) (counts.Place, error) {
	if cursor == "" {
		return counts.Place{}, nil
	}
	opened, id, _ := strings.Cut(cursor, ".")
	n, err := strconv.ParseUint(opened, 10, 32)
	if err == nil {
		_, err = uuid.Parse(id)
	}
	if err != nil {
		return counts.Place{}, invalid("bad_cursor", "cursor")
	}
	return counts.Place{Opened: uint32(n), ID: id}, nil
}
