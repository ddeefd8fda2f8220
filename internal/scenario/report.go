package scenario

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Row is one line of the table at the end.
type Row struct {
	Practice Practice
	// Shown are the steps that looked at something, Checks how much they looked at, Wrong what was not so.
	Shown  []Text
	Checks int
	Wrong  int
	// Played: none of its steps was left out because the play broke off.
	Played bool
}

// Passed tells whether the practice was shown, and all was as it had to be.
func (r Row) Passed() bool { return r.Played && r.Checks > 0 && r.Wrong == 0 }

// Table is what was shown of each practice.
func (r Result) Table() []Row {
	rows := make([]Row, len(r.File.Practices))
	at := map[string]*Row{}
	for i, p := range r.File.Practices {
		rows[i] = Row{Practice: p, Played: true}
		at[p.Key] = &rows[i]
	}
	shows := ""
	for i := range r.File.Steps {
		if s := r.File.Steps[i].Shows; s != "" {
			shows = s
		}
		row := at[shows]
		if i >= len(r.Lines) {
			row.Played = false
			continue
		}
		l := r.Lines[i]
		row.Checks += len(l.Checks)
		row.Wrong += len(l.Wrong)
		if len(l.Checks) > 0 {
			row.Shown = append(row.Shown, l.Say)
		}
	}
	return rows
}

// Report is how a play is told.
type Report struct {
	// Zone is in which case times are told.
	Zone *time.Location
	// Choose puts a sentence into the reader's language.
	Choose func(Text) string
}

func (p Report) time(t time.Time) string { return t.In(p.Zone).Format("2006-01-02 15:04:05") }

// Line tells one step, as it happens.
func (p Report) Line(w io.Writer, l Line) error {
	_, err := fmt.Fprintf(w, "%3d  %s  %-10s %s\n", l.Number, p.time(l.At), l.Who, p.Choose(l.Say))
	for _, what := range l.Checks {
		if err == nil {
			_, err = fmt.Fprintf(w, "       · %s\n", what)
		}
	}
	for _, what := range l.Wrong {
		if err == nil {
			_, err = fmt.Fprintf(w, "       ✗ %s\n", what)
		}
	}
	return err
}

// verdict is pass or fail.
func verdict(passed bool) string {
	if passed {
		return "通过 pass"
	}
	return "不符 fail"
}

// Summary tells the table in plain text.
func (p Report) Summary(w io.Writer, r Result) error {
	for _, row := range r.Table() {
		if _, err := fmt.Fprintf(w, "%s  %s（%d）\n", verdict(row.Passed()), p.Choose(row.Practice.Name), row.Checks); err != nil {
			return err
		}
		for _, s := range row.Shown {
			if _, err := fmt.Fprintf(w, "      → %s\n", p.Choose(s)); err != nil {
				return err
			}
		}
	}
	return nil
}

// cell keeps a text inside one cell of a Markdown table.
func cell(s string) string {
	return strings.NewReplacer("|", "\\|", "\n", " ").Replace(s)
}

// Markdown writes the whole play. Nothing in it depends on the machine or the day, so that two runs can be compared.
func (p Report) Markdown(w io.Writer, r Result, store string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n规则 policy: `%s` · 存储 store: %s · 案件时间 case time: %s – %s\n\n", r.File.Name, r.File.Policy, store, r.File.Begins, p.time(r.Ended))
	b.WriteString("| 做法 practice | 演示了什么 what was shown | 核对 checks | 结果 |\n|---|---|---|---|\n")
	for _, row := range r.Table() {
		shown := make([]string, len(row.Shown))
		for i, s := range row.Shown {
			shown[i] = s.String()
		}
		fmt.Fprintf(&b, "| %s | %s | %d | %s |\n", cell(row.Practice.Name.String()), cell(strings.Join(shown, "<br>")), row.Checks, verdict(row.Passed()))
	}
	b.WriteString("\n| # | 案件时间 case time | 谁 who | 发生了什么 what happened | 核对 checked |\n|---|---|---|---|---|\n")
	for _, l := range r.Lines {
		checks := make([]string, 0, len(l.Checks)+len(l.Wrong))
		for _, what := range l.Checks {
			checks = append(checks, "`"+what+"`")
		}
		for _, what := range l.Wrong {
			checks = append(checks, "**✗ "+what+"**")
		}
		fmt.Fprintf(&b, "| %d | %s | %s | %s | %s |\n", l.Number, p.time(l.At), l.Who, cell(l.Say.String()), cell(strings.Join(checks, "<br>")))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
