package handlers

import (
	"net/http"
	"slices"
	"time"

	"fengqiao/grid"
	"fengqiao/internal/sheet"
	"fengqiao/mediation"
	counts "fengqiao/mediation/figures"
	"fengqiao/mediation/scorecard"
)

// officialRoutes are the files of officials (一人一档).
func officialRoutes() []Route {
	return []Route{{Method: http.MethodGet, Path: "/api/v1/officials/:id/file", Action: mediation.ScorecardRead, Sight: (*API).seesOfficial,
		Query: []string{"from", "until", "format"}, Handle: (*API).officialFile}}
}

// fileView is one official's file: who they are, the figures of the cases that they acted on, their points in frozen months, the cases.
type fileView struct {
	Official officialView `json:"official"`
	AsOf     time.Time    `json:"asOf"`
	Period   periodView   `json:"period"`
	Figures  []figureView `json:"figures"`
	Slips    []slipFigure `json:"slips"` // of the papers of supervision that are addressed to them in person
	Months   []fileMonth  `json:"months"`
	// HandOvers are those that they gave and received, the newest first.
	HandOvers []fileHandOver `json:"handOvers"`
	Cases     []fileCase     `json:"cases"` // the newest
	List      string         `json:"list"`  // all of them
	More      bool           `json:"more"`  // there are more than Cases holds
}

// slipFigure is what is counted of papers of supervision, with the lists of exactly these.
type slipFigure struct {
	Key        string   `json:"key"`
	Unit       string   `json:"unit"`
	Text       string   `json:"text"`
	Definition string   `json:"definition"`
	Value      *float64 `json:"value"`
	Slips      *string  `json:"slips"`
	SlipsBelow *string  `json:"slipsBelow"`
}

type officialView struct {
	ID       string         `json:"id"`
	Name     string         `json:"name"`
	Role     mediation.Role `json:"role"`
	Unit     string         `json:"unit,omitzero"`
	Area     grid.Code      `json:"area"`
	AreaName string         `json:"areaName,omitzero"`
}

// fileMonth is what a card said of an official in a month that was frozen.
type fileMonth struct {
	Scorecard string   `json:"scorecard"`
	Month     string   `json:"month"`
	Points    *float64 `json:"points"`
}

// fileCase is a case without anything personal.
type fileCase struct {
	ID           string     `json:"id"`
	Number       string     `json:"number"`
	StateText    string     `json:"stateText"`
	CategoryText string     `json:"categoryText"`
	Opened       time.Time  `json:"opened"`
	Closed       *time.Time `json:"closed"`
	Late         bool       `json:"late"` // a limit passed at some time
	Repeats      int        `json:"repeats"`
}

// mostFileCases is how many cases a file holds; the list has the rest.
const mostFileCases = 500

// seesOfficial tells whether the path's id is an official of the caller's area.
func (a *API) seesOfficial(c *Call) error {
	_, err := a.official(c)
	return err
}

func (a *API) official(c *Call) (scorecard.Person, error) {
	p, err := a.Scorecards.People.Official(c.Context, c.PathID("id"))
	if err == nil && !mediation.MayArea(c.Actor, mediation.ScorecardRead, p.Area) {
		err = mediation.ErrNotFound
	}
	return p, err
}

func (a *API) officialFile(c *Call) (Reply, error) {
	p, err := a.official(c)
	if err != nil {
		return Reply{}, err
	}
	q, err := a.statsQuery(c)
	if err != nil {
		return Reply{}, err
	}
	l, err := a.labels(c, "")
	if err != nil {
		return Reply{}, err
	}
	// Only who may read the official gets here, and of their cases only what the caller sees is counted.
	q.Official, q.by, q.Sight = p.ID, counts.ByOfficial, mediation.VisibleBy(c.Actor, mediation.ScorecardRead)
	tally := a.Figures.Count(q.Query)
	head := q.head(q.Now)
	v := fileView{Official: officialView{ID: p.ID, Name: p.Name, Role: p.Role, Unit: p.Unit, Area: p.Area}, AsOf: head.AsOf, Period: head.Period, Months: []fileMonth{}, Cases: []fileCase{}}
	v.Official.AreaName, _ = l.plan.Name(p.Area)
	for _, f := range counts.All {
		v.Figures = append(v.Figures, figureView{l.meaning(&f), valueOf(f, &tally, nil, q.links(f, p.ID, l.plan))})
	}
	v.List = *q.link(map[string][]string{}, p.ID, l.plan)
	if v.Slips, err = a.slipsOf(c, l, &q); err != nil {
		return Reply{}, err
	}
	if v.Months, err = a.monthsOf(c, p.ID); err != nil {
		return Reply{}, err
	}
	if v.HandOvers, err = a.handOversOf(c, l, p.ID); err != nil {
		return Reply{}, err
	}
	if err := a.casesOf(c, l, &q, &v); err != nil {
		return Reply{}, err
	}
	return a.sheets(c, v, func() *sheet.Book { return l.fileBook(&v) })
}

// slipsOf counts the papers of supervision to an official that the caller sees. Restricted ones are in no figure.
func (a *API) slipsOf(c *Call, l labels, q *asked) ([]slipFigure, error) {
	tally, err := a.Scorecards.SlipsTo(c.Context, q.Query, q.Official)
	if err != nil {
		return nil, err
	}
	var all []slipFigure
	for _, t := range counts.SlipTerms {
		links := q.termLinks(t, q.Official, l.plan)
		f := slipFigure{t.Key, string(t.Unit), choose(l.zh, t.Zh, t.En), choose(l.zh, t.DefZh, t.DefEn), nil, links.Cases, links.CasesBelow}
		if n, ok := t.Value(&tally); ok {
			f.Value = &n
		}
		all = append(all, f)
	}
	return all, nil
}

// monthsOf are the official's points in frozen months, for who sees all of the ground that they were reckoned over.
func (a *API) monthsOf(c *Call, id string) ([]fileMonth, error) {
	months := []fileMonth{}
	cards, _, err := a.Scorecards.Cards.InForce(c.Context)
	if err != nil {
		return nil, err
	}
	for _, card := range cards {
		snapshots, err := a.Scorecards.Snapshots.List(c.Context, card.Key, scorecard.MaxTrend)
		if err != nil {
			return nil, err
		}
		for i := range snapshots {
			if !mediation.MayArea(c.Actor, mediation.ScorecardRead, snapshots[i].Ground) {
				continue
			}
			s, err := a.Scorecards.Snapshots.Load(c.Context, card.Key, snapshots[i].Month)
			if err != nil {
				return nil, err
			}
			if r := s.Of(scorecard.ByOfficial); r != nil && r.Line(id) != nil {
				months = append(months, fileMonth{card.Key, s.Month, r.Line(id).Points})
			}
		}
	}
	return months, nil
}

func (a *API) casesOf(c *Call, l labels, q *asked, v *fileView) error {
	f := mediation.Filter{Official: q.Official, Opened: [2]time.Time{q.From, q.Until}, Counted: mediation.CountedReceived}
	for cursor := ""; len(v.Cases) < mostFileCases; {
		found, next, err := a.Cases.List(c.Context, c.Actor, f, cursor, 100)
		if err != nil {
			return err
		}
		for i := range found {
			v.Cases = append(v.Cases, l.fileCase(&found[i]))
		}
		if cursor = next; next == "" {
			return nil
		}
	}
	v.More = true
	return nil
}

func (l labels) fileCase(s *mediation.Summary) fileCase {
	v := fileCase{ID: s.ID, Number: l.title(s.Number), StateText: l.state(s.State), CategoryText: l.category(s.Category), Opened: s.Opened.UTC(), Late: !s.Course.Breached.IsZero(), Repeats: s.Repeats}
	if !s.Closed.IsZero() {
		closed := s.Closed.UTC()
		v.Closed = &closed
	}
	return v
}

// fileBook is the file on paper.
func (l labels) fileBook(v *fileView) *sheet.Book {
	who := v.Official.Name + " " + v.Official.Unit + " " + v.Official.AreaName
	title := choose(l.zh, "一人一档：", "File of ") + who
	summary := l.summaryBook(&statsSummaryView{statsHead: statsHead{AsOf: v.AsOf, Period: v.Period}, Figures: slices.Clone(v.Figures)}).Sheets[0]
	summary.Title = title
	months := sheet.Sheet{Name: choose(l.zh, "历月得分", "months"), Title: choose(l.zh, "历月得分（已定格）", "Points of frozen months"), Widths: []float64{2, 1, 1},
		Heads: []string{choose(l.zh, "评价", "scorecard"), choose(l.zh, "月份", "month"), choose(l.zh, "总分", "points")}}
	for _, m := range v.Months {
		months.Rows = append(months.Rows, []sheet.Cell{sheet.Text(m.Scorecard), sheet.Text(m.Month), sheet.Number(m.Points)})
	}
	slips := sheet.Sheet{Name: choose(l.zh, "督办文书", "supervision"), Title: choose(l.zh, "发给本人的督办文书", "Papers of supervision addressed to them"), Widths: []float64{1.5, 1, 4},
		Heads: []string{choose(l.zh, "统计", "figure"), choose(l.zh, "数值", "value"), choose(l.zh, "定义", "definition")}}
	for _, f := range v.Slips {
		slips.Rows = append(slips.Rows, []sheet.Cell{sheet.Text(f.Text), figureCell(f.Unit, f.Value), sheet.Text(f.Definition)})
	}
	cases := sheet.Sheet{Name: choose(l.zh, "案件", "cases"), Title: choose(l.zh, "办过的案件", "Cases acted on"), Widths: []float64{2.5, 1.2, 1.2, 1.6, 1.6, 0.8, 0.8},
		Heads: []string{choose(l.zh, "案号", "number"), choose(l.zh, "类别", "category"), choose(l.zh, "状态", "state"), choose(l.zh, "立案", "opened"), choose(l.zh, "办结", "closed"),
			choose(l.zh, "超期过", "late"), choose(l.zh, "重办", "reopened")}}
	if v.More {
		cases.Above = []string{choose(l.zh, "只列最新的；其余见案件列表。", "The newest alone; the list of cases has the rest.")}
	}
	for i := range v.Cases {
		k := &v.Cases[i]
		closed, late := "", ""
		if k.Closed != nil {
			closed = l.moment(*k.Closed)
		}
		if k.Late {
			late = choose(l.zh, "是", "yes")
		}
		cases.Rows = append(cases.Rows, []sheet.Cell{sheet.Text(k.Number), sheet.Text(k.CategoryText), sheet.Text(k.StateText), sheet.Text(l.moment(k.Opened)), sheet.Text(closed), sheet.Text(late), whole(&k.Repeats)})
	}
	return &sheet.Book{Title: title, Of: v.AsOf, Sheets: append([]sheet.Sheet{summary, slips, months, cases}, l.handOverSheets(v.HandOvers)...)}
}
