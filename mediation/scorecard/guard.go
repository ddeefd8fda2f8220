package scorecard

import (
	"maps"
	"slices"

	"fengqiao/mediation"
	"fengqiao/mediation/figures"
	"fengqiao/mediation/policy"

	"github.com/expr-lang/expr/ast"
)

// Law that no scorecard may bend: targets never reward refusing intake, and giving up petitions is counted and never demanded. So it is
// reckoned of each formula, when it is loaded, what becomes of its value where one case more is refused, is withdrawn, or never comes in;
// what moves the score up by any of these is refused.
//
// A refusal is looked at as a whole. The case is one more of those refused, and one less of those open, of those in the state that it leaves
// and perhaps of those overdue: a formula by which few overdue cases are good rewards refusing the overdue ones, although it names no refusal.
// What stays whatever becomes of a case (received, slips) rewards nothing of the kind.
//
// Nor may it pay to refuse a case that else would have ended badly: without a settlement, late, brought again, with parties who say so. Who counts
// those and forgets the refused rewards refusing the hard cases. So a refusal is also held against each such end. A withdrawal is not: to withdraw
// what is no matter any more is the petitioner's good right, and better than a bad end.

// course is which ways something moves a value.
type course uint8

const (
	up   course = 1
	down course = 2
	both        = up | down
)

// turned is the course of what moves the other way.
func (c course) turned() course { return c&up<<1 | c&down>>1 }

// courseOf is which way a shift goes.
func courseOf(by float64) course {
	switch {
	case by > 0:
		return up
	case by < 0:
		return down
	}
	return 0
}

// law is one such law.
type law int

// The laws, in the order in which they are told.
const (
	noRefusing law = iota
	noGivingUp
	noTurningAway
)

var lawTexts = map[law]policy.Text{
	noRefusing:    {Zh: "考核不得奖励拒收：不予受理的件数越多得分越高", En: "no target may reward refusing intake: the more is refused, the better the score"},
	noGivingUp:    {Zh: "不得以息诉罢访为条件：撤回的件数越多得分越高", En: "giving up petitions may never be demanded: the more is withdrawn, the better the score"},
	noTurningAway: {Zh: "考核不得奖励拒收：收到的件数越少得分越高", En: "no target may reward refusing intake: the less is received, the better the score"},
}

// happening is that something becomes of one case, and by how much each term moves by it; what is not named stays.
type happening struct {
	law   law
	moves map[string]float64
	// unknown are terms that move this way by an amount that cannot be told.
	unknown map[string]course
	// badEnd: it is a refusal in place of a bad end.
	badEnd bool
}

// happenings are all that the laws are about.
var happenings = happeningsOf()

func happeningsOf() []happening {
	all := []happening{{law: noTurningAway, moves: map[string]float64{"received": -1}}, {law: noTurningAway, moves: map[string]float64{"received": -1, "firstPetitions": -1}}}
	for _, x := range []struct {
		law     law
		command mediation.CommandName
		to      mediation.State
	}{{noRefusing, mediation.CmdRefuse, mediation.NotAccepted}, {noGivingUp, mediation.CmdWithdraw, mediation.Withdrawn}} {
		rule, _ := mediation.RuleOf(x.command) // the table of states has both
		for _, from := range rule.From {
			for _, late := range []float64{0, -1} {
				all = append(all, happening{law: x.law, moves: map[string]float64{"state_" + string(from): -1, "state_" + string(x.to): 1, "open": -1, "overdue": late},
					unknown: map[string]course{"firstResolution": down}}) // it may be one more of those that have come to an end
			}
		}
	}
	return append(all, badEnds()...)
}

// badEnds are that a case was refused, and so did not come to an end of which nobody is proud: each way in which it could have ended without being
// settled, late or not, taken up again or not, with a party who said that they were not satisfied or none.
func badEnds() (all []happening) {
	for _, end := range []struct {
		state        mediation.State
		closed, open bool // as the figures count the state
	}{{mediation.Closed, true, true}, {mediation.Unsettled, true, false}, {mediation.Exited, true, false}, {mediation.Failed, false, false}} {
		for bits := range 8 {
			late, again, unhappy := once(bits&1 != 0), once(bits&2 != 0), once(bits&4 != 0)
			h := happening{law: noRefusing, badEnd: true, moves: map[string]float64{"state_" + string(end.state): -1, "state_" + string(mediation.NotAccepted): 1, "open": -once(end.open),
				"concluded": -1, "breached": -late, "newlyLate": -late, "reopened": -again, "ratedCases": -unhappy, "dissatisfiedCases": -unhappy}}
			h.unknown = map[string]course{"handlingRate": down, "settlementRate": up, "repeatRate": courseOf(-again), // one less above or below the line
				"dissatisfied": courseOf(-unhappy), "satisfaction": courseOf(unhappy), "unitSatisfaction": courseOf(unhappy), "officeSatisfaction": courseOf(unhappy),
				"acceptanceMedian": both, "acceptance90": both, "agreementMedian": both, "agreement90": both, "closingMedian": both, "closing90": both}
			if end.closed {
				h.moves["closed"], h.moves["inTime"] = -1, late-1
				h.unknown["closingRate"], h.unknown["timeliness"] = down, courseOf(2*late-1)
			}
			all = append(all, h)
		}
	}
	return all
}

// once is one case, or none.
func once(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// guard finds the laws that a formula would bend.
func guard(root ast.Node, x *policy.Indicator) []policy.Fault {
	best := up
	if x.Better == policy.Lower {
		best = down
	}
	rewarded, always := map[law]bool{}, map[law]bool{}
	for _, l := range []law{noRefusing, noGivingUp, noTurningAway} {
		always[l] = true
	}
	for i := range happenings {
		h := &happenings[i]
		if h.badEnd && x.RefusalFails() {
			continue
		}
		c := h.weigh(root).course
		rewarded[h.law] = rewarded[h.law] || c&best != 0
		always[h.law] = always[h.law] && c == best
	}
	var faults []policy.Fault
	for _, l := range slices.Sorted(maps.Keys(rewarded)) {
		if !rewarded[l] || l == noTurningAway && x.Counts() {
			continue
		}
		text := lawTexts[l]
		if !always[l] {
			text.Zh += "（至少在有的情形下如此）"
			text.En += " (in some situations at least)"
		}
		faults = append(faults, policy.Fault{Reason: text})
	}
	return faults
}

// sign is what is known of a value's sign.
type sign int

const (
	anySign  sign = iota
	positive      // or zero
	negative      // or zero
)

// weighed is what is known of a part of a formula, under one happening.
type weighed struct {
	sign   sign
	course course // which ways it may move
	// exact: it moves by shift and by nothing else. Sums of what is exact are; a refused case that leaves one state and comes to another moves no
	// sum of the two.
	exact bool
	shift float64
	// fixed: it is a number, namely value.
	fixed bool
	value float64
	terms []string
}

func literal(v float64) weighed { return weighed{sign: signOf(v), exact: true, fixed: true, value: v} }

// weigh reckons from the leaves up. What it cannot tell it takes to move both ways.
func (h *happening) weigh(n ast.Node) weighed {
	switch x := n.(type) {
	case *ast.IdentifierNode:
		w := weighed{sign: positive, terms: []string{x.Value}} // counts, shares and times are never below zero
		if c, ok := h.unknown[x.Value]; ok {
			w.course = c
			return w
		}
		w.exact, w.shift = true, h.moves[x.Value]
		w.course = courseOf(w.shift)
		return w
	case *ast.IntegerNode:
		return literal(float64(x.Value))
	case *ast.FloatNode:
		return literal(x.Value)
	case *ast.UnaryNode:
		if v := h.weigh(x.Node); x.Operator == "-" {
			return v.turned()
		} else if x.Operator == "+" {
			return v
		}
		return h.weigh(x.Node).unsure()
	case *ast.BinaryNode:
		return h.binary(x.Operator, h.weigh(x.Left), h.weigh(x.Right))
	case *ast.ConditionalNode:
		cond, a, b := h.weigh(x.Cond), h.weigh(x.Exp1), h.weigh(x.Exp2)
		return weighed{sign: common(a.sign, b.sign), course: cond.unsure().course | a.course | b.course, terms: slices.Concat(cond.terms, a.terms, b.terms)}
	case *ast.BuiltinNode:
		return h.function(x.Name, x.Arguments)
	case *ast.CallNode:
		return h.function("", x.Arguments)
	}
	return weighed{course: both}
}

func (h *happening) function(name string, args []ast.Node) weighed {
	v := h.weigh(args[0])
	switch {
	case name == "abs":
		return weighed{sign: positive, course: v.by(v.sign), terms: v.terms}
	case name == "min" || name == "max":
		b := h.weigh(args[1])
		return weighed{sign: common(v.sign, b.sign), course: v.course | b.course, terms: slices.Concat(v.terms, b.terms)}
	}
	return v.unsure()
}

func (h *happening) binary(operator string, a, b weighed) weighed {
	terms := slices.Concat(a.terms, b.terms)
	switch operator {
	case "-":
		b = b.turned()
		fallthrough
	case "+":
		w := weighed{sign: common(a.sign, b.sign), course: a.course | b.course, terms: terms}
		if a.exact && b.exact {
			w.exact, w.shift = true, a.shift+b.shift
			w.course = courseOf(w.shift)
		}
		if a.fixed && b.fixed {
			return literal(a.value + b.value)
		}
		return w
	case "*":
		w := weighed{sign: product(a.sign, b.sign), course: a.by(b.sign) | b.by(a.sign), terms: terms}
		switch {
		case a.fixed && b.fixed:
			return literal(a.value * b.value)
		case a.fixed && b.exact:
			w.exact, w.shift = true, a.value*b.shift
		case b.fixed && a.exact:
			w.exact, w.shift = true, b.value*a.shift
		}
		return w
	case "/":
		return h.over(a, b, terms)
	}
	return weighed{course: a.unsure().course | b.unsure().course, terms: terms} // a comparison jumps
}

func (h *happening) over(a, b weighed, terms []string) weighed {
	under := b.turned().course
	if b.sign != positive || h.law != noTurningAway && b.course&down != 0 {
		under = b.unsure().course // through zero it jumps to the other side, and at zero there is no value, which costs nothing
	} else if h.law == noTurningAway && a.counts() {
		// A share of what came in rewards nobody for turning people away: who is refused stays among what came in.
		under = 0
	}
	w := weighed{sign: product(a.sign, b.sign), course: a.by(b.sign) | (weighed{course: under}).by(a.sign), terms: terms}
	if b.fixed && b.value != 0 && a.exact {
		w.exact, w.shift = true, a.shift/b.value
	}
	return w
}

// by is how the part moves a product, its other factor having this sign.
func (w weighed) by(s sign) course {
	switch s {
	case positive:
		return w.course
	case negative:
		return w.course.turned()
	}
	return w.unsure().course
}

// counts tells whether the part is made of counts of cases.
func (w weighed) counts() bool {
	for _, name := range w.terms {
		if byName[name].Unit != figures.Count {
			return false
		}
	}
	return len(w.terms) > 0
}

func (w weighed) turned() weighed {
	w.sign = map[sign]sign{positive: negative, negative: positive}[w.sign]
	w.course, w.shift, w.value = w.course.turned(), -w.shift, -w.value
	return w
}

// unsure is the part where it may move either way, if it moves at all.
func (w weighed) unsure() weighed {
	if w.course != 0 {
		w.course = both
	}
	return weighed{course: w.course, terms: w.terms}
}

func signOf(v float64) sign {
	if v < 0 {
		return negative
	}
	return positive
}

func common(a, b sign) sign {
	if a == b {
		return a
	}
	return anySign
}

func product(a, b sign) sign {
	switch {
	case a == anySign || b == anySign:
		return anySign
	case a == b:
		return positive
	}
	return negative
}
