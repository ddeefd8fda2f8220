package handlers

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"fengqiao/internal/sheet"
	"fengqiao/mediation/scorecard"
)

const zipType = "application/zip"

// mostReports bounds one file of reports; more are had by narrower areas.
const mostReports = 1000

// reportFolders are the folders of a file of reports, by who is measured: Chinese, English.
var reportFolders = map[scorecard.By][2]string{
	scorecard.ByArea: {"乡镇（街道）", "areas"}, scorecard.ByUnit: {"成员单位", "units"}, scorecard.ByOfficial: {"干部", "officials"},
}

// scorecardReports is a file with a report of everybody who is measured, each a paper of its own: Anji's 39 are 15 townships and 24 member
// units. The figures are reckoned before the answer begins; the papers are made one by one as the caller takes them.
func (a *API) scorecardReports(c *Call) (Reply, error) {
	formats, err := a.reportFormats(c)
	if err != nil {
		return Reply{}, err
	}
	subjects, err := reportSubjects(c)
	if err != nil {
		return Reply{}, err
	}
	l, err := a.labels(c, "")
	if err != nil {
		return Reply{}, err
	}
	r := reportFile{labels: l, formats: formats, font: a.Font}
	count := 0
	for _, by := range subjects {
		answer, err := a.measuredBy(c, by)
		if err != nil {
			return Reply{}, err
		}
		v := l.scorecardResults(&answer, a.Cases.Now())
		if by == scorecard.ByUnit && len(answer.Card.Units) > 0 { // the member units have reports; who else had a case stands in the results
			v.Items = slices.DeleteFunc(v.Items, func(x lineView) bool { return !slices.Contains(answer.Card.Units, x.Key) })
		}
		count += len(v.Items)
		r.results = append(r.results, v)
	}
	if count > mostReports {
		return Reply{}, invalid("too_many", "by", "max", strconv.Itoa(mostReports))
	}
	name := "fengqiao-" + c.PathID("key") + "-" + r.results[0].Period.Key + ".zip"
	return Reply{Raw: &Raw{Type: zipType, Name: name, Stream: r.write}}, nil
}

// reportFormats are how each report is had: if nothing is said as XLSX and, where the server has a font, as PDF.
func (a *API) reportFormats(c *Call) ([]string, error) {
	formats := c.QueryAll("format")
	if len(formats) == 0 {
		formats = []string{"xlsx"}
		if a.Font != nil {
			formats = append(formats, "pdf")
		}
	}
	for _, f := range formats {
		switch {
		case f != "pdf" && f != "xlsx":
			return nil, invalid("unknown_value", "format", "value", printable(f))
		case f == "pdf" && a.Font == nil:
			return nil, &Problem{Status: http.StatusNotImplemented, Code: "no_font"}
		}
	}
	slices.Sort(formats)
	return slices.Compact(formats), nil
}

// reportSubjects are who is reported on, in one order: areas and units if nothing is said.
func reportSubjects(c *Call) ([]scorecard.By, error) {
	asked := c.QueryAll("by")
	if len(asked) == 0 {
		return []scorecard.By{scorecard.ByArea, scorecard.ByUnit}, nil
	}
	for _, by := range asked {
		if !slices.Contains(scorecard.Subjects, scorecard.By(by)) {
			return nil, invalid("unknown_value", "by", "value", printable(by))
		}
	}
	return slices.DeleteFunc(slices.Clone(scorecard.Subjects), func(by scorecard.By) bool { return !slices.Contains(asked, string(by)) }), nil
}

// reportFile writes the reports as one ZIP. Its documents are compressed already and lie in it as they are.
type reportFile struct {
	labels
	formats []string
	font    *sheet.Font
	results []resultsView
}

func (r *reportFile) write(w io.Writer) error {
	z := zip.NewWriter(w)
	all := &sheet.Book{Title: r.results[0].Text, Of: r.results[0].AsOf}
	for i := range r.results {
		v := &r.results[i]
		s := r.scorecardTable(v)
		s.Name = r.folder(v)
		all.Sheets = append(all.Sheets, s)
	}
	if err := r.document(z, "00 "+choose(r.zh, "总表", "all"), all); err != nil {
		return err
	}
	for i := range r.results {
		v := &r.results[i]
		for n := range v.Items {
			book := &sheet.Book{Title: v.Items[n].Text + " " + v.Text, Of: v.AsOf, Sheets: []sheet.Sheet{r.report(v, &v.Items[n], n+1)}}
			if err := r.document(z, fmt.Sprintf("%s/%02d %s", r.folder(v), n+1, fileName(v.Items[n].Text)), book); err != nil {
				return err
			}
		}
	}
	return z.Close()
}

func (r *reportFile) folder(v *resultsView) string {
	words := reportFolders[scorecard.By(v.By)]
	return choose(r.zh, words[0], words[1])
}

// document adds a book in every format that is asked for.
func (r *reportFile) document(z *zip.Writer, name string, book *sheet.Book) error {
	for _, format := range r.formats {
		var b bytes.Buffer
		var err error
		if format == "pdf" {
			err = book.WritePDF(&b, r.font)
		} else {
			err = book.WriteXLSX(&b)
		}
		if err != nil {
			return err
		}
		w, err := z.CreateHeader(&zip.FileHeader{Name: name + "." + format, Method: zip.Store, Modified: book.Of.UTC().Truncate(2 * time.Second)})
		if err != nil {
			return err
		}
		if _, err := w.Write(b.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

// fileName leaves of a name what every system takes in the name of a file.
func fileName(name string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`\/:*?"<>|`, r) {
			return '_'
		}
		return r
	}, name)
}
