package policy

import (
	"fmt"
	"sort"
	"strings"
)

// Finding is one thing wrong with a policy file.
type Finding struct {
	File         string
	Line, Column int    // from 1
	Key          string // path in the file, e.g. matching.panels[0].seats[1].kinds[0]; "" for the file as a whole
	Reason       string // in English
	ReasonZh     string // the same in Chinese
}

// String is the finding on one line, as compilers write it.
func (f Finding) String() string { return f.Text("en") }

// Text is the finding on one line in the language ("zh…" or anything else for English).
func (f Finding) Text(lang string) string {
	reason := f.Reason
	if strings.HasPrefix(lang, "zh") {
		reason = f.ReasonZh
	}
	if f.Key == "" {
		return fmt.Sprintf("%s:%d:%d: %s", f.File, f.Line, f.Column, reason)
	}
	return fmt.Sprintf("%s:%d:%d: %s: %s", f.File, f.Line, f.Column, f.Key, reason)
}

// Findings are all things wrong with a policy file, in the order of the file. They are the error of Load.
type Findings []Finding

// Error lists the findings, one a line.
func (f Findings) Error() string { return f.Text("en") }

// Text lists the findings in the language, one a line.
func (f Findings) Text(lang string) string {
	lines := make([]string, len(f))
	for i := range f {
		lines[i] = f[i].Text(lang)
	}
	return strings.Join(lines, "\n")
}

func (f Findings) sort() {
	sort.SliceStable(f, func(i, j int) bool {
		if f[i].Line != f[j].Line {
			return f[i].Line < f[j].Line
		}
		return f[i].Column < f[j].Column
	})
}
