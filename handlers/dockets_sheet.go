package handlers

import (
	"strings"

	"fengqiao/internal/sheet"
	"fengqiao/mediation/docket"
)

// book is the list as tables: its cases, and what has become of what the list before decided. What was said in a decision or a report stands in
// none of them: a file goes where nobody sees who reads it.
func (v *docketViewer) book() (*sheet.Book, error) {
	if err := v.begin(); err != nil {
		return nil, err
	}
	seen, _, err := v.a.Dockets.Items(v.c.Context, v.c.Actor, v.list, 0, docket.MaxItems)
	if err != nil {
		return nil, err
	}
	_, earlier, err := v.tally()
	if err != nil {
		return nil, err
	}
	var ids []string
	for i := range seen {
		ids = append(ids, seen[i].Leader)
		for _, d := range seen[i].Decisions {
			ids = append(ids, d.User)
		}
	}
	for i := range earlier {
		ids = append(ids, earlier[i].User)
	}
	if v.names, err = v.a.named(v.c, ids); err != nil {
		return nil, err
	}
	title := v.l.docketHead(v.list).Text + " " + v.list.Period.Name
	return &sheet.Book{Title: title, Of: v.list.From, Sheets: []sheet.Sheet{v.caseSheet(title, seen), v.followSheet(earlier)}}, nil
}

func (v *docketViewer) caseSheet(title string, seen []docket.Seen) sheet.Sheet {
	l := v.l
	above := []string{choose(l.zh, "名单定于：", "Frozen at: ") + l.moment(v.list.From)}
	if !v.list.Meets.IsZero() {
		above = append(above, choose(l.zh, "会办：", "They sit: ")+l.moment(v.list.Meets))
	}
	s := sheet.Sheet{Name: choose(l.zh, "清单", "list"), Title: title, Above: above, Widths: []float64{2.4, 1.4, 1.4, 1.6, 0.7, 0.7, 2.4, 1.4, 1.6, 2.4},
		Heads: []string{choose(l.zh, "案号", "number"), choose(l.zh, "状态", "state"), choose(l.zh, "类别", "category"), choose(l.zh, "区域", "area"), choose(l.zh, "天数", "days"),
			choose(l.zh, "重新办理", "reopened"), choose(l.zh, "列入理由", "reasons"), choose(l.zh, "包案领导", "leader"), choose(l.zh, "单位", "unit"), choose(l.zh, "会办决定（承办、期限、落实）", "decisions: who, due, standing")}}
	for i := range seen {
		x := &seen[i]
		var why []string
		for _, r := range v.reasons(&x.Item) {
			why = append(why, r.Text)
		}
		days, turns := float64(v.days(&x.Item)), float64(x.Turns)
		area := ""
		if p := l.place(x.Head.Area); p != nil {
			area = p.Name
		}
		s.Rows = append(s.Rows, []sheet.Cell{sheet.Text(l.title(x.Head.Number)), sheet.Text(l.state(x.Head.State)), sheet.Text(l.category(x.Head.Category)), sheet.Text(area), sheet.Number(&days),
			sheet.Number(&turns), sheet.Text(strings.Join(why, choose(l.zh, "；", "; "))), sheet.Text(v.names[x.Leader]), sheet.Text(x.Unit), sheet.Text(v.taken(v.follow(x, x.Decisions)))})
	}
	return s
}

// taken says in one line who is to do something by when, and what has become of it.
func (v *docketViewer) taken(list []docket.Followed) string {
	var lines []string
	for i := range list {
		f := &list[i]
		lines = append(lines, v.doer(f)+" "+v.l.moment(f.Due)+" "+v.l.word(standingTexts, string(f.Standing)))
	}
	return strings.Join(lines, choose(v.l.zh, "；", "; "))
}

// doer is the unit or the person who carries a decision out.
func (v *docketViewer) doer(f *docket.Followed) string {
	if f.Unit != "" {
		return f.Unit
	}
	return v.names[f.User]
}

func (v *docketViewer) followSheet(earlier []docket.Followed) sheet.Sheet {
	l := v.l
	name := choose(l.zh, "上期决定落实", "follow-up")
	s := sheet.Sheet{Name: name, Title: name, Above: []string{choose(l.zh, followZh, followEn)}, Widths: []float64{2.4, 1.4, 1.8, 1.6, 1.4, 1.6},
		Heads: []string{choose(l.zh, "案号", "number"), choose(l.zh, "案件状态", "state"), choose(l.zh, "承办", "who"), choose(l.zh, "期限", "due"), choose(l.zh, "落实", "standing"), choose(l.zh, "落实于", "done")}}
	for i := range earlier {
		f := &earlier[i]
		when := ""
		if !f.When.IsZero() {
			when = l.moment(f.When)
		}
		s.Rows = append(s.Rows, []sheet.Cell{sheet.Text(l.title(f.Head.Number)), sheet.Text(l.state(f.Head.State)), sheet.Text(v.doer(f)), sheet.Text(l.moment(f.Due)),
			sheet.Text(l.word(standingTexts, string(f.Standing))), sheet.Text(when)})
	}
	return s
}
