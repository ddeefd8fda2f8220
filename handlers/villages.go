package handlers

import (
	"errors"
	"slices"
	"strings"
	"time"

	"fengqiao/grid"
	"fengqiao/internal/sheet"
	"fengqiao/mediation"
	counts "fengqiao/mediation/figures"
	"fengqiao/mediation/scorecard"
)

// villagesView is what an assessment says of the villages that the caller sees.
type villagesView struct {
	Scorecard string    `json:"scorecard"`
	ID        string    `json:"id"` // of the card's version
	Text      string    `json:"text"`
	Period    spanView  `json:"period"`
	Over      bool      `json:"over"` // the period is over
	AsOf      time.Time `json:"asOf"`
	// FrozenAt is when the results were frozen; null: they follow the cases.
	FrozenAt *time.Time      `json:"frozenAt"`
	Passed   int             `json:"passed"`
	Criteria []criterionView `json:"criteria"`
	Items    []villageView   `json:"items"`
}

type criterionView struct {
	Key      string   `json:"key"`
	Text     string   `json:"text"`
	Channels []string `json:"channels"` // none: all
	Formula  string   `json:"formula"`
	Most     float64  `json:"most"`
}

type villageView struct {
	Key    string               `json:"key"`
	Text   string               `json:"text"`
	Passed bool                 `json:"passed"`
	Found  map[string]foundView `json:"found"` // by the criteria
	// Result is what was frozen; null where nothing was.
	Result *resultHead `json:"result"`
}

// foundView is what a criterion comes to. Value is null where there is nothing to say, which breaks nothing.
type foundView struct {
	Value *float64   `json:"value"`
	Met   bool       `json:"met"`
	Cases []caseLink `json:"cases"` // of each name of the formula, the list of the cases that it counts
}

type caseLink struct {
	Text  string  `json:"text"`
	Cases *string `json:"cases"` // null where no filter of the list says it
}

func (a *API) villages(c *Call) (Reply, error) {
	area := grid.Code(c.QueryText("area"))
	if err := checkCode(a.Atlas.Load(), "area", area); err != nil {
		return Reply{}, err
	}
	live, _, err := c.QueryBool("live")
	if err != nil {
		return Reply{}, err
	}
	l, err := a.labels(c, "")
	if err != nil {
		return Reply{}, err
	}
	view, err := a.frozenVillages(c, l, area)
	if live || errors.Is(err, mediation.ErrNotFound) {
		view, err = a.liveVillages(c, l, area)
	}
	if err != nil {
		return Reply{}, err
	}
	return a.table(c, view, func() *sheet.Book { return l.villageBook(&view) })
}

// liveVillages are the villages as their cases stand now.
func (a *API) liveVillages(c *Call, l labels, area grid.Code) (villagesView, error) {
	if err := a.counted(); err != nil {
		return villagesView{}, err
	}
	found, err := a.Scorecards.Villages(c.Context, c.Actor, c.PathID("key"), c.QueryText("period"), area)
	if err != nil {
		return villagesView{}, err
	}
	return l.villages(&found), nil
}

// frozenVillages are the villages as their period was frozen, with what was corrected since; mediation.ErrNotFound where it was not.
func (a *API) frozenVillages(c *Call, l labels, area grid.Code) (villagesView, error) {
	round, results, err := a.Villages.Table(c.Context, c.Actor, c.PathID("key"), c.QueryText("period"), area)
	if err != nil {
		return villagesView{}, err
	}
	card, err := a.Villages.Cards.Version(c.Context, round.Card)
	if err != nil {
		return villagesView{}, err
	}
	found := scorecard.Assessment{Card: card, Period: scorecard.Period{Name: round.Period, From: round.From, Until: round.Until}, AsOf: round.At, Over: true}
	for i := range results {
		v := results[i].Newest()
		found.Villages = append(found.Villages, scorecard.Village{Area: results[i].Village, Passed: v.Passed, Found: v.Found})
	}
	view := l.villages(&found)
	at := round.At.UTC()
	view.FrozenAt = &at
	for i := range results {
		head := l.resultHead(&results[i])
		view.Items[i].Result = &head
		for key, f := range view.Items[i].Found {
			f.Cases = []caseLink{} // a list would be of the cases as they stand now; the result names those that were counted
			view.Items[i].Found[key] = f
		}
	}
	return view, nil
}

func (l labels) villages(a *scorecard.Assessment) villagesView {
	rules := &a.Card.Villages
	v := villagesView{Scorecard: a.Card.Key, ID: a.Card.ID, Text: l.text(rules.Name), Period: spanView{a.Period.Name, a.Period.From.UTC(), a.Period.Until.UTC()},
		Over: a.Over, AsOf: a.AsOf.UTC(), Criteria: l.criteria(a.Card), Items: []villageView{}}
	for i := range a.Villages {
		village := &a.Villages[i]
		item := villageView{Key: string(village.Area), Text: l.group(counts.ByArea, string(village.Area)), Passed: village.Passed, Found: map[string]foundView{}}
		for n, f := range village.Found {
			item.Found[rules.Criteria[n].Key] = foundView{f.Value, f.Met, l.villageCases(a, village.Area, n)}
		}
		if item.Passed {
			v.Passed++
		}
		v.Items = append(v.Items, item)
	}
	return v
}

func (l labels) criteria(card *scorecard.Card) []criterionView {
	var views []criterionView
	for i := range card.Villages.Criteria {
		x := &card.Villages.Criteria[i]
		views = append(views, criterionView{x.Key, l.text(x.Name), list(x.Channels), x.Formula, x.Target})
	}
	return views
}

// villageCases are the lists behind a criterion's names. A list knows one channel at a time: of a criterion over several there is one each.
func (l labels) villageCases(a *scorecard.Assessment, village grid.Code, n int) []caseLink {
	links := []caseLink{}
	channels := a.Card.Villages.Criteria[n].Channels
	if len(channels) == 0 {
		channels = []string{""}
	}
	names := a.Card.CriterionNames(n)
	for _, t := range counts.Terms {
		if !slices.Contains(names, t.Key) {
			continue
		}
		for _, channel := range channels {
			q := asked{Query: a.Query, by: counts.Whole}
			q.Area, q.Channel, q.From, q.Until = village, channel, q.From.UTC(), q.Until.UTC()
			links = append(links, caseLink{choose(l.zh, t.Zh, t.En), q.link(t.List, "", l.plan)})
		}
	}
	return links
}

// villageBook is the list as a table: a village a line, with each criterion's value and the reasons.
func (l labels) villageBook(v *villagesView) *sheet.Book {
	s := sheet.Sheet{Name: v.Text, Title: v.Text, Above: append(l.above(v.AsOf, v.Period.Key), v.ID), Widths: []float64{3, 1},
		Heads: []string{choose(l.zh, "村（社区）", "village"), choose(l.zh, "评定", "assessed")}}
	if v.FrozenAt != nil {
		s.Above = append(s.Above, choose(l.zh, "已定格：", "Frozen: ")+l.moment(*v.FrozenAt))
	}
	for _, x := range v.Criteria {
		s.Heads = append(s.Heads, x.Text)
	}
	s.Heads = append(s.Heads, choose(l.zh, "不符合的条件", "criteria not met"), choose(l.zh, "更正次数", "corrections"))
	for i := range v.Items {
		item := &v.Items[i]
		row := []sheet.Cell{sheet.Text(item.Text), sheet.Text(choose(l.zh, "不通过", "not passed"))}
		if item.Passed {
			row[1] = sheet.Text(choose(l.zh, "通过", "passed"))
		}
		var broken []string
		for _, x := range v.Criteria {
			f := item.Found[x.Key]
			row = append(row, sheet.Number(f.Value))
			if !f.Met {
				broken = append(broken, x.Text)
			}
		}
		corrections := 0.0
		if item.Result != nil {
			corrections = float64(item.Result.Version - 1)
		}
		s.Rows = append(s.Rows, append(row, sheet.Text(strings.Join(broken, choose(l.zh, "；", "; "))), sheet.Number(&corrections)))
	}
	return &sheet.Book{Title: v.Text, Of: v.AsOf, Sheets: []sheet.Sheet{s}}
}
