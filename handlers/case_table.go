package handlers

import (
	"bytes"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"fengqiao/internal/sheet"
	"fengqiao/mediation"
	counts "fengqiao/mediation/figures"
)

// A list of cases is there as a file, too, beside each list of JSON: /table behind its address, the same filters, the same sight. A file is whole or
// refused: one that ends in the midst would be taken for all that there is.
// Limits.Table and Limits.People bound it.

// tablePage is how many cases are read at a time.
const tablePage = 100

// tableRoute is the file of a list.
func tableRoute(list string, action mediation.Action, filters []string, handle func(*API, *Call) (Reply, error)) Route {
	return Route{Method: http.MethodGet, Path: list + "/table", Action: action, Query: append(slices.Clone(filters), "format", "parties", "reveal"), Cost: Upload, Deadline: importDeadline, Handle: handle}
}

// listTable is all that listCases lists.
func (a *API) listTable(c *Call) (Reply, error) {
	f, err := a.caseFilter(c)
	if err != nil {
		return Reply{}, err
	}
	return a.caseTable(c, func(row func(*mediation.Summary) error) error {
		for cursor := ""; ; {
			found, next, err := a.Cases.List(c.Context, c.Actor, f, cursor, tablePage)
			if err != nil {
				return err
			}
			for i := range found {
				if err := row(&found[i]); err != nil {
					return err
				}
			}
			if cursor = next; cursor == "" {
				return nil
			}
		}
	})
}

// backlogTable is all that backlogCases lists.
func (a *API) backlogTable(c *Call) (Reply, error) {
	q, _, ages, err := a.backlogQuery(c)
	if err != nil {
		return Reply{}, err
	}
	pick, err := backlogPick(c, ages)
	if err != nil {
		return Reply{}, err
	}
	places := a.Figures.Oldest(q.Query, ages, pick, counts.Place{}, a.limits.Table+1)
	return a.caseTable(c, func(row func(*mediation.Summary) error) error {
		for page := range slices.Chunk(places, tablePage) {
			found, err := a.summaries(c, page, q.Sight)
			if err != nil {
				return err
			}
			for i := range found {
				if err := row(&found[i]); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// campaignTable is all that campaignCases lists.
func (a *API) campaignTable(c *Call) (Reply, error) {
	k, class, at, err := a.campaignClass(c)
	if err != nil {
		return Reply{}, err
	}
	found, _, err := a.Campaigns.Behind(c.Context, c.Actor, &k, class, at, 0, a.limits.Table+1)
	if err != nil {
		return Reply{}, err
	}
	return a.caseTable(c, func(row func(*mediation.Summary) error) error {
		for i := range found {
			if err := row(&found[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// caseTable writes cases as a file, CSV unless XLSX is asked for, a row as it is read.
func (a *API) caseTable(c *Call, each func(row func(*mediation.Summary) error) error) (Reply, error) {
	t, err := a.tabled(c)
	if err != nil {
		return Reply{}, err
	}
	s := sheet.Sheet{Name: choose(t.zh, "案件清单", "Cases"), Title: choose(t.zh, "案件清单", "Cases"), Above: []string{choose(t.zh, "截至：", "As of: ") + t.moment(t.asOf)},
		Heads: t.heads(), Widths: []float64{2, 1, 1.5, 0.7, 0.7, 1, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 0.8, 0.8, 0.8, 0.8, 3}}
	most, n := a.limits.Table, 0
	if t.parties {
		most = a.limits.People
	}
	s.More = func(row func([]sheet.Cell) error) error {
		return each(func(x *mediation.Summary) error {
			if n++; n > most {
				return refuse(http.StatusUnprocessableEntity, "table_too_long", "", "max", strconv.Itoa(most))
			}
			cells, err := t.row(x)
			if err != nil {
				return err
			}
			return row(cells)
		})
	}
	c.Set("Content-Disposition", `attachment; filename="cases-`+t.asOf.UTC().Format("20060102-150405")+"."+t.format+`"`)
	if t.format == "csv" {
		return csvReply(&s)
	}
	var b bytes.Buffer
	err = (&sheet.Book{Title: s.Title, Of: t.asOf, Sheets: []sheet.Sheet{s}}).WriteXLSX(&b)
	return Reply{Raw: &Raw{Type: xlsxType, Body: b.Bytes()}}, err
}

// tabler makes the rows of a file of cases.
type tabler struct {
	labels
	a               *API
	c               *Call
	asOf            time.Time
	format          string
	parties, reveal bool
}

func (a *API) tabled(c *Call) (*tabler, error) {
	l, err := a.labels(c, "")
	if err != nil {
		return nil, err
	}
	t := &tabler{labels: l, a: a, c: c, asOf: a.Cases.Now(), format: c.QueryText("format")}
	switch t.format {
	case "":
		t.format = "csv"
	case "csv", "xlsx":
	default:
		return nil, invalid("unknown_value", "format", "value", printable(t.format))
	}
	if t.parties, _, err = c.QueryBool("parties"); err != nil {
		return nil, err
	}
	switch text := c.QueryText("reveal"); {
	case text == "":
	case text != "contact":
		return nil, invalid("unknown_value", "reveal", "value", printable(text))
	case !t.parties:
		return nil, invalid("required", "parties")
	default:
		t.reveal = true
	}
	return t, nil
}

// tableHeads are the columns; those of people stand last and only where they are asked for.
var (
	tableHeads = [][2]string{{"案号", "number"}, {"状态", "state"}, {"类别", "category"}, {"等级", "severity"}, {"紧急", "emergency"}, {"渠道", "channel"}, {"单位", "unit"}, {"区域", "area"},
		{"网格", "cell"}, {"立案", "opened"}, {"办结", "closed"}, {"本环节到期", "stage due"}, {"全程到期", "all due"}, {"超期过", "ever late"}, {"重新办理", "reopened"}, {"上报件数", "reports"},
		{"待人工处理", "needs a hand"}, {"标识", "id"}}
	peopleHeads = [][2]string{{"当事人", "parties"}, {"电话", "phones"}, {"证件号", "ID numbers"}, {"住址", "addresses"}}
)

func (t *tabler) heads() []string {
	var heads []string
	for _, h := range tableHeads {
		heads = append(heads, choose(t.zh, h[0], h[1]))
	}
	if t.parties {
		for _, h := range peopleHeads {
			heads = append(heads, choose(t.zh, h[0], h[1]))
		}
	}
	return heads
}

// row holds what the list shows of a case, in words.
func (t *tabler) row(s *mediation.Summary) ([]sheet.Cell, error) {
	v := t.summary(s)
	when := func(at time.Time) sheet.Cell {
		if at.IsZero() {
			return sheet.Cell{}
		}
		return sheet.Text(t.moment(at))
	}
	where := func(p *placeView) sheet.Cell {
		if p == nil {
			return sheet.Cell{}
		}
		return sheet.Text(p.Name)
	}
	yes := func(b bool) sheet.Cell {
		if !b {
			return sheet.Cell{}
		}
		return sheet.Text(choose(t.zh, "是", "yes"))
	}
	row := []sheet.Cell{sheet.Text(v.Title), sheet.Text(v.StateText), sheet.Text(v.CategoryText), whole(&v.Severity), yes(v.Emergency), sheet.Text(t.group(counts.ByChannel, v.Channel)),
		sheet.Text(v.Unit), where(v.Area), where(v.Cell), when(v.Opened), when(v.Closed), when(v.StateDue), when(v.WholeDue), yes(v.Breached), whole(&v.Repeats), whole(&v.Reports),
		yes(v.NeedsHand), sheet.Text(v.ID)}
	if !t.parties {
		return row, nil
	}
	people, err := t.people(s.ID)
	return append(row, people...), err
}

// people are a case's parties as opening the case would show them to the caller, and the opening is on record. Numbers are in full where that was
// asked for and the caller may see them so, which is on record, too.
func (t *tabler) people(id string) ([]sheet.Cell, error) {
	cells := make([]sheet.Cell, len(peopleHeads))
	k, err := t.a.Cases.Case(t.c.Context, t.c.Actor, id)
	if errors.Is(err, mediation.ErrNotFound) {
		return cells, nil // it has left the caller's sight while the file was written
	}
	if err != nil {
		return nil, err
	}
	v := &caseViewer{explainer: explainer{labels: t.labels}, a: t.a, c: t.c, k: &k, sees: mediation.Sees(t.c.Actor, &k)}
	if t.reveal && v.sees[mediation.PartContact] {
		if err := t.a.looked(t.c, mediation.Look{Case: k.ID, What: "contact"}); err != nil {
			return nil, err
		}
		v.reveal = true
	}
	var said [4][]string
	for i := range k.Parties {
		p := v.party(&k.Parties[i])
		for column, text := range [...]string{p.Name, p.Phone, p.IDNumber, p.Address} {
			if text != "" {
				said[column] = append(said[column], text)
			}
		}
	}
	for column := range said {
		cells[column] = sheet.Text(strings.Join(said[column], choose(t.zh, "；", "; ")))
	}
	return cells, v.err
}
