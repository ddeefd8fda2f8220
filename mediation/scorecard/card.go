// Package scorecard (评价指数) measures townships, units and officials by the figures of their cases. A card is a county's data: weighted
// dimensions of weighted indicators, each a formula over the terms of package figures. formula.go says what a formula may be, guard.go
// which laws none may bend; reckon.go turns tallies into points, purely; the service asks the book of figures, for what the caller sees
// alone, and keeps what is frozen month by month.
package scorecard

import (
	"math"
	"slices"

	"fengqiao/mediation/figures"
	"fengqiao/mediation/policy"

	"github.com/expr-lang/expr/ast"
)

// Card is a scorecard that is ready to be reckoned. Safe for concurrent use.
type Card struct {
	*policy.Scorecard
	formulas []*Formula // of the indicators, in the card's order
	criteria []*Formula // of the villages' criteria
	// Terms are the names that its formulas use, in the order of figures.Terms.
	Terms []figures.Term
}

// Load reads a card; what is wrong with it is of type policy.Findings. A formula that could loop, names what there is not, has
// the wrong type, or would reward what the law forbids to reward is found here, by file, line and key.
func Load(file string, src []byte) (*Card, error) { return load(file, src, guard) }

// LoadKept reads a version that was put in force before. Laws that it was not held to then do not make it unreadable now: what was frozen by it
// must stay readable.
func LoadKept(file string, src []byte) (*Card, error) {
	return load(file, src, func(ast.Node, *policy.Indicator) []policy.Fault { return nil })
}

func load(file string, src []byte, guard func(ast.Node, *policy.Indicator) []policy.Fault) (*Card, error) {
	s, err := policy.LoadScorecard(file, src, func(x *policy.Indicator) []policy.Fault {
		_, root, faults := read(x.Formula)
		if len(faults) == 0 {
			faults = guard(root, x)
		}
		return faults
	})
	if err != nil {
		return nil, err
	}
	c := &Card{Scorecard: s}
	used := map[string]bool{}
	for _, x := range c.Indicators() {
		f, _, _ := read(x.Formula) // it was read without a fault just now
		c.formulas = append(c.formulas, f)
		for _, name := range f.Names {
			used[name] = true
		}
	}
	for i := range c.Villages.Criteria {
		f, _, _ := read(c.Villages.Criteria[i].Formula)
		c.criteria = append(c.criteria, f)
	}
	for _, t := range figures.Terms {
		if used[t.Key] {
			c.Terms = append(c.Terms, t)
		}
	}
	return c, nil
}

// Indicators are all of the card's, in its order.
func (c *Card) Indicators() []*policy.Indicator {
	var all []*policy.Indicator
	for i := range c.Dimensions {
		for j := range c.Dimensions[i].Indicators {
			all = append(all, &c.Dimensions[i].Indicators[j])
		}
	}
	return all
}

// countsSlips tells whether its formulas use anything of slips.
func (c *Card) countsSlips() bool {
	return slices.ContainsFunc(c.Terms, func(t figures.Term) bool { return t.Slips })
}

// Names are the terms that the formula of the n-th indicator uses.
func (c *Card) Names(n int) []string { return slices.Clone(c.formulas[n].Names) }

// Mark is what one indicator comes to; nil: it has no value.
type Mark struct{ Value, Points *float64 }

// Line is what a card says of one township, unit or official.
type Line struct {
	Subject string // area code, unit, account; "" for all of them together
	// Marks are of the indicators and Parts of the dimensions, in the card's order. Points is of a hundred; nil: nothing has a value.
	Marks  []Mark
	Parts  []*float64
	Points *float64
	// Covered is the share of the weights that have a value.
	Covered float64
	// Terms are what the formulas were reckoned from; a term without a value is not there.
	Terms map[string]float64
}

// Mark reckons a card over a tally. What has no value is left out together with its weight: it earns nothing and costs nothing.
func (c *Card) Mark(subject string, t *figures.Tally) Line {
	l := Line{Subject: subject, Terms: map[string]float64{}}
	for _, term := range c.Terms {
		if v, ok := term.Value(t); ok {
			l.Terms[term.Key] = v
		}
	}
	var all, covered, n = mean{}, 0.0, 0
	for i := range c.Dimensions {
		d := &c.Dimensions[i]
		var part mean
		whole := 0.0
		for j := range d.Indicators {
			x := &d.Indicators[j]
			mark := Mark{}
			if v, ok := c.formulas[n].Value(t); ok {
				v, points := rounded(v), x.Score(v)
				mark = Mark{&v, &points}
				part.add(points, x.Weight)
			}
			l.Marks = append(l.Marks, mark)
			whole += x.Weight
			n++
		}
		points := part.value()
		l.Parts = append(l.Parts, points)
		if points != nil {
			all.add(*points, d.Weight)
		}
		covered += d.Weight * part.weight / whole
	}
	l.Points = all.value()
	l.Covered = figures.Rounded(covered / c.weight())
	return l
}

func (c *Card) weight() float64 {
	sum := 0.0
	for i := range c.Dimensions {
		sum += c.Dimensions[i].Weight
	}
	return sum
}

// mean is a weighted mean.
type mean struct{ sum, weight float64 }

func (m *mean) add(v, weight float64) {
	m.sum += v * weight
	m.weight += weight
}

// value is the mean, to two places; nil of nothing.
func (m *mean) value() *float64 {
	if m.weight == 0 {
		return nil
	}
	v := math.Round(m.sum/m.weight*100) / 100
	return &v
}

// rounded is a value to four places, half away from zero; it is scored unrounded.
func rounded(v float64) float64 { return math.Round(v*1e4) / 1e4 }
