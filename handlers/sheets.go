package handlers

import (
	"bytes"
	"net/http"
	"strconv"
	"time"

	"fengqiao/internal/sheet"
	counts "fengqiao/mediation/figures"
)

// The types of exports.
const (
	xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	pdfType  = "application/pdf"
	csvType  = "text/csv; charset=utf-8"
)

// table is sheets for a view that is one table: it is there as CSV too.
func (a *API) table(c *Call, view any, book func() *sheet.Book) (Reply, error) {
	if c.QueryText("format") != "csv" {
		return a.sheets(c, view, book)
	}
	return csvReply(&book().Sheets[0])
}

func csvReply(s *sheet.Sheet) (Reply, error) {
	var b bytes.Buffer
	err := s.WriteCSV(&b)
	return Reply{Raw: &Raw{Type: csvType, Body: b.Bytes(), Zip: true}}, err
}

// sheets answers with a view or, where another format is asked for, with the tables made of it: they hold what the view holds and nothing
// that it does not.
func (a *API) sheets(c *Call, view any, book func() *sheet.Book) (Reply, error) {
	var b bytes.Buffer
	switch format := c.QueryText("format"); format {
	case "", "json":
		return Reply{View: view}, nil
	case "xlsx":
		err := book().WriteXLSX(&b)
		return Reply{Raw: &Raw{Type: xlsxType, Body: b.Bytes()}}, err
	case "pdf":
		if a.Font == nil {
			return Reply{}, &Problem{Status: http.StatusNotImplemented, Code: "no_font"}
		}
		err := book().WritePDF(&b, a.Font)
		return Reply{Raw: &Raw{Type: pdfType, Body: b.Bytes()}}, err
	default:
		return Reply{}, invalid("unknown_value", "format", "value", printable(format))
	}
}

// figureCell is a figure's value, shares in per cent.
func figureCell(unit string, v *float64) sheet.Cell {
	if unit == string(counts.Share) || unit == "share" {
		return sheet.Share(v)
	}
	return sheet.Number(v)
}

// moment is a time on paper, in the county's zone.
func (l labels) moment(t time.Time) string {
	zone, err := l.pol.Clocks.Calendar.Location()
	if err != nil {
		zone = time.UTC
	}
	return t.In(zone).Format("2006-01-02 15:04")
}

// above says of when and over which time a paper's figures are.
func (l labels) above(asOf time.Time, period string) []string {
	return []string{choose(l.zh, "期间：", "Period: ") + period, choose(l.zh, "截至：", "As of: ") + l.moment(asOf)}
}

func (l labels) spanOf(p periodView) string {
	if p.From == nil && p.Until == nil {
		return choose(l.zh, "全部", "all")
	}
	end := func(t *time.Time) string {
		if t == nil {
			return ""
		}
		return l.moment(*t)
	}
	return end(p.From) + " – " + end(p.Until)
}

// summaryBook is the figures as a table.
func (l labels) summaryBook(v *statsSummaryView) *sheet.Book {
	title := choose(l.zh, "统计", "Figures")
	s := sheet.Sheet{Name: title, Title: title, Above: l.above(v.AsOf, l.spanOf(v.Period)), Widths: []float64{2, 1, 1, 1, 1, 4}, Heads: []string{choose(l.zh, "名称", "name"),
		choose(l.zh, "值", "value"), choose(l.zh, "分子", "above"), choose(l.zh, "分母", "below"), choose(l.zh, "比较期", "earlier"), choose(l.zh, "定义", "definition")}}
	for i := range v.Figures {
		f := &v.Figures[i]
		var earlier *float64
		if f.Earlier != nil {
			earlier = f.Earlier.Value
		}
		s.Rows = append(s.Rows, []sheet.Cell{sheet.Text(f.Text + l.seconds(f.Unit)), figureCell(f.Unit, f.Value), whole(f.Above), whole(f.Below), figureCell(f.Unit, earlier), sheet.Text(f.Definition)})
	}
	return &sheet.Book{Title: title, Of: v.AsOf, Sheets: []sheet.Sheet{s}}
}

func (l labels) seconds(unit string) string {
	if unit == string(counts.Seconds) {
		return choose(l.zh, "（秒）", " (s)")
	}
	return ""
}

func whole(n *int) sheet.Cell {
	if n == nil {
		return sheet.Cell{}
	}
	v := float64(*n)
	return sheet.Number(&v)
}

// breakdownBook is the figures by groups, one a line.
func (l labels) breakdownBook(v *breakdownView) *sheet.Book {
	title := choose(l.zh, "分组统计", "Figures by groups")
	s := sheet.Sheet{Name: title, Title: title, Above: l.above(v.AsOf, l.spanOf(v.Period)), Widths: []float64{1.5, 1.5, 1}, Heads: []string{choose(l.zh, "代码", "code"), choose(l.zh, "名称", "name")}}
	for _, f := range counts.All {
		s.Heads = append(s.Heads, choose(l.zh, f.Zh, f.En)+l.seconds(string(f.Unit)))
	}
	for _, item := range v.Items {
		row := []sheet.Cell{sheet.Text(item.Key), sheet.Text(item.Text)}
		for _, f := range counts.All {
			row = append(row, figureCell(string(f.Unit), item.Figures[f.Key].Value))
		}
		s.Rows = append(s.Rows, row)
	}
	means := choose(l.zh, "定义", "definitions")
	d := sheet.Sheet{Name: means, Title: means, Widths: []float64{2, 6}, Heads: []string{choose(l.zh, "名称", "name"), choose(l.zh, "定义", "definition")}}
	for i := range v.Figures {
		d.Rows = append(d.Rows, []sheet.Cell{sheet.Text(v.Figures[i].Text), sheet.Text(v.Figures[i].Definition)})
	}
	return &sheet.Book{Title: title, Of: v.AsOf, Sheets: []sheet.Sheet{s, d}}
}

// scorecardBook is a table of all that were measured, and a report of each.
func (l labels) scorecardBook(v *resultsView) *sheet.Book {
	b := &sheet.Book{Title: v.Text, Of: v.AsOf, Sheets: []sheet.Sheet{l.scorecardTable(v)}}
	for i := range v.Items {
		b.Sheets = append(b.Sheets, l.report(v, &v.Items[i], i+1))
	}
	return b
}

// scorecardTable is everybody who was measured, one a line.
func (l labels) scorecardTable(v *resultsView) sheet.Sheet {
	all := sheet.Sheet{Name: choose(l.zh, "总表", "all"), Title: v.Text, Above: append(l.above(v.AsOf, v.Period.Key), v.ID), Widths: []float64{3, 1},
		Heads: []string{choose(l.zh, "名称", "name"), choose(l.zh, "总分", "points"), choose(l.zh, "有值的权重", "covered")}}
	for _, d := range v.Form.Parts {
		all.Heads = append(all.Heads, d.Text)
	}
	lines := append(append([]lineView{}, v.Items...), v.Whole)
	for i := range lines {
		row := []sheet.Cell{sheet.Text(lines[i].Text), sheet.Number(lines[i].Points), sheet.Share(&lines[i].Covered)}
		for _, d := range v.Form.Parts {
			row = append(row, sheet.Number(lines[i].Parts[d.Key]))
		}
		all.Rows = append(all.Rows, row)
	}
	return all
}

// report is what a card says of one area, unit or official.
func (l labels) report(v *resultsView, line *lineView, n int) sheet.Sheet {
	s := sheet.Sheet{Name: strconv.Itoa(n) + " " + line.Text, Title: line.Text + " " + v.Text, Above: append(l.above(v.AsOf, v.Period.Key),
		choose(l.zh, "总分：", "Points: ")+orNone(sheet.Number(line.Points))+choose(l.zh, "，有值的权重：", ", covered: ")+sheet.Share(&line.Covered).String()),
		Widths: []float64{2, 3.2, 1.2, 1.2, 1.2, 1.2, 1.2, 1}, Heads: []string{choose(l.zh, "维度", "dimension"), choose(l.zh, "指标", "indicator"), choose(l.zh, "值", "value"),
			choose(l.zh, "得分", "points"), choose(l.zh, "目标", "target"), choose(l.zh, "底线", "floor"), choose(l.zh, "上期", "earlier"), choose(l.zh, "单位", "unit")}}
	for _, d := range v.Form.Parts {
		for i := range d.Indicators {
			x := &d.Indicators[i]
			mark := line.Indicators[x.Key]
			var earlier *float64
			if mark.Earlier != nil {
				earlier = mark.Earlier.Value
			}
			s.Rows = append(s.Rows, []sheet.Cell{sheet.Text(d.Text), sheet.Text(x.Text), figureCell(x.Measure, mark.Value), sheet.Number(mark.Points), figureCell(x.Measure, &x.Target),
				figureCell(x.Measure, &x.Floor), figureCell(x.Measure, earlier), sheet.Text(l.measure(x.Measure))})
		}
	}
	return s
}

func orNone(c sheet.Cell) string {
	if c.Number == nil {
		return "–"
	}
	return c.String()
}

// measure names what an indicator is measured in; a share shows it by its sign.
func (l labels) measure(key string) string {
	return map[string]string{"count": choose(l.zh, "件", "cases"), "minutes": choose(l.zh, "分钟", "minutes"), "hours": choose(l.zh, "小时", "hours"),
		"days": choose(l.zh, "日", "days"), "points": ""}[key]
}
