// Package chart tells what a survey of a plan's boundaries found and mended: as lines of text, as JSON, as GeoJSON for a map
// and as a picture.
package chart

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"fengqiao/cmd/fengqiao/internal/words"
	"fengqiao/grid"
	"fengqiao/grid/survey"
)

// Chart is a survey of a plan.
type Chart struct {
	Version string
	Cells   []grid.Cell // as they are after the repairs
	Found   []survey.Finding
	Fixes   []survey.Fix
}

// most is how many lines text has for one kind; the JSON report has them all.
const most = 50

// WriteText writes a line for every repair and every finding, a sum of each kind last.
func (c *Chart) WriteText(w io.Writer, lang words.Language) error {
	var lines []string
	lines = append(lines, told(survey.FixKinds, c.fixes(), fixes, fixLine, lang)...)
	lines = append(lines, told(survey.Kinds, c.found(), findings, findingLine, lang)...)
	for _, l := range c.sums() {
		lines = append(lines, l.In(lang))
	}
	_, err := io.WriteString(w, strings.Join(lines, "\n")+"\n")
	return err
}

// told is a line for each thing, kind by kind, and for how many more of the kind there are.
func told[K comparable, T any](kinds []K, of map[K][]T, names map[K]words.Text, line func(T, words.Language) string, lang words.Language) (lines []string) {
	for _, k := range kinds {
		for _, x := range of[k][:min(most, len(of[k]))] {
			lines = append(lines, line(x, lang))
		}
		if more := len(of[k]) - most; more > 0 {
			rest := words.Text{Zh: fmt.Sprintf(others.Zh, names[k].Zh, more), En: fmt.Sprintf(others.En, names[k].En, more)}
			lines = append(lines, rest.In(lang))
		}
	}
	return lines
}

func (c *Chart) fixes() map[survey.FixKind][]survey.Fix {
	return byKind(c.Fixes, func(f survey.Fix) survey.FixKind { return f.Kind })
}

func (c *Chart) found() map[survey.Kind][]survey.Finding {
	return byKind(c.Found, func(f survey.Finding) survey.Kind { return f.Kind })
}

func byKind[K comparable, T any](all []T, kind func(T) K) map[K][]T {
	of := map[K][]T{}
	for _, x := range all {
		of[kind(x)] = append(of[kind(x)], x)
	}
	return of
}

// counted is how many there are of a kind.
type counted struct {
	name   words.Text
	colour string
	n      int
}

// counts are the kinds of repairs and findings that there are.
func (c *Chart) counts() (mends, finds []counted) {
	mends = counts(survey.FixKinds, c.fixes(), fixes, func(survey.FixKind) string { return repairColour })
	return mends, counts(survey.Kinds, c.found(), findings, func(k survey.Kind) string { return colours[k] })
}

func counts[K comparable, T any](kinds []K, of map[K][]T, names map[K]words.Text, colour func(K) string) (all []counted) {
	for _, k := range kinds {
		if n := len(of[k]); n > 0 {
			all = append(all, counted{names[k], colour(k), n})
		}
	}
	return all
}

// sums are the counts as sentences.
func (c *Chart) sums() (lines []words.Text) {
	mends, finds := c.counts()
	if len(mends) > 0 {
		lines = append(lines, listed(mended, mends))
	}
	if len(finds) == 0 {
		return append(lines, none)
	}
	return append(lines, listed(sum, finds))
}

func listed(head words.Text, kinds []counted) words.Text {
	s := one(head)
	for i, k := range kinds {
		if i > 0 {
			s = s.add(comma)
		}
		s = s.add(k.name).add(format(number, k.n))
	}
	return words.Text(s)
}

func findingLine(f survey.Finding, lang words.Language) string {
	l := one(findings[f.Kind]).add(colon).add(named(f.Cells, f.Codes)).add(inRing(f.Polygon, f.Ring))
	if f.Size > 0 {
		l = l.add(comma).add(size(f.Size, f.Kind.Unit()))
	}
	if f.HasPlace {
		l = l.add(format(place, f.At[0], f.At[1]))
	}
	l = l.add(resolved[f.Kind])
	if f.Detail != "" {
		l = l.add(colon).add(words.Text{Zh: f.Detail, En: f.Detail})
	}
	return words.Text(l).In(lang)
}

func fixLine(f survey.Fix, lang words.Language) string {
	l := one(fixes[f.Kind]).add(colon).add(named(f.Cells, f.Codes)).add(inRing(f.Polygon, f.Ring))
	if f.Owner != "" {
		l = l.add(format(toOwner, f.Owner))
	}
	if f.Size > 0 {
		l = l.add(comma).add(size(f.Size, f.Kind.Unit()))
	}
	return words.Text(l.add(format(place, f.At[0], f.At[1]))).In(lang)
}

// sentence grows in both languages at once.
type sentence words.Text

func one(t words.Text) sentence { return sentence(t) }

func (s sentence) add(t words.Text) sentence { return sentence{s.Zh + t.Zh, s.En + t.En} }

func format(t words.Text, args ...any) words.Text {
	return words.Text{Zh: fmt.Sprintf(t.Zh, args...), En: fmt.Sprintf(t.En, args...)}
}

// size tells a size with three digits that count, and never as a power of ten.
func size(v float64, u survey.Unit) words.Text {
	digits := 0
	if v < 100 && v != math.Trunc(v) {
		digits = int(max(2-math.Floor(math.Log10(v)), 0))
	}
	return format(units[u], strconv.FormatFloat(v, 'f', digits, 64))
}

// inRing names a ring, counted from 1 as people do.
func inRing(polygon, ring int) words.Text {
	if polygon < 0 {
		return words.Text{}
	}
	return format(ofRing, polygon+1, ring+1)
}

// named is the cells by code, or by their place in the file.
func named(cells []int, codes []grid.Code) words.Text {
	var t words.Text
	for k, i := range cells {
		name := words.Text{Zh: string(codes[k]), En: string(codes[k])}
		if codes[k] == "" {
			name = format(ofCell, i+1)
		}
		if k > 0 {
			t.Zh, t.En = t.Zh+separator.Zh, t.En+separator.En
		}
		t.Zh, t.En = t.Zh+name.Zh, t.En+name.En
	}
	return t
}
