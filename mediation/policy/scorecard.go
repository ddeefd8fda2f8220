package policy

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"math"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// Scorecard (评价指数) is what a county measures its townships, units and officials by: weighted dimensions of weighted indicators, each
// a formula over the figures of the cases. It is immutable once loaded.
type Scorecard struct {
	// ID names this version: key, label and the first bytes of the hash of the source text.
	ID     string
	Key    string
	Label  string
	Name   Text
	Source []byte // the YAML as it was imported
	// Units are the member units (成员单位) that have a row even where no case lies with them.
	Units []string
	// SettleDays is how many days after its end a month is frozen, for what is entered late.
	SettleDays int
	Dimensions []Dimension
	// Villages is how villages are assessed; without criteria none is.
	Villages Villages
}

// Dimension (维度) is a part of a scorecard.
type Dimension struct {
	Key        string
	Name       Text
	Weight     float64
	Indicators []Indicator
}

// Indicator (指标) is one thing that is measured. The formula's value earns nothing at Floor and everything at Target, in proportion
// between the two.
type Indicator struct {
	Key     string
	Name    Text
	Weight  float64
	Formula string
	Measure string // one of Measures
	Better  string // higher or lower
	Target  float64
	Floor   float64
	// Bounds hold the value before it is scored; nil: nothing does.
	Bounds *Bounds
	// Basis is the paper it follows, "" if the file names none.
	Basis string

	at    place // of the formula's first character
	lines bool  // the formula stands on lines of its own below that
	plain bool  // a column of the formula is a column of the file

	counts, refusalFails bool // see Counts and RefusalFails
}

// Bounds are the least and the most that a value counts as.
type Bounds struct{ Least, Most float64 }

// Better is which way is up.
const (
	Higher = "higher"
	Lower  = "lower"
)

// Measures are what an indicator's value may be measured in. A share is shown in per cent.
var Measures = []string{"share", "count", "minutes", "hours", "days", "points"}

// Fault is what is wrong with a formula, by line and column within it, from 1; line 0 is the indicator as a whole.
type Fault struct {
	Line, Column int
	Reason       Text
}

// The most that a scorecard holds: what is computed for a county in one request is bounded by them.
const (
	maxDimensions = 20
	maxIndicators = 100
	maxMembers    = 500
)

var scorecardKeys = []key[Scorecard]{
	word("key", required, Text{"评价标识；同一标识再次导入即换新版", "the scorecard's word; imported again under the same one it is a new version"}, func(s *Scorecard) *string { return &s.Key }),
	scalar("label", required, kindText, Text{"版本标签，由编写者给出", "the author's label of this version"}, parseLabel, func(s *Scorecard) *string { return &s.Label }),
	named(Text{"评价名称", "its name"}, func(s *Scorecard) *Text { return &s.Name }),
	list("units", optional, Text{"文字列表", "list of texts"}, Text{"成员单位；没有案件也列出", "member units, which are listed even without a case"}, parseText, func(s *Scorecard) *[]string { return &s.Units }),
	count("settle_days", optional, 0, 31, Text{"月度结束后几天定格；不填为月底", "how many days after its end a month is frozen; without it at its end"}, func(s *Scorecard) *int { return &s.SettleDays }),
	objects("dimensions", required, Text{"维度", "the dimensions"}, dimensionKeys, Dimension{}, func(s *Scorecard) *[]Dimension { return &s.Dimensions }),
	object("villages", optional, Text{"无信访村评定；不填为没有", "the assessment of villages; without it there is none"}, villagesKeys, func(s *Scorecard) *Villages { return &s.Villages }),
}

var dimensionKeys = []key[Dimension]{
	word("key", required, Text{"维度标识", "the dimension's word"}, func(d *Dimension) *string { return &d.Key }),
	named(Text{"维度名称", "its name"}, func(d *Dimension) *Text { return &d.Name }),
	number("weight", required, maxWeight, Text{"权重，按比例计", "weight, in proportion to the others"}, func(d *Dimension) *float64 { return &d.Weight }),
	objects("indicators", required, Text{"指标", "its indicators"}, indicatorKeys, Indicator{}, func(d *Dimension) *[]Indicator { return &d.Indicators }),
}

var indicatorKeys = []key[Indicator]{
	word("key", required, Text{"指标标识，全表唯一", "the indicator's word, one of its own in the whole file"}, func(i *Indicator) *string { return &i.Key }),
	named(Text{"指标名称", "its name"}, func(i *Indicator) *Text { return &i.Name }),
	number("weight", required, maxWeight, Text{"在本维度内的权重，按比例计", "weight within its dimension, in proportion"}, func(i *Indicator) *float64 { return &i.Weight }),
	{name: "formula", required: true, kind: Text{"公式", "formula"}, means: Text{"公式，可用的名称见 docs/scorecards.md", "the formula; docs/scorecards.md lists the names"}, read: readFormula},
	word("measure", required, Text{"单位：share、count、minutes、hours、days、points", "what it is measured in: share, count, minutes, hours, days, points"}, func(i *Indicator) *string { return &i.Measure }),
	word("better", required, Text{"方向：higher越高越好，lower越低越好", "which way is up: higher or lower"}, func(i *Indicator) *string { return &i.Better }),
	number("target", required, maxValue, Text{"目标值，达到得满分", "the target, which earns everything"}, func(i *Indicator) *float64 { return &i.Target }),
	number("floor", required, maxValue, Text{"底线值，得零分；两者之间按比例", "the value that earns nothing; between the two it is in proportion"}, func(i *Indicator) *float64 { return &i.Floor }),
	{name: "bounds", kind: kindObject, means: Text{"计分前先收到此范围内", "the value is held to these before it is scored"},
		read: func(r *reader, n ast.Node, path string, into *Indicator) {
			into.Bounds = &Bounds{}
			readObject(r, n, path, boundsKeys, into.Bounds)
		},
		rows: func(path string) []row { return rowsOf(path, boundsKeys) }},
	text("basis", optional, Text{"所依据的文件", "the paper it follows"}, func(i *Indicator) *string { return &i.Basis }),
}

var boundsKeys = []key[Bounds]{
	number("least", required, maxValue, Text{"最小", "the least"}, func(b *Bounds) *float64 { return &b.Least }),
	number("most", required, maxValue, Text{"最大", "the most"}, func(b *Bounds) *float64 { return &b.Most }),
}

// maxValue bounds what targets may name.
const maxValue = 1e9

// readFormula notes where the text stands, so that a mistake inside is told by its line in the file.
func readFormula(r *reader, n ast.Node, path string, into *Indicator) {
	s, wrong := parseText(n)
	if wrong != nil {
		r.find(placeOf(n), path, *wrong)
		delete(r.at, path)
		return
	}
	into.Formula, into.at = s, placeOf(n)
	switch x := n.(type) {
	case *ast.LiteralNode:
		into.lines = true
	case *ast.StringNode:
		if into.plain = true; x.GetToken().Indicator == token.QuotedScalarIndicator {
			into.at.column++
		}
	}
}

// LoadScorecard reads a scorecard from one strict YAML document, as Load reads a policy. faults says what is wrong with an indicator's
// formula, and that nothing is.
func LoadScorecard(file string, src []byte, faults func(*Indicator) []Fault) (*Scorecard, error) {
	r := &reader{file: file, at: map[string]place{}}
	s := &Scorecard{}
	if root := r.parse(src); root != nil {
		readObject(r, root, "", scorecardKeys, s)
		c := &checker{reader: r, Policy: &Policy{}}
		c.checkScorecard(s, faults)
	}
	if len(r.found) > 0 {
		r.found.sort()
		return nil, r.found
	}
	s.Source = bytes.Clone(src)
	sum := sha256.Sum256(src)
	s.ID = s.Key + "-" + s.Label + "-" + hex.EncodeToString(sum[:4])
	return s, nil
}

func (c *checker) checkScorecard(s *Scorecard, faults func(*Indicator) []Fault) {
	unique(c, "dimensions", s.Dimensions, func(d *Dimension) string { return d.Key })
	if len(s.Dimensions) > maxDimensions {
		c.wrong("dimensions", "最多%d个维度", "there may be %d dimensions at most", maxDimensions)
	}
	if len(s.Units) > maxMembers {
		c.wrong("units", "最多%d个单位", "there may be %d units at most", maxMembers)
	}
	seen, n := map[string]bool{}, 0
	for i := range s.Dimensions {
		d, path := &s.Dimensions[i], item("dimensions", i)
		c.positive(path+".weight", d.Weight)
		if _, read := c.at[path+".indicators"]; read && len(d.Indicators) == 0 {
			c.wrong(path+".indicators", "至少须有一项", "there must be at least one")
		}
		for j := range d.Indicators {
			x, path := &d.Indicators[j], item(path+".indicators", j)
			if x.Key != "" && seen[x.Key] {
				c.wrong(path+".key", "标识%q重复", "the word %q is taken", x.Key)
			}
			seen[x.Key] = true
			c.checkIndicator(path, x, faults)
			n++
		}
	}
	if n > maxIndicators {
		c.wrong("dimensions", "最多%d个指标", "there may be %d indicators at most", maxIndicators)
	}
	c.checkVillages(&s.Villages, faults)
}

func (c *checker) positive(path string, weight float64) {
	if _, read := c.at[path]; read && weight <= 0 {
		c.wrong(path, "权重须大于零", "a weight must be above zero")
	}
}

func (c *checker) checkIndicator(path string, x *Indicator, faults func(*Indicator) []Fault) {
	c.positive(path+".weight", x.Weight)
	c.known(path+".measure", x.Measure, Measures)
	c.known(path+".better", x.Better, []string{Higher, Lower})
	read := func(name string) bool { _, ok := c.at[path+"."+name]; return ok }
	if read("target") && read("floor") {
		switch {
		case x.Better == Higher && x.Floor >= x.Target:
			c.wrong(path+".floor", "越高越好时，底线值须小于目标值", "where higher is better the floor must lie below the target")
		case x.Better == Lower && x.Floor <= x.Target:
			c.wrong(path+".floor", "越低越好时，底线值须大于目标值", "where lower is better the floor must lie above the target")
		}
	}
	if b := x.Bounds; b != nil && read("bounds.most") && read("bounds.least") {
		switch {
		case b.Least >= b.Most:
			c.wrong(path+".bounds.most", "须大于least", "it must be above least")
		case read("target") && (x.Target < b.Least || x.Target > b.Most):
			c.wrong(path+".target", "目标值在bounds之外，永远达不到", "the target lies outside the bounds and could never be met")
		}
	}
	if x.Formula == "" || x.Better != Higher && x.Better != Lower {
		return // found already; which way is up says what a formula rewards
	}
	for _, f := range faults(x) {
		c.find(x.placeOf(f), path+".formula", f.Reason)
	}
}

// placeOf is where a fault of the formula stands in the file.
func (x *Indicator) placeOf(f Fault) place {
	switch {
	case f.Line == 0:
	case x.lines:
		return place{x.at.line + f.Line, f.Column}
	case x.plain && f.Line == 1:
		return place{x.at.line, x.at.column + f.Column - 1}
	}
	return x.at
}

// Score is how many points of a hundred a value earns.
func (x *Indicator) Score(value float64) float64 {
	if x.Bounds != nil {
		value = min(max(value, x.Bounds.Least), x.Bounds.Most)
	}
	share := (value - x.Floor) / (x.Target - x.Floor)
	return math.Round(min(max(share, 0), 1)*1e4) / 100
}
