package policy

import (
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// Villages (无信访村评定) says when a village passes: every criterion's value is at most what it allows, over the village's cases of a period.
type Villages struct {
	Name     Text
	Level    int    // of the areas that are assessed, by the depth of their codes
	Every    string // one of VillagePeriods
	Criteria []Criterion
	// Objection is how long a village may object to what it was assessed at, and how fast the county decides.
	Objection Objection
}

// Objection (异议) bounds objections. The zero value allows none.
type Objection struct {
	Within Span // after a result was frozen or corrected
	Decide Limit
}

// Raise is how long a village may object, as a limit of the one kind that every clock runs by.
func (o *Objection) Raise() Limit { return Limit{Within: o.Within, Basis: o.Decide.Basis} }

// VillagePeriods are over what villages may be assessed.
var VillagePeriods = []string{"month", "quarter", "year"}

// Criterion is one rule. A value that there is not (a share of nothing) breaks nothing.
type Criterion struct {
	Indicator
	// Channels narrow the cases to those that came by them, e.g. what the petition office passed on; none: all.
	Channels []string
}

// maxCriteria bounds how often the cases are counted for one answer.
const maxCriteria = 12

var villagesKeys = []key[Villages]{
	named(Text{"评定名称", "its name"}, func(v *Villages) *Text { return &v.Name }),
	count("level", required, 2, 8, Text{"评定哪一级：区划代码的段数，村为5", "which areas: how many parts their codes have, 5 for villages"}, func(v *Villages) *int { return &v.Level }),
	word("every", required, Text{"评定期：month、quarter、year", "over what: month, quarter, year"}, func(v *Villages) *string { return &v.Every }),
	objects("criteria", required, Text{"评定条件，全部符合才通过", "the criteria, all of which a village must meet"}, criterionKeys, Criterion{}, func(v *Villages) *[]Criterion { return &v.Criteria }),
	object("objection", optional, Text{"异议；不填为不受理异议", "objections; without it none is taken"}, objectionKeys, func(v *Villages) *Objection { return &v.Objection }),
}

var objectionKeys = []key[Objection]{
	span("within", required, Text{"结果定格或更正后多久之内可以提出", "how long after a result was frozen or corrected"}, func(o *Objection) *Span { return &o.Within }),
	span("decide", required, Text{"提出后多久之内须作出决定", "how soon after it was raised it must be decided"}, func(o *Objection) *Span { return &o.Decide.Within }),
	list("remind", optional, Text{"时限列表", "list of spans"}, Text{"决定到期前多久提醒，由长到短", "how long before that ends to remind, longest first"}, parseSpan, func(o *Objection) *[]Span { return &o.Decide.Remind }),
	basis(func(o *Objection) *string { return &o.Decide.Basis }),
}

var criterionKeys = []key[Criterion]{
	word("key", required, Text{"条件标识", "the criterion's word"}, func(x *Criterion) *string { return &x.Key }),
	named(Text{"条件名称", "its name"}, func(x *Criterion) *Text { return &x.Name }),
	list("channels", optional, Text{"标识符列表", "list of words"}, Text{"只算经这些渠道来的案件；不填为全部", "only cases that came by these channels; without it all"}, parseText, func(x *Criterion) *[]string { return &x.Channels }),
	{name: "formula", required: true, kind: Text{"公式", "formula"}, means: Text{"公式，可用的名称见下", "the formula; the names are below"},
		read: func(r *reader, n ast.Node, path string, into *Criterion) { readFormula(r, n, path, &into.Indicator) }},
	number("most", required, maxValue, Text{"值不大于此数即符合", "it is met by a value of this at most"}, func(x *Criterion) *float64 { return &x.Target }),
}

func (c *checker) checkVillages(v *Villages, faults func(*Indicator) []Fault) {
	if _, read := c.at["villages"]; !read {
		return
	}
	c.known("villages.every", v.Every, VillagePeriods)
	unique(c, "villages.criteria", v.Criteria, func(x *Criterion) string { return x.Key })
	if n := len(v.Criteria); n == 0 || n > maxCriteria {
		c.wrong("villages.criteria", "须有1至%d项条件", "there must be 1 to %d criteria", maxCriteria)
	}
	if _, read := c.at["villages.objection"]; read {
		for name, s := range map[string]Span{"within": v.Objection.Within, "decide": v.Objection.Decide.Within} {
			if path := "villages.objection." + name; s.Zero() && c.at[path] != (place{}) {
				c.wrong(path, "须大于零", "it must be above zero")
			}
		}
		c.checkLimit("villages.objection", v.Objection.Decide)
	}
	for i := range v.Criteria {
		x := &v.Criteria[i]
		x.Better, x.Measure = Lower, "count"
		x.counts, x.refusalFails = len(x.Channels) > 0, slices.ContainsFunc(v.Criteria, Criterion.noRefusal)
		if x.Formula == "" {
			continue
		}
		for _, f := range faults(&x.Indicator) {
			c.find(x.placeOf(f), item("villages.criteria", i)+".formula", f.Reason)
		}
	}
}

// Counts tells whether the formula stands for a criterion over cases of named channels. To count those is not to reward refusal: what
// was refused or withdrawn counts as well.
func (x *Indicator) Counts() bool { return x.counts }

// RefusalFails tells whether the formula stands for a criterion of villages beside which another one is met by no village of which a single case
// was refused. Then nothing is won by refusing a case that would have failed the village.
func (x *Indicator) RefusalFails() bool { return x.refusalFails }

// noRefusal tells whether the criterion is that nothing was refused.
func (x Criterion) noRefusal() bool {
	return len(x.Channels) == 0 && strings.TrimSpace(x.Formula) == "state_not_accepted" && x.Target < 1
}
